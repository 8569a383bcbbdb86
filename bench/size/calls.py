"""The calls whose cost may not grow with the university: every list, its first page and a later one, and every report.

Asked by people in the middle of all: where there are many, there are as many before them as after.
"""

from __future__ import annotations  # the stubs' async types exist for type checkers only

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import grpc.aio

from absense.v1 import (
    admin_service_pb2,
    admin_service_pb2_grpc,
    lecturer_service_pb2,
    lecturer_service_pb2_grpc,
    student_service_pb2,
    student_service_pb2_grpc,
)
from bench.size.rows import COURSE_SESSIONS, COURSES, LECTURER_COURSES, OPEN_FIRST, University, key

_SERVICES: dict[str, tuple[Any, Any]] = {
    "Admin": (admin_service_pb2_grpc.AdminServiceStub, admin_service_pb2),
    "Lecturer": (lecturer_service_pb2_grpc.LecturerServiceStub, lecturer_service_pb2),
    "Student": (student_service_pb2_grpc.StudentServiceStub, student_service_pb2),
}


@dataclass(frozen=True)
class Call:
    """An RPC as somebody makes it."""

    who: str
    """Admin, Lecturer or Student."""
    rpc: str
    fields: dict[str, Any]
    note: str = ""

    @property
    def name(self) -> str:
        return f"{self.who}: {self.rpc}{self.note and ' ' + self.note}"

    @property
    def pages(self) -> bool:
        return self.rpc.startswith(("List", "Search"))

    def request(self, token: str = "") -> Any:
        """The request for the first page, or the one after `token`."""
        messages = _SERVICES[self.who][1]
        kind = getattr(messages, f"{self.who}Service{self.rpc}Request", None) or getattr(messages, f"{self.rpc}Request")
        return kind(**self.fields, page_token=token) if token else kind(**self.fields)

    async def send(self, channel: grpc.aio.Channel, metadata: Any, token: str = "") -> Any:
        """Its answer."""
        stub = _SERVICES[self.who][0](channel)
        return await getattr(stub, self.rpc)(self.request(token), metadata=metadata, timeout=60)


@dataclass(frozen=True)
class People:
    """Who asks, and of what."""

    lecturer: int
    course: int
    session: int
    student: int

    @classmethod
    def of(cls, university: University) -> People:
        """Those in the middle: of a course whose last session is open."""
        course = COURSES // 2 + OPEN_FIRST
        session = university.session(COURSE_SESSIONS - 3, course)
        return cls(course // LECTURER_COURSES, course, session, university.student_in(course, 0))

    def email(self, who: str) -> str:
        """What they sign in with."""
        number = {"Admin": 0, "Lecturer": self.lecturer, "Student": self.student}[who]
        return f"{who.lower()}-{number}@example.edu"


def calls(people: People) -> Iterator[Call]:
    """All of them."""
    course, session = str(key("course", people.course)), str(key("session", people.session))
    student, term = str(key("student", people.student)), str(key("term", 0))
    yield Call("Admin", "ListUsers", {})
    yield Call("Admin", "ListUsers", {"role": 1}, "(students)")
    yield Call("Admin", "ListDeviceResetRequests", {})
    yield Call("Admin", "ListFlagged", {})
    yield Call("Admin", "ListFlagged", {"course_id": course}, "(course)")
    yield Call("Admin", "ListAppeals", {})
    yield Call("Admin", "ListAppeals", {"course_id": course}, "(course)")
    yield Call("Admin", "ListSessions", {})
    yield Call("Admin", "ListSessions", {"term_id": term}, "(term)")
    yield Call("Admin", "ListSessions", {"course_id": course}, "(course)")
    yield Call("Admin", "ListSessions", {"states": [2], "page_size": 1}, "(open)")
    yield Call("Admin", "ListAttendance", {"session_id": session})
    yield Call("Admin", "ListCourses", {})
    yield Call("Admin", "ListCourses", {"term_id": term}, "(term)")
    yield Call("Admin", "ListCourseClaims", {})
    yield Call("Admin", "ListProgrammes", {})
    yield Call("Admin", "ListTerms", {})
    yield Call("Admin", "GetAnalytics", {})
    yield Call("Admin", "ListVerificationLogs", {})
    yield Call("Admin", "ListVerificationLogs", {"student_id": student}, "(student)")
    yield Call("Admin", "ListAuditEvents", {})
    yield Call("Admin", "ListAuditEvents", {"actor_id": student}, "(actor)")
    yield Call("Lecturer", "ListCourses", {})
    yield Call("Lecturer", "ListSessions", {})
    yield Call("Lecturer", "ListSessions", {"course_id": course}, "(course)")
    yield Call("Lecturer", "ListAttendance", {"session_id": session})
    yield Call("Lecturer", "ListAbsentees", {"session_id": session})
    yield Call("Lecturer", "ListFlagged", {})
    yield Call("Lecturer", "ListAppeals", {})
    yield Call("Lecturer", "ListEnrollments", {"course_id": course})
    yield Call("Lecturer", "ListMyCourseClaims", {})
    yield Call("Lecturer", "GetDashboard", {})
    yield Call("Lecturer", "GetSessionAnalytics", {"session_id": session})
    yield Call("Lecturer", "GetCourseReport", {"course_id": course})
    yield Call("Student", "ListOpenSessions", {})
    yield Call("Student", "SearchCourses", {"query": "logic"})
    yield Call("Student", "ListMyCourses", {})
    yield Call("Student", "ListAttendanceHistory", {})
    yield Call("Student", "GetDashboard", {})
