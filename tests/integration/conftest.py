"""What integration tests share: throwaway servers."""

from collections.abc import Iterator

import pytest

from absense_server.adapters.db import migrate
from backing.postgres import Postgres
from tests.support import servers
from tests.support.databases import empty

postgres = servers.postgres
own_postgres = servers.own_postgres
s3_server = servers.s3_server
redis_server = servers.redis_server
own_redis = servers.own_redis


@pytest.fixture(scope="session")
def migrated_database(postgres: Postgres) -> str:
    name = postgres.create_database()
    migrate.upgrade(postgres.url(name))
    return name


@pytest.fixture(scope="session")
def postgres_url(postgres: Postgres, migrated_database: str) -> str:
    return postgres.url(postgres.create_database(template=migrated_database))


@pytest.fixture
def emptied_url(postgres_url: str) -> Iterator[str]:
    """A migrated PostgreSQL database without a row: the same for each test, emptied afterwards."""
    yield postgres_url
    empty(postgres_url)
