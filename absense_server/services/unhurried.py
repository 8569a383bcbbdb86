"""Long work in Python beside the event loop, with pauses in which everything else gets on."""

from collections.abc import Iterable, Iterator
from time import sleep
from typing import Final, TypeVar

T = TypeVar("T")

_ITEMS: Final = 100
_PAUSE: Final = 0.002
"""Seconds. Only one thread runs Python at a time, and one that never waits gives way late, each time anew."""


def unhurried(items: Iterable[T]) -> Iterator[T]:
    """The items, with a short pause after each hundred of them."""
    for number, item in enumerate(items, 1):
        yield item
        if number % _ITEMS == 0:
            sleep(_PAUSE)
