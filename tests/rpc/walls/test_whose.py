"""Whose it is: what is somebody else's does not exist, in every field of the contract that holds an id."""

from __future__ import annotations  # the stubs' async types exist for type checkers only

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import grpc
import jwt

from absense.v1 import student_service_pb2
from absense_server.domain.people import Role
from tests.rpc.walls.calls import RPCS, Answer, Rpc, call
from tests.support.hall import Hall, Lecturer, Person, Session, Student
from tests.support.messages import Path, ids_in, minimal, spelt

NOBODYS: Final[Mapping[str, str]] = {
    "claim_id": "the client makes it, each for itself: unique per student",
    "request_id": "the client makes it, each for itself: unique per user",
    "programme_id": "a programme is nobody's",
    "programme_ids": "a programme is nobody's",
    "term_id": "a term is nobody's",
}
"""Fields whose ids are never somebody else's, and why."""

ONE_BY_ONE: Final[Mapping[str, str]] = {
    "records.record_id": "a batch says of each what became of it (tests/rpc/test_decisions.py)",
}
"""Paths in requests that are answered item by item, and what shows the same of them."""

OPEN_TO_STUDENTS: Final[Mapping[str, str]] = {
    "course_id": "every student may find every course (SearchCourses)",
    "typed_code.session_id": "whoever sees a session's codes may look at it (ScanQr); a claim then needs the right one",
    "header.proof.typed_code.session_id": "the same",
}
"""Paths that students may put any object's id in, and why."""

OPEN_TO_LECTURERS: Final[Mapping[str, str]] = {
    "LecturerService/ClaimCourse course_id": "every lecturer may ask for a course: one that has lecturers says so",
}
"""RPCs with the paths that lecturers may put any object's id in, and why."""


@dataclass(frozen=True)
class Theirs:
    """A lecturer, a student, and what is theirs, of which nobody else knows."""

    lecturer: Lecturer
    student: Student
    ids: Mapping[str, str]
    """By the name of the field that such an id goes into."""

    @classmethod
    async def make(cls, hall: Hall) -> Theirs:
        lecturer = await hall.lecturer()
        course = await lecturer.course()
        session = await lecturer.open_session(course)
        student = await hall.student(enrolled=False)
        await student.enroll(course)
        await student.submit(session, selfie=(await session.code()).png, media_type="image/png")
        record = await session.record_of(student)
        ids = {
            "course_id": course.id,
            "session_id": session.id,
            "record_id": record.id,
            "image_id": record.claims[0].image_id,
            "user_id": student.id,
            "sign_in_id": str(jwt.decode(student.token, options={"verify_signature": False})["sid"]),
            "student_id": student.id,
            "appeal_id": await appealed(student, await lecturer.open_session(course, allow_parallel=True)),
            "reset_request_id": await asked_for_a_reset(student),
        }
        return cls(lecturer, student, ids)

    def owner(self, role: Role, name: str) -> Person | None:
        """Who has the role, and to whom the thing is there."""
        if role is Role.LECTURER:
            return None if name == "sign_in_id" else self.lecturer
        return self.student


async def asked_for_a_reset(student: Student) -> str:
    request = student_service_pb2.RequestDeviceResetRequest(reason="It fell into the sea")
    return (await student.stub.RequestDeviceReset(request, metadata=student.metadata)).reset_request.id


async def appealed(student: Student, session: Session) -> str:
    await student.submit(session, fix=None)
    request = student_service_pb2.FileAppealRequest(session_id=session.id, text="I was there")
    return (await student.stub.FileAppeal(request, metadata=student.metadata)).appeal.id


def places() -> Iterator[tuple[Rpc, Role, Path]]:
    """Every field that holds an id, with each role but administrators: what they may call is about everybody's."""
    for rpc in RPCS:
        for role in sorted(rpc.rule.roles - {Role.ADMIN}, key=lambda role: role.value):
            for path in ids_in(rpc.request):
                if (
                    path[-1].name in NOBODYS
                    or spelt(path) in ONE_BY_ONE
                    or (role is Role.STUDENT and spelt(path) in OPEN_TO_STUDENTS)
                ):
                    continue
                if role is Role.LECTURER and f"{rpc.name} {spelt(path)}" in OPEN_TO_LECTURERS:
                    continue
                yield rpc, role, path


async def ask(
    hall: Hall, person: Person, rpc: Rpc, path: Path, value: str, beside: Mapping[str, str] | None = None
) -> Answer:
    """`beside`: what to put into the other fields that have to hold an id."""
    request: Any = minimal(rpc.request, path, value)
    for name, other in (beside or {}).items():
        if name != path[0].name and name in request.DESCRIPTOR.fields_by_name and getattr(request, name):
            setattr(request, name, other)
    metadata = (*person.metadata, ("x-request-id", "the-same"))
    return await call(hall.channel, rpc, request.SerializeToString(), metadata)


async def test_what_is_somebody_elses_is_not_there(hall: Hall) -> None:
    """Status, reason, sentence and details are those for an id of nothing; lists have nothing of it either way.

    To those whose it is it is there, or this would show nothing.
    """
    theirs = await Theirs.make(hall)
    callers: dict[Role, Person] = {Role.STUDENT: await hall.student(), Role.LECTURER: await hall.lecturer()}
    seen, unseen, tried = {}, {}, 0
    for rpc, role, path in sorted(places(), key=lambda place: place[0].method.name == "RevokeSignIn"):
        name, where = path[-1].name, f"{rpc.name} {spelt(path)} {role.value}"
        assert name in theirs.ids, (
            f"{rpc.name} asks for {spelt(path)}, and this test has nobody's {name} to try: add one to Theirs, or the "
            "reason why it cannot be somebody else's to NOBODYS."
        )
        of_nothing = await ask(hall, callers[role], rpc, path, str(uuid.uuid4()))
        of_somebody = await ask(hall, callers[role], rpc, path, theirs.ids[name])
        is_list = rpc.method.name.startswith("List") and of_nothing.code is grpc.StatusCode.OK
        not_there = of_nothing.code is grpc.StatusCode.NOT_FOUND and of_nothing.reason.endswith("_NOT_FOUND")
        if of_somebody != of_nothing or not (not_there or is_list):
            seen[where] = (of_somebody, of_nothing)
        owner = theirs.owner(role, name)
        if owner is not None and await ask(hall, owner, rpc, path, theirs.ids[name], theirs.ids) == of_nothing:
            unseen[where] = of_nothing
        tried += 1
    assert (seen, unseen) == ({}, {})
    assert tried > 15
