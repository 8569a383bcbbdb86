"""Claims that come together are kept in one transaction, and none harms another: on both databases."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

import grpc.aio
import pytest
from sqlalchemy import Text, event, type_coerce, update

from absense.v1 import claim_upload_pb2
from absense_server.adapters.db.records import SqlRecords
from absense_server.adapters.db.tables import verdicts
from absense_server.adapters.db.unit_of_work import SqlTransaction
from absense_server.adapters.threads import ThreadPool
from absense_server.app import App
from absense_server.domain.errors.calls import BackendUnavailable
from absense_server.domain.records import AttendanceRecord
from absense_server.settings import Settings
from backing.postgres import Postgres
from tests.rpc.test_check_in import photograph
from tests.support.busy import every_thread_busy, waiting
from tests.support.clock import HandClock
from tests.support.hall import Hall, Response, Session, Status, Student, reason_of

SIZE = 6

Headers = Sequence[tuple[Student, claim_upload_pb2.ClaimHeader]]


@pytest.fixture(params=["sqlite", "postgresql"])
async def hall(
    request: pytest.FixtureRequest, make_settings: Callable[..., Settings], clock: HandClock
) -> AsyncIterator[Hall]:
    cluster: Postgres | None = None
    own, name = {}, ""
    if request.param == "postgresql":
        cluster = request.getfixturevalue("postgres")
        assert cluster is not None
        name = cluster.create_database(template=request.getfixturevalue("migrated_database"))
        own = {"database_url": cluster.url(name)}
    app = App(make_settings(**own), clock=clock)
    port = await app.start(with_jobs=False)
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        hall = Hall(app, clock, channel, port)
        await hall.furnish()
        yield hall
    await app.stop(grace=0)
    if cluster is not None:
        cluster.drop_database(name)


@pytest.fixture
async def session(hall: Hall) -> Session:
    return await hall.open_session()


@pytest.fixture
def selfie() -> bytes:
    return photograph()


@pytest.fixture
async def headers(hall: Hall, session: Session, selfie: bytes) -> Headers:
    """Of the claims of several students."""
    students = [await hall.student() for _ in range(SIZE)]
    return [(student, await student.header(session, selfie=selfie)) for student in students]


async def send_together(hall: Hall, headers: Headers, selfie: bytes) -> list[Response | BaseException]:
    """The answers to claims that all stand in line before the first of them is kept."""
    threads = hall.app.outside.claim_threads
    sent: list[Awaitable[Response]] = []
    async with every_thread_busy(threads):
        sent += [asyncio.create_task(student.send(header, selfie)) for student, header in headers]
        await in_line(hall, len(headers))
        # behind the batch that looks them up, and before the one that keeps them
        between = asyncio.create_task(hold_until_in_line(hall, len(headers)))
        await waiting(threads, len(headers) + 2)
    await between
    return list(await asyncio.gather(*sent, return_exceptions=True))


async def in_line(hall: Hall, number: int) -> None:
    """So many claims, and the call that is going to take them along."""
    await waiting(hall.app.outside.claim_threads, number + 1)


async def hold_until_in_line(hall: Hall, number: int) -> None:
    async with every_thread_busy(hall.app.outside.claim_threads):
        await in_line(hall, number)


async def one_has_gone(threads: ThreadPool) -> None:
    """As the server knows."""
    for _ in range(3000):
        if any(waiter.done() for batches in threads._batches for _, waiter in batches._line):
            return
        await asyncio.sleep(0.01)
    raise AssertionError("nobody has gone")


def blobs(hall: Hall) -> int:
    return sum(path.is_file() for path in hall.app.settings.storage_folder.rglob("*"))


def reasons(answers: Sequence[object]) -> list[str]:
    return [reason_of(answer) for answer in answers if isinstance(answer, grpc.aio.AioRpcError)]


async def require_all_kept_once(hall: Hall, session: Session, headers: Headers) -> None:
    records = await session.records()
    assert {record.status for record in records} == {Status.RECORD_STATUS_CONFIRMED}
    assert sorted(record.claims[0].claim_id for record in records) == sorted(h.claim_id for _, h in headers)
    assert {len(record.claims) for record in records} == {1}
    assert blobs(hall) == len(headers)


async def test_one_transaction_keeps_all(hall: Hall, session: Session, headers: Headers, selfie: bytes) -> None:
    commits: list[object] = []
    note = commits.append
    event.listen(hall.app.engine, "commit", note)
    answers = await send_together(hall, headers, selfie)
    event.remove(hall.app.engine, "commit", note)
    assert len(commits) == 1
    for (student, header), answer in zip(headers, answers, strict=True):
        assert not isinstance(answer, BaseException), answer
        assert not answer.already_recorded
        assert answer.record.student.user_id == student.id
        assert [claim.claim_id for claim in answer.record.claims] == [header.claim_id]
    await require_all_kept_once(hall, session, headers)


async def test_two_claims_of_one_student_harm_nobody(
    hall: Hall, session: Session, headers: Headers, selfie: bytes
) -> None:
    """The constraint that one of them breaks spoils the transaction: each goes alone."""
    ama = headers[0][0]
    again = (ama, await ama.header(session, selfie=selfie))
    answers = await send_together(hall, [*headers, again], selfie)
    assert reasons(answers) == []
    kept = [answer for answer in answers if isinstance(answer, Response) and not answer.already_recorded]
    assert len(kept) == SIZE
    of_ama = await session.record_of(ama)
    assert {a.record.id for a in (answers[0], answers[-1]) if isinstance(a, Response)} == {of_ama.id}
    assert len(of_ama.claims) == 1
    assert len(await session.records()) == SIZE
    assert blobs(hall) == SIZE


async def test_a_claim_sent_twice_at_once_is_kept_once(
    hall: Hall, session: Session, headers: Headers, selfie: bytes
) -> None:
    answers = await send_together(hall, [*headers, headers[0]], selfie)
    assert reasons(answers) == []
    assert sorted(a.already_recorded for a in answers if isinstance(a, Response)) == [False] * SIZE + [True]
    await require_all_kept_once(hall, session, headers)


async def test_what_cannot_be_kept_together_is_kept_one_by_one(
    hall: Hall, session: Session, headers: Headers, selfie: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    add, sizes = SqlRecords.add, []

    def add_but_not_several(self: SqlRecords, *new: AttendanceRecord, **more: Any) -> None:
        sizes.append(len(new))
        if len(new) > 1:
            raise BackendUnavailable
        add(self, *new, **more)

    monkeypatch.setattr(SqlRecords, "add", add_but_not_several)
    answers = await send_together(hall, headers, selfie)
    assert reasons(answers) == []
    assert sizes == [SIZE, *[1] * SIZE]
    await require_all_kept_once(hall, session, headers)


@pytest.mark.parametrize("kept", [True, False])
async def test_a_commit_that_nobody_hears_of(
    hall: Hall, session: Session, headers: Headers, selfie: bytes, monkeypatch: pytest.MonkeyPatch, *, kept: bool
) -> None:
    """The database is gone in the middle: all are told to come again, and whoever does finds a claim kept once."""
    commit = SqlTransaction.commit
    asked = []

    def commit_unheard(self: SqlTransaction) -> None:
        asked.append(self)
        if kept:
            commit(self)
        raise BackendUnavailable

    monkeypatch.setattr(SqlTransaction, "commit", commit_unheard)
    answers = await send_together(hall, headers, selfie)
    assert reasons(answers) == ["BACKEND_UNAVAILABLE"] * SIZE
    assert len(asked) == 1  # not tried once more, alone: what is kept would seem to be another's
    monkeypatch.setattr(SqlTransaction, "commit", commit)
    assert len(await session.records()) == (SIZE if kept else 0)
    left = blobs(hall)
    assert left == SIZE  # better a photograph too many than one that a claim misses
    answers = await send_together(hall, headers, selfie) if not kept else [await s.send(h, selfie) for s, h in headers]
    assert {a.already_recorded for a in answers if isinstance(a, Response)} == {kept}
    records = await session.records()
    assert sorted(record.claims[0].claim_id for record in records) == sorted(h.claim_id for _, h in headers)
    assert blobs(hall) == (SIZE if kept else left + SIZE)


async def test_who_has_gone_is_not_kept_and_keeps_nobody_waiting(
    hall: Hall, session: Session, headers: Headers, selfie: bytes
) -> None:
    threads = hall.app.outside.claim_threads
    async with every_thread_busy(threads):
        sent = [asyncio.create_task(student.send(header, selfie)) for student, header in headers]
        await in_line(hall, SIZE)
        sent[0].cancel()
        await one_has_gone(threads)
    answers = await asyncio.gather(*sent[1:])
    assert {answer.record.status for answer in answers} == {Status.RECORD_STATUS_CONFIRMED}
    await require_all_kept_once(hall, session, headers[1:])


async def test_what_cannot_be_read_of_one_harms_nobody(
    hall: Hall, session: Session, headers: Headers, selfie: bytes
) -> None:
    """A newer version, which runs beside this one while replicas are replaced, wrote a reason that this one lacks."""
    ama = await hall.student()
    assert (await ama.submit(session, fix=None)).can_retry
    with hall.app.engine.begin() as connection:
        connection.execute(update(verdicts).values(reason=type_coerce("OF_A_NEWER_VERSION", Text)))
    again = await ama.header(session)
    threads = hall.app.outside.claim_threads
    async with every_thread_busy(threads):
        sent = [asyncio.create_task(student.send(header, selfie)) for student, header in headers]
        sent.append(asyncio.create_task(ama.send(again)))
        await in_line(hall, len(sent))
    *answers, of_ama = await asyncio.gather(*sent, return_exceptions=True)
    assert isinstance(of_ama, grpc.aio.AioRpcError)
    assert of_ama.code() is grpc.StatusCode.INTERNAL
    assert [answer for answer in answers if isinstance(answer, BaseException)] == []
    assert {answer.record.status for answer in answers if isinstance(answer, Response)} == {
        Status.RECORD_STATUS_CONFIRMED
    }


async def test_refusals_are_each_ones_own(hall: Hall, session: Session, headers: Headers, selfie: bytes) -> None:
    """A wrong code, among good ones, is looked at with them."""
    kofi = await hall.student()
    wrong = await kofi.header(session, proof=(await session.code()).text[:-16] + "A" * 16)
    threads = hall.app.outside.claim_threads
    async with every_thread_busy(threads):
        sent = [asyncio.create_task(student.send(header, selfie)) for student, header in headers]
        sent.append(asyncio.create_task(kofi.send(wrong)))
        await in_line(hall, len(sent))
    answers = await asyncio.gather(*sent, return_exceptions=True)
    assert reasons(answers) == ["QR_CODE_WRONG"]
    await require_all_kept_once(hall, session, headers)
