"""A stream of claims: students who claim with their faces, in one session after the other, and do not give up."""

from __future__ import annotations  # the stubs' async types exist for type checkers only

import asyncio
import struct
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256

import grpc.aio

from absense.v1 import auth_service_pb2, auth_service_pb2_grpc, course_pb2
from bench.hall import connection_to, side_by_side
from chaos import crowd
from chaos.cluster import Cluster, to_end
from chaos.crowd import Log
from demo.camera import Photograph, jpeg_picture
from demo.lecture import GREAT_HALL
from demo.phone import Student, scanned
from demo.projector import Lecturer
from demo.wire import CALL_SECONDS, channel_to

_CONNECTIONS = 10
_MOST_SESSIONS = 40
_COMMENT = 0xFFFE
_START_OF_IMAGE = 2
"""Its bytes, at the beginning of a JPEG file."""


@dataclass(frozen=True)
class Sent:
    """A claim that was sent, whatever came of it."""

    student_id: str
    session_id: str
    selfie_sha256: bytes
    """Of the file as it was sent: no two claims send the same."""
    picture_sha256: bytes
    """Of the compressed picture in it, which is all the server is to keep."""


@dataclass
class Stream:
    """The claims, and what came of them."""

    lecturer: Lecturer
    seats: Sequence[tuple[Student, Photograph]]
    """Students, each with the photograph that is the enrolled face and the selfie."""
    log: Log = field(default_factory=Log)
    sent: dict[str, Sent] = field(default_factory=dict)
    """By claim_id."""
    lecturers: Log = field(default_factory=Log)
    """What the lecturer saw."""

    async def flow(self, enough: asyncio.Event, per_second: float) -> None:
        """Send claims until it is enough; returns when the last of them is acknowledged or given up.

        Raises AioRpcError when the lecturer cannot open a session.
        """
        claims: list[asyncio.Task[None]] = []
        try:
            async with aclosing(self._turns()) as turns:
                async for turn in turns:
                    if enough.is_set():
                        break
                    claims.append(asyncio.create_task(self._claim(*turn)))
                    await asyncio.sleep(1 / per_second)
            await asyncio.gather(*claims)
        finally:
            for claim in claims:
                claim.cancel()

    async def _turns(self) -> AsyncGenerator[tuple[Student, Photograph, str, str], None]:
        """Who claims next, with what selfie, in which session, by which code: everybody once in each session."""
        course = await self.lecturer.course()
        opening = asyncio.create_task(self._open_session(course))
        try:
            for _ in range(_MOST_SESSIONS):
                session_id, code = await opening
                # ahead, so that claims go on coming while none can be opened
                opening = asyncio.create_task(self._open_session(course))
                for student, selfie in self.seats:
                    yield student, selfie, session_id, code
        finally:
            opening.cancel()

    async def _open_session(self, course: course_pb2.Course) -> tuple[str, str]:
        """The id of a new session, and its code."""
        wish = partial(
            self.lecturer.open_session, course, GREAT_HALL, allow_parallel=True, request_id=str(uuid.uuid4())
        )
        session = await crowd.insist(wish, self.lecturers)
        shown = await crowd.insist(partial(self.lecturer.code, session.id), self.lecturers)
        return session.id, shown.text

    async def _claim(self, student: Student, photograph: Photograph, session_id: str, code: str) -> None:
        selfie = _with_comment(photograph, f"claim {len(self.sent)}")
        claim = student.prepare(scanned(code), session_id, selfie, place=GREAT_HALL)
        self.sent[claim.header.claim_id] = Sent(
            student.id,
            session_id,
            sha256(selfie.content).digest(),
            sha256(jpeg_picture(selfie.content)).digest(),
        )
        await crowd.submit(student, claim, self.log)


@asynccontextmanager
async def seated(cluster: Cluster, students: int, selfies: Sequence[Photograph]) -> AsyncIterator[Stream]:
    """So many students before the cluster's proxy, signed in, phones bound, faces enrolled."""
    channels = [connection_to(cluster.envoy.address) for _ in range(_CONNECTIONS)]
    try:
        async with channel_to(cluster.envoy.address) as channel:
            info = await _server_info(channel)
            people = await to_end(crowd.enroll, cluster.environment, students, info, crowd.over(channels))
            seats = [(student, selfies[number % len(selfies)]) for number, student in enumerate(people)]
            await side_by_side(lambda seat: seat[0].enroll_face(seat[1]), seats)
            yield Stream(await Lecturer.sign_in(channel), seats)
    finally:
        await asyncio.gather(*(one.close() for one in channels))


async def _server_info(channel: grpc.aio.Channel) -> auth_service_pb2.GetServerInfoResponse:
    auth: auth_service_pb2_grpc.AuthServiceAsyncStub = auth_service_pb2_grpc.AuthServiceStub(channel)
    return await auth.GetServerInfo(auth_service_pb2.GetServerInfoRequest(), timeout=CALL_SECONDS)


def _with_comment(photograph: Photograph, text: str) -> Photograph:
    """The same JPEG photograph in another file: with a comment (ITU-T T.81, B.2.4.5)."""
    comment = text.encode()
    segment = struct.pack(">HH", _COMMENT, len(comment) + 2) + comment
    content = photograph.content[:_START_OF_IMAGE] + segment + photograph.content[_START_OF_IMAGE:]
    return Photograph(content, photograph.media_type)
