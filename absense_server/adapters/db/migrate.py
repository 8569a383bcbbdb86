"""The schema, brought up to date by Alembic with the scripts of absense_migrations."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from functools import cache
from importlib.resources import files
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg2 import errorcodes
from sqlalchemy import Connection, Engine, delete, insert, inspect, select, text
from sqlalchemy.exc import DBAPIError

from absense_server.adapters.db.engine import create_engine
from absense_server.adapters.db.errors import translated
from absense_server.adapters.db.tables import metadata, schema_programs

_LOCK = 0x4142_5345_4E53_4500
"""PostgreSQL's advisory lock of this number ("ABSENSE") lets replicas that start together migrate in turn."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a migration of PostgreSQL waits for others."""

    for_migrations_s: float = 300
    """For a migration that another process is running."""
    for_tables_s: float = 5
    """For a table that a transaction holds: whoever comes after waits behind the migration."""
    tries: int = 5
    pause_s: float = 10
    """Between two tries, so that those who waited behind the last one get on."""


_PATIENCE = Patience()


class NotMigrated(Exception):
    """The migration did not get its turn, and the schema is as it was."""


class AnotherMigrates(NotMigrated):
    """Another process holds the migrations' lock."""

    def __str__(self) -> str:
        """What to do."""
        return (
            "Another process is migrating this database. Nothing was changed: wait until it has ended, "
            "then run `absense-server migrate` again."
        )


class TablesInUse(NotMigrated):
    """Transactions held a table that was to be changed, at every try."""

    def __str__(self) -> str:
        """What to do."""
        return (
            "Other transactions hold a table that is to be changed. Nothing was changed: run `absense-server migrate` "
            "again in a quiet moment."
        )


class SchemaNewer(NotMigrated):
    """A newer version of the program has migrated the database, and not so that this one could go on."""

    def __str__(self) -> str:
        """What to do."""
        return "A newer version has migrated this database. Nothing was changed: install that version here, too."


class Standing(Enum):
    """What a schema is to this version of the program."""

    OLDER = "older"
    """It has to be migrated first."""
    CURRENT = "current"
    NEWER = "newer"
    """A newer version has migrated it, and this one works on it as well."""


def upgrade(database: str | Engine, revision: str = "head", patience: Patience = _PATIENCE) -> None:
    """Bring the schema up to `revision`, in one transaction; one that is newer, and will do, is left as it is.

    Raises BackendUnavailable, NotMigrated.
    """
    _run(database, lambda config: command.upgrade(config, revision), patience, newer_will_do=True)


def downgrade(database: str | Engine, revision: str, patience: Patience = _PATIENCE) -> None:
    """Take the schema back to `revision` ("base": nothing is left), in one transaction.

    Raises BackendUnavailable, NotMigrated.
    """
    _run(database, lambda config: command.downgrade(config, revision), patience)


def current_revision(database: str | Engine) -> str | None:
    """The schema's revision; None before the first.

    Raises BackendUnavailable.
    """
    with _connection(database) as connection:
        return MigrationContext.configure(connection).get_current_revision()


def standing(database: str | Engine) -> Standing:
    """What the schema is to this version of the program.

    Raises BackendUnavailable, SchemaNewer.
    """
    with _connection(database) as connection:
        current = MigrationContext.configure(connection).get_current_revision()
        revisions = _revisions()
        if current is None or current in revisions[:-1]:
            return Standing.OLDER
        if current == revisions[-1]:
            return Standing.CURRENT
        _require_no_newer_program(connection, revisions)
        return Standing.NEWER


def oldest_program(said: Mapping[str, str]) -> str:
    """The revision of the oldest program that works on the schema of the last revision.

    `said`: of each revision, in their order, the oldest that works on its schema. One that does not work on a schema on
    the way works on none that comes after it. Raises ValueError: a revision names one that is not before it.
    """
    revisions = list(said)
    return max(said.values(), key=revisions.index)


def pending_changes(database: str | Engine) -> list[Any]:
    """How the tables differ from the schema as it stands (as `alembic check`); empty when they agree."""
    with _connection(database) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, metadata))


def draft(database: str | Engine, message: str, revision: str) -> None:
    """Write a revision that makes the schema of `database` what the tables say, for a person to finish."""

    def write(config: Config) -> None:
        command.revision(config, message, autogenerate=True, rev_id=revision)

    _run(database, write)


def _run(
    database: str | Engine,
    action: Callable[[Config], None],
    patience: Patience = _PATIENCE,
    *,
    newer_will_do: bool = False,
) -> None:
    for tries_left in reversed(range(patience.tries)):
        try:
            _try(database, action, patience, newer_will_do=newer_will_do)
        except TablesInUse:
            if not tries_left:
                raise
            time.sleep(patience.pause_s)
        else:
            return


def _try(database: str | Engine, action: Callable[[Config], None], patience: Patience, *, newer_will_do: bool) -> None:
    with _connection(database, foreign_keys=False) as connection:
        connection.begin()
        if connection.dialect.name == "postgresql":
            _take_turn(connection, patience)
        current, revisions = MigrationContext.configure(connection).get_current_revision(), _revisions()
        if current is not None and current not in revisions:
            if not newer_will_do:
                raise SchemaNewer
            _require_no_newer_program(connection, revisions)
            return
        config = _config()
        config.attributes["connection"] = connection
        with _unless_held(TablesInUse):
            action(config)
        _note_programs(connection)
        if connection.dialect.name == "sqlite":
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
            if broken:
                raise RuntimeError(f"the migration left {len(broken)} rows without what they refer to")
        connection.commit()


def _revisions() -> list[str]:
    """Those that this version of the program knows, in their order."""
    return list(_said_until("head"))


def _said_until(revision: str) -> dict[str, str]:
    """Of each revision, in their order, the oldest program that works on it: its own, unless it says so."""
    scripts = list(_scripts().walk_revisions(head=revision))
    return {each.revision: getattr(each.module, "oldest_program", each.revision) for each in reversed(scripts)}


def _require_no_newer_program(connection: Connection, revisions: list[str]) -> None:
    """Raise SchemaNewer unless whoever migrated said that a program which knows `revisions` works on it as well."""
    if _has_programs(connection) and connection.execute(select(schema_programs.c.oldest)).scalar() in revisions:
        return
    raise SchemaNewer


def _note_programs(connection: Connection) -> None:
    """Write down for programs that are older which of them may go on."""
    current = MigrationContext.configure(connection).get_current_revision()
    if current is not None and _has_programs(connection):
        connection.execute(delete(schema_programs))
        connection.execute(insert(schema_programs).values(id=1, oldest=oldest_program(_said_until(current))))


def _has_programs(connection: Connection) -> bool:
    return inspect(connection).has_table(schema_programs.name)


def _take_turn(connection: Connection, patience: Patience) -> None:
    # a large table takes long to change
    connection.execute(text("SET LOCAL statement_timeout = 0"))
    _limit_waiting(connection, patience.for_migrations_s)
    with _unless_held(AnotherMigrates):
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    _limit_waiting(connection, patience.for_tables_s)


def _limit_waiting(connection: Connection, seconds: float) -> None:
    connection.execute(text(f"SET LOCAL lock_timeout = {round(1000 * seconds)}"))


@contextmanager
def _unless_held(error: type[NotMigrated]) -> Iterator[None]:
    """Raise `error` where somebody else held a lock too long, or the other way round as well."""
    try:
        yield
    except DBAPIError as failure:
        if getattr(failure.orig, "pgcode", None) in {errorcodes.LOCK_NOT_AVAILABLE, errorcodes.DEADLOCK_DETECTED}:
            raise error from failure
        raise


@contextmanager
def _connection(database: str | Engine, *, foreign_keys: bool = True) -> Iterator[Connection]:
    engine = create_engine(database, pool_size=1) if isinstance(database, str) else database
    try:
        with translated(), engine.connect() as connection:
            if connection.dialect.name == "sqlite" and not foreign_keys:
                # SQLite changes a table by copying it, and dropping the old one would cascade. Only before a
                # transaction begins does this have an effect.
                driver_connection: Any = connection.connection.driver_connection
                driver_connection.execute("PRAGMA foreign_keys = OFF")
            try:
                yield connection
            finally:
                if not foreign_keys:
                    connection.invalidate()
    finally:
        if engine is not database:
            engine.dispose()


@cache
def _scripts() -> ScriptDirectory:
    # it reads them all, and a process may ask often
    return ScriptDirectory.from_config(_config())


def _config() -> Config:
    config = Config()
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.set_main_option("script_location", str(files("absense_migrations")).replace("%", "%%"))
    return config
