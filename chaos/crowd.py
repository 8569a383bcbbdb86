"""Many students at once: signed up in one transaction, and as patient as the contract asks clients to be."""

from __future__ import annotations  # the stubs' async types exist for type checkers only

import asyncio
import random
import time
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import cycle
from typing import TypeVar

import grpc
import grpc.aio
from cryptography.hazmat.primitives import serialization
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from absense.v1 import auth_service_pb2, student_service_pb2, user_pb2
from absense_server import settings
from absense_server.app.outside import Outside
from absense_server.domain.courses import Enrollment
from absense_server.domain.devices import Device, Platform
from absense_server.domain.ids import DeviceId, EnrollmentId, SignInId, UserId
from absense_server.domain.people import Role, User, UserState
from absense_server.ports.findings import RefreshToken, SignIn
from absense_server.ports.outside import AccessClaims
from absense_server.settings import Settings
from demo.phone import Claim, Student
from demo.projector import DEMO_COURSE
from demo.wire import reason_of

T = TypeVar("T")

_TOKEN_LIFE = timedelta(minutes=15)
_CHUNK_BYTES = 64 * 1024
_CALL_SECONDS = 30.0
_LONGEST_PAUSE = 2.0
_MAY_BE_SENT_AGAIN = {
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    # of a server whose grace is over: nobody here cancels (docs/MOBILE.md)
    grpc.StatusCode.CANCELLED,
}
_LOST = "Internal error from Core"
"""What grpc.aio makes of an answer that came early (see demo.phone)."""


def settings_of(environment: Mapping[str, str]) -> Settings:
    """The settings that a server has by its environment."""
    given = {name.lower(): value for name, value in environment.items()}
    return settings.load(_env_file=None, **{name: given[name] for name in Settings.model_fields if name in given})


def enroll(
    environment: Mapping[str, str],
    number: int,
    info: auth_service_pb2.GetServerInfoResponse,
    channel: Callable[[int], grpc.aio.Channel],
) -> list[Student]:
    """So many students of the demo course, signed in, their phones bound with keys, straight into the database.

    `environment`: the server's. `channel`: what the student of this number talks through.
    """
    outside = Outside(settings_of(environment), clock=None, blobs=None)
    try:
        logins = [_signed_in(outside) for _ in range(number)]
        students = [Student(channel(each), login, info) for each, login in enumerate(logins)]
        with outside.uow() as tx:
            term = tx.courses.current_term(outside.clock.now())
            course = None if term is None else tx.courses.by_code(term.id, DEMO_COURSE.casefold())
            if course is None:
                raise LookupError(f"The server has no {DEMO_COURSE}: seed it first.")
            for student, login in zip(students, logins, strict=True):
                user = _user(student)
                tx.users.add(user, None)
                tx.enrollments.add(Enrollment(EnrollmentId(uuid.uuid4()), user.person, course, user.created_at))
                tx.devices.add(_device(outside, student))
                tx.sign_ins.add(*_sign_in(outside, login))
            tx.commit()
    finally:
        outside.close()
    return students


def _signed_in(outside: Outside) -> auth_service_pb2.LoginResponse:
    user_id, now = UserId(outside.ids.new()), datetime.now(UTC)
    claims = AccessClaims(user_id, SignInId(outside.ids.new()), Role.STUDENT, now, now, now + _TOKEN_LIFE)
    return auth_service_pb2.LoginResponse(
        access_token=outside.tokens.write(claims),
        user=user_pb2.User(id=str(user_id)),
        sign_in_id=str(claims.sign_in_id),
    )


def _sign_in(outside: Outside, login: auth_service_pb2.LoginResponse) -> tuple[SignIn, RefreshToken]:
    sign_in_id, now = SignInId(uuid.UUID(login.sign_in_id)), datetime.now(UTC)
    end = now + _TOKEN_LIFE
    sign_in = SignIn(sign_in_id, UserId(uuid.UUID(login.user.id)), now, "Pixel 9", now, now, end)
    return sign_in, RefreshToken(outside.refresh_tokens.new().hash, sign_in_id, now, end)


def _user(student: Student) -> User:
    return User(
        id=UserId(uuid.UUID(student.id)),
        email=f"{student.id}@students.example",
        full_name="Ama Crowd",
        role=Role.STUDENT,
        state=UserState.ACTIVE,
        created_at=datetime.now(UTC) - timedelta(minutes=1),
    )


def _device(outside: Outside, student: Student) -> Device:
    public_key = student.phone.key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    mac = outside.identifiers.macs(student.phone.identifier)[0]
    owner = UserId(uuid.UUID(student.id))
    return Device(DeviceId(outside.ids.new()), owner, mac, Platform.ANDROID, "Pixel 9", datetime.now(UTC), public_key)


@dataclass
class Log:
    """What clients saw."""

    acknowledged: dict[str, student_service_pb2.SubmitAttendanceResponse] = field(default_factory=dict)
    """The answers by claim_id."""
    acknowledged_at: list[float] = field(default_factory=list)
    """When each of them came, in seconds of a clock that only goes on."""
    put_off: Counter[str] = field(default_factory=Counter)
    """Why calls had to be made again, and how often."""
    failed: dict[str, str] = field(default_factory=dict)
    """Claims that were given up, and why."""
    without_retry_info: Counter[str] = field(default_factory=Counter)
    """Answers of the server that were UNAVAILABLE and did not say when to come again."""
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self) -> None:
        """Something was seen."""
        self.news.set()

    async def until(self, wanted: Callable[[], bool], seconds: float = 60.0) -> None:
        """Wait until something wanted was seen. Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while not wanted():
                self.news.clear()
                await self.news.wait()

    async def until_acknowledged(self, more: int, seconds: float = 60.0) -> None:
        """Wait until so many more claims are acknowledged than now. Raises TimeoutError."""
        enough = len(self.acknowledged) + more
        await self.until(lambda: len(self.acknowledged) >= enough, seconds)


async def submit(student: Student, claim: Claim, log: Log, patience_seconds: float = 60.0) -> None:
    """Send a claim again and again, as the contract asks, until there is an answer that stands."""
    claim_id = claim.header.claim_id

    def send() -> Awaitable[student_service_pb2.SubmitAttendanceResponse]:
        request = claim.parts(_CHUNK_BYTES)
        return student.stub.SubmitAttendance(request, metadata=student.metadata, timeout=_CALL_SECONDS)

    try:
        async with asyncio.timeout(patience_seconds):
            log.acknowledged[claim_id] = await insist(send, log)
    except grpc.aio.AioRpcError as error:
        log.failed[claim_id] = reason_of(error)
    except TimeoutError:
        log.failed[claim_id] = "no answer that stands"
    else:
        log.acknowledged_at.append(time.monotonic())
        log.tell()


async def insist(call: Callable[[], Awaitable[T]], log: Log) -> T:
    """What a call returns when there is an answer that stands: until then it is made again, as the contract asks.

    Raises AioRpcError for an answer that stands and is an error.
    """
    pause = 0.1
    while True:
        try:
            return await call()
        except grpc.aio.AioRpcError as error:
            if error.code() not in _MAY_BE_SENT_AGAIN and _LOST not in (error.details() or ""):
                raise
            asked = retry_delay(error)
            why = reason_of(error)
            if asked is None and "(" not in why:  # it has a reason of ours: the server itself said so
                log.without_retry_info[why] += 1
            log.put_off[why] += 1
            log.tell()
            await asyncio.sleep(min(asked or pause, _LONGEST_PAUSE) * random.uniform(0.7, 1.3))  # noqa: S311
            pause = min(_LONGEST_PAUSE, 2 * pause)


def retry_delay(error: grpc.aio.AioRpcError) -> float | None:
    """The seconds that RetryInfo asks to wait."""
    status = rpc_status.from_call(error)  # type: ignore[arg-type]  # reads the same three attributes
    for detail in [] if status is None else status.details:
        info = error_details_pb2.RetryInfo()
        if detail.Unpack(info):
            return info.retry_delay.ToTimedelta().total_seconds()
    return None


def over(channels: Sequence[grpc.aio.Channel]) -> Callable[[int], grpc.aio.Channel]:
    """One of the channels for each student, in turn."""
    turns = cycle(channels)
    return lambda _number: next(turns)
