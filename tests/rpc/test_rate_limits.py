"""How calls are counted, with the clock turned by hand."""

from datetime import timedelta

import pytest

from absense_server.domain.people import Role
from absense_server.rpc.policy import AccessPolicy
from absense_server.rpc.rate_limits import (
    ACCOUNTS,
    LIMITS,
    By,
    Limit,
    MemoryRateLimits,
    RateLimits,
)
from tests.rpc.test_policy import SERVICES
from tests.support.clock import HandClock

TWO_A_MINUTE = Limit(2, timedelta(minutes=1))
MINUTE = timedelta(minutes=1)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def counts(clock: HandClock) -> RateLimits:
    return MemoryRateLimits(clock)


async def test_beyond_the_limit_one_has_to_wait(counts: RateLimits) -> None:
    assert await counts.hit("ama", TWO_A_MINUTE) is None
    assert await counts.hit("ama", TWO_A_MINUTE) is None
    wait = await counts.hit("ama", TWO_A_MINUTE)
    assert wait is not None
    assert timedelta(0) < wait <= MINUTE


async def test_keys_are_counted_apart(counts: RateLimits) -> None:
    for key in ("ama", "kofi", "ama", "kofi"):
        assert await counts.hit(key, TWO_A_MINUTE) is None
    assert await counts.hit("ama", TWO_A_MINUTE) is not None


async def test_the_window_moves(clock: HandClock) -> None:
    counts = MemoryRateLimits(clock)
    await counts.hit("ama", TWO_A_MINUTE)
    clock.turn(30)
    await counts.hit("ama", TWO_A_MINUTE)
    clock.turn(29)
    assert await counts.hit("ama", TWO_A_MINUTE) == timedelta(seconds=1)
    clock.turn(1)
    assert await counts.hit("ama", TWO_A_MINUTE) is None
    assert await counts.hit("ama", TWO_A_MINUTE) == timedelta(seconds=30)


async def test_waiting_as_long_as_said_is_enough(clock: HandClock) -> None:
    counts = MemoryRateLimits(clock)
    for _ in range(5):
        while (wait := await counts.hit("ama", TWO_A_MINUTE)) is None:
            clock.turn(0.1)
        clock.turn(wait.total_seconds())


async def test_what_was_refused_is_not_counted(clock: HandClock) -> None:
    counts = MemoryRateLimits(clock)
    for _ in range(10):
        await counts.hit("ama", TWO_A_MINUTE)
    clock.turn(60)
    assert await counts.hit("ama", TWO_A_MINUTE) is None


async def test_what_is_over_is_forgotten(clock: HandClock) -> None:
    counts = MemoryRateLimits(clock)
    for number in range(100):
        await counts.hit(f"minute {number}", TWO_A_MINUTE)
        await counts.hit(f"hour {number}", Limit(2, timedelta(hours=1)))
    clock.turn(61)
    await counts.hit("ama", TWO_A_MINUTE)
    assert len(counts._hits) == 101
    clock.turn(3600)
    await counts.hit("ama", TWO_A_MINUTE)
    assert list(counts._hits) == ["ama"]


async def test_there_are_never_too_many_keys(clock: HandClock) -> None:
    counts = MemoryRateLimits(clock, most_keys=3)
    for number in range(10):
        await counts.hit(str(number), TWO_A_MINUTE)
    assert list(counts._hits) == ["7", "8", "9"]


# The table


def test_the_table_names_the_methods_of_the_contract_and_no_others() -> None:
    assert sorted(LIMITS) == sorted(AccessPolicy.from_services(SERVICES).rules)


def test_a_hall_behind_one_address_is_never_limited_by_address() -> None:
    """500 students, each with a few calls, within a minute."""
    for method, rules in LIMITS.items():
        for rule in rules:
            if rule.by is By.ADDRESS and method.startswith("/absense."):
                each = 1 if method.endswith("/Register") else 6
                assert rule.limit.count / (rule.limit.per / MINUTE) >= 500 * each, method


def test_users_are_counted_one_by_one() -> None:
    for method, access in AccessPolicy.from_services(SERVICES).rules.items():
        if access.roles:
            assert {rule.by for rule in LIMITS[method]} == {By.USER}, method
            assert access.roles <= set(Role)


def test_accounts_are_named_where_they_are_counted() -> None:
    assert ACCOUNTS.keys() == {
        method
        for method, rules in LIMITS.items()
        if any(rule.by in {By.ACCOUNT, By.ACCOUNT_AND_ADDRESS} for rule in rules)
    }
