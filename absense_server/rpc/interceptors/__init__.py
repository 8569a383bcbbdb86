"""What happens to every call before and after its servicer, one layer a module (DESIGN.md, §2)."""

from collections.abc import Mapping

import grpc.aio

from absense_server.ports.outside import AccessTokens, Clock, Ids, Revoked
from absense_server.ports.rate_limits import RateLimits
from absense_server.rpc.addresses import TrustedProxies
from absense_server.rpc.interceptors.access_log import AccessLog, Metrics, NoMetrics
from absense_server.rpc.interceptors.authorization import Authorization
from absense_server.rpc.interceptors.base import Interceptors
from absense_server.rpc.interceptors.error_mapping import ErrorMapping
from absense_server.rpc.interceptors.lifetime import Lifetime
from absense_server.rpc.interceptors.rate_limit import RateLimit
from absense_server.rpc.interceptors.request_id import RequestId
from absense_server.rpc.interceptors.sign_in import SignIn
from absense_server.rpc.interceptors.validation import Validation
from absense_server.rpc.policy import AccessPolicy
from absense_server.rpc.rate_limits import LIMITS, RateRule


def chain(
    *,
    policy: AccessPolicy,
    tokens: AccessTokens,
    revoked: Revoked,
    rate_limits: RateLimits,
    lifetime: Lifetime,
    clock: Clock,
    ids: Ids,
    proxies: TrustedProxies,
    metrics: Metrics | None = None,
    limits: Mapping[str, tuple[RateRule, ...]] = LIMITS,
) -> list[grpc.aio.ServerInterceptor]:
    """The interceptors of a server.

    Raises PolicyError where `limits` does not name every method of the policy.
    """
    layers = [
        RequestId(ids),
        AccessLog(metrics or NoMetrics()),
        ErrorMapping(),
        SignIn(policy, tokens, revoked, clock, proxies),
        Authorization(policy, clock),
        RateLimit(policy, limits, rate_limits),
        Validation(),
        lifetime,
    ]
    return [Interceptors(layers)]
