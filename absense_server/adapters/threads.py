"""Threads beside the event loop, a bounded number, with work shed when the wait would be too long."""

import asyncio
import contextvars
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from typing import Any, TypeVar

from absense_server.adapters.together import Batches
from absense_server.domain.errors.calls import Overloaded, ShuttingDown

A = TypeVar("A")
Q = TypeVar("Q")
T = TypeVar("T")

_FIRST_GUESS = 0.01
_WEIGHT = 1 / 16
_MOST_TOGETHER = 32
_MOMENT = 2.0
"""Seconds that a call may take without anything being wrong."""


class ThreadPool:
    """At most `size` calls run at a time; a call that would wait longer than `max_wait` is refused.

    The expected wait is the number of waiting calls times the mean time of recent ones over the number of
    threads. While every thread is busy, the time since one of them last took up a call counts as that mean if
    it is longer, and longer than a moment: a pool whose threads all hang (a database that does not answer) refuses
    before a single call has come back, and a slow commit with a whole hall behind it is no reason to.

    `run` may be called from any event loop; the gauges `waiting` and `running` may be read from any thread.
    """

    def __init__(
        self, name: str, size: int, max_wait: timedelta, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._executor = ThreadPoolExecutor(size, thread_name_prefix=name)
        self.name = name
        self.size = size
        self._max_wait = max_wait.total_seconds()
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._mean = _FIRST_GUESS
        self._last_start = monotonic()
        self._closed = False
        self._calls_waiting = 0
        self._batches: list[Batches[Any, Any]] = []
        self.running = 0
        """Calls that a thread is at."""

    @property
    def waiting(self) -> int:
        """Calls that no thread has taken up yet, and what waits to be done together."""
        return self._calls_waiting + sum(batches.waiting for batches in self._batches)

    async def run(self, function: Callable[..., T], /, *args: object) -> T:
        """`function(*args)` on a thread, with the caller's context variables.

        When the awaiting task is cancelled, a call not yet started is dropped, and one that has started runs
        to its end unheard. Raises Overloaded, ShuttingDown, and whatever the function raises.
        """
        context = contextvars.copy_context()
        with self._lock:
            if self._closed:
                raise ShuttingDown
            wait = self._expected_wait()
            if wait > self._max_wait:
                raise Overloaded(timedelta(seconds=wait))
            self._calls_waiting += 1
            future = self._executor.submit(self._call, context, function, args)
        future.add_done_callback(self._forget_if_dropped)
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if future.cancelled() and task is not None and not task.cancelling():
                raise ShuttingDown from None  # nobody cancelled the caller: `close` dropped the call
            raise

    def together(self, do: Callable[[Sequence[Q]], Sequence[A | Exception]]) -> Batches[Q, A]:
        """See ports.outside.Threads."""
        batches = Batches(self.run, do, most=_MOST_TOGETHER, max_wait=timedelta(seconds=self._max_wait))
        self._batches.append(batches)
        return batches

    def close(self) -> None:
        """Refuse new calls, drop those that wait (their callers get ShuttingDown), await those that run."""
        with self._lock:
            self._closed = True
        self._executor.shutdown(cancel_futures=True)

    def _expected_wait(self) -> float:
        if not self._calls_waiting:
            return 0.0
        service = self._mean
        still = self._monotonic() - self._last_start
        if self.running == self.size and still > _MOMENT:
            service = max(service, still)
        return service * self._calls_waiting / self.size

    def _call(self, context: contextvars.Context, function: Callable[..., T], args: tuple[object, ...]) -> T:
        with self._lock:
            started = self._last_start = self._monotonic()
            self._calls_waiting -= 1
            self.running += 1
        try:
            return context.run(function, *args)
        except StopIteration as error:
            # asyncio cannot carry it to the caller, who would wait for ever (Python 3.11)
            raise RuntimeError("a function on a thread raised StopIteration") from error
        finally:
            with self._lock:
                self.running -= 1
                self._mean += (self._monotonic() - started - self._mean) * _WEIGHT

    def _forget_if_dropped(self, future: Future[T]) -> None:
        if future.cancelled():
            with self._lock:
                self._calls_waiting -= 1
