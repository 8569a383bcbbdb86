"""Tables of attendance as messages."""

from typing import TypeAlias
from uuid import UUID

from absense.v1 import admin_service_pb2, attendance_export_pb2, lecturer_service_pb2
from absense_server.domain.attendance_export import COLUMNS, ExportFormat, ExportWish, ScopeKind
from absense_server.rpc.convert.enums import EnumPair
from absense_server.services.attendance_export import ExportName

_Request: TypeAlias = (
    lecturer_service_pb2.LecturerServiceExportAttendanceRequest | admin_service_pb2.AdminServiceExportAttendanceRequest
)
_FORMATS = EnumPair(ExportFormat, attendance_export_pb2.ExportFormat, "EXPORT_FORMAT")
_KINDS = {
    "session_id": ScopeKind.SESSION,
    "course_id": ScopeKind.COURSE,
    "term_id": ScopeKind.TERM,
}


def wish(request: _Request) -> ExportWish:
    """Of what a table is wanted, and how; CSV unless said."""
    named = request.WhichOneof("scope")
    if named is None:
        raise ValueError("the contract's rules let a request pass that names nothing")
    return ExportWish(
        kind=_KINDS[named],
        id=UUID(getattr(request, named)),
        format=_FORMATS.member(request.format) or ExportFormat.CSV,
        byte_order_mark=request.byte_order_mark,
    )


def lecturer_part(part: ExportName | bytes) -> lecturer_service_pb2.LecturerServiceExportAttendanceResponse:
    """A part of a table."""
    if isinstance(part, bytes):
        return lecturer_service_pb2.LecturerServiceExportAttendanceResponse(chunk=part)
    return lecturer_service_pb2.LecturerServiceExportAttendanceResponse(header=_header(part))


def admin_part(part: ExportName | bytes) -> admin_service_pb2.AdminServiceExportAttendanceResponse:
    """A part of a table."""
    if isinstance(part, bytes):
        return admin_service_pb2.AdminServiceExportAttendanceResponse(chunk=part)
    return admin_service_pb2.AdminServiceExportAttendanceResponse(header=_header(part))


def _header(name: ExportName) -> attendance_export_pb2.AttendanceExportHeader:
    return attendance_export_pb2.AttendanceExportHeader(
        file_name=name.file_name, media_type=name.format.media_type, columns=COLUMNS
    )
