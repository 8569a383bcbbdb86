"""Attendance, read page by page to be written down as a table."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Subquery,
    Uuid,
    and_,
    bindparam,
    cast,
    false,
    func,
    literal,
    null,
    select,
    true,
    tuple_,
    union_all,
)

from absense_server.adapters.db.courses import teaches
from absense_server.adapters.db.expected import expects, is_record_of
from absense_server.adapters.db.rows import AnyRow, AnySelect
from absense_server.adapters.db.session_states import has_ended
from absense_server.adapters.db.tables import (
    attendance_records,
    attendance_sessions,
    claims,
    courses,
    decisions,
    enrollments,
    programmes,
    terms,
    users,
)
from absense_server.domain.attendance_export import Attendance, ExportCourse
from absense_server.domain.errors.courses import CourseNotFound
from absense_server.domain.ids import CourseId, SessionId, TermId, UserId
from absense_server.ports.data.tables import Place

_SESSIONS: Final = 20
"""The students of no more are put in order for a page, and of fewer where there are many."""

_deciders = users.alias("deciders")
_COURSES = select(
    courses.c.id, courses.c.code, courses.c.code_folded, courses.c.title, terms.c.name.label("term")
).join_from(courses, terms, terms.c.id == courses.c.term_id)
_LAST_DECIDER = (
    select(decisions.c.decided_by)
    .where(decisions.c.record_id == attendance_records.c.id)
    .order_by(decisions.c.id.desc())
    .limit(1)
    .scalar_subquery()
)


class SqlAttendanceTables:
    """ports.data.tables.AttendanceTables."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def courses(
        self, term_id: TermId, lecturer_id: UserId | None, *, after: str | None, limit: int
    ) -> Sequence[ExportCourse]:
        query = _COURSES.where(courses.c.term_id == term_id).order_by(courses.c.code_folded).limit(limit)
        if lecturer_id is not None:
            query = query.where(teaches(lecturer_id, courses.c.id))
        if after is not None:
            query = query.where(courses.c.code_folded > after)
        return [_to_course(row) for row in self._connection.execute(query)]

    def course(self, course_id: CourseId) -> ExportCourse:
        row = self._connection.execute(_COURSES.where(courses.c.id == course_id)).one_or_none()
        if row is None:
            raise CourseNotFound
        return _to_course(row)

    def page(
        self, course_id: CourseId, session_id: SessionId | None, now: datetime, *, after: Place | None, limit: int
    ) -> tuple[Sequence[Attendance], Place | None]:
        ahead = self._connection.execute(_next_sessions(course_id, session_id, now, after)).all()
        if not ahead:
            return (), None
        # so many as it takes to fill a page, and as many once more
        sessions = {row.id: row for row in ahead[: max(1, 2 * limit // max(1, ahead[0].enrollments))]}
        rows = self._connection.execute(_students(list(sessions), after).limit(limit)).all()
        # who has two enrollments that cover the opening is in two rows, one after the other
        found = {(row.session_id, row.student_id): _to_attendance(row, sessions[row.session_id]) for row in rows}
        if len(rows) == limit:
            last = rows[-1]
            return list(found.values()), Place(last.opens_at, last.session_id, last.full_name_folded, last.student_id)
        *_, end = sessions.values()
        over = len(sessions) == len(ahead) < _SESSIONS
        return list(found.values()), None if over else Place(end.opens_at, end.id)


def _next_sessions(course_id: CourseId, session_id: SessionId | None, now: datetime, after: Place | None) -> AnySelect:
    session = attendance_sessions.c
    query = (
        select(
            session.id,
            session.opens_at,
            session.room,
            has_ended(now).label("over"),
            select(func.count())
            .select_from(enrollments)
            .where(enrollments.c.course_id == course_id)
            .scalar_subquery()
            .label("enrollments"),
        )
        .where(session.course_id == course_id, session.cancelled_at.is_(None), session.opens_at <= now)
        .order_by(session.opens_at, session.id)
        .limit(_SESSIONS)
    )
    if session_id is not None:
        query = query.where(session.id == session_id)
    if after is None:
        return query
    key, place = tuple_(session.opens_at, session.id), _bound(after.opens_at, after.session_id)
    return query.where(key > place if after.student_id is None else key >= place)


def _students(sessions: Sequence[SessionId], after: Place | None) -> AnySelect:
    """Who was expected, then who has a record all the same, in one order."""
    who = _who(sessions)
    key = (who.c.opens_at, who.c.session_id, users.c.full_name_folded, users.c.id)
    record = attendance_records.c
    query = (
        select(
            who,
            users.c.full_name,
            users.c.full_name_folded,
            users.c.institution_number,
            programmes.c.code.label("programme"),
            record.status,
            record.late,
            record.source,
            claims.c.seen_at.label("claimed_at"),
            _deciders.c.full_name.label("decided_by"),
        )
        .join_from(who, users, users.c.id == who.c.student_id)
        .outerjoin(programmes, programmes.c.id == who.c.programme_id)
        .outerjoin(attendance_records, is_record_of(who))
        .outerjoin(claims, and_(claims.c.record_id == record.id, claims.c.number == 1))
        .outerjoin(_deciders, _deciders.c.id == _LAST_DECIDER)
        .order_by(*key)
    )
    if after is None or after.student_id is None:
        return query
    place = _bound(after.opens_at, after.session_id, after.name, after.student_id)
    return query.where(tuple_(*key) > place)


def _who(sessions: Sequence[SessionId]) -> Subquery:
    session = attendance_sessions.c
    here = session.id.in_(sessions)
    expected = (
        select(
            session.id.label("session_id"),
            session.opens_at,
            enrollments.c.student_id,
            enrollments.c.programme_id,
            enrollments.c.level,
            true().label("expected"),
        )
        .join_from(attendance_sessions, enrollments, expects(attendance_sessions, enrollments))
        .where(here)
    )
    # not EXISTS, of which PostgreSQL makes a join that reads the enrollments from end to end
    enrollment = (
        select(enrollments.c.id)
        .where(enrollments.c.student_id == attendance_records.c.student_id, expects(attendance_sessions, enrollments))
        .limit(1)
        .correlate(attendance_records, attendance_sessions)
        .scalar_subquery()
    )
    others = (
        select(
            session.id,
            session.opens_at,
            attendance_records.c.student_id,
            cast(null(), Uuid),
            literal(0, Integer),
            false(),
        )
        .join_from(attendance_sessions, attendance_records, attendance_records.c.session_id == session.id)
        .where(here, attendance_records.c.session_id.in_(sessions), enrollment.is_(None))
    )
    return union_all(expected, others).subquery("who")


def _bound(opens_at: datetime, session_id: SessionId, *student: object) -> ColumnElement[tuple[object, ...]]:
    columns = (attendance_sessions.c.opens_at, attendance_sessions.c.id, users.c.full_name_folded, users.c.id)
    values = (opens_at, session_id, *student)
    return tuple_(*(bindparam(None, value, type_=column.type) for column, value in zip(columns, values, strict=False)))


def _to_course(row: AnyRow) -> ExportCourse:
    return ExportCourse(row.id, row.code, row.code_folded, row.title, row.term)


def _to_attendance(row: AnyRow, session: AnyRow) -> Attendance:
    return Attendance(
        session_id=row.session_id,
        opens_at=session.opens_at,
        room=session.room,
        over=session.over,
        student_id=row.student_id,
        student_number=row.institution_number or "",
        student_name=row.full_name,
        expected=row.expected,
        programme=row.programme or "",
        level=row.level,
        status=row.status,
        late=bool(row.late),
        source=row.source,
        claimed_at=row.claimed_at,
        decided_by=row.decided_by or "",
    )
