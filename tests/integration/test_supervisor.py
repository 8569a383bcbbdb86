"""The supervisor with processes that do nothing but end in all sorts of ways."""

import asyncio
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from absense_server import supervisor as supervisors
from absense_server.supervisor import NotStarted, Supervisor, child
from absense_server.supervisor.child import Child
from absense_server.supervisor.lifeline import Lifeline
from tests.support import server_process

PATIENCE_SECONDS = 60


class Watched:
    """A supervisor, and what it says of processes that ended."""

    def __init__(self, folder: Path, *behaviours: str) -> None:
        self.folder = folder
        self.ended: asyncio.Queue[int] = asyncio.Queue()
        program = [sys.executable, str(Path(server_process.__file__))]
        self.supervisor = Supervisor(
            [[*program, behaviour, str(folder)] for behaviour in behaviours],
            grace_seconds=0,
            ended=self.ended.put_nowait,
        )

    @property
    def started(self) -> set[int]:
        """All processes there ever were."""
        return pids_in(self.folder)

    async def replaced(self, pid: int) -> None:
        """Wait until another serves in the place of this one."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            assert await self.ended.get() == pid
            async with self.supervisor._slots[0].lock:  # it is held while another is started
                assert pid not in self.supervisor.pids


@asynccontextmanager
async def running(folder: Path, *behaviours: str) -> AsyncIterator[Watched]:
    watched = Watched(folder, *behaviours)
    try:
        await watched.supervisor.start()
        yield watched
    finally:
        await watched.supervisor.stop()
    assert not any(is_alive(pid) for pid in watched.started)


def pids_in(folder: Path) -> set[int]:
    return {int(path.name) for path in folder.iterdir()}


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_all_serve_and_all_end(tmp_path: Path) -> None:
    async with running(tmp_path, "serves", "serves", "serves") as watched:
        assert set(watched.supervisor.pids) == watched.started
        assert len(watched.started) == 3


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
async def test_one_that_ends_by_itself_is_replaced(tmp_path: Path, number: int) -> None:
    async with running(tmp_path, "serves") as watched:
        (first,) = watched.supervisor.pids
        os.kill(first, number)
        await watched.replaced(first)
        (second,) = watched.supervisor.pids
        assert watched.started == {first, second}


async def test_one_that_hangs_is_killed_and_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "_HUNG_SECONDS", 5.0)
    async with running(tmp_path, "hangs") as watched:
        (first,) = watched.supervisor.pids
        await watched.replaced(first)


async def test_one_that_does_not_heed_is_killed_in_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisors, "_MARGIN", 0.2)
    async with running(tmp_path, "deaf", "serves") as watched:
        assert len(watched.started) == 2


async def test_what_does_not_start_at_first_stops_all(tmp_path: Path) -> None:
    with pytest.raises(NotStarted):
        async with running(tmp_path, "serves", "fails"):
            pass
    assert not any(map(is_alive, pids_in(tmp_path)))


async def test_the_first_one_alone_says_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(NotStarted):
        async with running(tmp_path, "fails", "fails", "fails"):
            pass
    assert len(pids_in(tmp_path)) == 1


async def test_a_program_that_is_not_there(tmp_path: Path) -> None:
    one = Supervisor([[str(tmp_path / "nothing")]], grace_seconds=0)
    with pytest.raises(NotStarted):
        await one.start()


async def test_a_restart_replaces_all_in_turn(tmp_path: Path) -> None:
    async with running(tmp_path, "serves", "serves") as watched:
        before = set(watched.supervisor.pids)
        await watched.supervisor.restart()
        after = set(watched.supervisor.pids)
        assert not before & after
        assert watched.started == before | after
        assert not any(map(is_alive, before))


async def test_a_restart_that_fails_leaves_the_old_ones(tmp_path: Path) -> None:
    async with running(tmp_path, "fails-later") as watched:
        before = watched.supervisor.pids
        await watched.supervisor.restart()
        assert watched.supervisor.pids == before
        assert is_alive(before[0])


async def test_stopping_while_another_is_started_in_vain(tmp_path: Path) -> None:
    async with running(tmp_path, "fails-later") as watched:
        (first,) = watched.supervisor.pids
        os.kill(first, signal.SIGKILL)
        async with asyncio.timeout(PATIENCE_SECONDS):
            assert await watched.ended.get() == first
            await watched.ended.get()  # the next one, which failed


async def test_killing_all(tmp_path: Path) -> None:
    async with running(tmp_path, "serves", "deaf") as watched:
        watched.supervisor.kill()


async def test_a_parent_that_stood_still_kills_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "_HUNG_SECONDS", 6.0)
    heard, hear = asyncio.Semaphore(0), Child._hear

    async def hear_and_count(self: Child, reader: asyncio.StreamReader) -> bytes:
        word = await hear(self, reader)
        heard.release()
        return word

    monkeypatch.setattr(Child, "_hear", hear_and_count)
    async with running(tmp_path, "serves", "serves") as watched:
        before = watched.supervisor.pids
        while not heard.locked():
            await heard.acquire()
        time.sleep(6.5)  # noqa: ASYNC251 - it is the event loop that is to stand still
        async with asyncio.timeout(PATIENCE_SECONDS):
            for _ in before:
                await heard.acquire()
        assert watched.supervisor.pids == before
        assert watched.ended.empty()


async def test_a_parent_that_does_not_listen_is_not_dead() -> None:
    ours, theirs = socket.socketpair()
    died = asyncio.Event()
    with ours:
        line = Lifeline(theirs.detach(), parent_died=died.set)
        for _ in range(10_000):
            line.serving()
        assert not died.is_set()
        ours.close()
        line.serving()
        assert died.is_set()
        line.close()
