"""The thread pool: bounded, shedding by expected wait, following the caller's context and cancellation."""

import asyncio
import contextvars
import threading
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest

from absense_server.adapters.threads import ThreadPool
from absense_server.domain.errors.calls import Overloaded, ShuttingDown

SIZE = 2
PATIENCE_S = 30


class Gate:
    """A call that stands still until it is let go."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self._open = threading.Event()

    def __call__(self, result: str = "done") -> str:
        self.entered.set()
        assert self._open.wait(PATIENCE_S)
        return result

    def open(self) -> None:
        self._open.set()

    async def reached(self) -> None:
        """Return when a thread stands in the gate."""
        assert await asyncio.to_thread(self.entered.wait, PATIENCE_S)


class Pool(ThreadPool):
    """Two threads, a patience of one second, a stopwatch turned by hand."""

    def __init__(self) -> None:
        self.stopwatch = SimpleNamespace(now=1000.0)
        super().__init__("test", SIZE, timedelta(seconds=1), monotonic=lambda: self.stopwatch.now)
        self.gates: list[Gate] = []

    async def occupied(self) -> list["asyncio.Task[str]"]:
        """Fill every thread with a call that stands still."""
        tasks = []
        for _ in range(SIZE):
            gate = Gate()
            self.gates.append(gate)
            tasks.append(asyncio.create_task(self.run(gate)))
            await gate.reached()
        return tasks

    def queued(self, function: Callable[[], str]) -> "asyncio.Task[str]":
        return asyncio.create_task(self.run(function))

    async def takes(self, seconds: float, times: int) -> None:
        """Serve calls that last `seconds` each."""

        def call() -> None:
            self.stopwatch.now += seconds

        for _ in range(times):
            await self.run(call)


@pytest.fixture
async def pool() -> AsyncIterator[Pool]:
    pool = Pool()
    yield pool
    for gate in pool.gates:
        gate.open()
    pool.close()


async def turns(count: int = 5) -> None:
    """Let every task go as far as it can."""
    for _ in range(count):
        await asyncio.sleep(0)


async def test_arguments_and_results(pool: Pool) -> None:
    assert await pool.run(divmod, 7, 3) == (2, 1)


async def test_errors_come_back_as_they_are(pool: Pool) -> None:
    with pytest.raises(ZeroDivisionError):
        await pool.run(divmod, 7, 0)
    assert (pool.waiting, pool.running) == (0, 0)


async def test_stop_iteration_does_not_hang_the_caller(pool: Pool) -> None:
    with pytest.raises(RuntimeError):
        await pool.run(next, iter(()))


async def test_it_runs_elsewhere_under_the_pools_name(pool: Pool) -> None:
    thread = await pool.run(threading.current_thread)
    assert thread is not threading.current_thread()
    assert thread.name.startswith("test")


async def test_context_variables_follow_and_stay(pool: Pool) -> None:
    variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="unset")
    variable.set("the caller's")

    def look_and_change() -> str:
        seen = variable.get()
        variable.set("the thread's")
        return seen

    assert await pool.run(look_and_change) == "the caller's"
    assert variable.get() == "the caller's"

    def other_caller() -> "asyncio.Task[str]":
        return asyncio.create_task(pool.run(look_and_change))

    assert await contextvars.Context().run(other_caller) == "unset"


async def test_so_many_at_a_time_and_no_more(pool: Pool) -> None:
    tasks = await pool.occupied()
    third = Gate()
    tasks.append(pool.queued(third))
    await turns()
    assert (pool.running, pool.waiting) == (SIZE, 1)
    assert not third.entered.is_set()
    pool.gates[0].open()
    await third.reached()
    assert (pool.running, pool.waiting) == (SIZE, 0)
    pool.gates[1].open()
    third.open()
    assert await asyncio.gather(*tasks) == ["done"] * 3
    assert (pool.running, pool.waiting) == (0, 0)


class TestShedding:
    async def test_calls_beyond_the_expected_wait_are_refused(self, pool: Pool) -> None:
        await pool.takes(0.5, times=200)  # the mean is now half a second
        await pool.occupied()
        waiting = [pool.queued(str) for _ in range(5)]
        await turns()
        # 5 calls x 0.5 s / 2 threads = 1.25 s, more than the second allowed
        assert pool.waiting == 5
        with pytest.raises(Overloaded) as refused:
            await pool.run(str)
        assert refused.value.retry_after is not None
        assert refused.value.retry_after.total_seconds() == pytest.approx(1.25, rel=0.01)
        assert pool.waiting == 5
        for gate in pool.gates:
            gate.open()
        assert await asyncio.gather(*waiting) == [""] * 5

    async def test_quick_calls_may_queue_long(self, pool: Pool) -> None:
        await pool.takes(0.001, times=200)
        await pool.occupied()
        waiting = [pool.queued(str) for _ in range(500)]
        await turns()
        assert pool.waiting == 500
        for gate in pool.gates:
            gate.open()
        await asyncio.gather(*waiting)

    async def test_the_mean_follows_the_times(self, pool: Pool) -> None:
        await pool.takes(10.0, times=200)
        await pool.occupied()
        first = pool.queued(str)
        await turns()
        with pytest.raises(Overloaded):  # one waits, and the next would wait ten seconds / 2
            await pool.run(str)
        for gate in pool.gates:
            gate.open()
        await first
        await pool.takes(0.0, times=200)
        gates = len(pool.gates)
        await pool.occupied()
        waiting = [pool.queued(str) for _ in range(50)]
        await turns()
        assert pool.waiting == 50
        for gate in pool.gates[gates:]:
            gate.open()
        await asyncio.gather(*waiting)

    async def test_an_idle_pool_takes_a_call_however_long_they_last(self, pool: Pool) -> None:
        await pool.takes(60.0, times=50)
        assert await pool.run(str) == ""

    async def test_a_pool_whose_threads_all_hang_refuses(self, pool: Pool) -> None:
        await pool.occupied()
        waiting = pool.queued(str)
        await turns()
        pool.stopwatch.now += 1.9
        second = pool.queued(str)
        await turns()
        assert pool.waiting == 2
        pool.stopwatch.now += 1.0
        with pytest.raises(Overloaded):
            await pool.run(str)
        for gate in pool.gates:
            gate.open()
        assert [await waiting, await second] == ["", ""]

    async def test_one_thread_that_hangs_is_not_all(self, pool: Pool) -> None:
        await pool.occupied()
        pool.gates[0].open()  # the other hangs on
        await pool.takes(0.01, times=50)
        pool.stopwatch.now += 3600
        last = Gate()
        pool.gates.append(last)
        pool.queued(last)
        await last.reached()
        waiting = [pool.queued(str) for _ in range(20)]
        await turns()
        assert pool.waiting == 20
        last.open()
        assert await asyncio.gather(*waiting) == [""] * 20

    async def test_a_burst_after_a_long_rest_is_taken(self, pool: Pool) -> None:
        await pool.takes(0.01, times=50)
        pool.stopwatch.now += 3600
        assert await asyncio.gather(*(pool.run(str) for _ in range(100))) == [""] * 100


class TestCancelling:
    async def test_a_call_not_yet_started_is_dropped(self, pool: Pool) -> None:
        tasks = await pool.occupied()
        called = threading.Event()
        waiting = asyncio.create_task(pool.run(called.set))
        await turns()
        assert pool.waiting == 1
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert pool.waiting == 0
        for gate in pool.gates:
            gate.open()
        await asyncio.gather(*tasks)
        await pool.run(str)
        assert not called.is_set()

    async def test_a_call_that_has_started_runs_to_its_end(self, pool: Pool) -> None:
        gate = Gate()
        ended = threading.Event()

        def call() -> None:
            gate()
            ended.set()
            raise ValueError("unheard")

        task = asyncio.create_task(pool.run(call))
        await gate.reached()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert pool.running == 1
        assert not ended.is_set()
        gate.open()
        assert await asyncio.to_thread(ended.wait, PATIENCE_S)

    async def test_a_deadline_is_a_timeout(self, pool: Pool) -> None:
        await pool.occupied()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0):
                await pool.run(str)
        assert pool.waiting == 0


class TestClosing:
    async def test_a_closed_pool_takes_nothing(self, pool: Pool) -> None:
        pool.close()
        with pytest.raises(ShuttingDown):
            await pool.run(str)

    async def test_those_that_run_end_and_those_that_wait_are_told(self, pool: Pool) -> None:
        running = await pool.occupied()
        called = threading.Event()
        waiting = asyncio.create_task(pool.run(called.set))
        await turns()
        closing = asyncio.create_task(asyncio.to_thread(pool.close))
        with pytest.raises(ShuttingDown):
            await waiting
        for gate in pool.gates:
            gate.open()
        await closing
        assert await asyncio.gather(*running) == ["done"] * SIZE
        assert not called.is_set()
        assert (pool.running, pool.waiting) == (0, 0)

    async def test_closing_twice_is_closing(self, pool: Pool) -> None:
        pool.close()
        pool.close()
