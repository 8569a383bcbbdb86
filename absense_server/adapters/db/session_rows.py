"""Attendance sessions as rows: how they are read and written."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Connection

from absense_server.adapters.db.courses import lecturers_of
from absense_server.adapters.db.rows import AnyRow, labelled
from absense_server.adapters.db.tables import attendance_sessions, courses, users
from absense_server.adapters.db.users import person_columns, to_person
from absense_server.domain.codes import CodeTimes, Generation
from absense_server.domain.places import Geofence, LatLng
from absense_server.domain.policy import Policy
from absense_server.domain.sessions import AttendanceSession, SessionCourse

_MILLISECOND = timedelta(milliseconds=1)

creators = users.alias("creators")

SESSION_TABLES = attendance_sessions.join(courses, courses.c.id == attendance_sessions.c.course_id).join(
    creators, creators.c.id == attendance_sessions.c.created_by
)
SESSION_COLUMNS = (
    *(column for column in labelled("session_", attendance_sessions) if column.name != "session_sealed_at"),
    *labelled("course_", courses, "code", "title"),
    *person_columns(creators, "creator"),
)


def to_sessions(connection: Connection, rows: Sequence[AnyRow]) -> list[AttendanceSession]:
    """The sessions that rows show in SESSION_COLUMNS, with their lecturers' names: one statement for all."""
    lecturers = lecturers_of(connection, {row.session_course_id for row in rows}) if rows else {}
    return [to_session(row, tuple(person.full_name for person in lecturers[row.session_course_id])) for row in rows]


def to_session(row: AnyRow, lecturer_names: tuple[str, ...] = ()) -> AttendanceSession:
    """The session that a row shows in SESSION_COLUMNS."""
    geofence = None
    if row.session_radius_m is not None:
        geofence = Geofence(LatLng(row.session_latitude, row.session_longitude), row.session_radius_m)
    return AttendanceSession(
        id=row.session_id,
        course=SessionCourse(row.session_course_id, row.course_code, row.course_title, lecturer_names),
        room=row.session_room,
        opens_at=row.session_opens_at,
        ends_at=row.session_ends_at,
        policy=to_policy(row, "session_"),
        code_times=CodeTimes(row.session_code_life_ms * _MILLISECOND, row.session_code_overlap_ms * _MILLISECOND),
        generation=Generation(row.session_generation, row.session_generation_started_at),
        session_code=row.session_session_code,
        created_at=row.session_created_at,
        created_by=to_person(row, "creator"),
        programme_id=row.session_programme_id,
        late_after_at=row.session_late_after_at,
        closed_at=row.session_closed_at,
        cancelled_at=row.session_cancelled_at,
        cancel_reason=row.session_cancel_reason,
        geofence=geofence,
        typed_code_allowed=row.session_typed_code_allowed,
        revision=row.session_revision,
    )


def from_session(session: AttendanceSession) -> dict[str, object]:
    """The row of a session."""
    fence = session.geofence
    return {
        "id": session.id,
        "course_id": session.course.id,
        "programme_id": session.programme_id,
        "session_code": session.session_code,
        "room": session.room,
        "opens_at": session.opens_at,
        "ends_at": session.ends_at,
        "late_after_at": session.late_after_at,
        "closed_at": session.closed_at,
        "cancelled_at": session.cancelled_at,
        "cancel_reason": session.cancel_reason,
        "latitude": fence and fence.center.latitude,
        "longitude": fence and fence.center.longitude,
        "radius_m": fence and fence.radius_m,
        **from_policy(session.policy),
        "code_life_ms": session.code_times.life // _MILLISECOND,
        "code_overlap_ms": session.code_times.overlap // _MILLISECOND,
        "generation": session.generation.number,
        "generation_started_at": session.generation.started_at,
        "typed_code_allowed": session.typed_code_allowed,
        "created_at": session.created_at,
        "created_by": session.created_by.id,
        "revision": session.revision,
    }


def to_policy(row: AnyRow, prefix: str) -> Policy:
    """The policy that a row shows under `prefix`."""
    return Policy(
        device=getattr(row, f"{prefix}policy_device"),
        location=getattr(row, f"{prefix}policy_location"),
        face=getattr(row, f"{prefix}policy_face"),
        liveness=getattr(row, f"{prefix}policy_liveness"),
        version=getattr(row, f"{prefix}policy_version"),
        stand_in=getattr(row, f"{prefix}policy_stand_in"),
    )


def from_policy(policy: Policy) -> dict[str, object]:
    """A policy's columns."""
    return {
        "policy_device": policy.device,
        "policy_location": policy.location,
        "policy_face": policy.face,
        "policy_liveness": policy.liveness,
        "policy_version": policy.version,
        "policy_stand_in": policy.stand_in,
    }
