"""A session's records while they come in, for lecturers."""

from collections.abc import AsyncIterator

from absense.v1 import lecturer_service_pb2 as pb
from absense.v1.lecturer_service_pb2_grpc import LecturerServiceServicer
from absense_server.rpc.calls import current_caller
from absense_server.rpc.context import Context
from absense_server.rpc.convert import sessions
from absense_server.services.live_attendance import LiveAttendance


class LiveAttendanceCalls(LecturerServiceServicer):
    """The live list."""

    def __init__(self, *, live_attendance: LiveAttendance) -> None:
        self._live_attendance = live_attendance

    async def WatchAttendance(
        self, request: pb.WatchAttendanceRequest, context: Context
    ) -> AsyncIterator[pb.WatchAttendanceResponse]:
        caller, session_id = current_caller(), sessions.session_id(request.session_id)
        async for event in self._live_attendance.watch(caller, session_id, request.resume_token):
            yield sessions.live_event(event, caller)
