"""Several servers on one database, each as if on a machine of its own: real servers in one event loop."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TypeVar

import grpc.aio
import psycopg2

from absense_server.adapters.events.memory import MemoryEventBus
from absense_server.adapters.events.postgres import PostgresEventBus
from absense_server.app import App
from absense_server.ports.faces import FaceEngine
from absense_server.settings import Settings
from tests.support.clock import HandClock
from tests.support.hall import Hall, Person, Session

P = TypeVar("P", bound=Person)

SOON = timedelta(seconds=30)
"""A net, for machines that are busy."""


@asynccontextmanager
async def replica(
    settings: Settings, clock: HandClock, *, engine: FaceEngine | None = None, verifies: bool = False
) -> AsyncIterator[Hall]:
    """A server that hears of the others; nothing happens by itself."""
    app = App(settings, clock=clock, face_engine=engine)
    port = await app.start(with_jobs=False, with_verifier=verifies)
    try:
        assert bus_of(app).wait_listening(SOON)
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            yield Hall(app, clock, channel, port)
    finally:
        await app.stop(grace=0)


def bus_of(app: App) -> PostgresEventBus:
    """The bus by which it hears of other processes."""
    assert isinstance(app.events, PostgresEventBus)
    return app.events


def at(hall: Hall, person: P) -> P:
    """The same person, whose client talks to another replica."""
    return replace(person, hall=hall)


def session_at(hall: Hall, session: Session) -> Session:
    """The same session, whose lecturer's client talks to another replica."""
    return replace(session, lecturer=at(hall, session.lecturer))


def cut_events(hall: Hall) -> None:
    """Cut every connection by which replicas hear of each other."""
    connection = psycopg2.connect(hall.app.settings.database_url.get_secret_value())
    connection.autocommit = True
    connection.cursor().execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND application_name = 'absense events'"
    )
    connection.close()


@contextmanager
def silent(hall: Hall) -> Iterator[None]:
    """What the replica does meanwhile it announces to no other."""
    bus = bus_of(hall.app)
    bus.publish = partial(MemoryEventBus.publish, bus)  # type: ignore[method-assign]
    try:
        yield
    finally:
        del bus.publish
