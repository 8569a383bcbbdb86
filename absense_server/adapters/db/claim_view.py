"""All that is known when a claim arrives, in one SELECT."""

from sqlalchemy import ColumnElement, Connection, FromClause, and_, bindparam, select

from absense_server.adapters.db.devices import DEVICE_COLUMNS, to_device
from absense_server.adapters.db.enrollments import covers
from absense_server.adapters.db.record_rows import RECORD_COLUMNS, students, to_records
from absense_server.adapters.db.rows import AnySelect
from absense_server.adapters.db.session_rows import SESSION_COLUMNS, creators, to_session
from absense_server.adapters.db.tables import (
    attendance_records,
    attendance_sessions,
    claims,
    courses,
    devices,
    enrollments,
)
from absense_server.adapters.db.users import to_person
from absense_server.domain.ids import ClaimId, SessionId, UserId
from absense_server.ports.data import ClaimView, Coverage, KnownClaim

_STUDENT = bindparam("student_id", type_=devices.c.student_id.type)


def _view_by(session: ColumnElement[bool]) -> AnySelect:
    """One row for the student, whatever else is missing; `session` finds the session."""
    sessions = attendance_sessions
    candidates = enrollments.alias("candidates")
    newest = (
        select(candidates.c.id)
        .where(
            candidates.c.student_id == _STUDENT,
            candidates.c.course_id == sessions.c.course_id,
            covers(candidates, sessions),
        )
        .order_by(candidates.c.from_at.desc(), candidates.c.id.desc())
        .limit(1)
        .correlate(sessions)
        .scalar_subquery()
    )
    tables: FromClause = students
    for table, condition in (
        (sessions, session),
        (courses, courses.c.id == sessions.c.course_id),
        (creators, creators.c.id == sessions.c.created_by),
        (
            attendance_records,
            and_(
                attendance_records.c.session_id == sessions.c.id,
                attendance_records.c.student_id == _STUDENT,
            ),
        ),
        (enrollments, enrollments.c.id == newest),
        (devices, and_(devices.c.student_id == _STUDENT, devices.c.unbound_at.is_(None))),
        (claims, and_(claims.c.student_id == _STUDENT, claims.c.claim_id == bindparam("claim_id"))),
    ):
        tables = tables.outerjoin(table, condition)
    return (
        select(
            *SESSION_COLUMNS,
            *RECORD_COLUMNS,
            *DEVICE_COLUMNS,
            enrollments.c.id.label("enrollment_id"),
            enrollments.c.programme_id.label("enrollment_programme_id"),
            claims.c.record_id.label("known_record_id"),
            claims.c.fingerprint.label("known_fingerprint"),
        )
        .select_from(tables)
        .where(students.c.id == _STUDENT)
    )


# made once: putting the statement together costs more than running it
_BY_ID = _view_by(attendance_sessions.c.id == bindparam("session_id"))
_BY_CODE = _view_by(attendance_sessions.c.session_code == bindparam("session_code"))


def claim_view(
    connection: Connection,
    student_id: UserId,
    claim_id: ClaimId | None,
    *,
    session_id: SessionId | None,
    session_code: str | None,
) -> ClaimView:
    """See ports.data.Records.view."""
    who = {"student_id": student_id, "claim_id": claim_id}
    if session_id is not None:
        row = connection.execute(_BY_ID, who | {"session_id": session_id}).one()
    else:
        row = connection.execute(_BY_CODE, {**who, "session_code": session_code}).one()
    known = None
    if row.known_record_id is not None:
        known = KnownClaim(row.known_record_id, row.known_fingerprint)
    return ClaimView(
        student=to_person(row, "student"),
        known=known,
        session=None if row.session_id is None else to_session(row),
        coverage=None if row.enrollment_id is None else Coverage(row.enrollment_programme_id),
        device=None if row.device_id is None else to_device(row),
        record=None if row.record_id is None else to_records(connection, [row])[0],
    )
