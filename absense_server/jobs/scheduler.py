"""What the server does by itself, and when: APScheduler says when."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from absense_server.domain.errors.base import DomainError
from absense_server.ports.outside import EventBus, Threads
from absense_server.services.account_erasure import AccountErasure
from absense_server.services.audit_log import AuditLog, LogNotSealable
from absense_server.services.day_figures import DailyFigures
from absense_server.services.erasure import Erasure
from absense_server.services.mail_delivery import MailDelivery
from absense_server.services.old_sign_ins import OldSignIns
from absense_server.services.orphans import Orphans, OrphanSweep
from absense_server.services.registration import Registration
from absense_server.services.revocations import Revocations
from absense_server.services.sessions import Sessions

_POLL_SECONDS = 1
_HEALTH_SECONDS = 2
_SEAL_SECONDS = 5
_LOG_SECONDS = 2
_LOG_BATCHES = 10
_SWEEP_SECONDS = 60
_FIGURES_SECONDS = 60
_RETENTION_SECONDS = 3600

log = structlog.get_logger()


class Jobs:
    """The jobs of one process. Each is idempotent and may run on every replica."""

    def __init__(
        self,
        *,
        events: EventBus,
        threads: Threads,
        revocations: Revocations,
        sessions: Sessions,
        erasure: Erasure,
        account_erasure: AccountErasure,
        orphans: OrphanSweep,
        registration: Registration,
        old_sign_ins: OldSignIns,
        mails: MailDelivery,
        audit_log: AuditLog,
        daily_figures: DailyFigures,
        housekeeping: Threads,
        on_revocations: Callable[[], None],
        watch_health: Callable[[], Awaitable[None]],
    ) -> None:
        """`housekeeping`: threads that may be slow."""
        self._events = events
        self._threads = threads
        self._revocations = revocations
        self._sessions = sessions
        self._erasure = erasure
        self._account_erasure = account_erasure
        self._orphans = orphans
        self._registration = registration
        self._old_sign_ins = old_sign_ins
        self._mails = mails
        self._audit_log = audit_log
        self._daily_figures = daily_figures
        self._housekeeping = housekeeping
        self._on_revocations = on_revocations
        self._watch_health = watch_health
        self._running: set[asyncio.Future[None]] = set()
        self._failing: set[str] = set()
        self._scheduler = AsyncIOScheduler(
            timezone="UTC", job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1}
        )

    def start(self) -> None:
        """Begin, within the running event loop."""
        self._every(_POLL_SECONDS, self.poll_revocations)
        self._every(_SEAL_SECONDS, self.seal_ended)
        self._every(_LOG_SECONDS, self.seal_log)
        self._every(_HEALTH_SECONDS, self._watch_health)
        self._every(_SWEEP_SECONDS, self.sweep)
        self._every(_FIGURES_SECONDS, self.refresh_figures)
        for job in (
            self.erase_old,
            self.erase_identities,
            self.sweep_orphans,
            self.expire_registrations,
            self.remove_old_sign_ins,
            self.forget_tokens,
        ):
            self._every(_RETENTION_SECONDS, job)
            self._scheduler.add_job(self._run, args=[job])  # at once, too: a server may never run for an hour
        self._scheduler.start()

    async def stop(self) -> None:
        """Begin nothing new, and wait for what runs: the scheduler would report what it cuts short as an error."""
        if self._scheduler.running:
            self._scheduler.remove_all_jobs()
            await asyncio.gather(*self._running)
            self._scheduler.shutdown(wait=False)

    def _every(self, seconds: float, job: Callable[[], Awaitable[None]]) -> None:
        self._scheduler.add_job(self._run, "interval", seconds=seconds, args=[job])

    async def _run(self, job: Callable[[], Awaitable[None]]) -> None:
        done = asyncio.get_running_loop().create_future()
        self._running.add(done)
        try:
            await job()
        finally:
            done.set_result(None)
            self._running.discard(done)

    @contextmanager
    def _told_once(self, failure: str) -> Iterator[None]:
        """Log what fails once, and not at every run of an outage."""
        try:
            yield
        except DomainError as error:
            if failure not in self._failing:
                log.warning(failure, reason=error.reason)
            self._failing.add(failure)
        except LogNotSealable as error:
            if failure not in self._failing:
                log.error(failure, why=str(error), help="see README.md, Audit log")  # noqa: TRY400 - it says all
            self._failing.add(failure)
        else:
            self._failing.discard(failure)

    async def poll_revocations(self) -> None:
        """Learn which sign-ins have ended."""
        with self._told_once("revocations not read"):
            await self._threads.run(self._revocations.poll)
        self._on_revocations()

    async def seal_ended(self) -> None:
        """Seal the sessions that have ended."""
        with self._told_once("sessions not sealed"):
            await self._threads.run(self._sessions.seal_ended)

    async def seal_log(self) -> None:
        """Seal the audit events that are not; of a long backlog some each time."""
        with self._told_once("audit events not sealed"):
            for _ in range(_LOG_BATCHES):
                if not await self._threads.run(self._audit_log.seal):
                    break

    async def sweep(self) -> None:
        """Delete the blobs whose rows are gone."""
        with self._told_once("blobs not swept"):
            await self._housekeeping.run(self._erasure.sweep)

    async def erase_old(self) -> None:
        """Erase the photographs and faces whose time is over."""
        with self._told_once("old photographs not erased"):
            self._events.publish(*await self._housekeeping.run(self._erasure.erase_old))
        await self.sweep()

    async def expire_registrations(self) -> None:
        """Delete the accounts whose addresses were not confirmed in time."""
        with self._told_once("unconfirmed accounts not deleted"):
            await self._housekeeping.run(self._registration.expire)

    async def remove_old_sign_ins(self) -> None:
        """Delete what is over of sign-ins."""
        with self._told_once("old sign-ins not removed"):
            await self._housekeeping.run(self._old_sign_ins.remove)

    async def forget_tokens(self) -> None:
        """Delete the tokens of mails whose time is over."""
        with self._told_once("old tokens not deleted"):
            await self._housekeeping.run(self._mails.remove_expired)

    async def refresh_figures(self) -> None:
        """Make the figures of days that are due."""
        with self._told_once("figures of days not made"):
            await self._housekeeping.run(self._daily_figures.refresh)

    async def erase_identities(self) -> None:
        """Erase who the erased were, where no open term needs it any more."""
        with self._told_once("identities not erased"):
            await self._housekeeping.run(self._account_erasure.erase_identities)

    async def sweep_orphans(self) -> None:
        """Delete the photographs that no row names, if no process has done so within a day."""
        orphans: Orphans | None = None
        with self._told_once("orphans not swept"):
            orphans = await self._housekeeping.run(self._orphans.daily)
        if orphans is not None and orphans.suspicious:
            log.error(
                "photographs that no row names are left alone: is the storage another database's?",
                number=len(orphans.names),
                kept=orphans.kept,
                help="see `absense-server orphans --help`",
            )
        elif orphans is not None and orphans.names:
            log.info("orphans swept", number=len(orphans.names))
