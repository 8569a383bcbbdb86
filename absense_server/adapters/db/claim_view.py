"""All that is known when claims arrive, in one SELECT."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Uuid,
    and_,
    bindparam,
    case,
    column,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects import postgresql

from absense_server.adapters.db.devices import DEVICE_COLUMNS, to_device
from absense_server.adapters.db.enrollments import covers, in_scope
from absense_server.adapters.db.faces import TEMPLATE_COLUMNS, TEMPLATE_TABLES, to_template
from absense_server.adapters.db.prepared import PreparedSelect
from absense_server.adapters.db.record_rows import RECORD_COLUMNS, students, to_records
from absense_server.adapters.db.rows import AnyRow, AnySelect
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
from absense_server.domain.sessions import AttendanceSession
from absense_server.ports.findings import ClaimKey, ClaimView, Coverage, KnownClaim

_VIEWS = (
    select(func.count())
    .select_from(face_views)
    .where(face_views.c.template_id == face_templates.c.id)
    .scalar_subquery()
)


def _view(
    tables: FromClause,
    student: ColumnElement[UUID],
    session: ColumnElement[bool],
    claim_id: ColumnElement[UUID],
    *more: ColumnElement[Any],
) -> AnySelect:
    """`tables`, which have the students, with whatever else is there; `session` finds the session."""
    sessions = attendance_sessions
    for table, condition in (
        (sessions, session),
        (courses, courses.c.id == sessions.c.course_id),
        (creators, creators.c.id == sessions.c.created_by),
        (
            attendance_records,
            and_(
                attendance_records.c.session_id == sessions.c.id,
                attendance_records.c.student_id == student,
            ),
        ),
        (
            enrollments,
            and_(
                enrollments.c.student_id == student,
                enrollments.c.course_id == sessions.c.course_id,
                covers(enrollments, sessions),
            ),
        ),
        (TEMPLATE_TABLES, face_templates.c.student_id == student),
        (devices, and_(devices.c.student_id == student, devices.c.unbound_at.is_(None))),
        (claims, and_(claims.c.student_id == student, claims.c.claim_id == claim_id)),
    ):
        tables = tables.outerjoin(table, condition)
    return select(
        *SESSION_COLUMNS,
        *RECORD_COLUMNS,
        *DEVICE_COLUMNS,
        *TEMPLATE_COLUMNS,
        _VIEWS.label("template_views"),
        enrollments.c.id.label("enrollment_id"),
        enrollments.c.programme_id.label("enrollment_programme_id"),
        claims.c.record_id.label("known_record_id"),
        claims.c.fingerprint.label("known_fingerprint"),
        *more,
    ).select_from(tables)


# only enrollments can be several, one after the other: the newest in the session's scope counts
_NEWEST_FIRST = (
    case((in_scope(enrollments, attendance_sessions), literal_column("0")), else_=literal_column("1")),
    enrollments.c.from_at.desc(),
    enrollments.c.id.desc(),
)
_IS_THERE = students.c.state != literal_column("'ERASED'")
_STUDENT = bindparam("student_id", type_=devices.c.student_id.type)
_CLAIM = bindparam("claim_id", type_=claims.c.claim_id.type)


def _one(name: str, session: ColumnElement[bool]) -> PreparedSelect:
    """One row for the student."""
    found = _view(students, _STUDENT, session, _CLAIM).where(students.c.id == _STUDENT, _IS_THERE)
    return PreparedSelect(name, found.order_by(*_NEWEST_FIRST))


def _several() -> PreparedSelect:
    """A row for each student of the three lists, which are of the same length, with its place in them."""
    ids = postgresql.ARRAY(Uuid)
    lists = (bindparam(name, type_=ids) for name in ("student_ids", "claim_ids", "session_ids"))
    wanted = (
        func.unnest(*lists)
        .table_valued(
            column("student_id", Uuid), column("claim_id", Uuid), column("session_id", Uuid), with_ordinality="place"
        )
        .render_derived()
    )
    tables = wanted.join(students, and_(students.c.id == wanted.c.student_id, _IS_THERE))
    session = attendance_sessions.c.id == wanted.c.session_id
    found = _view(tables, wanted.c.student_id, session, wanted.c.claim_id, wanted.c.place)
    return PreparedSelect("claim_views", found.order_by(*_NEWEST_FIRST))


_BY_ID = _one("claim_view_by_id", attendance_sessions.c.id == bindparam("session_id"))
_BY_CODE = _one("claim_view_by_code", attendance_sessions.c.session_code == bindparam("session_code"))
_SEVERAL = _several()


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
    return _to_views(connection, [row])[0]


def claim_views(connection: Connection, keys: Sequence[ClaimKey]) -> Sequence[ClaimView | None]:
    """See ports.data.Records.views."""
    if connection.dialect.name != "postgresql":
        return [_view_of(connection, key) for key in keys]
    found = _SEVERAL.run(
        connection,
        {
            "student_ids": [key.student_id for key in keys],
            "claim_ids": [key.claim_id for key in keys],
            "session_ids": [key.session_id for key in keys],
        },
    )
    newest: dict[int, AnyRow] = {}
    for row in found:
        newest.setdefault(row.place - 1, row)
    views = dict(zip(newest, _to_views(connection, list(newest.values())), strict=True))
    return [views.get(place) for place in range(len(keys))]


def _view_of(connection: Connection, key: ClaimKey) -> ClaimView | None:
    try:
        return claim_view(connection, key.student_id, key.claim_id, session_id=key.session_id, session_code=None)
    except SignInEnded:
        return None


def _to_views(connection: Connection, rows: Sequence[AnyRow]) -> list[ClaimView]:
    records = {
        record.id: record for record in to_records(connection, [row for row in rows if row.record_id is not None])
    }
    sessions: dict[SessionId | None, AttendanceSession | None] = {None: None}
    for row in rows:
        if row.session_id not in sessions:
            sessions[row.session_id] = to_session(row)
    return [
        ClaimView(
            student=to_person(row, "student"),
            known=None if row.known_record_id is None else KnownClaim(row.known_record_id, row.known_fingerprint),
            session=sessions[row.session_id],
            coverage=None if row.enrollment_id is None else Coverage(row.enrollment_programme_id),
            device=None if row.device_id is None else to_device(row),
            face=None if row.template_id is None else to_template(row, row.template_views),
            record=records.get(row.record_id),
        )
        for row in rows
    ]
