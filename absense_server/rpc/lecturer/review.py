"""Records, as lecturers look at them."""

from collections.abc import AsyncIterator
from uuid import UUID

from absense.v1 import lecturer_service_pb2 as pb
from absense.v1.lecturer_service_pb2_grpc import LecturerServiceServicer
from absense_server.domain.ids import ImageId, RecordId, SessionId
from absense_server.ports.outside import Threads
from absense_server.rpc.calls import current_caller
from absense_server.rpc.context import Context
from absense_server.rpc.convert import from_proto, records, review, to_proto
from absense_server.rpc.server_info import MAX_CHUNK_BYTES
from absense_server.services.review import Review


class ReviewCalls(LecturerServiceServicer):
    """Records and photographs, looked at."""

    def __init__(self, *, review: Review, threads: Threads) -> None:
        self._review = review
        self._threads = threads

    async def ListAttendance(
        self, request: pb.LecturerServiceListAttendanceRequest, context: Context
    ) -> pb.LecturerServiceListAttendanceResponse:
        caller, session_id = current_caller(), SessionId(UUID(request.session_id))
        statuses = from_proto.statuses(request.statuses)
        page = await self._threads.run(self._review.list, caller, session_id, statuses, from_proto.page(request))
        return pb.LecturerServiceListAttendanceResponse(
            records=[records.reviewed_record(row, caller) for row in page.items], next_page_token=page.next_token
        )

    async def ListFlagged(
        self, request: pb.LecturerServiceListFlaggedRequest, context: Context
    ) -> pb.LecturerServiceListFlaggedResponse:
        caller, which = current_caller(), review.flagged_filter(request)
        page = await self._threads.run(self._review.list_flagged, caller, which, from_proto.page(request))
        return pb.LecturerServiceListFlaggedResponse(
            records=[records.reviewed_record(row, caller) for row in page.items], next_page_token=page.next_token
        )

    async def GetAttendanceRecord(
        self, request: pb.LecturerServiceGetAttendanceRecordRequest, context: Context
    ) -> pb.LecturerServiceGetAttendanceRecordResponse:
        record_id = RecordId(UUID(request.record_id))
        record = await self._threads.run(self._review.get, current_caller(), record_id)
        return pb.LecturerServiceGetAttendanceRecordResponse(record=records.reviewed_record(record, current_caller()))

    async def GetImage(
        self, request: pb.LecturerServiceGetImageRequest, context: Context
    ) -> AsyncIterator[pb.LecturerServiceGetImageResponse]:
        shown = await self._review.image(
            current_caller(), ImageId(UUID(request.image_id)), accept_link=request.accept_download_url
        )
        yield pb.LecturerServiceGetImageResponse(header=to_proto.image_header(shown))
        for start in range(0, len(shown.content), MAX_CHUNK_BYTES):
            yield pb.LecturerServiceGetImageResponse(chunk=shown.content[start : start + MAX_CHUNK_BYTES])
