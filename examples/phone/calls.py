"""Calls that fail, and whether they are worth making again (docs/MOBILE.md, "Sending again")."""

import random
import time
from collections.abc import Callable
from typing import TypeVar

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status

_FIRST_WAIT, _LONGEST_WAIT = 0.25, 8.0
_PATIENCE = 60.0
"""Seconds that one call may take with all its tries; then the student decides."""
_NOT_BEGUN = frozenset({"RATE_LIMITED", "OVERLOADED", "SHUTTING_DOWN"})
"""The server had not begun: any call may be made again."""
_ON_THE_WAY = frozenset(
    {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN, grpc.StatusCode.CANCELLED}
)
"""Statuses that say, without a reason of the server's, that a connection or a proxy failed; we cancel nothing."""

T = TypeVar("T")


class CallFailed(Exception):
    """A call failed. `str()` is the server's sentence for the student."""

    def __init__(self, error: grpc.RpcError) -> None:
        self.status: grpc.StatusCode = error.code()
        self.reason = ""
        """Of ErrorReason, without the prefix; empty where it was not the server that answered."""
        self.retry_after: float | None = None
        """Seconds after which the server wants the same call again, if it does."""
        super().__init__(error.details() or self.status.name)
        status = rpc_status.from_call(error)  # type: ignore[arg-type]  # the error is the call, too
        for detail in [] if status is None else status.details:
            info, retry = error_details_pb2.ErrorInfo(), error_details_pb2.RetryInfo()
            if detail.Unpack(info) and info.domain == "absense":
                self.reason = info.reason
            elif detail.Unpack(retry):
                self.retry_after = retry.retry_delay.ToMilliseconds() / 1000

    def may_go_again(self, *, repeatable: bool) -> bool:
        """Whether the same call is worth making again. `repeatable`: its RPC's comment says that it may be retried."""
        if self.reason in _NOT_BEGUN:
            return True
        passing = (
            self.retry_after is not None
            or self.status is grpc.StatusCode.DEADLINE_EXCEEDED
            or (not self.reason and self.status in _ON_THE_WAY)
        )
        return passing and repeatable


def call(make: Callable[[], T], *, repeatable: bool = True) -> T:
    """Make a call, again where that helps.

    Raises CallFailed.
    """
    until = time.monotonic() + _PATIENCE
    wait = _FIRST_WAIT
    while True:
        try:
            return make()
        except grpc.RpcError as error:
            failed = CallFailed(error)
        # never at the same instant as the rest of the hall
        pause = (failed.retry_after or 0) + random.uniform(wait / 2, wait)  # noqa: S311 - no secret
        if not failed.may_go_again(repeatable=repeatable) or time.monotonic() + pause > until:
            raise failed
        time.sleep(pause)
        wait = min(2 * wait, _LONGEST_WAIT)
