"""A throwaway PostgreSQL of one's own: a cluster in a temporary folder, reached through a socket in it."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg2

START_TIMEOUT_S = 30
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
    """A running cluster."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def url(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={self._folder}"

    def create_database(self, template: str = "template1") -> str:
        """Make a database, a copy of `template`; returns its name."""
        name = f"d{uuid4().hex}"
        self._administer(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop_database(self, name: str) -> None:
        """Drop a database, whoever is connected to it."""
        self._administer(f"DROP DATABASE {name} WITH (FORCE)")

    def _administer(self, statement: str) -> None:
        connection = psycopg2.connect(self.url("postgres"))
        try:
            connection.autocommit = True
            connection.cursor().execute(statement)
        finally:
            connection.close()


@contextmanager
def running() -> Iterator[Postgres]:
    """Start a cluster and stop it in the end.

    Raises PostgresMissing.
    """
    binaries = find_binaries()
    # a socket's path must be short: not pytest's folder
    folder = Path(tempfile.mkdtemp(prefix="absense-pg-"))
    data = folder / "data"
    # PostgreSQL refuses to run as root
    user = "postgres" if os.geteuid() == 0 else None
    try:
        if user:
            shutil.chown(folder, user, user)
        initdb = f"{binaries}/initdb --username postgres --auth trust --encoding UTF8 --locale C --no-sync --pgdata"
        subprocess.run([*initdb.split(), data], check=True, capture_output=True, cwd=folder, user=user, group=user)
        settings = [word for setting in SETTINGS for word in ("-c", setting)]
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                [binaries / "postgres", "-D", data, "-k", folder, *settings],
                cwd=folder,
                stdout=log,
                stderr=log,
                user=user,
                group=user,
            )
        try:
            cluster = Postgres(folder)
            _wait_for(cluster, server, folder / "log")
            yield cluster
        finally:
            server.send_signal(signal.SIGQUIT)
            server.wait()
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


def _wait_for(cluster: Postgres, server: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while True:
        try:
            psycopg2.connect(cluster.url("postgres")).close()
        except psycopg2.OperationalError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text(errors='replace')}") from None
            time.sleep(0.02)
        else:
            return
