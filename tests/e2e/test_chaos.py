"""Servers are killed while claims come in: what `make chaos` does, in short."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from backing import postgres, redis
from backing.postgres import PostgresMissing
from backing.redis import RedisMissing
from bench import selfies
from chaos.run import SHORT, run
from demo import photographs
from demo.photographs import PhotographsError
from tests.support import faces

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def portraits(tmp_path: Path) -> list[Path]:
    try:
        postgres.find_binaries()
        redis.find_binary()
        faces.fetch_photographs()
    except (PostgresMissing, RedisMissing, PhotographsError) as missing:
        pytest.skip(str(missing))
    faces.fetch_models()
    return selfies.make(photographs.fetch(photographs.FOLDER), tmp_path / "selfies")


@pytest.mark.timeout(300)  # above what the plan takes at most
async def test_nothing_that_was_acknowledged_is_lost(tmp_path: Path, portraits: list[Path]) -> None:
    outcome = await run(SHORT, tmp_path, faces.MODELS, portraits, print)
    print(outcome.render())
    assert outcome.problems == []
    assert [blow.what for blow in outcome.blows] == [fault.what for fault in SHORT.faults]
    assert outcome.blows[0].told != "0 selfies in its hands"
    assert outcome.sent == len(outcome.log.acknowledged) == outcome.account.once == outcome.account.with_photograph
    assert outcome.account.faces == {"PASSED FACE_MATCHES": outcome.sent}
    assert min(outcome.answered.values()) > 0


@pytest.fixture
def temporary() -> Iterator[Path]:
    """A folder for whatever the program makes: with a short path, as sockets want it, and open to PostgreSQL's user."""
    with tempfile.TemporaryDirectory(prefix="absense-") as name:
        Path(name).chmod(0o711)
        yield Path(name)


@pytest.mark.usefixtures("portraits")
def test_it_can_be_stopped_and_leaves_nothing(temporary: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "chaos", "--short"],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(temporary)},
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stderr is not None
        next(line for line in running.stderr if "Starting" in line)
        running.send_signal(signal.SIGINT)
        [last] = running.stderr
    assert running.returncode == 130
    assert last.endswith("Stopped.\n")
    assert list(temporary.iterdir()) == []
