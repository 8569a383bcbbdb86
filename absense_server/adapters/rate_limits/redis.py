"""Calls counted in Redis, for all processes that use it together."""

import asyncio
import math
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from absense_server.adapters.extras import ExtraMissing
from absense_server.domain.errors.calls import BackendUnavailable
from absense_server.ports.rate_limits import Limit

if TYPE_CHECKING:
    from limits import WindowStats

_PREFIX: Final = "absense"
_CONNECTIONS: Final = 8
"""More would not be faster: the client costs more time than Redis."""
_ANSWER_SECONDS: Final = 0.5
"""For all of a hit: waiting for a connection, making it, being answered."""
_ROUNDING: Final = timedelta(milliseconds=1)


class RedisRateLimits:
    """Counts exactly, in a moving window, with the library `limits`: a list of times for each key, in one script.

    The times are those of the machines that ask: as far as their clocks differ, windows are longer or shorter. A hit
    costs this process 0.1 ms and Redis 0.04 ms, a refused one twice that (measured). The keys say nothing of whom
    they are about, and expire with their window. For one event loop.

    Raises ExtraMissing when the packages are not there.
    """

    def __init__(self, url: str, key: bytes) -> None:
        """`url`: redis://, rediss:// or unix://, as settings check it. `key`: 32 bytes, for the hashes of keys."""
        try:
            # they come with an extra, take a while to import, and everything else must work without them
            from limits import RateLimitItemPerSecond  # noqa: PLC0415
            from limits.aio.storage import RedisStorage  # noqa: PLC0415
            from limits.aio.strategies import MovingWindowRateLimiter  # noqa: PLC0415
            from redis.asyncio import BlockingConnectionPool  # noqa: PLC0415
            from redis.asyncio.retry import Retry  # noqa: PLC0415
            from redis.backoff import NoBackoff  # noqa: PLC0415
            from redis.exceptions import RedisError  # noqa: PLC0415
            from redis.maint_notifications import MaintNotificationsConfig  # noqa: PLC0415
        except ImportError as error:
            raise ExtraMissing("Counting calls in Redis needs packages of its own", "redis") from error
        self.host = host_of(url)
        self._key = key
        self._failures: tuple[type[Exception], ...] = (RedisError, OSError, TimeoutError)
        self._pool = BlockingConnectionPool.from_url(
            url,
            max_connections=_CONNECTIONS,
            # one time limit, around it all; and who asks does better than to ask again
            timeout=None,
            socket_timeout=None,
            socket_connect_timeout=None,
            retry=Retry(NoBackoff(), 0),
            # while the client listens for these, it does not notice that a connection is gone before it uses it
            maint_notifications_config=MaintNotificationsConfig(enabled=False),
        )
        pool: Any = self._pool  # the library passes on what its types do not know
        storage = RedisStorage("async+redis://", implementation="redispy", key_prefix=_PREFIX, connection_pool=pool)
        self._limiter = MovingWindowRateLimiter(storage)

        @lru_cache
        def item(limit: Limit) -> RateLimitItemPerSecond:
            return RateLimitItemPerSecond(limit.count, math.ceil(limit.per.total_seconds()), namespace="calls")

        self._item = item

    async def hit(self, key: str, limit: Limit) -> timedelta | None:
        """See RateLimits. Raises BackendUnavailable, within half a second."""
        item, name = self._item(limit), self._name(key)
        async with self._answering():
            if await self._limiter.hit(item, name):
                return None
            window = await self._limiter.get_window_stats(item, name)
        if window.remaining:
            return _ROUNDING  # the first of those that count has just left the window
        return _left(window, limit)

    async def wait(self, key: str, limit: Limit) -> timedelta | None:
        """See RateLimits. Raises BackendUnavailable, within half a second."""
        async with self._answering():
            window = await self._limiter.get_window_stats(self._item(limit), self._name(key))
        return None if window.remaining else _left(window, limit)

    def _name(self, key: str) -> str:
        return blake2b(key.encode("utf-8", "surrogatepass"), digest_size=16, key=self._key).hexdigest()

    @asynccontextmanager
    async def _answering(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                yield
        except self._failures as error:
            raise BackendUnavailable from error

    async def close(self) -> None:
        """Let go of connections."""
        await self._pool.disconnect()


def _left(window: "WindowStats", limit: Limit) -> timedelta:
    # where our clock was put back the times lie ahead of us; but Redis forgets a key by its own clock
    return min(timedelta(seconds=window.reset_time - time.time()), limit.per) + _ROUNDING


def host_of(url: str) -> str:
    """Where the Redis of a URL is, with no credentials: host and port, or a path."""
    parts = urlsplit(url)
    return parts.path if parts.scheme == "unix" else f"{parts.hostname}:{parts.port or 6379}"
