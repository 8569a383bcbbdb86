"""A real Redis that keeps nothing, and that can be killed and brought back."""

import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from backing.ports import free_ports

_START_SECONDS = 30


class RedisMissing(Exception):
    """There is no redis-server on this machine."""


class RedisServer:
    """A server on a port of its own, which stays the same when it is killed and started again."""

    def __init__(self, folder: Path) -> None:
        """Raises RedisMissing. `folder`: an empty one, for its log."""
        self._binary = find_binary()
        self._folder = folder
        (self.port,) = free_ports(1)
        # of its own: should two servers want one port, nobody takes one for the other
        self.password = secrets.token_hex(8)
        self.url = f"redis://:{self.password}@127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, empty, and return once it answers."""
        options = f"--bind 127.0.0.1 --port {self.port} --requirepass {self.password} --appendonly no --daemonize no"
        log = self._folder / "log"
        with log.open("ab") as output:
            process = self._process = subprocess.Popen(
                [self._binary, *options.split(), "--save", "", "--dir", self._folder],
                cwd=self._folder,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is for us
            )
        give_up = time.monotonic() + _START_SECONDS
        with self.client() as client:
            while True:
                try:
                    client.ping()
                except RedisError as error:
                    if process.poll() is not None or time.monotonic() > give_up:
                        raise RuntimeError(f"Redis did not start:\n{log.read_text(errors='replace')}") from error
                    time.sleep(0.01)
                else:
                    return

    def client(self) -> Redis:
        """A client, to look inside."""
        return Redis.from_url(self.url, retry=Retry(NoBackoff(), 0), socket_timeout=5)

    def kill(self) -> None:
        """End it at once; what it counted is lost."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def freeze(self) -> None:
        """From now on it takes connections and answers nobody."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """It goes on where it stood."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        if self._process is None:
            raise RuntimeError("Redis is not running")
        self._process.send_signal(number)


@contextmanager
def running() -> Iterator[RedisServer]:
    """Start a server, and kill it in the end.

    Raises RedisMissing.
    """
    folder = Path(tempfile.mkdtemp(prefix="absense-redis-"))
    try:
        server = RedisServer(folder)
        try:
            server.start()
            yield server
        finally:
            server.kill()
    finally:
        shutil.rmtree(folder)


def find_binary() -> str:
    """Where redis-server is.

    Raises RedisMissing.
    """
    binary = shutil.which("redis-server")
    if binary is None:
        raise RedisMissing("no redis-server here (on Debian: apt-get install redis-server)")
    return binary
