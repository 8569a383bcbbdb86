"""All that is known when a claim arrives, in one SELECT."""

from sqlalchemy import ColumnElement, Connection, FromClause, and_, bindparam, func, select

from absense_server.adapters.db.devices import DEVICE_COLUMNS, to_device
from absense_server.adapters.db.enrollments import covers
from absense_server.adapters.db.faces import TEMPLATE_COLUMNS, TEMPLATE_TABLES, to_template
from absense_server.adapters.db.prepared import PreparedSelect
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
    face_templates,
    face_views,
)
from absense_server.adapters.db.users import to_person
from absense_server.domain.errors.accounts import SignInEnded
from absense_server.domain.ids import ClaimId, SessionId, UserId
from absense_server.ports.findings import ClaimView, Coverage, KnownClaim

_STUDENT = bindparam("student_id", type_=devices.c.student_id.type)

_VIEWS = (
    select(func.count())
    .select_from(face_views)
    .where(face_views.c.template_id == face_templates.c.id)
    .scalar_subquery()
)


def _view_by(session: ColumnElement[bool]) -> AnySelect:
    """One row for the student, whatever else is missing; `session` finds the session."""
    sessions = attendance_sessions
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
        (
            enrollments,
            and_(
                enrollments.c.student_id == _STUDENT,
                enrollments.c.course_id == sessions.c.course_id,
                covers(enrollments, sessions),
            ),
        ),
        (TEMPLATE_TABLES, face_templates.c.student_id == _STUDENT),
        (devices, and_(devices.c.student_id == _STUDENT, devices.c.unbound_at.is_(None))),
        (claims, and_(claims.c.student_id == _STUDENT, claims.c.claim_id == bindparam("claim_id"))),
    ):
        tables = tables.outerjoin(table, condition)
    return (
        select(
            *SESSION_COLUMNS,
            *RECORD_COLUMNS,
            *DEVICE_COLUMNS,
            *TEMPLATE_COLUMNS,
            _VIEWS.label("template_views"),
            enrollments.c.id.label("enrollment_id"),
            enrollments.c.programme_id.label("enrollment_programme_id"),
            claims.c.record_id.label("known_record_id"),
            claims.c.fingerprint.label("known_fingerprint"),
        )
        .select_from(tables)
        .where(students.c.id == _STUDENT)
        # only enrollments can be several, one after the other: the newest counts
        .order_by(enrollments.c.from_at.desc(), enrollments.c.id.desc())
    )


_BY_ID = PreparedSelect("claim_view_by_id", _view_by(attendance_sessions.c.id == bindparam("session_id")))
_BY_CODE = PreparedSelect(
    "claim_view_by_code", _view_by(attendance_sessions.c.session_code == bindparam("session_code"))
)


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
        found = _BY_ID.run(connection, {**who, "session_id": session_id})
    else:
        found = _BY_CODE.run(connection, {**who, "session_code": session_code})
    row = found.first()
    if row is None:
        raise SignInEnded
    known = None
    if row.known_record_id is not None:
        known = KnownClaim(row.known_record_id, row.known_fingerprint)
    return ClaimView(
        student=to_person(row, "student"),
        known=known,
        session=None if row.session_id is None else to_session(row),
        coverage=None if row.enrollment_id is None else Coverage(row.enrollment_programme_id),
        device=None if row.device_id is None else to_device(row),
        face=None if row.template_id is None else to_template(row, row.template_views),
        record=None if row.record_id is None else to_records(connection, [row])[0],
    )
