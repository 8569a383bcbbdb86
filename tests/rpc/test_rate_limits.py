"""The table of rate limits."""

from datetime import timedelta

from absense_server.domain.people import Role
from absense_server.rpc.policy import AccessPolicy
from absense_server.rpc.rate_limits import ACCOUNTS, LIMITS, By
from tests.rpc.test_policy import SERVICES

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


def test_nobody_uses_up_for_a_whole_campus_what_keeps_it_going() -> None:
    for method in ("GetServerInfo", "RefreshToken"):
        assert By.ADDRESS not in {rule.by for rule in LIMITS[f"/absense.v1.AuthService/{method}"]}


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
