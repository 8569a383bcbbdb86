"""Mends grpc.aio's client, which loses the status of a server that answers before everything was sent.

A write that fails because the call has ended overwrites the call's status with "INTERNAL: Internal error from Core"
(https://github.com/grpc/grpc/issues/36066, open as of grpcio 1.85.1). Answering early is normal for us, and the other
clients get it right.
"""

from typing import Any

from grpc.aio import _call
from pytest import MonkeyPatch  # noqa: PT013 - the type, for annotations


def mend(monkeypatch: MonkeyPatch) -> None:
    """Let a write that fails wait for the status instead of making one up."""
    mixin: Any = _call._StreamRequestMixin
    write = mixin._write

    async def patched(self: Any, request: Any) -> None:
        # The original asks the call for two things only: to send, and to take the made-up status.
        self._cython_call = _Tolerant.around(self._cython_call)
        await write(self, request)

    monkeypatch.setattr(mixin, "_write", patched)


class _Tolerant:
    """gRPC's call, which does not take a made-up status."""

    def __init__(self, call: Any) -> None:
        self._call = call

    @classmethod
    def around(cls, call: Any) -> "_Tolerant":
        return call if isinstance(call, cls) else cls(call)

    def set_internal_error(self, error: str) -> None:
        """Nothing: gRPC delivers the real status to whoever waits for it."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._call, name)
