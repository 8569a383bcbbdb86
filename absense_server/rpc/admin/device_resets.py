"""Wishes for another phone, decided by administrators."""

from uuid import UUID

from absense.v1 import admin_service_pb2 as pb
from absense.v1.admin_service_pb2_grpc import AdminServiceServicer
from absense_server.domain.ids import DeviceResetId, UserId
from absense_server.ports.outside import Threads
from absense_server.rpc.calls import current_caller
from absense_server.rpc.context import Context
from absense_server.rpc.convert import from_proto, pairs, to_proto
from absense_server.services.device_resets import DeviceResets


class DeviceResetCalls(AdminServiceServicer):
    """Wishes for another phone."""

    def __init__(self, *, device_resets: DeviceResets, threads: Threads) -> None:
        self._device_resets = device_resets
        self._threads = threads

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
