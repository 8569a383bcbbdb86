"""Ends response streams: when the server stops, and when their sign-in has ended."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any, Final

from absense_server.domain.errors.accounts import SignInEnded
from absense_server.domain.errors.base import DomainError
from absense_server.domain.errors.calls import BackendUnavailable, RateLimited, ShuttingDown
from absense_server.ports.outside import AccessClaims, Clock, Revoked
from absense_server.rpc.interceptors.base import Call, Interceptor, Proceed

MOST_OF_A_USER: Final = 30
"""Response streams that one user may have open at once: screens in several halls, tabs, a phone or two."""
MOST_OF_AN_ADDRESS: Final = 200
"""The same for callers who are not signed in: proxies and orchestrators that watch the health of this server."""


class _Stream:
    """An open stream and the task that serves it."""

    __slots__ = ("_cancelled_before", "claims", "ended", "task", "whose")

    def __init__(self, claims: AccessClaims | None, whose: str) -> None:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a call is served by a task")
        self.task = task
        self.claims = claims
        self.whose = whose
        self.ended: DomainError | None = None
        self._cancelled_before = task.cancelling()

    def end(self, error: DomainError) -> None:
        if self.ended is None:
            self.ended = error
            self.task.cancel()

    def was_only_ended(self) -> bool:
        """Whether it was `end` alone that cancelled the task, and not the client as well; takes it back."""
        return self.ended is not None and self.task.uncancel() <= self._cancelled_before


class Lifetime(Interceptor):
    """Knows the open response streams and ends them with a reason that the client can act on.

    It works as asyncio.timeout does: the task that serves the stream is cancelled, wherever it waits, and the
    cancellation becomes the reason on its way out. So it costs nothing for each message, and fits handlers of
    any style, the health service's Watch included. It is the innermost layer: what is cancelled is the
    handler, and the layers around it see an ordinary error. Single answers are left alone; stopping a server
    waits for them.
    """

    def __init__(self, revoked: Revoked, clock: Clock) -> None:
        self._revoked = revoked
        self._clock = clock
        self._streams: set[_Stream] = set()
        self._open: Counter[str] = Counter()
        self._stopping = False

    @property
    def open_streams(self) -> int:
        """How many response streams are open."""
        return len(self._streams)

    def shutdown(self) -> None:
        """End all response streams, and refuse new ones, with SHUTTING_DOWN; for just before the server stops."""
        self._stopping = True
        for stream in self._streams:
            stream.end(ShuttingDown())

    def revocations_changed(self) -> None:
        """End the streams whose sign-in has ended. Call it after each good poll of the revocations.

        A poll that is too old to tell ends nothing: a stream has nothing new to send then, either.
        """
        for stream in self._streams:
            if self._is_revoked(stream.claims):
                stream.end(SignInEnded())

    async def around(self, call: Call, proceed: Proceed) -> Any:
        if not call.response_streaming:
            return await proceed(call)
        if self._stopping:
            raise ShuttingDown
        # A poll may have come between the sign-in check and here.
        if self._is_revoked(call.claims):
            raise SignInEnded
        stream = _Stream(call.claims, self._admit(call))
        self._streams.add(stream)
        try:
            return await proceed(call)
        except asyncio.CancelledError:
            if stream.was_only_ended() and stream.ended is not None:
                raise stream.ended from None
            raise
        finally:
            self._streams.discard(stream)
            self._open[stream.whose] -= 1
            if not self._open[stream.whose]:
                del self._open[stream.whose]

    def _admit(self, call: Call) -> str:
        """Count one more open stream of the caller: of the user or, where nobody signed in, of the address."""
        caller = call.caller
        if caller is None:
            raise RuntimeError("streams are counted after sign-in")
        whose, most = (
            (caller.address, MOST_OF_AN_ADDRESS) if caller.user_id is None else (str(caller.user_id), MOST_OF_A_USER)
        )
        if self._open[whose] >= most:
            raise RateLimited(timedelta(seconds=10))
        self._open[whose] += 1
        return whose

    def _is_revoked(self, claims: AccessClaims | None) -> bool:
        if claims is None:
            return False
        try:
            return self._revoked.is_revoked(claims, self._clock.now())
        except BackendUnavailable:
            return False
