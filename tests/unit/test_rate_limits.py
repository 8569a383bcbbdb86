"""What only counting in this process has to take care of; tests/integration/test_rate_limits.py has the rest."""

from datetime import timedelta

from absense_server.adapters.rate_limits.memory import MemoryRateLimits
from absense_server.ports.rate_limits import Limit
from tests.support.clock import HandClock

TWO_A_MINUTE = Limit(2, timedelta(minutes=1))


def keys_of(counts: MemoryRateLimits) -> list[str]:
    return [key for hits in counts._rules.values() for key in hits]


async def test_what_is_over_is_forgotten(clock: HandClock) -> None:
    counts = MemoryRateLimits(clock)
    for number in range(100):
        await counts.hit(f"minute {number}", TWO_A_MINUTE)
        await counts.hit(f"hour {number}", Limit(2, timedelta(hours=1)))
    clock.turn(61)
    await counts.hit("ama", TWO_A_MINUTE)
    assert len(keys_of(counts)) == 101
    clock.turn(3600)
    await counts.hit("ama", TWO_A_MINUTE)
    assert keys_of(counts) == ["ama"]


async def test_a_clock_that_is_put_back_locks_nobody_out(clock: HandClock) -> None:
    counts = MemoryRateLimits(clock)
    for _ in range(2):
        assert await counts.hit("ama", TWO_A_MINUTE) is None
    clock.turn(-24 * 3600)
    assert await counts.hit("ama", TWO_A_MINUTE) == timedelta(minutes=1)
    clock.turn(60)
    assert await counts.hit("ama", TWO_A_MINUTE) is None


async def test_there_are_never_too_many_keys(clock: HandClock) -> None:
    counts = MemoryRateLimits(clock, most_keys=3)
    for number in range(10):
        await counts.hit(f"rule:{number}", TWO_A_MINUTE)
    assert keys_of(counts) == ["rule:7", "rule:8", "rule:9"]


async def test_keys_that_somebody_makes_up_push_out_none_of_another_rule(clock: HandClock) -> None:
    counts = MemoryRateLimits(clock, most_keys=100)
    for _ in range(2):
        assert await counts.hit("Login#0:ama", TWO_A_MINUTE) is None
    for number in range(1000):
        assert await counts.hit(f"RefreshToken#0:{number}", TWO_A_MINUTE) is None
    assert len(keys_of(counts)) == 100
    assert await counts.hit("Login#0:ama", TWO_A_MINUTE) == timedelta(minutes=1)
