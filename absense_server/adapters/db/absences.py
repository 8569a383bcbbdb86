"""Who was not there, and where a student was."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import CTE, ColumnElement, Connection, FromClause, and_, case, func, or_, select, union

from absense_server.adapters.db.appeals import list_appeals
from absense_server.adapters.db.expected import expected, is_record_of
from absense_server.adapters.db.record_rows import may_be_decided
from absense_server.adapters.db.rows import AnySelect
from absense_server.adapters.db.session_rows import SESSION_COLUMNS, SESSION_TABLES, to_sessions
from absense_server.adapters.db.session_states import has_ended
from absense_server.adapters.db.tables import (
    appeals,
    attendance_records,
    attendance_sessions,
    decisions,
    enrollments,
    users,
)
from absense_server.adapters.db.users import person_columns, to_person
from absense_server.domain.ids import CourseId, SessionId, UserId
from absense_server.domain.policy import RecordStatus
from absense_server.ports.figures import Absentee, PastSession


class SqlAbsences:
    """ports.data.figures.Absences."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of_session(
        self, session_id: SessionId, statuses: frozenset[RecordStatus], *, after: UUID | None, limit: int
    ) -> Sequence[Absentee]:
        who, records = expected(attendance_sessions.c.id == session_id), attendance_records.c
        query = (
            select(*person_columns(users, "student"), records.id.label("record_id"), records.revision)
            .select_from(
                who.join(users, users.c.id == who.c.student_id).outerjoin(attendance_records, is_record_of(who))
            )
            .where(or_(records.id.is_(None), records.status.in_(statuses)))
            .order_by(who.c.student_id)
            .limit(limit)
        )
        if after is not None:
            query = query.where(who.c.student_id > after)
        rows = self._connection.execute(query).all()
        ids = [row.student_id for row in rows]
        found = list_appeals(self._connection, appeals.c.session_id == session_id, appeals.c.student_id.in_(ids))
        appealed = {appeal.student.id: appeal for appeal in found}
        return [
            Absentee(to_person(row, "student"), row.record_id, row.revision or 0, appealed.get(row.student_id))
            for row in rows
        ]

    def history(
        self,
        student_id: UserId,
        course_id: CourseId | None,
        now: datetime,
        *,
        appealed_only: bool,
        after: UUID | None,
        limit: int,
    ) -> Sequence[PastSession]:
        sessions, records = attendance_sessions.c, attendance_records.c
        of_course = [] if course_id is None else [sessions.course_id == course_id]
        # each found once: PostgreSQL would look again for every session
        who = _once(select(expected(enrollments.c.student_id == student_id, *of_course).c.session_id), "expected_at")
        its = records.session_id, records.id, records.status, records.late, records.source, records.revision
        recorded = _once(select(*its).where(records.student_id == student_id), "recorded")
        mine = union(select(who.c.session_id), select(recorded.c.session_id)).subquery("mine")
        query = (
            select(
                *SESSION_COLUMNS,
                who.c.session_id.is_not(None).label("expected"),
                recorded.c.id.label("record_id"),
                recorded.c.status,
                recorded.c.late,
                _decided_at(recorded),
            )
            .select_from(
                SESSION_TABLES.outerjoin(who, who.c.session_id == sessions.id).outerjoin(
                    recorded, recorded.c.session_id == sessions.id
                )
            )
            .where(
                sessions.id.in_(select(mine.c.session_id)),
                or_(has_ended(now), and_(sessions.cancelled_at.is_not(None), sessions.opens_at <= now)),
                *of_course,
            )
            .order_by(sessions.id.desc())
            .limit(limit)
        )
        if appealed_only:
            query = query.where(sessions.id.in_(select(appeals.c.session_id).where(appeals.c.student_id == student_id)))
        if after is not None:
            query = query.where(sessions.id < after)
        rows = self._connection.execute(query).all()
        ids = [row.session_id for row in rows]
        found = list_appeals(self._connection, appeals.c.student_id == student_id, appeals.c.session_id.in_(ids))
        appealed = {appeal.session_id: appeal for appeal in found}
        return [
            PastSession(
                session=session,
                expected=bool(row.expected),
                record_id=row.record_id,
                status=row.status,
                late=bool(row.late),
                decided_at=row.decided_at,
                appeal=appealed.get(session.id),
            )
            for row, session in zip(rows, to_sessions(self._connection, rows), strict=True)
        ]


def _once(query: AnySelect, name: str) -> CTE:
    return query.cte(name).prefix_with("MATERIALIZED", dialect="postgresql")


def _decided_at(records: FromClause) -> ColumnElement[datetime | None]:
    """When a person last decided on a record, of those on which there can be decisions."""
    decided_at = select(func.max(decisions.c.decided_at)).where(decisions.c.record_id == records.c.id)
    return case((may_be_decided(records), decided_at.scalar_subquery())).label("decided_at")
