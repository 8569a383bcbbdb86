"""What integration tests share: throwaway servers."""

import pytest

from absense_server.adapters.db import migrate
from backing.postgres import Postgres
from tests.support import servers

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
