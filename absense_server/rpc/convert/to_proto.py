"""Domain objects to messages."""

from datetime import datetime, timedelta
from uuid import UUID

from google.protobuf import duration_pb2, timestamp_pb2
from google.type import latlng_pb2

from absense.v1 import (
    attendance_session_pb2,
    course_pb2,
    device_pb2,
    error_reason_pb2,
    image_pb2,
    lecturer_service_pb2,
    qr_code_pb2,
    student_service_pb2,
    user_pb2,
)
from absense_server.domain.courses import Course, Enrollment
from absense_server.domain.devices import Device, DeviceReset
from absense_server.domain.errors.base import DomainError
from absense_server.domain.people import Person, User
from absense_server.domain.places import Geofence, LatLng
from absense_server.domain.policy import Policy
from absense_server.domain.sessions import AttendanceSession, Counts
from absense_server.ports.findings import OpenSession
from absense_server.rpc.convert import pairs
from absense_server.services.photographs import Shown
from absense_server.services.qr_codes import QrCode, QrStatus
from absense_server.services.scans import Scan
from absense_server.services.sessions import CountedSession


def time(instant: datetime | None) -> timestamp_pb2.Timestamp | None:
    """A timestamp; None stays absent."""
    if instant is None:
        return None
    message = timestamp_pb2.Timestamp()
    message.FromDatetime(instant)
    return message


def span(duration: timedelta) -> duration_pb2.Duration:
    """A duration."""
    message = duration_pb2.Duration()
    message.FromTimedelta(duration)
    return message


def ident(value: UUID | None) -> str:
    """An id; empty for None."""
    return "" if value is None else str(value)


def person(value: Person) -> user_pb2.Person:
    """A user beside another resource."""
    return user_pb2.Person(
        user_id=str(value.id), full_name=value.full_name, institution_number=value.institution_number
    )


def user(value: User) -> user_pb2.User:
    """An account."""
    return user_pb2.User(
        id=str(value.id),
        email=value.email,
        full_name=value.full_name,
        role=pairs.ROLE.number(value.role),
        state=pairs.USER_STATE.number(value.state),
        institution_number=value.institution_number,
        programme_id=ident(value.programme_id),
        level=value.level,
        create_time=time(value.created_at),
        claimed_number=value.claimed_number,
    )


def course(value: Course) -> course_pb2.Course:
    """A course."""
    return course_pb2.Course(
        id=str(value.id),
        code=value.code,
        title=value.title,
        term_id=str(value.term.id),
        term_name=value.term.name,
        level=value.level,
        programme_ids=sorted(str(programme) for programme in value.programme_ids),
        lecturers=[person(lecturer) for lecturer in value.lecturers],
        archived=value.archived,
        enrollment_open=value.enrollment_open,
        revision=value.revision,
        create_time=time(value.created_at),
        enrollment_start_time=time(value.enrollment_from_at),
        enrollment_end_time=time(value.enrollment_until_at),
    )


def enrollment(value: Enrollment) -> course_pb2.Enrollment:
    """A place in a course."""
    return course_pb2.Enrollment(
        id=str(value.id),
        student=person(value.student),
        course=course(value.course),
        programme_id=ident(value.programme_id),
        level=value.level,
        from_time=time(value.from_at),
        until_time=time(value.until_at),
    )


def device(value: Device) -> device_pb2.Device:
    """A bound phone."""
    return device_pb2.Device(
        id=str(value.id),
        platform=pairs.PLATFORM.number(value.platform),
        model=value.model,
        has_key=value.public_key is not None,
        bind_time=time(value.bound_at),
    )


def device_reset(value: DeviceReset) -> device_pb2.DeviceResetRequest:
    """A student's wish for another phone, as the student may see it."""
    return device_pb2.DeviceResetRequest(
        id=str(value.id),
        student=person(value.student),
        device=device(value.device),
        reason=value.reason,
        state=pairs.RESET_STATE.number(value.state),
        create_time=time(value.created_at),
        decide_time=time(value.decided_at),
        note=value.note,
    )


def device_reset_to_decide(value: DeviceReset) -> device_pb2.DeviceResetRequest:
    """The same as administrators see it."""
    message = device_reset(value)
    message.earlier_approved_count = value.earlier_approved
    return message


def policy(value: Policy) -> attendance_session_pb2.CheckPolicy:
    """How much each check weighs."""
    return attendance_session_pb2.CheckPolicy(
        device=pairs.REQUIREMENT.number(value.device),
        location=pairs.REQUIREMENT.number(value.location),
        face=pairs.REQUIREMENT.number(value.face),
        liveness=pairs.REQUIREMENT.number(value.liveness),
        version=value.version,
        face_stand_in=pairs.STAND_IN.number(value.stand_in),
    )


def lat_lng(value: LatLng) -> latlng_pb2.LatLng:
    """A point."""
    return latlng_pb2.LatLng(latitude=value.latitude, longitude=value.longitude)


def geofence(value: Geofence | None) -> attendance_session_pb2.Geofence | None:
    """A circle; None stays absent."""
    if value is None:
        return None
    return attendance_session_pb2.Geofence(center=lat_lng(value.center), radius_meters=value.radius_m)


def context(value: AttendanceSession, now: datetime) -> attendance_session_pb2.SessionContext:
    """What anyone who may attend can know of a session."""
    return attendance_session_pb2.SessionContext(
        session_id=str(value.id),
        course_id=str(value.course.id),
        course_code=value.course.code,
        course_title=value.course.title,
        lecturer_names=value.course.lecturer_names,
        room=value.room,
        geofence=geofence(value.geofence),
        open_time=time(value.opens_at),
        end_time=time(value.end),
        late_after_time=time(value.late_after_at),
        state=pairs.SESSION_STATE.number(value.state(now)),
        policy=policy(value.policy),
        typed_code_allowed=value.typed_code_allowed,
        cancel_reason=value.cancel_reason,
    )


def session(value: CountedSession) -> attendance_session_pb2.AttendanceSession:
    """A session as its lecturers see it."""
    s = value.session
    return attendance_session_pb2.AttendanceSession(
        id=str(s.id),
        course_id=str(s.course.id),
        course_code=s.course.code,
        course_title=s.course.title,
        room=s.room,
        programme_id=ident(s.programme_id),
        open_time=time(s.opens_at),
        end_time=time(s.ends_at),
        late_after_time=time(s.late_after_at),
        close_time=time(s.closed_at),
        state=pairs.SESSION_STATE.number(s.state(value.now)),
        geofence=geofence(s.geofence),
        policy=policy(s.policy),
        code_life=span(s.code_times.life),
        code_overlap=span(s.code_times.overlap),
        typed_code_allowed=s.typed_code_allowed,
        session_code=s.session_code,
        counts=counts(value.counts),
        revision=s.revision,
        create_time=time(s.created_at),
        created_by=person(s.created_by),
        cancel_time=time(s.cancelled_at),
        cancel_reason=s.cancel_reason,
        expected_count=value.expected,
    )


def counts(value: Counts) -> attendance_session_pb2.SessionCounts:
    """Records by status."""
    return attendance_session_pb2.SessionCounts(
        confirmed=value.confirmed,
        late=value.late,
        flagged=value.flagged,
        pending=value.pending,
        rejected=value.rejected,
        excused=value.excused,
    )


def open_session(value: OpenSession, now: datetime) -> student_service_pb2.OpenSession:
    """A session that the student can claim in."""
    return student_service_pb2.OpenSession(
        session=context(value.session, now),
        remaining=span(max(value.session.end - now, timedelta(0))),
        record_status=pairs.STATUS.number(value.record_status),
        record_id=ident(value.record_id),
    )


def qr_code(value: QrCode) -> qr_code_pb2.QrCode:
    """A code to show."""
    return qr_code_pb2.QrCode(
        text=value.text,
        typed_code=value.typed_code,
        png=value.drawing.png,
        svg=value.drawing.svg,
        context=context(value.session, value.now),
        issue_time=time(value.step.issued_at),
        expire_time=time(value.step.expires_at),
        next_rotation_time=time(value.next_at),
        generation=value.step.generation,
        step=value.step.number,
        session_code=value.session.session_code,
    )


def qr_status(value: QrStatus) -> lecturer_service_pb2.GetQrStatusResponse:
    """Where the rotation stands."""
    step = value.step
    state = pairs.SESSION_STATE.number(value.session.state(value.now))
    if step is None:
        return lecturer_service_pb2.GetQrStatusResponse(state=state)
    return lecturer_service_pb2.GetQrStatusResponse(
        state=state,
        generation=step.generation,
        step=step.number,
        issue_time=time(step.issued_at),
        expire_time=time(step.expires_at),
        next_rotation_time=time(step.next_at if step.next_at < value.session.end else None),
        remaining=span(value.session.end - value.now),
    )


def scan(value: Scan) -> student_service_pb2.ScanQrResponse:
    """What a code is good for."""
    return student_service_pb2.ScanQrResponse(
        session=context(value.session, value.now),
        code_good=bool(value.ticket),
        problem=error_reason(value.problem),
        advice=value.notice if value.problem is None else str(value.problem),
        scan_ticket=value.ticket,
        scan_ticket_expire_time=time(value.ticket_expires_at),
        enrolled=value.enrolled,
        record_status=pairs.STATUS.number(value.record_status),
        record_id=ident(value.record_id),
        selfie_wanted=value.selfie_wanted,
    )


def error_reason(error: DomainError | None) -> error_reason_pb2.ErrorReason:
    """The reason of an error; unspecified for None."""
    if error is None:
        return error_reason_pb2.ERROR_REASON_UNSPECIFIED
    reason: error_reason_pb2.ErrorReason = getattr(error_reason_pb2, f"ERROR_REASON_{error.reason}")
    return reason


def image_header(value: Shown) -> image_pb2.ImageHeader:
    """What is said about an image before its bytes, or with a link instead of them."""
    image = value.image
    header = image_pb2.ImageHeader(
        media_type=image.media_type.value, size=image.size, width=image.width, height=image.height
    )
    if value.link is not None:
        header.download_url = value.link.url
        header.download_expire_time.FromDatetime(value.link.expires_at)
    return header
