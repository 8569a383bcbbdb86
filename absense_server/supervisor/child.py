"""One server process, seen from its parent."""

import asyncio
import socket
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress

import structlog

from absense_server.adapters.system import environment_with
from absense_server.supervisor.lifeline import SERVING

_HUNG_SECONDS = 60.0
"""Without a sign of life. Its event loop stands still: nothing that it holds can go on."""
_LISTENS = 4
"""The parts in which that is waited: what was said while the parent itself stood still is heard in the next."""

log = structlog.get_logger()


class Child:
    """A process of its own session (Ctrl-C is the parent's), and the socket to it (`lifeline`)."""

    def __init__(
        self, process: asyncio.subprocess.Process, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Made by `start`."""
        self.dismissed = False
        """It was told to end."""
        self.served = False
        self._process = process
        self._writer = writer
        self._began = time.monotonic()
        self._serving = asyncio.Event()
        self._end = asyncio.create_task(self._follow(reader))

    @classmethod
    async def start(cls, command: Sequence[str], environment: Mapping[str, str]) -> "Child":
        """Start it. `environment`: beside ours. Raises OSError."""
        ours, theirs = socket.socketpair()
        try:
            process = await asyncio.create_subprocess_exec(
                *command,
                "--lifeline",
                str(theirs.fileno()),
                pass_fds=[theirs.fileno()],
                env=environment_with(environment),
                start_new_session=True,
            )
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        return cls(process, *await asyncio.open_connection(sock=ours))

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def age(self) -> float:
        """Seconds since it was started."""
        return time.monotonic() - self._began

    async def serving(self) -> bool:
        """Wait until it serves; False when it ended instead."""
        await self._serving.wait()
        return self.served

    async def wait(self) -> int:
        """Its exit status, once it has ended."""
        return await asyncio.shield(self._end)

    def dismiss(self) -> None:
        """Tell it to drain and end: once, because the second time would end it at once."""
        if self.dismissed:
            return
        self.dismissed = True
        with suppress(ProcessLookupError):
            self._process.terminate()

    def kill(self) -> None:
        """End it at once."""
        self.dismissed = True
        with suppress(ProcessLookupError):
            self._process.kill()

    async def _follow(self, reader: asyncio.StreamReader) -> int:
        """Listen to its signs of life until it has ended."""
        try:
            while word := await self._hear(reader):
                if word.strip() == SERVING:
                    self.served = True
                    self._serving.set()
        except TimeoutError:
            log.warning("a server process hangs: killed", pid=self.pid)
            with suppress(ProcessLookupError):
                self._process.kill()
        except ConnectionError:
            pass  # it is gone, and says no more
        status = await self._process.wait()
        self._writer.close()
        self._serving.set()
        return status

    async def _hear(self, reader: asyncio.StreamReader) -> bytes:
        """Its next sign of life; b"": it has ended. Raises TimeoutError when it hangs."""
        silences = 0
        while True:
            try:
                return await asyncio.wait_for(reader.readline(), _HUNG_SECONDS / _LISTENS)
            except TimeoutError:
                silences += 1
                if silences == _LISTENS:
                    raise
