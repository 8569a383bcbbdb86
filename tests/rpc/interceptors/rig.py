"""A tiny server with the whole chain, whose handlers a test writes, and a client that reports all it saw."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Self
from uuid import UUID

import grpc
import grpc.aio
from google.rpc import error_details_pb2, status_pb2

from absense.v1.auth_service_pb2 import LoginRequest, LoginResponse
from absense_server.adapters.rate_limits.memory import MemoryRateLimits
from absense_server.domain.errors.accounts import TokenExpired, TokenInvalid
from absense_server.domain.ids import SignInId, UserId
from absense_server.domain.people import Role
from absense_server.ports.outside import AccessClaims
from absense_server.ports.rate_limits import RateLimits
from absense_server.rpc.addresses import TrustedProxies
from absense_server.rpc.interceptors import chain
from absense_server.rpc.interceptors.lifetime import Lifetime
from absense_server.rpc.policy import AccessPolicy, AccessRule
from absense_server.rpc.rate_limits import NO_LIMIT, RateRule
from tests.support.clock import HandClock

UNARY_UNARY, UNARY_STREAM, STREAM_UNARY, STREAM_STREAM = KINDS = (
    "UnaryUnary",
    "UnaryStream",
    "StreamUnary",
    "StreamStream",
)
SERVICE = "test.Kinds"

# What a handler of any kind does, written once: the kinds that take or give one message take the first, give the last.
Body = Callable[[AsyncIterator[LoginRequest], Any], AsyncIterator[LoginResponse]]
Metadata = Sequence[tuple[str, str]]


def path(kind: str) -> str:
    return f"/{SERVICE}/{kind}"


def request(login: str = "ama", **fields: Any) -> LoginRequest:
    return LoginRequest(login=login, password="secret", **fields)


def response(text: str) -> LoginResponse:
    return LoginResponse(access_token=text)


async def echo(requests: AsyncIterator[LoginRequest], context: Any) -> AsyncIterator[LoginResponse]:
    async for message in requests:
        yield response(message.login)


class CountingIds:
    def __init__(self) -> None:
        self.count = 0

    def new(self) -> UUID:
        self.count += 1
        return UUID(int=self.count)

    def text(self, alphabet: str, length: int) -> str:
        return alphabet[0] * length


class ListedTokens:
    def __init__(self) -> None:
        self.claims: dict[str, AccessClaims] = {}

    def write(self, claims: AccessClaims) -> str:
        token = f"token-{len(self.claims)}"
        self.claims[token] = claims
        return token

    def read(self, token: str, now: datetime) -> AccessClaims:
        if token not in self.claims:
            raise TokenInvalid
        if now >= self.claims[token].expires_at:
            raise TokenExpired
        return self.claims[token]


class ListedRevoked:
    def __init__(self) -> None:
        self.ended: set[SignInId] = set()
        self.fault: Exception | None = None

    def is_revoked(self, claims: AccessClaims, now: datetime) -> bool:
        if self.fault:
            raise self.fault
        return claims.sign_in_id in self.ended


class HeardMetrics:
    """Tells a test when the server is through with a call, which is after the client has its answer."""

    def __init__(self) -> None:
        self._calls: asyncio.Queue[tuple[str, str]] = asyncio.Queue()

    def observed(self, method: str, code: str, seconds: float) -> None:
        assert seconds >= 0
        self._calls.put_nowait((method, code))

    async def next(self) -> tuple[str, str]:
        """The next call that is through, and the code it ended with."""
        return await self._calls.get()


@dataclass
class Outcome:
    """All that a client saw of a call."""

    code: grpc.StatusCode
    details: str
    responses: list[str]
    initial: dict[str, Any]
    trailing: dict[str, Any]

    @property
    def status(self) -> status_pb2.Status:
        return status_pb2.Status.FromString(self.trailing["grpc-status-details-bin"])

    def detail(self, kind: Any) -> Any:
        message = kind()
        found = [detail for detail in self.status.details if detail.Unpack(message)]
        return message if found else None

    @property
    def reason(self) -> str:
        if "grpc-status-details-bin" not in self.trailing:
            return ""
        info = self.detail(error_details_pb2.ErrorInfo)
        assert info.domain == "absense"
        assert (self.status.code, self.status.message) == (self.code.value[0], self.details)
        return str(info.reason)

    @property
    def violations(self) -> dict[str, str]:
        bad_request = self.detail(error_details_pb2.BadRequest)
        return {violation.field: violation.description for violation in bad_request.field_violations}


@dataclass
class Rig:
    """The server's insides, within a test's reach."""

    clock: HandClock = field(default_factory=HandClock)
    ids: CountingIds = field(default_factory=CountingIds)
    tokens: ListedTokens = field(default_factory=ListedTokens)
    revoked: ListedRevoked = field(default_factory=ListedRevoked)
    metrics: HeardMetrics = field(default_factory=HeardMetrics)
    rules: dict[str, AccessRule] = field(
        default_factory=lambda: {path(kind): AccessRule(public=True) for kind in KINDS}
    )
    limits: dict[str, tuple[RateRule, ...]] = field(default_factory=dict)
    unlisted: set[str] = field(default_factory=set)
    """Methods that the table of limits forgets."""
    rate_limits: RateLimits | None = None
    proxies: TrustedProxies = field(default_factory=TrustedProxies)
    body: Body = echo
    more_handlers: Callable[[grpc.aio.Server], object] = lambda server: None

    def __post_init__(self) -> None:
        self.lifetime = Lifetime(self.revoked, self.clock)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Self]:
        counts = self.rate_limits or MemoryRateLimits(self.clock)
        self.policy = AccessPolicy(self.rules)
        interceptors = chain(
            policy=self.policy,
            tokens=self.tokens,
            revoked=self.revoked,
            rate_limits=counts,
            lifetime=self.lifetime,
            clock=self.clock,
            ids=self.ids,
            proxies=self.proxies,
            metrics=self.metrics,
            limits=dict.fromkeys(self.rules.keys() - self.unlisted, NO_LIMIT) | self.limits,
        )
        server = grpc.aio.server(interceptors=interceptors)
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, self._handlers()),))
        self.more_handlers(server)
        port = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as self.channel:
            try:
                yield self
            finally:
                await server.stop(None)

    def signed_in(self, role: Role = Role.STUDENT, *, ago: timedelta = timedelta(0)) -> Metadata:
        """Metadata with the token of somebody who gave the password that long `ago`."""
        number = len(self.tokens.claims) + 1
        claims = AccessClaims(
            user_id=UserId(UUID(int=1000 + number)),
            sign_in_id=SignInId(UUID(int=2000 + number)),
            role=role,
            signed_in_at=self.clock.now() - ago,
            issued_at=self.clock.now(),
            expires_at=self.clock.now() + timedelta(minutes=15),
        )
        return (("authorization", f"Bearer {self.tokens.write(claims)}"),)

    def claims(self, metadata: Metadata) -> AccessClaims:
        return self.tokens.claims[metadata[0][1].removeprefix("Bearer ")]

    async def call(self, kind: str, *requests: LoginRequest, metadata: Metadata = (), deadline: float = 30) -> Outcome:
        return await outcome(self.begin(kind, *requests, metadata=metadata, deadline=deadline))

    def begin(self, kind: str, *requests: LoginRequest, metadata: Metadata = (), deadline: float = 30) -> Any:
        return self.begin_raw(
            kind,
            [message.SerializeToString() for message in requests or (request(),)],
            metadata=metadata,
            deadline=deadline,
        )

    def begin_raw(self, kind: str, requests: Iterable[bytes], *, metadata: Metadata = (), deadline: float = 30) -> Any:
        requests = list(requests)
        make: Any = getattr(self.channel, SNAKE[kind])
        method = make(path(kind), None, LoginResponse.FromString)
        return method(
            iter_async(requests) if kind.startswith("Stream") else requests[0], metadata=metadata, timeout=deadline
        )

    def _handlers(self) -> dict[str, Any]:
        return {kind: handler(kind, self._serve) for kind in KINDS}

    def _serve(self, requests: AsyncIterator[LoginRequest], context: Any) -> AsyncIterator[LoginResponse]:
        # Looked up for each call: a test sets the body after the server has started.
        return self.body(requests, context)


SNAKE = {
    UNARY_UNARY: "unary_unary",
    UNARY_STREAM: "unary_stream",
    STREAM_UNARY: "stream_unary",
    STREAM_STREAM: "stream_stream",
}


def handler(kind: str, body: Body) -> Any:
    """`body` as a handler of that kind."""

    async def returns(incoming: Any, context: Any) -> LoginResponse:
        last = LoginResponse()
        async for message in body(as_stream(incoming), context):
            last = message
        return last

    async def yields(incoming: Any, context: Any) -> AsyncIterator[LoginResponse]:
        async for message in body(as_stream(incoming), context):
            yield message

    def as_stream(incoming: Any) -> AsyncIterator[LoginRequest]:
        return incoming if kind.startswith("Stream") else iter_async([incoming])

    return raw_handler(kind, yields if kind.endswith("Stream") else returns)


def raw_handler(kind: str, function: Any) -> Any:
    make: Any = getattr(grpc, f"{SNAKE[kind]}_rpc_method_handler")
    return make(function, LoginRequest.FromString, LoginResponse.SerializeToString)


async def iter_async(items: Iterable[Any]) -> AsyncIterator[Any]:
    for item in items:
        yield item


async def outcome(call: Any) -> Outcome:
    """Read the call to its end, bad or good."""
    responses: list[str] = []
    try:
        if hasattr(call, "__aiter__"):
            # Not `async for`: a test may have read the first ones so, and gRPC does not let the two be mixed.
            while (message := await call.read()) is not grpc.aio.EOF:
                responses.append(message.access_token)
        else:
            responses.append((await call).access_token)
    except grpc.aio.AioRpcError as error:
        return Outcome(
            error.code(),
            error.details() or "",
            responses,
            dict(error.initial_metadata()),
            dict(error.trailing_metadata()),
        )
    except asyncio.CancelledError:
        return Outcome(await call.code(), await call.details(), responses, {}, {})
    initial: Mapping[str, Any] = dict(await call.initial_metadata())
    return Outcome(
        await call.code(), await call.details(), responses, dict(initial), dict(await call.trailing_metadata())
    )
