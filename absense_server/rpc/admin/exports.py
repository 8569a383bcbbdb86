"""Attendance as a table, for administrators."""

from collections.abc import AsyncIterator
from contextlib import aclosing

from absense.v1 import admin_service_pb2 as pb
from absense.v1.admin_service_pb2_grpc import AdminServiceServicer
from absense_server.rpc.calls import current_caller
from absense_server.rpc.context import Context
from absense_server.rpc.convert import exports
from absense_server.services.attendance_export import AttendanceExport


class ExportCalls(AdminServiceServicer):
    """Tables of attendance."""

    def __init__(self, *, attendance_export: AttendanceExport) -> None:
        self._attendance_export = attendance_export

    async def ExportAttendance(
        self, request: pb.AdminServiceExportAttendanceRequest, context: Context
    ) -> AsyncIterator[pb.AdminServiceExportAttendanceResponse]:
        async with aclosing(self._attendance_export.stream(current_caller(), exports.wish(request))) as parts:
            async for part in parts:
                yield exports.admin_part(part)
