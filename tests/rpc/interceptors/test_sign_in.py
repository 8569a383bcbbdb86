from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import grpc
import pytest
from structlog.typing import EventDict

from absense.v1.auth_service_pb2 import LoginRequest, LoginResponse
from absense_server.domain.errors.calls import BackendUnavailable
from absense_server.domain.people import Caller, Role
from absense_server.rpc.calls import current_caller
from absense_server.rpc.policy import AccessRule
from tests.rpc.interceptors.rig import KINDS, Metadata, Rig, path, response


class Door:
    """A handler that remembers who came in."""

    def __init__(self) -> None:
        self.callers: list[Caller] = []

    async def __call__(self, requests: AsyncIterator[LoginRequest], context: Any) -> AsyncIterator[LoginResponse]:
        self.callers.append(current_caller())
        yield response("come in")


@pytest.fixture
def door(rig: Rig) -> Door:
    rig.body = door = Door()
    return door


@pytest.fixture
def closed(rig: Rig) -> Rig:
    """For students and lecturers only."""
    rules = {path(kind): AccessRule(roles=frozenset({Role.STUDENT, Role.LECTURER})) for kind in KINDS}
    rig.policy._rules.update(rules)
    return rig


async def test_the_handler_sees_the_caller(closed: Rig, kind: str, door: Door) -> None:
    ama = closed.signed_in(Role.LECTURER, ago=timedelta(hours=1))
    got = await closed.call(kind, metadata=(*ama, ("x-request-id", "r1")))
    assert got.code is grpc.StatusCode.OK
    claims = closed.claims(ama)
    assert door.callers == [
        Caller("r1", "127.0.0.1", claims.user_id, claims.sign_in_id, Role.LECTURER, claims.signed_in_at)
    ]


async def test_callers_are_not_mixed_up(closed: Rig, kind: str, door: Door) -> None:
    people = [closed.signed_in() for _ in range(5)]
    for person in people:
        await closed.call(kind, metadata=person)
    assert [caller.user_id for caller in door.callers] == [closed.claims(person).user_id for person in people]


async def test_the_scheme_is_read_in_any_case(closed: Rig, door: Door) -> None:
    [(_, value)] = closed.signed_in()
    got = await closed.call("UnaryUnary", metadata=(("authorization", value.replace("Bearer", "bearer")),))
    assert got.code is grpc.StatusCode.OK


@pytest.mark.parametrize("metadata", [(), (("authorization", "Basic abc"),), (("authorization", "Bearer "),)])
async def test_without_a_token_nobody_comes_in(closed: Rig, kind: str, door: Door, metadata: Metadata) -> None:
    got = await closed.call(kind, metadata=metadata)
    assert (got.code, got.reason) == (grpc.StatusCode.UNAUTHENTICATED, "NOT_SIGNED_IN")
    assert not door.callers


async def test_a_token_of_somebody_elses_is_invalid(closed: Rig, kind: str, door: Door) -> None:
    got = await closed.call(kind, metadata=(("authorization", "Bearer forged"),))
    assert (got.code, got.reason) == (grpc.StatusCode.UNAUTHENTICATED, "TOKEN_INVALID")
    assert not door.callers


async def test_an_old_token_has_expired(closed: Rig, kind: str, door: Door) -> None:
    ama = closed.signed_in()
    closed.clock.turn(16 * 60)
    got = await closed.call(kind, metadata=ama)
    assert (got.code, got.reason) == (grpc.StatusCode.UNAUTHENTICATED, "TOKEN_EXPIRED")
    assert not door.callers


async def test_a_sign_in_that_was_ended_is_over(closed: Rig, kind: str, door: Door) -> None:
    ama = closed.signed_in()
    closed.revoked.ended.add(closed.claims(ama).sign_in_id)
    got = await closed.call(kind, metadata=ama)
    assert (got.code, got.reason) == (grpc.StatusCode.UNAUTHENTICATED, "SIGN_IN_ENDED")
    assert not door.callers


async def test_nobody_is_let_in_on_old_news(closed: Rig, kind: str, door: Door) -> None:
    ama = closed.signed_in()
    closed.revoked.fault = BackendUnavailable()
    got = await closed.call(kind, metadata=ama)
    assert (got.code, got.reason) == (grpc.StatusCode.UNAVAILABLE, "BACKEND_UNAVAILABLE")
    assert not door.callers


# Where anyone may call


async def test_anyone_comes_in_without_a_token(rig: Rig, kind: str, door: Door) -> None:
    assert (await rig.call(kind, metadata=(("x-request-id", "r1"),))).code is grpc.StatusCode.OK
    assert door.callers == [Caller("r1", "127.0.0.1")]


async def test_a_good_token_is_used(rig: Rig, kind: str, door: Door) -> None:
    ama = rig.signed_in()
    await rig.call(kind, metadata=ama)
    assert [caller.user_id for caller in door.callers] == [rig.claims(ama).user_id]


@pytest.mark.parametrize("wrong", ["forged", "expired", "revoked", "unknown"])
async def test_a_bad_token_is_ignored(rig: Rig, kind: str, door: Door, wrong: str, logs: list[EventDict]) -> None:
    metadata = rig.signed_in()
    match wrong:
        case "forged":
            metadata = (("authorization", "Bearer forged"),)
        case "expired":
            rig.clock.turn(16 * 60)
        case "revoked":
            rig.revoked.ended.add(rig.claims(metadata).sign_in_id)
        case "unknown":
            rig.revoked.fault = BackendUnavailable()
    assert (await rig.call(kind, metadata=metadata)).code is grpc.StatusCode.OK
    assert [caller.user_id for caller in door.callers] == [None]
    await rig.metrics.next()
    assert [line["event"] for line in logs] == ["rpc"]
