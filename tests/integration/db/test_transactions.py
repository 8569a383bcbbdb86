"""Transactions, outages, instants: what holds whatever the collection."""

import socket
import sqlite3
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from threading import Barrier, Thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, insert, select, text
from sqlalchemy.exc import OperationalError as SqlFault
from sqlalchemy.exc import ProgrammingError, StatementError

from absense_server.adapters.db import migrate
from absense_server.adapters.db.engine import create_engine
from absense_server.adapters.db.tables import terms
from absense_server.adapters.db.unit_of_work import SqlUnitOfWork
from absense_server.domain.courses import TermState
from absense_server.domain.errors.accounts import EmailTaken
from absense_server.domain.errors.calls import BackendUnavailable
from absense_server.ports.data import Transaction, UnitOfWork
from absense_server.ports.findings import Race
from backing.postgres import Postgres
from tests.integration.db.world import NOW, World, a_refresh_token, a_sign_in, a_user


def test_it_is_what_the_port_asks_for(uow: SqlUnitOfWork) -> None:
    port: UnitOfWork = uow
    with port() as transaction:
        tx: Transaction = transaction
        assert tx.users.get(a_user().id) is None


def test_without_commit_nothing_is_kept(uow: SqlUnitOfWork) -> None:
    user = a_user()
    with uow() as tx:
        tx.users.add(user, None)
        assert tx.users.get(user.id) == user
    with uow(read_only=True) as tx:
        assert tx.users.get(user.id) is None


def test_after_an_error_nothing_is_kept(uow: SqlUnitOfWork) -> None:
    user = a_user()

    def add_twice() -> None:
        with uow() as tx:
            tx.users.add(user, None)
            tx.users.add(a_user(email=user.email), None)
            tx.commit()

    with pytest.raises(EmailTaken):
        add_twice()
    with uow() as tx:
        tx.users.add(user, None)
        tx.commit()
    with uow(read_only=True) as tx:
        assert tx.users.get(user.id) == user


def test_what_was_committed_stays_whatever_comes_after(uow: SqlUnitOfWork) -> None:
    kept, dropped = a_user(), a_user()
    with uow() as tx:
        tx.users.add(kept, None)
        tx.commit()
        tx.users.add(dropped, None)
    with uow(read_only=True) as tx:
        assert tx.users.get(kept.id) == kept
        assert tx.users.get(dropped.id) is None


def test_a_reading_transaction_sees_one_moment(world: World) -> None:
    user = world.user()
    with world.uow(read_only=True) as reader:
        assert reader.users.get(user.id) == user
        later = world.user()
        assert reader.users.get(later.id) is None
    with world.uow(read_only=True) as reader:
        assert reader.users.get(later.id) == later


def test_readers_do_not_wait_for_a_writer(world: World) -> None:
    with world.uow() as writer:
        user = a_user()
        writer.users.add(user, None)
        with world.uow(read_only=True) as reader:
            assert reader.users.get(user.id) is None
        writer.commit()


def test_a_foreign_key_that_leads_nowhere_is_refused(uow: SqlUnitOfWork) -> None:
    sign_in = a_sign_in(a_user())
    with pytest.raises(Exception, match=r"(?i)foreign key"), uow() as tx:
        tx.sign_ins.add(sign_in, a_refresh_token(sign_in))


def test_faulty_sql_is_no_outage(uow: SqlUnitOfWork) -> None:
    with pytest.raises((ProgrammingError, SqlFault)), uow() as tx:
        tx._connection.execute(text("SELECT nothing FROM nowhere"))


# Outages


def test_a_port_where_nobody_listens() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        engine = create_engine(f"postgresql://nobody:hidden@127.0.0.1:{taken.getsockname()[1]}/absense")
        assert_unavailable(SqlUnitOfWork(engine))
        with pytest.raises(BackendUnavailable):
            migrate.standing(engine)
        engine.dispose()


def test_a_file_that_cannot_be_opened(tmp_path: Path) -> None:
    assert_unavailable(SqlUnitOfWork(create_engine(f"sqlite:///{tmp_path}/no/such/folder/absense.db")))


def test_sqlite_locked_by_somebody_else(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/absense.db"
    migrate.upgrade(url)
    engine = create_engine(url, lock_timeout_s=0.05)
    other = sqlite3.connect(tmp_path / "absense.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert_unavailable(SqlUnitOfWork(engine))
    with SqlUnitOfWork(engine)(read_only=True) as tx:
        assert tx.users.get(a_user().id) is None
    other.close()
    with SqlUnitOfWork(engine)() as tx:
        assert tx.users.get(a_user().id) is None
    engine.dispose()


def test_every_connection_in_use(url: str) -> None:
    engine = create_engine(url, pool_size=1, pool_timeout_s=0.05)
    uow = SqlUnitOfWork(engine)
    with uow(read_only=True):
        assert_unavailable(uow)
    engine.dispose()


def test_connections_that_the_server_ended(postgres: Postgres, migrated_database: str) -> None:
    name = postgres.create_database(template=migrated_database)
    engine = create_engine(postgres.url(name), pool_size=2)
    uow = SqlUnitOfWork(engine)
    with uow() as tx, uow() as other:
        tx.users.add(a_user(), None)
        other.users.add(a_user(), None)
    postgres._administer(
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"  # noqa: S608 -- ours
    )
    assert_unavailable(uow)
    with uow() as tx:
        assert tx.users.get(a_user().id) is None
    engine.dispose()
    postgres.drop_database(name)


def test_a_statement_that_takes_too_long(postgres: Postgres) -> None:
    engine = create_engine(postgres.url("postgres"), statement_timeout_s=0.05)
    with pytest.raises(BackendUnavailable), SqlUnitOfWork(engine)() as tx:
        tx._connection.execute(text("SELECT pg_sleep(30)"))
    engine.dispose()


def test_a_deadlock_is_a_race(postgres: Postgres, migrated_database: str) -> None:
    name = postgres.create_database(template=migrated_database)
    engine = create_engine(postgres.url(name), pool_size=2)
    world = World(SqlUnitOfWork(engine))
    users = [world.user(), world.user()]
    both_hold_one = Barrier(2)
    lost: list[Exception] = []

    def swap(mine: int) -> None:
        try:
            with world.uow() as tx:
                for number, user in enumerate((users[mine], users[1 - mine])):
                    tx.users.set_state(user.id, user.state)
                    if number == 0:
                        both_hold_one.wait()
        except Race as race:
            lost.append(race)

    threads = [Thread(target=swap, args=(n,)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(lost) == 1
    engine.dispose()
    postgres.drop_database(name)


def assert_unavailable(uow: SqlUnitOfWork) -> None:
    with pytest.raises(BackendUnavailable) as caught, uow() as tx:
        tx.users.get(a_user().id)
    assert caught.value.__cause__ is not None
    assert str(caught.value) == str(BackendUnavailable())


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://localhost/absense"])
def test_databases_that_will_not_do(url: str) -> None:
    with pytest.raises(ValueError, match="SQLite"):
        create_engine(url)


def test_sqlite_is_opened_for_durable_concurrent_use(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path}/absense.db")
    with engine.connect() as connection:
        pragmas = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        found = [connection.exec_driver_sql(f"PRAGMA {pragma}").scalar_one() for pragma in pragmas]
    assert found == ["wal", 2, 1, 15_000]
    engine.dispose()


# Instants


@settings(deadline=None, max_examples=30)
@given(
    st.datetimes(
        min_value=datetime(1971, 1, 1),  # noqa: DTZ001 -- hypothesis wants them so
        max_value=datetime(2999, 1, 1),  # noqa: DTZ001
        timezones=st.builds(
            lambda minutes: timezone(timedelta(minutes=minutes)), st.integers(min_value=-14 * 60, max_value=14 * 60)
        ),
    )
)
def test_an_instant_comes_back_to_the_microsecond_in_utc(shared_engine: Engine, instant: datetime) -> None:
    row = {
        "id": a_user().id,
        "name": "",
        "starts_at": instant,
        "ends_at": instant + timedelta(microseconds=1),
        "state": TermState.OPEN,
    }
    with shared_engine.connect() as connection:
        connection.execute(insert(terms), row)
        found = connection.execute(
            select(terms.c.starts_at).where(terms.c.starts_at <= instant, terms.c.ends_at > instant)
        ).scalar_one()
    assert found == instant
    assert found.tzinfo is UTC


def test_an_instant_without_a_zone_is_refused(uow: SqlUnitOfWork) -> None:
    with pytest.raises(StatementError, match="time zone"), uow() as tx:
        tx.courses.current_term(NOW.replace(tzinfo=None))
