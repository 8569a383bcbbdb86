"""Who teaches a course and who is enrolled in it, for its lecturers."""

from uuid import UUID

from absense.v1 import lecturer_service_pb2 as pb
from absense.v1.lecturer_service_pb2_grpc import LecturerServiceServicer
from absense_server.domain.ids import CourseId, UserId
from absense_server.ports.outside import Threads
from absense_server.rpc.calls import current_caller
from absense_server.rpc.context import Context
from absense_server.rpc.convert import from_proto, teaching, to_proto
from absense_server.services.course_claims import CourseClaims
from absense_server.services.course_staff import CourseStaff
from absense_server.services.rosters import Rosters


class CourseStaffCalls(LecturerServiceServicer):
    """Lecturers, wishes to be one, and the list of students."""

    def __init__(
        self, *, course_claims: CourseClaims, course_staff: CourseStaff, rosters: Rosters, threads: Threads
    ) -> None:
        self._course_claims = course_claims
        self._course_staff = course_staff
        self._rosters = rosters
        self._threads = threads

    async def ClaimCourse(self, request: pb.ClaimCourseRequest, context: Context) -> pb.ClaimCourseResponse:
        course_id, note = CourseId(UUID(request.course_id)), request.note.strip()
        claim = await self._threads.run(self._course_claims.claim, current_caller(), course_id, note)
        return pb.ClaimCourseResponse(course_claim=teaching.course_claim(claim))

    async def ListMyCourseClaims(
        self, request: pb.ListMyCourseClaimsRequest, context: Context
    ) -> pb.ListMyCourseClaimsResponse:
        page = await self._threads.run(self._course_claims.list_own, current_caller(), from_proto.page(request))
        claims = [teaching.course_claim(claim) for claim in page.items]
        return pb.ListMyCourseClaimsResponse(course_claims=claims, next_page_token=page.next_token)

    async def AddCourseLecturer(
        self, request: pb.AddCourseLecturerRequest, context: Context
    ) -> pb.AddCourseLecturerResponse:
        course_id = CourseId(UUID(request.course_id))
        user = UserId(UUID(request.user_id)) if request.user_id else request.email
        course = await self._threads.run(self._course_staff.add, current_caller(), course_id, user)
        return pb.AddCourseLecturerResponse(course=to_proto.course(course))

    async def RemoveCourseLecturer(
        self, request: pb.RemoveCourseLecturerRequest, context: Context
    ) -> pb.RemoveCourseLecturerResponse:
        course_id, user_id = CourseId(UUID(request.course_id)), UserId(UUID(request.user_id))
        course = await self._threads.run(self._course_staff.remove, current_caller(), course_id, user_id)
        return pb.RemoveCourseLecturerResponse(course=to_proto.course(course))

    async def ListEnrollments(self, request: pb.ListEnrollmentsRequest, context: Context) -> pb.ListEnrollmentsResponse:
        course_id, ended = CourseId(UUID(request.course_id)), request.include_ended
        page = await self._threads.run(
            self._rosters.list_of_course, current_caller(), course_id, from_proto.page(request), ended
        )
        enrollments = [teaching.listed_enrollment(enrollment) for enrollment in page.items]
        return pb.ListEnrollmentsResponse(enrollments=enrollments, next_page_token=page.next_token)
