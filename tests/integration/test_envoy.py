"""The proxy before the processes: who is well gets calls, and what has reached nobody is sent on."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import grpc.aio
import pytest
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from backing import envoy
from bench.hall import connection_to

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
        self.server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler("tests.Names", methods)])
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
        self._name: Any = channel.unary_unary("/tests.Names/Name")

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
