"""Throwaway servers as fixtures, for a conftest.py to take over by name."""

from collections.abc import Iterator

import pytest

from backing import postgres as postgresql
from backing import redis, seaweedfs
from backing.postgres import Postgres, PostgresMissing
from backing.redis import RedisMissing, RedisServer
from backing.seaweedfs import S3Server


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL cluster. Skips where there is none."""
    _skip_without_postgres()
    with postgresql.running() as cluster:
        yield cluster


@pytest.fixture
def own_postgres() -> Iterator[Postgres]:
    """A PostgreSQL cluster for one test alone, which may stop and start it; what is committed survives that."""
    _skip_without_postgres()
    with postgresql.running("synchronous_commit=on") as cluster:
        yield cluster


def _skip_without_postgres() -> None:
    try:
        postgresql.find_binaries()
    except PostgresMissing as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3Server]:
    """SeaweedFS, with a bucket."""
    with seaweedfs.running() as server:
        yield server


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """A Redis. Skips where there is none."""
    _skip_without_redis()
    with redis.running() as server:
        yield server


@pytest.fixture
def own_redis() -> Iterator[RedisServer]:
    """A Redis for one test alone, which may kill, freeze and start it."""
    _skip_without_redis()
    with redis.running() as server:
        yield server


def _skip_without_redis() -> None:
    try:
        redis.find_binary()
    except RedisMissing as missing:
        pytest.skip(str(missing))
