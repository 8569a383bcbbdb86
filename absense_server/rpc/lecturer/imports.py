"""Courses' lists from files, for lecturers."""

from collections.abc import AsyncIterator

from absense.v1 import lecturer_service_pb2 as pb
from absense.v1.lecturer_service_pb2_grpc import LecturerServiceServicer
from absense_server.rpc.calls import current_caller
from absense_server.rpc.context import Context
from absense_server.rpc.convert import from_proto, imports
from absense_server.services.enrollment_imports import EnrollmentImports


class ImportCalls(LecturerServiceServicer):
    """A course's list, brought in line with a file."""

    def __init__(self, *, imports: EnrollmentImports) -> None:
        self._imports = imports

    async def ImportEnrollments(
        self, request_iterator: AsyncIterator[pb.ImportEnrollmentsRequest], context: Context
    ) -> pb.ImportEnrollmentsResponse:
        header = await imports.first_list_header(request_iterator)
        asked, announced = imports.list_import(header), imports.announcement(header.file)
        done = await self._imports.run(current_caller(), asked, announced, from_proto.chunks(request_iterator))
        return pb.ImportEnrollmentsResponse(report=imports.report(done))

    async def ImportEnrollmentsInline(
        self, request: pb.ImportEnrollmentsInlineRequest, context: Context
    ) -> pb.ImportEnrollmentsInlineResponse:
        asked, announced = imports.list_import(request.header), imports.announcement(request.header.file)
        done = await self._imports.run(current_caller(), asked, announced, from_proto.whole(request.file))
        return pb.ImportEnrollmentsInlineResponse(report=imports.report(done))
