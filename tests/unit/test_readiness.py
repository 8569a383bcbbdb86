"""Readiness: when a component is lost, when it is back, and what a look that hangs does."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Self

import pytest
from structlog.testing import capture_logs

from absense_server.adapters.metrics.process import ProcessMetrics
from absense_server.adapters.threads import ThreadPool
from absense_server.domain.errors.calls import BackendUnavailable
from absense_server.services.readiness import ClockReading, Component, Readiness
from tests.support.clock import MONDAY_MORNING, HandClock

BRIEF = timedelta(seconds=0.05)
LONG = timedelta(seconds=60)


class World:
    """A database, a storage and revocations that are as a test wants them."""

    def __init__(self) -> None:
        self.clock = HandClock()
        self.metrics = ProcessMetrics("1")
        self.ahead: timedelta | None = timedelta()
        """By how much the database's clock goes before ours; None: it has none."""
        self.faults: dict[str, Exception] = {}
        self.held: threading.Event | None = None
        """Storage answers when it is set."""
        self.asked = 0
        self.begun = threading.Event()
        self.current = True

    # UnitOfWork and Transaction

    @contextmanager
    def __call__(self, *, read_only: bool = False) -> Iterator[Any]:
        assert read_only
        if "database" in self.faults:
            raise self.faults["database"]
        yield self

    def database_time(self) -> datetime | None:
        return None if self.ahead is None else self.clock.now() + self.ahead

    # BlobStore

    def check(self) -> None:
        self.asked += 1
        self.begun.set()
        if self.held is not None:
            assert self.held.wait(30)
        if "storage" in self.faults:
            raise self.faults["storage"]

    # Revocations

    def are_current(self, now: datetime) -> bool:
        return self.current

    def readiness(self, patience: timedelta) -> Readiness:
        outside: Any = self
        return Readiness(
            uow=outside,
            blobs=outside,
            revocations=outside,
            threads=self.threads,
            blob_threads=self.blob_threads,
            metrics=self.metrics,
            clock=self.clock,
            patience=patience,
        )

    def __enter__(self) -> Self:
        self.threads = ThreadPool("db", 1, timedelta(seconds=20))
        self.blob_threads = ThreadPool("blobs", 1, timedelta(seconds=20))
        return self

    def __exit__(self, *_: object) -> None:
        self.threads.close()
        self.blob_threads.close()


@pytest.fixture
async def world() -> AsyncIterator[World]:
    with World() as world:
        yield world


def state(readiness: Readiness) -> str:
    """The components that are well, by their first letters."""
    return "".join(component.name[0] for component in Component if readiness.is_ready(component))


async def states(readiness: Readiness, looks: int) -> list[str]:
    found = []
    for _ in range(looks):
        await readiness.check()
        found.append(state(readiness))
    return found


async def test_nobody_knows_before_the_first_look_which_decides(world: World) -> None:
    readiness = world.readiness(LONG)
    assert (state(readiness), readiness.ready) == ("", False)
    assert await states(readiness, 1) == ["DCSR"]
    assert readiness.ready
    world.faults["storage"] = BackendUnavailable()
    unlucky = world.readiness(LONG)
    assert await states(unlucky, 1) == ["DCR"]
    assert not unlucky.ready


@pytest.mark.parametrize(
    ("component", "lost"), [("database", "CSR"), ("storage", "DCR"), ("clock", "DSR"), ("revocations", "DCS")]
)
async def test_two_failures_in_a_row_lose_it_and_one_answer_brings_it_back(
    world: World, component: str, lost: str
) -> None:
    def fail(*, well: bool) -> None:
        world.ahead = timedelta(seconds=0 if well or component != "clock" else 2.5)
        world.current = well or component != "revocations"
        world.faults = {} if well else {component: BackendUnavailable()}

    readiness = world.readiness(LONG)
    seen = []
    for well in (True, False, True, False, False, False, True):
        fail(well=well)
        seen += await states(readiness, 1)
    assert seen == ["DCSR"] * 4 + [lost] * 2 + ["DCSR"]


async def test_a_look_that_hangs_is_a_failure_and_no_other_is_begun(world: World) -> None:
    readiness = world.readiness(BRIEF)
    await readiness.check()
    world.held = threading.Event()
    assert await states(readiness, 3) == ["DCSR", "DCR", "DCR"]
    assert world.asked == 2
    world.held.set()
    patient = world.readiness(LONG)
    patient._looks = readiness._looks
    await patient.check()  # which waits for the look that was under way
    assert world.asked == 2
    assert patient.is_ready(Component.STORAGE)


async def test_without_the_database_nothing_new_is_known_of_the_clock(world: World) -> None:
    readiness = world.readiness(LONG)
    world.faults["database"] = BackendUnavailable()
    assert await states(readiness, 3) == ["SR"] * 3
    world.faults = {}
    assert await states(readiness, 1) == ["DCSR"]
    world.faults["database"] = BackendUnavailable()
    assert await states(readiness, 3) == ["DCSR", "CSR", "CSR"]


async def test_a_database_without_a_clock_is_right(world: World) -> None:
    world.ahead = None
    assert await states(world.readiness(LONG), 1) == ["DCSR"]


@pytest.mark.parametrize(
    ("theirs", "after", "wrong"),
    [
        (-2.0, 0.0, False),
        (-2.001, 0.0, True),
        (2.0, 0.0, False),
        (2.001, 0.0, True),
        (6.0, 5.0, False),  # a slow answer says less
        (7.5, 5.0, True),
        (None, 0.0, False),
    ],
)
def test_clocks_may_be_two_seconds_apart(theirs: float | None, after: float, *, wrong: bool) -> None:
    def at(seconds: float) -> datetime:
        return MONDAY_MORNING + timedelta(seconds=seconds)

    reading = ClockReading(at(0), None if theirs is None else at(theirs), at(after))
    assert (reading.problem is not None) is wrong


def test_the_offset_says_who_is_ahead() -> None:
    later = MONDAY_MORNING + timedelta(seconds=1)
    reading = ClockReading(MONDAY_MORNING, later + timedelta(seconds=3), later)
    assert reading.offset == timedelta(seconds=-3.5)
    assert reading.problem == "our clock is -3.5 s from the database's"


async def test_a_change_is_logged_once_with_what_is_wrong(world: World) -> None:
    readiness = world.readiness(LONG)
    with capture_logs() as logs:
        await readiness.check()
        world.faults["storage"] = BackendUnavailable()
        world.faults["storage"].__cause__ = OSError(28, "No space left on device")
        await states(readiness, 4)
        world.faults = {"database": RuntimeError("a fault\nof ours")}
        await states(readiness, 4)
    assert logs == [
        {
            "event": "not ready",
            "log_level": "warning",
            "component": "storage",
            "problem": "OSError: [Errno 28] No space left on device",
        },
        {"event": "ready again", "log_level": "info", "component": "storage"},
        {"event": "not ready", "log_level": "warning", "component": "database", "problem": "RuntimeError: a fault"},
    ]


async def test_each_component_is_a_metric(world: World) -> None:
    readiness = world.readiness(LONG)
    read = world.metrics.registry.get_sample_value

    def shown() -> list[float | None]:
        return [read("absense_ready", {"component": component.value}) for component in Component]

    world.ahead = timedelta(seconds=-1.5)
    await readiness.check()
    assert shown() == [1, 1, 1, 1]
    assert read("absense_clock_offset_seconds") == 1.5
    world.faults["storage"] = BackendUnavailable()
    await states(readiness, 2)
    assert shown() == [1, 1, 0, 1]


async def test_stopping_waits_for_no_answer(world: World) -> None:
    readiness = world.readiness(LONG)
    world.held = threading.Event()
    checking = asyncio.create_task(readiness.check())
    assert await asyncio.to_thread(world.begun.wait, 30)
    await readiness.stop()
    await checking
    assert not readiness.is_ready(Component.STORAGE)
    world.held.set()
