"""The file of an SQLite database: nobody else's to read."""

import os
import stat
from pathlib import Path

from sqlalchemy import text

from absense_server.adapters.db.engine import create_engine


def test_nobody_else_can_read_it(tmp_path: Path) -> None:
    file = tmp_path / "absense.db"
    engine = create_engine(f"sqlite:///{file}", pool_size=2)
    old = os.umask(0)
    try:
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE names (name TEXT)"))
            made = sorted(tmp_path.iterdir())
            assert [path.name for path in made] == ["absense.db", "absense.db-shm", "absense.db-wal"]
            for path in made:
                assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    finally:
        os.umask(old)
        engine.dispose()


def test_one_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "absense.db"
    file.touch()
    file.chmod(0o640)
    engine = create_engine(f"sqlite:///{file}", pool_size=1)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE names (name TEXT)"))
    engine.dispose()
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
