"""Decisions on records, through the contract: rejected, entered by hand, many at once, set by administrators."""

from __future__ import annotations  # the stubs' async types exist for type checkers only

import asyncio
import uuid
from typing import Any

from sqlalchemy import update

from absense.v1 import admin_service_pb2, attendance_record_pb2, error_reason_pb2, lecturer_service_pb2
from absense_server.adapters.db.tables import terms, users
from absense_server.domain.audit import Action
from absense_server.domain.courses import TermState
from absense_server.domain.people import Role
from tests.rpc.test_check_in import CONFIRMED, FLAGGED
from tests.rpc.test_review import Watch, own, seen_by
from tests.rpc.test_sessions import audited, call_off, outcome, programme
from tests.support.hall import TWO_KM_AWAY, Admin, Hall, Lecturer, Record, Session, Student

REJECTED, EXCUSED = attendance_record_pb2.RECORD_STATUS_REJECTED, attendance_record_pb2.RECORD_STATUS_EXCUSED
MANUAL = attendance_record_pb2.RECORD_SOURCE_MANUAL
MISMATCH, NOT_ALLOWED = "ABORTED REVISION_MISMATCH", "FAILED_PRECONDITION DECISION_NOT_ALLOWED"
NOT_EXPECTED = "FAILED_PRECONDITION NOT_EXPECTED"


async def reject(lecturer: Lecturer, record: Record, reason: str = "Not there") -> Record:
    request = lecturer_service_pb2.RejectAttendanceRequest(
        record_id=record.id, expected_revision=record.revision, reason=reason
    )
    return (await lecturer.stub.RejectAttendance(request, metadata=lecturer.metadata)).record


async def mark(lecturer: Lecturer, session: Session, student: Student, status: Any, **fields: Any) -> Record:
    request = lecturer_service_pb2.MarkAttendanceRequest(
        session_id=session.id, student_id=student.id, status=status, **{"reason": "On paper", **fields}
    )
    return (await lecturer.stub.MarkAttendance(request, metadata=lecturer.metadata)).record


async def batch(lecturer: Lecturer, records: Any, status: Any) -> list[tuple[str, int, str]]:
    request = lecturer_service_pb2.BatchDecideAttendanceRequest(status=status, reason="By sight")
    for record in records:
        request.records.add(record_id=record.id, expected_revision=record.revision)
    answer = await lecturer.stub.BatchDecideAttendance(request, metadata=lecturer.metadata)
    assert [one.record_id for one in answer.decisions] == [record.id for record in records]
    name = error_reason_pb2.ErrorReason.Name
    return [
        (
            attendance_record_pb2.RecordStatus.Name(one.status).removeprefix("RECORD_STATUS_"),
            one.revision,
            name(one.reason).removeprefix("ERROR_REASON_") if one.reason else "",
        )
        for one in answer.decisions
    ]


async def set_status(admin: Admin, status: Any, revision: int, **fields: Any) -> Record:
    request = admin_service_pb2.SetAttendanceStatusRequest(
        status=status, expected_revision=revision, reason="The register says so", **fields
    )
    return (await admin.stub.SetAttendanceStatus(request, metadata=admin.metadata)).record


def close_terms(hall: Hall) -> None:
    with hall.app.engine.begin() as connection:
        connection.execute(update(terms).values(state=TermState.CLOSED))


async def test_a_record_goes_from_one_decision_to_the_next(hall: Hall) -> None:
    session, ama = await hall.open_session(), await hall.student()
    claimed = (await ama.submit(session)).record
    watch = Watch(ama, claimed.id)
    assert (await watch.next()).status == CONFIRMED
    absent = await reject(hall.teacher, claimed)
    assert (absent.status, absent.attention, absent.revision) == (REJECTED, 0, claimed.revision + 1)
    assert await reject(hall.teacher, claimed, "another reason") == absent
    assert await outcome(reject(hall.teacher, absent)) == NOT_ALLOWED
    assert await outcome(reject(hall.teacher, claimed.__class__(id=claimed.id, revision=9))) == MISMATCH
    excused = await mark(hall.teacher, session, ama, EXCUSED, expected_revision=absent.revision)
    present = await mark(hall.teacher, session, ama, CONFIRMED, expected_revision=excused.revision, late=True)
    in_time = await mark(hall.teacher, session, ama, CONFIRMED, expected_revision=present.revision, late=False)
    assert (present.late, in_time.late) == (True, False)
    assert [(d.from_status, d.to_status) for d in in_time.decisions] == [
        (CONFIRMED, REJECTED), (REJECTED, EXCUSED), (EXCUSED, CONFIRMED), (CONFIRMED, CONFIRMED),
    ]  # fmt: skip
    assert in_time.claims == claimed.claims
    assert (in_time.course_id, in_time.course_code) == (hall.course.id, hall.course.code)
    assert in_time.session_open_time == session.message.open_time
    assert await own(ama, record_id=claimed.id) == in_time
    assert len(audited(hall, Action.RECORD_REJECTED)) == len(audited(hall, Action.RECORD_EXCUSED)) == 1


async def test_who_is_entered_by_hand_needs_no_phone(hall: Hall) -> None:
    session = await hall.open_session(late_after={"seconds": 60})
    ama, kofi, stranger = await hall.student(), await hall.student(), await hall.student(enrolled=False)
    made = await mark(hall.teacher, session, ama, CONFIRMED)
    assert (made.status, made.source, made.late, made.revision) == (CONFIRMED, MANUAL, False, 1)
    assert (list(made.claims), made.deciding_claim_id) == ([], "")
    assert [(d.from_status, d.to_status, d.reason) for d in made.decisions] == [(0, CONFIRMED, "On paper")]
    assert await mark(hall.teacher, session, ama, CONFIRMED) == made
    assert await outcome(mark(hall.teacher, session, ama, EXCUSED)) == MISMATCH
    assert await outcome(mark(hall.teacher, session, kofi, CONFIRMED, expected_revision=1)) == MISMATCH
    assert (await mark(hall.teacher, session, kofi, CONFIRMED, late=True)).late
    # a claim that comes later is told what is there, and a watching phone too
    answer = await ama.submit(session)
    assert (answer.already_recorded, answer.can_retry, answer.record) == (True, False, made)
    assert (await Watch(ama, made.id).next()) == made
    assert (await session.reload()).counts.confirmed == 2
    # who is nowhere on the list, or came on it too late
    assert await outcome(mark(hall.teacher, session, stranger, CONFIRMED)) == "NOT_FOUND USER_NOT_FOUND"
    admin = await hall.admin()
    key = admin_service_pb2.SessionStudent(session_id=session.id, student_id=stranger.id)
    assert await outcome(set_status(admin, CONFIRMED, 0, session_student=key)) == NOT_EXPECTED
    record = (await stranger.submit(session)).record
    assert await outcome(mark(hall.teacher, session, stranger, CONFIRMED, expected_revision=1)) == NOT_EXPECTED
    assert (await seen_by(hall.teacher, record.id)).status == FLAGGED
    await hall.turn(1)
    late_comer = await hall.student()
    assert await outcome(mark(hall.teacher, session, late_comer, CONFIRMED)) == NOT_EXPECTED
    assert len(audited(hall, Action.RECORD_MARKED)) == 2


async def test_nobody_is_entered_where_nothing_was_held(hall: Hall) -> None:
    ama = await hall.student()
    off, scoped = (
        await hall.open_session(),
        await hall.open_session(programme_id=str(programme(hall)), allow_parallel=True),
    )
    call_off(hall, off.id)
    assert await outcome(mark(hall.teacher, off, ama, CONFIRMED)) == "FAILED_PRECONDITION SESSION_CANCELLED"
    assert await outcome(mark(hall.teacher, scoped, ama, CONFIRMED)) == NOT_EXPECTED
    stranger = await hall.lecturer()
    assert await outcome(mark(stranger, scoped, ama, CONFIRMED)) == "NOT_FOUND SESSION_NOT_FOUND"


async def test_a_claim_and_a_mark_at_once_leave_one_record(hall: Hall) -> None:
    session, students = await hall.open_session(), [await hall.student() for _ in range(6)]
    headers = [await student.header(session) for student in students]
    calls = [
        call
        for student, header in zip(students, headers, strict=True)
        for call in (student.send(header), outcome(mark(hall.teacher, session, student, EXCUSED)))
    ]
    await asyncio.gather(*calls)
    records = await session.records()
    assert sorted(record.student.user_id for record in records) == sorted(student.id for student in students)
    for record in records:
        assert (record.status, record.source == MANUAL) in {(CONFIRMED, False), (EXCUSED, True)}


async def test_two_who_decide_at_once_do_not_overrule_each_other_unseen(hall: Hall) -> None:
    session, other, admin = await hall.open_session(), await hall.lecturer(), await hall.admin()
    with hall.app.engine.begin() as connection:
        from absense_server.adapters.db.tables import course_lecturers  # noqa: PLC0415 - only here

        row = {"course_id": uuid.UUID(hall.course.id), "lecturer_id": uuid.UUID(other.id), "position": 1}
        connection.execute(course_lecturers.insert().values(**row))
    for _ in range(4):
        record = (await (await hall.student()).submit(session, fix=TWO_KM_AWAY)).record
        found = await asyncio.gather(
            outcome(hall.teacher.confirm(record)),
            outcome(reject(other, record)),
            outcome(set_status(admin, EXCUSED, record.revision, record_id=record.id)),
        )
        assert sorted(map(str, found)).count(MISMATCH) == 2, found
        assert len((await seen_by(hall.teacher, record.id)).decisions) == 1


async def test_many_records_are_each_decided_as_if_by_itself(hall: Hall) -> None:
    session = await hall.open_session()
    stranger = await hall.lecturer()
    theirs = await stranger.open_session(await stranger.course())
    students = [await hall.student() for _ in range(3)]
    first, second, third = [(await student.submit(session, fix=None)).record for student in students]
    foreign = (await students[0].submit(theirs)).record
    nothing = Record(id=str(uuid.uuid4()), revision=1)
    stale = Record(id=third.id, revision=7)
    done = await hall.teacher.confirm(second)
    wanted = [first, foreign, second, nothing, stale]
    expected = [
        ("CONFIRMED", 2, ""),
        ("UNSPECIFIED", 0, "RECORD_NOT_FOUND"),
        ("CONFIRMED", 2, ""),
        ("UNSPECIFIED", 0, "RECORD_NOT_FOUND"),
        ("FLAGGED", 1, "REVISION_MISMATCH"),
    ]
    assert await batch(hall.teacher, wanted, CONFIRMED) == expected
    assert await batch(hall.teacher, wanted, CONFIRMED) == expected
    assert await batch(hall.teacher, [done], CONFIRMED) == [("CONFIRMED", 2, "DECISION_NOT_ALLOWED")]
    assert [len((await seen_by(hall.teacher, one.id)).decisions) for one in (first, second, third)] == [1, 1, 0]
    seen = await seen_by(hall.teacher, first.id)
    assert seen.HasField("appeal") is False
    assert seen.decisions[0].reason == "By sight"
    # somebody's own record, after a change of role
    with hall.app.engine.begin() as connection:
        mine = users.c.id == uuid.UUID(students[2].id)
        connection.execute(update(users).where(mine).values(role=Role.ADMIN))
    login = await hall.login(students[2].email)
    admin = Admin(hall, students[2].id, students[2].email, login.access_token)
    own_record = set_status(admin, CONFIRMED, third.revision, record_id=third.id)
    assert await outcome(own_record) == "PERMISSION_DENIED SELF_DECISION"
    close_terms(hall)
    assert await batch(hall.teacher, [third], REJECTED) == [("FLAGGED", 1, "TERM_CLOSED")]
    for call in (reject(hall.teacher, third), mark(hall.teacher, session, students[0], EXCUSED, expected_revision=2)):
        assert await outcome(call) == "FAILED_PRECONDITION TERM_CLOSED"
    other = await hall.admin()
    assert (await set_status(other, REJECTED, third.revision, record_id=third.id)).status == REJECTED
    key = admin_service_pb2.SessionStudent(session_id=session.id, student_id=students[0].id)
    assert (await set_status(other, EXCUSED, 2, session_student=key)).status == EXCUSED
    assert await outcome(set_status(other, EXCUSED, 1, record_id=nothing.id)) == "NOT_FOUND RECORD_NOT_FOUND"


async def test_administrators_see_the_records_of_every_course(hall: Hall) -> None:
    admin, session = await hall.admin(), await hall.open_session()
    stranger = await hall.lecturer()
    course = await stranger.course()
    theirs = await stranger.open_session(course)
    ama = await hall.student()
    await ama.enroll(course)
    flagged = [(await ama.submit(one, fix=None)).record for one in (session, theirs)]

    async def listed(**fields: Any) -> list[str]:
        request = admin_service_pb2.AdminServiceListFlaggedRequest(**fields)
        return [record.id for record in (await admin.stub.ListFlagged(request, metadata=admin.metadata)).records]

    both = [record.id for record in flagged]
    assert await listed() == await listed(include_pending=True) == await listed(term_id=course.term_id) == both
    assert await listed(course_id=course.id) == await listed(session_id=theirs.id, include_pending=True) == [both[1]]
    for field, reason in (("session_id", "SESSION"), ("course_id", "COURSE"), ("term_id", "TERM")):
        assert await outcome(listed(**{field: str(uuid.uuid4())})) == f"NOT_FOUND {reason}_NOT_FOUND"
    get = admin_service_pb2.AdminServiceGetAttendanceRecordRequest(record_id=both[1])
    record = (await admin.stub.GetAttendanceRecord(get, metadata=admin.metadata)).record
    assert record == await seen_by(stranger, both[1])
    attendance = admin_service_pb2.AdminServiceListAttendanceRequest(session_id=theirs.id, statuses=[FLAGGED])
    assert list((await admin.stub.ListAttendance(attendance, metadata=admin.metadata)).records) == [record]
    forced = admin_service_pb2.VerifyAttendanceRequest(
        record_id=record.id, expected_revision=record.revision, confirm=True, reason="I know her"
    )
    assert (await admin.stub.VerifyAttendance(forced, metadata=admin.metadata)).record.status == CONFIRMED
    again = admin_service_pb2.VerifyAttendanceRequest(record_id=both[0], expected_revision=1)
    off = await outcome(admin.stub.VerifyAttendance(again, metadata=admin.metadata))
    assert off == "FAILED_PRECONDITION FACE_CHECK_OFF"
