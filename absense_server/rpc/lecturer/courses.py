"""Courses, for their lecturers."""

from uuid import UUID

from absense.v1 import lecturer_service_pb2 as pb
from absense.v1.lecturer_service_pb2_grpc import LecturerServiceServicer
from absense_server.domain.ids import CourseId
from absense_server.ports.outside import Threads
from absense_server.rpc.calls import current_caller
from absense_server.rpc.context import Context
from absense_server.rpc.convert import from_proto, teaching, to_proto
from absense_server.services.courses import Courses


class CourseCalls(LecturerServiceServicer):
    """Courses."""

    def __init__(self, *, courses: Courses, threads: Threads) -> None:
        self._courses = courses
        self._threads = threads

    async def CreateCourse(
        self, request: pb.LecturerServiceCreateCourseRequest, context: Context
    ) -> pb.LecturerServiceCreateCourseResponse:
        key = from_proto.request_key(request, request.request_id)
        course = await self._threads.run(self._courses.create, current_caller(), teaching.new_course(request), key)
        return pb.LecturerServiceCreateCourseResponse(course=to_proto.course(course))

    async def ListCourses(
        self, request: pb.LecturerServiceListCoursesRequest, context: Context
    ) -> pb.LecturerServiceListCoursesResponse:
        page = await self._threads.run(
            self._courses.list, current_caller(), teaching.own_courses(request), from_proto.page(request)
        )
        return pb.LecturerServiceListCoursesResponse(
            courses=[to_proto.course(course) for course in page.items], next_page_token=page.next_token
        )

    async def GetCourse(self, request: pb.GetCourseRequest, context: Context) -> pb.GetCourseResponse:
        course_id = CourseId(UUID(request.course_id))
        course = await self._threads.run(self._courses.get, current_caller(), course_id)
        return pb.GetCourseResponse(course=to_proto.course(course))

    async def UpdateCourse(
        self, request: pb.LecturerServiceUpdateCourseRequest, context: Context
    ) -> pb.LecturerServiceUpdateCourseResponse:
        change = teaching.course_change(request)
        course = await self._threads.run(self._courses.update, current_caller(), change)
        return pb.LecturerServiceUpdateCourseResponse(course=to_proto.course(course))
