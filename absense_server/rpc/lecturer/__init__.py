"""LecturerService.

One class per service (DESIGN.md, The house), put together from its capabilities.
"""

from absense_server.ports.outside import Clock, Threads
from absense_server.rpc.lecturer.appeals import AppealCalls
from absense_server.rpc.lecturer.course_staff import CourseStaffCalls
from absense_server.rpc.lecturer.courses import CourseCalls
from absense_server.rpc.lecturer.decisions import DecisionCalls
from absense_server.rpc.lecturer.exports import ExportCalls
from absense_server.rpc.lecturer.imports import ImportCalls
from absense_server.rpc.lecturer.live_attendance import LiveAttendanceCalls
from absense_server.rpc.lecturer.qr_codes import QrCodeCalls
from absense_server.rpc.lecturer.reports import ReportCalls
from absense_server.rpc.lecturer.review import ReviewCalls
from absense_server.rpc.lecturer.session_changes import SessionChangeCalls
from absense_server.rpc.lecturer.sessions import SessionCalls
from absense_server.services.absences import Absences
from absense_server.services.appeals import Appeals
from absense_server.services.attendance_export import AttendanceExport
from absense_server.services.course_claims import CourseClaims
from absense_server.services.course_staff import CourseStaff
from absense_server.services.courses import Courses
from absense_server.services.dashboards import Dashboards
from absense_server.services.decisions import Decisions
from absense_server.services.enrollment_imports import EnrollmentImports
from absense_server.services.live_attendance import LiveAttendance
from absense_server.services.qr_codes import QrCodes
from absense_server.services.reports import Reports
from absense_server.services.review import Review
from absense_server.services.rosters import Rosters
from absense_server.services.session_changes import SessionChanges
from absense_server.services.sessions import Sessions


class Lecturer(
    CourseCalls,
    SessionCalls,
    QrCodeCalls,
    ReviewCalls,
    DecisionCalls,
    AppealCalls,
    CourseStaffCalls,
    ReportCalls,
    ExportCalls,
    SessionChangeCalls,
    LiveAttendanceCalls,
    ImportCalls,
):
    """What a lecturer's browser talks to."""

    def __init__(
        self,
        *,
        imports: EnrollmentImports,
        courses: Courses,
        course_claims: CourseClaims,
        course_staff: CourseStaff,
        rosters: Rosters,
        threads: Threads,
        sessions: Sessions,
        session_changes: SessionChanges,
        live_attendance: LiveAttendance,
        qr_codes: QrCodes,
        clock: Clock,
        review: Review,
        decisions: Decisions,
        appeals: Appeals,
        reports: Reports,
        dashboards: Dashboards,
        absences: Absences,
        report_threads: Threads,
        attendance_export: AttendanceExport,
    ) -> None:
        CourseCalls.__init__(self, courses=courses, threads=threads)
        CourseStaffCalls.__init__(
            self, course_claims=course_claims, course_staff=course_staff, rosters=rosters, threads=threads
        )
        SessionCalls.__init__(self, sessions=sessions, threads=threads)
        SessionChangeCalls.__init__(self, session_changes=session_changes, threads=threads)
        LiveAttendanceCalls.__init__(self, live_attendance=live_attendance)
        QrCodeCalls.__init__(self, qr_codes=qr_codes, threads=threads, clock=clock)
        ReviewCalls.__init__(self, review=review, threads=threads)
        DecisionCalls.__init__(self, decisions=decisions, threads=threads)
        AppealCalls.__init__(self, appeals=appeals, threads=threads)
        ReportCalls.__init__(
            self, reports=reports, dashboards=dashboards, absences=absences, report_threads=report_threads
        )
        ExportCalls.__init__(self, attendance_export=attendance_export)
        ImportCalls.__init__(self, imports=imports)
