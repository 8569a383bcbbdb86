"""Lets through who may call."""

from datetime import timedelta
from typing import Any, Final

from absense_server.domain.errors.accounts import NotSignedIn, RecentSignInRequired, WrongRole
from absense_server.ports.outside import Clock
from absense_server.rpc.interceptors.base import Call, Interceptor, Proceed
from absense_server.rpc.policy import AccessPolicy

RECENT: Final = timedelta(minutes=10)
"""How long a password given counts as just given."""


class Authorization(Interceptor):
    """Holds the caller against what the contract says of the method; an unknown method is nobody's."""

    def __init__(self, policy: AccessPolicy, clock: Clock) -> None:
        self._policy = policy
        self._clock = clock

    async def around(self, call: Call, proceed: Proceed) -> Any:
        rule = self._policy.rule(call.method)
        if rule is None:
            raise WrongRole
        if not rule.public:
            if call.claims is None:
                raise NotSignedIn
            if call.claims.role not in rule.roles:
                raise WrongRole
            if rule.recent_sign_in and self._clock.now() - call.claims.signed_in_at > RECENT:
                raise RecentSignInRequired
        return await proceed(call)
