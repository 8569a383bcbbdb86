"""Who counts calls."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta

from absense_server.adapters.extras import ExtraMissing
from absense_server.adapters.rate_limits.redis import RedisRateLimits
from absense_server.checkup.findings import Finding
from absense_server.domain.errors.calls import BackendUnavailable
from absense_server.ports.rate_limits import Limit
from absense_server.settings import Settings


def rate_limits(settings: Settings) -> Iterator[Finding]:
    """Whether processes count together."""
    url = settings.redis_url.get_secret_value()
    if not url:
        if settings.processes == 1:
            yield Finding(ok=True, text="rate limits: calls are counted in this one process")
        else:
            text = (
                f"rate limits: each of {settings.processes} processes counts calls alone; set REDIS_URL to share them"
            )
            yield Finding(ok=False, text=text)
        return
    try:
        counts = RedisRateLimits(url, key=b"doctor")
    except ExtraMissing as error:
        yield Finding(ok=False, text=f"rate limits: {error}", fatal=True)
        return
    try:
        asyncio.run(_count_once(counts))
    except BackendUnavailable as error:
        cause = type(error.__cause__).__name__
        text = (
            f"rate limits: Redis at {counts.host} does not count ({cause}): each process does, alone; check REDIS_URL"
        )
        yield Finding(ok=False, text=text)
    else:
        yield Finding(ok=True, text=f"rate limits: calls are counted in Redis at {counts.host}")


async def _count_once(counts: RedisRateLimits) -> None:
    try:
        await counts.hit("doctor", Limit(1000, timedelta(seconds=1)))
    finally:
        await counts.close()
