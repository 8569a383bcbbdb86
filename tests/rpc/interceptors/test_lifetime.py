import asyncio
from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest
from structlog.typing import EventDict

from absense.v1.auth_service_pb2 import LoginRequest, LoginResponse
from absense_server.domain.errors.calls import BackendUnavailable
from absense_server.rpc.interceptors import lifetime
from tests.rpc.interceptors.rig import STREAM_STREAM, UNARY_STREAM, Metadata, Rig, outcome, path, response

STREAMS = [UNARY_STREAM, STREAM_STREAM]


class Watched:
    """A stream that sends one message and waits."""

    def __init__(self) -> None:
        self.cleaned_up = asyncio.Event()

    async def __call__(self, requests: AsyncIterator[LoginRequest], context: Any) -> AsyncIterator[LoginResponse]:
        try:
            yield response("first")
            await asyncio.Event().wait()
        finally:
            self.cleaned_up.set()


async def begin(rig: Rig, kind: str, metadata: Metadata = ()) -> Any:
    """A stream whose first message has come."""
    rig.body = Watched()
    call = rig.begin(kind, metadata=metadata)
    await call.read()
    return call


@pytest.mark.parametrize("kind", STREAMS)
async def test_a_stopping_server_ends_streams(rig: Rig, kind: str, logs: list[EventDict]) -> None:
    call = await begin(rig, kind)
    watched: Any = rig.body
    assert rig.lifetime.open_streams == 1
    rig.lifetime.shutdown()
    got = await outcome(call)
    assert (got.code, got.reason) == (grpc.StatusCode.UNAVAILABLE, "SHUTTING_DOWN")
    assert watched.cleaned_up.is_set()
    assert rig.lifetime.open_streams == 0
    await rig.metrics.next()
    assert [(line["event"], line["status"]) for line in logs] == [("rpc", "UNAVAILABLE")]


@pytest.mark.parametrize("kind", STREAMS)
async def test_a_stopping_server_begins_no_stream(rig: Rig, kind: str) -> None:
    rig.lifetime.shutdown()
    assert (await rig.call(kind)).reason == "SHUTTING_DOWN"


@pytest.mark.parametrize("kind", ["UnaryUnary", "StreamUnary"])
async def test_a_stopping_server_finishes_single_answers(rig: Rig, kind: str) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(requests: AsyncIterator[LoginRequest], context: Any) -> AsyncIterator[LoginResponse]:
        begun.set()
        await go_on.wait()
        yield response("done")

    rig.body = slow
    answer = asyncio.ensure_future(rig.call(kind))
    await begun.wait()
    rig.lifetime.shutdown()
    go_on.set()
    assert (await answer).responses == ["done"]


@pytest.mark.parametrize("kind", STREAMS)
async def test_a_stream_ends_with_its_sign_in(rig: Rig, kind: str) -> None:
    ama, kofi = rig.signed_in(), rig.signed_in()
    hers, his = await begin(rig, kind, ama), await begin(rig, kind, kofi)
    rig.revoked.ended.add(rig.claims(ama).sign_in_id)
    rig.lifetime.revocations_changed()
    got = await outcome(hers)
    assert (got.code, got.reason) == (grpc.StatusCode.UNAUTHENTICATED, "SIGN_IN_ENDED")
    assert rig.lifetime.open_streams == 1
    his.cancel()


@pytest.mark.parametrize("kind", STREAMS)
async def test_a_sign_in_that_ends_while_the_stream_begins_is_noticed(
    rig: Rig, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The poll came after the sign-in check and before the stream was known."""
    answers = iter([False, True])
    monkeypatch.setattr(rig.revoked, "is_revoked", lambda claims, now: next(answers))
    assert (await rig.call(kind, metadata=rig.signed_in())).reason == "SIGN_IN_ENDED"


@pytest.mark.parametrize("kind", STREAMS)
async def test_a_stream_outlives_its_access_token(rig: Rig, kind: str) -> None:
    call = await begin(rig, kind, rig.signed_in())
    rig.clock.turn(3600)
    rig.lifetime.revocations_changed()
    assert rig.lifetime.open_streams == 1
    call.cancel()


async def test_a_stream_of_nobody_has_no_sign_in_to_end(rig: Rig) -> None:
    call = await begin(rig, UNARY_STREAM)
    rig.lifetime.revocations_changed()
    assert rig.lifetime.open_streams == 1
    call.cancel()


async def test_not_knowing_ends_nothing(rig: Rig) -> None:
    call = await begin(rig, UNARY_STREAM, rig.signed_in())
    rig.revoked.fault = BackendUnavailable()
    rig.lifetime.revocations_changed()
    assert rig.lifetime.open_streams == 1
    call.cancel()


@pytest.mark.parametrize("kind", STREAMS)
async def test_ending_twice_is_ending_once(rig: Rig, kind: str) -> None:
    ama = rig.signed_in()
    call = await begin(rig, kind, ama)
    rig.revoked.ended.add(rig.claims(ama).sign_in_id)
    rig.lifetime.revocations_changed()
    rig.lifetime.revocations_changed()
    rig.lifetime.shutdown()
    assert (await outcome(call)).reason == "SIGN_IN_ENDED"


@pytest.mark.parametrize("kind", STREAMS)
async def test_a_client_that_leaves_at_the_same_moment_was_first(rig: Rig, kind: str, logs: list[EventDict]) -> None:
    call = await begin(rig, kind)
    watched: Any = rig.body
    call.cancel()
    rig.lifetime.shutdown()
    await watched.cleaned_up.wait()
    await rig.metrics.next()
    assert rig.lifetime.open_streams == 0
    assert {line["log_level"] for line in logs} == {"info"}


async def test_a_stream_before_its_first_message_ends_too(rig: Rig) -> None:
    begun = asyncio.Event()

    async def silent(requests: AsyncIterator[LoginRequest], context: Any) -> AsyncIterator[LoginResponse]:
        begun.set()
        await asyncio.Event().wait()
        yield response("never")

    rig.body = silent
    call = rig.begin(UNARY_STREAM)
    await begun.wait()
    rig.lifetime.shutdown()
    assert (await outcome(call)).reason == "SHUTTING_DOWN"


@pytest.mark.parametrize("kind", STREAMS)
async def test_a_stream_whose_first_message_is_on_its_way_ends_too(rig: Rig, kind: str) -> None:
    """Without initial metadata sent before it, gRPC cannot send the status then."""
    begun = asyncio.Event()

    async def large(requests: AsyncIterator[LoginRequest], context: Any) -> AsyncIterator[LoginResponse]:
        begun.set()
        yield response("x" * 3_900_000)
        await asyncio.Event().wait()

    rig.body = large
    call = rig.begin(kind)
    await begun.wait()
    rig.lifetime.shutdown()
    assert (await outcome(call)).reason == "SHUTTING_DOWN"


async def test_a_stream_in_the_middle_of_writing_ends_too(rig: Rig) -> None:
    """The client reads nothing, so the handler is held up in a write."""
    held_up = asyncio.Event()

    async def flood(requests: AsyncIterator[LoginRequest], context: Any) -> AsyncIterator[LoginResponse]:
        loop = asyncio.get_running_loop()
        while True:
            alarm = loop.call_later(0.2, held_up.set)
            yield response("x" * 1_000_000)
            alarm.cancel()

    rig.body = flood
    call = rig.begin(UNARY_STREAM)
    await held_up.wait()
    rig.lifetime.shutdown()
    got = await outcome(call)
    assert got.reason == "SHUTTING_DOWN"
    assert await rig.metrics.next() == (path(UNARY_STREAM), "UNAVAILABLE")


@pytest.mark.parametrize("kind", STREAMS)
async def test_a_user_has_so_many_streams_open_and_no_more(
    rig: Rig, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lifetime, "MOST_OF_A_USER", 2)
    ama, kofi = rig.signed_in(), rig.signed_in()
    first, _second = [await begin(rig, kind, ama) for _ in range(2)]
    refused = await rig.call(kind, metadata=ama)
    assert (refused.code, refused.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "RATE_LIMITED")
    await rig.metrics.next()
    await begin(rig, kind, kofi)
    first.cancel()
    await rig.metrics.next()
    await begin(rig, kind, ama)
