"""How calls are counted."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` calls within any time of length `per`, which is whole seconds."""

    count: int
    per: timedelta


class RateLimits(Protocol):
    """Counts calls."""

    async def hit(self, key: str, limit: Limit) -> timedelta | None:
        """Count a call under `key`, which always comes with the same limit; up to its first colon it names a rule.

        None when it is within the limit; else how long to wait, and the call is not counted.
        """
        ...

    async def wait(self, key: str, limit: Limit) -> timedelta | None:
        """What `hit` would return now; nothing is counted."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...
