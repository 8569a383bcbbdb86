"""What the health service says of a server whose parts fail, and that calls are answered all the same."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import grpc.aio
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from absense_server.adapters.blobs.folder import FolderBlobs
from absense_server.app import SERVICES, App
from absense_server.domain.errors.calls import BackendUnavailable
from absense_server.ports.outside import OPAQUE
from absense_server.settings import Settings
from tests.rpc.test_check_in import photograph
from tests.support.clock import HandClock
from tests.support.hall import Hall, Status, reason_of

SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING
WHOLE = ("", *SERVICES)
PARTS = ("absense.Process", "absense.Database", "absense.Clock", "absense.Storage", "absense.Revocations")


class Storage(FolderBlobs):
    """A folder that may be away."""

    down = False

    def put(self, name: str, data: bytes, media_type: str = OPAQUE) -> None:
        self.check()
        super().put(name, data, media_type)

    def check(self) -> None:
        if self.down:
            raise BackendUnavailable
        super().check()


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    return Storage(tmp_path / "storage")


@pytest.fixture
async def hall(make_settings: Callable[..., Settings], clock: HandClock, storage: Storage) -> AsyncIterator[Hall]:
    app = App(make_settings(), clock=clock, blobs=storage)
    port = await app.start(with_jobs=False)
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        hall = Hall(app, clock, channel, port)
        await hall.furnish()
        yield hall
    await app.stop(grace=0)


def stub_of(hall: Hall) -> Any:
    return health_pb2_grpc.HealthStub(hall.channel)


async def unwell(hall: Hall) -> set[str]:
    """The names that are NOT_SERVING; every other one is SERVING."""
    answers = {
        name: (await stub_of(hall).Check(health_pb2.HealthCheckRequest(service=name))).status
        for name in (*WHOLE, *PARTS)
    }
    assert set(answers.values()) <= {SERVING, NOT_SERVING}
    return {name for name, status in answers.items() if status == NOT_SERVING}


async def test_a_server_that_is_well_serves_with_all_its_parts(hall: Hall) -> None:
    assert await unwell(hall) == set()
    with pytest.raises(grpc.aio.AioRpcError) as unknown:
        await stub_of(hall).Check(health_pb2.HealthCheckRequest(service="absense.FaceEngine"))
    assert unknown.value.code() is grpc.StatusCode.NOT_FOUND  # faces are switched off


async def test_storage_that_fails_turns_calls_away_and_refuses_none(hall: Hall, storage: Storage) -> None:
    session = await hall.open_session()
    ama, efua = await hall.student(), await hall.student()
    storage.down = True
    await hall.app.health.watch()
    assert await unwell(hall) == set()  # once may be chance
    await hall.app.health.watch()
    assert await unwell(hall) == {*WHOLE, "absense.Storage"}
    assert (await ama.submit(session)).record.status == Status.RECORD_STATUS_CONFIRMED
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await efua.submit(session, selfie=photograph())
    assert reason_of(refused.value) == "BACKEND_UNAVAILABLE"
    storage.down = False
    await hall.app.health.watch()
    assert await unwell(hall) == set()
    answer = await efua.submit(session, selfie=photograph())
    assert (answer.record.status, answer.already_recorded) == (Status.RECORD_STATUS_CONFIRMED, False)


async def test_a_server_that_starts_without_storage_does_not_say_that_it_serves(
    make_settings: Callable[..., Settings], clock: HandClock, storage: Storage
) -> None:
    storage.down = True
    app = App(make_settings(), clock=clock, blobs=storage)
    port = await app.start(with_jobs=False)
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        assert await unwell(Hall(app, clock, channel, port)) == {*WHOLE, "absense.Storage"}
    await app.stop(grace=0)


async def test_revocations_that_are_not_read_for_too_long(hall: Hall) -> None:
    hall.clock.turn(10)
    await hall.app.health.watch()
    await hall.app.health.watch()
    assert await unwell(hall) == set()
    hall.clock.turn(0.1)
    await hall.app.health.watch()
    await hall.app.health.watch()
    assert await unwell(hall) == {*WHOLE, "absense.Revocations"}
    await hall.app.jobs.poll_revocations()
    await hall.app.health.watch()
    assert await unwell(hall) == set()


async def test_faces_that_are_not_looked_at_do_not_keep_a_server_from_serving(
    make_settings: Callable[..., Settings], clock: HandClock, tmp_path: Path
) -> None:
    app = App(make_settings(face_verification_enabled=True, face_models_folder=tmp_path / "nothing"), clock=clock)
    port = await app.start(with_jobs=False)
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        hall = Hall(app, clock, channel, port)
        assert await unwell(hall) == set()
        said = await stub_of(hall).Check(health_pb2.HealthCheckRequest(service="absense.FaceEngine"))
        assert said.status == NOT_SERVING
    await app.stop(grace=0)


async def test_a_look_under_way_does_not_revive_a_server_that_stops(hall: Hall, storage: Storage) -> None:
    watch = stub_of(hall).Watch(health_pb2.HealthCheckRequest())
    assert (await watch.read()).status == SERVING
    looking = asyncio.create_task(hall.app.health.watch())
    await asyncio.sleep(0)
    await hall.app.health.shut_down()
    await looking
    await hall.app.health.watch()
    assert await unwell(hall) == {*WHOLE, *PARTS}
    assert (await watch.read()).status == NOT_SERVING
    watch.cancel()


async def test_it_is_looked_at_without_being_asked(make_settings: Callable[..., Settings], storage: Storage) -> None:
    app = App(make_settings(), blobs=storage)
    port = await app.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        stub: Any = health_pb2_grpc.HealthStub(channel)
        watch = stub.Watch(health_pb2.HealthCheckRequest(service="absense.v1.StudentService"))
        assert (await watch.read()).status == SERVING
        storage.down = True
        assert (await watch.read()).status == NOT_SERVING
        storage.down = False
        assert (await watch.read()).status == SERVING
        watch.cancel()
    await app.stop(grace=0)
