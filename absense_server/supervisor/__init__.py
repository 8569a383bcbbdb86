"""The parent of the server processes (DESIGN.md, Processes): starts them, and again those that end; drains them."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence

import structlog

from absense_server.supervisor.child import Child

_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 10.0
_STEADY = 30.0
"""Seconds after which a process that served is no longer suspected of ending again at once."""
_MARGIN = 10.0
"""Seconds beyond its grace that a process may take to end."""

log = structlog.get_logger()


class NotStarted(Exception):
    """A process ended before it served. It has said why."""


class Supervisor:
    """Keeps server processes running, one in each slot, until it is told to stop."""

    def __init__(
        self,
        commands: Sequence[Sequence[str]],
        *,
        grace_seconds: float,
        environment: Mapping[str, str] | None = None,
        ended: Callable[[int], None] = lambda _pid: None,
    ) -> None:
        """`commands`: one for each process; each gets `--lifeline` and a descriptor added (`lifeline`).

        `grace_seconds`: what a process needs to drain. `environment`: beside ours. `ended`: hears the pid of every
        process that has ended.
        """
        self._slots = [_Slot(number, command) for number, command in enumerate(commands)]
        self._longest_drain = grace_seconds + _MARGIN
        self._environment = environment or {}
        self._ended = ended
        self._stopping = asyncio.Event()
        self._restarting = asyncio.Lock()
        self._watchers: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Start the processes, the first one alone: what keeps it from serving is said once.

        Raises NotStarted when one of them does not come to serve; the others are stopped.
        """
        first, *others = self._slots
        try:
            await self._fill(first)
            await asyncio.gather(*map(self._fill, others))
        except NotStarted:
            await self.stop()
            raise

    async def restart(self) -> None:
        """Replace the processes one at a time: the new one serves before the old one drains.

        A new one that does not come to serve leaves the old one, and those after it, where they are.
        """
        async with self._restarting:
            for slot in self._slots:
                async with slot.lock:
                    if self._stopping.is_set():
                        return
                    old = slot.child
                    try:
                        await self._fill(slot)
                    except NotStarted:
                        if not self._stopping.is_set():
                            log.warning("the new process does not serve: the old ones go on", number=slot.number)
                        return
                    if old is not None:
                        await self._drain([old])

    async def stop(self) -> None:
        """Drain all processes at once; returns when every one has ended."""
        self._stopping.set()
        await self._drain(self._children())
        while self._watchers:
            await asyncio.wait(self._watchers)

    def kill(self) -> None:
        """End all processes at once, without draining; `stop` still has to reap them."""
        self._stopping.set()
        for child in self._children():
            child.kill()

    @property
    def pids(self) -> list[int]:
        """The processes that are to serve now."""
        return [slot.child.pid for slot in self._slots if slot.child is not None]

    def _children(self) -> list[Child]:
        return [child for slot in self._slots for child in slot.alive]

    async def _fill(self, slot: "_Slot") -> None:
        """Start a process for the slot, and wait until it serves. Raises NotStarted."""
        try:
            child = await Child.start(slot.command, self._environment)
        except OSError as error:
            log.warning("a server process cannot be started", number=slot.number, error=error.strerror)
            raise NotStarted from error
        slot.alive.add(child)
        watcher = asyncio.create_task(self._watch(slot, child))
        self._watchers.add(watcher)
        watcher.add_done_callback(self._watchers.discard)
        if self._stopping.is_set():
            child.dismiss()  # it was not among those that were told
        if not await child.serving():
            raise NotStarted
        slot.child = child
        log.info("server process started", number=slot.number, pid=child.pid)

    async def _watch(self, slot: "_Slot", child: Child) -> None:
        """See a process to its end, and put another in its place if it was not told to end."""
        status = await child.wait()
        slot.alive.discard(child)
        self._ended(child.pid)
        if child.dismissed or self._stopping.is_set() or not child.served:
            return
        log.error("server process ended: starting another", number=slot.number, pid=child.pid, status=status)
        async with slot.lock:
            if slot.child is child:
                await self._refill(slot, child)

    async def _refill(self, slot: "_Slot", lost: Child) -> None:
        slot.pause = _FIRST_PAUSE if lost.age > _STEADY else min(_LONGEST_PAUSE, 2 * slot.pause)
        while not await self._stops_within(slot.pause):
            try:
                await self._fill(slot)
            except NotStarted:
                if self._stopping.is_set():
                    return
                slot.pause = min(_LONGEST_PAUSE, 2 * slot.pause)
                log.warning("a server process does not start", number=slot.number, next_try_in_s=slot.pause)
            else:
                return

    async def _stops_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                return await self._stopping.wait()
        except TimeoutError:
            return False

    async def _drain(self, children: Iterable[Child]) -> None:
        children = list(children)
        for child in children:
            child.dismiss()
        if not children:
            return
        _, late = await asyncio.wait(
            [asyncio.ensure_future(child.wait()) for child in children], timeout=self._longest_drain
        )
        if late:
            log.error("server processes do not end by themselves: killed", number=len(late))
            for child in children:
                child.kill()
            await asyncio.wait(late)


class _Slot:
    """A place for one process; while it is replaced, two are alive."""

    def __init__(self, number: int, command: Sequence[str]) -> None:
        self.number = number
        self.command = command
        self.child: Child | None = None
        self.alive: set[Child] = set()
        self.lock = asyncio.Lock()
        self.pause = _FIRST_PAUSE / 2
