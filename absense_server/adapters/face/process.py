"""One child process that looks at photographs, seen from the server."""

import os
import socket
import subprocess
import threading
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import IO, Any

from absense_server.adapters.face import frames
from absense_server.adapters.face.frames import BadFrame
from absense_server.domain.faces import FaceFinding
from absense_server.ports.faces import EngineFailed

_FROM_OURS = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "PYTHONPATH", "TZ")
"""What a worker gets of the server's environment: nothing that is secret."""

_LAST_LINES = 20
_LINE_LENGTH = 300
_LAST_BREATH = 1.0


def environment(folder: Path, ours: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The environment of a worker; `folder`: DeepFace's home."""
    home = str(folder.absolute())
    return {name: ours[name] for name in _FROM_OURS if name in ours} | {
        "HOME": home,  # libraries ask where it is, and ours is none of their business
        "DEEPFACE_HOME": home,
        "DEEPFACE_BACKEND_ENGINE": "onnx",
        "DEEPFACE_LOG_LEVEL": "40",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "ORT_DISABLE_TELEMETRY": "1",  # onnxruntime keeps a device id and events in the home folder and sends them off
        "PYTHONDONTWRITEBYTECODE": "1",
    }


class WorkerFailed(Exception):
    """The worker did not do what was asked of it and has to go; the message says how it failed."""


class PhotographFailed(EngineFailed):
    """The worker could not look at this photograph, and is well."""


class WorkerProcess:
    """A child process; for one thread at a time, but for `interrupt`.

    `command` gets the descriptor as one more argument before those of `arguments`.
    """

    def __init__(self, command: Sequence[str], arguments: Sequence[str], folder: Path) -> None:
        """Start it. Raises OSError."""
        self._socket, theirs = socket.socketpair()
        self._connection = Connection(os.dup(self._socket.fileno()))
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own words and this Python
                [*command, str(theirs.fileno()), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=[theirs.fileno()],
                env=environment(folder),
            )
        except BaseException:
            self._connection.close()
            self._socket.close()
            raise
        finally:
            theirs.close()
        self._said: deque[str] = deque(maxlen=_LAST_LINES)
        self._late = False
        self._listener = threading.Thread(target=self._listen, args=[self._process.stdout], daemon=True)
        self._listener.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def await_ready(self, seconds: float) -> None:
        """Wait until it has loaded its models. Raises WorkerFailed."""
        with self._at_most(seconds, "was not ready"):
            values = frames.read(self._connection.recv_bytes(frames.MAX_BYTES))
            if "problem" in values:
                raise WorkerFailed(frames.text_of(values["problem"], 1000))
            if values.get("ready") is not True:
                raise WorkerFailed("said something else than that it is ready")

    def examine(self, photograph: bytes, seconds: float) -> tuple[FaceFinding, int]:
        """What is in the photograph, and the worker's resident bytes. Raises PhotographFailed, WorkerFailed."""
        with self._at_most(seconds, "had not answered"):
            self._connection.send_bytes(photograph)
            values = frames.read(self._connection.recv_bytes(frames.MAX_BYTES))
            if "error" in values:
                raise PhotographFailed(frames.text_of(values["error"], _LINE_LENGTH))
            return frames.finding_of(values, self._connection.recv_bytes(frames.MAX_BYTES))

    def interrupt(self) -> None:
        """Let whoever waits for it wait no longer, and it too. From any thread."""
        with suppress(OSError):  # it was closed in the meantime
            self._socket.shutdown(socket.SHUT_RDWR)

    def end(self) -> tuple[int, list[str]]:
        """Kill it if it is alive, and reap it; it keeps nothing that could be lost. Its exit status and last words."""
        self.interrupt()
        if not self._late:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(_LAST_BREATH)  # the one that died is given the time to say of what
        self._process.kill()
        status = self._process.wait()
        self._listener.join(_LAST_BREATH)
        self._connection.close()
        self._socket.close()
        return status, list(self._said)

    @contextmanager
    def _at_most(self, seconds: float, failure: str) -> Iterator[None]:
        """Interrupt what takes longer, whatever it waits for, and turn every way of failing into WorkerFailed."""
        timer = threading.Timer(seconds, self._give_up)
        timer.daemon = True
        timer.start()
        try:
            yield
        except (EOFError, OSError, BadFrame) as error:
            if self._late:
                raise WorkerFailed(f"{failure} after {seconds:g} s") from error
            raise WorkerFailed("ended" if isinstance(error, EOFError | ConnectionError) else repr(error)) from error
        finally:
            timer.cancel()
        if self._late:
            raise WorkerFailed(f"{failure} after {seconds:g} s")

    def _give_up(self) -> None:
        self._late = True
        self.interrupt()

    def _listen(self, output: IO[Any]) -> None:
        with output:
            while line := output.readline(_LINE_LENGTH):
                if text := line.decode(errors="replace").strip():
                    self._said.append(frames.text_of(text, _LINE_LENGTH))
