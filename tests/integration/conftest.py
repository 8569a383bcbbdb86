"""What integration tests share: a throwaway PostgreSQL."""

import pytest

from absense_server.adapters.db import migrate
from tests.support import postgres as support
from tests.support.postgres import Postgres

postgres = support.postgres


@pytest.fixture(scope="session")
def migrated_database(postgres: Postgres) -> str:
    name = postgres.create_database()
    migrate.upgrade(postgres.url(name))
    return name
