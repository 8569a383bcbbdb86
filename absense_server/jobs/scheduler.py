"""When the server does things by itself. APScheduler says when; our Clock says what time it is."""

from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from absense_server.domain.errors.base import DomainError
from absense_server.ports.outside import Clock, EventBus, Threads
from absense_server.services.erasure import Erasure
from absense_server.services.revocations import Revocations
from absense_server.services.sessions import Sessions

_POLL_SECONDS = 1
_SEAL_SECONDS = 5
_SWEEP_SECONDS = 60
_RETENTION_SECONDS = 3600

log = structlog.get_logger()


class Jobs:
    """The jobs of one process. Each is idempotent and may run on every replica."""

    def __init__(
        self,
        *,
        events: EventBus,
        threads: Threads,
        clock: Clock,
        revocations: Revocations,
        sessions: Sessions,
        erasure: Erasure,
        housekeeping: Threads,
        on_revocations: Callable[[], None],
        watch_faces: Callable[[], Awaitable[None]],
    ) -> None:
        """`housekeeping`: threads that may be slow."""
        self._events = events
        self._threads = threads
        self._clock = clock
        self._revocations = revocations
        self._sessions = sessions
        self._erasure = erasure
        self._housekeeping = housekeeping
        self._on_revocations = on_revocations
        self._watch_faces = watch_faces
        self._scheduler = AsyncIOScheduler(
            timezone="UTC", job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1}
        )

    def start(self) -> None:
        """Begin, within the running event loop."""
        self._scheduler.add_job(self.poll_revocations, "interval", seconds=_POLL_SECONDS)
        self._scheduler.add_job(self.seal_ended, "interval", seconds=_SEAL_SECONDS)
        self._scheduler.add_job(self._watch_faces, "interval", seconds=_SEAL_SECONDS)
        self._scheduler.add_job(self.sweep, "interval", seconds=_SWEEP_SECONDS)
        self._scheduler.add_job(self.erase_old, "interval", seconds=_RETENTION_SECONDS)
        self._scheduler.add_job(self.erase_old)  # at once, too: a server may never run for an hour
        self._scheduler.start()
        if self._events.next_alarm is not None:
            self.arm(self._events.next_alarm)

    def stop(self) -> None:
        """End; what runs on a thread runs to its end."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def arm(self, instant: datetime) -> None:
        """Wake the streams that wait for `instant`, when it comes."""
        # two: the run that arms the next is not over when that one is due at once, and APScheduler would drop it
        self._scheduler.add_job(self._wake, "date", run_date=instant, id="wake", replace_existing=True, max_instances=2)

    def tick(self) -> None:
        """Wake the streams whose instant has come."""
        self._events.tick(self._clock.now())

    async def poll_revocations(self) -> None:
        """Learn which sign-ins have ended."""
        try:
            await self._threads.run(self._revocations.poll)
        except DomainError as error:
            log.warning("revocations not read", reason=error.reason)
        self._on_revocations()

    async def seal_ended(self) -> None:
        """Seal the sessions that have ended."""
        try:
            await self._threads.run(self._sessions.seal_ended)
        except DomainError as error:
            log.warning("sessions not sealed", reason=error.reason)

    async def sweep(self) -> None:
        """Delete the blobs whose rows are gone."""
        try:
            await self._housekeeping.run(self._erasure.sweep)
        except DomainError as error:
            log.warning("blobs not swept", reason=error.reason)

    async def erase_old(self) -> None:
        """Erase the photographs and faces whose time is over."""
        try:
            self._events.publish(*await self._housekeeping.run(self._erasure.erase_old))
        except DomainError as error:
            log.warning("old photographs not erased", reason=error.reason)
        await self.sweep()

    async def _wake(self) -> None:
        self.tick()
        if self._events.next_alarm is not None:
            self.arm(self._events.next_alarm)
