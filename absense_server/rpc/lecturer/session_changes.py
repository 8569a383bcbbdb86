"""Attendance sessions changed after they were made, for lecturers."""

from absense.v1 import lecturer_service_pb2 as pb
from absense.v1.lecturer_service_pb2_grpc import LecturerServiceServicer
from absense_server.ports.outside import Threads
from absense_server.rpc.calls import current_caller
from absense_server.rpc.context import Context
from absense_server.rpc.convert import from_proto, sessions, to_proto
from absense_server.services.session_changes import SessionChanges


class SessionChangeCalls(LecturerServiceServicer):
    """Sessions changed, reopened, called off."""

    def __init__(self, *, session_changes: SessionChanges, threads: Threads) -> None:
        self._session_changes = session_changes
        self._threads = threads

    async def UpdateSession(self, request: pb.UpdateSessionRequest, context: Context) -> pb.UpdateSessionResponse:
        session_id, change = sessions.session_id(request.session_id), sessions.session_change(request)
        session = await self._threads.run(
            self._session_changes.update, current_caller(), session_id, change, request.expected_revision
        )
        return pb.UpdateSessionResponse(session=to_proto.session(session))

    async def ReopenSession(self, request: pb.ReopenSessionRequest, context: Context) -> pb.ReopenSessionResponse:
        session_id = sessions.session_id(request.session_id)
        ends_at = from_proto.time(request.end_time, "end_time") if request.HasField("end_time") else None
        session = await self._threads.run(
            self._session_changes.reopen, current_caller(), session_id, ends_at, request.allow_parallel
        )
        return pb.ReopenSessionResponse(session=to_proto.session(session))

    async def CancelSession(
        self, request: pb.LecturerServiceCancelSessionRequest, context: Context
    ) -> pb.LecturerServiceCancelSessionResponse:
        session_id = sessions.session_id(request.session_id)
        session = await self._threads.run(
            self._session_changes.cancel, current_caller(), session_id, request.reason.strip()
        )
        return pb.LecturerServiceCancelSessionResponse(session=to_proto.session(session))

    async def RegenerateSessionCode(
        self, request: pb.RegenerateSessionCodeRequest, context: Context
    ) -> pb.RegenerateSessionCodeResponse:
        session_id = sessions.session_id(request.session_id)
        session = await self._threads.run(self._session_changes.regenerate_code, current_caller(), session_id)
        return pb.RegenerateSessionCodeResponse(session=to_proto.session(session))
