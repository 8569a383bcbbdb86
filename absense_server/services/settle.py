"""Trying again after a race was lost."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from absense_server.domain.errors.calls import Overloaded
from absense_server.ports.findings import Race

T = TypeVar("T")
_ATTEMPTS = 10


def settle(attempt: Callable[[], T]) -> T:
    """The result of `attempt`, begun anew each time that another transaction was faster.

    Every attempt reads first, so each lost race shows it something new. Raises Overloaded after ten lost races.
    """
    for _ in range(_ATTEMPTS):
        try:
            return attempt()
        except Race:
            continue
    raise Overloaded


async def settle_async(attempt: Callable[[], Awaitable[T]]) -> T:
    """The same for what waits beside the event loop."""
    for _ in range(_ATTEMPTS):
        try:
            return await attempt()
        except Race:
            continue
    raise Overloaded
