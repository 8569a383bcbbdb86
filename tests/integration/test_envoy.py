"""The proxy before the processes: who is well gets calls, what reached nobody is sent on, and where calls come from."""

from __future__ import annotations  # the stubs' async types exist for type checkers only

import asyncio
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

import grpc.aio
import pytest
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from sqlalchemy import select

from absense.v1 import auth_service_pb2, auth_service_pb2_grpc
from absense_server.adapters.db.tables import audit_private
from absense_server.app import App
from absense_server.rpc.addresses import FORWARDED_FOR
from absense_server.settings import Settings
from backing import envoy
from bench.hall import connection_to
from tests.support.clock import HandClock
from tests.support.hall import reason_of

UNWELL = health_pb2.HealthCheckResponse.NOT_SERVING
WELL = health_pb2.HealthCheckResponse.SERVING
SECONDS = 60
"""A net."""


class Upstream:
    """A server that answers with its name."""

    def __init__(self, name: bytes) -> None:
        self.health = health.aio.HealthServicer()
        self.server = grpc.aio.server()
        health_pb2_grpc.add_HealthServicer_to_server(self.health, self.server)

        async def answer(_request: bytes, _context: Any) -> bytes:
            return name

        methods: Any = {"Name": grpc.unary_unary_rpc_method_handler(answer)}
        self.server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler("absense.v1.Names", methods)])
        self.address = f"127.0.0.1:{self.server.add_insecure_port('127.0.0.1:0')}"

    async def start(self) -> None:
        await self.server.start()
        await self.say(WELL)

    async def say(self, status: Any) -> None:
        await self.health.set("", status)


class Proxy:
    """Envoy before two servers."""

    def __init__(self, one: Upstream, two: Upstream, channel: grpc.aio.Channel) -> None:
        self.one, self.two = one, two
        self._name: Any = channel.unary_unary("/absense.v1.Names/Name")

    async def ask(self, times: int) -> set[bytes]:
        """Who answers."""
        return {await self._name(b"", timeout=SECONDS) for _ in range(times)}

    async def until_only(self, wanted: set[bytes]) -> None:
        """Ask until only these answer."""
        async with asyncio.timeout(SECONDS):
            while await self.ask(times=10) != wanted:
                pass


@pytest.fixture
async def proxy() -> AsyncIterator[Proxy]:
    one, two = Upstream(b"one"), Upstream(b"two")
    async with AsyncExitStack() as stack:
        for upstream in (one, two):
            await upstream.start()
            stack.push_async_callback(upstream.server.stop, 0)
        running = envoy.running([one.address, two.address])
        before = await asyncio.to_thread(running.__enter__)  # it asks for their health, which is told here
        stack.callback(running.__exit__, None, None, None)
        yield Proxy(one, two, await stack.enter_async_context(connection_to(before.address)))


async def test_every_process_gets_calls_that_come_over_one_connection(proxy: Proxy) -> None:
    assert await proxy.ask(times=20) == {b"one", b"two"}


async def test_who_is_not_well_gets_none_until_it_is(proxy: Proxy) -> None:
    await proxy.one.say(UNWELL)
    await proxy.until_only({b"two"})
    await proxy.one.say(WELL)
    await proxy.until_only({b"one", b"two"})


async def test_a_process_that_is_gone_costs_no_call(proxy: Proxy) -> None:
    await proxy.ask(times=4)
    await proxy.one.server.stop(0)
    assert await proxy.ask(times=20) == {b"two"}


PROXY = "127.0.0.2"


@pytest.mark.skipif(sys.platform != "linux", reason="needs a second loopback address")
async def test_callers_are_counted_and_written_down_by_the_address_that_the_proxy_saw(
    make_settings: Callable[..., Settings], clock: HandClock
) -> None:
    """Whatever they write themselves, through the proxy or past it."""
    app = App(make_settings(trusted_proxies=PROXY), clock=clock)
    async with AsyncExitStack() as stack:
        port = await app.start(with_jobs=False)
        stack.push_async_callback(app.stop, grace=0)
        running = envoy.running([f"127.0.0.1:{port}"], source=PROXY)
        before = await asyncio.to_thread(running.__enter__)
        stack.callback(running.__exit__, None, None, None)
        through, past = [
            await stack.enter_async_context(connection_to(address)) for address in (before.address, f"127.0.0.1:{port}")
        ]
        # ten a minute are let through, for one account from one address
        refused = [await refusal(through, *[f"203.0.113.{n}", PROXY][: 1 + n % 2]) for n in range(11)]
        assert refused == ["BAD_CREDENTIALS"] * 10 + ["RATE_LIMITED"]
        *tries, client = addresses_of_tries(app)
        assert {*tries, client} == {client}
        with socket.socket() as here:  # Envoy calls who comes from its own machine by an address of that
            here.bind((client, 0))
        assert client != PROXY

        assert await refusal(past, client, f"{client}, {PROXY}") == "BAD_CREDENTIALS"
        assert addresses_of_tries(app)[10:] == ["127.0.0.1"]


def addresses_of_tries(app: App) -> list[str]:
    """Where they came from that were written down, the earliest first."""
    with app.engine.connect() as connection:
        rows = connection.scalars(select(audit_private.c.content).order_by(audit_private.c.event_id))
        return [content["address"] for content in rows]


async def refusal(channel: grpc.aio.Channel, *forged: str) -> str:
    """Why nobody is signed in, with these headers sent along."""
    auth: auth_service_pb2_grpc.AuthServiceAsyncStub = auth_service_pb2_grpc.AuthServiceStub(channel)
    request = auth_service_pb2.LoginRequest(login="nobody@example.edu", password="guessed")
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await auth.Login(request, metadata=[(FORWARDED_FOR, value) for value in forged], timeout=SECONDS)
    return reason_of(refused.value)
