"""WatchAttendance: everything, then each change; cut anywhere, it goes on without a gap."""

from __future__ import annotations  # the stubs' async types exist for type checkers only

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import grpc.aio
import pytest
from sqlalchemy import update

from absense.v1 import attendance_session_pb2, lecturer_service_pb2
from absense_server.adapters.db.tables import attendance_records, course_lecturers
from absense_server.domain.ids import CourseId, RecordId, SessionId, UserId
from absense_server.domain.people import Person
from absense_server.domain.policy import RecordStatus
from absense_server.domain.records import AttendanceRecord, Source
from tests.rpc.test_session_changes import cancel, change
from tests.support.hall import Hall, Record, Session, Student, reason_of, seconds

Message = lecturer_service_pb2.WatchAttendanceResponse


class Screen:
    """A lecturer's tab: what it has been told, over all its connections."""

    def __init__(self, session: Session) -> None:
        self._lecturer = session.lecturer
        self._id = session.id
        self.token = ""
        self.records: dict[str, Record] = {}
        self.session: attendance_session_pb2.AttendanceSession | None = None
        self.connect()

    def connect(self) -> None:
        request = lecturer_service_pb2.WatchAttendanceRequest(session_id=self._id, resume_token=self.token)
        self._call = self._lecturer.stub.WatchAttendance(request, metadata=self._lecturer.metadata)
        self._events: AsyncIterator[Message] = aiter(self._call)

    async def cut(self) -> None:
        """Break the connection."""
        self._call.cancel()
        with suppress(asyncio.CancelledError, StopAsyncIteration):
            while True:
                await anext(self._events)

    async def next(self) -> str:
        """Take the next message in; what kind it is."""
        message = await asyncio.wait_for(anext(self._events), 10)
        assert message.resume_token
        self.token = message.resume_token
        kind = message.WhichOneof("event") or ""
        if kind == "record":
            known = self.records.get(message.record.id)
            if known is None or known.revision < message.record.revision:
                self.records[message.record.id] = message.record
        elif kind == "session":
            self.session = message.session
        return kind

    async def until(self, kind: str) -> list[str]:
        """Take in messages up to one of that kind."""
        kinds = [await self.next()]
        while kinds[-1] != kind:
            kinds.append(await self.next())
        return kinds

    def shown(self) -> list[Record]:
        return sorted(self.records.values(), key=lambda record: record.id)


async def fails(call: Any) -> str:
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await call
    return reason_of(error.value)


def mark(hall: Hall, session: Session, students: list[Student], at: datetime) -> list[str]:
    """Records as persons would enter them, beside the contract: many at little cost."""
    new = [
        AttendanceRecord(
            id=RecordId(hall.app.ids.new()),
            session_id=SessionId(uuid.UUID(session.id)),
            course_id=CourseId(uuid.UUID(session.message.course_id)),
            student=Person(UserId(uuid.UUID(student.id)), ""),
            status=RecordStatus.CONFIRMED,
            source=Source.MANUAL,
            late=False,
            enrolled=True,
            policy=hall.app.use_cases.sessions.get(
                hall.teacher.caller, SessionId(uuid.UUID(session.id))
            ).session.policy,
            created_at=at,
            updated_at=at,
        )
        for student in students
    ]
    with hall.app.uow() as tx:
        tx.records.add(*new)
        tx.commit()
    return [str(record.id) for record in new]


def touch(hall: Hall, record_id: str, at: datetime) -> None:
    """A change that a transaction made at `at` and commits only now."""
    records = attendance_records
    with hall.app.engine.begin() as connection:
        connection.execute(
            update(records)
            .where(records.c.id == uuid.UUID(record_id))
            .values(revision=records.c.revision + 1, late=~records.c.late, updated_at=at)
        )


async def test_everything_then_each_change(hall: Hall) -> None:
    held = await hall.open_session(duration=seconds(600))
    ama, kwame = await hall.student(), await hall.student()
    await ama.submit(held)
    screen = Screen(held)
    assert await screen.until("caught_up") == ["record", "session", "caught_up"]
    assert screen.session == await held.reload()
    assert screen.session is not None
    assert (screen.session.expected_count, screen.session.counts.confirmed) == (2, 1)
    # what comes within the moment is told together
    await kwame.submit(held, fix=None)
    await hall.turn(1)
    assert await screen.until("session") == ["record", "session"]
    assert screen.session.counts.flagged == 1
    await hall.teacher.confirm(await held.record_of(kwame))
    await hall.turn(1)
    assert await screen.until("session") == ["record", "session"]
    assert screen.shown() == await held.records()
    # every few seconds it looks by itself: an event may be lost
    touch(hall, screen.shown()[0].id, hall.clock.now())
    await hall.turn(6)
    assert await screen.next() == "record"
    assert await screen.next() == "session"
    await hall.turn(21)
    assert await screen.next() == "heartbeat"
    renamed = await change(hall.teacher, held.message, room="Annex")
    await hall.turn(1)
    assert await screen.next() == "session"
    assert (screen.session.room, screen.session.revision) == ("Annex", renamed.revision)
    await hall.turn(600)
    assert await screen.next() == "session"
    assert screen.session.state == attendance_session_pb2.SESSION_STATE_CLOSED
    # it outlasts the session
    await cancel(hall.teacher, held.message)
    await hall.turn(1)
    assert await screen.next() == "session"
    assert screen.session == await held.reload()
    stranger = uuid.UUID((await hall.lecturer()).id)
    with hall.app.engine.begin() as connection:
        connection.execute(update(course_lecturers).values(lecturer_id=stranger))
    await hall.turn(6)
    assert await fails(screen.next()) == "SESSION_NOT_FOUND"


async def test_a_stream_cut_at_every_message_has_no_gap(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    """Records change and come meanwhile, some with times of before, from transactions that were slow to commit."""
    monkeypatch.setattr("absense_server.services.live_attendance._PAGE", 3)
    students = [await hall.student(phone=False) for _ in range(8)]

    async def lectured(cut_at: int) -> int:
        """A lecture with a cut after so many messages; how many there were."""
        held, start, taken = await hall.open_session(allow_parallel=True), hall.clock.now(), 0
        ids = mark(hall, held, students[1:], start - timedelta(seconds=300))
        screen = Screen(held)

        async def take() -> str:
            nonlocal taken
            kind = await screen.next()
            taken += 1
            if taken != cut_at:
                return kind
            await screen.cut()
            # said at the time of a read that is over, committed now; and somebody new
            touch(hall, ids[cut_at % len(ids)], start - timedelta(seconds=20))
            ids.extend(mark(hall, held, students[:1], start - timedelta(seconds=5)))
            await hall.turn(40 if cut_at % 2 else 1)
            screen.connect()
            return "cut"

        while await take() != "caught_up":
            pass
        touch(hall, ids[0], hall.clock.now())
        touch(hall, ids[-1], hall.clock.now() - timedelta(seconds=29))
        await hall.turn(6)
        while screen.shown() != await held.records() or screen.session != await held.reload():
            await take()
        await screen.cut()
        return taken

    cut = 1
    while await lectured(cut) >= cut:
        cut += 1
        await hall.turn(60)
        await hall.teacher.refresh()
    assert cut > len(students) + 3


async def test_tokens_that_go_on_nowhere(hall: Hall) -> None:
    held, other = await hall.open_session(), await hall.open_session(allow_parallel=True)
    screen = Screen(held)
    await screen.until("caught_up")
    good = screen.token
    for session, token in ((other, good), (held, good[:-2]), (held, "x" + good[1:]), (held, "é"), (held, "A" * 500)):
        again = Screen(session)
        await again.cut()
        again.token = token
        again.connect()
        assert await fails(again.next()) == "RESUME_TOKEN_INVALID", token
    await hall.turn(24 * 3600 + 1)
    await hall.teacher.refresh()
    late = Screen(held)
    await late.cut()
    late.token = good
    late.connect()
    assert await fails(late.next()) == "RESUME_TOKEN_INVALID"


async def test_the_stream_ends_with_the_sign_in(hall: Hall) -> None:
    held = await hall.open_session()
    screen = Screen(held)
    await screen.until("caught_up")
    await hall.turn(16 * 60)  # longer than an access token lives
    assert await screen.next() == "session"
    await hall.teacher.refresh()
    await hall.teacher.logout()
    await hall.turn(0)
    assert await fails(screen.next()) == "SIGN_IN_ENDED"
