"""Reports, for lecturers."""

from functools import partial
from uuid import UUID

from absense.v1 import lecturer_service_pb2 as pb
from absense.v1.lecturer_service_pb2_grpc import LecturerServiceServicer
from absense_server.domain.ids import CourseId, SessionId
from absense_server.ports.outside import Threads
from absense_server.rpc.calls import current_caller
from absense_server.rpc.context import Context
from absense_server.rpc.convert import figures, from_proto
from absense_server.services.absences import Absences
from absense_server.services.dashboards import Dashboards
from absense_server.services.reports import Reports


class ReportCalls(LecturerServiceServicer):
    """What attendance came to."""

    def __init__(
        self, *, reports: Reports, dashboards: Dashboards, absences: Absences, report_threads: Threads
    ) -> None:
        self._reports = reports
        self._dashboards = dashboards
        self._absences = absences
        self._report_threads = report_threads

    async def ListAbsentees(self, request: pb.ListAbsenteesRequest, context: Context) -> pb.ListAbsenteesResponse:
        session_id, caller = SessionId(UUID(request.session_id)), current_caller()
        page = await self._report_threads.run(self._absences.of_session, caller, session_id, from_proto.page(request))
        return pb.ListAbsenteesResponse(
            absentees=[figures.absentee(row, caller) for row in page.items], next_page_token=page.next_token
        )

    async def GetDashboard(
        self, request: pb.LecturerServiceGetDashboardRequest, context: Context
    ) -> pb.LecturerServiceGetDashboardResponse:
        dashboard = await self._report_threads.run(self._dashboards.of_lecturer, current_caller())
        return figures.lecturer_dashboard(dashboard)

    async def GetSessionAnalytics(
        self, request: pb.GetSessionAnalyticsRequest, context: Context
    ) -> pb.GetSessionAnalyticsResponse:
        session_id = SessionId(UUID(request.session_id))
        step = from_proto.span(request.step, "step") if request.HasField("step") else None
        found = await self._report_threads.run(self._reports.session, current_caller(), session_id, step)
        return figures.session_analytics(found)

    async def GetCourseReport(self, request: pb.GetCourseReportRequest, context: Context) -> pb.GetCourseReportResponse:
        report = await self._report_threads.run(
            partial(self._reports.course, at_risk_only=request.at_risk_only),
            current_caller(),
            CourseId(UUID(request.course_id)),
            figures.bounds(request),
            figures.interval(request.interval),
        )
        return figures.course_report(report)
