"""Calls counted together while that works, and apart while it does not."""

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import Context
from datetime import datetime, timedelta
from typing import Final

import structlog

from absense_server.adapters.rate_limits.memory import MemoryRateLimits
from absense_server.adapters.rate_limits.redis import RedisRateLimits
from absense_server.domain.errors.calls import BackendUnavailable
from absense_server.ports.outside import Clock
from absense_server.ports.rate_limits import Limit, RateLimits

_PAUSE: Final = timedelta(seconds=1)
_TRIAL: Final = "trial", Limit(1000, timedelta(seconds=1))
"""Counted to see whether counting works: more than a thousand processes never try within a second."""

log = structlog.get_logger()


class FallbackRateLimits:
    """Counts in Redis; while that is away or too slow, in this process.

    Then nobody is locked out and nobody waits: only the calls under way when it goes wait half a second, and whether
    it is back is tried beside the calls, at most once a second. Counts do not move between the two: around an outage
    a limit may be used more than once.
    """

    def __init__(self, shared: RedisRateLimits, clock: Clock) -> None:
        self._shared = shared
        self._own = MemoryRateLimits(clock)
        self._clock = clock
        self._away_since: datetime | None = None
        self._tried_at = clock.now()
        self._trial: asyncio.Task[None] | None = None

    async def hit(self, key: str, limit: Limit) -> timedelta | None:
        """See RateLimits."""
        return await self._ask(lambda counts: counts.hit(key, limit))

    async def wait(self, key: str, limit: Limit) -> timedelta | None:
        """See RateLimits."""
        return await self._ask(lambda counts: counts.wait(key, limit))

    async def _ask(self, question: Callable[[RateLimits], Awaitable[timedelta | None]]) -> timedelta | None:
        if self._away_since is None:
            try:
                return await question(self._shared)
            except BackendUnavailable as error:
                self._leave(error)
        else:
            self._try_again()
        return await question(self._own)

    async def close(self) -> None:
        """Let go of connections."""
        if self._trial is not None:
            self._trial.cancel()
            await asyncio.wait([self._trial])
        await self._shared.close()

    def _leave(self, error: BackendUnavailable) -> None:
        if self._away_since is None:  # the first of those that were under way
            self._away_since = self._tried_at = self._clock.now()
            # not its text, which is the server's and the library's
            cause = type(error.__cause__).__name__
            log.warning("calls are counted by each process alone: Redis is away", host=self._shared.host, cause=cause)

    def _try_again(self) -> None:
        now = self._clock.now()
        # also when the clock was put back
        if self._trial is None and abs(now - self._tried_at) >= _PAUSE:
            self._tried_at = now
            # the log would otherwise name the call that happened to come now
            self._trial = asyncio.create_task(self._try(), context=Context())

    async def _try(self) -> None:
        try:
            await self._shared.hit(*_TRIAL)
        except BackendUnavailable:
            return
        finally:
            self._trial = None
        log.info("calls are counted in Redis again", host=self._shared.host)
        self._away_since = None
