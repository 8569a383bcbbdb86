"""Bad uploads: each with its own reason, none keeps anything."""

import asyncio
import hashlib
import struct
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import pytest
from google.rpc import error_details_pb2

from absense.v1 import claim_upload_pb2, student_service_pb2
from absense_server.adapters.db.unit_of_work import SqlTransaction
from absense_server.app import App
from absense_server.domain.errors.calls import BackendUnavailable
from absense_server.ports.outside import OPAQUE
from absense_server.settings import Settings
from tests.rpc.test_check_in import CONFIRMED, photograph
from tests.support.clock import HandClock
from tests.support.hall import Hall, Student, announce, detail, parts, reason_of, verdicts

Request = student_service_pb2.SubmitAttendanceRequest


def png_of(width: int, height: int) -> bytes:
    """A PNG that declares any size and holds nothing."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


async def refusal(call: Awaitable[Any]) -> grpc.aio.AioRpcError:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await call
    return refused.value


def blobs(hall: Hall) -> list[Path]:
    return [path for path in hall.app.settings.storage_folder.rglob("*") if path.is_file()]


NO_PHOTOGRAPHS = [
    (b"I was there, honestly", "IMAGE_NOT_SUPPORTED"),
    (b"<!doctype html><html><script>alert(1)</script></html>", "IMAGE_NOT_SUPPORTED"),
    (b"GIF89a" + bytes(100), "IMAGE_NOT_SUPPORTED"),
    (b"\xff\xd8\xff", "IMAGE_NOT_SUPPORTED"),
    (png_of(50_000, 50_000), "IMAGE_TOO_MANY_PIXELS"),
    (png_of(0, 10), "IMAGE_NOT_SUPPORTED"),
]


async def test_what_is_no_photograph_is_refused(hall: Hall, subtests: pytest.Subtests) -> None:
    session = await hall.open_session()
    ama = await hall.student()
    for (selfie, reason), inline in product(NO_PHOTOGRAPHS, [False, True]):
        with subtests.test(selfie=selfie[:20], inline=inline):
            header = await ama.header(session, selfie=selfie)
            error = await refusal(ama.send_inline(header, selfie) if inline else ama.send(header, selfie))
            assert (error.code(), reason_of(error)) == (grpc.StatusCode.INVALID_ARGUMENT, reason)
            assert await session.records() == []
            assert blobs(hall) == []


async def test_after_a_refused_photograph_the_same_claim_id_takes_a_good_one(hall: Hall) -> None:
    session = await hall.open_session()
    ama = await hall.student()
    bad = await ama.header(session, selfie=b"not a photograph")
    await refusal(ama.send(bad, b"not a photograph"))
    good = photograph()
    header = await ama.header(session, selfie=good, claim_id=bad.claim_id)
    assert (await ama.send(header, good)).record.status == CONFIRMED


async def test_an_empty_selfie_is_a_field_violation(hall: Hall) -> None:
    session = await hall.open_session()
    ama = await hall.student()
    header = await ama.header(session)
    header.selfie.CopyFrom(announce(b""))
    error = await refusal(ama.send(header))
    assert reason_of(error) == "INVALID_REQUEST"
    assert "header.selfie.size" in (error.details() or "")


async def test_fifty_megabytes_are_refused_by_their_announcement(hall: Hall) -> None:
    session = await hall.open_session()
    ama = await hall.student()
    header = await ama.header(session, selfie=photograph())
    header.selfie.size = 50 * 1024 * 1024

    async def header_only() -> AsyncIterator[Any]:
        yield Request(header=header)
        await asyncio.Event().wait()

    error = await refusal(ama.stream(header_only()))
    assert (error.code(), reason_of(error)) == (grpc.StatusCode.INVALID_ARGUMENT, "UPLOAD_TOO_LARGE")


async def test_a_photograph_cut_short_is_kept_as_a_verdict_without_the_image(hall: Hall) -> None:
    session = await hall.open_session()
    ama = await hall.student()
    whole = photograph(800, 600)
    cut = whole[: len(whole) // 2]
    answer = await ama.submit(session, selfie=cut)
    assert verdicts(answer.record)["FACE"] == ("INCONCLUSIVE", "IMAGE_DAMAGED")
    assert answer.record.status == CONFIRMED  # FACE only advises while the engine is off
    assert (await session.record_of(ama)).claims[0].image_id == ""
    assert blobs(hall) == []


Script = Callable[[claim_upload_pb2.ClaimHeader, bytes], list[Request]]


OUT_OF_ORDER: dict[str, tuple[Script, str]] = {
    "nothing": (lambda h, s: [], "UPLOAD_OUT_OF_ORDER"),
    "chunk before header": (lambda h, s: [Request(chunk=s[:100]), Request(header=h)], "UPLOAD_OUT_OF_ORDER"),
    "two headers": (lambda h, s: [Request(header=h), Request(header=h)], "UPLOAD_OUT_OF_ORDER"),
    "header among chunks": (lambda h, s: [*parts(h, s)[:2], Request(header=h)], "UPLOAD_OUT_OF_ORDER"),
    "selfie never comes": (lambda h, s: [Request(header=h)], "UPLOAD_SIZE_MISMATCH"),
    "a byte short": (lambda h, s: parts(h, s[:-1]), "UPLOAD_SIZE_MISMATCH"),
    "a byte more": (lambda h, s: parts(h, s + b"!"), "UPLOAD_SIZE_MISMATCH"),
    "another byte": (lambda h, s: parts(h, s[:-1] + b"!"), "UPLOAD_HASH_MISMATCH"),
    "reordered": (lambda h, s: parts(h, s[::-1]), "UPLOAD_HASH_MISMATCH"),
    "empty message": (lambda h, s: [Request()], "INVALID_REQUEST"),
    "empty chunk": (lambda h, s: [Request(header=h), Request(chunk=b"")], "INVALID_REQUEST"),
    "chunk too large": (lambda h, s: [Request(header=h), Request(chunk=s[:1] * 65_537)], "INVALID_REQUEST"),
}


async def test_uploads_out_of_order(hall: Hall, subtests: pytest.Subtests) -> None:
    session = await hall.open_session()
    ama = await hall.student()
    selfie = photograph(800, 600)
    for name, (script, reason) in OUT_OF_ORDER.items():
        with subtests.test(upload=name):
            header = await ama.header(session, selfie=selfie)
            error = await refusal(ama.stream(script(header, selfie)))
            assert (error.code(), reason_of(error)) == (grpc.StatusCode.INVALID_ARGUMENT, reason)
            assert await session.records() == []
            assert blobs(hall) == []


async def test_a_chunk_that_nobody_announced(hall: Hall) -> None:
    session = await hall.open_session()
    ama = await hall.student()
    header = await ama.header(session)
    error = await refusal(ama.send(header, b"surprise"))
    assert reason_of(error) == "UPLOAD_OUT_OF_ORDER"
    assert await session.records() == []


async def stalled(ama: Student, header: claim_upload_pb2.ClaimHeader, deadline: float | None) -> grpc.aio.AioRpcError:
    async def header_only() -> AsyncIterator[Any]:
        yield Request(header=header)
        await asyncio.Event().wait()

    return await refusal(ama.stream(header_only(), deadline))


async def test_a_stream_that_stalls_ends_with_the_clients_deadline(hall: Hall) -> None:
    session = await hall.open_session()
    ama = await hall.student()
    error = await stalled(ama, await ama.header(session, selfie=photograph()), deadline=0.3)
    assert error.code() == grpc.StatusCode.DEADLINE_EXCEEDED
    assert await session.records() == []


async def test_a_stream_that_stalls_without_a_deadline_ends_with_the_servers(
    make_settings: Callable[..., Settings], clock: HandClock
) -> None:
    app = App(make_settings(upload_stall_seconds=0.1), clock=clock)
    port = await app.start(with_jobs=False)
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        hall = Hall(app, clock, channel, port)
        await hall.furnish()
        session = await hall.open_session()
        ama = await hall.student()
        error = await stalled(ama, await ama.header(session, selfie=photograph()), deadline=None)
        assert (error.code(), reason_of(error)) == (grpc.StatusCode.DEADLINE_EXCEEDED, "DEADLINE_PASSED")
        assert await session.records() == []
    await app.stop(grace=0)


NOWHERE = [
    (float("nan"), 1.0, 5.0),
    (1.0, float("nan"), 5.0),
    (float("inf"), 1.0, 5.0),
    (1.0, float("-inf"), 5.0),
    (90.1, 1.0, 5.0),
    (-91.0, 1.0, 5.0),
    (1.0, 180.5, 5.0),
    (1.0, 0.0, 5.0),
    (0.0, 1.0, 5.0),
    (0.0, 0.0, 5.0),
    (1.0, 1.0, float("nan")),
    (1.0, 1.0, float("inf")),
]
"""Latitude, longitude, accuracy."""


async def test_places_that_are_none(hall: Hall, subtests: pytest.Subtests) -> None:
    session = await hall.open_session()
    ama = await hall.student()
    for latitude, longitude, accuracy in NOWHERE:
        with subtests.test(latitude=latitude, longitude=longitude, accuracy=accuracy):
            header = await ama.header(session)
            header.fix.position.latitude, header.fix.position.longitude = latitude, longitude
            header.fix.accuracy_meters = accuracy
            error = await refusal(ama.send(header))
            assert (error.code(), reason_of(error)) == (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST")
            (violation,) = detail(error, error_details_pb2.BadRequest).field_violations
            assert violation.field.startswith("header.fix.")
            assert await session.records() == []


async def test_times_that_are_none(hall: Hall, subtests: pytest.Subtests) -> None:
    session = await hall.open_session()
    ama = await hall.student()
    seconds = [{"seconds": number} for number in (-(2**62), 2**62, 0, 253_402_300_800)]
    for time in [*seconds, {"nanos": -1}, {"nanos": 1_000_000_000}]:
        with subtests.test(time=str(time)):
            header = await ama.header(session)
            for name, value in time.items():
                setattr(header.fix.fix_time, name, value)
            assert reason_of(await refusal(ama.send(header))) == "INVALID_REQUEST"


async def test_a_statement_that_cannot_be_read(hall: Hall, subtests: pytest.Subtests) -> None:
    session = await hall.open_session()
    ama = await hall.student()
    for statement in (b"\xff\xff\xff", b"\x0a\x02\xff\xfe"):
        with subtests.test(statement=statement):
            header = await ama.header(session)
            header.signed_statement.statement = statement
            assert reason_of(await refusal(ama.send(header))) == "STATEMENT_MALFORMED"


async def test_the_image_comes_back_as_it_was_taken_without_metadata(hall: Hall) -> None:
    session = await hall.open_session()
    ama = await hall.student()
    selfie = photograph(1280, 960)
    location = b"Exif\0\0GPS 5.65 -0.18"
    tagged = selfie[:2] + b"\xff\xe1" + struct.pack(">H", len(location) + 2) + location + selfie[2:]
    await ama.submit(session, selfie=tagged)
    record = await session.record_of(ama)
    header, data = await hall.teacher.image(record.claims[0].image_id)
    assert (header.media_type, header.width, header.height) == ("image/jpeg", 1280, 960)
    assert header.size == len(data)
    assert hashlib.sha256(data).digest() == hashlib.sha256(selfie).digest()
    (blob,) = blobs(hall)
    assert selfie[100:200] not in blob.read_bytes()


async def test_an_image_is_seen_only_by_the_courses_lecturers(hall: Hall) -> None:
    session = await hall.open_session()
    ama = await hall.student()
    answer = await ama.submit(session, selfie=photograph())
    assert answer.record.claims[0].image_id == ""
    image_id = (await session.record_of(ama)).claims[0].image_id
    stranger = await hall.lecturer()
    assert reason_of(await refusal(stranger.image(image_id))) == "IMAGE_NOT_FOUND"


async def test_a_database_that_fails_while_a_claim_is_kept_does_not_cost_its_photograph(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = await hall.open_session()
    ama = await hall.student()
    selfie = photograph()
    header = await ama.header(session, selfie=selfie)
    commit = SqlTransaction.commit

    def answer_lost(tx: SqlTransaction) -> None:
        commit(tx)
        raise BackendUnavailable

    with monkeypatch.context() as broken:
        broken.setattr(SqlTransaction, "commit", answer_lost)
        error = await refusal(ama.send(header, selfie))
    assert (error.code(), reason_of(error)) == (grpc.StatusCode.UNAVAILABLE, "BACKEND_UNAVAILABLE")
    assert detail(error, error_details_pb2.RetryInfo) is not None
    again = await ama.send(header, selfie)
    assert (again.already_recorded, again.record.status) == (True, CONFIRMED)
    _, data = await hall.teacher.image((await session.record_of(ama)).claims[0].image_id)
    assert data == selfie


class Full:
    """Storage that does not answer."""

    def put(self, name: str, data: bytes, media_type: str = OPAQUE) -> None:
        raise BackendUnavailable

    def get(self, name: str) -> bytes | None:
        raise BackendUnavailable

    def delete(self, name: str) -> None:
        raise BackendUnavailable

    def check(self) -> None:
        raise BackendUnavailable

    def older_than(self, age: timedelta) -> Iterator[Sequence[str]]:
        raise BackendUnavailable

    def clear_unfinished(self, age: timedelta) -> int:
        raise BackendUnavailable

    def link(self, name: str, life: timedelta, media_type: str, file_name: str) -> None:
        raise BackendUnavailable


async def test_storage_that_does_not_answer_keeps_nothing(
    make_settings: Callable[..., Settings], clock: HandClock
) -> None:
    app = App(make_settings(), clock=clock, blobs=Full())
    port = await app.start(with_jobs=False)
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        hall = Hall(app, clock, channel, port)
        await hall.furnish()
        session = await hall.open_session()
        ama = await hall.student()
        error = await refusal(ama.submit(session, selfie=photograph()))
        assert (error.code(), reason_of(error)) == (grpc.StatusCode.UNAVAILABLE, "BACKEND_UNAVAILABLE")
        assert await session.records() == []
    await app.stop(grace=0)
