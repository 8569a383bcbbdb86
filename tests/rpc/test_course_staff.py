"""Courses: changed, taught by several, claimed, archived; who is enrolled, and when that may change."""

from __future__ import annotations  # the stubs' async types exist for type checkers only

import asyncio
import uuid
from datetime import timedelta
from typing import Any

import grpc
import grpc.aio
import pytest
from sqlalchemy import select

from absense.v1 import admin_service_pb2 as admin_pb
from absense.v1 import course_claim_pb2, course_pb2, student_service_pb2, user_pb2
from absense.v1 import lecturer_service_pb2 as pb
from absense_server.adapters.db.tables import audit_events, audit_private
from absense_server.domain.audit import Action
from tests.rpc.test_sessions import audited
from tests.support.hall import Admin, Hall, Lecturer, Student, reason_of, timestamp


async def refusal(call: Any) -> str:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await call
    return reason_of(refused.value)


async def update(
    person: Lecturer | Admin, course: course_pb2.Course, revision: int = 0, **fields: Any
) -> course_pb2.Course:
    kind: Any = (
        pb.LecturerServiceUpdateCourseRequest
        if isinstance(person, Lecturer)
        else admin_pb.AdminServiceUpdateCourseRequest
    )
    request = kind(course_id=course.id, expected_revision=revision or course.revision)
    for name, value in fields.items():
        request.update_mask.paths.append(name)
        if value is not None:
            request.MergeFrom(kind(**{name: value}))
    updated: course_pb2.Course = (await person.stub.UpdateCourse(request, metadata=person.metadata)).course
    return updated


async def add(person: Lecturer, course: course_pb2.Course, **who: str) -> course_pb2.Course:
    request = pb.AddCourseLecturerRequest(course_id=course.id, **who)
    return (await person.stub.AddCourseLecturer(request, metadata=person.metadata)).course


async def remove(person: Lecturer, course: course_pb2.Course, who: Lecturer) -> course_pb2.Course:
    request = pb.RemoveCourseLecturerRequest(course_id=course.id, user_id=who.id)
    return (await person.stub.RemoveCourseLecturer(request, metadata=person.metadata)).course


async def claim(person: Lecturer, course: course_pb2.Course) -> course_claim_pb2.CourseClaim:
    request = pb.ClaimCourseRequest(course_id=course.id, note="It was mine last year")
    return (await person.stub.ClaimCourse(request, metadata=person.metadata)).course_claim


async def approve(admin: Admin, wish: course_claim_pb2.CourseClaim) -> course_claim_pb2.CourseClaim:
    request = admin_pb.ApproveCourseClaimRequest(course_claim_id=wish.id, note="It is yours")
    return (await admin.stub.ApproveCourseClaim(request, metadata=admin.metadata)).course_claim


async def reject(admin: Admin, wish: course_claim_pb2.CourseClaim) -> course_claim_pb2.CourseClaim:
    request = admin_pb.RejectCourseClaimRequest(course_claim_id=wish.id, note="It is not")
    return (await admin.stub.RejectCourseClaim(request, metadata=admin.metadata)).course_claim


async def create(admin: Admin, **fields: Any) -> course_pb2.Course:
    wish = {"code": f"AD{uuid.uuid4().hex[:6]}", "title": "Unclaimed studies", **fields}
    request = admin_pb.AdminServiceCreateCourseRequest(**wish)
    return (await admin.stub.CreateCourse(request, metadata=admin.metadata)).course


async def enrollments(person: Lecturer | Admin, *, ended: bool = False) -> list[course_pb2.Enrollment]:
    lecturers = Lecturer(person.hall, person.id, person.email, person.token).stub
    request = pb.ListEnrollmentsRequest(course_id=person.hall.course.id, include_ended=ended, page_size=1)
    found: list[course_pb2.Enrollment] = []
    while True:
        page = await lecturers.ListEnrollments(request, metadata=person.metadata)
        found += page.enrollments
        if not page.next_page_token:
            return found
        request.page_token = page.next_page_token


def ids(course: course_pb2.Course) -> list[str]:
    return [lecturer.user_id for lecturer in course.lecturers]


async def test_a_course_is_changed_by_its_mask_on_the_revision_that_was_read(hall: Hall) -> None:
    teacher, course = hall.teacher, hall.course
    other = await teacher.course(code="Straße")
    begins, ends = (timestamp(hall.clock.now() + timedelta(days=days)) for days in (1, 2))
    changed = await update(teacher, course, code=" CS 2 ", enrollment_start_time=begins, enrollment_end_time=ends)
    assert (changed.code, changed.title, changed.revision) == ("CS 2", course.title, course.revision + 1)
    assert (changed.enrollment_start_time, changed.enrollment_end_time) == (begins, ends)
    # as it is already: whatever the revision
    assert await update(teacher, course, code="CS 2") == changed
    assert await refusal(update(teacher, course, title="Another")) == "REVISION_MISMATCH"
    assert await refusal(update(teacher, changed, code="STRASSE")) == "COURSE_CODE_TAKEN"
    assert await refusal(update(teacher, changed, enrollment_start_time=ends)) == "ENROLLMENT_WINDOW_INVALID"
    assert await refusal(update(teacher, changed, programme_ids=[str(uuid.uuid4())])) == "PROGRAMME_NOT_FOUND"
    assert await refusal(update(await hall.lecturer(), changed, title="Mine")) == "COURSE_NOT_FOUND"
    # its own code in another case is nobody else's; a time that is left out is taken away
    again = await update(teacher, changed, code="cs 2", enrollment_start_time=None, enrollment_end_time=None, level=2)
    assert (again.code, again.level, again.HasField("enrollment_end_time")) == ("cs 2", 2, False)
    events = audited(hall, Action.COURSE_CHANGED)
    assert [event.facts["changed"] for event in events] == [
        "code enrollment_from_at enrollment_until_at", "code level enrollment_from_at enrollment_until_at",
    ]  # fmt: skip
    assert other.code == "Straße"


async def test_lecturers_of_a_course_add_and_remove_each_other(hall: Hall) -> None:
    teacher, other, third = hall.teacher, await hall.lecturer(), await hall.lecturer()
    student, admin = await hall.student(phone=False), await hall.admin()
    assert await refusal(remove(teacher, hall.course, teacher)) == "LAST_LECTURER"
    both = await add(teacher, hall.course, email=other.email.upper())
    assert ids(both) == [teacher.id, other.id]
    assert both.revision == hall.course.revision + 1
    assert await add(teacher, hall.course, user_id=other.id) == both
    session = await hall.open_session()
    session.lecturer = other
    await session.close()  # any of them manages its sessions
    assert await refusal(add(other, both, user_id=student.id)) == "NOT_A_LECTURER"
    assert await refusal(add(other, both, user_id=str(uuid.uuid4()))) == "USER_NOT_FOUND"
    assert await refusal(add(other, both, email="nobody@example.edu")) == "USER_NOT_FOUND"
    assert await refusal(add(third, both, user_id=student.id)) == "COURSE_NOT_FOUND"
    await admin.update_user(third.id, state=user_pb2.USER_STATE_DEACTIVATED)
    assert await refusal(add(other, both, user_id=third.id)) == "NOT_A_LECTURER"
    assert ids(await remove(other, both, third)) == [teacher.id, other.id]
    assert ids(await remove(teacher, both, teacher)) == [other.id]
    assert await refusal(remove(teacher, both, teacher)) == "COURSE_NOT_FOUND"
    assert [event.facts["lecturer"] for event in audited(hall, Action.LECTURER_REMOVED)] == [teacher.id]


async def test_of_two_who_remove_each_other_at_once_one_stays(hall: Hall) -> None:
    other = await hall.lecturer()
    await add(hall.teacher, hall.course, user_id=other.id)
    outcomes = await asyncio.gather(
        remove(hall.teacher, hall.course, other), remove(other, hall.course, hall.teacher), return_exceptions=True
    )
    assert sum(isinstance(outcome, grpc.aio.AioRpcError) for outcome in outcomes) == 1
    [course] = [outcome for outcome in outcomes if isinstance(outcome, course_pb2.Course)]
    assert len(ids(course)) == 1


async def test_what_nobody_teaches_is_found_claimed_and_granted_once(hall: Hall) -> None:
    admin, one, two = await hall.admin(), await hall.lecturer(), await hall.lecturer()
    course = await create(admin, code="UNCLAIMED")
    request = pb.LecturerServiceListCoursesRequest(without_lecturers=True, query="nclaim")
    assert list((await one.stub.ListCourses(request, metadata=one.metadata)).courses) == [course]
    assert await refusal(claim(one, hall.course)) == "COURSE_HAS_LECTURERS"
    wish = await claim(one, course)
    assert (wish.course, wish.lecturer.user_id) == (course, one.id)
    assert await claim(one, course) == wish
    refused = await reject(admin, wish)
    assert (refused.decided_by.user_id, refused.decision_note) == (admin.id, "It is not")
    assert await reject(admin, wish) == refused
    assert await refusal(approve(admin, wish)) == "COURSE_CLAIM_DECIDED"
    wishes = [await claim(one, course), await claim(two, course)]
    assert wishes[0].id != wish.id
    outcomes = await asyncio.gather(*(approve(admin, each) for each in wishes), return_exceptions=True)
    reasons = [reason_of(outcome) for outcome in outcomes if isinstance(outcome, grpc.aio.AioRpcError)]
    assert reasons == ["COURSE_HAS_LECTURERS"]
    [granted] = [outcome for outcome in outcomes if isinstance(outcome, course_claim_pb2.CourseClaim)]
    assert await approve(admin, granted) == granted
    assert [lecturer.user_id for lecturer in granted.course.lecturers] == [granted.lecturer.user_id]
    listing = admin_pb.ListCourseClaimsRequest(state=course_claim_pb2.COURSE_CLAIM_STATE_PENDING)
    [left] = (await admin.stub.ListCourseClaims(listing, metadata=admin.metadata)).course_claims
    assert left.lecturer.user_id != granted.lecturer.user_id
    own = (await one.stub.ListMyCourseClaims(pb.ListMyCourseClaimsRequest(), metadata=one.metadata)).course_claims
    assert [each.id for each in own] == [wish.id, wishes[0].id]
    assert (await one.stub.ListCourses(request, metadata=one.metadata)).courses == []


async def test_administrators_make_change_and_end_courses(hall: Hall) -> None:
    admin, one, two = await hall.admin(), await hall.lecturer(), await hall.lecturer()
    key = str(uuid.uuid4())
    course = await create(admin, code="ADM 1", lecturer_ids=[two.id, one.id], request_id=key)
    assert ids(course) == [two.id, one.id]
    assert await create(admin, code="ADM 1", lecturer_ids=[two.id, one.id], request_id=key) == course
    assert await refusal(create(admin, lecturer_ids=[admin.id])) == "NOT_A_LECTURER"
    session, later = (
        await one.open_session(course),
        await two.open_session(course, open_time=timestamp(hall.clock.now() + timedelta(days=1))),
    )
    swapped = await update(admin, course, lecturer_ids=[one.id, hall.teacher.id], title="Governance")
    assert ids(swapped) == [one.id, hall.teacher.id]
    assert await refusal(update(admin, course, lecturer_ids=[two.id])) == "REVISION_MISMATCH"
    request = admin_pb.ArchiveCourseRequest(course_id=course.id)
    archived = (await admin.stub.ArchiveCourse(request, metadata=admin.metadata)).course
    assert (archived.archived, archived.revision) == (True, swapped.revision + 1)
    assert (await admin.stub.ArchiveCourse(request, metadata=admin.metadata)).course == archived
    later.lecturer = one
    states = [(await each.reload()).state for each in (session, later)]
    assert states == [3, 4]  # closed, cancelled
    assert {event.facts["because"] for event in audited(hall, Action.SESSION_CANCELLED)} == {"COURSE_ARCHIVED"}
    assert await refusal(one.open_session(course)) == "COURSE_ARCHIVED"
    assert await refusal(update(one, archived, title="Alive")) == "COURSE_ARCHIVED"
    alive = await update(admin, archived, archived=False)
    await one.open_session(alive)
    listing = admin_pb.AdminServiceListCoursesRequest(term_id=course.term_id, query="adm 1")
    assert list((await admin.stub.ListCourses(listing, metadata=admin.metadata)).courses) == [alive]
    listing.term_id = str(uuid.uuid4())
    assert await refusal(admin.stub.ListCourses(listing, metadata=admin.metadata)) == "TERM_NOT_FOUND"


async def drop(student: Student) -> course_pb2.Enrollment:
    request = student_service_pb2.DropCourseRequest(course_id=student.hall.course.id)
    return (await student.stub.DropCourse(request, metadata=student.metadata)).enrollment


async def test_who_was_enrolled_when_is_listed_for_lecturers_and_administrators(hall: Hall) -> None:
    """Who drops keeps the lessons of before; of those one who joins late has none."""
    admin = await hall.admin()
    early = await hall.student(phone=False)
    await hall.turn(60)
    await drop(early)
    late = await hall.student(phone=False)
    everybody = await enrollments(hall.teacher, ended=True)
    assert [each.student.user_id for each in everybody] == [early.id, late.id]
    assert everybody[0].until_time == everybody[1].from_time
    assert not everybody[0].HasField("course")
    assert await enrollments(admin) == await enrollments(hall.teacher) == everybody[1:]
    assert await refusal(enrollments(await hall.lecturer())) == "COURSE_NOT_FOUND"


async def test_students_come_and_go_within_the_courses_window(hall: Hall) -> None:
    now = hall.clock.now()
    begins, ends = timestamp(now + timedelta(minutes=1)), timestamp(now + timedelta(minutes=2))
    course = await update(hall.teacher, hall.course, enrollment_start_time=begins, enrollment_end_time=ends)
    student = await hall.student(enrolled=False, phone=False)
    assert await refusal(student.enroll()) == "ENROLLMENT_CLOSED"
    await hall.turn(60)
    await student.enroll()
    await hall.turn(60)
    assert await refusal(drop(student)) == "ENROLLMENT_CLOSED"
    assert course.enrollment_open


async def test_an_erased_lecturers_wishes_go_and_their_decisions_stay(hall: Hall) -> None:
    admin, other, lecturer = await hall.admin(), await hall.admin(), await hall.lecturer()
    course = await create(admin)
    gone = await claim(lecturer, course)
    kept = await reject(other, await claim(hall.teacher, course))
    for person in (lecturer, other):
        request = admin_pb.EraseUserRequest(user_id=person.id, reason="left in summer")
        await admin.stub.EraseUser(request, metadata=admin.metadata)
    listed = await admin.stub.ListCourseClaims(admin_pb.ListCourseClaimsRequest(), metadata=admin.metadata)
    assert [each.id for each in listed.course_claims] == [kept.id]
    assert listed.course_claims[0].decided_by.user_id == other.id
    words = select(audit_private.c.event_id).join(audit_events, audit_events.c.id == audit_private.c.event_id)
    with hall.app.engine.connect() as connection:
        left = [
            connection.execute(words.where(audit_events.c.subject_id == uuid.UUID(each.id))).all()
            for each in (gone, kept)
        ]
    assert [bool(rows) for rows in left] == [False, True]
