"""AdminService."""

from collections.abc import AsyncIterator
from uuid import UUID

from absense.v1 import admin_service_pb2 as pb
from absense.v1.admin_service_pb2_grpc import AdminServiceServicer
from absense_server.domain.faces import FaceModel
from absense_server.domain.ids import DeviceResetId, FaceTemplateId, ImageId, UserId
from absense_server.ports.outside import Threads
from absense_server.rpc.calls import current_caller
from absense_server.rpc.context import Context
from absense_server.rpc.convert import accounts, erasure, faces, from_proto, pairs, to_proto
from absense_server.rpc.server_info import MAX_CHUNK_BYTES
from absense_server.services.account_erasure import AccountErasure
from absense_server.services.device_resets import DeviceResets
from absense_server.services.face_office import FaceOffice
from absense_server.services.user_changes import UserChanges
from absense_server.services.user_office import UserOffice


class Admin(AdminServiceServicer):
    """What administrators use."""

    def __init__(
        self,
        *,
        users: UserOffice,
        user_changes: UserChanges,
        device_resets: DeviceResets,
        faces: FaceOffice,
        face_model: FaceModel | None,
        account_erasure: AccountErasure,
        threads: Threads,
    ) -> None:
        self._users = users
        self._user_changes = user_changes
        self._device_resets = device_resets
        self._faces = faces
        self._face_model = face_model
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

    async def ListDeviceResetRequests(
        self, request: pb.ListDeviceResetRequestsRequest, context: Context
    ) -> pb.ListDeviceResetRequestsResponse:
        state = pairs.RESET_STATE.member(request.state)
        student_id = UserId(UUID(request.user_id)) if request.user_id else None
        page = await self._threads.run(self._device_resets.list, state, student_id, from_proto.page(request))
        resets = [to_proto.device_reset_to_decide(reset) for reset in page.items]
        return pb.ListDeviceResetRequestsResponse(reset_requests=resets, next_page_token=page.next_token)

    async def ApproveDeviceReset(
        self, request: pb.ApproveDeviceResetRequest, context: Context
    ) -> pb.ApproveDeviceResetResponse:
        reset_id, note = DeviceResetId(UUID(request.reset_request_id)), request.note.strip()
        reset = await self._threads.run(self._device_resets.approve, current_caller(), reset_id, note)
        return pb.ApproveDeviceResetResponse(reset_request=to_proto.device_reset_to_decide(reset))

    async def RejectDeviceReset(
        self, request: pb.RejectDeviceResetRequest, context: Context
    ) -> pb.RejectDeviceResetResponse:
        reset_id, note = DeviceResetId(UUID(request.reset_request_id)), request.note.strip()
        reset = await self._threads.run(self._device_resets.reject, current_caller(), reset_id, note)
        return pb.RejectDeviceResetResponse(reset_request=to_proto.device_reset_to_decide(reset))

    async def EraseUser(self, request: pb.EraseUserRequest, context: Context) -> pb.EraseUserResponse:
        user_id = UserId(UUID(request.user_id))
        erased = await self._account_erasure.erase(current_caller(), user_id, request.reason.strip())
        return pb.EraseUserResponse(erased=erasure.erased_account(erased))

    async def GetFaceTemplate(self, request: pb.GetFaceTemplateRequest, context: Context) -> pb.GetFaceTemplateResponse:
        found = await self._threads.run(self._faces.get, UserId(UUID(request.user_id)))
        return pb.GetFaceTemplateResponse(
            template=faces.template(found.face.template, self._face_model),
            image_ids=[str(view.image_id) for view in found.face.views],
            student=to_proto.person(found.student),
        )

    async def VerifyFaceTemplate(
        self, request: pb.VerifyFaceTemplateRequest, context: Context
    ) -> pb.VerifyFaceTemplateResponse:
        user_id, template_id = UserId(UUID(request.user_id)), FaceTemplateId(UUID(request.template_id))
        compared = frozenset(ImageId(UUID(image_id)) for image_id in request.image_ids)
        found = await self._threads.run(self._faces.vouch, current_caller(), user_id, template_id, compared)
        return pb.VerifyFaceTemplateResponse(template=faces.template(found.face.template, self._face_model))

    async def ClearFaceReference(
        self, request: pb.ClearFaceReferenceRequest, context: Context
    ) -> pb.ClearFaceReferenceResponse:
        user_id, template_id = UserId(UUID(request.user_id)), FaceTemplateId(UUID(request.template_id))
        erased = await self._faces.clear(current_caller(), user_id, template_id, request.reason.strip())
        return pb.ClearFaceReferenceResponse(erased=faces.erased(erased))

    async def GetImage(
        self, request: pb.AdminServiceGetImageRequest, context: Context
    ) -> AsyncIterator[pb.AdminServiceGetImageResponse]:
        shown = await self._faces.image(
            current_caller(), ImageId(UUID(request.image_id)), accept_link=request.accept_download_url
        )
        yield pb.AdminServiceGetImageResponse(header=to_proto.image_header(shown))
        for start in range(0, len(shown.content), MAX_CHUNK_BYTES):
            yield pb.AdminServiceGetImageResponse(chunk=shown.content[start : start + MAX_CHUNK_BYTES])
