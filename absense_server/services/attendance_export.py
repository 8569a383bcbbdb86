"""Attendance as a table that is made while it is sent."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from functools import partial
from typing import Final, TypeVar

from absense_server.domain import audit
from absense_server.domain.attendance_export import (
    BYTE_ORDER_MARK,
    COLUMNS,
    Cell,
    ExportCourse,
    ExportFormat,
    ExportWish,
    ScopeKind,
    cells_of,
    csv_of,
    file_name,
)
from absense_server.domain.audit import Action
from absense_server.domain.errors.calls import Overloaded
from absense_server.domain.errors.courses import TermNotFound
from absense_server.domain.errors.sessions import SessionNotFound
from absense_server.domain.ids import CourseId, SessionId, TermId, UserId
from absense_server.domain.people import Caller, Role
from absense_server.domain.sessions import AttendanceSession
from absense_server.ports.data import Transaction, UnitOfWork
from absense_server.ports.data.tables import Place
from absense_server.ports.outside import Clock, Threads, Workbook, Workbooks
from absense_server.services.administrators import require_admin
from absense_server.services.callers import hold_caller
from absense_server.services.chunks import Chunks

T = TypeVar("T")

MOST_AT_ONCE: Final = 20
"""Tables on their way out in one process: each has a page or two in memory, for as long as its reader likes."""
MOST_WORKBOOKS_AT_ONCE: Final = 2
"""Of them as XLSX: a million rows take some 2 GB of the temporary folder."""
PAGE: Final = 1000
"""Rows that are read in one transaction."""
_COURSES: Final = 200
_COME_AGAIN: Final = timedelta(minutes=1)
_READ: Final = 1024 * 1024

_Rows = Sequence[Sequence[Cell]]


@dataclass(frozen=True, slots=True)
class ExportName:
    """What to call the file: comes before its bytes."""

    file_name: str
    format: ExportFormat


@dataclass(slots=True)
class _Export:
    """One table under way."""

    wish: ExportWish
    lecturer_id: UserId | None
    """Only what this lecturer teaches; None: anything."""
    now: datetime
    """Sessions that open later are not in it."""
    name: str
    courses: Sequence[ExportCourse] = ()
    """Where it is not a whole term's."""
    session_id: SessionId | None = None
    rows: int = field(default=0)


class AttendanceExport:
    """Makes tables, a page at a time: a reader who stops reading holds neither a thread nor a transaction."""

    def __init__(self, *, uow: UnitOfWork, threads: Threads, workbooks: Workbooks, clock: Clock, zone: tzinfo) -> None:
        self._uow = uow
        self._threads = threads
        self._workbooks = workbooks
        self._clock = clock
        self._zone = zone
        self.under_way: dict[ExportFormat, int] = dict.fromkeys(ExportFormat, 0)
        """Tables that are being made."""

    async def stream(self, caller: Caller, wish: ExportWish) -> AsyncGenerator[ExportName | bytes, None]:
        """What to call the file, then its bytes; it is whole only when this ends without an error.

        That it was asked for is written down before the first byte; with how many rows it ended, after the last. What
        changes meanwhile may be in it or not. Raises SessionNotFound, CourseNotFound, also for what a lecturer does
        not teach; TermNotFound, SignInEnded, Overloaded, BackendUnavailable, WorkbookUnavailable.
        """
        self._require_room(wish.format)
        self.under_way[wish.format] += 1
        try:
            export = await self._threads.run(self._begin, caller, wish)
            yield ExportName(export.name, wish.format)
            make = self._workbook if wish.format is ExportFormat.XLSX else self._csv
            async with aclosing(make(export)) as made:
                async for chunk in made:
                    yield chunk
            await self._threads.run(self._end, caller, export)
        finally:
            self.under_way[wish.format] -= 1

    def _require_room(self, wanted: ExportFormat) -> None:
        full = sum(self.under_way.values()) >= MOST_AT_ONCE
        if wanted is ExportFormat.XLSX:
            full = full or self.under_way[wanted] >= MOST_WORKBOOKS_AT_ONCE
        if full:
            raise Overloaded(_COME_AGAIN)

    def _begin(self, caller: Caller, wish: ExportWish) -> _Export:
        with self._uow() as tx:
            if caller.role is Role.ADMIN:
                require_admin(tx, caller)
                lecturer_id = None
            else:
                hold_caller(tx, caller)
                lecturer_id = caller.id
            export = self._found(tx, wish, lecturer_id)
            tx.audit.add(self._event(caller, export))
            tx.commit()
        return export

    def _found(self, tx: Transaction, wish: ExportWish, lecturer_id: UserId | None) -> _Export:
        now, day, session_id = self._clock.now(), self._clock.now(), None
        match wish.kind:
            case ScopeKind.TERM:
                term = tx.courses.term(TermId(wish.id))
                if term is None:
                    raise TermNotFound
                return _Export(wish, lecturer_id, now, file_name(wish, term.name, now, self._zone))
            case ScopeKind.COURSE:
                course_id = CourseId(wish.id)
                if lecturer_id is not None:
                    tx.courses.for_lecturer(lecturer_id, course_id)
            case ScopeKind.SESSION:
                session = _session(tx, SessionId(wish.id), lecturer_id)
                course_id, day, session_id = session.course.id, session.opens_at, session.id
        course = tx.attendance_tables.course(course_id)
        name = file_name(wish, course.code, day, self._zone)
        return _Export(wish, lecturer_id, now, name, (course,), session_id)

    def _end(self, caller: Caller, export: _Export) -> None:
        with self._uow() as tx:
            tx.audit.add(self._event(caller, export, rows=str(export.rows)))
            tx.commit()

    def _event(self, caller: Caller, export: _Export, **facts: str) -> audit.AuditEvent:
        wish = export.wish
        facts = {"scope": wish.kind.value, "format": wish.format.value, **facts}
        return audit.event(Action.ATTENDANCE_EXPORTED, caller, self._clock.now(), wish.id, **facts)

    async def _csv(self, export: _Export) -> AsyncGenerator[bytes, None]:
        chunks = Chunks()
        first = BYTE_ORDER_MARK if export.wish.byte_order_mark else b""
        for chunk in chunks.of(first + csv_of([COLUMNS])):
            yield chunk
        async for made in self._pages(export, csv_of):
            for chunk in chunks.of(made):
                yield chunk
        if chunks.rest:
            yield chunks.rest

    async def _workbook(self, export: _Export) -> AsyncGenerator[bytes, None]:
        workbook: Workbook = self._workbooks.new("Attendance", COLUMNS)
        try:
            async for _ in self._pages(export, workbook.append):
                pass
            await self._threads.run(workbook.finish)
            chunks = Chunks()
            while read := await self._threads.run(workbook.read, _READ):
                for chunk in chunks.of(read):
                    yield chunk
            if chunks.rest:
                yield chunks.rest
        finally:
            workbook.discard()

    async def _pages(self, export: _Export, make: Callable[[_Rows], T]) -> AsyncIterator[T]:
        """What `make`, on a thread, makes of each page of rows."""
        async for course in self._courses(export):
            after: Place | None = None
            more = True
            while more:
                made, after = await self._threads.run(partial(self._page, export, course, make), after)
                more = after is not None
                yield made

    def _page(
        self, export: _Export, course: ExportCourse, make: Callable[[_Rows], T], after: Place | None
    ) -> tuple[T, Place | None]:
        with self._uow(read_only=True) as tx:
            found, after = tx.attendance_tables.page(course.id, export.session_id, export.now, after=after, limit=PAGE)
        export.rows += len(found)
        return make([cells_of(course, one, self._zone) for one in found]), after

    async def _courses(self, export: _Export) -> AsyncIterator[ExportCourse]:
        if export.wish.kind is not ScopeKind.TERM:
            for course in export.courses:
                yield course
            return
        after: str | None = None
        while courses := await self._threads.run(self._course_page, export, after):
            for course in courses:
                yield course
            after = courses[-1].code_folded

    def _course_page(self, export: _Export, after: str | None) -> Sequence[ExportCourse]:
        term_id = TermId(export.wish.id)
        with self._uow(read_only=True) as tx:
            return tx.attendance_tables.courses(term_id, export.lecturer_id, after=after, limit=_COURSES)


def _session(tx: Transaction, session_id: SessionId, lecturer_id: UserId | None) -> AttendanceSession:
    if lecturer_id is not None:
        return tx.sessions.for_lecturer(lecturer_id, session_id)
    session = tx.sessions.find(session_id)
    if session is None:
        raise SessionNotFound
    return session
