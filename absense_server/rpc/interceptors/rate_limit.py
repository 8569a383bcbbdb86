"""Refuses calls that come too often."""

from collections.abc import Mapping
from hashlib import blake2b
from ipaddress import ip_address
from typing import Any, Final, NamedTuple

from absense_server.domain.errors.calls import RateLimited
from absense_server.domain.people import Caller, normalize_email
from absense_server.ports.rate_limits import Limit, RateLimits
from absense_server.rpc.interceptors.base import Call, Interceptor, Proceed
from absense_server.rpc.policy import AccessPolicy, PolicyError
from absense_server.rpc.rate_limits import ACCOUNTS, AccountOf, By, RateRule

_LONGEST_ACCOUNT: Final = 256
"""More than the contract allows for anything that names an account."""


class _Counted(NamedTuple):
    key: str
    by: By
    limit: Limit
    together: bool


class RateLimit(Interceptor):
    """Counts every call under each rule of its method; the first rule that is used up refuses it."""

    def __init__(
        self,
        policy: AccessPolicy,
        table: Mapping[str, tuple[RateRule, ...]],
        counts: RateLimits,
        accounts: Mapping[str, AccountOf] = ACCOUNTS,
    ) -> None:
        """Raises PolicyError as check_table does."""
        check_table(policy, table, accounts)
        self._counts = counts
        self._accounts = accounts
        # Every rule has a key of its own, unless it is shared: methods and windows are counted apart.
        self._rules = {
            method: tuple(
                _Counted(f"{rule.shared or method}#{n}:", rule.by, rule.limit, rule.together)
                for n, rule in enumerate(table[method])
            )
            for method in policy.rules
        }
        self._by_message = frozenset(
            method
            for method, rules in self._rules.items()
            if any(rule.by in {By.ACCOUNT, By.ACCOUNT_AND_ADDRESS} for rule in rules)
        )

    async def around(self, call: Call, proceed: Proceed) -> Any:
        # Once, however many messages come; and before the message is there, unless it names the account.
        if call.method not in self._by_message:
            await self._count(call, None)
        return await proceed(call)

    async def on_message(self, call: Call, message: Any) -> None:
        if call.method in self._by_message:
            await self._count(call, message)

    async def _count(self, call: Call, message: Any) -> None:
        rules = self._rules.get(call.method)
        caller = call.caller
        if rules is None or caller is None:
            raise RuntimeError("rate limits come after sign-in and authorization")
        named = ((rule, self._whose(rule.by, call, caller, message)) for rule in rules)
        counted = [(rule, rule.key + whose) for rule, whose in named if whose is not None]
        together = [(key, rule.limit) for rule, key in counted if rule.together]
        waits = [await self._counts.wait(key, limit) for key, limit in together]
        if longest := max((wait for wait in waits if wait is not None), default=None):
            raise RateLimited(longest)
        for rule, key in counted:
            if (wait := await self._counts.hit(key, rule.limit)) is not None:
                raise RateLimited(wait)

    def _whose(self, by: By, call: Call, caller: Caller, message: Any) -> str | None:
        match by:
            case By.USER:
                return str(caller.id)
            case By.ADDRESS:
                return network_of(caller.address)
        account = self._accounts[call.method](message, call.metadata)
        if account is None:
            return None
        return _account_key(account) + (f"@{network_of(caller.address)}" if by is By.ACCOUNT_AND_ADDRESS else "")


def check_table(
    policy: AccessPolicy,
    table: Mapping[str, tuple[RateRule, ...]],
    accounts: Mapping[str, AccountOf] = ACCOUNTS,
) -> None:
    """Raises PolicyError unless each method of the policy has its limits, or is said to have none."""
    for method, access in policy.rules.items():
        rules = table.get(method)
        if rules is None:
            raise PolicyError(f"{method} is not in the table of rate limits: list it, with NO_LIMIT if need be.")
        for rule in rules:
            if rule.by is By.USER and access.public:
                raise PolicyError(f"{method} is public: there is no user to count its calls by.")
            if rule.by in {By.ACCOUNT, By.ACCOUNT_AND_ADDRESS} and method not in accounts:
                raise PolicyError(f"{method} is limited by account, but nobody says where its message names one.")


def network_of(address: str) -> str:
    """Whose an address is: for IPv6 the /64 network, which a single household has whole."""
    if ":" not in address:
        return address
    try:
        return ":".join(ip_address(address).exploded.split(":")[:4])
    except ValueError:
        return address


def _account_key(account: str) -> str:
    """Of a fixed length, whatever was sent: it has not been validated yet.

    Only its beginning counts: to normalize millions of characters would hold up everybody, and what is that long is
    refused by the next layer.
    """
    return blake2b(
        normalize_email(account[:_LONGEST_ACCOUNT]).encode("utf-8", "surrogatepass"), digest_size=16
    ).hexdigest()
