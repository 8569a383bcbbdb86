"""Accounts from files, for administrators."""

from collections.abc import AsyncIterator

from absense.v1 import admin_service_pb2 as pb
from absense.v1.admin_service_pb2_grpc import AdminServiceServicer
from absense_server.rpc.calls import current_caller
from absense_server.rpc.context import Context
from absense_server.rpc.convert import from_proto, imports
from absense_server.services.user_imports import UserImports


class ImportCalls(AdminServiceServicer):
    """Accounts, and whole schools, as files have them."""

    def __init__(self, *, imports: UserImports) -> None:
        self._imports = imports

    async def ImportUsers(
        self, request_iterator: AsyncIterator[pb.ImportUsersRequest], context: Context
    ) -> pb.ImportUsersResponse:
        header = await imports.first_user_header(request_iterator)
        asked, announced = imports.user_import(header), imports.announcement(header.file)
        done = await self._imports.run(current_caller(), asked, announced, from_proto.chunks(request_iterator))
        return pb.ImportUsersResponse(report=imports.report(done))

    async def ImportUsersInline(
        self, request: pb.ImportUsersInlineRequest, context: Context
    ) -> pb.ImportUsersInlineResponse:
        asked, announced = imports.user_import(request.header), imports.announcement(request.header.file)
        done = await self._imports.run(current_caller(), asked, announced, from_proto.whole(request.file))
        return pb.ImportUsersInlineResponse(report=imports.report(done))
