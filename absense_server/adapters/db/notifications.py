"""PostgreSQL's LISTEN and NOTIFY, on a connection that never keeps its thread waiting."""

from collections.abc import Sequence
from typing import Any

import psycopg2
from psycopg2.extensions import POLL_OK, POLL_WRITE
from sqlalchemy import make_url

from absense_server.adapters.db.engine import connect_args

_SETTINGS = {
    # what is sent need not survive a crash of the server: nobody waits for the disk
    "synchronous_commit": "off",
}


class ConnectionLost(Exception):
    """The connection cannot be had, or is of no use any more."""


class NotificationConnection:
    """A connection of its own, in nobody's transaction, that listens to one channel and notifies it.

    Connecting and every statement only begin with the call. While it is `busy`, its owner waits until the socket
    is ready (for what `wants_to_write` says) and calls `advance`. When it is not, a socket that is ready means
    news, which `advance` returns. For one thread.
    """

    def __init__(self, url: str, channel: str) -> None:
        """Begin to connect to `postgresql://...`, as the engine does.

        Raises ConnectionLost.
        """
        self._channel = channel
        self._wanted: int = POLL_WRITE
        self._cursor: Any = None
        parsed = make_url(url).set(drivername="postgresql+psycopg2")
        in_order, by_name = parsed.get_dialect()().create_connect_args(parsed)
        try:
            self._connection = psycopg2.connect(
                *in_order, **{**by_name, **connect_args("absense events", _SETTINGS)}, async_=True
            )
        except psycopg2.Error as error:
            raise _lost(error) from error

    @property
    def busy(self) -> bool:
        """Whether it is connecting, or at a statement."""
        return self._wanted != POLL_OK

    @property
    def wants_to_write(self) -> bool:
        """Whether what it is at goes on when the socket can be written to; else when there is something to read."""
        return self._wanted == POLL_WRITE

    def fileno(self) -> int:
        """The socket; while it is connecting, another one each time perhaps."""
        number: int = self._connection.fileno()
        return number

    def listen(self) -> None:
        """Begin to listen. Once that is done, nothing that is notified escapes."""
        self._begin(f"LISTEN {self._channel}")

    def notify(self, payloads: Sequence[str]) -> None:
        """Send payloads (each shorter than 8000 bytes), in one transaction."""
        self._begin("SELECT pg_notify(%s, payload) FROM unnest(%s) AS payload", (self._channel, list(payloads)))

    def ask(self) -> None:
        """Ask for a sign of life."""
        self._begin("SELECT 1")

    def advance(self) -> list[str]:
        """Go on as far as it goes without waiting; returns the payloads that others have sent.

        Raises ConnectionLost.
        """
        try:
            self._wanted = self._connection.poll()
            if not self.busy and self._cursor is not None:
                self._cursor.close()
                self._cursor = None
                # news that came right behind the answer has been read off the socket with it
                self._connection.poll()
        except psycopg2.Error as error:
            raise _lost(error) from error
        ours = self._connection.info.backend_pid
        news = [notice.payload for notice in self._connection.notifies if notice.pid != ours]
        self._connection.notifies.clear()
        return news

    def close(self) -> None:
        """Close it, whatever it is at."""
        self._connection.close()

    def _begin(self, statement: str, values: tuple[object, ...] = ()) -> None:
        try:
            self._cursor = self._connection.cursor()
            self._cursor.execute(statement, values)
        except psycopg2.Error as error:
            raise _lost(error) from error
        self._wanted = POLL_WRITE


def _lost(error: psycopg2.Error) -> ConnectionLost:
    return ConnectionLost(" ".join(str(error).split()) or type(error).__name__)
