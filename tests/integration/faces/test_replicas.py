"""A claim that comes to one replica and is looked at by another. The clock stands still: only events bring anything."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable

import pytest

from absense_server.adapters.system import SystemClock
from absense_server.app.worker import Worker
from absense_server.settings import Settings
from backing.postgres import Postgres
from tests.rpc.faces.conftest import engine, portraits, real_engine  # noqa: F401 - fixtures
from tests.rpc.faces.test_claims import CONFIRMED, FLAGGED, Portraits, enrolled
from tests.support.clock import HandClock
from tests.support.faces import MODELS
from tests.support.hall import Hall, verdicts
from tests.support.held_engine import HeldEngine
from tests.support.replicas import SOON, at, cut_events, replica, silent


@pytest.fixture
async def halls(
    make_settings: Callable[..., Settings],
    clock: HandClock,
    engine: HeldEngine,  # noqa: F811
    postgres: Postgres,
    migrated_database: str,
) -> AsyncIterator[tuple[Hall, Hall]]:
    """One that takes claims, and one that looks at selfies."""
    name = postgres.create_database(template=migrated_database)
    settings = make_settings(database_url=postgres.url(name))
    async with (
        replica(settings, clock, engine=engine) as front,
        replica(settings, clock, engine=engine, verifies=True) as back,
    ):
        await front.furnish()
        yield front, back
    postgres.drop_database(name)


async def test_the_answer_waits_for_the_other_one_s_verdict(
    halls: tuple[Hall, Hall],
    portraits: Portraits,  # noqa: F811
) -> None:
    front, _ = halls
    session, ama = await front.open_session(), await enrolled(front, portraits["obama"])
    answer = await asyncio.wait_for(ama.submit(session, selfie=portraits["obama2"]), SOON.total_seconds())
    assert answer.record.status == CONFIRMED
    assert verdicts(answer.record)["FACE"] == ("PASSED", "FACE_MATCHES")


async def test_it_waits_on_when_it_is_woken_for_nothing(
    halls: tuple[Hall, Hall],
    engine: HeldEngine,  # noqa: F811
    portraits: Portraits,  # noqa: F811
) -> None:
    front, _ = halls
    session, ama = await front.open_session(), await enrolled(front, portraits["obama"])
    await engine.asked.acquire()  # when she enrolled
    engine.hold()
    answer = asyncio.ensure_future(ama.submit(session, selfie=portraits["obama2"]))
    await engine.asked.acquire()
    with front.app.events.subscribe(uuid.uuid4()) as anything:
        cut_events(front)
        await asyncio.wait_for(anything.wait(), SOON.total_seconds())
    # a call that is served after whatever the wake-up set off
    await ama.record(session)
    await ama.record(session)
    assert not answer.done()
    engine.release()
    assert (await asyncio.wait_for(answer, SOON.total_seconds())).record.status == CONFIRMED


async def test_it_hears_of_a_consent_that_is_withdrawn_at_the_other_one(
    halls: tuple[Hall, Hall],
    engine: HeldEngine,  # noqa: F811
    portraits: Portraits,  # noqa: F811
) -> None:
    front, back = halls
    session, ama = await front.open_session(), await enrolled(front, portraits["obama"])
    await engine.asked.acquire()
    engine.hold()
    answer = asyncio.ensure_future(ama.submit(session, selfie=portraits["obama2"]))
    await engine.asked.acquire()
    await at(back, ama).withdraw_face()
    told = await asyncio.wait_for(answer, SOON.total_seconds())
    assert told.record.status == FLAGGED
    assert verdicts(told.record)["FACE"] == ("SKIPPED", "NO_CONSENT")
    engine.release()


async def test_a_worker_hears_of_selfies_and_finds_those_that_nobody_announced(
    make_settings: Callable[..., Settings],
    engine: HeldEngine,  # noqa: F811
    portraits: Portraits,  # noqa: F811
    postgres: Postgres,
    migrated_database: str,
) -> None:
    name = postgres.create_database(template=migrated_database)
    faces_on = {"face_verification_enabled": True, "face_models_folder": MODELS, "face_workers": 1}
    settings = make_settings(database_url=postgres.url(name), **faces_on)
    worker = Worker(settings)
    worker.start()
    try:
        async with replica(settings, HandClock(SystemClock().now()), engine=engine) as front:
            await front.furnish()
            session = await front.open_session()
            ama, kofi = await enrolled(front, portraits["obama"]), await enrolled(front, portraits["biden"])
            told = await asyncio.wait_for(ama.submit(session, selfie=portraits["obama2"]), SOON.total_seconds())
            assert told.record.status == CONFIRMED
            with silent(front):
                told = await asyncio.wait_for(kofi.submit(session, selfie=portraits["biden"]), SOON.total_seconds())
            assert told.record.status == CONFIRMED
    finally:
        await worker.stop()
    postgres.drop_database(name)
