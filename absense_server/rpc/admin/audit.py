"""The audit log, and the log of the face engine's looks, for administrators."""

from absense.v1 import admin_service_pb2 as pb
from absense.v1.admin_service_pb2_grpc import AdminServiceServicer
from absense_server.ports.outside import Threads
from absense_server.rpc.calls import current_caller
from absense_server.rpc.context import Context
from absense_server.rpc.convert import audit, from_proto
from absense_server.services.audit_log import AuditLog


class AuditCalls(AdminServiceServicer):
    """Logs."""

    def __init__(self, *, audit_log: AuditLog, threads: Threads, report_threads: Threads) -> None:
        self._audit_log = audit_log
        self._threads = threads
        self._report_threads = report_threads

    async def ListAuditEvents(self, request: pb.ListAuditEventsRequest, context: Context) -> pb.ListAuditEventsResponse:
        which = audit.audit_filter(request)
        page = await self._threads.run(self._audit_log.list, which, from_proto.page(request))
        events = [audit.event(event) for event in page.items]
        return pb.ListAuditEventsResponse(events=events, next_page_token=page.next_token)

    async def ListVerificationLogs(
        self, request: pb.ListVerificationLogsRequest, context: Context
    ) -> pb.ListVerificationLogsResponse:
        which = audit.match_filter(request)
        page = await self._threads.run(self._audit_log.list_matches, which, from_proto.page(request))
        matches = [audit.match(match) for match in page.items]
        return pb.ListVerificationLogsResponse(verification_logs=matches, next_page_token=page.next_token)

    async def VerifyAuditLog(self, request: pb.VerifyAuditLogRequest, context: Context) -> pb.VerifyAuditLogResponse:
        first, known = request.from_number, audit.known_seal(request)
        found = await self._report_threads.run(self._audit_log.verify, current_caller(), first, known)
        return audit.verification(found)
