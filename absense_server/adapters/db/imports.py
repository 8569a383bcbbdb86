"""Many rows at once, as imports read and write them."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, Final, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Select, delete, insert, select

from absense_server.adapters.db.courses import COURSE_COLUMNS, COURSE_TABLES, to_courses
from absense_server.adapters.db.enrollments import covers, in_scope
from absense_server.adapters.db.erasures import SqlErasures
from absense_server.adapters.db.errors import unless_taken
from absense_server.adapters.db.prepared import ManyUpdates, PreparedInsert
from absense_server.adapters.db.record_rows import RECORD_COLUMNS, RECORD_TABLES, to_records
from absense_server.adapters.db.rows import AnyRow
from absense_server.adapters.db.tables import (
    attendance_records,
    attendance_sessions,
    course_lecturers,
    courses,
    enrollments,
    mail_queue,
    mail_tokens,
    programmes,
    revocations,
    sign_ins,
    source_ids,
    terms,
    users,
)
from absense_server.adapters.db.users import to_user
from absense_server.domain.courses import Course, Term, folded
from absense_server.domain.enrollment_imports import Enrolled
from absense_server.domain.ids import CourseId, ProgrammeId, TermId, UserId
from absense_server.domain.imports import SourceKind
from absense_server.domain.mails import MailKind
from absense_server.domain.people import User, UserState
from absense_server.domain.records import AttendanceRecord
from absense_server.ports.findings import Race

T = TypeVar("T")

_AT_ONCE: Final = 5000
"""Rows or keys of one statement: SQLite binds 32,766 values at most."""
_USER = (
    "id", "email", "institution_number", "claimed_number", "full_name", "full_name_folded", "role", "state",
    "programme_id", "level",
)  # fmt: skip
_ENROLLED = ("id", "from_at", "until_at", "programme_id", "level")
_COURSE = ("id", "code", "title", "code_folded", "title_folded", "revision")
_ADD_USERS = PreparedInsert(users, *_USER, "created_at", gives_way=True)
_SAVE_USERS = ManyUpdates(users, *_USER[1:])
_ADD_ENROLLMENTS = PreparedInsert(enrollments, *_ENROLLED, "student_id", "course_id", gives_way=True)
_SAVE_ENROLLMENTS = ManyUpdates(enrollments, *_ENROLLED[1:])
_ADD_COURSES = PreparedInsert(
    courses, *_COURSE, "term_id", "level", "archived", "enrollment_open", "created_at", gives_way=True
)
_SAVE_COURSES = ManyUpdates(courses, *_COURSE[1:])
_ADD_SOURCE_IDS = PreparedInsert(source_ids, "kind", "source_id", "local_id", gives_way=True)


class SqlImports:
    """ports.data.Imports."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def named(self, numbers: Collection[str], emails: Collection[str]) -> Sequence[User]:
        found: dict[UserId, User] = {}
        for column, names in ((users.c.institution_number, numbers), (users.c.email, emails)):
            for row in self._chosen(select(users), column, names):
                found[row.id] = to_user(row)
        return list(found.values())

    def users(self, ids: Collection[UserId], *, hold: bool) -> Sequence[User]:
        query = select(users).order_by(users.c.id)
        if hold:
            query = query.with_for_update(key_share=True)
        # in one order, so that no two wait for each other
        return [to_user(row) for row in self._chosen(query, users.c.id, sorted(ids))]

    def programmes(self) -> Mapping[str, ProgrammeId]:
        rows = self._connection.execute(select(programmes.c.code_folded, programmes.c.id))
        return {row.code_folded: row.id for row in rows}

    def add_users(self, new: Sequence[User]) -> None:
        rows = [{**_from_user(user), "created_at": user.created_at} for user in new]
        with unless_taken(uq_users_email=Race, uq_users_institution_number=Race):
            self._add(_ADD_USERS, rows)

    def save_users(self, users: Sequence[User]) -> None:
        with unless_taken(uq_users_email=Race, uq_users_institution_number=Race):
            self._save(_SAVE_USERS, [_from_user(user) for user in users])

    def remove_pending(self, ids: Collection[UserId]) -> int:
        removed = 0
        for some in _parts(ids):
            gone = delete(users).where(users.c.id.in_(some), users.c.state == UserState.PENDING_EMAIL)
            removed += self._connection.execute(gone).rowcount
            SqlErasures(self._connection).never_confirmed(some)
        return removed

    def end_sign_ins(self, ids: Collection[UserId], now: datetime) -> Mapping[UserId, int]:
        ended: Counter[UserId] = Counter()
        columns = sign_ins.c.id, sign_ins.c.user_id, sign_ins.c.expires_at
        for some in _parts(ids):
            gone = self._connection.execute(delete(sign_ins).where(sign_ins.c.user_id.in_(some)).returning(*columns))
            rows = gone.all()
            if rows:
                revoked = [{"user_id": row.user_id, "sign_in_id": row.id, "at": now} for row in rows]
                self._connection.execute(insert(revocations).inline(), revoked)
            ended.update(row.user_id for row in rows if row.expires_at > now)
        return ended

    def void_mails(self, ids: Collection[UserId], kinds: Collection[MailKind]) -> None:
        for some in _parts(ids):
            for table in (mail_tokens, mail_queue):
                self._connection.execute(delete(table).where(table.c.user_id.in_(some), table.c.kind.in_(kinds)))

    def enrollments(self, course_ids: Collection[CourseId]) -> Mapping[CourseId, Sequence[Enrolled]]:
        found: defaultdict[CourseId, list[Enrolled]] = defaultdict(list)
        for row in self._chosen(select(enrollments), enrollments.c.course_id, course_ids):
            enrolled = Enrolled(row.id, row.student_id, row.from_at, row.until_at, row.programme_id, row.level)
            found[row.course_id].append(enrolled)
        return found

    def add_enrollments(self, new: Mapping[CourseId, Sequence[Enrolled]]) -> None:
        rows = [
            {**_from_enrolled(enrolled), "student_id": enrolled.student_id, "course_id": course_id}
            for course_id, some in new.items()
            for enrolled in some
        ]
        with unless_taken(uq_enrollments_running_student_id_course_id=Race):
            self._add(_ADD_ENROLLMENTS, rows)

    def save_enrollments(self, enrolled: Sequence[Enrolled]) -> None:
        with unless_taken(uq_enrollments_running_student_id_course_id=Race):
            self._save(_SAVE_ENROLLMENTS, [_from_enrolled(one) for one in enrolled])

    def unenrolled(
        self, course_ids: Collection[CourseId], student_ids: Collection[UserId]
    ) -> Sequence[AttendanceRecord]:
        records = attendance_records.c
        covered = (
            select(enrollments.c.id)
            .join(attendance_sessions, covers(enrollments, attendance_sessions))
            .where(
                attendance_sessions.c.id == records.session_id,
                enrollments.c.student_id == records.student_id,
                enrollments.c.course_id == records.course_id,
                in_scope(enrollments, attendance_sessions),
            )
            .exists()
        )
        found: list[AttendanceRecord] = []
        for some in _parts(student_ids):
            query = (
                select(*RECORD_COLUMNS)
                .select_from(RECORD_TABLES)
                .where(records.student_id.in_(some), records.course_id.in_(course_ids), ~records.enrolled, covered)
                .order_by(records.id)
            )
            found += to_records(self._connection, self._connection.execute(query).all())
        return found

    def source_ids(self, kind: SourceKind, ids: Collection[str]) -> Mapping[str, UUID]:
        query = select(source_ids).where(source_ids.c.kind == kind)
        return {row.source_id: row.local_id for row in self._chosen(query, source_ids.c.source_id, ids)}

    def add_source_ids(self, kind: SourceKind, ids: Mapping[str, UUID]) -> None:
        rows = [{"kind": kind, "source_id": name, "local_id": local_id} for name, local_id in ids.items()]
        with unless_taken(pk_source_ids=Race):
            self._add(_ADD_SOURCE_IDS, rows)

    def terms(self) -> Sequence[Term]:
        rows = self._connection.execute(select(terms).order_by(terms.c.id))
        return [Term(row.id, row.name, row.starts_at, row.ends_at, row.state) for row in rows]

    def courses(self, ids: Collection[CourseId], term_ids: Collection[TermId]) -> Sequence[Course]:
        query = select(*COURSE_COLUMNS).select_from(COURSE_TABLES)
        rows = {
            row.course_id: row
            for column, keys in ((courses.c.id, ids), (courses.c.term_id, term_ids))
            for row in self._chosen(query, column, keys)
        }
        return [course for some in _parts(rows.values()) for course in to_courses(self._connection, some)]

    def add_courses(self, new: Sequence[Course]) -> None:
        rows = [
            {
                **_from_course(course),
                "term_id": course.term.id,
                "level": course.level,
                "archived": course.archived,
                "enrollment_open": course.enrollment_open,
                "created_at": course.created_at,
            }
            for course in new
        ]
        with unless_taken(uq_courses_term_id_code_folded=Race):
            self._add(_ADD_COURSES, rows)

    def save_courses(self, courses: Sequence[Course]) -> None:
        with unless_taken(uq_courses_term_id_code_folded=Race):
            self._save(_SAVE_COURSES, [_from_course(course) for course in courses])

    def set_lecturers(self, course_ids: Mapping[CourseId, Sequence[UserId]]) -> None:
        for some in _parts(course_ids):
            self._connection.execute(delete(course_lecturers).where(course_lecturers.c.course_id.in_(some)))
            rows = [
                {"course_id": course_id, "lecturer_id": lecturer_id, "position": position}
                for course_id in some
                for position, lecturer_id in enumerate(course_ids[course_id])
            ]
            if rows:
                self._connection.execute(insert(course_lecturers), rows)

    def _chosen(self, query: Select[Any], column: ColumnElement[Any], keys: Collection[object]) -> Iterator[AnyRow]:
        for some in _parts(keys):
            yield from self._connection.execute(query.where(column.in_(some))).all()

    def _add(self, statement: PreparedInsert, rows: Sequence[Mapping[str, object]]) -> None:
        self._all(rows, lambda some: statement.run(self._connection, some))

    def _save(self, statement: ManyUpdates, rows: Sequence[Mapping[str, object]]) -> None:
        self._all(rows, lambda some: statement.run(self._connection, some))

    @staticmethod
    def _all(rows: Sequence[Mapping[str, object]], write: Callable[[Sequence[Mapping[str, object]]], int]) -> None:
        for some in _parts(rows):
            if write(some) < len(some):
                raise Race


def _parts(items: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(items)
    while some := list(islice(rest, _AT_ONCE)):
        yield some


def _from_user(user: User) -> dict[str, object]:
    return {
        "id": user.id,
        "email": user.email or None,
        "institution_number": user.institution_number or None,
        "claimed_number": user.claimed_number,
        "full_name": user.full_name,
        "full_name_folded": folded(user.full_name),
        "role": user.role,
        "state": user.state,
        "programme_id": user.programme_id,
        "level": user.level,
    }


def _from_enrolled(enrolled: Enrolled) -> dict[str, object]:
    return {
        "id": enrolled.id,
        "from_at": enrolled.from_at,
        "until_at": enrolled.until_at,
        "programme_id": enrolled.programme_id,
        "level": enrolled.level,
    }


def _from_course(course: Course) -> dict[str, object]:
    return {
        "id": course.id,
        "code": course.code,
        "title": course.title,
        "code_folded": folded(course.code),
        "title_folded": folded(course.title),
        "revision": course.revision,
    }
