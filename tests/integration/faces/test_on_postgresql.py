"""The face check as a large installation has it: the same tests on PostgreSQL."""

from collections.abc import AsyncIterator, Callable

import grpc.aio
import pytest

from absense_server.app import App
from absense_server.settings import Settings
from backing.postgres import Postgres
from tests.rpc.faces.conftest import engine, face_settings, portraits, real_engine  # noqa: F401 - fixtures
from tests.rpc.faces.test_claims import *  # noqa: F403
from tests.rpc.faces.test_enrollment import *  # noqa: F403
from tests.rpc.faces.test_retention import *  # noqa: F403
from tests.support.clock import HandClock
from tests.support.hall import Hall
from tests.support.held_engine import HeldEngine


@pytest.fixture
async def hall(
    make_settings: Callable[..., Settings],
    clock: HandClock,
    engine: HeldEngine,  # noqa: F811
    face_settings: dict[str, object],  # noqa: F811
    postgres: Postgres,
    migrated_database: str,
) -> AsyncIterator[Hall]:
    name = postgres.create_database(template=migrated_database)
    app = App(make_settings(database_url=postgres.url(name), **face_settings), clock=clock, face_engine=engine)
    engine.watch(app.use_cases.verification)
    port = await app.start(with_jobs=False, with_verifier=True)
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        hall = Hall(app, clock, channel, port)
        await hall.furnish()
        yield hall
    await app.stop(grace=0)
    postgres.drop_database(name)
