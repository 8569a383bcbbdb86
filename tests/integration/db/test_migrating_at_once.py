"""Migrations that meet others: replicas that start together, and transactions that hold what is to be changed."""

import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from threading import Thread

import psycopg2
import pytest
from psycopg2 import extensions
from sqlalchemy import event
from typer.testing import CliRunner

from absense_server.adapters.db import migrate
from absense_server.adapters.db.engine import create_engine
from absense_server.adapters.db.migrate import AnotherMigrates, Patience, Standing, TablesInUse
from absense_server.cli import cli
from backing.postgres import Postgres
from tests.integration.db.world import at_once

IMPATIENT = Patience(for_migrations_s=0.05, for_tables_s=0.05, tries=2, pause_s=0)
MIGRATE = "import sys; from absense_server.adapters.db import migrate; migrate.upgrade(sys.argv[1])"
NET_S = 60


@pytest.fixture
def old_url(postgres: Postgres) -> Iterator[str]:
    """A database at the first revision."""
    name = postgres.create_database()
    url = postgres.url(name)
    migrate.upgrade(url, "0001")
    yield url
    postgres.drop_database(name)


@pytest.fixture
def other(old_url: str) -> Iterator[extensions.connection]:
    """Somebody else, in a transaction of their own."""
    connection = psycopg2.connect(old_url)
    yield connection
    connection.close()


def test_replicas_that_start_together_migrate_once(empty_url: str) -> None:
    assert at_once(4, lambda _: migrate.upgrade(empty_url)) == [None] * 4
    assert migrate.standing(empty_url) is Standing.CURRENT


def test_processes_that_start_together_take_turns(old_url: str, other: extensions.connection) -> None:
    cursor = other.cursor()
    cursor.execute("SELECT pg_advisory_xact_lock(%s)", [migrate._LOCK])
    processes = [subprocess.Popen([sys.executable, "-c", MIGRATE, old_url]) for _ in range(3)]
    try:
        wait_until_waiting(cursor, len(processes), "advisory")
        assert migrate.current_revision(old_url) == "0001"
        other.rollback()
        assert [process.wait(NET_S) for process in processes] == [0] * len(processes)
    finally:
        for process in processes:
            process.kill()
            process.wait()
    assert migrate.standing(old_url) is Standing.CURRENT


def wait_until_waiting(cursor: extensions.cursor, sessions: int, locktype: str) -> None:
    """Return when so many sessions wait for locks of this type."""
    deadline = time.monotonic() + NET_S
    while time.monotonic() < deadline:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = %s AND NOT granted", [locktype])
        if cursor.fetchone() == (sessions,):
            return
        time.sleep(0.02)
    raise AssertionError("they never waited")


def test_a_migration_that_does_not_end_is_not_waited_for_for_ever(old_url: str, other: extensions.connection) -> None:
    other.cursor().execute("SELECT pg_advisory_xact_lock(%s)", [migrate._LOCK])
    with pytest.raises(AnotherMigrates, match="Another process is migrating"):
        migrate.upgrade(old_url, patience=IMPATIENT)
    assert migrate.current_revision(old_url) == "0001"
    other.rollback()
    migrate.upgrade(old_url, patience=IMPATIENT)
    assert migrate.standing(old_url) is Standing.CURRENT


def test_a_long_transaction_is_not_waited_for(old_url: str, other: extensions.connection) -> None:
    """Every claim would wait behind a migration that waits."""
    other.cursor().execute("SELECT count(*) FROM attendance_records")
    with pytest.raises(TablesInUse, match="in a quiet moment"):
        migrate.upgrade(old_url, patience=IMPATIENT)
    assert migrate.current_revision(old_url) == "0001"
    cursor = other.cursor()
    cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
    assert cursor.fetchone() == (0,)
    other.rollback()
    migrate.upgrade(old_url, patience=IMPATIENT)
    assert migrate.standing(old_url) is Standing.CURRENT


def test_what_was_in_use_is_tried_again(old_url: str, other: extensions.connection) -> None:
    other.cursor().execute("SELECT count(*) FROM attendance_records")
    engine = create_engine(old_url, pool_size=1)
    tries: list[str] = []

    def let_go_at_the_second(_c: object, _cur: object, statement: str, *_: object) -> None:
        if "pg_advisory_xact_lock" in statement:
            tries.append(statement)
            if len(tries) == 2:
                other.rollback()

    event.listen(engine, "before_cursor_execute", let_go_at_the_second)
    migrate.upgrade(engine, patience=IMPATIENT)
    engine.dispose()
    assert len(tries) == 2
    assert migrate.standing(old_url) is Standing.CURRENT


def test_a_deadlock_is_tried_again(old_url: str, other: extensions.connection) -> None:
    """A report that reads next what the migration has changed already, and has read what it changes next."""
    cursor = other.cursor()
    cursor.execute("SET deadlock_timeout = '1min'")
    cursor.execute("SELECT count(*) FROM attendance_records")
    engine = create_engine(old_url, pool_size=1)
    event.listen(engine, "connect", notice_deadlocks_at_once)
    observer = psycopg2.connect(old_url)
    observer.autocommit = True

    def read_on() -> None:
        cursor.execute("SELECT count(*) FROM attendance_sessions")
        other.rollback()

    reader = Thread(target=read_on)
    tries: list[str] = []

    def wait_for_each_other(_c: object, _cur: object, statement: str, *_: object) -> None:
        if statement.startswith("ALTER TABLE attendance_records"):
            tries.append(statement)
            if len(tries) == 1:
                reader.start()
                wait_until_waiting(observer.cursor(), 1, "relation")

    event.listen(engine, "before_cursor_execute", wait_for_each_other)
    migrate.upgrade(engine, patience=Patience(tries=2, pause_s=0))
    reader.join()
    observer.close()
    engine.dispose()
    assert len(tries) == 2
    assert migrate.standing(old_url) is Standing.CURRENT


def notice_deadlocks_at_once(connection: extensions.connection, _: object) -> None:
    connection.cursor().execute("SET deadlock_timeout = '10ms'")
    connection.commit()


def test_the_command_says_what_to_do(
    old_url: str, other: extensions.connection, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    other.cursor().execute("SELECT count(*) FROM attendance_records")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(migrate, "upgrade", partial(migrate.upgrade, patience=IMPATIENT))
    environment = {"DATABASE_URL": old_url, "DEMO_MODE": "true", "STORAGE_FOLDER": str(tmp_path / "blobs")}
    done = CliRunner().invoke(cli, ["migrate"], env=environment)
    assert done.exit_code == 1
    assert done.stderr == f"{TablesInUse()}\n"
    assert done.stdout == ""
    other.rollback()
    done = CliRunner().invoke(cli, ["migrate"], env=environment)
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.startswith("The database went from 0001 to ")
