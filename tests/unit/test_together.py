"""What several callers ask for is done at once, and nobody waits for company."""

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from contextvars import ContextVar
from datetime import timedelta
from types import SimpleNamespace

import pytest

from absense_server.adapters.threads import ThreadPool
from absense_server.adapters.together import Batches
from absense_server.domain.errors.calls import Overloaded, ShuttingDown
from tests.support.busy import every_thread_busy, waiting

MOST = 4
PATIENCE_S = 30


class Odd(Exception):
    """A number that is not even."""


class Halves:
    """Halves even numbers, on a thread of its own; what batches there were is noted."""

    def __init__(self) -> None:
        self.pool = ThreadPool("test", 1, timedelta(seconds=1))
        self.stopwatch = SimpleNamespace(now=1000.0)
        self.batches: list[list[int]] = []
        self.error: Exception | None = None
        self.entered, self.go_on = threading.Event(), threading.Event()
        self.go_on.set()
        self.halve = Batches[int, int](
            self.pool.run,
            self._halve,
            most=MOST,
            max_wait=timedelta(seconds=1),
            monotonic=lambda: self.stopwatch.now,
        )

    def _halve(self, numbers: Sequence[int]) -> Sequence[int | Exception]:
        self.batches.append(list(numbers))
        self.entered.set()
        assert self.go_on.wait(PATIENCE_S)
        if self.error is not None:
            raise self.error
        return [number // 2 if number % 2 == 0 else Odd(number) for number in numbers]

    async def asked(self, *numbers: int) -> "list[asyncio.Task[int]]":
        """Callers in line, each with a number."""
        tasks = [asyncio.create_task(self.halve(number)) for number in numbers]
        await asyncio.sleep(0)
        return tasks

    async def begun(self, *numbers: int) -> "list[asyncio.Task[int]]":
        """The same, whose batch a thread has taken up, and is at until `go_on` is set."""
        self.entered.clear()
        self.go_on.clear()
        tasks = await self.asked(*numbers)
        assert await asyncio.to_thread(self.entered.wait, PATIENCE_S)
        return tasks


@pytest.fixture
async def halves() -> AsyncIterator[Halves]:
    halves = Halves()
    yield halves
    halves.go_on.set()
    halves.pool.close()


async def test_one_alone_goes_at_once(halves: Halves) -> None:
    assert await halves.halve(2) == 1
    assert await halves.halve(4) == 2
    assert halves.batches == [[2], [4]]


async def test_those_who_come_meanwhile_go_together_in_their_order(halves: Halves) -> None:
    first = await halves.begun(2)
    rest = await halves.asked(4, 6, 8)
    assert halves.halve.waiting == 3
    halves.go_on.set()
    assert await asyncio.gather(*first, *rest) == [1, 2, 3, 4]
    assert halves.batches == [[2], [4, 6, 8]]
    assert halves.halve.waiting == 0


async def test_a_batch_takes_along_who_comes_while_it_waits_for_a_thread(halves: Halves) -> None:
    async with every_thread_busy(halves.pool):
        tasks = await halves.asked(2)
        await waiting(halves.pool, 1)
        tasks += await halves.asked(4)
    assert await asyncio.gather(*tasks) == [1, 2]
    assert halves.batches == [[2, 4]]


async def test_a_batch_has_an_end(halves: Halves) -> None:
    first = await halves.begun(0)
    rest = await halves.asked(*range(2, 20, 2))
    halves.go_on.set()
    assert await asyncio.gather(*first, *rest) == list(range(10))
    assert [len(batch) for batch in halves.batches] == [1, MOST, MOST, 1]


async def test_what_fails_for_one_is_nothing_to_the_others(halves: Halves) -> None:
    first = await halves.begun(2)
    rest = await halves.asked(4, 5, 6)
    halves.go_on.set()
    answers = await asyncio.gather(*first, *rest, return_exceptions=True)
    assert [answer if isinstance(answer, int) else type(answer) for answer in answers] == [1, 2, Odd, 3]


async def test_what_fails_as_a_whole_fails_for_all_of_that_batch(halves: Halves) -> None:
    halves.error = ZeroDivisionError()
    first = await halves.begun(2, 4)
    halves.go_on.set()
    assert {type(error) for error in await asyncio.gather(*first, return_exceptions=True)} == {ZeroDivisionError}
    halves.error = None
    assert await halves.halve(6) == 3


async def test_nobody_is_left_without_an_answer_when_there_are_too_few(halves: Halves) -> None:
    forgetful = Batches[int, int](
        halves.pool.run, lambda numbers: list(numbers)[1:], most=MOST, max_wait=timedelta(seconds=1)
    )
    came_of_it = await asyncio.gather(*map(forgetful, range(3)), return_exceptions=True)
    assert {type(one) for one in came_of_it} == {ValueError}


async def test_a_batch_is_in_nobodys_name(halves: Halves) -> None:
    """What it logs is not logged as the first caller's: it may go on for as long as claims keep coming."""
    caller: ContextVar[str] = ContextVar("caller")
    seen: list[str | None] = []

    def see(items: Sequence[int]) -> Sequence[int]:
        seen.append(caller.get(None))
        return items

    together: Batches[int, int] = halves.pool.together(see)
    caller.set("ama")
    await together(2)
    assert seen == [None]


async def test_who_has_gone_is_left_out(halves: Halves) -> None:
    first = await halves.begun(2)
    gone, stays = await halves.asked(4, 6)
    gone.cancel()
    await asyncio.sleep(0)
    halves.go_on.set()
    assert await asyncio.gather(*first, stays) == [1, 3]
    assert halves.batches == [[2], [6]]
    assert gone.cancelled()


async def test_who_goes_while_it_is_done_keeps_nobody_from_an_answer(halves: Halves) -> None:
    gone, stays = await halves.begun(2, 4)
    gone.cancel()
    await asyncio.sleep(0)
    halves.go_on.set()
    assert await stays == 2
    assert halves.batches == [[2, 4]]
    assert await halves.halve(6) == 3


async def test_who_would_wait_too_long_is_refused(halves: Halves) -> None:
    """By how long batches have taken, and by the one that goes on, once that has taken longer than a moment."""
    first = await halves.begun(2)
    rest = await halves.asked(4)
    halves.stopwatch.now += 1.5
    rest += await halves.asked(6)
    halves.stopwatch.now += 1
    with pytest.raises(Overloaded) as refusal:
        await halves.halve(8)
    assert refusal.value.retry_after == timedelta(seconds=2.5)
    halves.go_on.set()
    assert await asyncio.gather(*first, *rest) == [1, 2, 3]
    assert await halves.halve(8) == 4


async def test_the_longer_the_line_the_longer_the_wait(halves: Halves) -> None:
    halves.halve._mean = 0.4
    tasks = await halves.begun(0)
    tasks += await halves.asked(*range(2, 2 + 2 * MOST, 2))
    tasks += await halves.asked(2)  # behind the batch that goes on, and a full one: 0.8 s
    tasks += await halves.asked(*[2] * (MOST - 1))
    with pytest.raises(Overloaded):
        await halves.halve(2)
    halves.go_on.set()
    await asyncio.gather(*tasks)


async def test_closing_the_threads_lets_everybody_go(halves: Halves) -> None:
    async with every_thread_busy(halves.pool):
        tasks = await halves.asked(2, 4)
        await waiting(halves.pool, 1)
        closing = asyncio.create_task(asyncio.to_thread(halves.pool.close))
        answers = await asyncio.gather(*tasks, return_exceptions=True)
    await closing
    assert [type(answer) for answer in answers] == [ShuttingDown, ShuttingDown]
    assert halves.batches == []
    with pytest.raises(ShuttingDown):
        await halves.halve(6)


async def test_what_waits_is_counted_with_the_calls_of_the_pool(halves: Halves) -> None:
    together = halves.pool.together(halves._halve)
    async with every_thread_busy(halves.pool):
        tasks = [asyncio.create_task(together(number)) for number in (2, 4)]
        await waiting(halves.pool, 2)
    assert await asyncio.gather(*tasks) == [1, 2]
    assert halves.pool.waiting == 0
