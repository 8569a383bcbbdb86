"""The socket between a server process and its parent, seen from the process.

The process says that it lives, every few seconds, and once that it serves. The parent says nothing: when its end closes
it has died, and the process drains as if it had been told to.
"""

import asyncio
import socket
from collections.abc import Callable

SERVING = b"serving"
_ALIVE = b"alive"
_EVERY_SECONDS = 5.0


class Lifeline:
    """The process's end; for the running event loop."""

    def __init__(self, descriptor: int, parent_died: Callable[[], None]) -> None:
        """`descriptor`: the socket that the parent left open for this process."""
        self._socket = socket.socket(fileno=descriptor)
        self._socket.setblocking(False)
        self._parent_died = parent_died
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to say that the process lives."""
        self._task = asyncio.create_task(self._live())

    def serving(self) -> None:
        """Say that the process serves."""
        self._say(SERVING)

    def close(self) -> None:
        """Say no more."""
        if self._task is not None:
            self._task.cancel()
        self._socket.close()

    async def _live(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            self._say(_ALIVE)
            try:
                async with asyncio.timeout(_EVERY_SECONDS):
                    await loop.sock_recv(self._socket, 1)
            except TimeoutError:
                continue
            except OSError:
                pass  # as closed
            self._parent_died()
            return

    def _say(self, word: bytes) -> None:
        try:
            self._socket.send(word + b"\n")
        except BlockingIOError:
            pass  # the parent stands still, and has not read for long: its end is still open
        except OSError:
            self._parent_died()
