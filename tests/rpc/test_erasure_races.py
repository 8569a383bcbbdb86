"""Somebody is erased while a call of theirs, or about them, is under way: nothing of them comes after the erasure."""

from __future__ import annotations  # the stubs' async types exist for type checkers only

import asyncio
import threading
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager

import grpc.aio
import pytest
from sqlalchemy import Engine, Table, event, select

from absense.v1 import admin_service_pb2, auth_service_pb2
from absense_server.adapters.db.tables import metadata, users
from absense_server.domain.people import UserState
from tests.rpc.test_erasure import blobs, delete, erase
from tests.support.faces import jpeg, plain
from tests.support.hall import Hall, Lecturer, Person, Student, parts, reason_of

STAYS = {"revocations.user_id", "mail_queue.user_id", "enrollments.student_id", "attendance_sessions.created_by"}
"""What an erased account has rows in: sign-ins that ended, the last note, the past."""
Act = Callable[[], Awaitable[object]]


@contextmanager
def held_commit(engine: Engine) -> Iterator[tuple[threading.Event, threading.Event, threading.Event]]:
    """The next transaction to be committed waits at that: whether it does, the word to go on, who waits behind it."""
    reached, go_on, waits = threading.Event(), threading.Event(), threading.Event()

    def hold(_: object) -> None:
        if not reached.is_set():
            reached.set()
            go_on.wait(30)

    def note(_c: object, _cur: object, statement: str, _p: object, _ctx: object, _many: object) -> None:
        locks = "FOR NO KEY UPDATE" in statement or statement.startswith(("EXECUTE add_", "BEGIN IMMEDIATE"))
        if reached.is_set() and locks:
            waits.set()

    event.listen(engine, "commit", hold)
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield reached, go_on, waits
    finally:
        go_on.set()
        event.remove(engine, "commit", hold)
        event.remove(engine, "before_cursor_execute", note)


async def claims(student: Student) -> Act:
    await student.enroll()
    await student.bind()
    header = await student.header(await student.hall.open_session())
    return lambda: student.send(header)


async def tries_again(student: Student) -> Act:
    await student.enroll()
    session = await student.hall.open_session()
    await student.submit(session, fix=None)
    header = await student.header(session)
    return lambda: student.send(header)


async def signs_in(student: Student) -> Act:
    return lambda: student.hall.login(student.email)


async def refreshes(student: Student) -> Act:
    request = auth_service_pb2.RefreshTokenRequest(refresh_token=student.refresh_token, request_id=str(uuid.uuid4()))
    return lambda: student.hall.auth.RefreshToken(request)


async def binds(student: Student) -> Act:
    return student.bind


async def enrolls(student: Student) -> Act:
    return student.enroll


async def is_changed(student: Student) -> Act:
    admin = await student.hall.admin()
    request = admin_service_pb2.UpdateUserRequest(user_id=student.id, full_name="Efua Again")
    request.update_mask.paths.append("full_name")
    return lambda: admin.stub.UpdateUser(request, metadata=admin.metadata)


async def makes_a_course(lecturer: Lecturer) -> Act:
    return lecturer.course


async def opens_a_session(lecturer: Lecturer) -> Act:
    course = await lecturer.course()
    return lambda: lecturer.open_session(course)


OF_STUDENTS = {
    "claims": (claims, {"SIGN_IN_ENDED"}),
    "tries again": (tries_again, {"SIGN_IN_ENDED"}),
    "signs in": (signs_in, {"BAD_CREDENTIALS"}),
    "refreshes": (refreshes, {"REFRESH_TOKEN_INVALID"}),
    "binds a phone": (binds, {"SIGN_IN_ENDED"}),
    "enrolls in a course": (enrolls, {"SIGN_IN_ENDED"}),
    "is changed": (is_changed, {"USER_STATE_NOT_ALLOWED", "USER_NOT_FOUND"}),
}
OF_LECTURERS = {
    "makes a course": (makes_a_course, {"SIGN_IN_ENDED"}),
    "opens a session": (opens_a_session, {"SIGN_IN_ENDED"}),
}


@pytest.mark.parametrize("name", [*OF_STUDENTS, *OF_LECTURERS])
async def test_nothing_comes_after_the_erasure(hall: Hall, name: str) -> None:
    admin = await hall.admin()
    person: Person
    if name in OF_STUDENTS:
        prepare, reasons = OF_STUDENTS[name]
        person = student = await hall.student(enrolled=False, phone=False)
        act = await prepare(student)
    else:
        prepare_lecturer, reasons = OF_LECTURERS[name]
        person = lecturer = await hall.lecturer()
        act = await prepare_lecturer(lecturer)
    before = rows_of(hall, person)
    with held_commit(hall.app.engine) as (reached, go_on, waits):
        erasing = asyncio.create_task(erase(admin, person))
        assert await asyncio.to_thread(reached.wait, 30)
        acting = asyncio.ensure_future(act())
        assert await asyncio.to_thread(waits.wait, 30)
        go_on.set()
        await erasing
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await acting
    assert reason_of(caught.value) in reasons
    after = rows_of(hall, person)
    kept = {"attendance_records.student_id", "claims.student_id"} if name == "tries again" else set()
    assert set(after) <= STAYS | kept
    assert all(
        after[column] <= before.get(column, 0)
        for column in after.keys() - {"revocations.user_id", "mail_queue.user_id"}
    )
    with hall.app.engine.connect() as connection:
        row = connection.execute(select(users).where(users.c.id == uuid.UUID(person.id))).one()
    assert (row.state, row.password_hash) == (UserState.ERASED, None)
    assert row.full_name != "Efua Again"


async def test_a_selfie_on_its_way_is_not_kept(hall: Hall) -> None:
    student, photograph = await hall.student(), jpeg(plain())
    header, *chunks = parts(await student.header(await hall.open_session(), selfie=photograph), photograph)
    erased = asyncio.Event()

    async def sent() -> AsyncIterator[object]:
        yield header
        await erased.wait()
        for chunk in chunks:
            yield chunk

    claim = asyncio.ensure_future(student.stream(sent()))
    uploads = hall.app.use_cases.uploads
    async with asyncio.timeout(30):
        while not uploads._announced:  # noqa: ASYNC110 - uploads have no event for that
            await asyncio.sleep(0.01)
    await delete(student)
    erased.set()
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await claim
    assert reason_of(caught.value) == "SIGN_IN_ENDED"
    assert set(rows_of(hall, student)) <= STAYS
    assert blobs(hall) == []


def rows_of(hall: Hall, person: Person) -> dict[str, int]:
    """How many rows name the person, by column, if there are any; less what speaks of the past only."""
    found = {}
    with hall.app.engine.connect() as connection:
        for table, column in naming():
            query = select(table.c[column]).where(table.c[column] == uuid.UUID(person.id))
            if number := len(connection.execute(query).all()):
                found[f"{table.name}.{column}"] = number
    return found


def naming() -> Iterator[tuple[Table, str]]:
    for table in metadata.tables.values():
        if table.name not in {"audit_events", "verification_log", "users"}:
            for column in table.c:
                if column.name in {"student_id", "owner_id"} or any(
                    key.column.table is users for key in column.foreign_keys
                ):
                    yield table, column.name
