"""Counting calls in Redis with the clock turned by hand."""

from types import SimpleNamespace

import limits.aio.storage.redis.redispy
import pytest

from absense_server.adapters.rate_limits import redis
from tests.support.clock import HandClock


def count_by_hand(monkeypatch: pytest.MonkeyPatch, clock: HandClock) -> None:
    """Whoever counts in Redis asks `clock`; what Redis forgets by itself goes by its own, an hour at most."""
    by_hand = SimpleNamespace(time=lambda: clock.now().timestamp())
    monkeypatch.setattr(redis, "time", by_hand)
    monkeypatch.setattr(limits.aio.storage.redis.redispy, "time", by_hand)
