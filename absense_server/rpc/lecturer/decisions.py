"""Decisions on records, by lecturers."""

from uuid import UUID

from absense.v1 import lecturer_service_pb2 as pb
from absense.v1.lecturer_service_pb2_grpc import LecturerServiceServicer
from absense_server.domain.ids import RecordId, SessionId, UserId
from absense_server.domain.policy import RecordStatus
from absense_server.ports.outside import Threads
from absense_server.rpc.calls import current_caller
from absense_server.rpc.context import Context
from absense_server.rpc.convert import records, review
from absense_server.services.decisions import Decisions


class DecisionCalls(LecturerServiceServicer):
    """A person's word on records."""

    def __init__(self, *, decisions: Decisions, threads: Threads) -> None:
        self._decisions = decisions
        self._threads = threads

    async def ConfirmAttendance(
        self, request: pb.ConfirmAttendanceRequest, context: Context
    ) -> pb.ConfirmAttendanceResponse:
        record_id, wish = RecordId(UUID(request.record_id)), review.wish(request, RecordStatus.CONFIRMED)
        record = await self._threads.run(self._decisions.decide, current_caller(), record_id, wish)
        return pb.ConfirmAttendanceResponse(record=records.reviewed_record(record, current_caller()))

    async def RejectAttendance(
        self, request: pb.RejectAttendanceRequest, context: Context
    ) -> pb.RejectAttendanceResponse:
        record_id, wish = RecordId(UUID(request.record_id)), review.wish(request, RecordStatus.REJECTED)
        record = await self._threads.run(self._decisions.decide, current_caller(), record_id, wish)
        return pb.RejectAttendanceResponse(record=records.reviewed_record(record, current_caller()))

    async def MarkAttendance(self, request: pb.MarkAttendanceRequest, context: Context) -> pb.MarkAttendanceResponse:
        session_id, student_id = SessionId(UUID(request.session_id)), UserId(UUID(request.student_id))
        wish = review.wish(request, review.status(request.status), review.late(request))
        record = await self._threads.run(self._decisions.mark, current_caller(), session_id, student_id, wish)
        return pb.MarkAttendanceResponse(record=records.reviewed_record(record, current_caller()))

    async def BatchDecideAttendance(
        self, request: pb.BatchDecideAttendanceRequest, context: Context
    ) -> pb.BatchDecideAttendanceResponse:
        wanted, status = review.revisions(request), review.status(request.status)
        decided = await self._threads.run(
            self._decisions.batch, current_caller(), wanted, status, request.reason.strip()
        )
        return review.batch(decided)
