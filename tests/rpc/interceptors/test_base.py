"""One wrapper for handlers of every kind and style."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import grpc
import grpc.aio
import pytest
from structlog.typing import EventDict

from absense.v1 import auth_service_pb2_grpc
from absense.v1.auth_service_pb2 import LoginRequest, LoginResponse
from absense_server.domain.people import Role
from absense_server.rpc.interceptors import base
from absense_server.rpc.policy import AccessPolicy, AccessRule
from tests.rpc.interceptors.rig import (
    KINDS,
    STREAM_STREAM,
    STREAM_UNARY,
    UNARY_STREAM,
    UNARY_UNARY,
    Metadata,
    Outcome,
    Rig,
    iter_async,
    outcome,
    path,
    raw_handler,
    request,
    response,
)


async def test_messages_pass_in_order(rig: Rig, kind: str) -> None:
    sent = [request("ama"), request("kofi"), request("yaa")]
    got = await rig.call(kind, *sent)
    assert (got.code, got.details) == (grpc.StatusCode.OK, "")
    assert (
        got.responses
        == {
            UNARY_UNARY: ["ama"],
            UNARY_STREAM: ["ama"],
            STREAM_UNARY: ["yaa"],
            STREAM_STREAM: ["ama", "kofi", "yaa"],
        }[kind]
    )


async def test_a_stream_may_answer_with_nothing(rig: Rig) -> None:
    async def nothing(requests: AsyncIterator[LoginRequest], context: Any) -> AsyncIterator[LoginResponse]:
        async for _ in iter_async([]):
            yield response("never")

    rig.body = nothing
    assert (await rig.call(UNARY_STREAM)).responses == []
    assert (await rig.call(STREAM_STREAM)).code is grpc.StatusCode.OK


async def test_a_method_nobody_registered_is_unimplemented(rig: Rig) -> None:
    call: Any = rig.channel.unary_unary("/test.Kinds/Missing")
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await call(b"")
    assert error.value.code() is grpc.StatusCode.UNIMPLEMENTED


@pytest.mark.parametrize("kind", [STREAM_UNARY, STREAM_STREAM])
async def test_a_handler_may_answer_before_it_has_read_everything(rig: Rig, kind: str) -> None:
    never = asyncio.Event()

    async def first_only(requests: AsyncIterator[LoginRequest], context: Any) -> AsyncIterator[LoginResponse]:
        yield response((await anext(requests)).login)

    async def endless() -> AsyncIterator[bytes]:
        yield request("ama").SerializeToString()
        await never.wait()

    rig.body = first_only
    make: Any = rig.channel.stream_unary if kind == STREAM_UNARY else rig.channel.stream_stream
    got = await outcome(make(path(kind), None, LoginResponse.FromString)(endless()))
    assert (got.code, got.responses) == (grpc.StatusCode.OK, ["ama"])


@pytest.mark.parametrize("kind", [UNARY_STREAM, STREAM_STREAM])
async def test_a_generator_is_closed_when_the_client_goes(rig: Rig, kind: str) -> None:
    closed = asyncio.Event()

    async def endless(requests: AsyncIterator[LoginRequest], context: Any) -> AsyncIterator[LoginResponse]:
        try:
            while True:
                yield response("more")
        finally:
            closed.set()

    rig.body = endless
    call = rig.begin(kind)
    await call.read()
    call.cancel()
    await closed.wait()


async def test_bytes_that_are_no_message_are_the_clients_fault(rig: Rig, kind: str, logs: list[EventDict]) -> None:
    got = await outcome(rig.begin_raw(kind, [b"\xff\xff\xff"]))
    assert (got.code, got.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST")
    assert got.violations == {"request": "the bytes are not this call's request message"}
    await rig.metrics.next()
    assert [entry["event"] for entry in logs] == ["rpc"]


async def test_a_handler_that_answers_with_something_else_is_our_fault(
    rig: Rig, kind: str, logs: list[EventDict]
) -> None:
    async def wrong(requests: AsyncIterator[LoginRequest], context: Any) -> AsyncIterator[Any]:
        yield "not a message"

    rig.body = wrong
    got = await rig.call(kind)
    assert (got.code, got.reason) == (grpc.StatusCode.INTERNAL, "INTERNAL")
    await rig.metrics.next()
    assert [entry["event"] for entry in logs] == ["rpc_failed", "rpc"]


@pytest.mark.parametrize("kind", [UNARY_UNARY, UNARY_STREAM])
async def test_a_message_that_does_not_come_is_not_waited_for_without_end(
    rig: Rig, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def half_open(metadata: Metadata = ()) -> Outcome:
        make: Any = rig.channel.stream_unary if kind == UNARY_UNARY else rig.channel.stream_stream
        return await outcome(make(path(kind), None, LoginResponse.FromString)(never(), metadata=metadata, timeout=30))

    async def never() -> AsyncIterator[bytes]:
        await asyncio.Event().wait()
        yield b""

    monkeypatch.setattr(base, "WAIT_FOR_ANYBODY", 0.01)
    assert (await half_open()).reason == "DEADLINE_PASSED"
    monkeypatch.setattr(base, "WAIT_FOR_USERS", 0.01)
    monkeypatch.setattr(base, "WAIT_FOR_ANYBODY", 300)
    assert (await half_open(rig.signed_in())).reason == "DEADLINE_PASSED"
    monkeypatch.undo()
    rig.policy._rules[path(kind)] = AccessRule(roles=frozenset({Role.STUDENT}))
    assert (await half_open()).reason == "NOT_SIGNED_IN", "who may not is told before the message is there"


async def test_who_does_not_read_is_cut_off_and_told_when_they_do(monkeypatch: pytest.MonkeyPatch) -> None:
    ended, written = asyncio.Event(), 0

    async def yields_for_ever(_: Any, context: Any) -> AsyncIterator[LoginResponse]:
        nonlocal written
        try:
            while True:
                yield LoginResponse(access_token="x" * 100_000)
                written += 1
        finally:
            ended.set()

    monkeypatch.setattr(base, "WAIT_FOR_READERS", 0.2)
    async with with_handler(UNARY_STREAM, yields_for_ever).running() as rig:
        make: Any = rig.channel.unary_stream
        call = make(f"/test.Styles/{UNARY_STREAM}", LoginRequest.SerializeToString, LoginResponse.FromString)(request())
        await call.read()
        await asyncio.wait_for(ended.wait(), 10)
        assert written < 1000, "what was written is what the windows hold"
        assert (await outcome(call)).reason == "WATCHER_TOO_SLOW"


async def test_a_call_without_its_message_is_the_clients_fault(rig: Rig) -> None:
    got = await outcome(rig.channel.stream_unary(path(UNARY_UNARY), None, LoginResponse.FromString)(iter_async([])))
    assert (got.reason, got.violations) == ("INVALID_REQUEST", {"request": "no message came"})


# Handlers in other styles


async def reads_and_writes(incoming: Any, context: Any) -> None:
    if isinstance(incoming, LoginRequest):
        await context.write(response(incoming.login))
        return
    while (message := await context.read()) is not grpc.aio.EOF:
        await context.write(response(message.login))


async def reads(_: Any, context: Any) -> LoginResponse:
    logins = []
    while (message := await context.read()) is not grpc.aio.EOF:
        logins.append(message.login)
    return response("+".join(logins))


def returns_from_a_thread(message: LoginRequest, context: Any) -> LoginResponse:
    return response(message.login)


def yields_from_a_thread(message: LoginRequest, context: Any) -> Iterator[LoginResponse]:
    yield response(message.login)
    yield response(message.login)


@pytest.mark.parametrize(
    ("kind", "function", "answer"),
    [
        (UNARY_STREAM, reads_and_writes, ["ama"]),
        (STREAM_STREAM, reads_and_writes, ["ama", "kofi"]),
        (STREAM_UNARY, reads, ["ama+kofi"]),
        (UNARY_UNARY, returns_from_a_thread, ["ama"]),
        (UNARY_STREAM, yields_from_a_thread, ["ama", "ama"]),
    ],
)
async def test_handlers_of_other_styles_work(kind: str, function: Any, answer: list[str]) -> None:
    rig = with_handler(kind, function)
    async with rig.running():
        got = await outcome(call_styles(rig, kind, request("ama"), request("kofi")))
        assert (got.code, got.responses) == (grpc.StatusCode.OK, answer)


@pytest.mark.parametrize("kind", [STREAM_UNARY, STREAM_STREAM])
async def test_what_is_read_from_the_context_is_checked_too(kind: str) -> None:
    rig = with_handler(kind, reads if kind == STREAM_UNARY else reads_and_writes)
    async with rig.running():
        got = await outcome(call_styles(rig, kind, request("ama"), request("")))
        assert got.reason == "INVALID_REQUEST"


async def test_methods_that_nobody_wrote_are_unimplemented(logs: list[EventDict]) -> None:
    login = "/absense.v1.AuthService/Login"
    nothing_written: Any = auth_service_pb2_grpc.AuthServiceServicer
    rig = Rig(
        more_handlers=lambda server: auth_service_pb2_grpc.add_AuthServiceServicer_to_server(nothing_written(), server)
    )
    rig.rules[login] = AccessRule(public=True)
    async with rig.running():
        method: Any = rig.channel.unary_unary(login, None, LoginResponse.FromString)
        got = await outcome(method(request().SerializeToString()))
    assert (got.code, got.details) == (
        grpc.StatusCode.UNIMPLEMENTED,
        "This server does not offer this call.",
    )
    await rig.metrics.next()
    assert [(entry["event"], entry["status"]) for entry in logs] == [("rpc", "UNIMPLEMENTED")]


def with_handler(kind: str, function: Any) -> Rig:
    handlers = {kind: raw_handler(kind, function)}
    generic = grpc.method_handlers_generic_handler("test.Styles", handlers)
    rig = Rig(more_handlers=lambda server: server.add_generic_rpc_handlers((generic,)))
    rig.rules[f"/test.Styles/{kind}"] = AccessRule(public=True)
    return rig


def call_styles(rig: Rig, kind: str, *requests: LoginRequest) -> Any:
    make: Any = getattr(rig.channel, kind.replace("U", "_u").replace("S", "_s").lower().removeprefix("_"))
    method = make(f"/test.Styles/{kind}", LoginRequest.SerializeToString, LoginResponse.FromString)
    return method(iter_async(requests) if kind.startswith("Stream") else requests[0])


def test_there_are_four_kinds() -> None:
    assert len(KINDS) == len(AccessPolicy(Rig().rules).rules) == 4
