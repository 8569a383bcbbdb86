"""Claims, through the contract: what is confirmed, what is flagged, what is refused, what is kept."""

import asyncio
import threading
import uuid
from collections.abc import AsyncIterator, Awaitable, Sequence
from typing import Any

import cv2
import grpc
import grpc.aio
import numpy as np
import pytest
from sqlalchemy import text

from absense.v1 import (
    attendance_record_pb2,
    attendance_session_pb2,
    claim_upload_pb2,
    student_service_pb2,
)
from absense_server.adapters.db.unit_of_work import SqlTransaction
from absense_server.domain.courses import Programme
from absense_server.domain.ids import ProgrammeId
from absense_server.services.uploads import Selfie, Uploads
from tests.support.hall import (
    GREAT_HALL,
    TWO_KM_AWAY,
    Hall,
    Status,
    Student,
    fix_at,
    parts,
    reason_of,
    seconds,
    verdicts,
)

CONFIRMED = Status.RECORD_STATUS_CONFIRMED
FLAGGED = Status.RECORD_STATUS_FLAGGED
NEEDS_LOOK = attendance_record_pb2.ATTENTION_NEEDS_LOOK
SUSPICIOUS = attendance_record_pb2.ATTENTION_SUSPICIOUS
OFF = attendance_session_pb2.REQUIREMENT_OFF
ADVISORY = attendance_session_pb2.REQUIREMENT_ADVISORY


def photograph(width: int = 320, height: int = 240) -> bytes:
    noise = np.random.default_rng(7).integers(0, 255, (height, width, 3), dtype=np.uint8)
    return bytes(cv2.imencode(".jpg", noise)[1])


async def test_in_the_hall_with_everything_is_confirmed(hall: Hall) -> None:
    session = await hall.open_session()
    ama = await hall.student()
    answer = await ama.submit(session, selfie=photograph())
    assert answer.record.status == CONFIRMED
    assert not answer.already_recorded
    assert not answer.can_retry
    assert not answer.advice
    assert verdicts(answer.record) == {
        "QR_CODE": ("PASSED", "SCANNED"),
        "ENROLLMENT": ("PASSED", "ENROLLED"),
        "DEVICE": ("PASSED", "KEY_SIGNED"),
        "LOCATION": ("PASSED", "INSIDE"),
        "LIVENESS": ("SKIPPED", "CHECK_OFF"),
        "FACE": ("INCONCLUSIVE", "ENGINE_OFF"),
    }
    assert answer.record.student.full_name == "Ama Student"


async def test_measured_values_come_with_the_verdict(hall: Hall) -> None:
    session = await hall.open_session()
    answer = await (await hall.student()).submit(session, fix=TWO_KM_AWAY)
    (location,) = [v for v in answer.record.claims[0].verdicts if v.unit == "m"]
    assert location.measured == pytest.approx(2001.5, abs=1)
    assert location.threshold == 100
    assert location.policy_version


async def test_two_kilometres_away_is_flagged_as_suspicious(hall: Hall) -> None:
    session = await hall.open_session()
    answer = await (await hall.student()).submit(session, fix=TWO_KM_AWAY)
    assert (answer.record.status, answer.record.attention) == (FLAGGED, SUSPICIOUS)
    assert verdicts(answer.record)["LOCATION"] == ("FAILED", "OUTSIDE")
    assert [advice.text for advice in answer.advice] == [
        "Your phone was outside the lecture hall. Go there, wait for a new fix and try again."
    ]


async def test_another_phone_is_flagged_and_not_mended_by_trying_again(hall: Hall) -> None:
    session = await hall.open_session()
    ama = await hall.student(with_key=False)
    first = await ama.submit(session, identifier="somebody-elses-phone")
    assert verdicts(first.record)["DEVICE"] == ("FAILED", "OTHER_DEVICE")
    assert (first.record.status, first.can_retry, first.tries_left) == (FLAGGED, False, 0)
    second = await ama.submit(session)
    assert second.already_recorded
    assert (second.record.status, len(second.record.claims)) == (FLAGGED, 1)


async def test_second_try_after_a_missing_fix_confirms(hall: Hall) -> None:
    session = await hall.open_session()
    ama = await hall.student()
    first = await ama.submit(session, fix=None)
    second = await ama.submit(session)
    assert (first.record.status, first.record.attention) == (FLAGGED, NEEDS_LOOK)
    assert (first.can_retry, first.tries_left) == (True, 2)
    assert (second.record.status, len(second.record.claims)) == (CONFIRMED, 2)
    assert second.record.id == first.record.id
    assert second.record.deciding_claim_id == second.record.claims[1].claim_id


async def test_three_tries_and_no_more(hall: Hall) -> None:
    session = await hall.open_session()
    ama = await hall.student()
    left = [(await ama.submit(session, fix=None)).tries_left for _ in range(3)]
    fourth = await ama.submit(session)
    assert left == [2, 1, 0]
    assert fourth.already_recorded
    assert (fourth.record.status, len(fourth.record.claims)) == (FLAGGED, 3)


async def test_confirmed_is_never_lowered(hall: Hall) -> None:
    session = await hall.open_session()
    ama = await hall.student()
    await ama.submit(session)
    again = await ama.submit(session, fix=TWO_KM_AWAY)
    assert again.already_recorded
    assert again.record.status == CONFIRMED


SIGNED: list[tuple[dict[str, object], tuple[str, str]]] = [
    ({}, ("PASSED", "KEY_SIGNED")),
    ({"signed": False}, ("INCONCLUSIVE", "NOT_SIGNED")),
    ({"identifier": ""}, ("INCONCLUSIVE", "NO_DEVICE_IDENTIFIER")),
    ({"identifier": "somebody-elses-phone"}, ("FAILED", "OTHER_DEVICE")),
    ({"statement": {"claim_id": str(uuid.uuid4())}}, ("FAILED", "STATEMENT_MISMATCH")),
    ({"statement": {"student_id": str(uuid.uuid4())}}, ("FAILED", "STATEMENT_MISMATCH")),
    ({"statement": {"session_id": "not an id"}}, ("FAILED", "STATEMENT_MISMATCH")),
    ({"statement": {"proof": "another"}}, ("FAILED", "STATEMENT_MISMATCH")),
    ({"statement": {"device_identifier": "another"}}, ("FAILED", "STATEMENT_MISMATCH")),
    ({"statement": {"selfie_sha256": b"0" * 32}}, ("FAILED", "STATEMENT_MISMATCH")),
]


async def test_device_verdicts_of_a_phone_with_a_key(hall: Hall, subtests: pytest.Subtests) -> None:
    session = await hall.open_session()
    for fields, device in SIGNED:
        with subtests.test(fields=str(fields)):
            answer = await (await hall.student()).submit(session, **fields)
            assert verdicts(answer.record)["DEVICE"] == device


async def test_a_signature_over_other_bytes_fails(hall: Hall) -> None:
    session = await hall.open_session()
    ama = await hall.student()
    header = await ama.header(session)
    other = await ama.header(session)
    header.signed_statement.signature = other.signed_statement.signature
    answer = await ama.send(header)
    assert verdicts(answer.record)["DEVICE"] == ("FAILED", "BAD_SIGNATURE")


async def test_a_phone_without_a_key_passes_weakly_and_says_so(hall: Hall) -> None:
    session = await hall.open_session()
    answer = await (await hall.student(with_key=False)).submit(session)
    assert verdicts(answer.record)["DEVICE"] == ("PASSED", "IDENTIFIER_ONLY")
    assert answer.record.status == CONFIRMED


async def test_no_phone_bound_is_inconclusive_and_mended_by_binding_one(hall: Hall) -> None:
    session = await hall.open_session()
    ama = await hall.student(phone=False)
    first = await ama.submit(session)
    assert verdicts(first.record)["DEVICE"] == ("INCONCLUSIVE", "NO_DEVICE_BOUND")
    await ama.bind()
    assert (await ama.submit(session)).record.status == CONFIRMED


async def test_a_session_without_a_place_does_not_ask_for_one(hall: Hall) -> None:
    session = await hall.open_session(place=None)
    answer = await (await hall.student()).submit(session, fix=None)
    assert verdicts(answer.record)["LOCATION"] == ("SKIPPED", "CHECK_OFF")
    assert answer.record.status == CONFIRMED


async def test_an_advisory_check_is_shown_and_does_not_flag(hall: Hall) -> None:
    policy = attendance_session_pb2.CheckPolicy(location=ADVISORY, device=OFF)
    session = await hall.open_session(policy=policy)
    answer = await (await hall.student()).submit(session, fix=TWO_KM_AWAY, identifier="another phone")
    assert verdicts(answer.record)["LOCATION"] == ("FAILED", "OUTSIDE")
    assert verdicts(answer.record)["DEVICE"] == ("SKIPPED", "CHECK_OFF")
    assert answer.record.status == CONFIRMED


FIXES: list[tuple[dict[str, object], tuple[str, str]]] = [
    ({"mock": True}, ("FAILED", "MOCK_LOCATION")),
    ({"age": 61}, ("INCONCLUSIVE", "FIX_TOO_OLD")),
    ({"age": 59}, ("PASSED", "INSIDE")),
    ({"age": -61}, ("INCONCLUSIVE", "FIX_FROM_FUTURE")),
    ({"place": (5.6520, -0.1869), "accuracy_meters": 60}, ("INCONCLUSIVE", "WITHIN_ACCURACY")),
    ({"place": (5.6520, -0.1869), "accuracy_meters": 50}, ("FAILED", "OUTSIDE")),
    ({"place": (5.6520, -0.1869), "accuracy_meters": -1}, ("INCONCLUSIVE", "WITHIN_ACCURACY")),
    ({"place": TWO_KM_AWAY, "accuracy_meters": 1e5}, ("FAILED", "OUTSIDE")),
]


async def test_location_verdicts(hall: Hall, subtests: pytest.Subtests) -> None:
    session = await hall.open_session()
    await hall.turn(61)
    for fix, location in FIXES:
        with subtests.test(fix=str(fix)):
            fields = dict(fix)
            age = fields.pop("age", 0)
            assert isinstance(age, int)
            message = fix_at(fields.pop("place", GREAT_HALL), hall.clock.now(), **fields)  # type: ignore[arg-type]  # a table
            message.fix_time.FromSeconds(message.fix_time.seconds - age)
            answer = await (await hall.student()).submit(session, fix=message)
            assert verdicts(answer.record)["LOCATION"] == location


async def test_a_mocked_location_is_not_mended_by_trying_again(hall: Hall) -> None:
    session = await hall.open_session()
    ama = await hall.student()
    first = await ama.submit(session, fix=fix_at(GREAT_HALL, hall.clock.now(), mock=True))
    assert not first.can_retry
    assert (await ama.submit(session)).already_recorded


async def test_lateness_is_that_of_the_first_claim_on_the_spot(hall: Hall) -> None:
    session = await hall.open_session(late_after=seconds(120))
    early, late = await hall.student(), await hall.student()
    await early.submit(session, fix=None)
    await hall.turn(130)
    assert not (await early.submit(session)).record.late
    assert (await late.submit(session)).record.late
    assert (await session.reload()).counts.late == 1


async def test_lateness_of_a_claim_from_elsewhere_does_not_count(hall: Hall) -> None:
    session = await hall.open_session(late_after=seconds(120))
    ama = await hall.student()
    await ama.submit(session, fix=TWO_KM_AWAY)
    await hall.turn(130)
    assert (await ama.submit(session)).record.late


async def test_the_same_claim_again_returns_the_record_as_it_is_now(hall: Hall) -> None:
    session = await hall.open_session()
    ama = await hall.student()
    selfie = photograph()
    header = await ama.header(session, fix=None, selfie=selfie)
    first = await ama.send(header, selfie)
    await hall.teacher.confirm(await session.record_of(ama))
    await hall.turn(24 * 3600)  # the answer was lost for a day: code, session and fix are long gone
    login = await hall.login(ama.email)
    ama.token = login.access_token
    again = await ama.send(header, selfie)
    assert again.already_recorded
    assert (again.record.id, again.record.status) == (first.record.id, CONFIRMED)
    assert len(again.record.claims) == 1


async def test_the_same_claim_id_with_other_content_is_refused(hall: Hall) -> None:
    session = await hall.open_session()
    ama = await hall.student()
    header = await ama.header(session, fix=None)
    await ama.send(header)
    other = await ama.header(session, claim_id=header.claim_id)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await ama.send(other)
    assert refused.value.code() == grpc.StatusCode.ALREADY_EXISTS
    assert reason_of(refused.value) == "CLAIM_ID_REUSED"


async def test_a_claim_id_of_another_student_is_no_obstacle(hall: Hall) -> None:
    session = await hall.open_session()
    ama, kwame = await hall.student(), await hall.student()
    claim_id = str(uuid.uuid4())
    assert (await ama.submit(session, claim_id=claim_id)).record.status == CONFIRMED
    assert (await kwame.submit(session, claim_id=claim_id.upper())).record.status == CONFIRMED


async def test_twenty_identical_claims_at_one_instant_make_one_record(hall: Hall) -> None:
    session = await hall.open_session()
    ama = await hall.student()
    selfie = photograph()
    header = await ama.header(session, selfie=selfie)
    answers = await asyncio.gather(*(ama.send(header, selfie) for _ in range(20)))
    assert {answer.record.id for answer in answers} == {answers[0].record.id}
    assert {answer.record.status for answer in answers} == {CONFIRMED}
    assert sum(not answer.already_recorded for answer in answers) == 1
    (record,) = await session.records()
    assert len(record.claims) == 1


async def test_twenty_different_claims_at_one_instant_make_one_record(hall: Hall) -> None:
    session = await hall.open_session()
    ama = await hall.student()
    headers = [await ama.header(session) for _ in range(20)]
    answers = await asyncio.gather(*(ama.send(header) for header in headers))
    assert {answer.record.id for answer in answers} == {answers[0].record.id}
    assert sum(not answer.already_recorded for answer in answers) == 1
    assert len((await session.records())[0].claims) == 1


async def test_twenty_different_tries_at_one_instant_leave_three(hall: Hall) -> None:
    session = await hall.open_session()
    ama = await hall.student()
    headers = [await ama.header(session, fix=None) for _ in range(20)]
    answers = await asyncio.gather(*(ama.send(header) for header in headers))
    assert sum(not answer.already_recorded for answer in answers) == 3
    (record,) = await session.records()
    assert [claim.number for claim in record.claims] == [1, 2, 3]


async def test_only_the_photographs_of_claims_are_kept(hall: Hall) -> None:
    session = await hall.open_session()
    ama = await hall.student()
    selfies = [photograph(320 + n) for n in range(10)]
    headers = [await ama.header(session, selfie=selfie) for selfie in selfies]
    await asyncio.gather(*(ama.send(h, s) for h, s in zip(headers, selfies, strict=True)))
    blobs = [path for path in hall.app.settings.storage_folder.rglob("*") if path.is_file()]
    assert len(blobs) == 1


async def test_not_enrolled_is_flagged_and_counted_nowhere(hall: Hall) -> None:
    session = await hall.open_session()
    ama = await hall.student(enrolled=False)
    answer = await ama.submit(session)
    assert verdicts(answer.record)["ENROLLMENT"] == ("FAILED", "NOT_ENROLLED")
    assert answer.record.status == FLAGGED
    assert not answer.can_retry
    assert (await session.reload()).counts == attendance_session_pb2.SessionCounts()


async def test_enrolling_judges_the_record_again(hall: Hall) -> None:
    session = await hall.open_session()
    ama = await hall.student(enrolled=False)
    await ama.submit(session)
    await ama.enroll()
    record = await ama.record(session)
    assert record.status == CONFIRMED
    assert verdicts(record)["ENROLLMENT"] == ("PASSED", "ENROLLED")
    assert (await session.reload()).counts.confirmed == 1


async def test_enrolling_does_not_cover_a_session_that_was_over(hall: Hall) -> None:
    session = await hall.open_session()
    ama = await hall.student(enrolled=False)
    await ama.submit(session)
    await hall.turn(3600)
    ama.token = (await hall.login(ama.email)).access_token
    await ama.enroll()
    assert (await ama.record(session)).status == FLAGGED


async def test_three_courses_a_day_without_enrollment_and_no_more(hall: Hall) -> None:
    ama = await hall.student(enrolled=False)
    sessions = [await hall.teacher.open_session(await hall.teacher.course()) for _ in range(4)]
    for session in sessions[:3]:
        assert (await ama.submit(session)).record.status == FLAGGED
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await ama.submit(sessions[3])
    assert reason_of(refused.value) == "TOO_MANY_UNENROLLED_CLAIMS"


async def test_ticket_keeps_a_scan_good_past_the_code_and_the_session(hall: Hall) -> None:
    session = await hall.open_session(duration=seconds(60))
    ama = await hall.student()
    await hall.turn(55)
    scan = await ama.scan((await session.code()).text)
    await hall.turn(120)
    proof = claim_upload_pb2.CodeProof(scan_ticket=scan.scan_ticket)
    answer = await ama.submit(session, proof=proof)
    assert answer.record.status == CONFIRMED
    assert verdicts(answer.record)["QR_CODE"] == ("PASSED", "TICKET")
    assert answer.record.claims[0].claim_time.seconds == answer.record.claims[0].receive_time.seconds - 120


async def test_inline_and_streamed_are_the_same_claim(hall: Hall) -> None:
    session = await hall.open_session()
    ama = await hall.student()
    selfie = photograph()
    header = await ama.header(session, selfie=selfie)
    inline = await ama.send_inline(header, selfie)
    streamed = await ama.send(header, selfie)
    assert not inline.already_recorded
    assert streamed.already_recorded
    assert inline.record == streamed.record


async def test_refused_before_a_byte_of_the_selfie_is_read(hall: Hall) -> None:
    session = await hall.open_session()
    ama = await hall.student()
    selfie = photograph(2000, 1000)
    header = await ama.header(session, selfie=selfie)
    await session.close()
    sent = 0

    async def counted() -> AsyncIterator[Any]:
        nonlocal sent
        yield student_service_pb2.SubmitAttendanceRequest(header=header)
        await asyncio.Event().wait()  # not one chunk comes, and the answer does not wait for it
        sent += 1

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await ama.stream(counted())
    assert reason_of(refused.value) == "SESSION_CLOSED"
    assert sent == 0
    assert await session.records() == []


async def test_a_stream_broken_off_leaves_nothing_and_may_be_sent_again(hall: Hall) -> None:
    session = await hall.open_session()
    ama = await hall.student()
    selfie = photograph(1200, 900)
    header = await ama.header(session, selfie=selfie)
    messages = parts(header, selfie)
    reading = asyncio.Event()

    async def broken() -> AsyncIterator[Any]:
        for message in messages[:-1]:
            yield message
        reading.set()
        await asyncio.Event().wait()

    call = asyncio.create_task(ama.stream(broken()))
    await reading.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert await session.records() == []
    again = await ama.send(header, selfie)
    assert not again.already_recorded
    assert again.record.status == CONFIRMED


@pytest.fixture
def reading(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Set once the server has admitted a claim and begins to read its selfie."""
    event = asyncio.Event()
    take = Uploads.take

    async def told(*args: Any, **named: Any) -> Selfie:
        event.set()
        return await take(*args, **named)

    monkeypatch.setattr(Uploads, "take", told)
    return event


async def interrupted(ama: Student, messages: Sequence[Any], reading: asyncio.Event, meanwhile: Awaitable[Any]) -> Any:
    """Send a claim, and have something happen once the server reads its selfie."""

    async def sent() -> AsyncIterator[Any]:
        yield messages[0]
        await reading.wait()
        await meanwhile
        for message in messages[1:]:
            yield message

    return await ama.stream(sent())


async def test_enrolling_while_the_claim_is_on_its_way_counts(hall: Hall, reading: asyncio.Event) -> None:
    session = await hall.open_session()
    ama = await hall.student(enrolled=False)
    selfie = photograph(800, 600)
    header = await ama.header(session, selfie=selfie)
    answer = await interrupted(ama, parts(header, selfie), reading, ama.enroll())
    assert verdicts(answer.record)["ENROLLMENT"] == ("PASSED", "ENROLLED")
    assert answer.record.status == CONFIRMED


async def test_a_session_of_another_programme_is_not_entered_by_enrolling_late(hall: Hall) -> None:
    programme = Programme(ProgrammeId(uuid.uuid4()), "BSC-MATHS", "BSc Mathematics")
    with hall.app.uow() as tx:
        tx.courses.add_programme(programme)
        tx.commit()
    session = await hall.open_session(programme_id=str(programme.id))
    enrolled, late = await hall.student(), await hall.student(enrolled=False)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await enrolled.submit(session)
    assert reason_of(refused.value) == "OUT_OF_SCOPE"
    await late.submit(session)
    await late.enroll()
    assert (await late.record(session)).status == FLAGGED
    assert (await session.reload()).counts == attendance_session_pb2.SessionCounts()


async def test_an_upload_takes_three_minutes_at_most(hall: Hall, reading: asyncio.Event) -> None:
    session = await hall.open_session()
    ama = await hall.student()
    selfie = photograph(800, 600)
    header = await ama.header(session, selfie=selfie)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await interrupted(ama, parts(header, selfie), reading, hall.turn(180))
    assert reason_of(refused.value) == "DEADLINE_PASSED"
    assert await session.records() == []


async def test_no_other_try_after_the_session_though_the_ticket_is_still_good(hall: Hall) -> None:
    session = await hall.open_session()
    ama = await hall.student()
    proof = claim_upload_pb2.CodeProof(scan_ticket=(await ama.scan((await session.code()).text)).scan_ticket)
    assert (await ama.submit(session, proof=proof, fix=None)).can_retry
    await hall.turn(1)
    await session.close()
    again = await ama.submit(session, proof=proof)
    assert (again.already_recorded, again.can_retry) == (True, False)
    assert (again.record.status, len(again.record.claims)) == (FLAGGED, 1)


async def test_ten_courses_at_one_instant_without_enrollment_leave_three_records(hall: Hall) -> None:
    ama = await hall.student(enrolled=False)
    sessions = [await hall.teacher.open_session(await hall.teacher.course()) for _ in range(10)]
    headers = [await ama.header(session) for session in sessions]
    answers = await asyncio.gather(*(ama.send(header) for header in headers), return_exceptions=True)
    refused = [answer for answer in answers if isinstance(answer, grpc.aio.AioRpcError)]
    assert [reason_of(error) for error in refused] == ["TOO_MANY_UNENROLLED_CLAIMS"] * 7


async def test_watchers_hear_of_a_claim_whose_client_gave_up_waiting(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = await hall.open_session()
    ama = await hall.student()
    first = await ama.submit(session, fix=None)
    request = student_service_pb2.WatchAttendanceRecordRequest(record_id=first.record.id)
    watched = aiter(ama.stub.WatchAttendanceRecord(request, metadata=ama.metadata))
    assert (await anext(watched)).record.status == FLAGGED

    committing, may_commit = threading.Event(), threading.Event()
    commit = SqlTransaction.commit

    def slow_commit(tx: SqlTransaction) -> None:
        committing.set()
        may_commit.wait(10)
        commit(tx)

    header = await ama.header(session)
    monkeypatch.setattr(SqlTransaction, "commit", slow_commit)
    call = asyncio.create_task(ama.send(header))
    await asyncio.to_thread(committing.wait, 10)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    may_commit.set()
    assert (await asyncio.wait_for(anext(watched), 10)).record.status == CONFIRMED


async def test_a_student_whose_account_is_gone_is_signed_out(hall: Hall) -> None:
    session = await hall.open_session()
    ama = await hall.student(enrolled=False, phone=False)
    code = (await session.code()).text
    with hall.app.engine.begin() as connection:
        connection.execute(text("DELETE FROM sign_ins WHERE user_id = :id"), {"id": uuid.UUID(ama.id).hex})
        connection.execute(text("DELETE FROM users WHERE id = :id"), {"id": uuid.UUID(ama.id).hex})
    calls: list[Awaitable[Any]] = [ama.submit(session, proof=code), ama.scan(code), ama.bind(), ama.enroll()]
    for call in calls:
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await call
        assert reason_of(refused.value) == "SIGN_IN_ENDED"


async def test_a_refused_selfie_leaves_an_audit_event(hall: Hall) -> None:
    session = await hall.open_session()
    ama = await hall.student()
    with pytest.raises(grpc.aio.AioRpcError):
        await ama.submit(session, selfie=b"<html>")
    with hall.app.engine.connect() as connection:
        facts = (
            connection.execute(text("SELECT facts FROM audit_events WHERE action = 'CLAIM_REFUSED'")).scalars().all()
        )
    assert ["IMAGE_NOT_SUPPORTED" in str(fact) for fact in facts] == [True]
