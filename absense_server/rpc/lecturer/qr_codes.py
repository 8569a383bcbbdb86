"""The codes of sessions, for the projector."""

from collections.abc import AsyncIterator
from uuid import UUID

from absense.v1 import lecturer_service_pb2 as pb
from absense.v1.lecturer_service_pb2_grpc import LecturerServiceServicer
from absense_server.domain.ids import SessionId
from absense_server.ports.outside import Clock, Threads
from absense_server.rpc.calls import current_caller
from absense_server.rpc.context import Context
from absense_server.rpc.convert import to_proto
from absense_server.services.qr_codes import QrCode, QrCodes


class QrCodeCalls(LecturerServiceServicer):
    """The codes of open sessions."""

    def __init__(self, *, qr_codes: QrCodes, threads: Threads, clock: Clock) -> None:
        self._qr_codes = qr_codes
        self._threads = threads
        self._clock = clock

    async def WatchQrCodes(
        self, request: pb.WatchQrCodesRequest, context: Context
    ) -> AsyncIterator[pb.WatchQrCodesResponse]:
        async for event in self._qr_codes.watch(current_caller(), SessionId(UUID(request.session_id))):
            if isinstance(event, QrCode):
                yield pb.WatchQrCodesResponse(code=to_proto.qr_code(event))
            else:
                yield pb.WatchQrCodesResponse(waiting=to_proto.context(event, self._clock.now()))

    async def GetQrCode(self, request: pb.GetQrCodeRequest, context: Context) -> pb.GetQrCodeResponse:
        code = await self._qr_codes.current(current_caller(), SessionId(UUID(request.session_id)))
        return pb.GetQrCodeResponse(code=to_proto.qr_code(code))

    async def GetQrStatus(self, request: pb.GetQrStatusRequest, context: Context) -> pb.GetQrStatusResponse:
        session_id = SessionId(UUID(request.session_id))
        status = await self._threads.run(self._qr_codes.status, current_caller(), session_id)
        return to_proto.qr_status(status)

    async def RotateQrCode(self, request: pb.RotateQrCodeRequest, context: Context) -> pb.RotateQrCodeResponse:
        code = await self._qr_codes.rotate(current_caller(), SessionId(UUID(request.session_id)))
        return pb.RotateQrCodeResponse(code=to_proto.qr_code(code))
