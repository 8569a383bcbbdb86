"""Services that are not ours work through the chain as they are."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import grpc
import grpc.aio
import pytest
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection, reflection_pb2, reflection_pb2_grpc
from structlog.typing import EventDict

from absense_server.rpc.policy import AccessPolicy
from absense_server.rpc.rate_limits import LIMITS
from tests.rpc.interceptors.rig import Rig, iter_async

SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


class Standard(Rig):
    """A rig with health and reflection."""

    def __init__(self) -> None:
        super().__init__(more_handlers=self._add)
        rules = AccessPolicy.from_services([]).rules
        self.rules.update(rules)
        self.limits.update({method: LIMITS[method] for method in rules})
        self.health = health.aio.HealthServicer()

    def _add(self, server: grpc.aio.Server) -> None:
        health_pb2_grpc.add_HealthServicer_to_server(self.health, server)
        reflection.enable_server_reflection(["absense.v1.AuthService", reflection.SERVICE_NAME], server)


@pytest.fixture
async def rig() -> AsyncIterator[Standard]:
    async with Standard().running() as rig:
        yield rig


async def test_health_is_checked(rig: Standard) -> None:
    stub: Any = health_pb2_grpc.HealthStub(rig.channel)
    assert (await stub.Check(health_pb2.HealthCheckRequest())).status == SERVING
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await stub.Check(health_pb2.HealthCheckRequest(service="nothing"))
    assert error.value.code() is grpc.StatusCode.NOT_FOUND
    assert await rig.metrics.next() == ("/grpc.health.v1.Health/Check", "OK")
    assert await rig.metrics.next() == ("/grpc.health.v1.Health/Check", "NOT_FOUND")


async def test_that_all_is_well_is_no_news(rig: Standard, logs: list[EventDict]) -> None:
    stub: Any = health_pb2_grpc.HealthStub(rig.channel)
    await stub.Check(health_pb2.HealthCheckRequest())
    await rig.metrics.next()
    with pytest.raises(grpc.aio.AioRpcError):
        await stub.Check(health_pb2.HealthCheckRequest(service="nobody"))
    await rig.metrics.next()
    assert [(line["status"], line["log_level"]) for line in logs] == [("OK", "debug"), ("NOT_FOUND", "info")]


async def test_health_is_watched_until_the_server_stops(rig: Standard) -> None:
    stub: Any = health_pb2_grpc.HealthStub(rig.channel)
    watch = stub.Watch(health_pb2.HealthCheckRequest())
    assert (await watch.read()).status == SERVING
    await rig.health.set("", NOT_SERVING)
    assert (await watch.read()).status == NOT_SERVING
    rig.lifetime.shutdown()
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await watch.read()
    assert error.value.code() is grpc.StatusCode.UNAVAILABLE


async def test_what_the_health_service_does_not_offer_is_unimplemented(rig: Standard) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await rig.channel.unary_unary("/grpc.health.v1.Health/List", bytes)(b"")
    assert error.value.code() is grpc.StatusCode.UNIMPLEMENTED


async def test_the_contract_is_told(rig: Standard) -> None:
    stub = reflection_stub(rig.channel)
    questions = [
        reflection_pb2.ServerReflectionRequest(list_services=""),
        reflection_pb2.ServerReflectionRequest(file_containing_symbol="absense.v1.AuthService"),
    ]
    services, file = [answer async for answer in stub.ServerReflectionInfo(iter_async(questions))]
    assert "absense.v1.AuthService" in {service.name for service in services.list_services_response.service}
    assert file.file_descriptor_response.file_descriptor_proto


async def test_an_open_conversation_about_the_contract_ends_when_the_server_stops(rig: Standard) -> None:
    never = asyncio.Event()

    async def ask_and_wait() -> AsyncIterator[Any]:
        yield reflection_pb2.ServerReflectionRequest(list_services="")
        await never.wait()

    stub = reflection_stub(rig.channel)
    call = stub.ServerReflectionInfo(ask_and_wait())
    await call.read()
    rig.lifetime.shutdown()
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await call.read()
    assert error.value.code() is grpc.StatusCode.UNAVAILABLE


def reflection_stub(channel: Any) -> Any:
    return reflection_pb2_grpc.ServerReflectionStub(channel)
