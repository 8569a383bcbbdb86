"""Storage that is down, hangs, or hands out links itself, through the contract, on a real S3 server."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import grpc
import grpc.aio
import pytest
from google.rpc import error_details_pb2
from sqlalchemy import select

from absense.v1 import admin_service_pb2
from absense_server import checkup
from absense_server.adapters.blobs import s3
from absense_server.adapters.db.tables import attendance_records, audit_events, claims, doomed_blobs, images
from absense_server.app import App
from absense_server.domain.audit import Action
from absense_server.domain.ids import ImageId
from absense_server.services import orphans
from absense_server.settings import Settings
from backing import seaweedfs
from backing.seaweedfs import S3Server, SeaweedFS
from tests.integration.test_blobs import fetch, head
from tests.rpc.test_check_in import CONFIRMED, photograph
from tests.rpc.test_data_export import export, opened
from tests.rpc.test_erasure import delete
from tests.rpc.test_uploads import refusal
from tests.support import faces
from tests.support.clock import HandClock
from tests.support.hall import Hall, Session, Student, detail, reason_of

UNAVAILABLE = (grpc.StatusCode.UNAVAILABLE, "BACKEND_UNAVAILABLE")
LEFT_TO_S3: dict[str, object] = {"blob_encryption": False, "s3_server_side_encryption": "AES256"}
MakeSettings = Callable[..., Settings]


@pytest.fixture(scope="module")
def weed() -> Iterator[SeaweedFS]:
    """A server that may be killed, and is to be started again."""
    with seaweedfs.restartable() as server:
        yield server


def on_s3(server: S3Server, **given: object) -> dict[str, object]:
    """Settings that keep photographs there."""
    return {
        "storage_backend": "s3",
        "s3_bucket": server.bucket,
        "s3_region": server.region,
        "s3_access_key": server.access_key,
        "s3_secret_key": server.secret_key,
        "s3_endpoint_url": server.endpoint_url,
        **given,
    }


@asynccontextmanager
async def hall_with(settings: Settings, clock: HandClock) -> AsyncIterator[Hall]:
    app = App(settings, clock=clock)
    try:
        port = await app.start(with_jobs=False)
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            hall = Hall(app, clock, channel, port)
            await hall.furnish()
            yield hall
    finally:
        await app.stop(grace=0)


def rows(hall: Hall, table: Any) -> list[Any]:
    with hall.app.engine.connect() as connection:
        return list(connection.execute(select(table)))


def kept(hall: Hall) -> tuple[int, int, int]:
    """How many records, claims and photographs the database has."""
    records, tries, photographs = (len(rows(hall, table)) for table in (attendance_records, claims, images))
    return records, tries, photographs


def refused_for(hall: Hall) -> list[str]:
    return [row.facts["reason"] for row in rows(hall, audit_events) if row.action is Action.CLAIM_REFUSED]


async def refused_and_taken_later(
    hall: Hall, session: Session, ama: Student, break_it: Callable[[], object], mend_it: Callable[[], object]
) -> None:
    """A claim that comes while the storage is broken is refused and leaves nothing; sent again, it is kept once."""
    selfie = photograph()
    header = await ama.header(session, selfie=selfie)
    break_it()
    for tries in (1, 2):
        error = await refusal(ama.send(header, selfie))
        assert (error.code(), reason_of(error)) == UNAVAILABLE
        assert detail(error, error_details_pb2.RetryInfo).retry_delay.ToTimedelta() > timedelta()
        assert kept(hall) == (0, 0, 0)
        assert refused_for(hall) == ["BACKEND_UNAVAILABLE"] * tries
    yaw = await hall.student()
    assert (await yaw.submit(session)).record.status == CONFIRMED  # needs no storage
    assert (await session.code()).text
    mend_it()
    answers = [await ama.send(header, selfie) for _ in range(2)]
    assert [answer.already_recorded for answer in answers] == [False, True]
    assert {answer.record.status for answer in answers} == {CONFIRMED}
    assert kept(hall) == (2, 2, 1)
    _, content = await hall.teacher.image((await session.record_of(ama)).claims[0].image_id)
    assert content == selfie


async def test_while_s3_is_down_a_claim_with_a_selfie_is_refused(
    make_settings: MakeSettings, clock: HandClock, weed: SeaweedFS
) -> None:
    async with hall_with(make_settings(**on_s3(weed.server)), clock) as hall:
        session, ama = await hall.open_session(), await hall.student()
        await refused_and_taken_later(hall, session, ama, weed.kill, weed.start)


@pytest.mark.parametrize("in_its_place", ["nothing", "a file"])
async def test_while_the_folder_is_gone_a_claim_with_a_selfie_is_refused(hall: Hall, in_its_place: str) -> None:
    session, ama = await hall.open_session(), await hall.student()
    folder = Path(hall.app.settings.storage_folder)
    elsewhere = folder.with_name("unmounted")

    def unmount() -> None:
        folder.rename(elsewhere)
        if in_its_place == "a file":
            folder.touch()

    def mount() -> None:
        folder.unlink(missing_ok=True)
        elsewhere.rename(folder)

    await refused_and_taken_later(hall, session, ama, unmount, mount)


async def test_a_photograph_is_out_of_sight_while_s3_is_down_and_not_lost(
    make_settings: MakeSettings, clock: HandClock, weed: SeaweedFS
) -> None:
    async with hall_with(make_settings(**on_s3(weed.server)), clock) as hall:
        session, ama = await hall.open_session(), await hall.student()
        await ama.submit(session, selfie=photograph())
        image_id = (await session.record_of(ama)).claims[0].image_id
        weed.kill()
        error = await refusal(hall.teacher.image(image_id))
        assert (error.code(), reason_of(error)) == UNAVAILABLE
        weed.start()
        assert (await hall.teacher.image(image_id))[1] == photograph()


@pytest.fixture
def deaf() -> Iterator[socket.socket]:
    """A port that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=256) as listener:
        yield listener


def of(listener: socket.socket) -> S3Server:
    return S3Server(f"http://127.0.0.1:{listener.getsockname()[1]}", "us-east-1", "a", "b", "blobs")


async def test_storage_that_hangs_holds_up_nothing_else(
    make_settings: MakeSettings, clock: HandClock, deaf: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3, "_READ_SECONDS", 60)  # longer than this test
    async with hall_with(make_settings(**on_s3(of(deaf))), clock) as hall:
        session = await hall.open_session()
        stuck = [asyncio.ensure_future((await hall.student()).submit(session, selfie=photograph())) for _ in range(20)]
        # until every thread that asks the storage is at it
        while hall.app.outside.file_threads.waiting == 0:  # noqa: ASYNC110 - the pool has no event for that
            await asyncio.sleep(0.01)
        for _ in range(3):
            ama = await hall.student()
            assert (await ama.submit(session)).record.status == CONFIRMED
            assert (await session.rotate()).text
            assert len(await session.records()) > 0
        assert not any(call.done() for call in stuck)
        deaf.close()  # which breaks off the connections that it had taken
        errors = [await refusal(call) for call in stuck]
        assert {(error.code(), reason_of(error)) for error in errors} == {UNAVAILABLE}
        assert kept(hall) == (3, 3, 0)


async def test_storage_that_hangs_is_not_waited_for_for_ever(
    make_settings: MakeSettings, clock: HandClock, deaf: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3, "_CONNECT_SECONDS", 0.2)
    monkeypatch.setattr(s3, "_READ_SECONDS", 0.2)
    async with hall_with(make_settings(**on_s3(of(deaf))), clock) as hall:
        session, ama = await hall.open_session(), await hall.student()
        error = await refusal(ama.submit(session, selfie=photograph(1280, 960)))
        assert (error.code(), reason_of(error)) == UNAVAILABLE
        assert kept(hall) == (0, 0, 0)


async def test_who_is_erased_is_gone_from_s3_too(
    make_settings: MakeSettings, clock: HandClock, s3_server: S3Server
) -> None:
    """Having taken everything along before; the rest of the storage stays."""
    async with hall_with(make_settings(**on_s3(s3_server)), clock) as hall:
        session, ama, kofi = await hall.open_session(), await hall.student(), await hall.student()
        for student in (ama, kofi):
            await student.submit(session, selfie=photograph())
        names = {row.owner_id: row.blob_name for row in rows(hall, images)}
        found, archive = opened((await export(ama))[1])
        assert archive.read(found["images"][0]["file"]) == faces.stored(photograph())
        assert (await delete(ama)).photograph_count == 1
        assert hall.app.outside.blobs.get(names[UUID(ama.id)]) is None
        assert hall.app.outside.blobs.get(names[UUID(kofi.id)]) is not None
        assert rows(hall, doomed_blobs) == []


async def test_orphans_in_s3_are_swept(
    make_settings: MakeSettings, clock: HandClock, s3_server: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with hall_with(make_settings(**on_s3(s3_server)), clock) as hall:
        session, ama, yaw = await hall.open_session(), await hall.student(), await hall.student()
        await ama.submit(session, selfie=photograph())
        await yaw.submit(session, selfie=photograph())
        lost, image_id = [(await session.record_of(student)).claims[0].image_id for student in (ama, yaw)]
        with hall.app.uow() as tx:  # as if its row had never been committed
            gone = tx.images.remove([ImageId(UUID(lost))], clock.now())
            tx.images.forget_doomed(gone.values())
            tx.commit()
        (name,) = gone.values()
        storage = hall.app.outside.blobs
        storage.put("0" * 32, b"not a photograph of ours")
        await hall.app.jobs.sweep_orphans()
        assert storage.get(name) is not None  # as young as a claim that is on its way
        monkeypatch.setattr(orphans, "OLD", timedelta(minutes=-1))
        await hall.turn(timedelta(days=1).total_seconds())
        await hall.app.jobs.sweep_orphans()
        assert storage.get(name) is None
        assert storage.get("0" * 32) is not None
        hall.teacher.token = (await hall.login(hall.teacher.email)).access_token
        assert (await hall.teacher.image(image_id))[1] == photograph()


# Encryption left to the storage


def looks_at(hall: Hall, image_id: str) -> int:
    return sum(row.action is Action.IMAGE_SEEN and str(row.subject_id) == image_id for row in rows(hall, audit_events))


async def test_a_link_for_those_who_take_one(
    make_settings: MakeSettings, clock: HandClock, s3_server: S3Server
) -> None:
    public = s3_server.endpoint_url.replace("127.0.0.1", "localhost")
    async with hall_with(make_settings(**on_s3(s3_server, **LEFT_TO_S3, s3_public_endpoint_url=public)), clock) as hall:
        session, ama = await hall.open_session(), await hall.student()
        await ama.submit(session, selfie=photograph())
        image_id = (await session.record_of(ama)).claims[0].image_id
        (row,) = rows(hall, images)
        assert (row.key_id, row.wrapped_key) == ("", b"")
        stored = head(hall.app.outside.blobs, s3_server, row.blob_name)  # type: ignore[arg-type]
        assert (stored["ContentType"], stored["ServerSideEncryption"]) == ("image/jpeg", "AES256")

        header, content = await hall.teacher.image(image_id)
        assert (header.download_url, content) == ("", photograph())
        assert not header.HasField("download_expire_time")
        header, content = await hall.teacher.image(image_id, by_url=True)
        assert (content, header.size, header.media_type) == (b"", len(photograph()), "image/jpeg")
        assert header.download_url.startswith(f"{public}/")
        left = header.download_expire_time.ToDatetime(UTC) - datetime.now(UTC)
        assert timedelta() < left <= timedelta(minutes=1)
        status, headers, content = fetch(header.download_url)
        assert (status, content) == (200, photograph())
        assert headers["Content-Type"] == "image/jpeg"
        assert headers["Content-Disposition"] == f'inline; filename="{image_id}.jpeg"'
        assert looks_at(hall, image_id) == 2

        stranger = await hall.lecturer()
        assert reason_of(await refusal(stranger.image(image_id, by_url=True))) == "IMAGE_NOT_FOUND"
        admin = await hall.admin()
        request = admin_service_pb2.AdminServiceGetImageRequest(image_id=image_id, accept_download_url=True)
        (part,) = [part async for part in admin.stub.GetImage(request, metadata=admin.metadata)]
        assert fetch(part.header.download_url)[2] == photograph()
        assert looks_at(hall, image_id) == 3


async def test_photographs_are_read_as_they_were_stored_whatever_the_setting(
    make_settings: MakeSettings, clock: HandClock, s3_server: S3Server
) -> None:
    taken: list[tuple[str, str]] = []
    for encrypting in (True, False, True):
        settings = make_settings(**on_s3(s3_server, **({} if encrypting else LEFT_TO_S3)))
        async with hall_with(settings, clock) as hall:
            session, ama = await hall.open_session(), await hall.student()
            await ama.submit(session, selfie=photograph())
            taken.append((hall.teacher.email, (await session.record_of(ama)).claims[0].image_id))
            for number, (email, image_id) in enumerate(taken):
                hall.teacher.token = (await hall.login(email)).access_token
                assert (await hall.teacher.image(image_id))[1] == photograph()
                header, content = await hall.teacher.image(image_id, by_url=True)
                by_url = not encrypting and number == 1
                assert (bool(header.download_url), content) == (by_url, b"" if by_url else photograph())


async def test_a_folder_gives_no_links(hall: Hall) -> None:
    session, ama = await hall.open_session(), await hall.student()
    await ama.submit(session, selfie=photograph())
    image_id = (await session.record_of(ama)).claims[0].image_id
    header, content = await hall.teacher.image(image_id, by_url=True)
    assert (header.download_url, content) == ("", photograph())


# What the doctor says


def said_of_storage(settings: Settings) -> list[tuple[bool, bool, str]]:
    return [
        (finding.ok, finding.fatal, finding.text)
        for finding in checkup.examine(settings)
        if finding.text.startswith(("storage:", "BLOB_ENCRYPTION"))
    ]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"s3_access_key": "guessed"}, "InvalidAccessKeyId"),
        ({"s3_secret_key": "guessed"}, "SignatureDoesNotMatch"),
        ({"s3_bucket": "no-such-bucket"}, "NoSuchBucket"),
    ],
)
def test_the_doctor_says_why_s3_cannot_be_used(
    make_settings: MakeSettings, s3_server: S3Server, given: dict[str, str], said: str
) -> None:
    ((ok, fatal, text),) = said_of_storage(make_settings(**on_s3(s3_server, **given)))
    assert (ok, fatal) == (False, True)
    assert said in text
    assert text.endswith("Check the S3_ settings.")
    assert not any(secret in text for secret in ("guessed", s3_server.access_key, s3_server.secret_key))


def test_the_doctor_says_what_is_not_encrypted(make_settings: MakeSettings, s3_server: S3Server) -> None:
    well = (True, False, "storage: bucket blobs, where blobs can be written, listed, read and deleted")
    assert said_of_storage(make_settings(**on_s3(s3_server))) == [well]
    storage, encryption = said_of_storage(make_settings(**on_s3(s3_server, **LEFT_TO_S3)))
    assert (storage, encryption[:2]) == (well, (False, False))
    assert encryption[2].startswith("BLOB_ENCRYPTION is off: photographs are left to the storage's encryption (AES256)")
