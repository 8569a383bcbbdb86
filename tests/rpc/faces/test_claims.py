"""The FACE check of claims, through the contract."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import grpc.aio
import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from absense.v1 import attendance_session_pb2, student_service_pb2, verdict_pb2
from absense_server.adapters.db.tables import audit_events, images, verification_log
from absense_server.app import App
from absense_server.domain.audit import Action
from absense_server.domain.errors.calls import BackendUnavailable
from absense_server.domain.verdicts import Check, Reason, inconclusive
from absense_server.services.verification import LONGEST, Look
from tests.support import faces
from tests.support.hall import GREAT_HALL, Hall, Session, Status, Student, parts, verdicts
from tests.support.held_engine import HeldEngine

Portraits = dict[str, bytes]

CONFIRMED = Status.Value("RECORD_STATUS_CONFIRMED")
FLAGGED = Status.Value("RECORD_STATUS_FLAGGED")
PENDING = Status.Value("RECORD_STATUS_PENDING_VERIFICATION")
NEEDS_LOOK, SUSPICIOUS = 1, 2
LEASE = timedelta(seconds=30)
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def session(hall: Hall) -> Session:
    return await hall.open_session()


async def enrolled(hall: Hall, photograph: bytes) -> Student:
    student = await hall.student()
    await student.enroll_face(photograph)
    return student


async def until(student: Student, record: object, status: int) -> student_service_pb2.WatchAttendanceRecordResponse:
    """What the watching phone is told when the record comes to stand so."""
    async for told in student.watch(record):  # type: ignore[arg-type]
        if told.record.status == status:
            return told
    raise AssertionError("the stream ended")


# What a face makes of a claim


async def test_the_right_face_is_confirmed(hall: Hall, session: Session, portraits: Portraits) -> None:
    assert session.message.policy.face == attendance_session_pb2.REQUIREMENT_REQUIRED
    ama = await enrolled(hall, portraits["obama"])
    answer = await ama.submit(session, selfie=portraits["obama2"])
    assert answer.record.status == CONFIRMED
    assert verdicts(answer.record)["FACE"] == ("PASSED", "FACE_MATCHES")
    assert list(answer.record.claims[0].awaited_checks) == []


async def test_how_near_a_face_came_is_told_to_reviewers_only(
    hall: Hall, session: Session, portraits: Portraits
) -> None:
    ama = await enrolled(hall, portraits["obama"])
    answer = await ama.submit(session, selfie=portraits["biden"])
    [seen] = [v for v in answer.record.claims[0].verdicts if v.check == verdict_pb2.CHECK_FACE]
    assert not seen.HasField("measured")
    assert not seen.HasField("threshold")
    assert seen.unit == ""
    reviewed = await session.record_of(ama)
    [seen] = [v for v in reviewed.claims[0].verdicts if v.check == verdict_pb2.CHECK_FACE]
    assert seen.measured > seen.threshold == pytest.approx(0.593)
    assert seen.unit == "cosine distance"


async def test_another_face_is_flagged_and_no_other_try_is_taken(
    hall: Hall, session: Session, portraits: Portraits
) -> None:
    ama = await enrolled(hall, portraits["obama"])
    answer = await ama.submit(session, selfie=portraits["biden"])
    assert (answer.record.status, answer.record.attention) == (FLAGGED, SUSPICIOUS)
    assert verdicts(answer.record)["FACE"] == ("FAILED", "FACE_MISMATCH")
    assert not answer.can_retry
    assert [advice.check for advice in answer.advice] == [verdict_pb2.CHECK_FACE]
    again = await ama.submit(session, selfie=portraits["obama2"])
    assert again.already_recorded
    assert again.record.status == FLAGGED


@pytest.mark.parametrize(
    ("spoilt", "reason"),
    [
        (lambda p: faces.jpeg(faces.plain()), "NO_FACE"),
        (lambda p: faces.jpeg(faces.side_by_side(p["obama2"], p["biden"])), "SEVERAL_FACES"),
        (lambda p: p["obama2"][:40_000], "IMAGE_DAMAGED"),
    ],
)
async def test_a_photograph_that_shows_no_one_face_may_be_taken_again(
    hall: Hall, session: Session, portraits: Portraits, spoilt: Callable[[Portraits], bytes], reason: str
) -> None:
    ama = await enrolled(hall, portraits["obama"])
    first = await ama.submit(session, selfie=spoilt(portraits))
    assert (first.record.status, first.record.attention) == (FLAGGED, NEEDS_LOOK)
    assert verdicts(first.record)["FACE"] == ("INCONCLUSIVE", reason)
    assert (first.can_retry, first.tries_left) == (True, 2)
    second = await ama.submit(session, selfie=portraits["obama3"])
    assert (second.record.status, len(second.record.claims)) == (CONFIRMED, 2)


async def test_twelve_megapixels(hall: Hall, session: Session, portraits: Portraits) -> None:
    ama = await enrolled(hall, portraits["obama"])
    large = faces.jpeg(faces.enlarged(portraits["obama2"], 4000, 3000))
    answer = await ama.submit(session, selfie=large)
    assert answer.record.status == CONFIRMED


async def test_a_selfie_that_does_not_come_is_missing(hall: Hall, session: Session, portraits: Portraits) -> None:
    ama = await enrolled(hall, portraits["obama"])
    first = await ama.submit(session)
    assert verdicts(first.record)["FACE"] == ("INCONCLUSIVE", "NO_SELFIE")
    assert first.can_retry
    second = await ama.submit(session, selfie=portraits["obama2"])
    assert second.record.status == CONFIRMED


async def test_a_scan_says_whether_a_selfie_is_wanted(hall: Hall, session: Session, portraits: Portraits) -> None:
    ama, yaw = await enrolled(hall, portraits["obama"]), await hall.student()
    text = (await session.code()).text
    assert (await ama.scan(text)).selfie_wanted
    assert not (await yaw.scan(text)).selfie_wanted
    without = await hall.open_session(
        policy=attendance_session_pb2.CheckPolicy(face=attendance_session_pb2.REQUIREMENT_OFF), allow_parallel=True
    )
    assert not (await ama.scan((await without.code()).text)).selfie_wanted


async def test_where_the_face_only_advises_nothing_waits_for_it(
    hall: Hall, engine: HeldEngine, portraits: Portraits
) -> None:
    advisory = attendance_session_pb2.CheckPolicy(face=attendance_session_pb2.REQUIREMENT_ADVISORY)
    session = await hall.open_session(policy=advisory)
    ama = await enrolled(hall, portraits["obama"])
    engine.hold()
    answer = await ama.submit(session, selfie=portraits["biden"])
    assert answer.record.status == CONFIRMED
    assert list(answer.record.claims[0].awaited_checks) == [verdict_pb2.CHECK_FACE]
    engine.release()
    await settled(session)
    record = await ama.record(session)
    assert record.status == CONFIRMED
    assert verdicts(record)["FACE"] == ("FAILED", "FACE_MISMATCH")


# Students without an enrolled face


async def test_a_selfie_that_cannot_be_compared_is_not_kept(hall: Hall, session: Session, portraits: Portraits) -> None:
    yaw, ama = await hall.student(), await enrolled(hall, portraits["obama"])
    await yaw.submit(session, selfie=portraits["biden"])
    assert (await session.record_of(yaw)).claims[0].image_id == ""
    without = await hall.open_session(
        policy=attendance_session_pb2.CheckPolicy(face=attendance_session_pb2.REQUIREMENT_OFF), allow_parallel=True
    )
    await ama.submit(without, selfie=portraits["obama2"])
    assert (await without.record_of(ama)).claims[0].image_id == ""
    with hall.app.engine.connect() as connection:
        assert [row.owner_id for row in connection.execute(select(images))] == [uuid.UUID(ama.id)]


async def test_without_a_face_a_person_looks(hall: Hall, session: Session) -> None:
    yaw = await hall.student()
    answer = await yaw.submit(session)
    assert (answer.record.status, answer.record.attention) == (FLAGGED, NEEDS_LOOK)
    assert verdicts(answer.record)["FACE"] == ("SKIPPED", "NO_CONSENT")
    assert not answer.can_retry
    assert [advice.reason for advice in answer.advice] == [verdict_pb2.VERDICT_REASON_NO_CONSENT]
    confirmed = await hall.teacher.confirm(await session.record_of(yaw), "seen in the third row")
    assert confirmed.status == CONFIRMED


async def test_without_a_face_a_missing_fix_can_still_be_mended(hall: Hall, session: Session) -> None:
    yaw = await hall.student()
    first = await yaw.submit(session, fix=None)
    assert first.can_retry
    second = await yaw.submit(session)
    assert verdicts(second.record)["LOCATION"][0] == "PASSED"
    assert (second.record.status, second.can_retry) == (FLAGGED, False)


@pytest.mark.parametrize("face_settings", [{"face_opt_out": "signed_device"}])
async def test_a_signed_claim_stands_in_where_the_setting_says_so(hall: Hall, session: Session) -> None:
    assert session.message.policy.face_stand_in == attendance_session_pb2.FACE_STAND_IN_SIGNED_DEVICE
    yaw, efua = await hall.student(), await hall.student(with_key=False)
    signed = await yaw.submit(session)
    assert signed.record.status == CONFIRMED
    assert verdicts(signed.record)["FACE"] == ("SKIPPED", "NO_CONSENT")
    weak = await efua.submit(session)
    assert (weak.record.status, weak.record.attention) == (FLAGGED, NEEDS_LOOK)


# Verdicts that come later


async def test_the_answer_waits_three_seconds_and_then_says_pending(
    hall: Hall, session: Session, engine: HeldEngine, portraits: Portraits
) -> None:
    ama = await enrolled(hall, portraits["obama"])
    await engine.asked.acquire()
    engine.hold()
    claim = asyncio.create_task(ama.submit(session, selfie=portraits["obama2"]))
    await engine.asked.acquire()
    await hall.turn(2.9)
    assert not claim.done()
    await hall.turn(0.1)
    answer = await claim
    assert answer.record.status == PENDING
    assert list(answer.record.claims[0].awaited_checks) == [verdict_pb2.CHECK_FACE]
    assert "FACE" not in verdicts(answer.record)
    assert not answer.can_retry
    assert (await session.reload()).counts.pending == 1
    again = await ama.submit(session, selfie=portraits["obama2"])
    assert (again.already_recorded, again.record.status) == (True, PENDING)
    engine.release()
    told = await until(ama, answer.record, CONFIRMED)
    assert verdicts(told.record)["FACE"] == ("PASSED", "FACE_MATCHES")


async def test_a_watching_phone_is_told_what_it_can_do_about_a_late_verdict(
    hall: Hall, session: Session, engine: HeldEngine, portraits: Portraits
) -> None:
    ama = await enrolled(hall, portraits["obama"])
    engine.queue = MINUTE
    engine.hold()
    answer = await ama.submit(session, selfie=faces.jpeg(faces.plain()))
    assert answer.record.status == PENDING
    engine.release()
    told = await until(ama, answer.record, FLAGGED)
    assert (told.can_retry, told.tries_left) == (True, 2)
    assert [advice.reason for advice in told.advice] == [verdict_pb2.VERDICT_REASON_NO_FACE]


async def test_behind_a_long_queue_the_answer_does_not_wait(
    hall: Hall, session: Session, engine: HeldEngine, portraits: Portraits
) -> None:
    ama = await enrolled(hall, portraits["obama"])
    engine.hold()
    engine.queue = MINUTE
    answer = await ama.submit(session, selfie=portraits["obama2"])  # by a clock that stands still
    assert answer.record.status == PENDING
    engine.release()


async def test_a_short_deadline_is_answered_in_time(
    hall: Hall, session: Session, engine: HeldEngine, portraits: Portraits
) -> None:
    ama = await enrolled(hall, portraits["obama"])
    await engine.asked.acquire()
    engine.hold()
    header = await ama.header(session, selfie=portraits["obama2"])
    claim = asyncio.create_task(ama.stream(parts(header, portraits["obama2"]), deadline=2))
    await engine.asked.acquire()
    await hall.turn(1.6)  # two seconds, less half a one to answer in
    assert (await claim).record.status == PENDING
    engine.release()


async def test_a_claim_that_is_kept_is_no_failure_though_it_cannot_be_read_again(
    hall: Hall, session: Session, portraits: Portraits, monkeypatch: pytest.MonkeyPatch
) -> None:
    ama = await enrolled(hall, portraits["obama"])

    def refused(*_: Any) -> Any:
        raise BackendUnavailable

    monkeypatch.setattr(hall.app.use_cases.check_in, "_read", refused)
    answer = await ama.submit(session, selfie=portraits["obama2"])
    assert (answer.record.status, answer.already_recorded) == (PENDING, False)
    await until(ama, answer.record, CONFIRMED)


async def test_a_person_who_decides_meanwhile_has_the_last_word(
    hall: Hall, session: Session, engine: HeldEngine, portraits: Portraits
) -> None:
    ama = await enrolled(hall, portraits["obama"])
    engine.hold()
    engine.queue = MINUTE
    await ama.submit(session, selfie=portraits["biden"])
    await hall.teacher.confirm(await session.record_of(ama))
    engine.release()
    await settled(session)
    record = await session.record_of(ama)
    assert record.status == CONFIRMED
    assert verdicts(record)["FACE"] == ("FAILED", "FACE_MISMATCH")


async def test_a_withdrawn_consent_cancels_what_waits(
    hall: Hall, session: Session, engine: HeldEngine, portraits: Portraits
) -> None:
    ama = await enrolled(hall, portraits["obama"])
    engine.hold()
    engine.queue = MINUTE
    answer = await ama.submit(session, selfie=portraits["biden"])
    assert answer.record.status == PENDING
    erased = await ama.withdraw_face()
    assert (erased.template, erased.photograph_count, erased.cancelled_check_count) == (True, 2, 1)
    before = await ama.record(session)
    assert (before.status, verdicts(before)["FACE"]) == (FLAGGED, ("SKIPPED", "NO_CONSENT"))
    engine.release()
    await settled(session)
    assert await ama.record(session) == before


async def test_a_selfie_on_its_way_while_consent_is_withdrawn_is_not_kept(
    hall: Hall, session: Session, portraits: Portraits, monkeypatch: pytest.MonkeyPatch
) -> None:
    ama = await enrolled(hall, portraits["obama"])
    reading = asyncio.Event()
    take = hall.app.use_cases.uploads.take

    async def told(*args: Any, **named: Any) -> Any:
        reading.set()
        return await take(*args, **named)

    monkeypatch.setattr(hall.app.use_cases.uploads, "take", told)
    header = await ama.header(session, selfie=portraits["obama2"])
    messages = parts(header, portraits["obama2"])

    async def withdrawn_meanwhile() -> AsyncIterator[Any]:
        for message in messages[:-1]:
            yield message
        await reading.wait()
        await ama.withdraw_face()
        yield messages[-1]

    answer = await ama.stream(withdrawn_meanwhile())
    assert (answer.record.status, verdicts(answer.record)["FACE"]) == (FLAGGED, ("SKIPPED", "NO_CONSENT"))
    with hall.app.engine.connect() as connection:
        assert connection.execute(select(images)).all() == []
    assert (await session.record_of(ama)).claims[0].image_id == ""


# What goes wrong


async def test_a_photograph_that_kills_its_worker_flags_its_claim_and_no_other(
    hall: Hall, session: Session, engine: HeldEngine, portraits: Portraits
) -> None:
    ama, efua = await enrolled(hall, portraits["obama"]), await enrolled(hall, portraits["biden"])
    await engine.asked.acquire()
    await engine.asked.acquire()
    poison = faces.stored(portraits["obama2"])
    engine.failing.add(poison)
    engine.queue = MINUTE
    answer = await ama.submit(session, selfie=portraits["obama2"])
    assert answer.record.status == PENDING
    await engine.asked.acquire()
    other = await efua.submit(session, selfie=portraits["biden"])
    assert (await until(efua, other.record, CONFIRMED)).record.status == CONFIRMED
    await engine.asked.acquire()
    for _ in range(2):
        await engine.postponed.acquire()
        await asked_again(hall, engine)
    told = await until(ama, answer.record, FLAGGED)
    assert verdicts(told.record)["FACE"] == ("INCONCLUSIVE", "ENGINE_FAILED")
    assert (told.record.attention, told.can_retry) == (NEEDS_LOOK, True)
    assert await waiting(hall) == 0


async def test_one_that_failed_once_is_looked_at_again(
    hall: Hall, session: Session, engine: HeldEngine, portraits: Portraits
) -> None:
    ama = await enrolled(hall, portraits["obama"])
    await engine.asked.acquire()
    poison = faces.stored(portraits["obama2"])
    engine.failing.add(poison)
    engine.queue = MINUTE
    answer = await ama.submit(session, selfie=portraits["obama2"])
    await engine.asked.acquire()
    await engine.postponed.acquire()
    engine.failing.clear()
    await asked_again(hall, engine)
    await until(ama, answer.record, CONFIRMED)


async def test_an_engine_that_is_away_only_delays(
    hall: Hall, session: Session, engine: HeldEngine, portraits: Portraits
) -> None:
    ama = await enrolled(hall, portraits["obama"])
    await engine.asked.acquire()
    engine.queue = MINUTE
    engine.down = True
    answer = await ama.submit(session, selfie=portraits["obama2"])
    await engine.asked.acquire()
    for _ in range(5):  # more often than a photograph may fail
        await engine.postponed.acquire()
        await asked_again(hall, engine)
    await engine.postponed.acquire()
    engine.down = False
    await asked_again(hall, engine)
    await until(ama, answer.record, CONFIRMED)


async def test_a_selfie_that_storage_cannot_give_is_given_up_in_the_end(
    hall: Hall, session: Session, engine: HeldEngine, portraits: Portraits, monkeypatch: pytest.MonkeyPatch
) -> None:
    ama = await enrolled(hall, portraits["obama"])
    engine.queue = MINUTE
    asked: list[str] = []

    def unavailable(name: str) -> bytes | None:
        asked.append(name)
        raise BackendUnavailable

    monkeypatch.setattr(hall.app.outside.blobs, "get", unavailable)
    answer = await ama.submit(session, selfie=portraits["obama2"])
    watching = asyncio.create_task(until(ama, answer.record, FLAGGED))
    for number in range(5):  # more often than a photograph may fail
        await engine.postponed.acquire()
        while len(asked) == number + 1:
            await hall.turn(1)
    await engine.postponed.acquire()
    assert not watching.done()
    await hall.turn(LONGEST.total_seconds())
    while len(asked) == 6:
        await hall.turn(1)
    assert verdicts((await watching).record)["FACE"] == ("INCONCLUSIVE", "ENGINE_FAILED")


async def test_a_server_without_an_engine_leaves_selfies_to_those_that_have_one(
    hall: Hall, session: Session, engine: HeldEngine, portraits: Portraits
) -> None:
    ama = await enrolled(hall, portraits["obama"])
    engine.queue = MINUTE
    await hall.app.verifier.stop()
    await ama.submit(session, selfie=portraits["obama2"])
    verification = App(hall.app.settings, clock=hall.clock).use_cases.verification
    hall.clock.turn(299)
    assert await verification.take(10) == []
    hall.clock.turn(1)
    [taken] = await verification.take(10)
    look = await verification.look(taken)
    assert look is not None
    assert look.verdict.reason is Reason.ENGINE_OFF


async def test_a_verdict_that_cannot_be_written_keeps_no_other(
    hall: Hall, session: Session, engine: HeldEngine, portraits: Portraits, monkeypatch: pytest.MonkeyPatch
) -> None:
    ama, efua = await enrolled(hall, portraits["obama"]), await enrolled(hall, portraits["biden"])
    engine.queue = MINUTE
    await hall.app.verifier.stop()
    await ama.submit(session, selfie=portraits["obama2"])
    other = await efua.submit(session, selfie=portraits["biden"])
    verification = hall.app.use_cases.verification
    finish = verification._finish

    def broken(looks: Any) -> Any:
        if any(str(look.of.student_id) == ama.id for look in looks):
            raise ZeroDivisionError
        return finish(looks)

    monkeypatch.setattr(verification, "_finish", broken)
    looks = [await verification.look(taken) for taken in await verification.take(10)]
    await hall.app.verifier._write([look for look in looks if look is not None])
    await until(efua, other.record, CONFIRMED)
    assert (await ama.record(session)).status == PENDING


async def test_the_same_look_twice_counts_once(
    hall: Hall, session: Session, engine: HeldEngine, portraits: Portraits
) -> None:
    ama = await enrolled(hall, portraits["obama"])
    engine.queue = MINUTE
    await hall.app.verifier.stop()
    await ama.submit(session, selfie=portraits["obama2"])
    verification = hall.app.use_cases.verification
    [taken] = await verification.take(10)
    good = await verification.look(taken)
    assert good is not None
    await verification.finish([good, Look(taken, inconclusive(Check.FACE, Reason.ENGINE_FAILED))])
    record = await ama.record(session)
    assert (record.status, record.revision) == (CONFIRMED, 2)


async def test_no_other_try_while_a_face_is_awaited(
    hall: Hall, session: Session, engine: HeldEngine, portraits: Portraits
) -> None:
    """A clear mismatch may be on its way, and bars another try."""
    ama = await enrolled(hall, portraits["obama"])
    engine.hold()
    engine.queue = MINUTE
    first = await ama.submit(session, fix=None, selfie=portraits["biden"])
    assert (first.record.status, first.can_retry) == (FLAGGED, False)
    second = await ama.submit(session, selfie=portraits["obama2"])
    assert second.already_recorded
    engine.release()
    await settled(session)
    record = await ama.record(session)
    assert (record.status, record.attention, len(record.claims)) == (FLAGGED, SUSPICIOUS, 1)


@pytest.mark.parametrize(
    ("step", "error"), [("look", RuntimeError("a fault of ours")), ("finish", BackendUnavailable())]
)
async def test_what_breaks_once_is_done_again_after_its_lease(
    hall: Hall,
    session: Session,
    engine: HeldEngine,
    portraits: Portraits,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
    error: Exception,
) -> None:
    ama = await enrolled(hall, portraits["obama"])
    await engine.asked.acquire()
    engine.queue = MINUTE
    broken = asyncio.Event()
    verification = hall.app.use_cases.verification
    whole = getattr(verification, step)

    async def breaks_once(given: Any) -> Any:
        if not broken.is_set():
            broken.set()
            raise error
        return await whole(given)

    monkeypatch.setattr(verification, step, breaks_once)
    answer = await ama.submit(session, selfie=portraits["obama2"])
    await broken.wait()
    if step == "finish":
        await engine.asked.acquire()
    assert (await ama.record(session)).status == PENDING
    await asked_again(hall, engine)
    await until(ama, answer.record, CONFIRMED)


async def test_a_server_that_dies_loses_no_verdict(
    hall: Hall, session: Session, engine: HeldEngine, portraits: Portraits
) -> None:
    ama = await enrolled(hall, portraits["obama"])
    engine.queue = MINUTE
    engine.hold()
    answer = await ama.submit(session, selfie=portraits["obama2"])
    await engine.asked.acquire()
    await engine.asked.acquire()
    assert (await ama.record(session)).status == PENDING
    for task in hall.app.verifier._tasks:  # as if the process had been killed: nothing is given back
        task.cancel()
    engine.release()
    began = hall.clock.now()
    another = App(hall.app.settings, clock=hall.clock, face_engine=engine)
    port = await another.start(with_jobs=False, with_verifier=True)
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        ama.hall = Hall(another, hall.clock, channel, port)
        assert (await ama.record(session)).status == PENDING
        await asked_again(ama.hall, engine)
        assert hall.clock.now() - began >= LEASE
        await until(ama, answer.record, CONFIRMED)
    await another.stop(grace=0)


async def test_a_server_that_stops_gives_back_what_it_has_in_hand(
    hall: Hall, session: Session, engine: HeldEngine, portraits: Portraits
) -> None:
    ama = await enrolled(hall, portraits["obama"])
    engine.queue = MINUTE
    engine.hold()
    answer = await ama.submit(session, selfie=portraits["obama2"])
    await engine.asked.acquire()
    await engine.asked.acquire()
    await hall.app.verifier.stop()
    engine.release()
    hall.app.verifier.start()  # another process, the clock standing still
    await until(ama, answer.record, CONFIRMED)


# What is written down


async def test_every_look_is_in_the_log(hall: Hall, session: Session, portraits: Portraits) -> None:
    ama = await enrolled(hall, portraits["obama"])
    answer = await ama.submit(session, selfie=portraits["obama2"])
    await ama.try_face(portraits["biden"])
    await ama.enroll_face(portraits["obama3"])
    with hall.app.engine.connect() as connection:
        rows = connection.execute(select(verification_log).order_by(verification_log.c.id)).all()
        events = connection.execute(select(audit_events.c.action, audit_events.c.facts)).all()
    assert [(row.kind.value, row.outcome.value, row.reason.value) for row in rows] == [
        ("CLAIM", "PASSED", "FACE_MATCHES"),
        ("TRIAL", "FAILED", "FACE_MISMATCH"),
        ("ENROLLMENT", "PASSED", "FACE_MATCHES"),
    ]
    assert {(row.student_id, row.model, row.detector) for row in rows} == {(uuid.UUID(ama.id), "SFace", "yunet")}
    assert all(row.threshold == pytest.approx(0.593) and row.took_ms > 0 for row in rows)
    assert rows[0].distance < rows[0].threshold < rows[1].distance
    assert (str(rows[0].record_id), rows[0].number) == (answer.record.id, 1)
    assert (Action.RECORD_VERIFIED, {"claim": answer.record.claims[0].claim_id, "status": "CONFIRMED"}) in events


async def test_a_claim_of_somebody_not_on_the_list_is_looked_at_all_the_same(
    hall: Hall, session: Session, portraits: Portraits
) -> None:
    esi = await hall.student(enrolled=False)
    await esi.enroll_face(portraits["obama"])
    answer = await esi.submit(session, selfie=portraits["obama2"], fix=GREAT_HALL)
    assert answer.record.status == FLAGGED
    await settled(session)
    assert verdicts(await esi.record(session))["FACE"] == ("PASSED", "FACE_MATCHES")
    await esi.enroll()
    assert (await esi.record(session)).status == CONFIRMED


async def test_where_others_work_off_the_queue_the_wait_is_that_of_the_next_one(
    hall: Hall, session: Session, engine: HeldEngine, portraits: Portraits
) -> None:
    ama = await enrolled(hall, portraits["obama"])
    await hall.app.verifier.stop()
    verification = hall.app.use_cases.verification
    verification._shared_by = 0
    assert verification.expected_wait() == timedelta()
    verification._overdue = MINUTE
    assert (await ama.submit(session, selfie=portraits["obama2"])).record.status == PENDING
    await hall.turn(10)
    await verification.poll()
    assert verification.expected_wait() == timedelta(seconds=10)
    assert len(await verification.take(1)) == 1
    await verification.poll()
    assert verification.expected_wait() == timedelta()  # somebody is at it


async def test_selfies_that_nobody_looks_at_are_said_once(
    hall: Hall, session: Session, engine: HeldEngine, portraits: Portraits
) -> None:
    ama = await enrolled(hall, portraits["obama"])
    await hall.app.verifier.stop()
    engine.queue = MINUTE
    await ama.submit(session, selfie=portraits["obama2"])
    verification = hall.app.use_cases.verification
    with capture_logs() as logs:
        await verification.poll()
        hall.clock.turn(LONGEST.total_seconds() + 1)
        await verification.poll()
        await verification.poll()
    assert [(line["log_level"], line["waiting"]) for line in logs] == [("warning", 1)]


# Helpers


async def waiting(hall: Hall) -> int:
    with hall.app.uow(read_only=True) as tx:
        return tx.verifications.backlog().waiting


async def settled(session: Session) -> None:
    """Until nothing waits in the queue."""
    hall = session.lecturer.hall
    with hall.app.events.subscribe(uuid.UUID(session.id)) as news:
        while await waiting(hall):
            await news.wait()


async def asked_again(hall: Hall, engine: HeldEngine) -> None:
    """Turn the clock, second by second, until the engine is asked once more.

    Not as fast as it goes: threads are at work in between, and access tokens live fifteen minutes.
    """
    while True:
        with suppress(TimeoutError):
            async with asyncio.timeout(0.05):
                await engine.asked.acquire()
                return
        await hall.turn(1)
