"""Records with what their reviewers see beside them."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, exists, or_, select

from absense_server.adapters.db.appeals import appeals_about
from absense_server.adapters.db.courses import teaches
from absense_server.adapters.db.tables import (
    appeals,
    attendance_records,
    attendance_sessions,
    courses,
    face_templates,
    face_views,
    images,
)
from absense_server.domain.appeals import Appeal, AppealState
from absense_server.domain.ids import ImageId, SessionId, UserId
from absense_server.domain.policy import RecordStatus
from absense_server.domain.records import AttendanceRecord
from absense_server.ports.findings import ReviewedRecord

_UNDECIDED = (RecordStatus.FLAGGED, RecordStatus.PENDING_VERIFICATION)


def reviewed(connection: Connection, records: Sequence[AttendanceRecord]) -> list[ReviewedRecord]:
    """Some records, in their order: three statements for all."""
    if not records:
        return []
    about = appeals_about(connection, records)
    sessions = _sessions(connection, {record.session_id for record in records})
    waiting = {record.id for record in records if _waits(record, about.get(record.id))}
    references = _references(connection, {record.student.id for record in records if record.id in waiting})
    return [
        ReviewedRecord(
            record,
            *sessions[record.session_id],
            about.get(record.id),
            references.get(record.student.id, ()) if record.id in waiting else (),
        )
        for record in records
    ]


def _waits(record: AttendanceRecord, appeal: Appeal | None) -> bool:
    return record.status in _UNDECIDED or (appeal is not None and appeal.state is AppealState.PENDING)


def _sessions(connection: Connection, ids: Collection[SessionId]) -> Mapping[SessionId, tuple[str, datetime]]:
    rows = connection.execute(
        select(attendance_sessions.c.id, courses.c.code, attendance_sessions.c.opens_at)
        .join(courses, courses.c.id == attendance_sessions.c.course_id)
        .where(attendance_sessions.c.id.in_(ids))
    )
    return {row.id: (row.code, row.opens_at) for row in rows}


def _references(connection: Connection, student_ids: Collection[UserId]) -> Mapping[UserId, tuple[ImageId, ...]]:
    found: defaultdict[UserId, tuple[ImageId, ...]] = defaultdict(tuple)
    if student_ids:
        for row in connection.execute(
            select(face_templates.c.student_id, face_views.c.image_id)
            .join(face_views, face_views.c.template_id == face_templates.c.id)
            .where(face_templates.c.student_id.in_(student_ids))
            .order_by(face_views.c.id)
        ):
            found[row.student_id] += (row.image_id,)
    return found


def is_reference_to_be_seen(lecturer_id: UserId) -> ColumnElement[bool]:
    """Whether an image is of an enrolled face that the lecturer has to hold a selfie against."""
    its_appeal_waits = exists().where(
        appeals.c.session_id == attendance_records.c.session_id,
        appeals.c.student_id == attendance_records.c.student_id,
        appeals.c.state == AppealState.PENDING,
    )
    return (
        select(face_views.c.id)
        .join(face_templates, face_templates.c.id == face_views.c.template_id)
        .join(attendance_records, attendance_records.c.student_id == face_templates.c.student_id)
        .where(
            face_views.c.image_id == images.c.id,
            teaches(lecturer_id, attendance_records.c.course_id),
            or_(attendance_records.c.status.in_(_UNDECIDED), its_appeal_waits),
        )
        .exists()
    )
