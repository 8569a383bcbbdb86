"""Attendance sessions, through the contract: opened, listed, closed, counted, sealed."""

from __future__ import annotations  # the stubs' async types exist for type checkers only

import asyncio
import uuid
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import grpc
from google.protobuf import duration_pb2
from google.rpc import error_details_pb2
from sqlalchemy import select, update

from absense.v1 import attendance_session_pb2, course_pb2, lecturer_service_pb2, student_service_pb2
from absense_server.adapters.db.tables import attendance_sessions, audit_events, terms
from absense_server.domain.audit import Action
from absense_server.domain.courses import Course, Enrollment, Programme, Term, TermState
from absense_server.domain.ids import CourseId, EnrollmentId, ProgrammeId, TermId, UserId
from absense_server.domain.people import Person
from absense_server.domain.policy import POLICY_VERSION
from absense_server.domain.sessions import SESSION_CODE_ALPHABET
from tests.rpc.test_check_in import CONFIRMED, FLAGGED
from tests.rpc.test_uploads import refusal
from tests.support.hall import (
    GREAT_HALL,
    TWO_KM_AWAY,
    Hall,
    Lecturer,
    Student,
    detail,
    geofence_at,
    reason_of,
    seconds,
    timestamp,
)

Message = attendance_session_pb2.AttendanceSession
Policy = attendance_session_pb2.CheckPolicy
Request = lecturer_service_pb2.CreateSessionRequest
REQUIRED = attendance_session_pb2.REQUIREMENT_REQUIRED
ADVISORY = attendance_session_pb2.REQUIREMENT_ADVISORY
OFF = attendance_session_pb2.REQUIREMENT_OFF
SCHEDULED = attendance_session_pb2.SESSION_STATE_SCHEDULED
OPEN = attendance_session_pb2.SESSION_STATE_OPEN
CLOSED = attendance_session_pb2.SESSION_STATE_CLOSED
CANCELLED = attendance_session_pb2.SESSION_STATE_CANCELLED
MINUTE = 60.0
HOUR = 3600.0


async def create(lecturer: Lecturer, course: course_pb2.Course | None = None, **fields: Any) -> Message:
    """CreateSession with these fields and no others."""
    request = Request(course_id=(course or lecturer.hall.course).id, **fields)
    return (await lecturer.stub.CreateSession(request, metadata=lecturer.metadata)).session


async def get(lecturer: Lecturer, session_id: str) -> Message:
    """GetSession, less how many are expected: other calls do not say that."""
    request = lecturer_service_pb2.LecturerServiceGetSessionRequest(session_id=session_id)
    session = (await lecturer.stub.GetSession(request, metadata=lecturer.metadata)).session
    session.ClearField("expected_count")
    return session


async def close(lecturer: Lecturer, session_id: str) -> Message:
    request = lecturer_service_pb2.LecturerServiceCloseSessionRequest(session_id=session_id)
    return (await lecturer.stub.CloseSession(request, metadata=lecturer.metadata)).session


async def page(lecturer: Lecturer, **fields: Any) -> lecturer_service_pb2.LecturerServiceListSessionsResponse:
    request = lecturer_service_pb2.LecturerServiceListSessionsRequest(**fields)
    return await lecturer.stub.ListSessions(request, metadata=lecturer.metadata)


async def listed(lecturer: Lecturer, **fields: Any) -> list[str]:
    return [session.id for session in (await page(lecturer, **fields)).sessions]


async def open_to(student: Student, **fields: Any) -> student_service_pb2.ListOpenSessionsResponse:
    request = student_service_pb2.ListOpenSessionsRequest(**fields)
    return await student.stub.ListOpenSessions(request, metadata=student.metadata)


async def outcome(call: Any) -> str:
    """OK, or the status and reason the call fails with."""
    try:
        await call
    except grpc.aio.AioRpcError as error:
        return f"{error.code().name} {reason_of(error)}"
    return "OK"


async def refused_fields(call: Any) -> tuple[str, list[str]]:
    """OK, or the reason the call fails with, and the fields at fault."""
    try:
        await call
    except grpc.aio.AioRpcError as error:
        bad = detail(error, error_details_pb2.BadRequest)
        return reason_of(error), [] if bad is None else [violation.field for violation in bad.field_violations]
    return "OK", []


def programme(hall: Hall) -> ProgrammeId:
    made = Programme(ProgrammeId(hall.app.ids.new()), f"P-{uuid.uuid4().hex[:8]}", "A programme")
    with hall.app.uow() as tx:
        tx.courses.add_programme(made)
        tx.commit()
    return made.id


def enroll(hall: Hall, student: Student, in_programme: ProgrammeId | None, course_id: str | None = None) -> None:
    """As a roster would: with a programme."""
    with hall.app.uow() as tx:
        enrollment = Enrollment(
            id=EnrollmentId(hall.app.ids.new()),
            student=Person(UserId(uuid.UUID(student.id)), ""),
            course=tx.courses.get(CourseId(uuid.UUID(course_id or hall.course.id))),
            from_at=hall.clock.now(),
            programme_id=in_programme,
        )
        tx.enrollments.add(enrollment)
        tx.commit()


def add_course(hall: Hall, *, archived: bool = False, closed_term: bool = False) -> str:
    """A course of the hall's lecturer as time will have made it."""
    now = hall.clock.now()
    with hall.app.uow() as tx:
        term = tx.courses.current_term(now)
        assert term is not None
        if closed_term:
            id_ = TermId(hall.app.ids.new())
            term = Term(id_, "Last term", now - timedelta(days=300), now - timedelta(days=150), TermState.CLOSED)
            tx.courses.add_term(term)
        course = Course(
            id=CourseId(hall.app.ids.new()),
            code=f"OLD{uuid.uuid4().hex[:6]}",
            title="An old course",
            term=term,
            created_at=now,
            lecturers=(Person(UserId(uuid.UUID(hall.teacher.id)), ""),),
            archived=archived,
        )
        tx.courses.add(course)
        tx.commit()
    return str(course.id)


def call_off(hall: Hall, session_id: str) -> None:
    """As CancelSession will, once there is one."""
    with hall.app.engine.begin() as connection:
        sessions = attendance_sessions
        where = sessions.c.id == uuid.UUID(session_id)
        connection.execute(update(sessions).where(where).values(cancelled_at=hall.clock.now()))


def audited(hall: Hall, action: Action) -> list[Any]:
    with hall.app.engine.connect() as connection:
        return list(
            connection.execute(select(audit_events).where(audit_events.c.action == action).order_by(audit_events.c.seq))
        )


# Opening


async def test_a_session_opens_now_with_the_servers_defaults(hall: Hall) -> None:
    session = await create(hall.teacher)
    now = hall.clock.now()
    assert uuid.UUID(session.id).version == 7
    assert len(session.session_code) == 6
    assert set(session.session_code) <= set(SESSION_CODE_ALPHABET)
    assert session == Message(
        id=session.id,
        course_id=hall.course.id,
        course_code=hall.course.code,
        course_title=hall.course.title,
        open_time=timestamp(now),
        end_time=timestamp(now + timedelta(minutes=15)),
        state=OPEN,
        policy=Policy(
            device=REQUIRED,
            location=OFF,
            face=ADVISORY,
            liveness=OFF,
            version=POLICY_VERSION,
            face_stand_in=attendance_session_pb2.FACE_STAND_IN_LOOK,
        ),
        code_life=seconds(60),
        code_overlap=seconds(10),
        typed_code_allowed=True,
        session_code=session.session_code,
        counts=attendance_session_pb2.SessionCounts(),
        revision=1,
        create_time=timestamp(now),
        created_by=session.created_by,
    )
    assert (session.created_by.user_id, session.created_by.full_name) == (hall.teacher.id, "Kofi Lecturer")
    assert await get(hall.teacher, session.id) == session


async def test_a_session_is_what_was_asked_for(hall: Hall) -> None:
    scope = programme(hall)
    opens = hall.clock.now() + timedelta(hours=2)
    session = await create(
        hall.teacher,
        room="  Great Hall ",
        programme_id=str(scope).upper(),
        open_time=timestamp(opens),
        duration=seconds(90 * MINUTE),
        late_after=seconds(10 * MINUTE),
        geofence=geofence_at(GREAT_HALL, radius=250),
        policy=Policy(device=ADVISORY, location=ADVISORY, face=OFF, liveness=ADVISORY),
        code_life=seconds(20.5),
        code_overlap=seconds(0),
        typed_code_allowed=False,
    )
    assert (session.room, session.programme_id, session.state) == ("Great Hall", str(scope), SCHEDULED)
    assert session.open_time == timestamp(opens)
    assert session.end_time == timestamp(opens + timedelta(minutes=90))
    assert session.late_after_time == timestamp(opens + timedelta(minutes=10))
    assert session.geofence == geofence_at(GREAT_HALL, radius=250)
    policy = session.policy
    assert (policy.device, policy.location, policy.face, policy.liveness) == (ADVISORY, ADVISORY, OFF, ADVISORY)
    assert (session.code_life, session.code_overlap) == (seconds(20.5), seconds(0))
    assert not session.typed_code_allowed


async def test_a_place_is_required_where_there_is_one_and_its_radius_is_100_m(hall: Hall) -> None:
    session = await create(hall.teacher, geofence=geofence_at(GREAT_HALL, radius=0))
    assert session.geofence.radius_meters == 100
    assert session.policy.location == REQUIRED


async def test_a_scheduled_session_opens_and_ends_by_the_clock(hall: Hall) -> None:
    opens = hall.clock.now() + timedelta(minutes=5)
    session = await create(hall.teacher, open_time=timestamp(opens), duration=seconds(MINUTE))
    states = []
    for step in (0, 299, 1, 59, 1):
        await hall.turn(step)
        states.append((await get(hall.teacher, session.id)).state)
    assert states == [SCHEDULED, SCHEDULED, OPEN, OPEN, CLOSED]


async def test_who_asks_for_a_minute_ago_means_now(hall: Hall) -> None:
    slow = hall.clock.now() - timedelta(seconds=60)
    session = await create(hall.teacher, open_time=timestamp(slow), late_after=seconds(MINUTE))
    assert session.open_time == timestamp(hall.clock.now())
    assert session.late_after_time == timestamp(hall.clock.now() + timedelta(minutes=1))


async def test_times_that_do_not_fit(hall: Hall) -> None:
    now = hall.clock.now()
    table: Mapping[str, tuple[dict[str, Any], str, Sequence[str]]] = {
        "a second": ({"duration": seconds(1)}, "INVALID_REQUEST", ["duration"]),
        "a second short of a minute": ({"duration": seconds(59)}, "INVALID_REQUEST", ["duration"]),
        "a minute": ({"duration": seconds(60)}, "OK", []),
        "a day": ({"duration": seconds(24 * HOUR)}, "OK", []),
        "a day and a second": ({"duration": seconds(24 * HOUR + 1)}, "INVALID_REQUEST", ["duration"]),
        "backwards": ({"duration": seconds(-600)}, "INVALID_REQUEST", ["duration"]),
        "no duration": (
            {"duration": duration_pb2.Duration(seconds=600, nanos=1_000_000_000)},
            "INVALID_REQUEST",
            ["duration"],
        ),
        "over a minute ago": (
            {"open_time": timestamp(now - timedelta(seconds=61))},
            "SESSION_TIMES_INVALID",
            ["open_time"],
        ),
        "a year ahead": ({"open_time": timestamp(now + timedelta(days=366))}, "OK", []),
        "over a year ahead": (
            {"open_time": timestamp(now + timedelta(days=366, seconds=1))},
            "SESSION_TIMES_INVALID",
            ["open_time"],
        ),
        "before 2000": ({"open_time": timestamp(now - timedelta(days=365 * 30))}, "INVALID_REQUEST", ["open_time"]),
        "late at once": ({"late_after": seconds(0)}, "OK", []),
        "late after a day": ({"late_after": seconds(24 * HOUR)}, "OK", []),
        "late before opening": ({"late_after": seconds(-1)}, "INVALID_REQUEST", ["late_after"]),
        "late after two days": ({"late_after": seconds(48 * HOUR)}, "INVALID_REQUEST", ["late_after"]),
        "life of 5 s": ({"code_life": seconds(5)}, "OK", []),
        "life of 300 s": ({"code_life": seconds(300), "code_overlap": seconds(150)}, "OK", []),
        "life of 4.9 s": ({"code_life": seconds(4.9)}, "INVALID_REQUEST", ["code_life"]),
        "life of 301 s": ({"code_life": seconds(301)}, "INVALID_REQUEST", ["code_life"]),
        "overlap of half": ({"code_life": seconds(8), "code_overlap": seconds(4)}, "OK", []),
        "overlap of more than half": (
            {"code_life": seconds(8), "code_overlap": seconds(4.001)},
            "CODE_TIMES_INVALID",
            ["code_overlap"],
        ),
        "overlap of more than half the default": (
            {"code_overlap": seconds(31)},
            "CODE_TIMES_INVALID",
            ["code_overlap"],
        ),
        "overlap below 0": ({"code_overlap": seconds(-1)}, "INVALID_REQUEST", ["code_overlap"]),
        "life of microseconds": ({"code_life": seconds(5.0005)}, "CODE_TIMES_INVALID", ["code_life"]),
        "everything": (
            {
                "open_time": timestamp(now - timedelta(days=1)),
                "duration": seconds(60),
                "late_after": seconds(1),
            },
            "SESSION_TIMES_INVALID",
            ["open_time"],
        ),
    }
    found = {
        name: await refused_fields(create(hall.teacher, allow_parallel=True, **fields))
        for name, (fields, _, _) in table.items()
    }
    assert found == {name: (reason, list(fields)) for name, (_, reason, fields) in table.items()}


async def test_a_short_life_shortens_the_default_overlap(hall: Hall) -> None:
    session = await create(hall.teacher, code_life=seconds(9))
    assert session.code_overlap == seconds(4.5)


async def test_a_session_requires_only_what_can_be_checked(hall: Hall) -> None:
    place = geofence_at(GREAT_HALL)
    table: Mapping[str, tuple[dict[str, Any], str]] = {
        "location without a place": ({"policy": Policy(location=REQUIRED)}, "CHECK_UNAVAILABLE"),
        "location with a place": ({"policy": Policy(location=REQUIRED), "geofence": place}, "OK"),
        "face": ({"policy": Policy(face=REQUIRED), "geofence": place}, "CHECK_UNAVAILABLE"),
        "liveness": ({"policy": Policy(liveness=REQUIRED), "geofence": place}, "CHECK_UNAVAILABLE"),
        "face, advisory": ({"policy": Policy(face=ADVISORY)}, "OK"),
        "location, advisory without a place": ({"policy": Policy(location=ADVISORY)}, "OK"),
        "nothing": ({"policy": Policy(device=OFF, location=OFF, face=OFF, liveness=OFF), "geofence": place}, "OK"),
        "the unknown": ({"policy": Policy(device=99)}, "INVALID_REQUEST"),  # type: ignore[arg-type]
    }
    found = {}
    for name, (fields, _) in table.items():
        found[name] = (await outcome(create(hall.teacher, allow_parallel=True, **fields))).split()[-1]
    assert found == {name: reason for name, (_, reason) in table.items()}
    error = await refusal(create(hall.teacher, policy=Policy(face=REQUIRED)))
    assert error.code() == grpc.StatusCode.FAILED_PRECONDITION
    assert "make FACE advisory or off" in (error.details() or "")


async def test_places_that_are_none(hall: Hall) -> None:
    for place, radius in (
        ((91.0, 1.0), 100.0), ((1.0, -180.1), 100.0), ((0.0, 1.0), 100.0), ((float("nan"), 1.0), 100.0),
        (GREAT_HALL, 0.5), (GREAT_HALL, 10_001.0), (GREAT_HALL, -1.0), (GREAT_HALL, float("nan")),
        (GREAT_HALL, float("inf")),
    ):  # fmt: skip
        error = await refusal(create(hall.teacher, geofence=geofence_at(place, radius)))
        fields = {violation.field for violation in detail(error, error_details_pb2.BadRequest).field_violations}
        expected = "geofence.center" if radius == 100 else "geofence.radius_meters"
        assert (reason_of(error), fields) == ("INVALID_REQUEST", {expected}), (place, radius)
    error = await refusal(create(hall.teacher, geofence=attendance_session_pb2.Geofence(radius_meters=10)))
    assert reason_of(error) == "INVALID_REQUEST"


async def test_courses_that_take_no_session(hall: Hall) -> None:
    stranger = await hall.lecturer()
    archived, over = add_course(hall, archived=True), add_course(hall, closed_term=True)
    table = {
        str(uuid.uuid4()): "NOT_FOUND COURSE_NOT_FOUND",
        (await stranger.course()).id: "NOT_FOUND COURSE_NOT_FOUND",
        archived: "FAILED_PRECONDITION COURSE_ARCHIVED",
        over: "FAILED_PRECONDITION TERM_CLOSED",
        hall.course.id.upper(): "OK",
    }
    found = {id_: await outcome(create(hall.teacher, course_pb2.Course(id=id_))) for id_ in table}
    assert found == table
    error = await refusal(create(hall.teacher, programme_id=str(uuid.uuid4()), allow_parallel=True))
    assert (error.code(), reason_of(error)) == (grpc.StatusCode.NOT_FOUND, "PROGRAMME_NOT_FOUND")


async def test_sessions_side_by_side_need_a_word(hall: Hall) -> None:
    physics, biology = str(programme(hall)), str(programme(hall))
    course = await hall.teacher.course()
    error = await refusal(create_twice(hall, course))
    assert (error.code(), reason_of(error)) == (grpc.StatusCode.FAILED_PRECONDITION, "SESSION_OVERLAPS")
    later = hall.clock.now() + timedelta(minutes=15)
    table: Sequence[tuple[dict[str, Any], str]] = [
        ({"programme_id": physics}, "SESSION_OVERLAPS"),  # the whole course is in session
        ({"open_time": timestamp(later - timedelta(seconds=1))}, "SESSION_OVERLAPS"),
        ({"open_time": timestamp(later)}, "OK"),  # the one ends as the other begins
        ({"open_time": timestamp(later + timedelta(minutes=14))}, "SESSION_OVERLAPS"),  # scheduled counts too
        ({"allow_parallel": True}, "OK"),
        ({}, "SESSION_OVERLAPS"),
    ]
    found = [(await outcome(create(hall.teacher, course, **fields))).split()[-1] for fields, _ in table]
    assert found == [reason for _, reason in table]
    # what was closed by hand or called off is in nobody's way
    for session_id in await listed(hall.teacher, course_id=course.id, states=[OPEN]):
        await close(hall.teacher, session_id)
    (scheduled,) = await listed(hall.teacher, course_id=course.id, states=[SCHEDULED])
    call_off(hall, scheduled)
    # each programme has its own
    assert await outcome(create(hall.teacher, course, programme_id=physics, duration=seconds(HOUR))) == "OK"
    assert await outcome(create(hall.teacher, course, programme_id=biology)) == "OK"
    for fields in ({"programme_id": physics}, {"programme_id": biology}, {}):
        assert "SESSION_OVERLAPS" in await outcome(create(hall.teacher, course, **fields))
    assert await outcome(create(hall.teacher)) == "OK"  # another course


async def create_twice(hall: Hall, course: course_pb2.Course) -> None:
    await create(hall.teacher, course)
    await create(hall.teacher, course)


async def test_of_ten_sessions_opened_at_once_one_stays(hall: Hall) -> None:
    answers = await asyncio.gather(*(outcome(create(hall.teacher)) for _ in range(10)))
    assert sorted(answers) == ["FAILED_PRECONDITION SESSION_OVERLAPS"] * 9 + ["OK"]
    assert len(await listed(hall.teacher)) == 1


async def test_a_retry_with_the_same_request_id_opens_nothing_twice(hall: Hall) -> None:
    request_id = str(uuid.uuid4())
    first = await create(hall.teacher, request_id=request_id, room="A")
    await hall.turn(60)
    assert await create(hall.teacher, request_id=request_id, room="A") == first
    await close(hall.teacher, first.id)
    again = await create(hall.teacher, request_id=request_id, room="A")
    assert (again.id, again.state) == (first.id, CLOSED)
    error = await refusal(create(hall.teacher, request_id=request_id, room="B"))
    assert (error.code(), reason_of(error)) == (grpc.StatusCode.ALREADY_EXISTS, "REQUEST_ID_REUSED")
    # what was refused has used up nothing
    other = str(uuid.uuid4())
    refused = await refusal(create(hall.teacher, request_id=other, policy=Policy(face=REQUIRED)))
    assert reason_of(refused) == "CHECK_UNAVAILABLE"
    assert (await create(hall.teacher, request_id=other)).id != first.id
    assert len(await listed(hall.teacher)) == 2


async def test_ten_retries_at_once_open_one_session(hall: Hall) -> None:
    request_id = str(uuid.uuid4())
    answers = await asyncio.gather(*(create(hall.teacher, request_id=request_id) for _ in range(10)))
    assert {answer.id for answer in answers} == {answers[0].id}
    assert await listed(hall.teacher) == [answers[0].id]


async def test_a_request_id_is_each_lecturers_own(hall: Hall) -> None:
    request_id = str(uuid.uuid4())
    stranger = await hall.lecturer()
    mine = await create(hall.teacher, request_id=request_id)
    theirs = await create(stranger, await stranger.course(), request_id=request_id)
    assert mine.id != theirs.id


# Looking


async def test_another_lecturers_session_does_not_exist(hall: Hall) -> None:
    session = await create(hall.teacher)
    stranger = await hall.lecturer()
    for call in (get, close):
        for session_id in (session.id, str(uuid.uuid4())):
            error = await refusal(call(stranger, session_id))
            assert (error.code(), reason_of(error)) == (grpc.StatusCode.NOT_FOUND, "SESSION_NOT_FOUND")
    assert await listed(stranger) == []
    assert reason_of(await refusal(page(stranger, course_id=hall.course.id))) == "COURSE_NOT_FOUND"
    assert (await get(hall.teacher, session.id.upper())).state == OPEN


async def test_sessions_are_listed_newest_first_by_course_state_and_time(hall: Hall) -> None:
    now = hall.clock.now()
    other = await hall.teacher.course()

    def at(hours: float) -> Any:
        return timestamp(now + timedelta(hours=hours))

    past = await create(hall.teacher)
    await close(hall.teacher, past.id)
    ended = await create(hall.teacher, duration=seconds(MINUTE))
    called_off = await create(hall.teacher, open_time=at(1))
    call_off(hall, called_off.id)
    soon = await create(hall.teacher, other, open_time=at(1))
    await hall.turn(MINUTE)
    running = await create(hall.teacher, other)
    names = {past.id: "past", ended.id: "ended", called_off.id: "called off", soon.id: "soon", running.id: "running"}
    table: Sequence[tuple[dict[str, Any], list[str]]] = [
        ({}, ["running", "soon", "called off", "ended", "past"]),
        ({"course_id": hall.course.id}, ["called off", "ended", "past"]),
        ({"course_id": other.id.upper()}, ["running", "soon"]),
        ({"states": [OPEN]}, ["running"]),
        ({"states": [CLOSED]}, ["ended", "past"]),
        ({"states": [SCHEDULED, CANCELLED]}, ["soon", "called off"]),
        ({"states": [SCHEDULED, OPEN, CLOSED, CANCELLED]}, ["running", "soon", "called off", "ended", "past"]),
        ({"from_time": at(1)}, ["soon", "called off"]),
        ({"until_time": at(1)}, ["running", "ended", "past"]),
        ({"from_time": at(1 / 60), "until_time": at(1)}, ["running"]),
        ({"from_time": at(2)}, []),
        ({"course_id": other.id, "states": [CLOSED]}, []),
    ]
    found = [[names[id_] for id_ in await listed(hall.teacher, **fields)] for fields, _ in table]
    assert found == [expected for _, expected in table]


async def test_sessions_come_in_pages(hall: Hall) -> None:
    made = [(await create(hall.teacher, allow_parallel=True)).id for _ in range(7)]
    got: list[str] = []
    token, sizes = "", []
    while True:
        answer = await page(hall.teacher, page_size=3, page_token=token, states=[OPEN])
        got += [session.id for session in answer.sessions]
        sizes.append(len(answer.sessions))
        token = answer.next_page_token
        if len(got) == 3:
            await create(hall.teacher, allow_parallel=True)  # comes before what was seen, and moves nothing
        if not token:
            break
    assert got == made[::-1]
    assert sizes == [3, 3, 1]
    assert (await page(hall.teacher, page_size=8)).next_page_token == ""
    first = await page(hall.teacher, page_size=3, states=[OPEN])
    others: Sequence[dict[str, Any]] = [
        {"states": [CLOSED]}, {}, {"states": [OPEN], "course_id": hall.course.id},
        {"states": [OPEN], "from_time": timestamp(hall.clock.now())},
    ]  # fmt: skip
    for fields in others:
        error = await refusal(page(hall.teacher, page_token=first.next_page_token, **fields))
        assert (error.code(), reason_of(error)) == (grpc.StatusCode.INVALID_ARGUMENT, "PAGE_TOKEN_INVALID")
    for size in (-1, 201):
        assert reason_of(await refusal(page(hall.teacher, page_size=size))) == "INVALID_REQUEST"


# Closing, counting, sealing


async def test_closing_ends_a_session_now_and_its_codes_at_once(hall: Hall) -> None:
    session = await hall.open_session()
    ama = await hall.student()
    header = await ama.header(session)
    await hall.turn(60)
    closed = await close(hall.teacher, session.id)
    assert (closed.state, closed.close_time) == (CLOSED, timestamp(hall.clock.now()))
    assert (closed.end_time, closed.revision) == (session.message.end_time, 2)
    assert reason_of(await refusal(ama.send(header))) == "SESSION_CLOSED"


async def test_closing_again_changes_nothing(hall: Hall) -> None:
    session = await create(hall.teacher)
    closed = await close(hall.teacher, session.id)
    await hall.turn(60)
    assert await close(hall.teacher, session.id) == closed
    answers = await asyncio.gather(*(close(hall.teacher, session.id) for _ in range(5)))
    assert answers == [closed] * 5
    assert len(audited(hall, Action.SESSION_CLOSED)) == 1


async def test_closing_at_once_closes_once(hall: Hall) -> None:
    session = await create(hall.teacher)
    answers = await asyncio.gather(*(close(hall.teacher, session.id) for _ in range(10)))
    assert answers == [answers[0]] * 10
    assert answers[0].revision == 2
    assert len(audited(hall, Action.SESSION_CLOSED)) == 1


async def test_what_has_ended_by_itself_is_closed_already(hall: Hall) -> None:
    session = await create(hall.teacher, duration=seconds(MINUTE))
    await hall.turn(MINUTE)
    closed = await close(hall.teacher, session.id)
    assert (closed.state, closed.HasField("close_time"), closed.revision) == (CLOSED, False, 1)


async def test_what_cannot_be_closed(hall: Hall) -> None:
    scheduled = await create(hall.teacher, open_time=timestamp(hall.clock.now() + timedelta(hours=1)))
    error = await refusal(close(hall.teacher, scheduled.id))
    assert (error.code(), reason_of(error)) == (grpc.StatusCode.FAILED_PRECONDITION, "SESSION_NOT_OPEN")
    session = await create(hall.teacher)
    call_off(hall, session.id)
    error = await refusal(close(hall.teacher, session.id))
    assert (error.code(), reason_of(error)) == (grpc.StatusCode.FAILED_PRECONDITION, "SESSION_CANCELLED")
    assert (await get(hall.teacher, session.id)).state == CANCELLED


async def test_counts_follow_the_records(hall: Hall) -> None:
    session = await hall.open_session(late_after=seconds(MINUTE))
    ama, kofi, esi = [await hall.student() for _ in range(3)]
    stranger = await hall.student(enrolled=False)
    await ama.submit(session)
    await kofi.submit(session, fix=TWO_KM_AWAY)
    await stranger.submit(session)
    await hall.turn(MINUTE)
    await esi.submit(session)
    counts = attendance_session_pb2.SessionCounts
    assert (await session.reload()).counts == counts(confirmed=2, late=1, flagged=1)
    await hall.teacher.confirm(await session.record_of(kofi))
    assert (await session.reload()).counts == counts(confirmed=3, late=1)
    (in_list,) = (await page(hall.teacher)).sessions
    assert in_list.counts == counts(confirmed=3, late=1)
    assert (await close(hall.teacher, session.id)).counts == counts(confirmed=3, late=1)


async def test_a_flagged_latecomer_is_not_counted_as_late(hall: Hall) -> None:
    session = await hall.open_session(late_after=seconds(0))
    ama = await hall.student()
    answer = await ama.submit(session, fix=TWO_KM_AWAY)
    assert answer.record.late
    assert (await session.reload()).counts == attendance_session_pb2.SessionCounts(flagged=1)


async def test_every_ended_session_is_sealed_once(hall: Hall) -> None:
    ended = await create(hall.teacher, duration=seconds(MINUTE))
    closed = await create(hall.teacher, allow_parallel=True)
    await close(hall.teacher, closed.id)
    called_off = await create(hall.teacher, allow_parallel=True, duration=seconds(MINUTE))
    call_off(hall, called_off.id)
    running = await create(hall.teacher, allow_parallel=True)
    await hall.app.jobs.seal_ended()
    assert [event.subject_id for event in audited(hall, Action.SESSION_SEALED)] == [uuid.UUID(closed.id)]
    await hall.turn(MINUTE)
    await asyncio.gather(*(hall.app.jobs.seal_ended() for _ in range(8)))
    for _ in range(3):
        await hall.app.jobs.seal_ended()
    sealed = audited(hall, Action.SESSION_SEALED)
    assert [event.subject_id for event in sealed] == [uuid.UUID(closed.id), uuid.UUID(ended.id)]
    assert {event.actor_id for event in sealed} == {None}
    await hall.turn(15 * MINUTE)
    await asyncio.gather(*(hall.app.jobs.seal_ended() for _ in range(8)))
    assert [event.subject_id for event in audited(hall, Action.SESSION_SEALED)][2:] == [uuid.UUID(running.id)]


# Open to students


async def test_students_see_what_is_open_to_them_now(hall: Hall) -> None:
    ama = await hall.student()
    elsewhere = await hall.teacher.course()
    await create(hall.teacher, elsewhere)  # she is not on its list
    later = await create(hall.teacher, open_time=timestamp(hall.clock.now() + timedelta(hours=1)))
    over = await create(hall.teacher, allow_parallel=True)
    await close(hall.teacher, over.id)
    called_off = await create(hall.teacher, allow_parallel=True)
    call_off(hall, called_off.id)
    session = await hall.open_session(late_after=seconds(MINUTE))
    await hall.turn(100)

    (shown,) = (await open_to(ama)).sessions
    assert shown.remaining == seconds(800)
    assert (shown.record_status, shown.record_id) == (0, "")
    context = shown.session
    assert (context.session_id, context.course_id, context.course_code) == (
        session.id, hall.course.id, hall.course.code,
    )  # fmt: skip
    assert (context.room, context.state, list(context.lecturer_names)) == ("Great Hall", OPEN, ["Kofi Lecturer"])
    assert context.geofence == session.message.geofence
    assert (context.open_time, context.end_time) == (session.message.open_time, session.message.end_time)
    assert context.late_after_time == session.message.late_after_time

    record = (await ama.submit(session, fix=None)).record
    (shown,) = (await open_to(ama)).sessions
    assert (shown.record_status, shown.record_id) == (FLAGGED, record.id)
    await ama.submit(session)
    assert (await open_to(ama)).sessions[0].record_status == CONFIRMED
    # another student's record is not hers
    kofi = await hall.student()
    assert (await open_to(kofi)).sessions[0].record_id == ""

    await hall.turn(800)
    assert list((await open_to(ama)).sessions) == []
    await hall.turn(3600 - 900)
    ama.token = (await hall.login(ama.email)).access_token
    assert [s.session.session_id for s in (await open_to(ama)).sessions] == [later.id]
    drop = student_service_pb2.DropCourseRequest(course_id=hall.course.id)
    await ama.stub.DropCourse(drop, metadata=ama.metadata)
    assert list((await open_to(ama)).sessions) == []


async def test_students_see_what_is_for_their_programme(hall: Hall) -> None:
    physics, biology = programme(hall), programme(hall)
    everyone = await create(hall.teacher)
    for_physics = await create(hall.teacher, programme_id=str(physics), allow_parallel=True)
    for_biology = await create(hall.teacher, programme_id=str(biology), allow_parallel=True)
    people: dict[ProgrammeId | None, Student] = {}
    for scope in (physics, biology, None):
        people[scope] = await hall.student(enrolled=False)
        enroll(hall, people[scope], scope)
    found = {
        scope: [shown.session.session_id for shown in (await open_to(student)).sessions]
        for scope, student in people.items()
    }
    assert found == {
        physics: [everyone.id, for_physics.id],
        biology: [everyone.id, for_biology.id],
        None: [everyone.id],
    }


async def test_open_sessions_come_in_pages_oldest_first(hall: Hall) -> None:
    made = [(await create(hall.teacher, allow_parallel=True)).id for _ in range(5)]
    ama, kofi = await hall.student(phone=False), await hall.student(phone=False)
    got, token = [], ""
    for _ in range(3):
        answer = await open_to(ama, page_size=2, page_token=token)
        got += [shown.session.session_id for shown in answer.sessions]
        token = answer.next_page_token
    assert (got, token) == (made, "")
    first = (await open_to(ama, page_size=2)).next_page_token
    assert reason_of(await refusal(open_to(kofi, page_token=first))) == "PAGE_TOKEN_INVALID"


async def test_a_claim_out_of_scope_is_refused_and_keeps_nothing(hall: Hall) -> None:
    physics, biology = programme(hall), programme(hall)
    session = await hall.open_session(programme_id=str(physics))
    for scope, expected in ((physics, "OK"), (biology, "OUT_OF_SCOPE"), (None, "OUT_OF_SCOPE")):
        student = await hall.student(enrolled=False)
        enroll(hall, student, scope)
        answer = await outcome(student.submit(session))
        assert answer.split()[-1] == expected, scope
        scan = await student.scan((await session.code()).text)
        assert scan.code_good == (expected == "OK")
        assert ("another programme" in scan.advice) == (expected != "OK")
    error = await refusal(student.submit(session))
    assert error.code() == grpc.StatusCode.FAILED_PRECONDITION
    assert len(await session.records()) == 1


async def test_a_closed_term_takes_no_session_even_for_a_course_that_had_some(hall: Hall) -> None:
    await create(hall.teacher)
    with hall.app.engine.begin() as connection:
        connection.execute(update(terms).values(state=TermState.CLOSED))
    assert await outcome(create(hall.teacher, allow_parallel=True)) == "FAILED_PRECONDITION TERM_CLOSED"
    assert len(await listed(hall.teacher)) == 1


async def test_texts_that_are_none(hall: Hall) -> None:
    for text in ("x" * 101, "line\nfeed", "\u202eright to left"):
        assert await refused_fields(create(hall.teacher, room=text)) == ("INVALID_REQUEST", ["room"])
    for text in ("x", f"{uuid.uuid4()}\n", uuid.uuid4().hex):
        assert await refused_fields(create(hall.teacher, request_id=text)) == ("INVALID_REQUEST", ["request_id"])
