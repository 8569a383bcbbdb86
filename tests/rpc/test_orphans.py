"""Blobs that no row names: what leaves them, and how they are swept."""

import asyncio
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from uuid_utils.compat import uuid7

from absense_server.adapters.blobs.folder import FolderBlobs
from absense_server.adapters.db.unit_of_work import SqlTransaction
from absense_server.app import App
from absense_server.domain.errors.calls import BackendUnavailable
from absense_server.services import orphans
from absense_server.settings import Settings
from tests.rpc.test_check_in import CONFIRMED, photograph
from tests.rpc.test_uploads import blobs, refusal
from tests.support.hall import Hall, Session, Student, reason_of

DAY = timedelta(days=1).total_seconds()


async def sweep(hall: Hall, *others: App) -> list[dict[str, object]]:
    """What the job logs, run by every process at once."""
    with capture_logs() as logs:
        await asyncio.gather(*(app.jobs.sweep_orphans() for app in (hall.app, *others)))
    return [dict(entry) for entry in logs]


def turn_back(paths: list[Path], seconds: float = DAY) -> None:
    """Make files look older: the storage has a clock of its own, which the hall's does not turn."""
    for path in paths:
        then = path.stat().st_mtime - seconds
        os.utime(path, (then, then))


def leave(hall: Hall, number: int) -> set[str]:
    """Put blobs there, older than a day, that no row names."""
    names = {uuid7().hex for _ in range(number)}
    for name in names:
        hall.app.outside.blobs.put(name, b"an orphan")
    turn_back([path for path in blobs(hall) if path.name in names])
    return names


async def keep_one(hall: Hall) -> Path:
    """A photograph that is accounted for, older than a day: the storage is this database's."""
    before = set(blobs(hall))
    await (await hall.student()).submit(await hall.open_session(allow_parallel=True), selfie=photograph())
    (kept,) = set(blobs(hall)) - before
    turn_back([kept])
    return kept


async def lose_at_commit(ama: Student, session: Session, selfie: bytes) -> None:
    """Send a claim whose process dies, as far as anybody can tell, after its blob and before its commit."""

    def died(_: SqlTransaction) -> None:
        raise BackendUnavailable

    header = await ama.header(session, selfie=selfie)
    with pytest.MonkeyPatch.context() as crash:
        crash.setattr(SqlTransaction, "commit", died)
        assert reason_of(await refusal(ama.send(header, selfie))) == "BACKEND_UNAVAILABLE"


async def test_a_blob_whose_claim_was_never_committed_is_swept_a_day_later(hall: Hall) -> None:
    session = await hall.open_session()
    ama, yaw = await hall.student(), await hall.student()
    selfie = photograph()
    await yaw.submit(session, selfie=selfie)
    (kept,) = blobs(hall)
    await lose_at_commit(ama, session, selfie)
    assert len(blobs(hall)) == 2
    assert [record.student.user_id for record in await session.records()] == [yaw.id]

    assert await sweep(hall) == []
    assert len(blobs(hall)) == 2  # it may still be on its way to its row
    turn_back(blobs(hall), DAY - 60)
    hall.clock.turn(DAY)
    assert await sweep(hall) == []
    assert len(blobs(hall)) == 2
    turn_back(blobs(hall), 60)
    hall.clock.turn(DAY)
    assert await sweep(hall) == [{"event": "orphans swept", "log_level": "info", "number": 1}]
    assert blobs(hall) == [kept]


async def test_a_claim_that_is_sent_again_has_a_blob_of_its_own(hall: Hall) -> None:
    session = await hall.open_session()
    ama = await hall.student()
    selfie = photograph()
    await lose_at_commit(ama, session, selfie)
    assert (await ama.submit(session, selfie=selfie)).record.status == CONFIRMED
    turn_back(blobs(hall))
    await sweep(hall)
    assert len(blobs(hall)) == 1
    _, content = await hall.teacher.image((await session.record_of(ama)).claims[0].image_id)
    assert content == selfie


async def test_one_process_does_it_once_a_day(hall: Hall, make_settings: Callable[..., Settings]) -> None:
    other = App(make_settings(), clock=hall.clock)
    kept = await keep_one(hall)
    for _ in range(2):
        names = leave(hall, 3)
        assert [entry["number"] for entry in await sweep(hall, other)] == [3]
        assert names.isdisjoint(path.name for path in blobs(hall))
        late = leave(hall, 1)
        hall.clock.turn(DAY - 1)
        assert await sweep(hall, other) == []
        assert late | {kept.name} == {path.name for path in blobs(hall)}
        hall.app.orphans.delete(hall.app.orphans.find())
        hall.clock.turn(1)
    other.close()


async def test_what_one_day_did_not_finish_the_next_one_does(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = await keep_one(hall)
    leave(hall, 5)
    delete = FolderBlobs.delete
    deleted: list[str] = []

    def fails_at_the_third(self: FolderBlobs, name: str) -> None:
        if len(deleted) == 2:
            raise BackendUnavailable
        deleted.append(name)
        delete(self, name)

    with monkeypatch.context() as broken:
        broken.setattr(FolderBlobs, "delete", fails_at_the_third)
        assert [entry["event"] for entry in await sweep(hall)] == ["orphans not swept"]
    assert len(blobs(hall)) == 4
    hall.clock.turn(DAY)
    assert [entry["number"] for entry in await sweep(hall)] == [3]
    assert blobs(hall) == [kept]


async def test_storage_of_another_database_is_left_alone(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orphans, "_FEW", 10)
    monkeypatch.setattr(orphans, "_SHARE", 1)
    session = await hall.open_session()
    for _ in range(12):
        await (await hall.student()).submit(session, selfie=photograph())
    kept = {path.name for path in blobs(hall)}
    turn_back(blobs(hall))
    leave(hall, 13)
    (entry,) = await sweep(hall)
    assert (entry["log_level"], entry["number"], entry["kept"]) == ("error", 13, 12)
    assert len(blobs(hall)) == 25
    hall.app.orphans.delete(hall.app.orphans.find())  # as `absense-server orphans --delete` does
    assert {path.name for path in blobs(hall)} == kept
    leave(hall, 12)
    hall.clock.turn(DAY)
    assert [entry["number"] for entry in await sweep(hall)] == [12]
    assert {path.name for path in blobs(hall)} == kept


async def test_what_is_not_a_photograph_of_ours_is_left_alone(hall: Hall) -> None:
    storage = hall.app.outside.blobs
    kept = await keep_one(hall)
    strangers = {"0" * 32, "f" * 32, "abc", uuid7().hex[:31], str(uuid7())}
    for name in strangers:
        storage.put(name, b"somebody's")
    leave(hall, 1)
    turn_back(blobs(hall))
    assert [entry["number"] for entry in await sweep(hall)] == [1]
    assert {path.name for path in blobs(hall)} == {*strangers, kept.name}


async def test_what_is_doomed_is_no_orphan(hall: Hall) -> None:
    session = await hall.open_session()
    ama = await hall.student()
    await ama.submit(session, selfie=photograph())
    (path,) = blobs(hall)
    turn_back([path])
    with hall.app.uow() as tx:
        tx.images.remove(tx.images.selfies_before(hall.clock.now() + timedelta(days=1), 10), hall.clock.now())
        tx.commit()
    assert await sweep(hall) == []
    assert path.exists()
    await hall.app.jobs.sweep()
    assert not path.exists()


async def test_writes_that_a_crash_ended_are_cleared(hall: Hall) -> None:
    beside = await keep_one(hall)
    old, new = beside.with_name(".new-old"), beside.with_name(".new-new")
    old.touch()
    turn_back([old])
    new.touch()
    await sweep(hall)
    assert set(blobs(hall)) == {beside, new}


async def test_a_sweep_that_is_told_to_stop_deletes_no_more(hall: Hall) -> None:
    await keep_one(hall)
    leave(hall, 5)
    hall.app.orphans.stop()
    await sweep(hall)
    assert len(blobs(hall)) == 6


async def test_storage_of_which_a_database_knows_nothing_is_left_alone(hall: Hall) -> None:
    leave(hall, 1)
    (entry,) = await sweep(hall)
    assert (entry["log_level"], entry["number"], entry["kept"]) == ("error", 1, 0)
    assert len(blobs(hall)) == 1
