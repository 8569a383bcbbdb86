"""Work of several callers done at once, where that costs little more than the work of one."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from datetime import timedelta
from typing import Generic, Protocol, TypeVar

from absense_server.domain.errors.calls import Overloaded

T = TypeVar("T")
Q = TypeVar("Q")
A = TypeVar("A")

_FIRST_GUESS = 0.01
_WEIGHT = 1 / 16
_MOMENT = 2.0
"""Seconds that a batch may take without anything being wrong."""


class _Run(Protocol):
    def __call__(self, function: Callable[[], T], /) -> Awaitable[T]: ...


class Batches(Generic[Q, A]):
    """One batch at a time: all items, at most so many, that have come when a thread takes it up.

    Nobody waits for company: an item that finds nothing going on goes at once, alone. Under load the batches grow by
    themselves, up to what pays.

    For one event loop. The gauge `waiting` may be read from any thread.
    """

    def __init__(
        self,
        run: _Run,
        do: Callable[[Sequence[Q]], Sequence[A | Exception]],
        *,
        most: int,
        max_wait: timedelta,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`run` runs a function on a thread; `most`: items of a batch; `max_wait`: who would wait longer is refused."""
        self._run = run
        self._do = do
        self._most = most
        self._max_wait = max_wait.total_seconds()
        self._monotonic = monotonic
        self._line: deque[tuple[Q, asyncio.Future[A]]] = deque()
        self._work: asyncio.Task[None] | None = None
        self._mean = _FIRST_GUESS
        self._began = monotonic()

    @property
    def waiting(self) -> int:
        """Items that no batch has taken along yet."""
        return len(self._line)

    async def __call__(self, item: Q, /) -> A:
        """See ports.outside.Together. An item whose caller is cancelled before its batch begins is dropped."""
        wait = self._expected_wait()
        if wait > self._max_wait:
            raise Overloaded(timedelta(seconds=wait))
        answer: asyncio.Future[A] = asyncio.get_running_loop().create_future()
        self._line.append((item, answer))
        if self._work is None:
            self._began = self._monotonic()
            # what a batch logs would otherwise name the call that happened to be the first
            self._work = asyncio.create_task(self._work_off(), context=Context())
        return await answer

    def _expected_wait(self) -> float:
        """Seconds until the batch begins in which an item would be that comes now: after the one that goes on.

        While that one hangs, so will those behind it.
        """
        if self._work is None:
            return 0.0
        still = self._monotonic() - self._began
        return max(self._mean, still if still > _MOMENT else 0.0) * (1 + len(self._line) // self._most)

    async def _work_off(self) -> None:
        try:
            while self._line:
                await self._one_batch()
        finally:
            self._work = None

    async def _one_batch(self) -> None:
        batch: list[tuple[Q, asyncio.Future[A]]] = []
        self._began = self._monotonic()
        try:
            answers = await self._run(lambda: self._do_next(batch))
        except asyncio.CancelledError:
            for _, waiter in self._left(batch):
                waiter.cancel()
            raise
        except Exception as error:  # noqa: BLE001 - it is the callers', each of whom raises it
            batch = self._left(batch)
            answers = [error] * len(batch)
        self._mean += (self._monotonic() - self._began - self._mean) * _WEIGHT
        for (_, waiter), answer in zip(batch, answers, strict=True):
            if waiter.done():
                continue  # its caller is gone
            if isinstance(answer, Exception):
                waiter.set_exception(answer)
            else:
                waiter.set_result(answer)

    def _do_next(self, batch: list[tuple[Q, "asyncio.Future[A]"]]) -> Sequence[A | Exception]:
        """On a thread: fill `batch` with those who wait now, and do it."""
        while self._line and len(batch) < self._most:
            item, waiter = self._line.popleft()
            if not waiter.done():
                batch.append((item, waiter))
        answers = self._do([item for item, _ in batch]) if batch else []
        if len(answers) != len(batch):  # else some would wait for ever
            raise ValueError(f"{len(batch)} items came to {len(answers)} answers")
        return answers

    def _left(self, batch: list[tuple[Q, "asyncio.Future[A]"]]) -> list[tuple[Q, "asyncio.Future[A]"]]:
        """Whom a failure is about: the batch, or everybody in line where no thread has taken it up."""
        if not batch:
            batch.extend(self._line)
            self._line.clear()
        return batch
