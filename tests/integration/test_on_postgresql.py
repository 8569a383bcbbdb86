"""What many do at once, through the contract, on a database whose writers do not wait for each other."""

import asyncio
import threading
import uuid
from collections.abc import AsyncIterator, Callable, Iterable

import grpc.aio
import pytest
from sqlalchemy import event

from absense.v1 import auth_service_pb2, lecturer_service_pb2, role_pb2, student_service_pb2
from absense_server.app import App
from absense_server.settings import Settings
from tests.rpc.test_appeals import ACCEPTED, file, listed
from tests.support.clock import HandClock
from tests.support.hall import PASSWORD, Hall, Status, reason_of

AT_ONCE = 10


@pytest.fixture
async def hall(make_settings: Callable[..., Settings], clock: HandClock, emptied_url: str) -> AsyncIterator[Hall]:
    """The hall of the other tests, on PostgreSQL."""
    app = App(make_settings(database_url=emptied_url, database_threads=AT_ONCE), clock=clock)
    port = await app.start(with_jobs=False)
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        hall = Hall(app, clock, channel, port)
        await hall.furnish()
        yield hall
    await app.stop(grace=0)


async def test_claims_of_one_student_make_one_record(hall: Hall) -> None:
    session = await hall.open_session()
    ama = await hall.student()
    same = await ama.header(session)
    headers = [same] * AT_ONCE + [await ama.header(session) for _ in range(AT_ONCE)]
    answers = await asyncio.gather(*(ama.send(header) for header in headers))
    assert {answer.record.status for answer in answers} == {Status.RECORD_STATUS_CONFIRMED}
    assert sum(not answer.already_recorded for answer in answers) == 1
    (record,) = await session.records()
    assert len(record.claims) == 1


async def test_tries_of_one_student_are_three(hall: Hall) -> None:
    session = await hall.open_session()
    ama = await hall.student()
    headers = [await ama.header(session, fix=None) for _ in range(AT_ONCE)]
    answers = await asyncio.gather(*(ama.send(header) for header in headers))
    assert sum(not answer.already_recorded for answer in answers) == 3
    assert [claim.number for claim in (await session.records())[0].claims] == [1, 2, 3]


async def test_a_course_is_made_once_for_one_request(hall: Hall) -> None:
    request = lecturer_service_pb2.LecturerServiceCreateCourseRequest(
        request_id=str(uuid.uuid4()), code="MA101", title="Mathematics"
    )
    teacher = hall.teacher
    answers = await asyncio.gather(
        *(teacher.stub.CreateCourse(request, metadata=teacher.metadata) for _ in range(AT_ONCE))
    )
    assert len({answer.course.id for answer in answers}) == 1


async def test_a_session_is_made_once_for_one_request(hall: Hall) -> None:
    request = lecturer_service_pb2.CreateSessionRequest(request_id=str(uuid.uuid4()), course_id=hall.course.id)
    teacher = hall.teacher
    answers = await asyncio.gather(
        *(teacher.stub.CreateSession(request, metadata=teacher.metadata) for _ in range(AT_ONCE))
    )
    assert len({answer.session.id for answer in answers}) == 1


async def test_sessions_of_one_course_do_not_overlap(hall: Hall) -> None:
    answers = await asyncio.gather(*(hall.open_session() for _ in range(AT_ONCE)), return_exceptions=True)
    assert reasons(answers) == ["SESSION_OVERLAPS"] * (AT_ONCE - 1)


async def test_a_student_enrolls_and_binds_once(hall: Hall) -> None:
    ama = await hall.student(enrolled=False, phone=False)
    enrollments = await asyncio.gather(*(ama.enroll() for _ in range(AT_ONCE)))
    assert len({enrollment.id for enrollment in enrollments}) == 1
    devices = await asyncio.gather(*(ama.bind(with_key=False) for _ in range(AT_ONCE)))
    assert len({device.id for device in devices}) == 1


async def test_a_student_drops_once(hall: Hall) -> None:
    ama = await hall.student()
    request = student_service_pb2.DropCourseRequest(course_id=hall.course.id)
    drops = (ama.stub.DropCourse(request, metadata=ama.metadata) for _ in range(AT_ONCE))
    answers = await asyncio.gather(*drops, return_exceptions=True)
    assert reasons(answers) == ["NOT_ENROLLED"] * (AT_ONCE - 1)


async def test_enrolling_and_claiming_at_once_never_leaves_a_claim_unjudged(hall: Hall) -> None:
    session = await hall.open_session()
    students = [await hall.student(enrolled=False) for _ in range(AT_ONCE)]
    headers = [await student.header(session) for student in students]
    sent = [student.send(header) for student, header in zip(students, headers, strict=True)]
    await asyncio.gather(*sent, *(student.enroll() for student in students))
    assert {record.status for record in await session.records()} == {Status.RECORD_STATUS_CONFIRMED}
    assert (await session.reload()).counts.confirmed == AT_ONCE


async def test_claims_without_enrollment_are_three_a_day(hall: Hall) -> None:
    ama = await hall.student(enrolled=False)
    sessions = [await hall.teacher.open_session(await hall.teacher.course()) for _ in range(AT_ONCE)]
    headers = [await ama.header(session) for session in sessions]
    answers = await asyncio.gather(*(ama.send(header) for header in headers), return_exceptions=True)
    assert reasons(answers) == ["TOO_MANY_UNENROLLED_CLAIMS"] * (AT_ONCE - 3)


async def test_one_phone_of_many_students_is_one_students(hall: Hall) -> None:
    students = [await hall.student(enrolled=False, phone=False) for _ in range(AT_ONCE)]
    bound = await asyncio.gather(
        *(student.bind(identifier="the same phone") for student in students), return_exceptions=True
    )
    assert reasons(bound) == ["DEVICE_TAKEN"] * (AT_ONCE - 1)


async def test_one_of_many_phones_is_the_students(hall: Hall) -> None:
    ama = await hall.student(enrolled=False, phone=False)
    bound = await asyncio.gather(
        *(ama.bind(identifier=f"installation-{number}", with_key=False) for number in range(AT_ONCE)),
        return_exceptions=True,
    )
    assert reasons(bound) == ["DEVICE_ALREADY_BOUND"] * (AT_ONCE - 1)


async def test_one_claim_id_in_many_sessions_is_one_claim(hall: Hall) -> None:
    ama = await hall.student()
    courses = [await hall.teacher.course() for _ in range(AT_ONCE)]
    for course in courses:
        await ama.enroll(course)
    sessions = [await hall.teacher.open_session(course) for course in courses]
    claim_id = str(uuid.uuid4())
    headers = [await ama.header(session, claim_id=claim_id) for session in sessions]
    answers = await asyncio.gather(*(ama.send(header) for header in headers), return_exceptions=True)
    assert reasons(answers) == ["CLAIM_ID_REUSED"] * (AT_ONCE - 1)
    assert sum([len(await session.records()) for session in sessions]) == 1


async def test_one_address_is_one_account(hall: Hall) -> None:
    request = auth_service_pb2.RegisterRequest(
        email="ama@example.edu", password=PASSWORD, full_name="Ama Student", role=role_pb2.ROLE_STUDENT
    )
    answers = await asyncio.gather(*(hall.auth.Register(request) for _ in range(AT_ONCE)), return_exceptions=True)
    assert reasons(answers) == ["EMAIL_TAKEN"] * (AT_ONCE - 1)


async def test_one_code_is_one_course(hall: Hall) -> None:
    answers = await asyncio.gather(*(hall.teacher.course(code="MA101") for _ in range(AT_ONCE)), return_exceptions=True)
    assert reasons(answers) == ["COURSE_CODE_TAKEN"] * (AT_ONCE - 1)


async def test_a_record_that_is_confirmed_many_times_at_once_is_confirmed_once(hall: Hall) -> None:
    session = await hall.open_session()
    ama = await hall.student()
    record = (await ama.submit(session, fix=None)).record
    answers = await asyncio.gather(*(hall.teacher.confirm(record, str(number)) for number in range(AT_ONCE)))
    assert {answer.revision for answer in answers} == {record.revision + 1}
    assert len((await session.record_of(ama)).decisions) == 1


async def test_an_appeal_and_a_decision_at_once_leave_no_appeal_that_nobody_waits_for(hall: Hall) -> None:
    """The decision comes while the appeal is being committed."""
    session, ama = await hall.open_session(), await hall.student()
    record = (await ama.submit(session, fix=None)).record
    filed, decides, go_on = threading.Event(), threading.Event(), threading.Event()

    def hold(_: object) -> None:
        if not filed.is_set():
            filed.set()
            assert go_on.wait(30)

    def note(_c: object, _cur: object, statement: str, *_: object) -> None:
        if filed.is_set() and statement.startswith("UPDATE attendance_records"):
            decides.set()

    event.listen(hall.app.engine, "commit", hold)
    event.listen(hall.app.engine, "before_cursor_execute", note)
    try:
        filing = asyncio.ensure_future(file(ama, session))
        assert await asyncio.to_thread(filed.wait, 30)
        deciding = asyncio.ensure_future(hall.teacher.confirm(record))
        assert await asyncio.to_thread(decides.wait, 30)
        go_on.set()
        await asyncio.gather(filing, deciding)
    finally:
        go_on.set()
        event.remove(hall.app.engine, "commit", hold)
        event.remove(hall.app.engine, "before_cursor_execute", note)
    assert [appeal.state for appeal in await listed(hall.teacher)] == [ACCEPTED]


def reasons(answers: Iterable[object]) -> list[str]:
    """Why calls were refused; whatever else was raised is raised."""
    refused = []
    for answer in answers:
        if isinstance(answer, grpc.aio.AioRpcError):
            refused.append(reason_of(answer))
        elif isinstance(answer, BaseException):
            raise answer
    return refused
