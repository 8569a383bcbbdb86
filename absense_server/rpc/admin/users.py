"""Accounts, for administrators."""

from uuid import UUID

from absense.v1 import admin_service_pb2 as pb
from absense.v1.admin_service_pb2_grpc import AdminServiceServicer
from absense_server.domain.ids import UserId
from absense_server.ports.outside import Threads
from absense_server.rpc.calls import current_caller
from absense_server.rpc.context import Context
from absense_server.rpc.convert import accounts, erasure, from_proto, to_proto
from absense_server.services.account_erasure import AccountErasure
from absense_server.services.user_changes import UserChanges
from absense_server.services.user_office import UserOffice


class UserCalls(AdminServiceServicer):
    """Accounts."""

    def __init__(
        self, *, users: UserOffice, user_changes: UserChanges, account_erasure: AccountErasure, threads: Threads
    ) -> None:
        self._users = users
        self._user_changes = user_changes
        self._account_erasure = account_erasure
        self._threads = threads

    async def ListUsers(self, request: pb.ListUsersRequest, context: Context) -> pb.ListUsersResponse:
        page = await self._threads.run(self._users.list, accounts.user_filter(request), from_proto.page(request))
        return pb.ListUsersResponse(users=[to_proto.user(user) for user in page.items], next_page_token=page.next_token)

    async def GetUser(self, request: pb.GetUserRequest, context: Context) -> pb.GetUserResponse:
        found = await self._threads.run(self._users.get, UserId(UUID(request.user_id)))
        device = None if found.device is None else to_proto.device(found.device)
        return pb.GetUserResponse(user=to_proto.user(found.user), device=device)

    async def CreateUser(self, request: pb.CreateUserRequest, context: Context) -> pb.CreateUserResponse:
        wish, key = accounts.new_account(request), from_proto.request_key(request, request.request_id)
        user = await self._threads.run(self._users.create, current_caller(), wish, key)
        return pb.CreateUserResponse(user=to_proto.user(user))

    async def UpdateUser(self, request: pb.UpdateUserRequest, context: Context) -> pb.UpdateUserResponse:
        user_id, change = UserId(UUID(request.user_id)), accounts.user_change(request)
        user = await self._threads.run(self._user_changes.make, current_caller(), user_id, change)
        return pb.UpdateUserResponse(user=to_proto.user(user))

    async def SendPasswordReset(
        self, request: pb.SendPasswordResetRequest, context: Context
    ) -> pb.SendPasswordResetResponse:
        await self._threads.run(self._users.send_password_reset, current_caller(), UserId(UUID(request.user_id)))
        return pb.SendPasswordResetResponse()

    async def EraseUser(self, request: pb.EraseUserRequest, context: Context) -> pb.EraseUserResponse:
        user_id = UserId(UUID(request.user_id))
        erased = await self._account_erasure.erase(current_caller(), user_id, request.reason.strip())
        return pb.EraseUserResponse(erased=erasure.erased_account(erased))
