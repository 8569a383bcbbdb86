"""Photographs that crash or hang a worker process flag their claims; the queue goes on."""

import sys
from collections.abc import AsyncIterator
from datetime import timedelta

import numpy as np
import pytest

from tests.rpc.faces.test_claims import CONFIRMED, FLAGGED, MINUTE, Portraits, asked_again, enrolled, until
from tests.support import faces, fragile_worker
from tests.support.hall import Hall, verdicts
from tests.support.held_engine import HeldEngine


@pytest.fixture
async def engine() -> AsyncIterator[HeldEngine]:
    with faces.running_engine(
        faces.fetch_models(),
        workers=1,
        timeout=timedelta(seconds=1),
        command=(sys.executable, fragile_worker.__file__),
    ) as real:
        yield HeldEngine(real)


@pytest.mark.parametrize("size", [fragile_worker.DEADLY, fragile_worker.ENDLESS])
async def test_one_photograph_breaks_its_workers_and_only_its_claim(
    hall: Hall, engine: HeldEngine, portraits: Portraits, size: tuple[int, int]
) -> None:
    session = await hall.open_session()
    ama, efua = await enrolled(hall, portraits["obama"]), await enrolled(hall, portraits["biden"])
    for _ in range(2):
        await engine.asked.acquire()
    engine.queue = MINUTE
    width, height = size
    answer = await ama.submit(session, selfie=faces.jpeg(np.full((height, width, 3), 90, np.uint8)))
    await engine.asked.acquire()
    for _ in range(2):
        await engine.postponed.acquire()
        await asked_again(hall, engine)
    told = await until(ama, answer.record, FLAGGED)
    assert verdicts(told.record)["FACE"] == ("INCONCLUSIVE", "ENGINE_FAILED")
    assert (told.can_retry, told.tries_left) == (True, 2)
    other = await efua.submit(session, selfie=portraits["biden"])
    await until(efua, other.record, CONFIRMED)
    again = await ama.submit(session, selfie=portraits["obama2"])
    assert len((await until(ama, again.record, CONFIRMED)).record.claims) == 2
