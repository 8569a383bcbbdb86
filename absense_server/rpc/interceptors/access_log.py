"""One log line for every call, and a hook for metrics."""

import asyncio
from time import perf_counter
from typing import Any, Final, Protocol

import grpc
import structlog

from absense_server.rpc.errors import code_of
from absense_server.rpc.interceptors.base import Call, Interceptor, Proceed

# A client whose deadline passes cancels the call, and may do so a moment before the server sees the same
# deadline pass.
_DEADLINE_SLACK: Final = 0.1
_HEALTH: Final = "/grpc.health.v1.Health/"

_log = structlog.get_logger()


class Metrics(Protocol):
    """Counts and times calls."""

    def observed(self, method: str, code: str, seconds: float) -> None: ...


class NoMetrics:
    """Nobody asked."""

    def observed(self, method: str, code: str, seconds: float) -> None:
        """See Metrics."""


class AccessLog(Interceptor):
    """Logs who called what, how it ended and how long it took: never what was in it."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    async def around(self, call: Call, proceed: Proceed) -> Any:
        began = perf_counter()
        code = grpc.StatusCode.INTERNAL
        try:
            response = await proceed(call)
            code = code_of(call.context.code())
        except grpc.aio.AbortError:
            code = code_of(call.context.code())
            raise
        except asyncio.CancelledError:
            code = _why_cancelled(call)
            raise
        else:
            return response
        finally:
            seconds = perf_counter() - began
            user_id = call.caller.user_id if call.caller else None
            # proxies ask for the health all the time: only what is not well is news
            log = _log.debug if code is grpc.StatusCode.OK and call.method.startswith(_HEALTH) else _log.info
            log(
                "rpc",
                request_id=call.request_id,
                caller=str(user_id) if user_id else "-",
                method=call.method,
                status=code.name,
                ms=round(seconds * 1000, 2),
            )
            self._metrics.observed(call.method, code.name, seconds)


def _why_cancelled(call: Call) -> grpc.StatusCode:
    if call.context.done():
        return code_of(call.context.code())  # it was answered before
    # None without a deadline, whatever its type says.
    remaining: float | None = call.context.time_remaining()
    if remaining is not None and remaining <= _DEADLINE_SLACK:
        return grpc.StatusCode.DEADLINE_EXCEEDED
    return grpc.StatusCode.CANCELLED
