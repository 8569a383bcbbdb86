"""A hall full of students, each with a phone, a connection of its own and an enrolled face."""

from __future__ import annotations  # the stubs' async types exist for type checkers only

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

import grpc.aio

from absense.v1 import (
    attendance_record_pb2,
    auth_service_pb2,
    auth_service_pb2_grpc,
    face_pb2,
    student_service_pb2,
)
from demo.camera import Photograph
from demo.lecture import GREAT_HALL
from demo.phone import Claim, Student, scanned
from demo.projector import DEMO_COURSE, Lecturer
from demo.wire import CALL_SECONDS, channel_to

PATIENCE_SECONDS = 60.0
"""How long a phone waits for an answer, and then for a verdict."""
AT_ONCE = 32
"""Students who do something side by side where nothing is measured."""
CHUNK_BYTES = 64 * 1024

S = TypeVar("S")
T = TypeVar("T")


@dataclass(frozen=True)
class Seat:
    """A student, and the photograph that is both the enrolled face and the selfie."""

    student: Student
    selfie: Photograph

    async def submit(self, claim: Claim) -> attendance_record_pb2.AttendanceRecord:
        """Send a claim; the record as the answer has it."""
        request = claim.parts(CHUNK_BYTES)
        answer = await self.student.stub.SubmitAttendance(
            request, metadata=self.student.metadata, timeout=PATIENCE_SECONDS
        )
        return answer.record

    async def watch(self, record_id: str) -> AsyncIterator[attendance_record_pb2.AttendanceRecord]:
        """The record now and after each change, until nothing more is awaited."""
        request = student_service_pb2.WatchAttendanceRecordRequest(record_id=record_id)
        stream = self.student.stub.WatchAttendanceRecord(
            request, metadata=self.student.metadata, timeout=PATIENCE_SECONDS
        )
        async for response in stream:
            yield response.record


@dataclass(frozen=True)
class Hall:
    """The demo course's lecturer, and its students."""

    lecturer: Lecturer
    seats: Sequence[Seat]

    async def open_session(self) -> tuple[str, list[tuple[Seat, Claim]]]:
        """The id of a new session, and everybody's claim to be in it, ready to be sent."""
        course = await self.lecturer.course()
        session = await self.lecturer.open_session(course, GREAT_HALL, allow_parallel=True)
        code = scanned((await self.lecturer.code(session.id)).text)
        return session.id, [
            (seat, seat.student.prepare(code, session.id, seat.selfie, place=GREAT_HALL)) for seat in self.seats
        ]


@asynccontextmanager
async def seated(address: str, students: int, selfies: Sequence[Photograph]) -> AsyncIterator[Hall]:
    """So many students signed up on the demo server at `address`, their phones bound and their faces enrolled."""
    channels = [connection_to(address) for _ in range(students)]
    async with channel_to(address) as channel:
        info = await auth_service_pb2_grpc.AuthServiceStub(channel).GetServerInfo(
            auth_service_pb2.GetServerInfoRequest(), timeout=CALL_SECONDS
        )
        wish = face_pb2.FaceEnrollment(consent_version=info.consent.version)

        async def sign_up(number: int) -> Seat:
            student = await signed_up(channels[number], number)
            selfie = selfies[number % len(selfies)]
            request = student_service_pb2.EnrollFaceInlineRequest(enrollment=wish, photograph=selfie.content)
            await student.stub.EnrollFaceInline(request, metadata=student.metadata, timeout=CALL_SECONDS)
            return Seat(student, selfie)

        try:
            seats = await side_by_side(sign_up, range(students))
            yield Hall(await Lecturer.sign_in(channel), seats)
        finally:
            await asyncio.gather(*(one.close() for one in channels))


async def signed_up(channel: grpc.aio.Channel, number: int) -> Student:
    """A new student on the demo course's list, with a phone bound."""
    student = await Student.register(channel, "Ama Bench", f"ama-{number}@students.example")
    await student.enroll(DEMO_COURSE)
    await student.bind()
    return student


async def side_by_side(do: Callable[[S], Awaitable[T]], items: Iterable[S]) -> list[T]:
    """What `do` makes of the items, AT_ONCE of them at a time."""
    turns = asyncio.Semaphore(AT_ONCE)

    async def one(item: S) -> T:
        async with turns:
            return await do(item)

    return await asyncio.gather(*map(one, items))


def connection_to(address: str) -> grpc.aio.Channel:
    """A connection of one's own to a server on this machine."""
    # without the option, channels of one process to one address share a connection
    options = [("grpc.enable_http_proxy", 0), ("grpc.use_local_subchannel_pool", 1)]
    return grpc.aio.insecure_channel(address, options=options)
