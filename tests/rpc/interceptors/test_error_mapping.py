import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import grpc
import pytest
from google.rpc import error_details_pb2
from structlog.typing import EventDict

from absense.v1.auth_service_pb2 import LoginRequest, LoginResponse
from absense_server.domain.errors.accounts import WeakPassword
from absense_server.domain.errors.base import FieldViolation
from absense_server.domain.errors.calls import Overloaded
from absense_server.domain.errors.courses import CourseNotFound
from absense_server.ports.findings import Race
from tests.rpc.interceptors.rig import Body, Rig, path, response

SECRET = "SELECT password FROM users"


def failing(fault: Exception, *, after: int = 0) -> Body:
    """Send `after` messages, then fail."""

    async def fail(requests: AsyncIterator[LoginRequest], context: Any) -> AsyncIterator[LoginResponse]:
        for number in range(after):
            yield response(str(number))
        raise fault

    return fail


@pytest.mark.parametrize("after", [0, 2])
async def test_a_domain_error_becomes_its_status(rig: Rig, kind: str, after: int, logs: list[EventDict]) -> None:
    rig.body = failing(CourseNotFound(), after=after)
    got = await rig.call(kind)
    assert (got.code, got.reason) == (grpc.StatusCode.NOT_FOUND, "COURSE_NOT_FOUND")
    assert got.details == "There is no such course among yours."
    assert got.responses == (["0", "1"][:after] if kind.endswith("Stream") else [])
    await rig.metrics.next()
    assert [line["event"] for line in logs] == ["rpc"]


async def test_violations_and_retry_come_along(rig: Rig, kind: str) -> None:
    rig.body = failing(WeakPassword(FieldViolation("password", "is too short")))
    assert (await rig.call(kind)).violations == {"password": "is too short"}
    rig.body = failing(Overloaded(timedelta(seconds=2.5)))
    retry = (await rig.call(kind)).detail(error_details_pb2.RetryInfo)
    assert retry.retry_delay.ToTimedelta() == timedelta(seconds=2.5)


async def test_giving_way_to_another_is_to_be_sent_again(rig: Rig, kind: str) -> None:
    rig.body = failing(Race())
    got = await rig.call(kind)
    assert (got.code, got.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "OVERLOADED")
    assert got.detail(error_details_pb2.RetryInfo).retry_delay.ToTimedelta() == timedelta(seconds=1)


@pytest.mark.parametrize("after", [0, 2])
async def test_anything_else_is_internal_and_tells_nothing(
    rig: Rig, kind: str, after: int, logs: list[EventDict]
) -> None:
    rig.body = failing(ValueError(SECRET), after=after)
    got = await rig.call(kind, metadata=(("x-request-id", "r1"),))
    assert (got.code, got.reason) == (grpc.StatusCode.INTERNAL, "INTERNAL")
    assert got.details == "Something went wrong on the server. If it goes on, quote request r1."
    assert got.detail(error_details_pb2.RequestInfo).request_id == "r1"
    assert SECRET not in repr(got)
    assert SECRET.encode() not in got.trailing["grpc-status-details-bin"]
    assert await rig.metrics.next() == (path(kind), "INTERNAL")

    failed, rpc = logs
    assert (failed["event"], failed["log_level"]) == ("rpc_failed", "error")
    assert (failed["request_id"], failed["method"], failed["exc_info"]) == ("r1", path(kind), True)
    assert (rpc["event"], rpc["status"]) == ("rpc", "INTERNAL")


async def test_what_the_handler_aborts_with_passes(rig: Rig, kind: str, logs: list[EventDict]) -> None:
    async def abort(requests: AsyncIterator[LoginRequest], context: Any) -> AsyncIterator[LoginResponse]:
        await context.abort(grpc.StatusCode.DATA_LOSS, "as said", (("more", "said"),))
        yield response("never")

    rig.body = abort
    got = await rig.call(kind)
    assert (got.code, got.details, got.trailing["more"]) == (grpc.StatusCode.DATA_LOSS, "as said", "said")
    await rig.metrics.next()
    assert [(line["event"], line["status"]) for line in logs] == [("rpc", "DATA_LOSS")]


async def test_a_fault_after_an_abort_changes_nothing(rig: Rig, kind: str, logs: list[EventDict]) -> None:
    async def twice(requests: AsyncIterator[LoginRequest], context: Any) -> AsyncIterator[LoginResponse]:
        try:
            await context.abort(grpc.StatusCode.DATA_LOSS, "as said")
            yield response("never")
        finally:
            fail_again()

    def fail_again() -> None:
        raise ValueError(SECRET)

    rig.body = twice
    got = await rig.call(kind)
    assert (got.code, got.details) == (grpc.StatusCode.DATA_LOSS, "as said")
    await rig.metrics.next()
    assert [line["event"] for line in logs] == ["rpc_failed", "rpc"]


async def test_a_client_that_leaves_in_the_middle_of_writing_is_no_error(rig: Rig, logs: list[EventDict]) -> None:
    async def flood(requests: AsyncIterator[LoginRequest], context: Any) -> AsyncIterator[LoginResponse]:
        while True:
            yield response("x" * 100_000)

    rig.body = flood
    for _ in range(20):
        call = rig.begin("UnaryStream")
        await call.read()
        call.cancel()
        await rig.metrics.next()
    assert {line["log_level"] for line in logs} == {"info"}


async def test_what_a_handler_does_about_its_own_timeout_is_its_own_affair(rig: Rig, kind: str) -> None:
    async def in_time(requests: AsyncIterator[LoginRequest], context: Any) -> AsyncIterator[LoginResponse]:
        try:
            async with asyncio.timeout(0):
                await asyncio.Event().wait()
        except TimeoutError:
            yield response("late")

    rig.body = in_time
    assert (await rig.call(kind)).responses == ["late"]
