"""The machine's clock and randomness, and the environment that processes of ours get."""

import os
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

from uuid_utils.compat import uuid7


class SystemClock:
    """The machine's clock, in UTC."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class SystemIds:
    """Identifiers and text from the machine's randomness."""

    def new(self) -> UUID:
        """A UUIDv7; within one process each sorts after all before it, whichever thread asks.

        Within a millisecond a counter goes on, also when the clock steps back. Between processes the order is
        that of their clocks, to the millisecond.
        """
        return uuid7()

    def text(self, alphabet: str, length: int) -> str:
        """Random characters, each equally likely."""
        return "".join(secrets.choice(alphabet) for _ in range(length))


def environment_with(more: Mapping[str, str]) -> dict[str, str]:
    """The environment of this process, and `more`."""
    return {**os.environ, **more}
