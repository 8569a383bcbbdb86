"""Topics on their way to other processes: what still has to be sent, and how it is written."""

import base64
import threading
from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

EVERYTHING: Final = "*"
"""Stands for every topic there is."""
MOST_WAITING: Final = 10_000
"""Topics that wait to be sent. Beyond them it is not worth keeping which: everything is."""
_MOST_IN_ONE: Final = 374
"""In 7,980 characters; PostgreSQL takes fewer than 8,000 in one payload."""
_BYTES: Final = 16


def write(topics: Collection[UUID]) -> list[str]:
    """As few payloads as hold the topics."""
    data = b"".join(topic.bytes for topic in topics)
    size = _MOST_IN_ONE * _BYTES
    return [base64.b64encode(data[start : start + size]).decode() for start in range(0, len(data), size)]


def read(payload: str) -> tuple[UUID, ...] | None:
    """The topics of a payload; None: everything, which is also what one stands for that cannot be read."""
    try:
        data = base64.b64decode(payload, validate=True)
        return tuple(UUID(bytes=data[start : start + _BYTES]) for start in range(0, len(data), _BYTES)) or None
    except ValueError:
        return None


class Outbox:
    """Topics that wait to be sent, each once. `add` is for any thread, the rest for the one that sends."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._topics: set[UUID] = set()
        self._everything = False
        self._sending: Sequence[str] = ()

    def __bool__(self) -> bool:
        """Whether anything waits."""
        with self._lock:
            return bool(self._sending or self._topics or self._everything)

    def add(self, topics: Collection[UUID]) -> bool:
        """Add topics; whether these are the first to wait."""
        with self._lock:
            first = bool(topics) and not self._topics and not self._everything
            if not self._everything:
                self._topics.update(topics)
            if len(self._topics) > MOST_WAITING:
                self._topics.clear()
                self._everything = True
        return first

    def payloads(self) -> Sequence[str]:
        """What is to be sent now: the same each time, until `sent` says that it is."""
        with self._lock:
            if not self._sending:
                self._sending = [EVERYTHING] if self._everything else write(self._topics)
                self._topics.clear()
                self._everything = False
            return self._sending

    def sent(self) -> None:
        """It is."""
        with self._lock:
            self._sending = ()
