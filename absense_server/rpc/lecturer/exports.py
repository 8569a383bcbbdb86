"""Attendance as a table, for lecturers."""

from collections.abc import AsyncIterator
from contextlib import aclosing

from absense.v1 import lecturer_service_pb2 as pb
from absense.v1.lecturer_service_pb2_grpc import LecturerServiceServicer
from absense_server.rpc.calls import current_caller
from absense_server.rpc.context import Context
from absense_server.rpc.convert import exports
from absense_server.services.attendance_export import AttendanceExport


class ExportCalls(LecturerServiceServicer):
    """Tables of attendance."""

    def __init__(self, *, attendance_export: AttendanceExport) -> None:
        self._attendance_export = attendance_export

    async def ExportAttendance(
        self, request: pb.LecturerServiceExportAttendanceRequest, context: Context
    ) -> AsyncIterator[pb.LecturerServiceExportAttendanceResponse]:
        async with aclosing(self._attendance_export.stream(current_caller(), exports.wish(request))) as parts:
            async for part in parts:
                yield exports.lecturer_part(part)
