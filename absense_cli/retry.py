"""Which calls may be made again, and after how long."""

from dataclasses import dataclass

import grpc

from absense_cli.errors import Failure

MAX_TRIES = 4
MAX_WAIT_SECONDS = 30.0
"""Longer than this nobody sits before a terminal: the sentence says when to come back."""
_FIRST_WAIT_SECONDS = 0.25
_REFUSED_BEFORE = {"RATE_LIMITED", "OVERLOADED", "SHUTTING_DOWN"}
"""The server had not begun with these."""


@dataclass
class Patience:
    """How often one call was tried, and how long was waited for it."""

    tries: int = 1
    waited: float = 0.0

    def wait(self, failure: Failure, *, safe: bool) -> float | None:
        """Seconds until the next try, None: give up. `safe`: doing it twice does what doing it once does."""
        told = failure.retry_after
        worth_it = failure.status is grpc.StatusCode.UNAVAILABLE or told is not None
        if self.tries >= MAX_TRIES or not worth_it or not (safe or failure.reason in _REFUSED_BEFORE):
            return None
        seconds = _FIRST_WAIT_SECONDS * 2 ** (self.tries - 1) if told is None else told
        if self.waited + seconds > MAX_WAIT_SECONDS:
            return None
        self.tries += 1
        self.waited += seconds
        return seconds
