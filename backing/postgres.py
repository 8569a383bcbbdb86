"""A throwaway PostgreSQL of one's own: a cluster in a temporary folder, reached through a socket in it."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg2

from backing import process_tree

START_TIMEOUT_S = 30
INITDB = ("--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
# Not Popen's `user`: with that Python forks in earnest, and in the child gRPC's handlers of forks crash where gRPC is
# busy in other threads (grpcio 1.85).
AS_POSTGRES = ("setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups")
SETTINGS = (
    "listen_addresses=",
    "max_connections=300",
    "jit=off",
    # nothing here has to outlive a power cut
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
)


class PostgresMissing(Exception):
    """There are no PostgreSQL binaries on this machine."""


class Postgres:
    """A cluster of one's own."""

    def __init__(self, folder: Path, settings: Sequence[str] = ()) -> None:
        """`folder`: new and empty; the socket's path must be short. `settings` go before those above.

        Raises PostgresMissing.
        """
        self._folder = folder
        self._data = folder / "data"
        self._log = folder / "log"
        self._settings = [word for setting in (*SETTINGS, *settings) for word in ("-c", setting)]
        self._binaries = find_binaries()
        # PostgreSQL refuses to run as root
        self._as_whom = AS_POSTGRES if os.geteuid() == 0 else ()
        self._server: subprocess.Popen[bytes] | None = None
        if self._as_whom:
            shutil.chown(folder, "postgres", "postgres")
        initdb = [*self._as_whom, str(self._binaries / "initdb"), *INITDB, f"--pgdata={self._data}"]
        subprocess.run(initdb, check=True, capture_output=True, cwd=folder)

    def start(self) -> None:
        """Start the server and wait until it answers; what it held before is there again."""
        with self._log.open("ab") as log:
            self._server = subprocess.Popen(
                [*self._as_whom, self._binaries / "postgres", "-D", self._data, "-k", self._folder, *self._settings],
                cwd=self._folder,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for us
            )
        try:
            self._wait_for(self._server)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop the server as a crash would, connections cut; `start` recovers.

        The last commits are lost, unless the cluster was made with "synchronous_commit=on".
        """
        if self._server is not None:
            self._server.send_signal(signal.SIGQUIT)
            self._server.wait()
            self._server = None

    def kill(self) -> None:
        """End all its processes at one instant, none of which can do anything about it; `start` recovers."""
        process_tree.kill_tree(self.pid)
        self.stop()

    @property
    def pid(self) -> int:
        """The process that all others of a running server come from."""
        if self._server is None:
            raise RuntimeError("the server is not running")
        return self._server.pid

    def url(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={self._folder}"

    def log(self) -> str:
        """What the server has written into its log."""
        return self._log.read_text(errors="replace")

    def create_database(self, template: str = "template1") -> str:
        """Make a database, a copy of `template`; returns its name."""
        name = f"d{uuid4().hex}"
        self._administer(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop_database(self, name: str) -> None:
        """Drop a database, whoever is connected to it."""
        self._administer(f"DROP DATABASE {name} WITH (FORCE)")

    def cut_off(self, name: str) -> None:
        """End every connection to a database."""
        self._administer(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")  # noqa: S608

    def admit(self, name: str, *, anyone: bool) -> None:
        """Let whoever asks connect to a database, or nobody."""
        self._administer(f"ALTER DATABASE {name} ALLOW_CONNECTIONS {anyone}")

    def _administer(self, statement: str) -> None:
        connection = psycopg2.connect(self.url("postgres"))
        try:
            connection.autocommit = True
            connection.cursor().execute(statement)
        finally:
            connection.close()

    def _wait_for(self, server: "subprocess.Popen[bytes]") -> None:
        deadline = time.monotonic() + START_TIMEOUT_S
        while True:
            try:
                psycopg2.connect(self.url("postgres")).close()
            except psycopg2.OperationalError:
                if server.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"PostgreSQL did not start:\n{self.log()}") from None
                time.sleep(0.02)
            else:
                return


@contextmanager
def running(*settings: str) -> Iterator[Postgres]:
    """Start a cluster and stop it in the end, whether it runs by then or not. `settings`: such as "work_mem=1MB".

    Raises PostgresMissing.
    """
    # a socket's path must be short: not pytest's folder
    folder = Path(tempfile.mkdtemp(prefix="absense-pg-"))
    try:
        cluster = Postgres(folder, settings)
        try:
            cluster.start()
            yield cluster
        finally:
            cluster.stop()
    finally:
        shutil.rmtree(folder)


def find_binaries() -> Path:
    """The folder that holds initdb and postgres, the newest where there are several.

    Raises PostgresMissing.
    """
    named = []
    if pg_config := shutil.which("pg_config"):
        named.append(Path(subprocess.check_output([pg_config, "--bindir"], text=True).strip()))
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    for folder in (*named, *versions):
        if (folder / "initdb").is_file() and (folder / "postgres").is_file():
            return folder
    raise PostgresMissing("no initdb and postgres here (on Debian: apt-get install postgresql)")
