"""Courses and wishes to teach them, for administrators."""

from uuid import UUID

from absense.v1 import admin_service_pb2 as pb
from absense.v1.admin_service_pb2_grpc import AdminServiceServicer
from absense_server.domain.ids import CourseClaimId, CourseId
from absense_server.ports.outside import Threads
from absense_server.rpc.calls import current_caller
from absense_server.rpc.context import Context
from absense_server.rpc.convert import from_proto, pairs, teaching, to_proto
from absense_server.services.course_claims import CourseClaims
from absense_server.services.course_office import CourseOffice


class CourseCalls(AdminServiceServicer):
    """Courses, and who asks to teach them."""

    def __init__(self, *, course_office: CourseOffice, course_claims: CourseClaims, threads: Threads) -> None:
        self._course_office = course_office
        self._course_claims = course_claims
        self._threads = threads

    async def ListCourses(
        self, request: pb.AdminServiceListCoursesRequest, context: Context
    ) -> pb.AdminServiceListCoursesResponse:
        which = teaching.all_courses(request)
        page = await self._threads.run(self._course_office.list, which, from_proto.page(request))
        courses = [to_proto.course(course) for course in page.items]
        return pb.AdminServiceListCoursesResponse(courses=courses, next_page_token=page.next_token)

    async def CreateCourse(
        self, request: pb.AdminServiceCreateCourseRequest, context: Context
    ) -> pb.AdminServiceCreateCourseResponse:
        wish, lecturers = teaching.new_course(request), teaching.lecturer_ids(request)
        key = from_proto.request_key(request, request.request_id)
        course = await self._threads.run(self._course_office.create, current_caller(), wish, lecturers, key)
        return pb.AdminServiceCreateCourseResponse(course=to_proto.course(course))

    async def UpdateCourse(
        self, request: pb.AdminServiceUpdateCourseRequest, context: Context
    ) -> pb.AdminServiceUpdateCourseResponse:
        change = teaching.course_change(request)
        course = await self._threads.run(self._course_office.update, current_caller(), change)
        return pb.AdminServiceUpdateCourseResponse(course=to_proto.course(course))

    async def ArchiveCourse(self, request: pb.ArchiveCourseRequest, context: Context) -> pb.ArchiveCourseResponse:
        course_id = CourseId(UUID(request.course_id))
        course = await self._threads.run(self._course_office.archive, current_caller(), course_id)
        return pb.ArchiveCourseResponse(course=to_proto.course(course))

    async def ListCourseClaims(
        self, request: pb.ListCourseClaimsRequest, context: Context
    ) -> pb.ListCourseClaimsResponse:
        state = pairs.COURSE_CLAIM_STATE.member(request.state)
        page = await self._threads.run(self._course_claims.list, state, from_proto.page(request))
        claims = [teaching.course_claim(claim) for claim in page.items]
        return pb.ListCourseClaimsResponse(course_claims=claims, next_page_token=page.next_token)

    async def ApproveCourseClaim(
        self, request: pb.ApproveCourseClaimRequest, context: Context
    ) -> pb.ApproveCourseClaimResponse:
        claim_id, note = CourseClaimId(UUID(request.course_claim_id)), request.note.strip()
        claim = await self._threads.run(self._course_claims.approve, current_caller(), claim_id, note)
        return pb.ApproveCourseClaimResponse(course_claim=teaching.course_claim(claim))

    async def RejectCourseClaim(
        self, request: pb.RejectCourseClaimRequest, context: Context
    ) -> pb.RejectCourseClaimResponse:
        claim_id, note = CourseClaimId(UUID(request.course_claim_id)), request.note.strip()
        claim = await self._threads.run(self._course_claims.reject, current_caller(), claim_id, note)
        return pb.RejectCourseClaimResponse(course_claim=teaching.course_claim(claim))
