"""A worker beside a server that leaves selfies to it: what each of the two counts."""

from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import grpc.aio
import pytest

from absense.v1 import attendance_session_pb2
from absense_server.adapters.face.engine import ProcessFaceEngine
from absense_server.app import App
from absense_server.app.worker import Worker
from absense_server.settings import Settings
from backing.postgres import Postgres
from tests.support.clock import HandClock
from tests.support.hall import Hall
from tests.support.metrics import scrape, until

FACE = {"name": "absense_verdicts_total", "check": "FACE", "outcome": "PASSED"}


@pytest.fixture
def settings(
    make_settings: Callable[..., Settings], postgres: Postgres, migrated_database: str, face_models: Path
) -> Iterator[Settings]:
    name = postgres.create_database(template=migrated_database)
    yield make_settings(
        database_url=postgres.url(name),
        face_verification_enabled=True,
        face_models_folder=face_models,
        face_workers=1,
        metrics_address="127.0.0.1:0",
    )
    postgres.drop_database(name)


@pytest.fixture
async def hall(settings: Settings, face_engine: ProcessFaceEngine) -> AsyncIterator[Hall]:
    clock = HandClock(datetime.now(UTC))
    app = App(settings, clock=clock, face_engine=face_engine)
    port = await app.start(with_jobs=False)
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        hall = Hall(app, clock, channel, port)
        await hall.furnish()
        yield hall
    await app.stop(grace=0)


async def test_a_worker_shows_its_own(hall: Hall, settings: Settings, portraits: dict[str, bytes]) -> None:
    advisory = attendance_session_pb2.CheckPolicy(face=attendance_session_pb2.REQUIREMENT_ADVISORY)
    session = await hall.open_session(policy=advisory)  # no claim waits for its face
    ama = await hall.student()
    await ama.enroll_face(portraits["obama"])
    header = await ama.header(session, selfie=portraits["obama2"])
    await ama.send_inline(header, portraits["obama2"])
    worker = Worker(settings)
    worker.start()
    try:
        seen = await until(lambda: scrape(worker.metrics_port), lambda seen: seen.value(**FACE) == 1)
        assert seen.value("absense_face_examination_seconds_count", result="done") == 1
        assert seen.sum("absense_claims_total") == 0
        idle = {"absense_face_workers_ready": 1, "absense_verification_queue": 0}
        await until(lambda: scrape(worker.metrics_port), lambda seen: {name: seen.value(name) for name in idle} == idle)
    finally:
        await worker.stop()
    server = await scrape(hall.app.metrics_port)
    assert server.value(**FACE) == 0
    assert server.value("absense_claims_total", status="CONFIRMED") == 1
