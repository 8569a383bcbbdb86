"""Records, through the contract: listed, watched, decided; and what is written down of all that."""

from __future__ import annotations  # the stubs' async types exist for type checkers only

import asyncio
import re
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import pytest
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message_factory import GetMessageClass
from google.rpc import error_details_pb2
from sqlalchemy import select, update

from absense.v1 import attendance_record_pb2, claim_upload_pb2, lecturer_service_pb2, student_service_pb2
from absense_server.adapters.db.tables import audit_events, audit_private, terms
from absense_server.domain import codes
from absense_server.domain.audit import Action
from absense_server.domain.codes import CodeTimes, Generation
from absense_server.domain.courses import TermState
from absense_server.domain.ids import SessionId
from absense_server.domain.people import Role
from tests.rpc.test_accounts import METHODS, RULES
from tests.rpc.test_check_in import CONFIRMED, FLAGGED, NEEDS_LOOK, SUSPICIOUS, photograph
from tests.rpc.test_sessions import audited, call_off, outcome, programme
from tests.rpc.test_uploads import blobs, refusal
from tests.support.hall import (
    TWO_KM_AWAY,
    Hall,
    Lecturer,
    Record,
    Session,
    Student,
    announce,
    detail,
    fix_at,
    reason_of,
    timestamp,
)

STUDENT_SERVICE = Path(__file__).resolve().parents[2] / "protos" / "absense" / "v1" / "student_service.proto"
NOT_FOUND = grpc.StatusCode.NOT_FOUND
Proof = claim_upload_pb2.CodeProof


async def attendance(lecturer: Lecturer, **fields: Any) -> lecturer_service_pb2.LecturerServiceListAttendanceResponse:
    request = lecturer_service_pb2.LecturerServiceListAttendanceRequest(**fields)
    return await lecturer.stub.ListAttendance(request, metadata=lecturer.metadata)


async def flagged(lecturer: Lecturer, **fields: Any) -> lecturer_service_pb2.LecturerServiceListFlaggedResponse:
    request = lecturer_service_pb2.LecturerServiceListFlaggedRequest(**fields)
    return await lecturer.stub.ListFlagged(request, metadata=lecturer.metadata)


async def seen_by(lecturer: Lecturer, record_id: str) -> Record:
    request = lecturer_service_pb2.LecturerServiceGetAttendanceRecordRequest(record_id=record_id)
    return (await lecturer.stub.GetAttendanceRecord(request, metadata=lecturer.metadata)).record


async def own(student: Student, **key: str) -> Record:
    request = student_service_pb2.StudentServiceGetAttendanceRecordRequest(**key)
    return (await student.stub.GetAttendanceRecord(request, metadata=student.metadata)).record


async def confirm(lecturer: Lecturer, record_id: str, revision: int, reason: str = "I saw her") -> Record:
    request = lecturer_service_pb2.ConfirmAttendanceRequest(
        record_id=record_id, expected_revision=revision, reason=reason
    )
    return (await lecturer.stub.ConfirmAttendance(request, metadata=lecturer.metadata)).record


async def pages(ask: Callable[..., Awaitable[Any]], **fields: Any) -> list[list[str]]:
    """The ids of the records, page by page."""
    found, token = [], ""
    while True:
        answer = await ask(page_token=token, **fields)
        found.append([record.id for record in answer.records])
        token = answer.next_page_token
        if not token:
            return found


class Watch:
    """A phone that waits for its record."""

    def __init__(self, student: Student, record_id: str) -> None:
        request = student_service_pb2.WatchAttendanceRecordRequest(record_id=record_id)
        self._call: Any = student.stub.WatchAttendanceRecord(request, metadata=student.metadata)

    async def next(self) -> Record:
        message = await asyncio.wait_for(self._call.read(), 10)
        assert message is not grpc.aio.EOF, "the stream has ended"
        record: Record = message.record
        return record

    async def ended(self) -> grpc.StatusCode:
        """The stream's status; fails when something else comes first."""
        assert await asyncio.wait_for(self._call.read(), 10) is grpc.aio.EOF
        status: grpc.StatusCode = await self._call.code()
        return status

    def leave(self) -> None:
        self._call.cancel()


# Lists


async def test_records_are_listed_in_the_order_in_which_students_came(hall: Hall) -> None:
    session, other = await hall.open_session(), await hall.open_session(allow_parallel=True)
    students = [await hall.student(phone=False) for _ in range(7)]
    came = [(await student.submit(session)).record.id for student in reversed(students)]
    await students[0].submit(other)

    async def listed(**fields: Any) -> Any:
        return await attendance(hall.teacher, session_id=session.id, **fields)

    assert await pages(listed) == [came]
    assert await pages(listed, page_size=3) == [came[:3], came[3:6], came[6:]]
    assert await pages(listed, page_size=7) == [came]
    first = (await listed(page_size=3)).next_page_token
    for fields in ({"session_id": other.id}, {"session_id": session.id, "statuses": [FLAGGED]}):
        error = await refusal(attendance(hall.teacher, page_token=first, **fields))
        assert (error.code(), reason_of(error)) == (grpc.StatusCode.INVALID_ARGUMENT, "PAGE_TOKEN_INVALID")
    # a try more moves nobody
    await students[-1].submit(session)
    assert await pages(listed, page_size=200) == [came]


async def test_records_are_listed_by_status(hall: Hall) -> None:
    session = await hall.open_session()
    ama, kofi, esi = [await hall.student() for _ in range(3)]
    present = (await ama.submit(session)).record
    away = (await kofi.submit(session, fix=TWO_KM_AWAY)).record
    seen = (await esi.submit(session, fix=None)).record
    await hall.teacher.confirm(await session.record_of(esi))
    rejected = attendance_record_pb2.RECORD_STATUS_REJECTED
    table: list[tuple[list[Any], list[str]]] = [
        ([], [present.id, away.id, seen.id]),
        ([CONFIRMED], [present.id, seen.id]),
        ([FLAGGED], [away.id]),
        ([FLAGGED, CONFIRMED], [present.id, away.id, seen.id]),
        ([rejected], []),
    ]
    found = [
        [record.id for record in (await attendance(hall.teacher, session_id=session.id, statuses=statuses)).records]
        for statuses, _ in table
    ]
    assert found == [expected for _, expected in table]
    for wrong in ([0], [99], [CONFIRMED, CONFIRMED]):
        error = await refusal(attendance(hall.teacher, session_id=session.id, statuses=wrong))
        assert reason_of(error) == "INVALID_REQUEST"


async def test_flagged_records_are_found_in_a_session_a_course_or_everywhere(hall: Hall) -> None:
    second = await hall.teacher.course()
    stranger = await hall.lecturer()
    sessions = [
        await hall.open_session(),
        await hall.open_session(allow_parallel=True),
        await hall.teacher.open_session(second),
        await stranger.open_session(await stranger.course()),
    ]
    ama = await hall.student()
    await ama.enroll(second)
    look = [(await ama.submit(session, fix=None)).record.id for session in sessions]
    kofi = await hall.student()
    away = (await kofi.submit(sessions[0], fix=TWO_KM_AWAY)).record.id
    esi = await hall.student()
    await esi.submit(sessions[0])  # confirmed: nobody has to look
    not_enrolled = look[3]
    table: list[tuple[Lecturer, dict[str, Any], list[str]]] = [
        (hall.teacher, {}, [*look[:3], away]),
        (hall.teacher, {"session_id": sessions[0].id}, [look[0], away]),
        (hall.teacher, {"course_id": hall.course.id}, [look[0], look[1], away]),
        (hall.teacher, {"course_id": second.id}, [look[2]]),
        (hall.teacher, {"attention": NEEDS_LOOK}, look[:3]),
        (hall.teacher, {"attention": SUSPICIOUS}, [away]),
        (hall.teacher, {"course_id": second.id, "attention": SUSPICIOUS}, []),
        (stranger, {}, [not_enrolled]),
        (stranger, {"attention": SUSPICIOUS}, [not_enrolled]),
    ]
    found = [[record.id for record in (await flagged(who, **fields)).records] for who, fields, _ in table]
    assert found == [expected for _, _, expected in table]
    for record in (await flagged(hall.teacher)).records:
        assert record == await seen_by(hall.teacher, record.id)

    async def everywhere(**fields: Any) -> Any:
        return await flagged(hall.teacher, **fields)

    assert await pages(everywhere, page_size=3) == [look[:3], [away]]
    token = (await flagged(hall.teacher, page_size=1)).next_page_token
    for who, fields in (
        (stranger, {}),
        (hall.teacher, {"attention": SUSPICIOUS}),
        (hall.teacher, {"course_id": hall.course.id}),
        (hall.teacher, {"session_id": sessions[0].id}),
    ):
        assert reason_of(await refusal(flagged(who, page_token=token, **fields))) == "PAGE_TOKEN_INVALID"
    # what a person has decided waits for nobody
    await confirm(hall.teacher, away, 1)
    assert await pages(everywhere) == [look[:3]]


async def test_what_belongs_to_another_lecturer_does_not_exist(hall: Hall) -> None:
    session = await hall.open_session()
    ama = await hall.student()
    record = (await ama.submit(session, fix=None)).record
    stranger = await hall.lecturer()
    for session_id, course_id, record_id in (
        (session.id, hall.course.id, record.id),
        (str(uuid.uuid4()), str(uuid.uuid4()), str(uuid.uuid4())),
    ):
        found = [
            await outcome(attendance(stranger, session_id=session_id)),
            await outcome(flagged(stranger, session_id=session_id)),
            await outcome(flagged(stranger, course_id=course_id)),
            await outcome(seen_by(stranger, record_id)),
            await outcome(confirm(stranger, record_id, 1)),
        ]
        assert found == [
            "NOT_FOUND SESSION_NOT_FOUND",
            "NOT_FOUND SESSION_NOT_FOUND",
            "NOT_FOUND COURSE_NOT_FOUND",
            "NOT_FOUND RECORD_NOT_FOUND",
            "NOT_FOUND RECORD_NOT_FOUND",
        ]
    assert (await own(ama, record_id=record.id)).revision == record.revision


# One record


async def test_a_student_reads_the_own_record_by_id_and_by_session_and_no_other(hall: Hall) -> None:
    session, other = await hall.open_session(), await hall.open_session(allow_parallel=True)
    ama, kofi = await hall.student(), await hall.student()
    record = (await ama.submit(session, fix=None, selfie=photograph())).record
    assert await own(ama, record_id=record.id.upper()) == record
    assert await own(ama, session_id=session.id) == record
    refused = [
        await outcome(own(kofi, record_id=record.id)),
        await outcome(own(kofi, session_id=session.id)),
        await outcome(own(ama, session_id=other.id)),
        await outcome(own(ama, record_id=str(uuid.uuid4()))),
        await outcome(own(ama, record_id=session.id)),
    ]
    assert refused == ["NOT_FOUND RECORD_NOT_FOUND"] * 5
    assert await outcome(own(ama)) == "INVALID_ARGUMENT INVALID_REQUEST"


async def test_a_lecturer_sees_all_tries_with_their_photographs(hall: Hall) -> None:
    session = await hall.open_session()
    ama = await hall.student()
    await ama.submit(session, fix=None)
    await hall.turn(5)
    await ama.submit(session, fix=TWO_KM_AWAY, selfie=photograph())
    record = await session.record_of(ama)
    assert await seen_by(hall.teacher, record.id) == record
    assert [claim.number for claim in record.claims] == [1, 2]
    assert [claim.HasField("fix") for claim in record.claims] == [False, True]
    assert [bool(claim.image_id) for claim in record.claims] == [False, True]
    assert record.deciding_claim_id == record.claims[1].claim_id
    assert (record.create_time, record.update_time) == (
        record.claims[0].receive_time, record.claims[1].receive_time,
    )  # fmt: skip
    assert (record.session_id, record.student.user_id) == (session.id, ama.id)
    assert record.source == attendance_record_pb2.RECORD_SOURCE_CLAIM
    assert record.policy == session.message.policy
    # the student sees the same, but for the photographs
    for claim in record.claims:
        claim.image_id = ""
    assert await own(ama, record_id=record.id) == record


# Decisions


async def test_a_decision_confirms_and_is_shown_with_names(hall: Hall) -> None:
    session = await hall.open_session()
    ama = await hall.student()
    before = (await ama.submit(session, fix=TWO_KM_AWAY)).record
    await hall.turn(60)
    after = await confirm(hall.teacher, before.id, before.revision, "  I saw her in the third row ")
    assert (after.status, after.attention, after.revision) == (CONFIRMED, 0, before.revision + 1)
    assert after.update_time == timestamp(hall.clock.now())
    (decision,) = after.decisions
    assert (decision.decided_by.user_id, decision.decided_by.full_name) == (hall.teacher.id, "Kofi Lecturer")
    assert (decision.reason, decision.decide_time) == ("I saw her in the third row", timestamp(hall.clock.now()))
    assert (decision.from_status, decision.to_status) == (FLAGGED, CONFIRMED)
    assert after.claims == before.claims
    assert await own(ama, record_id=before.id) == after
    (event,) = audited(hall, Action.RECORD_CONFIRMED)
    assert (event.actor_id, event.subject_id) == (uuid.UUID(hall.teacher.id), uuid.UUID(before.id))
    assert event.facts == {"decision": decision.id}


async def test_a_decision_is_about_what_was_read(hall: Hall) -> None:
    session = await hall.open_session()
    ama = await hall.student()
    first = (await ama.submit(session, fix=None)).record
    second = (await ama.submit(session, fix=None)).record
    for revision in (first.revision, second.revision + 1, 2**40):
        error = await refusal(confirm(hall.teacher, first.id, revision))
        assert (error.code(), reason_of(error)) == (grpc.StatusCode.ABORTED, "REVISION_MISMATCH")
    assert (await confirm(hall.teacher, first.id, second.revision)).status == CONFIRMED


async def test_a_decision_made_again_is_the_same_decision(hall: Hall) -> None:
    session = await hall.open_session()
    ama = await hall.student()
    record = (await ama.submit(session, fix=None)).record
    answers = await asyncio.gather(*(confirm(hall.teacher, record.id, record.revision) for _ in range(10)))
    assert answers == [answers[0]] * 10
    await hall.turn(60)
    assert await confirm(hall.teacher, record.id, record.revision, "another reason") == answers[0]
    assert len(answers[0].decisions) == 1
    assert len(audited(hall, Action.RECORD_CONFIRMED)) == 1


async def test_what_is_confirmed_cannot_be_confirmed(hall: Hall) -> None:
    session = await hall.open_session()
    ama, kofi = await hall.student(), await hall.student()
    by_machine = (await ama.submit(session)).record
    flagged_record = (await kofi.submit(session, fix=None)).record
    by_person = await confirm(hall.teacher, flagged_record.id, flagged_record.revision)
    for record in (by_machine, by_person):
        error = await refusal(confirm(hall.teacher, record.id, record.revision))
        assert (error.code(), reason_of(error)) == (grpc.StatusCode.FAILED_PRECONDITION, "DECISION_NOT_ALLOWED")
        assert (await seen_by(hall.teacher, record.id)).revision == record.revision


async def test_claims_do_not_change_what_a_person_decided(hall: Hall) -> None:
    session = await hall.open_session()
    ama = await hall.student()
    record = (await ama.submit(session, fix=None)).record
    decided = await confirm(hall.teacher, record.id, record.revision)
    again = await ama.submit(session, fix=TWO_KM_AWAY)
    assert (again.already_recorded, again.can_retry, again.record) == (True, False, decided)


async def test_a_late_enrollment_counts_what_a_person_decided(hall: Hall) -> None:
    session = await hall.open_session()
    ama = await hall.student(enrolled=False)
    record = (await ama.submit(session, fix=None)).record
    await confirm(hall.teacher, record.id, record.revision)
    assert (await session.reload()).counts.confirmed == 0
    await ama.enroll()
    after = await ama.record(session)
    assert (after.status, len(after.decisions)) == (CONFIRMED, 1)
    assert (await session.reload()).counts.confirmed == 1


async def test_in_a_closed_term_lecturers_decide_nothing(hall: Hall) -> None:
    session = await hall.open_session()
    ama = await hall.student()
    record = (await ama.submit(session, fix=None)).record
    with hall.app.engine.begin() as connection:
        connection.execute(update(terms).values(state=TermState.CLOSED))
    error = await refusal(confirm(hall.teacher, record.id, record.revision))
    assert (error.code(), reason_of(error)) == (grpc.StatusCode.FAILED_PRECONDITION, "TERM_CLOSED")
    assert (await seen_by(hall.teacher, record.id)).status == FLAGGED


async def test_a_decision_has_a_reason_and_a_revision(hall: Hall) -> None:
    for revision, reason, field in (
        (0, "I saw her", "expected_revision"), (-1, "I saw her", "expected_revision"), (1, "", "reason"),
        (1, " . ", "reason"), (1, "x" * 501, "reason"), (1, "I\u202esaw", "reason"), (1, "I saw\nher", "reason"),
    ):  # fmt: skip
        error = await refusal(confirm(hall.teacher, str(uuid.uuid4()), revision, reason))
        bad = detail(error, error_details_pb2.BadRequest).field_violations
        assert (reason_of(error), {violation.field for violation in bad}) == ("INVALID_REQUEST", {field}), reason


# Images


async def test_every_look_at_an_image_is_written_down(hall: Hall) -> None:
    session = await hall.open_session()
    ama = await hall.student()
    await ama.submit(session, selfie=photograph())
    image_id = (await session.record_of(ama)).claims[0].image_id
    for _ in range(2):
        _, data = await hall.teacher.image(image_id)
        assert data.startswith(b"\xff\xd8")
    stranger = await hall.lecturer()
    for who, id_ in ((stranger, image_id), (hall.teacher, str(uuid.uuid4()))):
        error = await refusal(who.image(id_))
        assert (error.code(), reason_of(error)) == (NOT_FOUND, "IMAGE_NOT_FOUND")
    looks = audited(hall, Action.IMAGE_SEEN)
    assert [(look.actor_id, look.subject_id) for look in looks] == [
        (uuid.UUID(hall.teacher.id), uuid.UUID(image_id))
    ] * 2  # fmt: skip
    assert looks[0].facts == {"owner": ama.id}


async def test_a_blob_that_was_altered_is_not_shown(hall: Hall) -> None:
    session = await hall.open_session()
    ama = await hall.student()
    await ama.submit(session, selfie=photograph())
    (blob,) = blobs(hall)
    data = bytearray(blob.read_bytes())
    data[len(data) // 2] ^= 1
    blob.write_bytes(bytes(data))
    error = await refusal(hall.teacher.image((await session.record_of(ama)).claims[0].image_id))
    assert (error.code(), reason_of(error)) == (grpc.StatusCode.INTERNAL, "INTERNAL")
    assert "blob" not in (error.details() or "")


# Watching


async def test_a_watcher_sees_the_record_now_and_every_change_until_it_is_final(hall: Hall) -> None:
    session = await hall.open_session()
    ama = await hall.student(enrolled=False)
    first = (await ama.submit(session, fix=None)).record
    watch = Watch(ama, first.id)
    assert await watch.next() == first
    await ama.enroll()
    second = await watch.next()
    assert (second.status, second.attention, second.revision) == (FLAGGED, NEEDS_LOOK, first.revision + 1)
    third = (await ama.submit(session, fix=TWO_KM_AWAY)).record
    assert await watch.next() == third
    decided = await confirm(hall.teacher, first.id, third.revision)
    assert await watch.next() == decided
    assert await watch.ended() == grpc.StatusCode.OK


async def test_a_record_that_is_final_is_sent_once(hall: Hall) -> None:
    session = await hall.open_session()
    ama = await hall.student()
    record = (await ama.submit(session)).record
    watch = Watch(ama, record.id.upper())
    assert await watch.next() == record
    assert await watch.ended() == grpc.StatusCode.OK


async def test_nobody_watches_another_students_record(hall: Hall) -> None:
    session = await hall.open_session()
    ama, kofi = await hall.student(), await hall.student()
    record = (await ama.submit(session, fix=None)).record
    for who, record_id in ((kofi, record.id), (ama, str(uuid.uuid4()))):
        error = await refusal(Watch(who, record_id).next())
        assert (error.code(), reason_of(error)) == (NOT_FOUND, "RECORD_NOT_FOUND")


async def test_many_watch_one_record_and_others_hear_nothing(hall: Hall) -> None:
    session = await hall.open_session()
    ama, kofi = await hall.student(), await hall.student()
    record = (await ama.submit(session, fix=None)).record
    other = (await kofi.submit(session, fix=None)).record
    watches, elsewhere = [Watch(ama, record.id) for _ in range(20)], Watch(kofi, other.id)
    assert [(await watch.next()).revision for watch in watches] == [record.revision] * 20
    await elsewhere.next()
    watches[0].leave()
    confirmed = (await ama.submit(session)).record
    for watch in watches[1:]:
        assert await watch.next() == confirmed
        assert await watch.ended() == grpc.StatusCode.OK
    after = await confirm(hall.teacher, other.id, other.revision)
    assert await elsewhere.next() == after  # and nothing came between


# What is written down


async def test_every_documented_refusal_of_a_claim_leaves_its_reason_and_nothing_else(hall: Hall) -> None:
    ama = await hall.student()
    found = {}
    async for reason, header in refused_claims(hall, ama):
        before = len(audited(hall, Action.CLAIM_REFUSED))
        error = await refusal(ama.send_inline(header))
        assert reason_of(error) == reason, error.details()
        found[reason] = [
            (event.actor_id, event.facts.get("reason")) for event in audited(hall, Action.CLAIM_REFUSED)[before:]
        ]
    assert found == {reason: [(uuid.UUID(ama.id), reason)] for reason in documented_refusals()}


def documented_refusals() -> set[str]:
    """What SubmitAttendance's comment says is refused with nothing kept but an audit event."""
    comment = re.sub(r"\s*//\s*", " ", STUDENT_SERVICE.read_text(encoding="utf-8"))
    match = re.search(r"before a byte of the selfie is read: ([A-Z_, ]+)\. Refused after it", comment)
    assert match is not None
    return set(re.split(r",\s*", match[1]))


async def refused_claims(hall: Hall, ama: Student) -> AsyncIterator[tuple[str, claim_upload_pb2.ClaimHeader]]:
    """For each reason a claim of Ama's that is refused for it when it is sent at once."""

    async def side_by_side(**fields: Any) -> Session:
        return await hall.open_session(allow_parallel=True, **fields)

    def code_of(session_id: str, generation: Generation) -> str:
        times = CodeTimes(timedelta(seconds=60), timedelta(seconds=10))
        return hall.app.outside.code_keys.text(codes.step(SessionId(uuid.UUID(session_id)), generation, times, 0))

    now = hall.clock.now()
    session = await side_by_side()
    text = (await session.code()).text
    spare = await side_by_side()
    yield "SESSION_NOT_FOUND", await ama.header(proof=code_of(str(uuid.uuid4()), Generation(1, now)))
    later = await side_by_side(open_time=timestamp(now + timedelta(hours=1)))
    yield "SESSION_NOT_OPEN", await ama.header(proof=code_of(later.id, Generation(1, now + timedelta(hours=1))))
    header = await ama.header(spare)
    await spare.close()
    yield "SESSION_CLOSED", header
    spare = await side_by_side()
    header = await ama.header(spare)
    call_off(hall, spare.id)
    yield "SESSION_CANCELLED", header
    yield "QR_CODE_MALFORMED", await ama.header(proof="https://example.edu")
    yield "QR_CODE_WRONG", await ama.header(proof=text[:-1] + ("A" if text[-1] != "A" else "B"))
    typed = claim_upload_pb2.TypedCode(session_id=session.id, digits="00000000")
    for _ in range(10):
        yield "TYPED_CODE_WRONG", await ama.header(proof=Proof(typed_code=typed))
    yield "TYPED_CODE_TRIES_USED", await ama.header(proof=Proof(typed_code=typed))
    untyped = await side_by_side(typed_code_allowed=False)
    typed = claim_upload_pb2.TypedCode(session_code=untyped.message.session_code, digits="00000000")
    yield "TYPED_CODE_OFF", await ama.header(proof=Proof(typed_code=typed))
    yield "SCAN_TICKET_INVALID", await ama.header(proof=Proof(scan_ticket="garbage"))
    scoped = await side_by_side(programme_id=str(programme(hall)))
    yield "OUT_OF_SCOPE", await ama.header(scoped)
    header = await ama.header(session, selfie=photograph())
    header.selfie.size = 50 * 1024 * 1024
    yield "UPLOAD_TOO_LARGE", header
    header = await ama.header(session)
    header.signed_statement.statement = b"\xff\xff\xff"
    yield "STATEMENT_MALFORMED", header
    ticket = (await ama.scan(text)).scan_ticket
    await hall.turn(180)
    yield "QR_CODE_EXPIRED", await ama.header(proof=text)
    yield "SCAN_TICKET_EXPIRED", await ama.header(proof=Proof(scan_ticket=ticket))
    assert await session.records() == []
    for _ in range(3):
        await ama.submit(await hall.teacher.open_session(await hall.teacher.course()))
    yield (
        "TOO_MANY_UNENROLLED_CLAIMS",
        await ama.header(await hall.teacher.open_session(await hall.teacher.course())),
    )
    kept = await ama.header(session, fix=None)
    await ama.send(kept)
    yield "CLAIM_ID_REUSED", await ama.header(session, claim_id=kept.claim_id)


async def test_every_claim_that_is_kept_is_written_down_once(hall: Hall) -> None:
    session = await hall.open_session()
    ama = await hall.student()
    header = await ama.header(session, fix=None)
    record = (await ama.send(header)).record
    await ama.send(header)  # a retry keeps nothing
    second = await ama.header(session)
    await ama.send(second)
    await ama.submit(session)  # the record takes no more
    events = audited(hall, Action.CLAIM_KEPT)
    assert {(event.actor_id, event.subject_id) for event in events} == {(uuid.UUID(ama.id), uuid.UUID(record.id))}
    assert [event.facts for event in events] == [
        {"session": session.id, "claim": header.claim_id, "status": "FLAGGED"},
        {"session": session.id, "claim": second.claim_id, "status": "CONFIRMED"},
    ]


async def test_events_hold_ids_and_codes_and_nothing_that_names_a_person(hall: Hall) -> None:
    session = await hall.open_session()
    ama = await hall.student()
    await refusal(hall.login(ama.email, "the wrong password"))
    await refusal(ama.submit(proof="not a code"))
    await ama.scan((await session.code()).text)
    await ama.submit(session, fix=fix_at(TWO_KM_AWAY, hall.clock.now()), selfie=photograph())
    record = await session.record_of(ama)
    await hall.teacher.image(record.claims[0].image_id)
    await confirm(hall.teacher, record.id, record.revision, "Recognised by her red scarf")
    await session.rotate()
    await session.close()
    await hall.app.jobs.seal_ended()
    await ama.stub.DropCourse(student_service_pb2.DropCourseRequest(course_id=hall.course.id), metadata=ama.metadata)
    with hall.app.engine.connect() as connection:
        events = connection.execute(select(audit_events)).all()
        private = connection.execute(select(audit_private)).all()
    assert {event.action for event in events} >= {
        Action.USER_REGISTERED, Action.SIGNED_IN, Action.SIGN_IN_REFUSED, Action.DEVICE_BOUND, Action.COURSE_CREATED,
        Action.ENROLLED, Action.ENROLLMENT_ENDED, Action.SESSION_CREATED, Action.SESSION_CLOSED, Action.SESSION_SEALED,
        Action.QR_ROTATED, Action.CLAIM_KEPT, Action.CLAIM_REFUSED, Action.RECORD_CONFIRMED, Action.IMAGE_SEEN,
    }  # fmt: skip
    text = " ".join(str(event) for event in events)
    names = ["@", "Student", "Lecturer", "Ama", "Kofi", "127.0.0.1", "::1"]
    for secret in (*names, "scarf", "password", "Great Hall", "5.66", ama.identifier, ama.token):
        assert secret not in text
    # the address is beside the event, in a row that can be erased on its own
    assert {row.event_id for row in private} == {event.id for event in events if event.actor_id or event.request_id}
    assert {str(row.content) for row in private} == {"{'address': '127.0.0.1'}"}
    assert len({row.salt for row in private}) == len(private)


# Ids


def id_fields(message: Descriptor, path: tuple[FieldDescriptor, ...] = ()) -> Iterator[tuple[FieldDescriptor, ...]]:
    """Paths to every field of our own messages that holds an id."""
    for field in message.fields:
        if field.name.endswith(("_id", "_ids")):
            yield (*path, field)
        elif field.message_type is not None and field.message_type.file.package == "absense.v1":
            yield from id_fields(field.message_type, (*path, field))


ID_FIELDS = [(name, path) for name, method in METHODS.items() for path in id_fields(method.input_type)]
NO_UUIDS = ["1", "not-an-id", "0190a5b2000070008000000000000000", "0190a5b2-0000-7000-8000-00000000000\u0660"]


async def test_ids_that_are_no_uuids_are_a_field_violation_everywhere(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def uncounted(*_: object) -> None:
        """So many calls of one person would be too many."""

    monkeypatch.setattr(hall.app.outside.rate_limits, "hit", uncounted)
    ama = await hall.student(phone=False)
    admin = await hall.admin()
    people = {Role.STUDENT: ama.metadata, Role.LECTURER: hall.teacher.metadata, Role.ADMIN: admin.metadata}
    found, expected = {}, {}
    for name, path in ID_FIELDS:
        role = min(RULES[name].roles, key=lambda role: role.value, default=Role.STUDENT)  # none: anyone
        written = ".".join(field.name + "[0]" * (field.is_repeated and field is not path[-1]) for field in path)
        repeated = path[-1].name.endswith("_ids")
        for text in (*NO_UUIDS, f"{uuid.uuid4()}\n"):
            violations = await field_violations(hall, name, message_with(name, path, text), people[role])
            found[name, written, text] = f"{written}[0]" in violations if repeated else written in violations
            expected[name, written, text] = True
    assert len(ID_FIELDS) > 20
    assert found == expected


def message_with(method: str, path: tuple[FieldDescriptor, ...], text: str) -> bytes:
    """The method's request with nothing in it but this id."""
    message: Any = GetMessageClass(METHODS[method].input_type)()
    last = message
    for field in path[:-1]:
        last = getattr(last, field.name)
        if field.is_repeated:
            last = last.add()
    if path[-1].name.endswith("_ids"):
        getattr(last, path[-1].name).append(text)
    else:
        setattr(last, path[-1].name, text)
    data: bytes = message.SerializeToString()
    return data


async def field_violations(hall: Hall, method: str, data: bytes, metadata: tuple[tuple[str, str], ...]) -> list[str]:
    """The fields for which a call with this request is refused."""

    async def one_and_no_end() -> AsyncIterator[bytes]:
        yield data
        await asyncio.Event().wait()

    descriptor = METHODS[method]
    kinds: Any = {
        (False, False): hall.channel.unary_unary,
        (False, True): hall.channel.unary_stream,
        (True, False): hall.channel.stream_unary,
    }
    make = kinds[descriptor.client_streaming, descriptor.server_streaming]
    call = make(method)(one_and_no_end() if descriptor.client_streaming else data, metadata=metadata)
    error = await refusal(call.read() if descriptor.server_streaming else call)
    assert (error.code(), reason_of(error)) == (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST"), method
    return [violation.field for violation in detail(error, error_details_pb2.BadRequest).field_violations]


@pytest.mark.parametrize("selfie", [b"", b"not a photograph"])
async def test_an_upload_that_fails_leaves_no_claim_in_the_log(hall: Hall, selfie: bytes) -> None:
    session = await hall.open_session()
    ama = await hall.student()
    header = await ama.header(session)
    header.selfie.CopyFrom(announce(b"not a photograph"))
    error = await refusal(ama.send_inline(header, selfie))
    assert reason_of(error) in {"UPLOAD_SIZE_MISMATCH", "IMAGE_NOT_SUPPORTED"}
    assert audited(hall, Action.CLAIM_KEPT) == []
    assert await session.records() == []
