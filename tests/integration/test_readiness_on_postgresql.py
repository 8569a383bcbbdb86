"""Readiness with a database that has a clock of its own and can go away."""

from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc.aio
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from absense_server import checkup
from absense_server.adapters.db.engine import connections_of
from absense_server.app import App
from absense_server.app.outside import Outside
from absense_server.settings import Settings
from backing.postgres import Postgres
from tests.support.metrics import scrape

SERVING = health_pb2.HealthCheckResponse.SERVING


class WrongClock:
    """The machine's clock, set wrong."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@pytest.fixture
def clock() -> WrongClock:
    return WrongClock()


@pytest.fixture
def database(postgres: Postgres, migrated_database: str) -> Iterator[str]:
    name = postgres.create_database(template=migrated_database)
    yield name
    postgres.drop_database(name)


@pytest.fixture
async def app(
    make_settings: Callable[..., Settings], clock: WrongClock, postgres: Postgres, database: str
) -> AsyncIterator[App]:
    app = App(make_settings(database_url=postgres.url(database), metrics_address="127.0.0.1:0"), clock=clock)
    app.port = await app.start(with_jobs=False)  # type: ignore[attr-defined]
    yield app
    await app.stop(grace=0)


async def unwell(app: Any) -> set[str]:
    async with grpc.aio.insecure_channel(f"127.0.0.1:{app.port}") as channel:
        stub: Any = health_pb2_grpc.HealthStub(channel)
        names = ("", "absense.Database", "absense.Clock", "absense.Storage", "absense.Revocations")
        said = [await stub.Check(health_pb2.HealthCheckRequest(service=name)) for name in names]
    return {name for name, answer in zip(names, said, strict=True) if answer.status != SERVING}


async def look(app: App, times: int = 2) -> set[str]:
    for _ in range(times):
        await app.health.watch()
    return await unwell(app)


async def test_a_clock_more_than_two_seconds_off_is_not_ready(app: App, clock: WrongClock) -> None:
    assert await look(app) == set()
    for wrong in (-3, 3):
        clock.ahead = timedelta(seconds=wrong)
        assert await look(app, times=1) == set()
        assert await look(app, times=1) == {"", "absense.Clock"}
        seen = await scrape(app.metrics_port)
        assert seen.value("absense_clock_offset_seconds") == pytest.approx(wrong, abs=1)
        assert seen.value("absense_ready", component="clock") == 0
        assert seen.value("absense_ready", component="database") == 1
        clock.ahead = timedelta()
        assert await look(app, times=1) == set()


async def test_a_database_that_goes_away_and_comes_back(app: App, postgres: Postgres, database: str) -> None:
    assert await look(app) == set()
    postgres.admit(database, anyone=False)
    postgres.cut_off(database)
    assert await look(app, times=1) == set()
    assert await look(app, times=1) == {"", "absense.Database"}
    postgres.admit(database, anyone=True)
    assert await look(app, times=1) == set()


async def test_a_database_that_only_restarts_is_never_lost(app: App, postgres: Postgres, database: str) -> None:
    """Connections that a restart has cut fail once."""
    assert await look(app) == set()
    for _ in range(3):
        postgres.cut_off(database)
        assert await look(app, times=1) == set()


def test_the_doctor_compares_clocks(make_settings: Callable[..., Settings], postgres: Postgres, database: str) -> None:
    findings = checkup.examine(make_settings(database_url=postgres.url(database)))
    (told,) = (finding for finding in findings if finding.text.startswith("clock:"))
    assert told.ok
    assert told.text.endswith("s from the database's")


def test_the_doctor_counts_connections(
    make_settings: Callable[..., Settings], postgres: Postgres, database: str
) -> None:
    few = make_settings(database_url=postgres.url(database), workers=2)
    many = make_settings(database_url=postgres.url(database), workers=200)
    told = [
        finding
        for settings in (few, many)
        for finding in checkup.examine(settings)
        if finding.text.startswith("connections:")
    ]
    assert [finding.ok for finding in told] == [True, False]
    assert "2 processes here open up to 32 of the" in told[0].text
    assert "lower DATABASE_THREADS" in told[1].text


def test_a_process_opens_as_many_connections_as_it_says(
    make_settings: Callable[..., Settings], postgres: Postgres, database: str
) -> None:
    settings = make_settings(database_url=postgres.url(database))
    outside = Outside(settings, clock=None, blobs=None)
    pooled = connections_of(outside.engine).size()
    outside.close()
    assert pooled + 1 == settings.connections  # one for events, which is not the pool's
