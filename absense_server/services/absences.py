"""Who was not there, and where a student was."""

from dataclasses import dataclass
from datetime import datetime

from absense_server.domain.appeals import appeal_until
from absense_server.domain.figures import ABSENT_STATUSES, Mark, mark_of
from absense_server.domain.ids import CourseId, SessionId
from absense_server.domain.pages import Page, PageRequest, PageTokens
from absense_server.domain.people import Caller
from absense_server.domain.policy import RecordStatus
from absense_server.domain.sessions import SessionState
from absense_server.ports.data import UnitOfWork
from absense_server.ports.figures import Absentee, PastSession
from absense_server.ports.outside import Clock

_ABSENT = {SessionState.OPEN: frozenset[RecordStatus](), SessionState.CLOSED: ABSENT_STATUSES}
"""The statuses of absentees, besides those without a record; before a session and in a cancelled one nobody is."""


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """A session that is over, as its student sees it."""

    past: PastSession
    absent: bool
    appeal_until: datetime | None
    """Until when an appeal is taken; None where it is not, or no longer."""
    now: datetime


class Absences:
    """Use cases of absence."""

    def __init__(self, uow: UnitOfWork, clock: Clock, pages: PageTokens) -> None:
        self._uow = uow
        self._clock = clock
        self._pages = pages

    def of_session(self, caller: Caller, session_id: SessionId, page: PageRequest) -> Page[Absentee]:
        """Who was expected and is absent; while the session is open, who has no record. By the students' ids.

        Raises SessionNotFound, PageTokenInvalid.
        """
        filters = ("absentees", session_id)
        after = self._pages.read(page.token, *filters)
        with self._uow(read_only=True) as tx:
            statuses = _ABSENT.get(tx.sessions.for_lecturer(caller.id, session_id).state(self._clock.now()))
            if statuses is None:
                return Page(())
            rows = tx.absences.of_session(session_id, statuses, after=after, limit=page.size + 1)
        return self._pages.page(rows, page.size, lambda row: row.student.id, *filters)

    def history(
        self, caller: Caller, course_id: CourseId | None, page: PageRequest, *, appealed_only: bool
    ) -> Page[HistoryEntry]:
        """The sessions that are over and in which the caller was expected or has a record, the newest first.

        Raises CourseNotFound, PageTokenInvalid.
        """
        filters = ("history", caller.id, course_id, appealed_only)
        after = self._pages.read(page.token, *filters)
        with self._uow(read_only=True) as tx:
            now = self._clock.now()
            if course_id is not None:
                tx.courses.get(course_id)
            rows = tx.absences.history(
                caller.id, course_id, now, appealed_only=appealed_only, after=after, limit=page.size + 1
            )
        entries = [_entry(row, now) for row in rows]
        return self._pages.page(entries, page.size, lambda entry: entry.past.session.id, *filters)


def _entry(past: PastSession, now: datetime) -> HistoryEntry:
    cancelled = past.session.cancelled_at is not None
    until = appeal_until(
        ended_at=past.session.end,
        cancelled=cancelled,
        expected=past.expected,
        status=past.status,
        decided_at=past.decided_at,
    )
    is_taken = until is not None and now < until and past.appeal is None
    return HistoryEntry(
        past=past,
        absent=past.expected and not cancelled and mark_of(past.status) is Mark.ABSENT,
        appeal_until=until if is_taken else None,
        now=now,
    )
