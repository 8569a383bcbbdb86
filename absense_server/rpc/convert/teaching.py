"""Courses, their lists, terms and programmes: messages to domain objects and back."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

from absense.v1 import admin_service_pb2, course_claim_pb2, course_pb2, lecturer_service_pb2, term_pb2
from absense_server.domain.course_changes import CourseChange
from absense_server.domain.course_claims import CourseClaim
from absense_server.domain.courses import Enrollment, NewCourse, Programme, Term
from absense_server.domain.ids import CourseId, ProgrammeId, TermId, UserId
from absense_server.ports.findings import CourseFilter
from absense_server.rpc.convert import from_proto, pairs, to_proto
from absense_server.services.terms import Closing, NewTerm

_Create: TypeAlias = (
    lecturer_service_pb2.LecturerServiceCreateCourseRequest | admin_service_pb2.AdminServiceCreateCourseRequest
)
_Update: TypeAlias = (
    lecturer_service_pb2.LecturerServiceUpdateCourseRequest | admin_service_pb2.AdminServiceUpdateCourseRequest
)
_Timed: TypeAlias = _Create | _Update


def new_course(request: _Create) -> NewCourse:
    """The course asked for."""
    return NewCourse(
        code=request.code.strip(),
        title=request.title.strip(),
        term_id=TermId(UUID(request.term_id)) if request.term_id else None,
        level=request.level,
        programme_ids=_programme_ids(request),
        enrollment_open=request.enrollment_open if request.HasField("enrollment_open") else True,
        enrollment_from_at=_begins(request),
        enrollment_until_at=_ends(request),
    )


def lecturer_ids(request: admin_service_pb2.AdminServiceCreateCourseRequest) -> tuple[UserId, ...]:
    """Who shall teach it."""
    return tuple(UserId(UUID(text)) for text in request.lecturer_ids)


def course_change(request: _Update) -> CourseChange:
    """What the mask names."""
    read: Mapping[str, tuple[str, Callable[[], Any]]] = {
        "code": ("code", request.code.strip),
        "title": ("title", request.title.strip),
        "level": ("level", lambda: request.level),
        "programme_ids": ("programme_ids", lambda: _programme_ids(request)),
        "enrollment_open": ("enrollment_open", lambda: request.enrollment_open),
        "enrollment_start_time": ("enrollment_from_at", lambda: _begins(request)),
        "enrollment_end_time": ("enrollment_until_at", lambda: _ends(request)),
    }
    named = set(request.update_mask.paths)
    fields = {name: value() for path, (name, value) in read.items() if path in named}
    lecturers = None
    if isinstance(request, admin_service_pb2.AdminServiceUpdateCourseRequest):
        if "archived" in named:
            fields["archived"] = request.archived
        if "lecturer_ids" in named:
            lecturers = tuple(UserId(UUID(text)) for text in request.lecturer_ids)
    return CourseChange(CourseId(UUID(request.course_id)), request.expected_revision, fields, lecturers)


def _programme_ids(request: _Timed) -> frozenset[ProgrammeId]:
    return frozenset(ProgrammeId(UUID(text)) for text in request.programme_ids)


def _begins(request: _Timed) -> datetime | None:
    if not request.HasField("enrollment_start_time"):
        return None
    return from_proto.time(request.enrollment_start_time, "enrollment_start_time")


def _ends(request: _Timed) -> datetime | None:
    if not request.HasField("enrollment_end_time"):
        return None
    return from_proto.time(request.enrollment_end_time, "enrollment_end_time")


def own_courses(request: lecturer_service_pb2.LecturerServiceListCoursesRequest) -> CourseFilter:
    """Which courses to list for a lecturer."""
    return CourseFilter(
        query=request.query.strip(),
        include_archived=request.include_archived,
        without_lecturers=request.without_lecturers,
    )


def all_courses(request: admin_service_pb2.AdminServiceListCoursesRequest) -> CourseFilter:
    """Which courses to list for an administrator."""
    return CourseFilter(
        term_id=TermId(UUID(request.term_id)) if request.term_id else None,
        query=request.query.strip(),
        include_archived=request.include_archived,
        without_lecturers=request.without_lecturers,
    )


def listed_enrollment(value: Enrollment) -> course_pb2.Enrollment:
    """A place in the course whose list it is in: without the course."""
    message = to_proto.enrollment(value)
    message.ClearField("course")
    return message


def course_claim(value: CourseClaim) -> course_claim_pb2.CourseClaim:
    """A wish to teach a course."""
    return course_claim_pb2.CourseClaim(
        id=str(value.id),
        course=to_proto.course(value.course),
        lecturer=to_proto.person(value.lecturer),
        note=value.note,
        state=pairs.COURSE_CLAIM_STATE.number(value.state),
        create_time=to_proto.time(value.created_at),
        decide_time=to_proto.time(value.decided_at),
        decided_by=None if value.decided_by is None else to_proto.person(value.decided_by),
        decision_note=value.decision_note,
    )


def term(value: Term) -> term_pb2.Term:
    """A term."""
    return term_pb2.Term(
        id=str(value.id),
        name=value.name,
        start_time=to_proto.time(value.starts_at),
        end_time=to_proto.time(value.ends_at),
        state=pairs.TERM_STATE.number(value.state),
    )


def new_term(request: admin_service_pb2.CreateTermRequest) -> NewTerm:
    """The term asked for."""
    return NewTerm(
        request.name.strip(),
        from_proto.time(request.start_time, "start_time"),
        from_proto.time(request.end_time, "end_time"),
    )


def term_change(request: admin_service_pb2.UpdateTermRequest) -> Mapping[str, Any]:
    """What the mask names."""
    read: Mapping[str, tuple[str, Callable[[], Any]]] = {
        "name": ("name", request.name.strip),
        "start_time": ("starts_at", lambda: from_proto.time(request.start_time, "start_time")),
        "end_time": ("ends_at", lambda: from_proto.time(request.end_time, "end_time")),
    }
    return {read[path][0]: read[path][1]() for path in request.update_mask.paths}


def closing(value: Closing) -> admin_service_pb2.CloseTermResponse:
    """A term with what is in the way of closing it."""
    return admin_service_pb2.CloseTermResponse(
        term=term(value.term),
        undecided_record_count=value.in_the_way.records,
        pending_appeal_count=value.in_the_way.appeals,
        unfinished_session_count=value.in_the_way.sessions,
    )


def programme(value: Programme) -> term_pb2.Programme:
    """A programme of study."""
    return term_pb2.Programme(id=str(value.id), code=value.code, name=value.name)
