"""The table of rate limits."""

from datetime import timedelta

import pytest

from absense_server.adapters.rate_limits.memory import MemoryRateLimits
from absense_server.domain.people import Role
from absense_server.rpc.policy import AccessPolicy
from absense_server.rpc.rate_limits import ACCOUNTS, LIMITS, By, growing
from tests.rpc.test_policy import SERVICES
from tests.support.clock import HandClock

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def test_it_names_the_methods_of_the_contract_and_no_others() -> None:
    assert sorted(LIMITS) == sorted(AccessPolicy.from_services(SERVICES).rules)


def test_a_hall_behind_one_address_is_never_limited_by_address() -> None:
    """500 students, each with a few calls, within a minute."""
    for method, rules in LIMITS.items():
        for rule in rules:
            if rule.by is By.ADDRESS and method.startswith("/absense."):
                each = 6 if rule.limit.count >= 3000 else 1  # to register, or to ask for a mail, is done once
                assert rule.limit.count >= 500 * each, method
                assert rule.limit.per <= HOUR


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


def test_windows_are_whole_seconds() -> None:
    for method, rules in LIMITS.items():
        for rule in rules:
            assert rule.limit.per % timedelta(seconds=1) == timedelta(0), method


@pytest.mark.parametrize("count", [5, 10])
async def test_each_further_try_waits_longer_and_never_more_than_an_hour(clock: HandClock, count: int) -> None:
    counts = MemoryRateLimits(clock)
    rules = growing(By.USER, count)

    async def wait() -> timedelta | None:
        """Of one more try."""
        for number, rule in enumerate(rules):
            if (left := await counts.hit(str(number), rule.limit)) is not None:
                return left
        return None

    assert [await wait() for _ in range(count)] == [None] * count
    waits = []
    for _ in range(7):
        left = await wait()
        assert left is not None
        waits.append(left / MINUTE)
        clock.turn(left.total_seconds())
        assert await wait() is None, "who waits as told is let in"
    assert waits == [1, 1, 2, 4, 8, 16, 28]
    clock.turn(3600)
    assert [await wait() for _ in range(count)] == [None] * count, "nothing is held against anybody for good"
