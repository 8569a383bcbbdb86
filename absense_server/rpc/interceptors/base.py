"""What all interceptors share: one wrapper around a handler of any kind, with hooks for each layer.

gRPC's own way, in which every interceptor wraps the handler of the next, costs a handler object for each
layer and call, and every layer would have to know the four kinds of RPC. Here one gRPC interceptor holds all
layers, in order; a layer says what happens around a call and what happens to each message that comes in.
"""

import asyncio
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing
from functools import partial
from typing import Any, Final, TypeAlias, TypeVar

import grpc
import grpc.aio
from google.protobuf.message import DecodeError

from absense_server.domain.errors.base import FieldViolation
from absense_server.domain.errors.calls import DeadlinePassed, InvalidRequest
from absense_server.domain.errors.sessions import WatcherTooSlow
from absense_server.domain.people import Caller
from absense_server.ports.outside import AccessClaims
from absense_server.rpc.calls import Metadata
from absense_server.rpc.context import Context

Q = TypeVar("Q")
A = TypeVar("A")

Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any]"  # generic in its types only

WAIT_FOR_ANYBODY: Final = 30.0
WAIT_FOR_USERS: Final = 300.0
"""Seconds in which a single message has to be there; users send photographs, by networks that are slow."""
WAIT_FOR_READERS: Final = 30.0
"""Seconds in which a message of a stream has to go out: what the client's window holds is gone long before."""


class Call:
    """One call on its way through the layers; each layer may leave on it what later ones need."""

    __slots__ = ("caller", "claims", "context", "metadata", "method", "request", "request_id", "rpc")

    def __init__(self, rpc: "_Rpc", request: Any, context: Context) -> None:
        self.rpc = rpc
        self.method = rpc.method
        self.request = request
        """An iterator over the bytes of the request, or of the requests."""
        self.context = context
        self.metadata: Metadata = context.invocation_metadata() or ()
        self.request_id = ""
        self.caller: Caller | None = None
        self.claims: AccessClaims | None = None
        """What the access token says, where a good one came."""

    @property
    def request_streaming(self) -> bool:
        """Whether the client sends any number of messages."""
        return self.rpc.request_streaming

    @property
    def response_streaming(self) -> bool:
        """Whether the server sends any number of messages."""
        return self.rpc.response_streaming


Proceed = Callable[[Call], Awaitable[Any]]


class Interceptor:
    """One layer; override what it is about."""

    async def around(self, call: Call, proceed: Proceed) -> Any:
        """Do something before, after or instead of `await proceed(call)`, and return what that returned.

        It returns when the call is answered; for a stream, when the last message has been written.
        """
        return await proceed(call)

    async def on_message(self, call: Call, message: Any) -> None:
        """Look at a message that came in, before the handler sees it; raise to refuse it.

        It runs inside of every layer's `around`.
        """


class Interceptors(grpc.aio.ServerInterceptor):
    """The layers as one gRPC interceptor, the first layer outermost."""

    def __init__(self, layers: Sequence[Interceptor]) -> None:
        self._checks = tuple(layer.on_message for layer in layers if _overrides(layer, "on_message"))
        self._proceed: Proceed = self._answer
        for layer in reversed(layers):
            if _overrides(layer, "around"):
                self._proceed = partial(layer.around, proceed=self._proceed)
        self._wrapped: dict[str, tuple[Handler, Handler]] = {}

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable["grpc.RpcMethodHandler[Q, A] | None"]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> "grpc.RpcMethodHandler[Q, A] | None":
        """Wrap the handler, once: a server's handlers stay the same."""
        handler = await continuation(handler_call_details)
        if handler is None:
            return None  # gRPC answers UNIMPLEMENTED
        method = handler_call_details.method
        known = self._wrapped.get(method)
        if known is None or known[0] is not handler:
            known = self._wrapped[method] = (handler, self._wrap(method, handler))
        return known[1]

    def _wrap(self, method: str, handler: Handler) -> Handler:
        rpc = _Rpc(method, handler)
        proceed = self._proceed

        async def serve(request: Any, context: Context) -> Any:
            return await proceed(Call(rpc, request, context))

        # Reading and writing the messages is done in here, so that bytes which are no message, or a handler
        # that returns the wrong thing, are answered and logged as everything else. What a stream writes goes
        # straight out. A single message is read in here too: gRPC would take it in, and wait for the rest of it
        # without end, before anybody has asked who sends it.
        make = grpc.stream_stream_rpc_method_handler if rpc.response_streaming else grpc.stream_unary_rpc_method_handler
        wrapped: Handler = make(serve, None, handler.response_serializer if rpc.response_streaming else None)
        return wrapped

    async def _answer(self, call: Call) -> Any:
        if call.request_streaming:
            read = _Reader(self._checks, call)
            return await call.rpc.run(_Requests(call.request, read), _ReadingContext(call.context, read))
        request = call.rpc.decode(await _single(call))
        for check in self._checks:
            await check(call, request)
        return await call.rpc.run(request, call.context)


async def _single(call: Call) -> bytes:
    """The bytes of the one message. Raises DeadlinePassed, InvalidRequest."""
    try:
        async with asyncio.timeout(WAIT_FOR_ANYBODY if call.claims is None else WAIT_FOR_USERS):
            data: bytes | None = await anext(call.request, None)
    except TimeoutError:
        raise DeadlinePassed from None
    if data is None:
        raise InvalidRequest(FieldViolation("request", "no message came"))
    return data


class _Rpc:
    """What is known about a method before it is called."""

    __slots__ = ("_decode", "_encode", "handle", "method", "request_streaming", "response_streaming", "run")

    def __init__(self, method: str, handler: Handler) -> None:
        self.method = method
        self.request_streaming = handler.request_streaming
        self.response_streaming = handler.response_streaming
        self._decode = handler.request_deserializer
        self._encode = handler.response_serializer
        self.handle: Any = (
            (handler.stream_stream if self.response_streaming else handler.stream_unary)
            if self.request_streaming
            else (handler.unary_stream if self.response_streaming else handler.unary_unary)
        )
        self.run: Callable[[Any, Any], Awaitable[Any]] = self._style()

    def decode(self, data: bytes) -> Any:
        if self._decode is None:
            return data
        try:
            return self._decode(data)
        except DecodeError:
            raise InvalidRequest(FieldViolation("request", "the bytes are not this call's request message")) from None

    def _style(self) -> Callable[[Any, Any], Awaitable[Any]]:
        if self.response_streaming:
            if inspect.isasyncgenfunction(self.handle):
                return self._write_from_generator
            if inspect.iscoroutinefunction(self.handle):
                return self._let_write
            return self._write_from_thread
        if inspect.iscoroutinefunction(self.handle):
            return self._return
        return self._return_from_thread

    async def _return(self, request: Any, context: Any) -> Any:
        return self._encoded(await self.handle(request, context))

    async def _return_from_thread(self, request: Any, context: Any) -> Any:
        return self._encoded(await asyncio.to_thread(self.handle, request, context))

    def _encoded(self, response: Any) -> Any:
        return response if self._encode is None else self._encode(response)

    async def _write_from_generator(self, request: Any, context: Any) -> None:
        # Closed at once when the call ends early: the handler's `finally` is not left to the garbage
        # collector.
        async with aclosing(self.handle(request, context)) as responses:
            async for response in responses:
                await self._write(response, context)

    async def _write(self, response: Any, context: Any) -> None:
        """Write it; gRPC returns once it has gone out, or fits into what the client takes without reading.

        Raises WatcherTooSlow when the client does not read: nothing is buffered for it without end.
        """
        try:
            async with asyncio.timeout(WAIT_FOR_READERS):
                await context.write(response)
        except TimeoutError:
            raise WatcherTooSlow from None

    async def _let_write(self, request: Any, context: Any) -> None:
        await self.handle(request, context)

    # Handlers that are not async: none of ours, but the stubs' own for methods that nobody has written
    # (NotImplementedError). They can set code and details, but not await abort, nor read a stream of
    # requests.
    async def _write_from_thread(self, request: Any, context: Any) -> None:
        responses = iter(await asyncio.to_thread(self.handle, request, context))
        while (response := await asyncio.to_thread(next, responses, _END)) is not _END:
            await context.write(response)


class _Reader:
    """Turns the bytes of a streamed request into a message that every layer has let through."""

    __slots__ = ("_call", "_checks")

    def __init__(self, checks: Sequence[Callable[[Call, Any], Awaitable[None]]], call: Call) -> None:
        self._checks = checks
        self._call = call

    async def __call__(self, data: Any) -> Any:
        message = self._call.rpc.decode(data)
        for check in self._checks:
            await check(self._call, message)
        return message


class _Requests:
    """The iterator that a handler of a request stream gets."""

    __slots__ = ("_incoming", "_read")

    def __init__(self, incoming: AsyncIterator[bytes], read: _Reader) -> None:
        self._incoming = incoming
        self._read = read

    def __aiter__(self) -> "_Requests":
        return self

    async def __anext__(self) -> Any:
        return await self._read(await anext(self._incoming))


class _ReadingContext:
    """gRPC's context, but `read` (the other way to get at streamed requests) passes the layers too."""

    __slots__ = ("_context", "_read")

    def __init__(self, context: Context, read: _Reader) -> None:
        self._context = context
        self._read = read

    async def read(self) -> Any:
        data = await self._context.read()
        return data if data is grpc.aio.EOF else await self._read(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._context, name)


_END: Final = object()


def _overrides(layer: Interceptor, name: str) -> bool:
    return getattr(type(layer), name) is not getattr(Interceptor, name)
