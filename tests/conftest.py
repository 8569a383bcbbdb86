"""Fixtures for every kind of test."""

import gc
import shutil
from collections.abc import AsyncIterator, Callable, Generator
from pathlib import Path

import grpc.aio
import hypothesis
import pytest

from absense_server import settings
from absense_server.adapters.db import migrate
from absense_server.adapters.db.engine import create_engine
from absense_server.app import App
from absense_server.settings import Settings
from tests.support import early_status
from tests.support.clock import HandClock
from tests.support.hall import Hall

# how long an example takes says how busy the machine is
hypothesis.settings.register_profile("ours", deadline=None)
hypothesis.settings.load_profile("ours")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Keep what is imported and collected out of garbage collections: to look it all through takes half a second."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()


@pytest.fixture(autouse=True)
def _early_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Our server answers early as a matter of course, which grpc.aio's own client does not always survive."""
    early_status.mend(monkeypatch)


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite database, to be copied."""
    path = tmp_path_factory.mktemp("database") / "empty.db"
    engine = create_engine(f"sqlite:///{path}", pool_size=1)
    migrate.upgrade(engine)
    engine.dispose()
    return path


@pytest.fixture
def make_settings(tmp_path: Path, empty_database: Path) -> Callable[..., Settings]:
    """Settings of a server of its own, in demo mode, with fast password hashes."""

    def make(**given: object) -> Settings:
        database = tmp_path / "absense.db"
        if not database.exists():
            shutil.copy(empty_database, database)
        own = {
            "_env_file": None,
            "demo_mode": True,
            "database_url": f"sqlite:///{database}",
            "storage_folder": tmp_path / "blobs",
            "mail_outbox_folder": tmp_path / "outbox",
            "password_rounds": 1,
            "listen_address": "127.0.0.1:0",
        }
        return settings.load(**{**own, **given})

    return make


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def hall(make_settings: Callable[..., Settings], clock: HandClock) -> AsyncIterator[Hall]:
    """A running server with a lecturer and a course; nothing happens by itself: turn the clock with `hall.turn`."""
    app = App(make_settings(), clock=clock)
    port = await app.start(with_jobs=False)
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        hall = Hall(app, clock, channel, port)
        await hall.furnish()
        yield hall
    await app.stop(grace=0)
