"""What a claim costs with everything on but the face match, beside a bare server (bench.floor) on the same PostgreSQL.

In each round the same students claim, so many at a time, first on the bare server and then on ours; everything that
phones do is done before. The cheapest round of each counts: whatever else the machine does only makes a round dearer.
"""

from __future__ import annotations  # the stubs' async types exist for type checkers only

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from time import perf_counter
from typing import Protocol, TypeAlias

import grpc.aio

from absense.v1 import attendance_record_pb2, student_service_pb2
from backing import postgres
from backing.postgres import Postgres
from bench import cpu, floor
from bench.floor import FloorProcess
from bench.hall import CHUNK_BYTES, PATIENCE_SECONDS, connection_to, side_by_side, signed_up
from bench.report import Measurement, say
from demo.camera import Photograph
from demo.lecture import GREAT_HALL
from demo.phone import Student, scanned
from demo.projector import Lecturer
from demo.server import ServerError, ServerProcess
from demo.wire import Metadata, channel_to

STUDENTS = 400
AT_ONCE = 50
_ROUNDS = 5
_MOST_RATIO = 1.35
_PATH = "/absense.v1.StudentService/SubmitAttendance"
_Lane: TypeAlias = "grpc.aio.StreamUnaryMultiCallable[bytes, student_service_pb2.SubmitAttendanceResponse]"
_CONFIRMED = attendance_record_pb2.RECORD_STATUS_CONFIRMED


@dataclass(frozen=True)
class Round:
    """What claims cost when so many were on their way at a time; CPU in milliseconds for each."""

    per_second: float
    p50: float
    """Milliseconds, as `p99`."""
    p99: float
    server: float
    database: float

    @property
    def cpu(self) -> float:
        """Of server and database."""
        return self.server + self.database


@dataclass(frozen=True)
class Call:
    """A claim as it goes over the wire."""

    metadata: Metadata
    parts: Sequence[bytes]


class Phones:
    """Connections to one server, each of which sends one claim after the other."""

    def __init__(self, channels: Sequence[grpc.aio.Channel]) -> None:
        # the requests come as bytes: none of the work of making them falls into what is measured
        read = student_service_pb2.SubmitAttendanceResponse.FromString
        self._lanes: list[_Lane] = [channel.stream_unary(_PATH, response_deserializer=read) for channel in channels]

    async def send(self, calls: Sequence[Call]) -> list[float]:
        """Send them all; the seconds that each took.

        Raises ServerError when one is not confirmed, and AioRpcError.
        """
        waiting = iter(calls)
        taken = await asyncio.gather(*(self._send(lane, waiting) for lane in self._lanes))
        return [seconds for lane in taken for seconds in lane]

    async def _send(self, lane: _Lane, waiting: Iterator[Call]) -> list[float]:
        taken = []
        for call in waiting:
            began = perf_counter()
            answer = await lane(iter(call.parts), metadata=call.metadata, timeout=PATIENCE_SECONDS)
            taken.append(perf_counter() - began)
            if answer.already_recorded or answer.record.status != _CONFIRMED:
                raise ServerError(f"A claim that should be confirmed is not:\n{answer}")
        return taken


class Side(Protocol):
    """A server that claims are sent to."""

    @property
    def pid(self) -> int: ...

    async def open_session(self) -> tuple[str, str]:
        """The id of a new session, and the text of its code."""
        ...

    def metadata(self, student: Student) -> Metadata:
        """What a student's calls carry."""
        ...

    async def require_kept(self, session_id: str, claims: int) -> None:
        """Raise ServerError unless so many claims of the session are kept, each with its photograph."""
        ...


class Bare:
    """The bare server's side."""

    def __init__(self, process: FloorProcess, files: Path) -> None:
        self._process, self._files = process, files
        self._kept = 0

    @property
    def pid(self) -> int:
        """See Side."""
        return self._process.pid

    async def open_session(self) -> tuple[str, str]:
        """See Side."""
        return self._process.open_session()

    def metadata(self, student: Student) -> Metadata:
        """See Side."""
        return floor.signed_in(student.id)

    async def require_kept(self, session_id: str, claims: int) -> None:
        """See Side."""
        self._kept = _require(self._process.records(session_id), claims, self._files, self._kept)


class Ours:
    """Our server's side."""

    def __init__(self, process: ServerProcess, lecturer: Lecturer) -> None:
        self._process, self._lecturer = process, lecturer
        self._kept = 0

    @property
    def pid(self) -> int:
        """See Side."""
        return self._process.pid

    async def open_session(self) -> tuple[str, str]:
        """See Side."""
        course = await self._lecturer.course()
        session = await self._lecturer.open_session(course, GREAT_HALL, allow_parallel=True)
        return session.id, (await self._lecturer.code(session.id)).text

    def metadata(self, student: Student) -> Metadata:
        """See Side."""
        return student.metadata

    async def require_kept(self, session_id: str, claims: int) -> None:
        """See Side."""
        counts = (await self._lecturer.session(session_id)).counts
        self._kept = _require(counts.confirmed, claims, self._process.folder / "blobs", self._kept)


def _require(records: int, claims: int, files: Path, kept: int) -> int:
    """How many files there are, if records and new files are as many as claims."""
    now = sum(path.is_file() for path in files.rglob("*"))
    if (records, now - kept) != (claims, claims):
        raise ServerError(f"{claims} claims, {records} records, {now - kept} new files in {files}.")
    return now


async def measure(folder: Path, selfies: Sequence[Path]) -> list[Measurement]:
    """The measurements, with servers in `folder`.

    Raises PostgresMissing, ServerError, AioRpcError.
    """
    pictures = [Photograph.load(file) for file in selfies]
    with postgres.running() as cluster, ServerProcess(folder, DATABASE_URL=_database(cluster), WORKERS="1") as server:
        server.prepare()
        server.start()
        files = folder / "floor"
        with FloorProcess(_database(cluster), files) as bare:
            async with channel_to(server.address) as channel:
                say(f"{STUDENTS} students sign up on PostgreSQL ...")
                students = await side_by_side(lambda number: signed_up(channel, number), range(STUDENTS))
                lecturer = await Lecturer.sign_in(channel)
                async with phones(bare.address) as at_bare, phones(server.address) as at_ours:
                    sides = ((Bare(bare, files), at_bare), (Ours(server, lecturer), at_ours))
                    say(f"{_ROUNDS} times {STUDENTS} claims, {AT_ONCE} at a time, a bare server and ours in turn ...")
                    # the first does not count: statements are prepared, memory is had
                    rounds = [
                        [await one_round(side, phones, students, pictures, cluster.pid) for side, phones in sides]
                        for _ in range(_ROUNDS + 1)
                    ]
    bare_rounds, our_rounds = zip(*rounds[1:], strict=True)
    return measurements(bare_rounds, our_rounds)


def _database(cluster: Postgres) -> str:
    return cluster.url(cluster.create_database())


@asynccontextmanager
async def phones(address: str) -> AsyncIterator[Phones]:
    """AT_ONCE phones."""
    async with AsyncExitStack() as stack:
        yield Phones([await stack.enter_async_context(connection_to(address)) for _ in range(AT_ONCE)])


async def one_round(
    side: Side, phones: Phones, students: Sequence[Student], selfies: Sequence[Photograph], database: int
) -> Round:
    """Everybody claims once. `database`: the process id of the cluster."""
    session_id, code = await side.open_session()
    proof = scanned(code)
    calls = []
    for number, student in enumerate(students):
        claim = student.prepare(proof, session_id, selfies[number % len(selfies)], place=GREAT_HALL)
        parts = [part.SerializeToString() async for part in claim.parts(CHUNK_BYTES)]
        calls.append(Call(side.metadata(student), parts))
    before = cpu.of_tree(side.pid), cpu.of_tree(database)
    began = perf_counter()
    taken = await phones.send(calls)
    seconds = perf_counter() - began
    after = cpu.of_tree(side.pid), cpu.of_tree(database)
    await side.require_kept(session_id, len(calls))
    cuts = quantiles(taken, n=100)
    server_ms, database_ms = (1000 * (b - a) / len(calls) for a, b in zip(before, after, strict=True))
    return Round(len(calls) / seconds, 1000 * cuts[49], 1000 * cuts[98], server_ms, database_ms)


def measurements(bare: Sequence[Round], ours: Sequence[Round]) -> list[Measurement]:
    """Of the cheapest round of each."""

    def one(what: str, field: str, unit: str, most_ratio: float | None = None) -> Measurement:
        (bare_best, bare_all), (our_best, our_all) = (
            (getattr(min(rounds, key=lambda one: one.cpu), field), [getattr(one, field) for one in rounds])
            for rounds in (bare, ours)
        )
        return Measurement(
            what, our_best, unit, bare_best, most_ratio=most_ratio, rounds=list(zip(bare_all, our_all, strict=True))
        )

    return [
        one(f"claims, {AT_ONCE} at a time", "per_second", "/s"),
        one("a claim's answer, p50", "p50", "ms"),
        one("a claim's answer, p99", "p99", "ms"),
        one("a claim's CPU in the server", "server", "ms"),
        one("a claim's CPU in PostgreSQL", "database", "ms"),
        one("a claim's CPU in both", "cpu", "ms", _MOST_RATIO),
    ]
