"""Attendance sessions, for lecturers."""

from uuid import UUID

from absense.v1 import lecturer_service_pb2 as pb
from absense.v1.lecturer_service_pb2_grpc import LecturerServiceServicer
from absense_server.domain.ids import SessionId
from absense_server.ports.outside import Threads
from absense_server.rpc.calls import current_caller
from absense_server.rpc.context import Context
from absense_server.rpc.convert import from_proto, to_proto
from absense_server.services.sessions import Sessions


class SessionCalls(LecturerServiceServicer):
    """Attendance sessions."""

    def __init__(self, *, sessions: Sessions, threads: Threads) -> None:
        self._sessions = sessions
        self._threads = threads

    async def CreateSession(self, request: pb.CreateSessionRequest, context: Context) -> pb.CreateSessionResponse:
        key = from_proto.request_key(request, request.request_id)
        session = await self._threads.run(self._sessions.create, current_caller(), from_proto.new_session(request), key)
        return pb.CreateSessionResponse(session=to_proto.session(session))

    async def GetSession(
        self, request: pb.LecturerServiceGetSessionRequest, context: Context
    ) -> pb.LecturerServiceGetSessionResponse:
        session_id = SessionId(UUID(request.session_id))
        session = await self._threads.run(self._sessions.get, current_caller(), session_id)
        return pb.LecturerServiceGetSessionResponse(session=to_proto.session(session))

    async def ListSessions(
        self, request: pb.LecturerServiceListSessionsRequest, context: Context
    ) -> pb.LecturerServiceListSessionsResponse:
        page = await self._threads.run(
            self._sessions.list,
            current_caller(),
            from_proto.session_filter(request),
            from_proto.page(request),
        )
        return pb.LecturerServiceListSessionsResponse(
            sessions=[to_proto.session(row) for row in page.items], next_page_token=page.next_token
        )

    async def CloseSession(
        self, request: pb.LecturerServiceCloseSessionRequest, context: Context
    ) -> pb.LecturerServiceCloseSessionResponse:
        session_id = SessionId(UUID(request.session_id))
        session = await self._threads.run(self._sessions.close, current_caller(), session_id)
        return pb.LecturerServiceCloseSessionResponse(session=to_proto.session(session))
