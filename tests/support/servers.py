"""Throwaway servers as fixtures, one of each for all tests of a process: for a conftest.py to take over by name."""

from collections.abc import Iterator

import pytest

from backing import postgres as postgresql
from backing import seaweedfs
from backing.postgres import Postgres, PostgresMissing
from backing.seaweedfs import S3Server


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL cluster. Skips where there is none."""
    try:
        postgresql.find_binaries()
    except PostgresMissing as missing:
        pytest.skip(str(missing))
    with postgresql.running() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3Server]:
    """SeaweedFS, with a bucket."""
    with seaweedfs.running() as server:
        yield server
