"""AdminService.

One class per service (DESIGN.md, The house), put together from its capabilities.
"""

from absense_server.domain.faces import FaceModel
from absense_server.ports.outside import Threads
from absense_server.rpc.admin.analytics import AnalyticsCalls
from absense_server.rpc.admin.appeals import AppealCalls
from absense_server.rpc.admin.audit import AuditCalls
from absense_server.rpc.admin.courses import CourseCalls
from absense_server.rpc.admin.device_resets import DeviceResetCalls
from absense_server.rpc.admin.exports import ExportCalls
from absense_server.rpc.admin.faces import FaceCalls
from absense_server.rpc.admin.imports import ImportCalls
from absense_server.rpc.admin.review import ReviewCalls
from absense_server.rpc.admin.sessions import SessionCalls
from absense_server.rpc.admin.terms import TermCalls
from absense_server.rpc.admin.users import UserCalls
from absense_server.services.account_erasure import AccountErasure
from absense_server.services.appeals import Appeals
from absense_server.services.attendance_export import AttendanceExport
from absense_server.services.audit_log import AuditLog
from absense_server.services.course_claims import CourseClaims
from absense_server.services.course_office import CourseOffice
from absense_server.services.day_figures import DailyFigures
from absense_server.services.decisions import Decisions
from absense_server.services.device_resets import DeviceResets
from absense_server.services.face_office import FaceOffice
from absense_server.services.institution import Institution
from absense_server.services.programmes import Programmes
from absense_server.services.review import Review
from absense_server.services.second_looks import SecondLooks
from absense_server.services.session_office import SessionOffice
from absense_server.services.terms import Terms
from absense_server.services.user_changes import UserChanges
from absense_server.services.user_imports import UserImports
from absense_server.services.user_office import UserOffice


class Admin(
    UserCalls,
    DeviceResetCalls,
    FaceCalls,
    AuditCalls,
    ReviewCalls,
    AppealCalls,
    CourseCalls,
    TermCalls,
    AnalyticsCalls,
    ExportCalls,
    SessionCalls,
    ImportCalls,
):
    """What administrators use."""

    def __init__(
        self,
        *,
        imports: UserImports,
        users: UserOffice,
        user_changes: UserChanges,
        account_erasure: AccountErasure,
        threads: Threads,
        device_resets: DeviceResets,
        faces: FaceOffice,
        sessions: SessionOffice,
        face_model: FaceModel | None,
        audit_log: AuditLog,
        report_threads: Threads,
        review: Review,
        decisions: Decisions,
        second_looks: SecondLooks,
        appeals: Appeals,
        course_office: CourseOffice,
        course_claims: CourseClaims,
        terms: Terms,
        programmes: Programmes,
        institution_settings: Institution,
        daily_figures: DailyFigures,
        attendance_export: AttendanceExport,
    ) -> None:
        UserCalls.__init__(
            self, users=users, user_changes=user_changes, account_erasure=account_erasure, threads=threads
        )
        DeviceResetCalls.__init__(self, device_resets=device_resets, threads=threads)
        SessionCalls.__init__(self, sessions=sessions, threads=threads)
        FaceCalls.__init__(self, faces=faces, face_model=face_model, threads=threads)
        AuditCalls.__init__(self, audit_log=audit_log, threads=threads, report_threads=report_threads)
        ReviewCalls.__init__(self, review=review, decisions=decisions, second_looks=second_looks, threads=threads)
        AppealCalls.__init__(self, appeals=appeals, threads=threads)
        CourseCalls.__init__(self, course_office=course_office, course_claims=course_claims, threads=threads)
        TermCalls.__init__(
            self, terms=terms, programmes=programmes, institution_settings=institution_settings, threads=threads
        )
        AnalyticsCalls.__init__(self, daily_figures=daily_figures, report_threads=report_threads)
        ExportCalls.__init__(self, attendance_export=attendance_export)
        ImportCalls.__init__(self, imports=imports)
