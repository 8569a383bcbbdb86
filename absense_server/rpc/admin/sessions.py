"""Attendance sessions of all courses, for administrators."""

from absense.v1 import admin_service_pb2 as pb
from absense.v1.admin_service_pb2_grpc import AdminServiceServicer
from absense_server.ports.outside import Threads
from absense_server.rpc.calls import current_caller
from absense_server.rpc.context import Context
from absense_server.rpc.convert import from_proto, sessions, to_proto
from absense_server.services.session_office import SessionOffice


class SessionCalls(AdminServiceServicer):
    """Attendance sessions."""

    def __init__(self, *, sessions: SessionOffice, threads: Threads) -> None:
        self._sessions = sessions
        self._threads = threads

    async def ListSessions(
        self, request: pb.AdminServiceListSessionsRequest, context: Context
    ) -> pb.AdminServiceListSessionsResponse:
        which = sessions.session_filter(request)
        page = await self._threads.run(self._sessions.list, which, from_proto.page(request))
        return pb.AdminServiceListSessionsResponse(
            sessions=[to_proto.session(row) for row in page.items], next_page_token=page.next_token
        )

    async def GetSession(
        self, request: pb.AdminServiceGetSessionRequest, context: Context
    ) -> pb.AdminServiceGetSessionResponse:
        session = await self._threads.run(self._sessions.get, sessions.session_id(request.session_id))
        return pb.AdminServiceGetSessionResponse(session=to_proto.session(session))

    async def CloseSession(
        self, request: pb.AdminServiceCloseSessionRequest, context: Context
    ) -> pb.AdminServiceCloseSessionResponse:
        session_id = sessions.session_id(request.session_id)
        session = await self._threads.run(self._sessions.close, current_caller(), session_id)
        return pb.AdminServiceCloseSessionResponse(session=to_proto.session(session))

    async def CancelSession(
        self, request: pb.AdminServiceCancelSessionRequest, context: Context
    ) -> pb.AdminServiceCancelSessionResponse:
        session_id = sessions.session_id(request.session_id)
        session = await self._threads.run(self._sessions.cancel, current_caller(), session_id, request.reason.strip())
        return pb.AdminServiceCancelSessionResponse(session=to_proto.session(session))
