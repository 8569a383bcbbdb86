import asyncio
from collections.abc import AsyncIterator
from typing import Any

import grpc
from structlog.typing import EventDict

from absense.v1.auth_service_pb2 import LoginRequest, LoginResponse
from absense_server.domain.errors.courses import CourseNotFound
from tests.rpc.interceptors.rig import Rig, outcome, path, request, response


class Hanging:
    """A handler that has begun and will not end by itself."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self.ended = asyncio.Event()

    async def __call__(self, requests: AsyncIterator[LoginRequest], context: Any) -> AsyncIterator[LoginResponse]:
        self.begun.set()
        try:
            await asyncio.Event().wait()
            yield response("never")
        finally:
            self.ended.set()


async def test_one_line_says_who_called_what_and_how_it_ended(rig: Rig, kind: str, logs: list[EventDict]) -> None:
    ama = rig.signed_in()
    await rig.call(kind, request(device_name="a private matter"), metadata=(*ama, ("x-request-id", "r1")))
    assert await rig.metrics.next() == (path(kind), "OK")
    [line] = logs
    milliseconds = line.pop("ms")
    assert 0 <= milliseconds < 10_000
    assert line == {
        "event": "rpc",
        "log_level": "info",
        "request_id": "r1",
        "caller": str(rig.claims(ama).user_id),
        "method": path(kind),
        "status": "OK",
    }


async def test_nobody_signed_in_is_a_dash(rig: Rig, logs: list[EventDict]) -> None:
    await rig.call("UnaryUnary")
    await rig.metrics.next()
    assert [line["caller"] for line in logs] == ["-"]


async def test_a_refusal_is_one_line_with_its_code(rig: Rig, kind: str, logs: list[EventDict]) -> None:
    async def refuse(requests: AsyncIterator[LoginRequest], context: Any) -> AsyncIterator[LoginResponse]:
        yield response("first")
        raise CourseNotFound

    rig.body = refuse
    await rig.call(kind)
    assert await rig.metrics.next() == (path(kind), "NOT_FOUND")
    assert [(line["event"], line["status"]) for line in logs] == [("rpc", "NOT_FOUND")]


async def test_a_code_that_the_handler_sets_is_logged(rig: Rig, kind: str, logs: list[EventDict]) -> None:
    async def set_code(requests: AsyncIterator[LoginRequest], context: Any) -> AsyncIterator[LoginResponse]:
        context.set_code(grpc.StatusCode.OUT_OF_RANGE)
        yield response("first")

    rig.body = set_code
    assert (await rig.call(kind)).code is grpc.StatusCode.OUT_OF_RANGE
    await rig.metrics.next()
    assert [line["status"] for line in logs] == ["OUT_OF_RANGE"]


async def test_a_client_that_leaves_is_cancelled_and_no_error(rig: Rig, kind: str, logs: list[EventDict]) -> None:
    rig.body = hanging = Hanging()
    call = rig.begin(kind)
    reading = asyncio.ensure_future(outcome(call))
    await hanging.begun.wait()
    call.cancel()
    assert (await reading).code is grpc.StatusCode.CANCELLED
    await hanging.ended.wait()
    assert await rig.metrics.next() == (path(kind), "CANCELLED")
    assert [(line["event"], line["log_level"], line["status"]) for line in logs] == [("rpc", "info", "CANCELLED")]


async def test_a_deadline_that_passes_is_no_error(rig: Rig, kind: str, logs: list[EventDict]) -> None:
    rig.body = hanging = Hanging()
    got = await rig.call(kind, deadline=0.2)
    assert got.code is grpc.StatusCode.DEADLINE_EXCEEDED
    await hanging.ended.wait()
    assert await rig.metrics.next() == (path(kind), "DEADLINE_EXCEEDED")
    assert [(line["event"], line["status"]) for line in logs] == [("rpc", "DEADLINE_EXCEEDED")]


async def test_leaving_long_before_the_deadline_is_cancelling(rig: Rig, logs: list[EventDict]) -> None:
    rig.body = hanging = Hanging()
    call = rig.begin("UnaryUnary", deadline=60)
    await hanging.begun.wait()
    call.cancel()
    assert await rig.metrics.next() == (path("UnaryUnary"), "CANCELLED")
