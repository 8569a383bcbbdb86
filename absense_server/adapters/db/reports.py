"""Reports on one course or one session."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, and_, func, select

from absense_server.adapters.db.counting import (
    count_expected_by_status,
    count_verdicts,
    counts_by,
    within,
)
from absense_server.adapters.db.enrollments import is_running
from absense_server.adapters.db.expected import expected, is_record_of, records_of
from absense_server.adapters.db.session_states import is_in
from absense_server.adapters.db.tables import attendance_records, attendance_sessions, claims, enrollments, users
from absense_server.adapters.db.users import person_columns, to_person
from absense_server.domain.figures import Count
from absense_server.domain.ids import CourseId, SessionId
from absense_server.domain.intervals import Bounds
from absense_server.domain.sessions import SessionState
from absense_server.ports.figures import SessionCounts, StudentCounts, VerdictCount


class SqlReports:
    """ports.data.figures.Reports."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def sessions(self, course_id: CourseId, bounds: Bounds, now: datetime) -> Sequence[SessionCounts]:
        sessions = attendance_sessions.c
        which = [sessions.course_id == course_id, is_in(SessionState.CLOSED, now), *within(bounds)]
        who, recorded = expected(*which), records_of([course_id])
        status_and_late = recorded.c.status, recorded.c.late
        rows = self._connection.execute(
            select(sessions.id, sessions.opens_at, *status_and_late, func.count(who.c.student_id).label("number"))
            .select_from(
                attendance_sessions.outerjoin(who, who.c.session_id == sessions.id).outerjoin(
                    recorded, is_record_of(who, recorded)
                )
            )
            .where(*which)
            .group_by(sessions.id, sessions.opens_at, *status_and_late)
        ).all()
        counts = counts_by(rows, "id")
        opened = sorted({(row.opens_at, row.id) for row in rows})
        return [SessionCounts(session_id, opens_at, counts[session_id]) for opens_at, session_id in opened]

    def students(self, course_id: CourseId, bounds: Bounds, now: datetime) -> Sequence[StudentCounts]:
        who = expected(attendance_sessions.c.course_id == course_id, is_in(SessionState.CLOSED, now), *within(bounds))
        recorded = records_of([course_id])
        status_and_late = recorded.c.status, recorded.c.late
        each = (
            select(who.c.student_id, *status_and_late, func.count().label("number"))
            .select_from(who.outerjoin(recorded, is_record_of(who, recorded)))
            .group_by(who.c.student_id, *status_and_late)
            .subquery("each")
        )
        rows = self._connection.execute(
            select(*person_columns(users, "student"), each.c.status, each.c.late, each.c.number).join_from(
                each, users, users.c.id == each.c.student_id
            )
        ).all()
        running = self._connection.execute(
            select(*person_columns(users, "student"))
            .join(enrollments, enrollments.c.student_id == users.c.id)
            .where(enrollments.c.course_id == course_id, is_running(enrollments))
        ).all()
        enrolled = {row.student_id for row in running}
        people = {row.student_id: to_person(row, "student") for row in [*rows, *running]}
        counts = counts_by(rows, "student_id")
        return [StudentCounts(people[key], key in enrolled, counts[key]) for key in sorted(people)]

    def of_session(self, session_id: SessionId) -> Sequence[Count]:
        return count_expected_by_status(self._connection, attendance_sessions.c.id == session_id)

    def first_claims(self, session_id: SessionId) -> Sequence[datetime]:
        who = expected(attendance_sessions.c.id == session_id)
        first = and_(claims.c.record_id == attendance_records.c.id, claims.c.number == 1)
        claimed = select(claims.c.seen_at).select_from(
            who.join(attendance_records, is_record_of(who)).join(claims, first)
        )
        return self._connection.execute(claimed).scalars().all()

    def verdicts(self, session_id: SessionId) -> Sequence[VerdictCount]:
        return count_verdicts(self._connection, attendance_sessions.c.id == session_id)
