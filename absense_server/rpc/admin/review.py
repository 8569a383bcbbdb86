"""Records, as administrators look at them and decide."""

from uuid import UUID

from absense.v1 import admin_service_pb2 as pb
from absense.v1.admin_service_pb2_grpc import AdminServiceServicer
from absense_server.domain.ids import RecordId, SessionId, UserId
from absense_server.domain.policy import RecordStatus
from absense_server.ports.outside import Threads
from absense_server.rpc.calls import current_caller
from absense_server.rpc.context import Context
from absense_server.rpc.convert import from_proto, records, review
from absense_server.services.decisions import Decisions
from absense_server.services.review import Review
from absense_server.services.second_looks import SecondLooks


class ReviewCalls(AdminServiceServicer):
    """Records of any course, looked at and decided."""

    def __init__(self, *, review: Review, decisions: Decisions, second_looks: SecondLooks, threads: Threads) -> None:
        self._review = review
        self._decisions = decisions
        self._second_looks = second_looks
        self._threads = threads

    async def ListAttendance(
        self, request: pb.AdminServiceListAttendanceRequest, context: Context
    ) -> pb.AdminServiceListAttendanceResponse:
        caller, session_id = current_caller(), SessionId(UUID(request.session_id))
        statuses = from_proto.statuses(request.statuses)
        page = await self._threads.run(self._review.list, caller, session_id, statuses, from_proto.page(request))
        return pb.AdminServiceListAttendanceResponse(
            records=[records.reviewed_record(row, caller) for row in page.items], next_page_token=page.next_token
        )

    async def ListFlagged(
        self, request: pb.AdminServiceListFlaggedRequest, context: Context
    ) -> pb.AdminServiceListFlaggedResponse:
        caller, which = current_caller(), review.flagged_filter(request)
        page = await self._threads.run(self._review.list_flagged, caller, which, from_proto.page(request))
        return pb.AdminServiceListFlaggedResponse(
            records=[records.reviewed_record(row, caller) for row in page.items], next_page_token=page.next_token
        )

    async def GetAttendanceRecord(
        self, request: pb.AdminServiceGetAttendanceRecordRequest, context: Context
    ) -> pb.AdminServiceGetAttendanceRecordResponse:
        record = await self._threads.run(self._review.get, current_caller(), RecordId(UUID(request.record_id)))
        return pb.AdminServiceGetAttendanceRecordResponse(record=records.reviewed_record(record, current_caller()))

    async def SetAttendanceStatus(
        self, request: pb.SetAttendanceStatusRequest, context: Context
    ) -> pb.SetAttendanceStatusResponse:
        caller, wish = current_caller(), review.wish(request, review.status(request.status), review.late(request))
        if request.WhichOneof("key") == "record_id":
            record_id = RecordId(UUID(request.record_id))
            record = await self._threads.run(self._decisions.decide, caller, record_id, wish)
        else:
            key = request.session_student
            session_id, student_id = SessionId(UUID(key.session_id)), UserId(UUID(key.student_id))
            record = await self._threads.run(self._decisions.mark, caller, session_id, student_id, wish)
        return pb.SetAttendanceStatusResponse(record=records.reviewed_record(record, caller))

    async def VerifyAttendance(
        self, request: pb.VerifyAttendanceRequest, context: Context
    ) -> pb.VerifyAttendanceResponse:
        caller, record_id = current_caller(), RecordId(UUID(request.record_id))
        wish = review.wish(request, RecordStatus.CONFIRMED)
        ask = self._decisions.decide if request.confirm else self._second_looks.ask
        record = await self._threads.run(ask, caller, record_id, wish)
        return pb.VerifyAttendanceResponse(record=records.reviewed_record(record, caller))
