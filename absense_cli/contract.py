"""The contract's calls by name: which service has one for whom, its messages, and whether it may be repeated."""

from dataclasses import dataclass
from typing import Any, Final

from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from google.protobuf.descriptor_pb2 import MethodOptions
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from absense.v1 import admin_service_pb2, auth_service_pb2, lecturer_service_pb2, student_service_pb2

SERVICES: Final[dict[str, ServiceDescriptor]] = {
    "": auth_service_pb2.DESCRIPTOR.services_by_name["AuthService"],
    "ROLE_STUDENT": student_service_pb2.DESCRIPTOR.services_by_name["StudentService"],
    "ROLE_LECTURER": lecturer_service_pb2.DESCRIPTOR.services_by_name["LecturerService"],
    "ROLE_ADMIN": admin_service_pb2.DESCRIPTOR.services_by_name["AdminService"],
}
"""By role; "" is everybody's."""
SHARED: Final = frozenset({"ListEnrollments", "GetSessionAnalytics", "GetCourseReport"})
"""Calls of LecturerService that are administrators' too."""
PEOPLE: Final = {"ROLE_STUDENT": "students", "ROLE_LECTURER": "lecturers", "ROLE_ADMIN": "administrators"}


@dataclass(frozen=True)
class Method:
    """One call."""

    name: str
    path: str
    request: type[Message]
    response: type[Message]
    repeatable: bool

    def may_repeat(self, request: Message | None) -> bool:
        """Whether making the call again with the same request does no more than making it once."""
        return self.repeatable or bool(getattr(request, "request_id", ""))


def find(name: str, role: str) -> Method | None:
    """The call that somebody of this role makes, or None where theirs has no such call."""
    lecturers = ("ROLE_LECTURER",) if role == "ROLE_ADMIN" and name in SHARED else ()
    for key in (role, "", *lecturers):
        described = SERVICES[key].methods_by_name.get(name)
        if described is not None:
            return _method(described)
    return None


def who_may(name: str) -> list[str]:
    """For whom there is such a call, as people say it."""
    return [people for role, people in PEOPLE.items() if name in SERVICES[role].methods_by_name]


def _method(described: MethodDescriptor) -> Method:
    level: Any = described.GetOptions().idempotency_level
    return Method(
        name=described.name,
        path=f"/{described.containing_service.full_name}/{described.name}",
        request=GetMessageClass(described.input_type),
        response=GetMessageClass(described.output_type),
        repeatable=level != MethodOptions.IDEMPOTENCY_UNKNOWN,
    )
