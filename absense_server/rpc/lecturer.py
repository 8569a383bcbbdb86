"""LecturerService."""

from collections.abc import AsyncIterator
from uuid import UUID

from absense.v1 import lecturer_service_pb2 as pb
from absense.v1.lecturer_service_pb2_grpc import LecturerServiceServicer
from absense_server.domain.ids import CourseId, ImageId, RecordId, SessionId
from absense_server.ports.outside import Clock, Threads
from absense_server.rpc.calls import current_caller
from absense_server.rpc.context import Context
from absense_server.rpc.convert import from_proto, to_proto
from absense_server.rpc.server_info import MAX_CHUNK_BYTES
from absense_server.services.courses import Courses
from absense_server.services.qr_codes import QrCode, QrCodes
from absense_server.services.review import Review
from absense_server.services.sessions import Sessions


class Lecturer(LecturerServiceServicer):
    """What a lecturer's browser talks to."""

    def __init__(
        self,
        *,
        courses: Courses,
        sessions: Sessions,
        qr_codes: QrCodes,
        review: Review,
        threads: Threads,
        clock: Clock,
    ) -> None:
        self._courses = courses
        self._sessions = sessions
        self._qr_codes = qr_codes
        self._review = review
        self._threads = threads
        self._clock = clock

    async def CreateCourse(
        self, request: pb.LecturerServiceCreateCourseRequest, context: Context
    ) -> pb.LecturerServiceCreateCourseResponse:
        key = from_proto.request_key(request, request.request_id)
        course = await self._threads.run(self._courses.create, current_caller(), from_proto.new_course(request), key)
        return pb.LecturerServiceCreateCourseResponse(course=to_proto.course(course))

    async def ListCourses(
        self, request: pb.LecturerServiceListCoursesRequest, context: Context
    ) -> pb.LecturerServiceListCoursesResponse:
        page = await self._threads.run(
            self._courses.list, current_caller(), from_proto.page(request), request.include_archived
        )
        return pb.LecturerServiceListCoursesResponse(
            courses=[to_proto.course(course) for course in page.items], next_page_token=page.next_token
        )

    async def GetCourse(self, request: pb.GetCourseRequest, context: Context) -> pb.GetCourseResponse:
        course_id = CourseId(UUID(request.course_id))
        course = await self._threads.run(self._courses.get, current_caller(), course_id)
        return pb.GetCourseResponse(course=to_proto.course(course))

    async def CreateSession(self, request: pb.CreateSessionRequest, context: Context) -> pb.CreateSessionResponse:
        key = from_proto.request_key(request, request.request_id)
        session = await self._threads.run(self._sessions.create, current_caller(), from_proto.new_session(request), key)
        return pb.CreateSessionResponse(session=to_proto.session(session))

    async def GetSession(
        self, request: pb.LecturerServiceGetSessionRequest, context: Context
    ) -> pb.LecturerServiceGetSessionResponse:
        session_id = SessionId(UUID(request.session_id))
        session = await self._threads.run(self._sessions.get, current_caller(), session_id)
        return pb.LecturerServiceGetSessionResponse(session=to_proto.session(session))

    async def ListSessions(
        self, request: pb.LecturerServiceListSessionsRequest, context: Context
    ) -> pb.LecturerServiceListSessionsResponse:
        page = await self._threads.run(
            self._sessions.list,
            current_caller(),
            from_proto.session_filter(request),
            from_proto.page(request),
        )
        return pb.LecturerServiceListSessionsResponse(
            sessions=[to_proto.session(row) for row in page.items], next_page_token=page.next_token
        )

    async def CloseSession(
        self, request: pb.LecturerServiceCloseSessionRequest, context: Context
    ) -> pb.LecturerServiceCloseSessionResponse:
        session_id = SessionId(UUID(request.session_id))
        session = await self._threads.run(self._sessions.close, current_caller(), session_id)
        return pb.LecturerServiceCloseSessionResponse(session=to_proto.session(session))

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

    async def ListAttendance(
        self, request: pb.LecturerServiceListAttendanceRequest, context: Context
    ) -> pb.LecturerServiceListAttendanceResponse:
        session_id = SessionId(UUID(request.session_id))
        statuses = from_proto.statuses(request.statuses)
        page = await self._threads.run(
            self._review.list, current_caller(), session_id, statuses, from_proto.page(request)
        )
        return pb.LecturerServiceListAttendanceResponse(
            records=[to_proto.reviewed_record(row) for row in page.items], next_page_token=page.next_token
        )

    async def ListFlagged(
        self, request: pb.LecturerServiceListFlaggedRequest, context: Context
    ) -> pb.LecturerServiceListFlaggedResponse:
        which = from_proto.flagged_filter(request)
        page = await self._threads.run(self._review.list_flagged, current_caller(), which, from_proto.page(request))
        return pb.LecturerServiceListFlaggedResponse(
            records=[to_proto.reviewed_record(row) for row in page.items], next_page_token=page.next_token
        )

    async def GetAttendanceRecord(
        self, request: pb.LecturerServiceGetAttendanceRecordRequest, context: Context
    ) -> pb.LecturerServiceGetAttendanceRecordResponse:
        record_id = RecordId(UUID(request.record_id))
        record = await self._threads.run(self._review.get, current_caller(), record_id)
        return pb.LecturerServiceGetAttendanceRecordResponse(record=to_proto.reviewed_record(record))

    async def GetImage(
        self, request: pb.LecturerServiceGetImageRequest, context: Context
    ) -> AsyncIterator[pb.LecturerServiceGetImageResponse]:
        shown = await self._review.image(
            current_caller(), ImageId(UUID(request.image_id)), accept_link=request.accept_download_url
        )
        yield pb.LecturerServiceGetImageResponse(header=to_proto.image_header(shown))
        for start in range(0, len(shown.content), MAX_CHUNK_BYTES):
            yield pb.LecturerServiceGetImageResponse(chunk=shown.content[start : start + MAX_CHUNK_BYTES])

    async def ConfirmAttendance(
        self, request: pb.ConfirmAttendanceRequest, context: Context
    ) -> pb.ConfirmAttendanceResponse:
        record = await self._threads.run(
            self._review.confirm,
            current_caller(),
            RecordId(UUID(request.record_id)),
            request.expected_revision,
            request.reason.strip(),
        )
        return pb.ConfirmAttendanceResponse(record=to_proto.reviewed_record(record))
