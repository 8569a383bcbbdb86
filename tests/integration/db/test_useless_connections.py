"""Connections that answer and are of no use: to a database that takes nothing, with plans for a schema that is gone."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import InternalError
from uuid_utils.compat import uuid7

from absense_server.adapters.db.engine import create_engine
from absense_server.adapters.db.unit_of_work import SqlUnitOfWork
from absense_server.domain.errors.calls import BackendUnavailable
from absense_server.domain.ids import ClaimId
from absense_server.ports.findings import ClaimKey
from backing.postgres import Postgres
from tests.integration.db.world import World, a_user

POOL = 3


@pytest.fixture
def database(postgres: Postgres, migrated_database: str) -> Iterator[str]:
    name = postgres.create_database(template=migrated_database)
    yield name
    postgres.drop_database(name)


@pytest.fixture
def engine(postgres: Postgres, database: str) -> Iterator[Engine]:
    engine = create_engine(postgres.url(database), pool_size=POOL)
    yield engine
    engine.dispose()


@pytest.fixture
def world(engine: Engine) -> World:
    return World(SqlUnitOfWork(engine))


def alter(postgres: Postgres, database: str, *statements: str) -> None:
    """As somebody else does."""
    other = create_engine(postgres.url(database), pool_size=1)
    with other.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    other.dispose()


def look_up(world: World, key: ClaimKey) -> bool:
    with world.uow(read_only=True) as tx:
        return tx.records.views([key]) != [None]


def fill_pool(engine: Engine) -> None:
    connections = [engine.connect() for _ in range(POOL)]
    for connection in connections:
        connection.close()


def test_a_database_that_takes_nothing_is_unavailable_until_it_does(
    postgres: Postgres, database: str, engine: Engine, world: World
) -> None:
    """As a standby: nobody who reconnects meets another. What was connected meanwhile is not kept."""
    alter(postgres, database, f"ALTER DATABASE {database} SET default_transaction_read_only = on")
    engine.dispose()
    fill_pool(engine)
    with pytest.raises(BackendUnavailable):
        world.user()
    with pytest.raises(BackendUnavailable), world.uow(read_only=True) as tx:
        tx.database_time()
    fill_pool(engine)
    alter(postgres, database, "SET TRANSACTION READ WRITE", f"ALTER DATABASE {database} RESET ALL")
    with pytest.raises(BackendUnavailable):
        world.user()
    connections = [engine.connect() for _ in range(POOL)]  # one that fails takes the others along
    assert {connection.scalar(text("SHOW transaction_read_only")) for connection in connections} == {"off"}
    for connection in connections:
        connection.close()
    world.user()


def test_readiness_asks_on_another_next_time(postgres: Postgres, database: str, engine: Engine, world: World) -> None:
    """A server that is not ready gets no calls, which would."""
    alter(postgres, database, f"ALTER DATABASE {database} SET default_transaction_read_only = on")
    engine.dispose()
    fill_pool(engine)
    alter(postgres, database, "SET TRANSACTION READ WRITE", f"ALTER DATABASE {database} RESET ALL")
    with pytest.raises(BackendUnavailable), world.uow(read_only=True) as tx:
        tx.database_time()
    with world.uow(read_only=True) as tx:
        assert tx.database_time()


def test_writing_where_only_reading_is_due_is_a_fault(world: World) -> None:
    with pytest.raises(InternalError), world.uow(read_only=True) as tx:
        tx.users.add(a_user(), None)


def test_what_was_prepared_before_a_migration_is_prepared_anew(
    postgres: Postgres, database: str, engine: Engine, world: World
) -> None:
    """A process of the version before goes on while replicas are replaced."""
    key = ClaimKey(world.user().id, ClaimId(uuid7()), None)
    fill_pool(engine)
    assert look_up(world, key)
    alter(postgres, database, "ALTER TABLE users ALTER COLUMN full_name TYPE varchar(200)")
    with pytest.raises(BackendUnavailable):
        look_up(world, key)
    assert look_up(world, key)
