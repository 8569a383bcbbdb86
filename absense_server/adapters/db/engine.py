"""Connections: how each database is opened, and what a transaction begins with."""

import os
import sqlite3
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy
from psycopg2 import errors
from sqlalchemy import URL, Connection, Engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection, ExceptionContext
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from absense_server.adapters.db.errors import translated

READ_ONLY = "absense_read_only"
"""Execution option of a connection whose transactions only read."""
_OLD_PLAN = "RevalidateCachedQuery"
"""Where PostgreSQL finds that what was prepared would return something else by now."""


def create_engine(
    url: str,
    *,
    pool_size: int = 8,
    pool_timeout_s: float = 5,
    lock_timeout_s: float | None = None,
    statement_timeout_s: float = 15,
    application_name: str = "absense",
) -> Engine:
    """An engine for `sqlite:///path` or `postgresql://...`, as large as the thread pool that will use it.

    `lock_timeout_s`: how long to wait for others who write; None: as long as a large import takes on SQLite, where one
    writes at a time, and 5 s on PostgreSQL.
    Nothing is opened yet: whether the database answers shows at the first transaction.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(parsed, pool_size, pool_timeout_s, 15 if lock_timeout_s is None else lock_timeout_s)
    if parsed.get_backend_name() in {"postgresql", "postgres"}:
        timeouts = {
            "lock_timeout": 5 if lock_timeout_s is None else lock_timeout_s,
            "statement_timeout": statement_timeout_s,
            # a process that hangs in a transaction would hold its locks for ever
            "idle_in_transaction_session_timeout": 2 * statement_timeout_s,
        }
        return _postgresql(parsed, pool_size, pool_timeout_s, timeouts, application_name)
    raise ValueError("the database is SQLite (sqlite:///path) or PostgreSQL (postgresql://...)")


def connections_of(engine: Engine) -> QueuePool:
    """The connections that an engine of ours keeps."""
    if not isinstance(engine.pool, QueuePool):
        raise TypeError("an engine of ours keeps its connections in a pool")
    return engine.pool


def most_connections(engine: Engine) -> int | None:
    """How many connections the database takes from users like this one, of all programs; None: any number.

    Raises BackendUnavailable.
    """
    if engine.dialect.name != "postgresql":
        return None
    with translated(), engine.connect() as connection:
        limits = connection.exec_driver_sql(
            "SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int"
        )
        return int(limits.scalar_one())


def _sqlite(url: URL, pool_size: int, pool_timeout_s: float, lock_timeout_s: float) -> Engine:
    if url.database in {None, "", ":memory:"} or "mode=memory" in str(url):
        raise ValueError("SQLite needs a file: in memory each connection would have a database of its own")
    engine = sqlalchemy.create_engine(
        url.set(drivername="sqlite+pysqlite"),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=pool_timeout_s,
        hide_parameters=True,
        connect_args={"timeout": lock_timeout_s},
    )
    event.listen(engine, "do_connect", partial(_make_private, Path(url.database or "")))
    event.listen(engine, "connect", _open_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _make_private(file: Path, *_: object) -> None:
    """Make the file for this user alone, before SQLite does as the umask says; those beside it take after it."""
    # One that is there is not opened: closing it would drop the locks that this process has on it.
    if not file.exists():
        # where it cannot be made, SQLite says so
        with suppress(OSError):
            os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def _open_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    # the driver shall never begin a transaction by itself: _begin_sqlite does
    connection.isolation_level = None
    cursor = connection.cursor()
    # It stays with the file. Switching does not wait for a lock as other statements do; who holds it is switching too.
    with suppress(sqlite3.OperationalError):
        cursor.execute("PRAGMA journal_mode = WAL")
    for pragma in (
        # NORMAL keeps the file sound too, but may lose the last commits with the power: acknowledged claims
        "synchronous = FULL",
        "foreign_keys = ON",
        # what is erased is overwritten: keys of photographs go for good
        "secure_delete = ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A deferred transaction that reads first and writes later fails at once when another wrote in between,
    # whatever the busy timeout: writers queue up at the start instead.
    read_only = connection.get_execution_options().get(READ_ONLY, False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


def _postgresql(
    url: URL, pool_size: int, pool_timeout_s: float, timeouts: dict[str, float], application_name: str
) -> Engine:
    # what is prepared is planned once, not for each set of values (adapters.db.prepared)
    settings = {"timezone": "UTC", "plan_cache_mode": "force_generic_plan"}
    settings |= {name: str(round(1000 * seconds)) for name, seconds in timeouts.items()}
    engine = sqlalchemy.create_engine(
        url.set(drivername="postgresql+psycopg2"),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=pool_timeout_s,
        # No pre-ping: it would cost each claim a round trip. The first call that fails after a restart of the
        # database empties the pool.
        pool_use_lifo=True,
        pool_recycle=1800,
        # the text of an error is logged: no addresses and hashes in it
        hide_parameters=True,
        connect_args=connect_args(application_name, settings),
    )
    event.listen(engine, "handle_error", _give_up_of_no_use)
    return engine


def _give_up_of_no_use(context: ExceptionContext) -> None:
    """Take for lost what answers, and still is of no use; with it go the others, as after a restart."""
    error = context.original_exception
    options = context.connection.get_execution_options() if context.connection is not None else {}
    if isinstance(error, errors.ReadOnlySqlTransaction):
        # the database has become a standby, or takes nothing more; unless it is ours to write where only reading is due
        context.is_disconnect = context.is_disconnect or not options.get(READ_ONLY, False)
    elif isinstance(error, errors.FeatureNotSupported):
        # A migration has changed the type of a column, and the connection has prepared what returns it. PostgreSQL's
        # words for that are in its own language.
        context.is_disconnect = context.is_disconnect or error.diag.source_function == _OLD_PLAN


def connect_args(application_name: str, settings: Mapping[str, str]) -> dict[str, Any]:
    """What every connection to PostgreSQL is opened with, whoever owns it; `settings` are the server's for it."""
    return {
        "application_name": application_name,
        "options": " ".join(f"-c {name}={value}" for name, value in settings.items()),
        "connect_timeout": 5,
        "keepalives_idle": 30,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        # a machine that is gone answers nothing, not even a refusal: what was sent to it is not waited for as long as
        # the system would
        "tcp_user_timeout": 20_000,
    }
