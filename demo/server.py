"""An Absense server, or worker, as a process of its own: set up, started, listened to, ended by its own process id."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

# The server's settings come from here alone, so that those of the shell and of a `.env` nearby change nothing.
_FROM_THE_SHELL = ("HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR")
_START_SECONDS = 60.0
_END_SECONDS = 30.0
_LAST_LINES = 12

_READY = {"serve": "serving", "worker": "working"}
"""What each command says once it does what it is for."""

LogLine = dict[str, Any]
"""A line of the log; what is not JSON comes as its text under "text"."""


class ServerError(Exception):
    """The server did not do what it was started for; the message has the end of what it said."""


class ServerProcess:
    """`absense-server` with its settings, in a folder of its own."""

    def __init__(self, folder: Path, **settings: str) -> None:
        """`settings`: beside demo mode, any free port, a SQLite database and a folder for photographs."""
        self.folder = folder
        self.log_file = folder / "server.log"
        self.environment = {
            **{name: os.environ[name] for name in _FROM_THE_SHELL if name in os.environ},
            "PYTHONUNBUFFERED": "1",
            "DEMO_MODE": "true",
            "LISTEN_ADDRESS": "127.0.0.1:0",
            "DATABASE_URL": f"sqlite:///{folder / 'absense.db'}",
            "STORAGE_FOLDER": str(folder / "blobs"),
            "MAIL_OUTBOX_FOLDER": str(folder / "outbox"),
            "PASSWORD_ROUNDS": "1",
            "LOG_FORMAT": "json",
            **settings,
        }
        self.port = 0
        self.process: subprocess.Popen[str] | None = None
        self.lines: list[LogLine] = []
        self._ended = False
        self._listener: threading.Thread | None = None
        self._news = threading.Condition()

    def run(self, *arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
        """Run another command of the server to its end, with `text` on its standard input."""
        return subprocess.run(
            [_program(), *arguments],
            cwd=self.folder,
            env=self.environment,
            input=text,
            capture_output=True,
            text=True,
            check=False,
            timeout=_START_SECONDS,
            start_new_session=True,  # Ctrl-C is for us
        )

    def prepare(self) -> None:
        """Make the database and what is in it at first.

        Raises:
            ServerError: a command failed.
        """
        for command in ("migrate", "seed"):
            done = self.run(command)
            if done.returncode != 0:
                raise ServerError(f"absense-server {command} failed:\n{done.stderr.strip()}")

    def start(self, command: str = "serve") -> None:
        """Start serving; returns when the server says that it serves, and on which port. `command`: or "worker".

        Raises:
            ServerError: it ended instead, or took too long.
        """
        self._ended = False
        self.lines = []
        self.process = subprocess.Popen(
            [_program(), command],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,  # Ctrl-C is for us: we end it
        )
        self._listener = threading.Thread(target=self._listen, args=(self.process,), daemon=True)
        self._listener.start()
        try:
            ready = self.wait_for_line(lambda line: line.get("event") == _READY[command])
        except ServerError:
            self.kill()
            raise
        self.port = int(ready.get("port", 0))

    @property
    def address(self) -> str:
        """Where clients connect to."""
        return f"127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """The running server's.

        Raises:
            ServerError: it was never started.
        """
        if self.process is None:
            raise ServerError("The server was never started.")
        return self.process.pid

    def wait_for_line(self, wanted: Callable[[LogLine], bool], seconds: float = _START_SECONDS) -> LogLine:
        """The first line that is wanted, as soon as the server writes it.

        Raises:
            ServerError: the server ended without it, or did not write it in time.
        """
        with self._news:
            self._news.wait_for(lambda: self._ended or any(map(wanted, self.lines)), seconds)
            for line in self.lines:
                if wanted(line):
                    return line
            what = "ended" if self._ended else f"did not say what was waited for in {seconds:.0f} s"
            raise ServerError(f"The server {what}. It said last:\n{self._last_words()}")

    def terminate(self) -> None:
        """Ask the server to stop."""
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End the server at once, as a power failure would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self._hear_the_rest()

    def wait(self) -> int:
        """The server's exit code, once it has ended and its last line is read.

        Raises:
            ServerError: it does not end.
        """
        if self.process is None:
            raise ServerError("The server was never started.")
        try:
            code = self.process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            raise ServerError(f"The server did not stop. It said last:\n{self._last_words()}") from None
        self._hear_the_rest()
        return code

    def stop(self) -> int:
        """Ask the server to stop, and return its exit code."""
        self.terminate()
        return self.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        try:
            self.stop()
        finally:
            self.kill()

    def _listen(self, process: "subprocess.Popen[str]") -> None:
        output = process.stdout
        if output is None:
            raise ServerError("The server has no output to listen to.")
        with output, self.log_file.open("a", encoding="utf-8") as log:
            for text in output:
                log.write(text)
                log.flush()
                with self._news:
                    self.lines.append(_parsed(text))
                    self._news.notify_all()
        with self._news:
            self._ended = True
            self._news.notify_all()

    def _hear_the_rest(self) -> None:
        """Read what an ended server has written to the end: the next run begins with a clean slate."""
        if self._listener is not None:
            self._listener.join(_END_SECONDS)

    def _last_words(self) -> str:
        texts = [str(line.get("text") or json.dumps(line)) for line in self.lines[-_LAST_LINES:]]
        return "\n".join(texts) or "(nothing)"


def _program() -> str:
    """The server installed beside the Python that runs this."""
    program = shutil.which("absense-server", path=str(Path(sys.executable).parent))
    if program is None:
        raise ServerError(f"There is no absense-server beside {sys.executable}. Install it: make demo does.")
    return program


def _parsed(text: str) -> LogLine:
    try:
        line = json.loads(text)
    except ValueError:
        return {"text": text.rstrip("\n")}
    return line if isinstance(line, dict) else {"text": text.rstrip("\n")}
