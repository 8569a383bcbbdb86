"""The schema, brought up to date by Alembic with the scripts of absense_migrations."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.resources import files
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from absense_server.adapters.db.engine import create_engine
from absense_server.adapters.db.errors import translated
from absense_server.adapters.db.tables import metadata

_LOCK = 0x4142_5345_4E53_4500
"""PostgreSQL's advisory lock of this number ("ABSENSE") lets replicas that start together migrate in turn."""


def upgrade(database: str | Engine, revision: str = "head") -> None:
    """Bring the schema up to `revision`, in one transaction.

    Raises BackendUnavailable.
    """
    _run(database, lambda config: command.upgrade(config, revision))


def downgrade(database: str | Engine, revision: str) -> None:
    """Take the schema back to `revision` ("base": nothing is left), in one transaction.

    Raises BackendUnavailable.
    """
    _run(database, lambda config: command.downgrade(config, revision))


def current_revision(database: str | Engine) -> str | None:
    """The schema's revision; None before the first.

    Raises BackendUnavailable.
    """
    with _connection(database) as connection:
        return MigrationContext.configure(connection).get_current_revision()


def is_current(database: str | Engine) -> bool:
    """Whether the schema is what this version of the program expects.

    Raises BackendUnavailable.
    """
    return current_revision(database) == ScriptDirectory.from_config(_config()).get_current_head()


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


def _run(database: str | Engine, action: Callable[[Config], None]) -> None:
    with _connection(database, foreign_keys=False) as connection:
        connection.begin()
        if connection.dialect.name == "postgresql":
            for setting in ("statement_timeout", "lock_timeout"):
                connection.execute(text(f"SET LOCAL {setting} = 0"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        config = _config()
        config.attributes["connection"] = connection
        action(config)
        if connection.dialect.name == "sqlite":
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
            if broken:
                raise RuntimeError(f"the migration left {len(broken)} rows without what they refer to")
        connection.commit()


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


def _config() -> Config:
    config = Config()
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.set_main_option("script_location", str(files("absense_migrations")).replace("%", "%%"))
    return config
