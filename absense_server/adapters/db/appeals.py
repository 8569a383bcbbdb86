"""Appeals."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, and_, insert, select, update

from absense_server.adapters.db.courses import taught_by, teaches
from absense_server.adapters.db.errors import unless_taken
from absense_server.adapters.db.rows import AnyRow, labelled, sorted_after
from absense_server.adapters.db.tables import (
    appeals,
    attendance_records,
    attendance_sessions,
    courses,
    decisions,
    users,
)
from absense_server.adapters.db.users import person_columns, to_person
from absense_server.domain.appeals import Appeal, AppealState
from absense_server.domain.errors.appeals import AppealNotFound
from absense_server.domain.ids import AppealId, RecordId, SessionId, UserId
from absense_server.domain.records import AttendanceRecord
from absense_server.ports.findings import AppealFilter, Race

_students = users.alias("students")
_deciders = users.alias("deciders")
_LAST_DECIDER = (
    select(decisions.c.decided_by)
    .where(decisions.c.record_id == attendance_records.c.id)
    .order_by(decisions.c.id.desc())
    .limit(1)
    .scalar_subquery()
)
_APPEALS = (
    select(
        *labelled("appeal_", appeals),
        courses.c.code.label("course_code"),
        attendance_sessions.c.opens_at,
        *person_columns(_students, "student"),
        *person_columns(_deciders, "decider"),
        attendance_records.c.id.label("record_id"),
        attendance_records.c.revision.label("record_revision"),
        _LAST_DECIDER.label("last_decider"),
    )
    .select_from(appeals)
    .join(courses, courses.c.id == appeals.c.course_id)
    .join(attendance_sessions, attendance_sessions.c.id == appeals.c.session_id)
    .join(_students, _students.c.id == appeals.c.student_id)
    .outerjoin(_deciders, _deciders.c.id == appeals.c.decided_by)
    .outerjoin(
        attendance_records,
        and_(
            attendance_records.c.student_id == appeals.c.student_id,
            attendance_records.c.session_id == appeals.c.session_id,
        ),
    )
)


class SqlAppeals:
    """ports.data.Appeals."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, appeal: Appeal) -> None:
        with unless_taken(uq_appeals_session_id_student_id=Race):
            self._connection.execute(
                insert(appeals).values(
                    id=appeal.id,
                    session_id=appeal.session_id,
                    student_id=appeal.student.id,
                    course_id=appeal.course_id,
                    text=appeal.text,
                    state=appeal.state,
                    created_at=appeal.created_at,
                    reason=appeal.reason,
                )
            )

    def get(self, appeal_id: AppealId) -> Appeal:
        return self._one(appeals.c.id == appeal_id)

    def for_lecturer(self, lecturer_id: UserId, appeal_id: AppealId) -> Appeal:
        return self._one(appeals.c.id == appeal_id, teaches(lecturer_id, appeals.c.course_id))

    def find(self, session_id: SessionId, student_id: UserId) -> Appeal | None:
        found = self._list(appeals.c.session_id == session_id, appeals.c.student_id == student_id)
        return found[0] if found else None

    def waiting(self, records: Collection[AttendanceRecord]) -> Sequence[Appeal]:
        return self._list(*_about(records), appeals.c.state == AppealState.PENDING)

    def decide(self, *decided: Appeal) -> None:
        first = decided[0]
        if first.decided_by is None:
            raise ValueError("nobody has decided")
        ids = [appeal.id for appeal in decided]
        written = self._connection.execute(
            update(appeals)
            .where(appeals.c.id.in_(ids), appeals.c.state == AppealState.PENDING)
            .values(
                state=first.state,
                outcome=first.outcome,
                decided_at=first.decided_at,
                decided_by=first.decided_by.id,
                reason=first.reason,
            )
        )
        if written.rowcount < len(ids):
            raise Race

    def list(
        self, lecturer_id: UserId | None, which: AppealFilter, *, after: UUID | None, limit: int
    ) -> Sequence[Appeal]:
        conditions: Sequence[ColumnElement[bool]] = ()
        if lecturer_id is not None:
            conditions = (*conditions, appeals.c.course_id.in_(taught_by(self._connection, lecturer_id)))
        if which.course_id is not None:
            conditions = (*conditions, appeals.c.course_id == which.course_id)
        if which.term_id is not None:
            in_term = select(courses.c.id).where(courses.c.term_id == which.term_id)
            conditions = (*conditions, appeals.c.course_id.in_(in_term))
        if which.state is not None:
            conditions = (*conditions, appeals.c.state == which.state)
        if after is not None:
            conditions = (*conditions, appeals.c.id > after)
        few = lecturer_id is not None or which.course_id is not None
        key = sorted_after(appeals.c.id) if few else appeals.c.id
        # found first: PostgreSQL would join what they are about to all that could be on the page
        page = select(appeals.c.id).where(*conditions).order_by(key).limit(limit)
        return self._list(appeals.c.id.in_(page))

    def _one(self, *conditions: ColumnElement[bool]) -> Appeal:
        found = self._list(*conditions)
        if not found:
            raise AppealNotFound
        return found[0]

    def _list(self, *conditions: ColumnElement[bool]) -> Sequence[Appeal]:
        return list_appeals(self._connection, *conditions)


def list_appeals(connection: Connection, *conditions: ColumnElement[bool]) -> Sequence[Appeal]:
    """The appeals that meet conditions on rows of appeals, oldest first: one statement."""
    query = _APPEALS.where(*conditions).order_by(appeals.c.id)
    return [_to_appeal(row) for row in connection.execute(query)]


def appeals_about(connection: Connection, records: Collection[AttendanceRecord]) -> dict[RecordId, Appeal]:
    """The appeals about some records, by record: one statement."""
    rows = connection.execute(_APPEALS.where(*_about(records)))
    return {row.record_id: _to_appeal(row) for row in rows}


def _about(records: Collection[AttendanceRecord]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Found by the sessions, the fewest there are: SQLite would go through all appeals for those of some records."""
    return (
        appeals.c.session_id.in_({record.session_id for record in records}),
        attendance_records.c.id.in_([record.id for record in records]),
    )


def _to_appeal(row: AnyRow) -> Appeal:
    return Appeal(
        id=row.appeal_id,
        session_id=row.appeal_session_id,
        course_id=row.appeal_course_id,
        course_code=row.course_code,
        session_opened_at=row.opens_at,
        student=to_person(row, "student"),
        text=row.appeal_text,
        state=row.appeal_state,
        created_at=row.appeal_created_at,
        decided_at=row.appeal_decided_at,
        decided_by=None if row.appeal_decided_by is None else to_person(row, "decider"),
        reason=row.appeal_reason,
        outcome=row.appeal_outcome,
        record_id=row.record_id,
        record_revision=row.record_revision or 0,
        last_decider=row.last_decider,
    )
