"""Who was expected where: the one piece of SQL under every report, list of absentees and export (domain.figures)."""

from collections.abc import Collection, Mapping

from sqlalchemy import CTE, ColumnElement, Connection, FromClause, Subquery, and_, func, or_, select

from absense_server.adapters.db.enrollments import in_scope
from absense_server.adapters.db.tables import attendance_records, attendance_sessions, enrollments
from absense_server.domain.ids import CourseId, SessionId


def expected(*which: ColumnElement[bool]) -> Subquery:
    """Each student (`student_id`) expected at each session (`session_id`, of `course_id`): each pair once.

    Expected is who had an enrollment, in scope, when the session opened. `which` says of which rows of
    attendance_sessions and enrollments.
    """
    sessions = attendance_sessions.c
    return (
        select(sessions.id.label("session_id"), sessions.course_id, enrollments.c.student_id)
        .join_from(attendance_sessions, enrollments, expects(attendance_sessions, enrollments))
        .where(*which)
        .distinct()
        .subquery("expected")
    )


def expects(session: FromClause, enrollment: FromClause) -> ColumnElement[bool]:
    """Whether an enrollment makes its student expected at a session."""
    return and_(
        enrollment.c.course_id == session.c.course_id,
        enrollment.c.from_at <= session.c.opens_at,
        or_(enrollment.c.until_at.is_(None), enrollment.c.until_at > session.c.opens_at),
        in_scope(enrollment, session),
    )


def is_record_of(who: FromClause, records: FromClause = attendance_records) -> ColumnElement[bool]:
    """Whether a row of `records` is that of the student and session that a row of `expected` names."""
    return and_(records.c.student_id == who.c.student_id, records.c.session_id == who.c.session_id)


def records_of(course_ids: Collection[CourseId]) -> CTE:
    """Rows of attendance_records of the courses' sessions, to be joined with `expected` where many are.

    They are found session by session, where they lie side by side, and not each by its student: PostgreSQL, which
    takes the expected for few, would do the latter, and meets ten times as many pages.
    """
    sessions, records = attendance_sessions.c, attendance_records.c
    return (
        select(records.id, records.session_id, records.student_id, records.status, records.late)
        .join_from(attendance_records, attendance_sessions, sessions.id == records.session_id)
        .where(sessions.course_id.in_(course_ids))
        .cte("recorded")
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )


def count_expected(connection: Connection, session_ids: Collection[SessionId]) -> Mapping[SessionId, int]:
    """How many students were expected; every asked session is in the answer."""
    numbers = dict.fromkeys(session_ids, 0)
    if numbers:
        who = expected(attendance_sessions.c.id.in_(numbers))
        for row in connection.execute(
            select(who.c.session_id, func.count().label("number")).group_by(who.c.session_id)
        ):
            numbers[row.session_id] = row.number
    return numbers
