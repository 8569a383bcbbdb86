"""An event bus of all processes that share a PostgreSQL database."""

import selectors
import socket
import threading
from collections.abc import Iterable
from contextlib import closing, suppress
from datetime import timedelta
from time import monotonic
from uuid import UUID

import structlog

from absense_server.adapters.db.notifications import ConnectionLost, NotificationConnection
from absense_server.adapters.events import outbox
from absense_server.adapters.events.memory import MemoryEventBus
from absense_server.adapters.events.outbox import Outbox
from absense_server.ports.outside import Clock

CHANNEL = "absense_events"
_BETWEEN_SENDINGS = 0.05
"""Each NOTIFY is a transaction that no other NOTIFY of the database overtakes."""
_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 2.0
_TO_FINISH = 1.0
"""How long the last events may take to be sent when the bus is stopped."""

log = structlog.get_logger()


class PostgresEventBus(MemoryEventBus):
    """Delivers at once within the process, as the memory bus does, and across processes by LISTEN and NOTIFY.

    One thread owns a connection of its own. It sends what is published here: the first event at once, those of the
    next 50 ms together; and it delivers what is published elsewhere. So whatever the database does, neither
    publishers nor the event loop wait for it. While there is no connection, nothing crosses; as soon as there is
    one, every subscriber is woken, to read what was missed, and what was published meanwhile is sent.
    """

    def __init__(
        self,
        clock: Clock,
        url: str,
        *,
        ask_after: timedelta = timedelta(seconds=5),
        give_up_after: timedelta = timedelta(seconds=5),
    ) -> None:
        """`ask_after`: silence after which the database is asked for a sign of life.

        `give_up_after`: how long it may take to answer, or to take up a connection.
        """
        super().__init__(clock)
        self._url = url
        self._ask_after = ask_after.total_seconds()
        self._give_up_after = give_up_after.total_seconds()
        self._outbox = Outbox()
        self._listening = threading.Event()
        self._thread: threading.Thread | None = None
        self._finish_by: float | None = None

    @property
    def listening(self) -> bool:
        """Whether events cross now."""
        return self._listening.is_set()

    def wait_listening(self, timeout: timedelta) -> bool:
        """Wait until events cross; False when the time is up."""
        return self._listening.wait(timeout.total_seconds())

    def publish(self, *topics: UUID) -> None:
        """Wake the subscribers of `topics`: those of this process now, those of others soon."""
        super().publish(*topics)
        if self._thread is not None and self._outbox.add(topics):
            self._ring()

    def start(self) -> None:
        """Begin to connect, and do not wait for it."""
        self._finish_by = None
        self._bell, self._rope = socket.socketpair()
        self._bell.setblocking(False)
        self._rope.setblocking(False)
        self._thread = threading.Thread(target=self._run, name="events", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Send what waits, where that takes but a moment, and end the thread."""
        if self._thread is None:
            return
        self._finish_by = monotonic() + _TO_FINISH
        self._ring()
        self._thread.join()
        self._thread = None
        self._bell.close()
        self._rope.close()

    def _ring(self) -> None:
        with suppress(OSError):  # it has been rung enough, or nobody is there any more
            self._rope.send(b"!")

    # What follows runs on the thread.

    def _run(self) -> None:
        pause, failing = _FIRST_PAUSE, False
        while self._finish_by is None:
            began = monotonic()
            problem = ""
            try:
                with closing(NotificationConnection(self._url, CHANNEL)) as connection:
                    self._listen(connection)
                    if failing:
                        log.info("events cross between processes again")
                    failing = False
                    self._cross(connection)
            except ConnectionLost as error:
                problem = str(error)
            except Exception as error:
                log.exception("crossing of events failed")
                problem = repr(error)
            self._listening.clear()
            if problem and not failing and self._finish_by is None:
                log.warning("events do not cross between processes: trying again and again", problem=problem)
            failing = bool(problem)
            pause = _FIRST_PAUSE if monotonic() - began > _LONGEST_PAUSE else min(2 * pause, _LONGEST_PAUSE)
            self._rest(pause)

    def _listen(self, connection: NotificationConnection) -> None:
        self._finish(connection)
        connection.listen()
        self._finish(connection)
        self.wake_all()
        self._listening.set()

    def _cross(self, connection: NotificationConnection) -> None:
        """Send and deliver, until the bus is stopped and everything is sent. Raises ConnectionLost."""
        send_at, ask_at = monotonic(), monotonic() + self._ask_after
        while self._finish_by is None or self._outbox:
            now, waiting = monotonic(), bool(self._outbox)
            if waiting and now >= send_at:
                connection.notify(self._outbox.payloads())
                self._finish(connection)
                self._outbox.sent()
                send_at, ask_at = now + _BETWEEN_SENDINGS, now + self._ask_after
            elif now >= ask_at:
                connection.ask()
                self._finish(connection)
                ask_at = now + self._ask_after
            else:
                self._wait((min(send_at, ask_at) if waiting else ask_at) - now, connection)

    def _finish(self, connection: NotificationConnection) -> None:
        """Wait until what the connection is at is done. Raises ConnectionLost when that takes too long."""
        give_up_at = monotonic() + self._give_up_after
        while connection.busy:
            left = (give_up_at if self._finish_by is None else min(give_up_at, self._finish_by)) - monotonic()
            if left <= 0:
                raise ConnectionLost("the database does not answer")
            self._wait(left, connection)

    def _rest(self, seconds: float) -> None:
        until = monotonic() + seconds
        while self._finish_by is None and (left := until - monotonic()) > 0:
            self._wait(left)

    def _wait(self, seconds: float, connection: NotificationConnection | None = None) -> None:
        """Until the bell rings or the connection has something, which is then dealt with, or the time is up."""
        # not select(): it knows no sockets past the 1,024th, and a busy server has them
        with selectors.DefaultSelector() as selector:
            selector.register(self._bell, selectors.EVENT_READ)
            if connection is not None:
                what_for = selectors.EVENT_WRITE if connection.wants_to_write else selectors.EVENT_READ
                selector.register(connection, what_for)
            ready = [key.fileobj for key, _ in selector.select(seconds)]
        if self._bell in ready:
            self._bell.recv(4096)
        if connection is not None and connection in ready:
            self._hear(connection.advance())

    def _hear(self, payloads: Iterable[str]) -> None:
        for payload in payloads:
            topics = outbox.read(payload)
            if topics is None:
                self.wake_all()
            else:
                super().publish(*topics)
