"""Appeals, for administrators."""

from uuid import UUID

from absense.v1 import admin_service_pb2 as pb
from absense.v1.admin_service_pb2_grpc import AdminServiceServicer
from absense_server.domain.ids import AppealId
from absense_server.ports.outside import Threads
from absense_server.rpc.calls import current_caller
from absense_server.rpc.context import Context
from absense_server.rpc.convert import from_proto, records, review
from absense_server.services.appeals import Appeals


class AppealCalls(AdminServiceServicer):
    """What students object to."""

    def __init__(self, *, appeals: Appeals, threads: Threads) -> None:
        self._appeals = appeals
        self._threads = threads

    async def ListAppeals(
        self, request: pb.AdminServiceListAppealsRequest, context: Context
    ) -> pb.AdminServiceListAppealsResponse:
        caller, which = current_caller(), review.appeal_filter(request)
        page = await self._threads.run(self._appeals.list, caller, which, from_proto.page(request))
        return pb.AdminServiceListAppealsResponse(
            appeals=[records.appeal(row, caller) for row in page.items], next_page_token=page.next_token
        )

    async def DecideAppeal(
        self, request: pb.AdminServiceDecideAppealRequest, context: Context
    ) -> pb.AdminServiceDecideAppealResponse:
        caller, appeal_id = current_caller(), AppealId(UUID(request.appeal_id))
        wish = review.appeal_wish(request)
        appeal, record = await self._threads.run(self._appeals.decide, caller, appeal_id, wish)
        return pb.AdminServiceDecideAppealResponse(
            appeal=records.appeal(appeal, caller),
            record=None if record is None else records.reviewed_record(record, caller),
        )
