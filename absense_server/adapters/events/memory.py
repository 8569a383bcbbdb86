"""An event bus within one process; between processes it is what each of them delivers with."""

import asyncio
import heapq
import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from uuid import UUID

from absense_server.ports.outside import Clock, Subscription

_Alarm = tuple[datetime, int, asyncio.Future[None]]
"""When, a number of its own (so that futures are never compared), who."""

_DEAD_ALARMS = 64


class MemoryEventBus:
    """Subscriptions by topic, and alarms in a heap.

    `publish` is for any thread; everything else belongs to the event loop that subscribes.

    A scheduler calls `tick` at `next_alarm` and looks at `next_alarm` again afterwards; `on_alarm`, when set,
    tells it (in the loop) of every alarm that comes before all others. A tick too early or too many does no
    harm.
    """

    def __init__(self, clock: Clock) -> None:
        self.on_alarm: Callable[[datetime], None] | None = None
        self._clock = clock
        self._loop: asyncio.AbstractEventLoop | None = None
        self._topics: dict[UUID, set[_Subscription]] = {}
        self._alarms: list[_Alarm] = []
        self._numbers = itertools.count()
        self._live_alarms = 0

    def publish(self, *topics: UUID) -> None:
        """Wake the subscribers of `topics`.

        Without a loop, or with a closed one, nobody listens. That is no event lost: who subscribes later
        reads later.
        """
        self._in_loop(self._deliver, topics)

    def wake_all(self) -> None:
        """Wake every subscriber, because something may have been missed. From any thread."""
        self._in_loop(self._deliver_everything)

    def start(self) -> None:
        """Begin to hear of other processes: within one there are none."""

    def stop(self) -> None:
        """End that."""

    @contextmanager
    def subscribe(self, topic: UUID) -> Iterator[Subscription]:
        """Hear of `topic` from now on: subscribe first, read then, or an event between the two is missed."""
        self._loop = asyncio.get_running_loop()
        subscription = _Subscription(self)
        self._topics.setdefault(topic, set()).add(subscription)
        try:
            yield subscription
        finally:
            listeners = self._topics[topic]
            listeners.discard(subscription)
            if not listeners:
                del self._topics[topic]

    def tick(self, now: datetime) -> None:
        """Wake those whose `until` has come."""
        while self._alarms and self._alarms[0][0] <= now:
            _wake(heapq.heappop(self._alarms)[2])

    @property
    def next_alarm(self) -> datetime | None:
        """The earliest `until` that somebody waits for."""
        while self._alarms and self._alarms[0][2].done():
            heapq.heappop(self._alarms)
        return self._alarms[0][0] if self._alarms else None

    async def wait(self, waiter: asyncio.Future[None], until: datetime | None) -> None:
        """Await `waiter`; the tick at `until` sets it if nobody did before."""
        if until is None:
            await waiter
        elif until > self._clock.now():
            self._live_alarms += 1
            try:
                self._set_alarm(until, waiter)
                await waiter
            finally:
                self._live_alarms -= 1

    def _set_alarm(self, until: datetime, waiter: asyncio.Future[None]) -> None:
        # Who hears an event before the alarm leaves it behind: cleared before it is most of the heap.
        if len(self._alarms) > 2 * self._live_alarms + _DEAD_ALARMS:
            self._alarms = [alarm for alarm in self._alarms if not alarm[2].done()]
            heapq.heapify(self._alarms)
        earliest = self.next_alarm
        heapq.heappush(self._alarms, (until, next(self._numbers), waiter))
        if self.on_alarm is not None and (earliest is None or until < earliest):
            self.on_alarm(until)

    def _in_loop(self, deliver: Callable[..., None], *args: object) -> None:
        if self._loop is not None:
            with suppress(RuntimeError):  # the loop is closed
                self._loop.call_soon_threadsafe(deliver, *args)

    def _deliver(self, topics: tuple[UUID, ...]) -> None:
        for topic in topics:
            for subscription in self._topics.get(topic, ()):
                subscription.hear()

    def _deliver_everything(self) -> None:
        for subscriptions in self._topics.values():
            for subscription in subscriptions:
                subscription.hear()


class _Subscription:
    def __init__(self, bus: MemoryEventBus) -> None:
        self._bus = bus
        self._heard = False
        self._waiters: set[asyncio.Future[None]] = set()

    def hear(self) -> None:
        self._heard = True
        for waiter in self._waiters:
            _wake(waiter)

    async def wait(self, until: datetime | None = None) -> None:
        if not self._heard:
            waiter = asyncio.get_running_loop().create_future()
            self._waiters.add(waiter)
            try:
                await self._bus.wait(waiter, until)
            finally:
                self._waiters.discard(waiter)
                waiter.cancel()  # its alarm, if one is left, is dead
        # Forgotten only here, when the wait comes back: one that is cancelled leaves the event to the next.
        self._heard = False


def _wake(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)
