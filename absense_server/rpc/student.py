"""StudentService."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from functools import partial
from uuid import UUID

from absense.v1 import student_service_pb2 as pb
from absense.v1.student_service_pb2_grpc import StudentServiceServicer
from absense_server.domain.faces import FaceModel
from absense_server.domain.ids import CourseId, RecordId, SessionId
from absense_server.ports.outside import Clock, Threads
from absense_server.rpc.calls import current_caller, deadline_of
from absense_server.rpc.context import Context
from absense_server.rpc.convert import erasure, faces, figures, from_proto, records, to_proto
from absense_server.services.absences import Absences
from absense_server.services.appeals import Appeals
from absense_server.services.check_in import CheckIn
from absense_server.services.dashboards import Dashboards
from absense_server.services.data_export import DataExport
from absense_server.services.device_resets import DeviceResets
from absense_server.services.devices import Devices
from absense_server.services.face_enrollment import FaceEnrollment
from absense_server.services.face_templates import FaceTemplates
from absense_server.services.records import Records
from absense_server.services.rosters import Rosters
from absense_server.services.scans import Scans
from absense_server.services.sessions import Sessions


class Student(StudentServiceServicer):
    """What a student's phone talks to."""

    def __init__(
        self,
        *,
        devices: Devices,
        device_resets: DeviceResets,
        enrollment: FaceEnrollment,
        templates: FaceTemplates,
        face_model: FaceModel | None,
        scans: Scans,
        check_in: CheckIn,
        records: Records,
        sessions: Sessions,
        rosters: Rosters,
        appeals: Appeals,
        data_export: DataExport,
        dashboards: Dashboards,
        absences: Absences,
        report_threads: Threads,
        threads: Threads,
        clock: Clock,
    ) -> None:
        self._devices = devices
        self._device_resets = device_resets
        self._enrollment = enrollment
        self._templates = templates
        self._face_model = face_model
        self._scans = scans
        self._check_in = check_in
        self._records = records
        self._sessions = sessions
        self._rosters = rosters
        self._appeals = appeals
        self._data_export = data_export
        self._dashboards = dashboards
        self._absences = absences
        self._report_threads = report_threads
        self._threads = threads
        self._clock = clock

    async def BindDevice(self, request: pb.BindDeviceRequest, context: Context) -> pb.BindDeviceResponse:
        device = await self._threads.run(self._devices.bind, current_caller(), from_proto.new_device(request))
        return pb.BindDeviceResponse(device=to_proto.device(device))

    async def GetDevice(self, request: pb.GetDeviceRequest, context: Context) -> pb.GetDeviceResponse:
        phone = await self._threads.run(self._devices.get, current_caller())
        reset = None if phone.reset is None else to_proto.device_reset(phone.reset)
        return pb.GetDeviceResponse(device=to_proto.device(phone.device), reset_request=reset)

    async def RequestDeviceReset(
        self, request: pb.RequestDeviceResetRequest, context: Context
    ) -> pb.RequestDeviceResetResponse:
        reset = await self._threads.run(self._device_resets.request, current_caller(), request.reason.strip())
        return pb.RequestDeviceResetResponse(reset_request=to_proto.device_reset(reset))

    async def EnrollFace(
        self, request_iterator: AsyncIterator[pb.EnrollFaceRequest], context: Context
    ) -> pb.EnrollFaceResponse:
        header = await from_proto.first_enrollment(request_iterator)
        enrolled = await self._enrollment.enroll(
            current_caller(),
            faces.enrollment_wish(header.enrollment),
            from_proto.announcement(header.photograph),
            from_proto.chunks(request_iterator),
            self._clock.now(),
        )
        return pb.EnrollFaceResponse(
            template=faces.template(enrolled.template, self._face_model),
            quality=faces.quality(enrolled.quality),
        )

    async def EnrollFaceInline(
        self, request: pb.EnrollFaceInlineRequest, context: Context
    ) -> pb.EnrollFaceInlineResponse:
        enrolled = await self._enrollment.enroll(
            current_caller(),
            faces.enrollment_wish(request.enrollment),
            from_proto.whole_announcement(request.photograph),
            from_proto.whole(request.photograph),
            self._clock.now(),
        )
        return pb.EnrollFaceInlineResponse(
            template=faces.template(enrolled.template, self._face_model),
            quality=faces.quality(enrolled.quality),
        )

    async def VerifyFace(
        self, request_iterator: AsyncIterator[pb.VerifyFaceRequest], context: Context
    ) -> pb.VerifyFaceResponse:
        announced = await from_proto.first_announcement(request_iterator)
        chunks = from_proto.chunks(request_iterator)
        trial = await self._templates.try_out(current_caller(), announced, chunks, self._clock.now())
        return pb.VerifyFaceResponse(trial=faces.trial(trial, self._face_model))

    async def VerifyFaceInline(
        self, request: pb.VerifyFaceInlineRequest, context: Context
    ) -> pb.VerifyFaceInlineResponse:
        announced, chunks = from_proto.whole_announcement(request.photograph), from_proto.whole(request.photograph)
        trial = await self._templates.try_out(current_caller(), announced, chunks, self._clock.now())
        return pb.VerifyFaceInlineResponse(trial=faces.trial(trial, self._face_model))

    async def WithdrawFaceConsent(
        self, request: pb.WithdrawFaceConsentRequest, context: Context
    ) -> pb.WithdrawFaceConsentResponse:
        erased = await self._templates.withdraw(current_caller())
        return pb.WithdrawFaceConsentResponse(erased=faces.erased(erased))

    async def ScanQr(self, request: pb.ScanQrRequest, context: Context) -> pb.ScanQrResponse:
        now = self._clock.now()
        if request.HasField("session_code"):
            scan = await self._threads.run(self._scans.look_up, current_caller(), request.session_code.upper())
        else:
            proof = from_proto.scan_proof(request)
            scan = await self._threads.run(self._scans.scan, current_caller(), proof, now)
        return to_proto.scan(scan)

    async def SubmitAttendance(
        self, request_iterator: AsyncIterator[pb.SubmitAttendanceRequest], context: Context
    ) -> pb.SubmitAttendanceResponse:
        header = await from_proto.first_header(request_iterator)
        arrived_at = self._clock.now()
        submission = await self._check_in.submit(
            current_caller(),
            from_proto.claim_header(header),
            from_proto.chunks(request_iterator),
            arrived_at,
            deadline_of(context, arrived_at),
        )
        return records.submission(submission)

    async def SubmitAttendanceInline(
        self, request: pb.SubmitAttendanceInlineRequest, context: Context
    ) -> pb.SubmitAttendanceInlineResponse:
        arrived_at = self._clock.now()
        header = from_proto.claim_header(request.header)
        submission = await self._check_in.submit(
            current_caller(), header, from_proto.whole(request.selfie), arrived_at, deadline_of(context, arrived_at)
        )
        return records.inline_submission(submission)

    async def GetAttendanceRecord(
        self, request: pb.StudentServiceGetAttendanceRecordRequest, context: Context
    ) -> pb.StudentServiceGetAttendanceRecordResponse:
        record_id, session_id = from_proto.record_key(request)
        outlook = await self._threads.run(self._records.get, current_caller(), record_id, session_id)
        return records.own_record(outlook)

    async def WatchAttendanceRecord(
        self, request: pb.WatchAttendanceRecordRequest, context: Context
    ) -> AsyncIterator[pb.WatchAttendanceRecordResponse]:
        async for outlook in self._records.watch(current_caller(), RecordId(UUID(request.record_id))):
            yield records.watched_record(outlook)

    async def ListOpenSessions(
        self, request: pb.ListOpenSessionsRequest, context: Context
    ) -> pb.ListOpenSessionsResponse:
        page = await self._threads.run(self._sessions.list_open, current_caller(), from_proto.page(request))
        now = self._clock.now()
        return pb.ListOpenSessionsResponse(
            sessions=[to_proto.open_session(row, now) for row in page.items], next_page_token=page.next_token
        )

    async def SearchCourses(self, request: pb.SearchCoursesRequest, context: Context) -> pb.SearchCoursesResponse:
        page = await self._threads.run(self._rosters.search, request.query, from_proto.page(request))
        return pb.SearchCoursesResponse(
            courses=[to_proto.course(course) for course in page.items], next_page_token=page.next_token
        )

    async def ListMyCourses(self, request: pb.ListMyCoursesRequest, context: Context) -> pb.ListMyCoursesResponse:
        page = await self._threads.run(self._rosters.list_running, current_caller(), from_proto.page(request))
        return pb.ListMyCoursesResponse(
            enrollments=[to_proto.enrollment(row) for row in page.items], next_page_token=page.next_token
        )

    async def EnrollInCourse(self, request: pb.EnrollInCourseRequest, context: Context) -> pb.EnrollInCourseResponse:
        course_id = CourseId(UUID(request.course_id))
        enrollment = await self._threads.run(self._rosters.enroll, current_caller(), course_id)
        return pb.EnrollInCourseResponse(enrollment=to_proto.enrollment(enrollment))

    async def DropCourse(self, request: pb.DropCourseRequest, context: Context) -> pb.DropCourseResponse:
        course_id = CourseId(UUID(request.course_id))
        enrollment = await self._threads.run(self._rosters.drop, current_caller(), course_id)
        return pb.DropCourseResponse(enrollment=to_proto.enrollment(enrollment))

    async def ExportMyData(
        self, request: pb.ExportMyDataRequest, context: Context
    ) -> AsyncIterator[pb.ExportMyDataResponse]:
        async with aclosing(self._data_export.stream(current_caller())) as parts:
            async for part in parts:
                yield erasure.export_part(part)

    async def FileAppeal(self, request: pb.FileAppealRequest, context: Context) -> pb.FileAppealResponse:
        session_id = SessionId(UUID(request.session_id))
        appeal = await self._threads.run(self._appeals.file, current_caller(), session_id, request.text.strip())
        return pb.FileAppealResponse(appeal=records.own_appeal(appeal))

    async def GetDashboard(
        self, request: pb.StudentServiceGetDashboardRequest, context: Context
    ) -> pb.StudentServiceGetDashboardResponse:
        dashboard = await self._report_threads.run(self._dashboards.of_student, current_caller())
        return figures.student_dashboard(dashboard)

    async def ListAttendanceHistory(
        self, request: pb.ListAttendanceHistoryRequest, context: Context
    ) -> pb.ListAttendanceHistoryResponse:
        course_id = CourseId(UUID(request.course_id)) if request.course_id else None
        page = await self._report_threads.run(
            partial(self._absences.history, appealed_only=request.appealed_only),
            current_caller(),
            course_id,
            from_proto.page(request),
        )
        return pb.ListAttendanceHistoryResponse(
            sessions=[figures.past_session(row) for row in page.items], next_page_token=page.next_token
        )
