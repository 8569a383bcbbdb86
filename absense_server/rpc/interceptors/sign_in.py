"""Finds out who calls."""

from typing import Any

from absense_server.domain.errors.accounts import SignInEnded, TokenExpired, TokenInvalid
from absense_server.domain.errors.calls import BackendUnavailable
from absense_server.domain.people import Caller
from absense_server.ports.outside import AccessClaims, AccessTokens, Clock, Revoked
from absense_server.rpc.addresses import TrustedProxies
from absense_server.rpc.calls import bearer_token, set_caller
from absense_server.rpc.interceptors.base import Call, Interceptor, Proceed
from absense_server.rpc.policy import AccessPolicy


class SignIn(Interceptor):
    """Reads the access token and sets the caller; whether the caller may is the next layer's question.

    Where anyone may call, a token is used if it is good and ignored if not: whoever signs in again because
    the old token is no longer good may well send it along.
    """

    def __init__(
        self, policy: AccessPolicy, tokens: AccessTokens, revoked: Revoked, clock: Clock, proxies: TrustedProxies
    ) -> None:
        self._policy = policy
        self._tokens = tokens
        self._revoked = revoked
        self._clock = clock
        self._proxies = proxies

    async def around(self, call: Call, proceed: Proceed) -> Any:
        call.claims = self._claims(call)
        address = self._proxies.address_of(call.context.peer(), call.metadata)
        if call.claims is None:
            call.caller = Caller(call.request_id, address)
        else:
            call.caller = Caller(
                call.request_id,
                address,
                call.claims.user_id,
                call.claims.sign_in_id,
                call.claims.role,
                call.claims.signed_in_at,
            )
        set_caller(call.caller)
        return await proceed(call)

    def _claims(self, call: Call) -> AccessClaims | None:
        token = bearer_token(call.metadata)
        if token is None:
            return None
        try:
            return self._read(token)
        except (TokenInvalid, TokenExpired, SignInEnded, BackendUnavailable):
            rule = self._policy.rule(call.method)
            if rule is not None and rule.public:
                return None
            raise

    def _read(self, token: str) -> AccessClaims:
        now = self._clock.now()
        claims = self._tokens.read(token, now)
        if self._revoked.is_revoked(claims, now):
            raise SignInEnded
        return claims
