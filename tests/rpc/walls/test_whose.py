"""Whose it is: what is somebody else's does not exist, in every field of the contract that holds an id."""

from __future__ import annotations  # the stubs' async types exist for type checkers only

import uuid
from collections.abc import Iterator, Mapping
from typing import Final

import grpc
import jwt
from google.protobuf.message import Message

from absense.v1 import student_service_pb2
from absense_server.domain.people import Role
from tests.rpc.walls.calls import RPCS, Answer, Rpc, call
from tests.support.hall import Hall, Person, Student
from tests.support.messages import Path, ids_in, minimal, spelt

NOBODYS: Final[Mapping[str, str]] = {
    "claim_id": "the client makes it, each for itself: unique per student",
    "request_id": "the client makes it, each for itself: unique per user",
    "programme_id": "a programme is nobody's",
    "programme_ids": "a programme is nobody's",
    "term_id": "a term is nobody's",
}
"""Fields whose ids are never somebody else's, and why."""

OPEN_TO_STUDENTS: Final[Mapping[str, str]] = {
    "course_id": "every student may find every course (SearchCourses)",
    "typed_code.session_id": "whoever sees a session's codes may look at it (ScanQr); a claim then needs the right one",
    "header.proof.typed_code.session_id": "the same",
}
"""Paths that students may put any object's id in, and why."""


async def somebody_elses(hall: Hall) -> dict[str, str]:
    """For each kind of id, by the name of its field, one of a thing that neither caller of the test has to do with."""
    lecturer = await hall.lecturer()
    course = await lecturer.course()
    session = await lecturer.open_session(course)
    student = await hall.student(enrolled=False)
    await student.enroll(course)
    record = (await student.submit(session, selfie=(await session.code()).png, media_type="image/png")).record
    [claim] = record.claims
    return {
        "course_id": course.id,
        "session_id": session.id,
        "record_id": record.id,
        "image_id": claim.image_id,
        "image_ids": claim.image_id,
        "user_id": student.id,
        "sign_in_id": str(jwt.decode(student.token, options={"verify_signature": False})["sid"]),
        "reset_request_id": await asked_for_a_reset(student),
        "template_id": str(uuid.uuid4()),
    }


async def asked_for_a_reset(student: Student) -> str:
    request = student_service_pb2.RequestDeviceResetRequest(reason="It fell into the sea")
    return (await student.stub.RequestDeviceReset(request, metadata=student.metadata)).reset_request.id


def places() -> Iterator[tuple[Rpc, Role, Path]]:
    """Every field that holds an id, with each role but administrators: what they may call is about everybody's."""
    for rpc in RPCS:
        for role in sorted(rpc.rule.roles - {Role.ADMIN}, key=lambda role: role.value):
            for path in ids_in(rpc.request):
                if path[-1].name in NOBODYS or (role is Role.STUDENT and spelt(path) in OPEN_TO_STUDENTS):
                    continue
                yield rpc, role, path


async def ask(hall: Hall, person: Person, rpc: Rpc, path: Path, value: str) -> Answer:
    request: Message = minimal(rpc.request, path, value)
    metadata = (*person.metadata, ("x-request-id", "the-same"))
    return await call(hall.channel, rpc, request.SerializeToString(), metadata)


async def test_what_is_somebody_elses_is_not_there(hall: Hall) -> None:
    """Status, reason, sentence and details are those for an id of nothing; lists have nothing of it either way."""
    theirs = await somebody_elses(hall)
    callers: dict[Role, Person] = {Role.STUDENT: await hall.student(), Role.LECTURER: await hall.lecturer()}
    wrong, found = {}, 0
    for rpc, role, path in places():
        name = path[-1].name
        assert name in theirs, (
            f"{rpc.name} asks for {spelt(path)}, and this test has nobody's {name} to try: add one to somebody_elses, "
            "or the reason why it cannot be somebody else's to NOBODYS."
        )
        of_somebody, of_nothing = [
            await ask(hall, callers[role], rpc, path, value) for value in (theirs[name], str(uuid.uuid4()))
        ]
        not_there = of_nothing.code is grpc.StatusCode.NOT_FOUND and of_nothing.reason.endswith("_NOT_FOUND")
        if of_somebody != of_nothing or not (not_there or rpc.method.name.startswith("List")):
            wrong[f"{rpc.name} {spelt(path)} {role.value}"] = (of_somebody, of_nothing)
        found += 1
    assert wrong == {}
    assert found > 15


async def test_the_owner_does_find_it(hall: Hall) -> None:
    """Else the test above would show nothing."""
    theirs = await somebody_elses(hall)
    admin = await hall.admin()
    answers = {
        rpc.name: await ask(hall, admin, rpc, path, theirs[path[-1].name])
        for rpc in RPCS
        for path in ids_in(rpc.request)
        if rpc.rule.roles == {Role.ADMIN} and rpc.method.name in {"GetUser", "GetImage", "RejectDeviceReset"}
    }
    assert {name: answer.code for name, answer in answers.items()} == dict.fromkeys(answers, grpc.StatusCode.OK)
