"""Every replica runs every job: whatever the order, each thing is done once, and no job fails."""

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select
from structlog.testing import capture_logs

from absense_server.adapters.blobs.folder import FolderBlobs
from absense_server.adapters.db.images import SqlImages
from absense_server.adapters.db.tables import (
    audit_events,
    doomed_blobs,
    face_templates,
    face_views,
    images,
    refresh_tokens,
    sign_ins,
    verifications,
)
from absense_server.app import App
from absense_server.domain.audit import Action
from absense_server.domain.ids import SessionId
from absense_server.domain.people import User
from absense_server.domain.policy import RecordStatus, Requirement
from absense_server.domain.records import AttendanceRecord
from absense_server.domain.sessions import AttendanceSession
from absense_server.domain.verdicts import Check, Reason
from absense_server.ports.findings import Race
from absense_server.settings import Settings
from tests.integration.db.world import MINUTE, NOW, POLICY, VERDICTS, World, a_claim, at_once
from tests.support.clock import HandClock

REPLICAS = 4
THREADS_EACH = 4
MORE_THAN_A_BATCH = 120
YEARS_LATER = NOW + timedelta(days=800)


@pytest.fixture
def replicas(make_settings: Callable[..., Settings], url: str) -> Iterator[list[App]]:
    """Servers on one database and one storage, whose jobs run when a test says so."""
    settings, clock = make_settings(database_url=url), HandClock(YEARS_LATER)
    apps = [App(settings, clock=clock) for _ in range(REPLICAS)]
    yield apps
    for app in apps:
        app.close()


@pytest.fixture
def blobs(replicas: list[App]) -> FolderBlobs:
    return FolderBlobs(Path(replicas[0].settings.storage_folder))


def rows(engine: Engine, table: Any) -> list[Any]:
    with engine.connect() as connection:
        return list(connection.execute(select(table)))


def subjects(engine: Engine, action: Action) -> Counter[Any]:
    """What the audit events of one kind are about, and how many there are about each."""
    return Counter(row.subject_id for row in rows(engine, audit_events) if row.action is action)


def awaiting_its_face(world: World, session: AttendanceSession, student: User) -> AttendanceRecord:
    claim = a_claim(verdicts=tuple(verdict for verdict in VERDICTS if verdict.check is not Check.FACE))
    return world.record(
        session,
        student,
        status=RecordStatus.PENDING_VERIFICATION,
        attention=None,
        policy=replace(POLICY, face=Requirement.REQUIRED),
        claims=(claim,),
        deciding_claim_id=claim.claim_id,
    )


def blobs_in(app: App) -> list[Path]:
    return list(Path(app.settings.storage_folder).rglob("*"))


def test_each_session_is_sealed_once_with_one_audit_event(world: World, engine: Engine, replicas: list[App]) -> None:
    lecturer, course, first = world.lesson()
    much_later = YEARS_LATER + MINUTE
    closed, running = (world.session(course, lecturer, ends_at=much_later).id for _ in range(2))
    with world.uow() as tx:
        assert tx.sessions.close(closed, NOW)
        tx.commit()
    ended = {first.id, closed, *(world.session(course, lecturer, ends_at=NOW).id for _ in range(30))}

    def seal(number: int) -> list[SessionId]:
        sessions = replicas[number % REPLICAS].use_cases.sessions
        return [sealed for _ in range(3) for sealed in sessions.seal_ended()]

    results = at_once(REPLICAS * THREADS_EACH, seal)
    sealed = [session for result in results if isinstance(result, list) for session in result]
    assert all(isinstance(result, list) for result in results), results
    assert Counter(sealed) == subjects(engine, Action.SESSION_SEALED) == Counter(ended)
    assert running not in ended


async def test_all_jobs_of_all_replicas_at_once(
    world: World, engine: Engine, replicas: list[App], blobs: FolderBlobs
) -> None:
    lecturer, course, first = world.lesson()
    ended = {first.id, *(world.session(course, lecturer, ends_at=NOW).id for _ in range(10))}
    students = [world.user() for _ in range(MORE_THAN_A_BATCH)]
    selfies = {world.image(student).id for student in students}
    faces = {world.face(student, used_at=NOW).template.id for student in students[:30]}
    waiting = [awaiting_its_face(world, first, student) for student in students[:10]]
    for record in waiting:
        world.queued(record)
    for row in rows(engine, images):
        blobs.put(row.blob_name, b"encrypted")
    for student in students:
        world.sign_in(student)  # ended by itself, long ago
    ended_now = [world.sign_in(student) for student in students]
    with world.uow() as tx:
        for sign_in in ended_now:
            tx.sign_ins.end(sign_in.user_id, sign_in.id, YEARS_LATER)
        tx.commit()

    async def every_job(app: App) -> None:
        jobs = app.jobs
        every = (jobs.poll_revocations, jobs.seal_ended, jobs.erase_old, jobs.sweep, jobs.remove_old_sign_ins)
        await asyncio.gather(*(job() for job in every), *(job() for job in reversed(every)))

    with capture_logs() as said:
        await asyncio.gather(*(every_job(app) for app in replicas))
    assert said == []  # a job that fails says so
    assert subjects(engine, Action.SESSION_SEALED) == Counter(ended)
    assert subjects(engine, Action.SELFIE_ERASED) == Counter(selfies)
    assert subjects(engine, Action.FACE_EXPIRED) == Counter(faces)
    for table in (sign_ins, refresh_tokens, images, face_views, face_templates, verifications, doomed_blobs):
        assert rows(engine, table) == [], table
    assert not [path for path in blobs_in(replicas[0]) if path.is_file()]
    with world.uow(read_only=True) as tx:
        changed = tx.records.with_ids({record.id for record in waiting})
    assert [record.revision for record in changed] == [record.revision + 1 for record in waiting]
    assert {record.claims[0].verdicts[-1].reason for record in changed} == {Reason.NO_CONSENT}
    for app in replicas:
        assert set(app.revocations._ended) == {sign_in.id for sign_in in ended_now}


def test_a_sweep_that_loses_a_race_looks_again(
    world: World, engine: Engine, replicas: list[App], blobs: FolderBlobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = world.image(world.user())
    blobs.put(image.blob_name, b"encrypted")
    with world.uow() as tx:
        tx.images.remove([image.id], NOW)
        tx.commit()
    forget, lost = SqlImages.forget_doomed, iter([Race])

    def lose_first(images_: SqlImages, names: Collection[str]) -> None:
        for race in lost:
            raise race
        forget(images_, names)

    monkeypatch.setattr(SqlImages, "forget_doomed", lose_first)
    assert replicas[0].erasure.sweep() == 1
    assert rows(engine, doomed_blobs) == []
    assert blobs.get(image.blob_name) is None
