"""The schema: up, down, up again, and the same as the tables say."""

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Connection, Engine, event, inspect, text
from typer.testing import CliRunner

from absense_server import checkup
from absense_server.adapters.db import migrate
from absense_server.adapters.db.engine import create_engine
from absense_server.adapters.db.migrate import Standing
from absense_server.adapters.db.tables import metadata
from absense_server.adapters.db.unit_of_work import SqlUnitOfWork
from absense_server.app import App
from absense_server.app.database import DatabaseNotReady
from absense_server.cli import cli
from absense_server.ports.findings import UserFilter
from absense_server.settings import Settings
from tests.integration.db.world import NOW, World


def test_up_down_and_up_again(empty_url: str) -> None:
    assert migrate.current_revision(empty_url) is None
    assert migrate.standing(empty_url) is Standing.OLDER
    assert migrate.pending_changes(empty_url)
    migrate.upgrade(empty_url)
    assert migrate.standing(empty_url) is Standing.CURRENT
    migrate.downgrade(empty_url, "base")
    assert migrate.current_revision(empty_url) is None
    assert tables_in(empty_url) == {"alembic_version"}
    migrate.upgrade(empty_url)
    assert migrate.standing(empty_url) is Standing.CURRENT
    assert migrate.pending_changes(empty_url) == []


def test_what_a_newer_version_migrated_is_left_as_it_is(empty_url: str, make_settings: Callable[..., Settings]) -> None:
    migrate.upgrade(empty_url)
    engine = create_engine(empty_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        connection.execute(text("UPDATE schema_programs SET oldest = '9998'"))
    for migration in (migrate.upgrade, partial(migrate.downgrade, revision="base")):
        with pytest.raises(migrate.SchemaNewer, match="newer version"):
            migration(engine)
    settings = make_settings(database_url=empty_url)
    app = App(settings)
    with pytest.raises(DatabaseNotReady, match="newer version"):
        app.require_database()
    app.close()
    assert any("newer version" in finding.text for finding in checkup.examine(settings) if finding.fatal)
    assert migrate.current_revision(engine) == "9999"
    engine.dispose()


def test_what_a_newer_version_migrated_will_do_where_it_says_so(
    empty_url: str, make_settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate.upgrade(empty_url)
    ours = migrate.current_revision(empty_url)
    engine = create_engine(empty_url)
    with engine.begin() as connection:
        assert connection.execute(text("SELECT oldest FROM schema_programs")).scalars().all() == [ours]
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert migrate.standing(engine) is Standing.NEWER
    settings = make_settings(database_url=empty_url)
    app = App(settings)
    app.require_database()
    app.close()
    found = [finding.text for finding in checkup.examine(settings) if "newer version" in finding.text]
    assert [text.partition(", ")[2] for text in found] == ["schema of a newer version, which this one works on too"]
    # each replica may migrate as it starts, those of the version before too
    for name, value in (("DEMO_MODE", "true"), ("DATABASE_URL", empty_url)):
        monkeypatch.setenv(name, value)
    for folder in ("STORAGE_FOLDER", "MAIL_OUTBOX_FOLDER"):
        monkeypatch.setenv(folder, str(settings.storage_folder))
    done = CliRunner().invoke(cli, ["migrate"])
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout == "The database is at 9999, of a newer version; this one works on it as well.\n"
    with pytest.raises(migrate.SchemaNewer):
        migrate.downgrade(engine, "base")
    assert migrate.current_revision(engine) == "9999"
    engine.dispose()


def test_programs_may_go_on_that_every_migration_since_theirs_keeps() -> None:
    assert migrate.oldest_program({"1": "1", "2": "2"}) == "2"
    assert migrate.oldest_program({"1": "1", "2": "1", "3": "2"}) == "2"
    # the second keeps none before it, whatever comes after it says
    assert migrate.oldest_program({"1": "1", "2": "2", "3": "1"}) == "2"
    with pytest.raises(ValueError, match="9"):
        migrate.oldest_program({"1": "1", "2": "9"})


def test_upgrading_twice_changes_nothing(engine: Engine, world: World) -> None:
    user = world.user()
    migrate.upgrade(engine)
    with world.uow(read_only=True) as tx:
        assert tx.users.get(user.id) == user


def test_who_was_there_before_is_found_by_name(empty_url: str) -> None:
    migrate.upgrade(empty_url, "0004")
    engine = create_engine(empty_url)
    person = {"id": uuid4().hex, "name": " Ọ̀SẸ́ Straße ", "at": "2026-11-02 09:00:00"}
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO users (id, claimed_number, full_name, role, state, level, created_at) "
                "VALUES (:id, '', :name, 'STUDENT', 'ACTIVE', 0, :at)"
            ),
            person,
        )
    migrate.upgrade(engine)
    with SqlUnitOfWork(engine)(read_only=True) as tx:
        (found,) = tx.users.list(UserFilter(query="ọ̀sẹ́ STRASSE"), after=None, limit=50)
    assert found.full_name == person["name"]
    engine.dispose()


def test_who_was_erased_before_a_downgrade_is_not_forgotten(engine: Engine, world: World) -> None:
    erased, _ = world.user(), world.user()
    with world.uow() as tx:
        tx.erasures.account(erased.id, NOW)
        tx.commit()
    migrate.downgrade(engine, "0004")
    migrate.upgrade(engine)
    with world.uow(read_only=True) as tx:
        assert tx.erasures.unfinished(NOW, after=None, limit=9) == [erased.id]


def test_the_migrations_make_what_the_tables_say(empty_url: str) -> None:
    engine = create_engine(empty_url)
    migrate.upgrade(engine)
    with engine.connect() as connection:
        migrated = schema(connection)
    migrate.downgrade(engine, "base")
    metadata.create_all(engine)
    with engine.connect() as connection:
        assert migrated == schema(connection)
    engine.dispose()


def test_a_migration_that_fails_leaves_nothing(empty_url: str) -> None:
    engine = create_engine(empty_url)

    def fail(_c: object, _cur: object, statement: str, *_: object) -> None:
        if "INDEX ix_decisions_record_id" in statement:
            raise ZeroDivisionError

    event.listen(engine, "before_cursor_execute", fail)
    with pytest.raises(ZeroDivisionError):
        migrate.upgrade(engine)
    engine.dispose()
    assert tables_in(empty_url) == set()
    assert migrate.current_revision(empty_url) is None


def test_after_a_migration_foreign_keys_are_on_again(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path}/absense.db", pool_size=1)
    migrate.upgrade(engine)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1
    engine.dispose()


def tables_in(url: str) -> set[str]:
    engine = create_engine(url)
    try:
        return set(inspect(engine).get_table_names())
    finally:
        engine.dispose()


def _parts(sql: str) -> list[str]:
    """A statement's lines; a column that was added later stands behind the last one, on the same line."""
    lines = (
        re.sub(r", (?=[a-z_]+ (?:TEXT|DATETIME|VARCHAR|BIGINT|BLOB))", ",\n", sql)
        .replace("NOT NULL)", "NOT NULL\n)")
        .splitlines()
    )
    return [line.strip(" \t,") for line in lines]


def schema(connection: Connection) -> dict[str, object]:
    """All that the database says of its tables, with CHECK constraints and the conditions of indexes."""
    if connection.dialect.name == "sqlite":
        rows = connection.exec_driver_sql(
            "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND tbl_name <> 'alembic_version'"
        )
        return {name: sorted(_parts(sql)) for name, sql in rows}
    described: dict[str, object] = {}
    inspector = inspect(connection)
    for table in inspector.get_table_names():
        if table == "alembic_version":
            continue
        described[table] = {
            "columns": {c["name"]: (str(c["type"]), c["nullable"]) for c in inspector.get_columns(table)},
            "constraints": sorted(
                connection.exec_driver_sql(
                    f"SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = '{table}'::regclass"  # noqa: S608 -- a table's name of ours
                )
            ),
            "indexes": sorted(
                connection.exec_driver_sql(
                    f"SELECT indexdef FROM pg_indexes WHERE tablename = '{table}'"  # noqa: S608 -- as above
                ).scalars()
            ),
        }
    return described
