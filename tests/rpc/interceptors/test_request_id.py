from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
from structlog.contextvars import get_contextvars

from absense.v1.auth_service_pb2 import LoginRequest, LoginResponse
from absense_server.domain.errors.courses import CourseNotFound
from absense_server.rpc.calls import current_request_id
from tests.rpc.interceptors.rig import Rig, response

A_FRESH_ONE = str(UUID(int=1))


async def test_the_callers_id_is_taken_and_sent_back(rig: Rig, kind: str) -> None:
    seen: list[Any] = []

    async def look(requests: AsyncIterator[LoginRequest], context: Any) -> AsyncIterator[LoginResponse]:
        seen.extend([current_request_id(), get_contextvars()["request_id"]])
        yield response("seen")

    rig.body = look
    got = await rig.call(kind, metadata=(("x-request-id", "phone-7.a_b"),))
    assert got.trailing["x-request-id"] == "phone-7.a_b"
    assert seen == ["phone-7.a_b", "phone-7.a_b"]


async def test_a_stream_has_it_from_its_beginning(rig: Rig, kind: str) -> None:
    got = await rig.call(kind, metadata=(("x-request-id", "abc"),))
    assert got.initial.get("x-request-id") == ("abc" if kind.endswith("Stream") else None)


@pytest.mark.parametrize("unfit", ["", "a b", "x" * 65, "{id}", "'--"])
async def test_an_unfit_id_is_replaced(rig: Rig, unfit: str) -> None:
    got = await rig.call("UnaryUnary", metadata=(("x-request-id", unfit),))
    assert got.trailing["x-request-id"] == A_FRESH_ONE


async def test_a_missing_id_is_made(rig: Rig, kind: str) -> None:
    assert (await rig.call(kind)).trailing["x-request-id"] == A_FRESH_ONE


@pytest.mark.parametrize("fault", [CourseNotFound(), ValueError("inner")])
async def test_it_comes_with_errors_too(rig: Rig, kind: str, fault: Exception) -> None:
    async def fail(requests: AsyncIterator[LoginRequest], context: Any) -> AsyncIterator[LoginResponse]:
        yield response("first")
        raise fault

    rig.body = fail
    assert (await rig.call(kind)).trailing["x-request-id"] == A_FRESH_ONE
