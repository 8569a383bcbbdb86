"""Changes of sessions, lists of them for administrators, and live lists of their records."""

from uuid import UUID

from absense.v1 import admin_service_pb2, lecturer_service_pb2
from absense_server.domain.ids import CourseId, ProgrammeId, SessionId, TermId
from absense_server.domain.people import Caller
from absense_server.domain.session_changes import SessionChange
from absense_server.ports.findings import ReviewedRecord, SessionFilter
from absense_server.rpc.convert import from_proto, pairs, records, to_proto
from absense_server.services.live_attendance import LiveEvent, Sign
from absense_server.services.sessions import CountedSession


def session_change(request: lecturer_service_pb2.UpdateSessionRequest) -> SessionChange:
    """What the mask names."""
    time, span = from_proto.time, from_proto.span
    return SessionChange(
        named=frozenset(request.update_mask.paths),
        room=request.room.strip(),
        ends_at=time(request.end_time, "end_time") if request.HasField("end_time") else None,
        late_after=span(request.late_after, "late_after") if request.HasField("late_after") else None,
        geofence=from_proto.geofence(request.geofence) if request.HasField("geofence") else None,
        policy=from_proto.policy_wishes(request.policy),
        opens_at=time(request.open_time, "open_time") if request.HasField("open_time") else None,
        programme_id=ProgrammeId(UUID(request.programme_id)) if request.programme_id else None,
        code_life=span(request.code_life, "code_life") if request.HasField("code_life") else None,
        code_overlap=span(request.code_overlap, "code_overlap") if request.HasField("code_overlap") else None,
        typed_code_allowed=request.typed_code_allowed,
        allow_parallel=request.allow_parallel,
    )


def session_filter(request: admin_service_pb2.AdminServiceListSessionsRequest) -> SessionFilter:
    """Which sessions to list, of all."""
    states = (pairs.SESSION_STATE.member(number) for number in request.states)
    return SessionFilter(
        course_id=CourseId(UUID(request.course_id)) if request.course_id else None,
        states=frozenset(state for state in states if state is not None),
        opens_from=from_proto.time(request.from_time, "from_time") if request.HasField("from_time") else None,
        opens_until=from_proto.time(request.until_time, "until_time") if request.HasField("until_time") else None,
        term_id=TermId(UUID(request.term_id)) if request.term_id else None,
    )


def session_id(text: str) -> SessionId:
    """A session's id."""
    return SessionId(UUID(text))


def live_event(value: LiveEvent, caller: Caller) -> lecturer_service_pb2.WatchAttendanceResponse:
    """A message of the live list that `caller` watches."""
    message = lecturer_service_pb2.WatchAttendanceResponse(resume_token=value.resume_token)
    match value.what:
        case ReviewedRecord():
            message.record.CopyFrom(records.reviewed_record(value.what, caller))
        case CountedSession():
            message.session.CopyFrom(to_proto.session(value.what))
        case Sign.CAUGHT_UP:
            message.caught_up.SetInParent()
        case Sign.HEARTBEAT:
            message.heartbeat.SetInParent()
    return message
