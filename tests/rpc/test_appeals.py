"""Appeals, through the contract: filed once, in time, against what can be mended; decided by somebody else."""

from __future__ import annotations  # the stubs' async types exist for type checkers only

import asyncio
import uuid
from datetime import timedelta
from typing import Any

from absense.v1 import admin_service_pb2, appeal_pb2, lecturer_service_pb2, student_service_pb2
from absense_server.domain.appeals import APPEAL_TIME
from absense_server.domain.audit import Action
from absense_server.domain.mails import MailKind
from tests.rpc.test_check_in import CONFIRMED, FLAGGED
from tests.rpc.test_decisions import EXCUSED, MANUAL, MISMATCH, REJECTED, batch, close_terms, mark, reject
from tests.rpc.test_review import own, seen_by
from tests.rpc.test_sessions import audited, call_off, outcome
from tests.support.hall import Admin, Hall, Lecturer, Session, Student

PENDING, ACCEPTED, DECLINED = (
    appeal_pb2.APPEAL_STATE_PENDING,
    appeal_pb2.APPEAL_STATE_ACCEPTED,
    appeal_pb2.APPEAL_STATE_DECLINED,
)
PRESENT, AS_EXCUSED, NO = (
    appeal_pb2.APPEAL_OUTCOME_PRESENT,
    appeal_pb2.APPEAL_OUTCOME_EXCUSED,
    appeal_pb2.APPEAL_OUTCOME_DECLINED,
)
NOT_ALLOWED, SELF = "FAILED_PRECONDITION APPEAL_NOT_ALLOWED", "PERMISSION_DENIED SELF_DECISION"


async def file(student: Student, session: Session, text: str = "I was there") -> appeal_pb2.Appeal:
    request = student_service_pb2.FileAppealRequest(session_id=session.id, text=text)
    return (await student.stub.FileAppeal(request, metadata=student.metadata)).appeal


async def decide(who: Lecturer | Admin, appeal: appeal_pb2.Appeal, made: Any, **fields: Any) -> Any:
    wish = {"expected_revision": appeal.record_revision, "reason": "I remember", **fields}
    kind: Any = (
        lecturer_service_pb2.LecturerServiceDecideAppealRequest
        if isinstance(who, Lecturer)
        else admin_service_pb2.AdminServiceDecideAppealRequest
    )
    request = kind(appeal_id=appeal.id, outcome=made, **wish)
    return await who.stub.DecideAppeal(request, metadata=who.metadata)


async def listed(who: Lecturer | Admin, **fields: Any) -> list[appeal_pb2.Appeal]:
    kind: Any = (
        lecturer_service_pb2.LecturerServiceListAppealsRequest
        if isinstance(who, Lecturer)
        else admin_service_pb2.AdminServiceListAppealsRequest
    )
    return list((await who.stub.ListAppeals(kind(**fields), metadata=who.metadata)).appeals)


async def test_an_absent_student_appeals_and_is_present_after_all(hall: Hall) -> None:
    session, ama = await hall.open_session(), await hall.student()
    assert await outcome(file(ama, session)) == NOT_ALLOWED  # it goes on: she may still come
    await hall.turn(15 * 60)
    filed, again = await asyncio.gather(file(ama, session), file(ama, session))
    assert filed == again == await file(ama, session, "  I was there ")
    assert await outcome(file(ama, session, "Really")) == "ALREADY_EXISTS APPEAL_EXISTS"
    assert (filed.state, filed.text, filed.record_id, filed.record_revision) == (PENDING, "I was there", "", 0)
    assert (filed.course_code, filed.session_open_time) == (hall.course.code, session.message.open_time)
    [seen] = await listed(hall.teacher, state=PENDING)
    assert (seen.id, seen.decidable, seen.student.user_id) == (filed.id, True, ama.id)
    assert await outcome(decide(hall.teacher, filed, PRESENT, expected_revision=1)) == MISMATCH
    answer = await decide(hall.teacher, filed, PRESENT, late=True)
    record = answer.record
    assert (record.status, record.source, record.late, record.revision) == (CONFIRMED, MANUAL, True, 1)
    assert (answer.appeal.state, answer.appeal.outcome, answer.appeal.record_id) == (ACCEPTED, PRESENT, record.id)
    assert (answer.appeal.decided_by.user_id, answer.appeal.decision_reason) == (hall.teacher.id, "I remember")
    assert record.appeal == answer.appeal
    assert await decide(hall.teacher, filed, PRESENT) == answer
    assert await outcome(decide(hall.teacher, filed, NO)) == "FAILED_PRECONDITION APPEAL_DECIDED"
    shown = (await own(ama, session_id=session.id)).appeal
    assert (shown.state, shown.decision_reason) == (ACCEPTED, "I remember")
    assert not shown.HasField("decided_by")
    mail = await hall.mail_to(ama.email, MailKind.APPEAL_ACCEPTED)
    assert hall.course.code in mail.text
    assert "I remember" in mail.text
    assert [len(audited(hall, act)) for act in (Action.APPEAL_FILED, Action.APPEAL_ACCEPTED)] == [1, 1]


async def test_what_a_person_said_is_appealed_against_to_somebody_else(hall: Hall) -> None:
    session, ama, admin = await hall.open_session(), await hall.student(), await hall.admin()
    record = (await ama.submit(session)).record
    await hall.turn(20 * 24 * 3600)
    ama.token = (await hall.login(ama.email)).access_token
    hall.teacher.token = (await hall.login(hall.teacher.email)).access_token
    admin = await hall.admin()
    absent = await reject(hall.teacher, record)
    await hall.turn((APPEAL_TIME - timedelta(minutes=1)).total_seconds())
    for person in (ama, hall.teacher, admin):
        person.token = (await hall.login(person.email)).access_token
    appeal = await file(ama, session)
    assert (appeal.record_id, appeal.record_revision) == (record.id, absent.revision)
    [seen] = await listed(hall.teacher)
    assert not seen.decidable
    assert await outcome(decide(hall.teacher, appeal, PRESENT)) == SELF
    # nor by the way of the record itself: that is changed, and the appeal waits for somebody else
    changed = await hall.teacher.confirm(absent)
    assert (changed.status, changed.appeal.state, changed.appeal.decidable) == (CONFIRMED, PENDING, False)
    [waiting] = await listed(admin, state=PENDING, term_id=hall.course.term_id)
    assert (waiting.decidable, waiting.record_revision) == (True, changed.revision)
    close_terms(hall)
    assert await outcome(decide(hall.teacher, waiting, NO)) in {SELF, "FAILED_PRECONDITION TERM_CLOSED"}
    answer = await decide(admin, waiting, PRESENT)
    assert (answer.appeal.state, answer.record.revision) == (ACCEPTED, changed.revision)


async def test_declined_is_absent_and_stays_so(hall: Hall) -> None:
    session, ama, kofi = await hall.open_session(), await hall.student(), await hall.student()
    flagged = (await ama.submit(session, fix=None)).record
    appeal = await file(ama, session)
    assert (await own(ama, record_id=flagged.id)).appeal == appeal
    answer = await decide(hall.teacher, appeal, NO)
    assert (answer.appeal.state, answer.record.status) == (DECLINED, REJECTED)
    assert [(d.from_status, d.to_status) for d in answer.record.decisions] == [(FLAGGED, REJECTED)]
    assert (await ama.submit(session)).record.status == REJECTED
    assert (await hall.mail_to(ama.email, MailKind.APPEAL_DECLINED)).subject
    assert await outcome(file(ama, session, "Again")) == "ALREADY_EXISTS APPEAL_EXISTS"
    await session.close()
    absent = await decide(hall.teacher, await file(kofi, session), NO)
    assert (absent.appeal.state, absent.HasField("record")) == (DECLINED, False)


async def test_a_decision_on_the_record_grants_the_appeal_about_it(hall: Hall) -> None:
    session = await hall.open_session()
    students = [await hall.student() for _ in range(3)]
    records = [(await student.submit(session, fix=None)).record for student in students]
    for student in students:
        await file(student, session)
    confirmed = await hall.teacher.confirm(records[0])
    assert (confirmed.appeal.state, confirmed.appeal.outcome) == (ACCEPTED, PRESENT)
    [(status, _, problem)] = await batch(hall.teacher, records[1:2], EXCUSED)
    assert (status, problem) == ("EXCUSED", "")
    assert (await seen_by(hall.teacher, records[1].id)).appeal.outcome == AS_EXCUSED
    assert (await reject(hall.teacher, records[2])).appeal.state == PENDING
    assert [appeal.state for appeal in await listed(hall.teacher)] == [ACCEPTED, ACCEPTED, PENDING]
    accepted = [mail.to for mail in await hall.mails() if mail.kind is MailKind.APPEAL_ACCEPTED]
    assert sorted(accepted) == sorted(student.email for student in students[:2])


async def test_there_is_nothing_to_appeal_against_where_nobody_is_absent(hall: Hall) -> None:
    session, off = await hall.open_session(), await hall.open_session(allow_parallel=True)
    ama, kofi, stranger = await hall.student(), await hall.student(), await hall.student(enrolled=False)
    await ama.submit(session)
    await mark(hall.teacher, session, kofi, EXCUSED)
    call_off(hall, off.id)
    await hall.turn(1)
    late_comer = await hall.student()
    await hall.turn(15 * 60)
    for student, where, expected in (
        (ama, session, NOT_ALLOWED),
        (kofi, session, NOT_ALLOWED),
        (ama, off, NOT_ALLOWED),
        (late_comer, session, NOT_ALLOWED),
        (stranger, session, "NOT_FOUND SESSION_NOT_FOUND"),
    ):
        assert await outcome(file(student, where)) == expected
    missing = await hall.student()
    other = await hall.open_session(allow_parallel=True)
    await hall.turn((APPEAL_TIME + timedelta(minutes=15)).total_seconds())
    missing.token = (await hall.login(missing.email)).access_token
    assert await outcome(file(missing, other)) == "FAILED_PRECONDITION APPEAL_TOO_LATE"
    nobodys = appeal_pb2.Appeal(id=str(uuid.uuid4()))
    admin = await hall.admin()
    assert await outcome(decide(admin, nobodys, NO)) == "NOT_FOUND APPEAL_NOT_FOUND"
    for field, reason in (("course_id", "COURSE"), ("term_id", "TERM")):
        assert await outcome(listed(admin, **{field: str(uuid.uuid4())})) == f"NOT_FOUND {reason}_NOT_FOUND"
