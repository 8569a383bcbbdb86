"""The event bus within a process: whatever the order of publish, wait and tick, no wake-up is lost."""

import asyncio
import gc
import threading
import weakref
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from absense_server.adapters.events.memory import MemoryEventBus
from absense_server.ports.outside import Subscription

NOW = datetime(2026, 11, 3, 9, tzinfo=UTC)
HALL, LAB = UUID(int=1), UUID(int=2)
SECOND = timedelta(seconds=1)


class HandClock:
    def __init__(self) -> None:
        self.time = NOW

    def now(self) -> datetime:
        return self.time


class Bus(MemoryEventBus):
    """With a clock turned by hand; `turn` also ticks."""

    def __init__(self) -> None:
        self.clock = HandClock()
        super().__init__(self.clock)

    def turn(self, by: timedelta) -> None:
        self.clock.time += by
        self.tick(self.clock.time)


@pytest.fixture
def bus() -> Bus:
    return Bus()


async def turns(count: int = 5) -> None:
    """Let every task go as far as it can."""
    for _ in range(count):
        await asyncio.sleep(0)


async def returns(subscription: Subscription, until: datetime | None = None) -> bool:
    """Whether a wait comes back by itself."""
    task = asyncio.create_task(subscription.wait(until))
    await turns()
    done = task.done()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return done


class TestEvents:
    async def test_wait_before_publish(self, bus: Bus) -> None:
        with bus.subscribe(HALL) as hall:
            waiting = asyncio.create_task(hall.wait())
            await turns()
            assert not waiting.done()
            bus.publish(HALL)
            await waiting

    async def test_publish_before_wait(self, bus: Bus) -> None:
        with bus.subscribe(HALL) as hall:
            bus.publish(HALL)
            await turns()
            assert await returns(hall)
            assert not await returns(hall)

    async def test_publish_and_wait_in_one_turn(self, bus: Bus) -> None:
        with bus.subscribe(HALL) as hall:
            bus.publish(HALL)
            await hall.wait()

    async def test_many_events_are_one(self, bus: Bus) -> None:
        with bus.subscribe(HALL) as hall:
            bus.publish(HALL, HALL)
            bus.publish(HALL)
            await turns()
            assert await returns(hall)
            assert not await returns(hall)

    async def test_an_event_while_the_last_is_worked_on_is_kept(self, bus: Bus) -> None:
        with bus.subscribe(HALL) as hall:
            bus.publish(HALL)
            await hall.wait()
            bus.publish(HALL)  # while the subscriber reads
            await turns()
            assert await returns(hall)

    async def test_an_event_between_the_wake_up_and_the_return_is_covered(self, bus: Bus) -> None:
        with bus.subscribe(HALL) as hall:
            waiting = asyncio.create_task(hall.wait())
            await turns()
            bus.publish(HALL)
            bus.publish(HALL)
            await waiting
            # the second came before the wait returned, so before whatever is read after it
            assert not await returns(hall)

    async def test_only_those_of_the_topic_hear(self, bus: Bus) -> None:
        with bus.subscribe(HALL) as hall, bus.subscribe(LAB) as lab:
            bus.publish(LAB)
            await turns()
            assert not await returns(hall)
            assert await returns(lab)
            bus.publish(HALL, LAB)
            await turns()
            assert await returns(hall)
            assert await returns(lab)

    async def test_each_subscription_hears_for_itself(self, bus: Bus) -> None:
        with ExitStack() as stack:
            subscriptions = [stack.enter_context(bus.subscribe(HALL)) for _ in range(300)]
            waiting = [asyncio.create_task(each.wait()) for each in subscriptions[:150]]
            await turns()
            bus.publish(HALL)
            await asyncio.gather(*waiting)
            for late in subscriptions[150:]:
                assert await returns(late)

    async def test_several_waits_on_one_subscription(self, bus: Bus) -> None:
        with bus.subscribe(HALL) as hall:
            waiting = [asyncio.create_task(hall.wait()) for _ in range(3)]
            await turns()
            bus.publish(HALL)
            await asyncio.gather(*waiting)
            assert not await returns(hall)

    async def test_from_another_thread(self, bus: Bus) -> None:
        with bus.subscribe(HALL) as hall:
            for _ in range(100):
                thread = threading.Thread(target=bus.publish, args=(HALL,))
                thread.start()
                await hall.wait()
                thread.join()

    async def test_threads_and_waits_in_any_order_lose_nothing(self, bus: Bus) -> None:
        """Each of four threads raises a number, then publishes; the subscriber must come to see every number."""
        numbers = [0] * 4
        barrier = threading.Barrier(4)

        def count(which: int) -> None:
            barrier.wait()
            for _ in range(500):
                numbers[which] += 1
                bus.publish(HALL)

        threads = [threading.Thread(target=count, args=(which,)) for which in range(4)]
        with bus.subscribe(HALL) as hall:
            for thread in threads:
                thread.start()
            seen = list(numbers)
            while seen != [500] * 4:
                await hall.wait()
                seen = list(numbers)
        for thread in threads:
            thread.join()


class TestNobodyListens:
    def test_without_a_loop(self, bus: Bus) -> None:
        bus.publish(HALL)

    def test_after_the_loop_has_closed(self, bus: Bus) -> None:
        async def listen() -> None:
            with bus.subscribe(HALL):
                pass

        asyncio.run(listen())
        bus.publish(HALL)

    def test_another_loop_after_the_first(self, bus: Bus) -> None:
        async def listen() -> None:
            with bus.subscribe(HALL) as hall:
                bus.publish(HALL)
                await hall.wait()

        asyncio.run(listen())
        asyncio.run(listen())

    async def test_after_the_subscription_has_ended(self, bus: Bus) -> None:
        with bus.subscribe(HALL):
            bus.publish(HALL)
        bus.publish(HALL)
        await turns()

    async def test_a_topic_that_nobody_follows_vanishes(self, bus: Bus) -> None:
        with bus.subscribe(HALL) as hall:
            with bus.subscribe(HALL), bus.subscribe(LAB):
                assert set(bus._topics) == {HALL, LAB}
            assert set(bus._topics) == {HALL}
            watched = weakref.ref(hall)
        assert bus._topics == {}
        del hall
        gc.collect()
        assert watched() is None

    async def test_it_vanishes_after_an_error_too(self, bus: Bus) -> None:
        with pytest.raises(ZeroDivisionError), bus.subscribe(HALL):
            raise ZeroDivisionError
        assert bus._topics == {}


class TestAlarms:
    async def test_tick_wakes_when_the_time_has_come(self, bus: Bus) -> None:
        with bus.subscribe(HALL) as hall:
            waiting = asyncio.create_task(hall.wait(NOW + SECOND))
            await turns()
            bus.turn(SECOND - timedelta(microseconds=1))
            await turns()
            assert not waiting.done()
            bus.turn(timedelta(microseconds=1))
            await waiting

    async def test_a_time_that_has_come_needs_no_tick(self, bus: Bus) -> None:
        with bus.subscribe(HALL) as hall:
            await hall.wait(NOW)
            await hall.wait(NOW - SECOND)
            bus.clock.time += SECOND
            await hall.wait(NOW + SECOND)
            assert bus.next_alarm is None

    async def test_waking_by_the_clock_uses_up_no_later_event(self, bus: Bus) -> None:
        with bus.subscribe(HALL) as hall:
            waiting = asyncio.create_task(hall.wait(NOW + SECOND))
            await turns()
            bus.turn(SECOND)
            await waiting
            bus.publish(HALL)
            await turns()
            assert await returns(hall)

    async def test_an_event_comes_before_the_alarm(self, bus: Bus) -> None:
        with bus.subscribe(HALL) as hall:
            waiting = asyncio.create_task(hall.wait(NOW + SECOND))
            await turns()
            bus.publish(HALL)
            await waiting
            assert bus.next_alarm is None
            bus.turn(SECOND)
            assert not await returns(hall)

    async def test_tick_and_event_at_once(self, bus: Bus) -> None:
        with bus.subscribe(HALL) as hall:
            waiting = asyncio.create_task(hall.wait(NOW + SECOND))
            await turns()
            bus.publish(HALL)
            bus.turn(SECOND)
            await waiting
            await turns()
            assert bus.next_alarm is None

    async def test_only_the_due_are_woken(self, bus: Bus) -> None:
        with ExitStack() as stack:
            tasks = {
                seconds: asyncio.create_task(stack.enter_context(bus.subscribe(HALL)).wait(NOW + seconds * SECOND))
                for seconds in (5, 1, 3, 2, 4)
            }
            await turns()
            for seconds in range(1, 6):
                assert bus.next_alarm == NOW + seconds * SECOND
                bus.turn(SECOND)
                await turns()
                assert {each for each, task in tasks.items() if task.done()} == set(range(1, seconds + 1))
            assert bus.next_alarm is None

    async def test_many_at_the_same_instant(self, bus: Bus) -> None:
        with ExitStack() as stack:
            tasks = [
                asyncio.create_task(stack.enter_context(bus.subscribe(HALL)).wait(NOW + SECOND)) for _ in range(300)
            ]
            await turns()
            bus.turn(SECOND)
            await asyncio.gather(*tasks)

    async def test_a_tick_with_nothing_due(self, bus: Bus) -> None:
        bus.tick(NOW)
        assert bus.next_alarm is None

    async def test_alarms_left_behind_are_cleared(self, bus: Bus) -> None:
        with bus.subscribe(HALL) as hall, bus.subscribe(LAB) as lab:
            # an earlier one that stays, so that the dead are never on top
            first = asyncio.create_task(lab.wait(NOW + SECOND))
            for number in range(2, 1000):
                waiting = asyncio.create_task(hall.wait(NOW + number * SECOND))
                await turns(1)
                bus.publish(HALL)
                await waiting
            assert len(bus._alarms) < 100
            assert bus.next_alarm == NOW + SECOND
            bus.turn(SECOND)
            await first

    async def test_the_scheduler_hears_of_every_new_earliest_alarm(self, bus: Bus) -> None:
        heard: list[datetime] = []
        bus.on_alarm = heard.append
        with ExitStack() as stack:
            tasks = []
            for seconds in (5, 7, 3, 3, 4, 1):
                subscription = stack.enter_context(bus.subscribe(HALL))
                tasks.append(asyncio.create_task(subscription.wait(NOW + seconds * SECOND)))
                await turns()
            assert heard == [NOW + seconds * SECOND for seconds in (5, 3, 1)]
            bus.publish(HALL)
            await asyncio.gather(*tasks)
            assert bus.next_alarm is None
            tasks = [asyncio.create_task(subscription.wait(NOW + 9 * SECOND))]
            await turns()
            assert heard[-1] == NOW + 9 * SECOND
            bus.turn(9 * SECOND)
            await asyncio.gather(*tasks)


class TestCancelling:
    async def test_a_cancelled_wait_leaves_nothing(self, bus: Bus) -> None:
        with bus.subscribe(HALL) as hall:
            assert not await returns(hall, NOW + SECOND)
            assert bus.next_alarm is None
            bus.turn(SECOND)
            bus.publish(HALL)
            await turns()
            assert await returns(hall)

    async def test_an_event_that_meets_a_cancellation_is_kept(self, bus: Bus) -> None:
        with bus.subscribe(HALL) as hall:
            waiting = asyncio.create_task(hall.wait())
            await turns()
            bus._deliver((HALL,))
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
            assert await returns(hall)

    async def test_a_timeout_loses_no_event(self, bus: Bus) -> None:
        with bus.subscribe(HALL) as hall:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0):
                    await hall.wait()
            bus.publish(HALL)
            await hall.wait()

    async def test_one_of_many_is_cancelled(self, bus: Bus) -> None:
        with bus.subscribe(HALL) as hall:
            one, other = (asyncio.create_task(hall.wait(NOW + SECOND)) for _ in range(2))
            await turns()
            one.cancel()
            await turns()
            assert bus.next_alarm == NOW + SECOND
            bus.turn(SECOND)
            await other

    async def test_a_scheduler_that_fails_leaves_nothing(self, bus: Bus) -> None:
        def fail(_: datetime) -> None:
            raise ZeroDivisionError

        bus.on_alarm = fail
        with bus.subscribe(HALL) as hall:
            with pytest.raises(ZeroDivisionError):
                await hall.wait(NOW + SECOND)
            assert bus.next_alarm is None


class Listener:
    """One who waits again and again, and what they ought to hear."""

    def __init__(self, bus: Bus, topic: UUID, subscription: Subscription) -> None:
        self.bus, self.topic, self.subscription = bus, topic, subscription
        self.unheard = False
        self.until: datetime | None = None
        self.task: asyncio.Task[None] | None = None

    def wait(self, seconds: int) -> None:
        if self.task is None:
            self.until = self.bus.clock.time + seconds * SECOND if seconds else None
            self.task = asyncio.create_task(self.subscription.wait(self.until))

    async def cancel(self) -> None:
        if self.task is not None:
            self.task.cancel()
            await asyncio.gather(self.task, return_exceptions=True)
            self.task = None

    def check(self) -> None:
        """The wait has come back if, and only if, there was an event or its time has come."""
        if self.task is not None:
            due = self.unheard or (self.until is not None and self.until <= self.bus.clock.time)
            assert self.task.done() == due
            if due:
                self.task, self.unheard = None, False


async def play(steps: list[tuple[str, int]]) -> None:
    bus = Bus()
    with ExitStack() as stack:
        topics = [HALL, HALL, LAB, LAB]
        listeners = [Listener(bus, topic, stack.enter_context(bus.subscribe(topic))) for topic in topics]
        for step, number in steps:
            match step:
                case "publish":
                    bus.publish(topics[number])
                    for listener in listeners:
                        listener.unheard |= listener.topic == topics[number]
                case "turn":
                    bus.turn(number * SECOND)
                case "wait":
                    listeners[number].wait(number)
                case _:
                    await listeners[number].cancel()
            await turns()
            for listener in listeners:
                listener.check()
            waiting = [listener.until for listener in listeners if listener.task and listener.until]
            assert bus.next_alarm == min(waiting, default=None)
        for listener in listeners:
            await listener.cancel()
        assert bus.next_alarm is None
    assert bus._topics == {}


@given(st.lists(st.tuples(st.sampled_from(["publish", "turn", "wait", "cancel"]), st.integers(0, 3)), max_size=40))
def test_any_order_of_steps(steps: list[tuple[str, int]]) -> None:
    asyncio.run(play(steps))
