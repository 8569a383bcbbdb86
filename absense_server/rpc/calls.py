"""What a servicer may know about the call it serves, and how that is read off the wire."""

import re
from collections.abc import Iterable
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Final

from absense_server.domain.people import Caller
from absense_server.ports.outside import Ids
from absense_server.rpc.context import Context

REQUEST_ID_KEY: Final = "x-request-id"
_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_BEARER: Final = "bearer "
_LONG: Final = 86_400.0
"""Seconds; a deadline that is further away is none."""

# Set by the interceptors, in the task that serves the call: nothing runs over into the next call.
_caller: ContextVar[Caller] = ContextVar("caller")
_request_id: ContextVar[str] = ContextVar("request_id")

Metadata = Iterable[tuple[str, str | bytes]]


def current_caller() -> Caller:
    """Who makes the call that is being served.

    Raises LookupError outside of a call.
    """
    return _caller.get()


def set_caller(caller: Caller) -> None:
    """For the sign-in interceptor, and for tests of servicers without one."""
    _caller.set(caller)


def current_request_id() -> str:
    """The id of the call that is being served.

    Raises LookupError outside of a call.
    """
    return _request_id.get()


def set_request_id(request_id: str) -> None:
    """For the request-id interceptor."""
    _request_id.set(request_id)


def deadline_of(context: Context, now: datetime) -> datetime | None:
    """When the caller stops waiting; None: it waits for ever."""
    left: float | None = context.time_remaining()  # its type leaves out the None
    return None if left is None else now + timedelta(seconds=min(left, _LONG))


def value_of(metadata: Metadata, key: str) -> str | None:
    """The first text value of `key` (lower case, as gRPC's keys are)."""
    for name, value in metadata:
        if name == key and isinstance(value, str):
            return value
    return None


def bearer_token(metadata: Metadata) -> str | None:
    """The token in `authorization: Bearer <token>`; None without one."""
    value = value_of(metadata, "authorization")
    if value is None or value[: len(_BEARER)].lower() != _BEARER:
        return None
    return value[len(_BEARER) :].strip() or None


def request_id_of(metadata: Metadata, ids: Ids) -> str:
    """The caller's `x-request-id` where it is fit for a log line, else a new one."""
    value = value_of(metadata, REQUEST_ID_KEY)
    if value is not None and _REQUEST_ID.fullmatch(value):
        return value
    return str(ids.new())
