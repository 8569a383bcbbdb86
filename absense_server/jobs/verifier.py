"""Works off the queue of selfies: takes, has them looked at side by side, writes verdicts in batches."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import timedelta

import structlog

from absense_server.domain.errors.base import DomainError
from absense_server.domain.ids import VerificationId
from absense_server.ports.findings import Verification
from absense_server.ports.outside import Clock, EventBus
from absense_server.services.verification import QUEUE, FaceVerification, Look

_POLL = timedelta(seconds=1)
"""How long a selfie may wait whose announcement was lost, and one whose pause is over."""
_PAUSE_SECONDS = 1.0
_READ_AHEAD = 2
"""Photographs in hand for each worker: one in it, one read and decrypted."""
_TAKEN_AT_ONCE = 8
"""From the queue, for each worker: every taking costs a transaction."""
_GATHER_SECONDS = 0.2
"""How long a verdict waits for those that are about to come: every writing costs a transaction too."""

log = structlog.get_logger()


class Verifier:
    """The dispatcher of one process. Several may work off one queue."""

    def __init__(self, verification: FaceVerification, events: EventBus, clock: Clock) -> None:
        self._verification = verification
        self._events = events
        self._clock = clock
        self._in_hand = _READ_AHEAD * verification.workers
        self._at_once = _TAKEN_AT_ONCE * verification.workers
        self._todo: asyncio.Queue[Verification] = asyncio.Queue(self._in_hand)
        self._done: asyncio.Queue[Look] = asyncio.Queue()
        self._held: set[VerificationId] = set()
        self._tasks: list[asyncio.Task[None]] = []
        self._delayed = False

    def start(self) -> None:
        """Begin, within the running event loop."""
        loops = [self._feed, self._finish, *[self._look] * self._in_hand]
        self._tasks = [asyncio.create_task(self._for_ever(loop)) for loop in loops]

    async def stop(self) -> None:
        """End, and give back what is in hand."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        held, self._held = self._held, set()
        try:
            await self._verification.give_back(held)
        except DomainError as error:
            log.warning("selfies not given back: they wait for the end of their lease", reason=error.reason)

    async def _for_ever(self, step: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await step()
            except DomainError as error:
                if not self._delayed:  # said once, and not every second of an outage
                    log.warning("verification delayed", reason=error.reason)
                self._delayed = True
                await asyncio.sleep(_PAUSE_SECONDS)
            except Exception:
                # one that breaks must not end the queue
                log.exception("verification failed")
                await asyncio.sleep(_PAUSE_SECONDS)

    async def _feed(self) -> None:
        with self._events.subscribe(QUEUE) as news:
            while True:
                # less those at which this process still is, though their lease may have run out
                taken = await self._verification.take(self._at_once, frozenset(self._held))
                self._held.update(one.id for one in taken)
                self._delayed = False
                for one in taken:
                    await self._todo.put(one)
                if not taken:
                    await news.wait(self._clock.now() + _POLL)

    async def _look(self) -> None:
        one = await self._todo.get()
        try:
            look = await self._verification.look(one)
        except Exception:
            self._held.discard(one.id)  # its lease gives it back, and is counted
            raise
        if look is None:
            self._held.discard(one.id)
        else:
            self._done.put_nowait(look)

    async def _finish(self) -> None:
        looks = [await self._done.get()]
        with suppress(TimeoutError):
            async with asyncio.timeout(_GATHER_SECONDS):
                while len(looks) < len(self._held):
                    looks.append(await self._done.get())
        finished = {look.of.id for look in looks}
        try:
            await self._write(looks)
        except Exception:
            self._held -= finished  # as above
            raise
        self._held -= finished

    async def _write_alone(self, look: Look) -> None:
        try:
            await self._verification.finish([look])
        except Exception:
            log.exception("a verdict not written", record=str(look.of.record_id))

    async def _write(self, looks: Sequence[Look]) -> None:
        try:
            await self._verification.finish(looks)
        except DomainError:
            raise
        except Exception:
            if len(looks) == 1:
                raise
            # one of them cannot be written: the others shall not suffer
            log.exception("verdicts not written together", number=len(looks))
            await asyncio.gather(*(self._write_alone(look) for look in looks))
