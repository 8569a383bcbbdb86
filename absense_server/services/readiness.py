"""Whether others should send calls here: what the server cannot do without, looked at every few seconds."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

import structlog

from absense_server.domain.codes import CLOCK_TOLERANCE
from absense_server.domain.errors.calls import BackendUnavailable
from absense_server.ports.data import UnitOfWork
from absense_server.ports.metrics import Metrics
from absense_server.ports.outside import BlobStore, Clock, Threads
from absense_server.services.revocations import Revocations

_PATIENCE = timedelta(seconds=3)
_FAILURES = 2
"""In a row, so that one slow answer takes no server out of service."""

log = structlog.get_logger()


class Component(Enum):
    """What the server cannot do without. Faces are not among it: without them a claim is kept all the same."""

    DATABASE = "database"
    CLOCK = "clock"
    STORAGE = "storage"
    REVOCATIONS = "revocations"


@dataclass(frozen=True, slots=True)
class ClockReading:
    """Our clock before and after the database's was read; None: the database has none of its own."""

    before: datetime
    theirs: datetime | None
    after: datetime

    @property
    def offset(self) -> timedelta:
        """Our clock less the database's, about."""
        return timedelta() if self.theirs is None else self.before + (self.after - self.before) / 2 - self.theirs

    @property
    def problem(self) -> str | None:
        """What is wrong where the two differ by more than codes tolerate, however long the answer took."""
        if self.theirs is None or self.before - CLOCK_TOLERANCE <= self.theirs <= self.after + CLOCK_TOLERANCE:
            return None
        return f"our clock is {self.offset.total_seconds():+.1f} s from the database's"


def read_clocks(uow: UnitOfWork, clock: Clock) -> ClockReading:
    """Ask the database what time it is.

    Raises BackendUnavailable.
    """
    with uow(read_only=True) as tx:
        before = clock.now()
        theirs = tx.database_time()
        return ClockReading(before, theirs, clock.now())


class Readiness:
    """Knows which components are well. For one event loop.

    The first look decides. After that a component is lost with its second failure in a row, and back with its first
    good answer. A look that does not end is a failure, and no other is begun meanwhile.
    """

    def __init__(
        self,
        *,
        uow: UnitOfWork,
        blobs: BlobStore,
        revocations: Revocations,
        threads: Threads,
        blob_threads: Threads,
        metrics: Metrics,
        clock: Clock,
        patience: timedelta = _PATIENCE,
    ) -> None:
        """`blob_threads`: used for nothing else, so that other work there does not pass for storage that hangs."""
        self._uow = uow
        self._blobs = blobs
        self._revocations = revocations
        self._threads = threads
        self._blob_threads = blob_threads
        self._metrics = metrics
        self._clock = clock
        self._patience = patience.total_seconds()
        self._standings = {component: _Standing() for component in Component}
        self._looks: dict[Component, asyncio.Task[object]] = {}

    def is_ready(self, component: Component) -> bool:
        """Whether it was well when it was looked at."""
        return self._standings[component].ready is True

    @property
    def ready(self) -> bool:
        """Whether all are."""
        return all(map(self.is_ready, Component))

    async def check(self) -> None:
        """Look at every component once."""
        await asyncio.gather(
            self._look(Component.DATABASE, self._ask_database), self._look(Component.STORAGE, self._ask_storage)
        )
        current = self._revocations.are_current(self._clock.now())
        self._judge(Component.REVOCATIONS, None if current else "not read for too long")

    async def stop(self) -> None:
        """Wait for no answer any longer."""
        looks = list(self._looks.values())
        for look in looks:
            look.cancel()
        await asyncio.gather(*looks, return_exceptions=True)

    async def _ask_database(self) -> None:
        reading = await self._threads.run(read_clocks, self._uow, self._clock)
        self._metrics.clock_compared(reading.offset)
        self._judge(Component.CLOCK, reading.problem)

    async def _ask_storage(self) -> None:
        await self._blob_threads.run(self._blobs.check)

    async def _look(self, component: Component, ask: Callable[[], Coroutine[Any, Any, None]]) -> None:
        look = self._looks.get(component)
        if look is None:
            look = self._looks[component] = asyncio.create_task(ask())
        done, _ = await asyncio.wait([look], timeout=self._patience)
        if not done:
            self._judge(component, f"no answer for {self._patience:g} s")
            return
        del self._looks[component]
        if not look.cancelled():
            error = look.exception()
            self._judge(component, None if error is None else _told(error))

    def _judge(self, component: Component, problem: str | None) -> None:
        standing = self._standings[component]
        before = standing.ready
        ready = standing.judge(well=problem is None)
        self._metrics.component_ready(component.value, ready=ready)
        if before is not ready and not ready:
            log.warning("not ready", component=component.value, problem=problem)
        elif before is False and ready:
            log.info("ready again", component=component.value)


class _Standing:
    """How one component stands."""

    def __init__(self) -> None:
        self.ready: bool | None = None
        """None: nobody has looked."""
        self._failures = 0

    def judge(self, *, well: bool) -> bool:
        self._failures = 0 if well else self._failures + 1
        if well or self.ready is None or self._failures >= _FAILURES:
            self.ready = well
        return self.ready


def _told(error: BaseException) -> str:
    """What an error says, in one line, for the log."""
    said = error.__cause__ if isinstance(error, BackendUnavailable) and error.__cause__ is not None else error
    return f"{type(said).__name__}: {said}".splitlines()[0]
