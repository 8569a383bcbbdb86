"""What these tests share: a throwaway PostgreSQL, and a database to begin with."""

from pathlib import Path

import pytest

from demo.server import ServerProcess
from tests.support import servers

postgres = servers.postgres


@pytest.fixture(scope="session")
def seeded_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database with the demo's people, to be copied."""
    folder = tmp_path_factory.mktemp("seeded")
    ServerProcess(folder).prepare()
    return folder / "absense.db"
