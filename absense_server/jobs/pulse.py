"""Reads what the metrics show as levels: pools and streams, the queue of selfies, how late the event loop is."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from time import perf_counter

import structlog

from absense_server.domain.errors.base import DomainError
from absense_server.ports.metrics import Metrics
from absense_server.services.verification import FaceVerification

_SECONDS = 1.0

log = structlog.get_logger()


class Pulse:
    """The pulse of one process, whatever else runs in it."""

    def __init__(self, verification: FaceVerification, metrics: Metrics) -> None:
        self._verification = verification
        self._metrics = metrics
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin, within the running event loop."""
        # two: a database that does not answer holds up the one and not the other
        self._tasks = [asyncio.create_task(self._every_second(step)) for step in (self._read_levels, self._read_queue)]

    async def stop(self) -> None:
        """End."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []

    async def beat(self) -> None:
        """Read everything once."""
        await self._read_levels()
        await self._read_queue()

    async def _read_levels(self) -> None:
        self._metrics.sample()

    async def _read_queue(self) -> None:
        with suppress(DomainError):  # others say often enough that the database does not answer
            await self._verification.poll()

    async def _every_second(self, step: Callable[[], Awaitable[None]]) -> None:
        while True:
            began = perf_counter()
            await asyncio.sleep(_SECONDS)
            self._metrics.loop_was_late(timedelta(seconds=max(0.0, perf_counter() - began - _SECONDS)))
            try:
                await step()
            except Exception:
                # one that breaks must not end the others
                log.exception("levels not read")
