"""Courses and who is on their lists, through the contract."""

from __future__ import annotations  # the stubs' async types exist for type checkers only

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any

import grpc
from sqlalchemy import func, select, update

from absense.v1 import course_pb2, lecturer_service_pb2, student_service_pb2
from absense_server.adapters.db.tables import courses, enrollments, terms, users
from absense_server.domain.audit import Action
from absense_server.domain.courses import Term, TermState
from absense_server.domain.ids import TermId, UserId
from absense_server.domain.people import Role, User, UserState
from tests.rpc.test_check_in import CONFIRMED
from tests.rpc.test_sessions import audited, enroll, outcome, programme, refused_fields
from tests.rpc.test_uploads import refusal
from tests.support.hall import PASSWORD, Hall, Lecturer, Student, reason_of, timestamp

Course = course_pb2.Course
Enrollment = course_pb2.Enrollment


async def listed(lecturer: Lecturer, **fields: Any) -> lecturer_service_pb2.LecturerServiceListCoursesResponse:
    request = lecturer_service_pb2.LecturerServiceListCoursesRequest(**fields)
    return await lecturer.stub.ListCourses(request, metadata=lecturer.metadata)


async def get(lecturer: Lecturer, course_id: str) -> Course:
    request = lecturer_service_pb2.GetCourseRequest(course_id=course_id)
    return (await lecturer.stub.GetCourse(request, metadata=lecturer.metadata)).course


async def search(student: Student, query: str = "", **fields: Any) -> student_service_pb2.SearchCoursesResponse:
    request = student_service_pb2.SearchCoursesRequest(query=query, **fields)
    return await student.stub.SearchCourses(request, metadata=student.metadata)


async def mine(student: Student, **fields: Any) -> student_service_pb2.ListMyCoursesResponse:
    request = student_service_pb2.ListMyCoursesRequest(**fields)
    return await student.stub.ListMyCourses(request, metadata=student.metadata)


async def drop(student: Student, course_id: str) -> Enrollment:
    request = student_service_pb2.DropCourseRequest(course_id=course_id)
    return (await student.stub.DropCourse(request, metadata=student.metadata)).enrollment


async def page_by_page(
    ask: Callable[..., Awaitable[Any]], rows: Callable[[Any], Sequence[Any]], size: int
) -> list[Any]:
    """Every row of a list, in pages of `size`."""
    found: list[Any] = []
    token = ""
    while True:
        answer = await ask(page_size=size, page_token=token)
        assert len(rows(answer)) <= size
        found += rows(answer)
        token = answer.next_page_token
        if not token:
            return found
        assert len(rows(answer)) == size


async def student_of(hall: Hall, programme_id: Any, level: int) -> Student:
    """A student whose programme and level a roster has brought."""
    email = f"{uuid.uuid4().hex}@example.edu"
    user = User(
        id=UserId(hall.app.ids.new()),
        email=email,
        full_name="Esi Student",
        role=Role.STUDENT,
        state=UserState.ACTIVE,
        created_at=hall.clock.now(),
        programme_id=programme_id,
        level=level,
    )
    with hall.app.uow() as tx:
        tx.users.add(user, hall.app.outside.passwords.hash(PASSWORD))
        tx.commit()
    return Student(hall, str(user.id), email, (await hall.login(email)).access_token)


def add_term(hall: Hall, state: TermState = TermState.OPEN, starts: int = -10, ends: int = 10) -> str:
    """A term from `starts` to `ends` days from now."""
    now = hall.clock.now()
    term = Term(
        TermId(hall.app.ids.new()), "Another term", now + timedelta(days=starts), now + timedelta(days=ends), state
    )
    with hall.app.uow() as tx:
        tx.courses.add_term(term)
        tx.commit()
    return str(term.id)


def change(hall: Hall, course: Course, **columns: Any) -> None:
    """As UpdateCourse and ArchiveCourse will, once there are any."""
    with hall.app.engine.begin() as connection:
        connection.execute(update(courses).where(courses.c.id == uuid.UUID(course.id)).values(**columns))


def close_terms(hall: Hall) -> None:
    with hall.app.engine.begin() as connection:
        connection.execute(update(terms).values(state=TermState.CLOSED))


# Courses of lecturers


async def test_a_course_is_made_in_the_current_term(hall: Hall) -> None:
    with hall.app.uow(read_only=True) as tx:
        term = tx.courses.current_term(hall.clock.now())
    assert term is not None
    course = await hall.teacher.course(code=" CS101 ", title="  Introduction to Computing ")
    assert uuid.UUID(course.id).version == 7
    assert course == Course(
        id=course.id,
        code="CS101",
        title="Introduction to Computing",
        term_id=str(term.id),
        term_name=term.name,
        lecturers=course.lecturers,
        enrollment_open=True,
        revision=1,
        create_time=timestamp(hall.clock.now()),
    )
    (lecturer,) = course.lecturers
    assert (lecturer.user_id, lecturer.full_name) == (hall.teacher.id, "Kofi Lecturer")
    assert await get(hall.teacher, course.id.upper()) == course


async def test_a_course_is_what_was_asked_for(hall: Hall) -> None:
    scopes = sorted(str(programme(hall)) for _ in range(2))
    term = add_term(hall, starts=100, ends=200)
    course = await hall.teacher.course(level=3, programme_ids=scopes, term_id=term.upper(), enrollment_open=False)
    assert (course.level, list(course.programme_ids), course.term_id, course.enrollment_open) == (
        3, scopes, term, False,
    )  # fmt: skip
    assert await get(hall.teacher, course.id) == course


async def test_courses_that_cannot_be_made(hall: Hall) -> None:
    await hall.teacher.course(code="Straße 1")
    closed = add_term(hall, TermState.CLOSED)
    table: Sequence[tuple[dict[str, Any], str]] = [
        ({"code": "STRASSE 1"}, "ALREADY_EXISTS COURSE_CODE_TAKEN"),
        ({"code": "straße 1 "}, "ALREADY_EXISTS COURSE_CODE_TAKEN"),
        ({"term_id": str(uuid.uuid4())}, "NOT_FOUND TERM_NOT_FOUND"),
        ({"term_id": closed}, "FAILED_PRECONDITION TERM_CLOSED"),
        ({"programme_ids": [str(programme(hall)), str(uuid.uuid4())]}, "NOT_FOUND PROGRAMME_NOT_FOUND"),
        ({"code": "Straße 1", "term_id": add_term(hall, starts=100, ends=200)}, "OK"),  # unique within a term
        ({"code": "Straße 2"}, "OK"),
    ]
    found = [await outcome(hall.teacher.course(**fields)) for fields, _ in table]
    assert found == [reason for _, reason in table]
    # of another lecturer too
    assert "COURSE_CODE_TAKEN" in await outcome((await hall.lecturer()).course(code="STRASSE 2"))


async def test_without_a_term_there_is_no_course(hall: Hall) -> None:
    await hall.turn(3 * 366 * 24 * 3600)
    hall.teacher.token = (await hall.login(hall.teacher.email)).access_token
    assert await outcome(hall.teacher.course()) == "FAILED_PRECONDITION NO_CURRENT_TERM"
    add_term(hall, TermState.CLOSED)
    assert await outcome(hall.teacher.course()) == "FAILED_PRECONDITION NO_CURRENT_TERM"
    term = add_term(hall)
    assert (await hall.teacher.course()).term_id == term


async def test_of_several_terms_the_one_begun_last_is_current(hall: Hall) -> None:
    add_term(hall, starts=-20, ends=20)
    late = add_term(hall, starts=0, ends=1)
    add_term(hall, starts=1, ends=30)
    assert (await hall.teacher.course()).term_id == late


async def test_fields_that_break_a_rule_are_named(hall: Hall) -> None:
    scope = str(programme(hall))
    table: Sequence[tuple[dict[str, Any], str]] = [
        ({"code": ""}, "code"),
        ({"code": " - "}, "code"),
        ({"code": "x" * 33}, "code"),
        ({"code": "CS\n101"}, "code"),
        ({"title": ""}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"title": "\u202eComputing"}, "title"),
        ({"level": -1}, "level"),
        ({"level": 21}, "level"),
        ({"term_id": "this one"}, "term_id"),
        ({"programme_ids": ["this one"]}, "programme_ids[0]"),
        ({"programme_ids": [scope, scope]}, "programme_ids"),
        ({"programme_ids": [str(uuid.uuid4()) for _ in range(101)]}, "programme_ids"),
        ({"request_id": "1"}, "request_id"),
    ]
    for fields, field in table:
        reason, found = await refused_fields(hall.teacher.course(**fields))
        assert (reason, set(found)) == ("INVALID_REQUEST", {field})


async def test_a_retry_with_the_same_request_id_makes_nothing_twice(hall: Hall) -> None:
    request_id = str(uuid.uuid4())
    first = await hall.teacher.course(request_id=request_id, code="CS1")
    await hall.turn(60)
    assert await hall.teacher.course(request_id=request_id, code="CS1") == first
    for fields in ({"code": "CS2"}, {"code": "CS1", "title": "Another"}, {"code": "CS1", "level": 2}):
        assert await outcome(hall.teacher.course(request_id=request_id, **fields)) == (
            "ALREADY_EXISTS REQUEST_ID_REUSED"
        )
    # what was refused has used up nothing
    other = str(uuid.uuid4())
    assert "TERM_NOT_FOUND" in await outcome(hall.teacher.course(request_id=other, term_id=str(uuid.uuid4())))
    assert (await hall.teacher.course(request_id=other, code="CS2")).code == "CS2"
    # a request_id is each lecturer's own
    stranger = await hall.lecturer()
    assert (await stranger.course(request_id=request_id, code="CS3")).id != first.id
    assert len(audited(hall, Action.COURSE_CREATED)) == 4  # with the hall's own


async def test_ten_retries_at_once_make_one_course(hall: Hall) -> None:
    request_id = str(uuid.uuid4())
    made = await asyncio.gather(*(hall.teacher.course(request_id=request_id, code="CS1") for _ in range(10)))
    assert made == [made[0]] * 10
    assert [course.id for course in (await listed(hall.teacher)).courses] == [hall.course.id, made[0].id]


async def test_of_ten_courses_with_one_code_at_once_one_is_made(hall: Hall) -> None:
    answers = await asyncio.gather(*(outcome(hall.teacher.course(code="CS1")) for _ in range(10)))
    assert sorted(answers) == ["ALREADY_EXISTS COURSE_CODE_TAKEN"] * 9 + ["OK"]


async def test_another_lecturers_course_does_not_exist(hall: Hall) -> None:
    stranger = await hall.lecturer()
    for who, course_id in ((stranger, hall.course.id), (hall.teacher, str(uuid.uuid4()))):
        error = await refusal(get(who, course_id))
        assert (error.code(), reason_of(error)) == (grpc.StatusCode.NOT_FOUND, "COURSE_NOT_FOUND")
    assert list((await listed(stranger)).courses) == []


async def test_courses_are_listed_oldest_first_in_pages(hall: Hall) -> None:
    made = [hall.course, *[await hall.teacher.course() for _ in range(6)]]
    stranger = await hall.lecturer()
    await stranger.course()

    async def ask(**fields: Any) -> Any:
        return await listed(hall.teacher, **fields)

    for size in (1, 3, 7, 200):
        assert await page_by_page(ask, lambda answer: list(answer.courses), size) == made
    change(hall, made[2], archived=True)
    assert list((await ask()).courses) == [*made[:2], *made[3:]]
    with_archived = list((await ask(include_archived=True)).courses)
    assert [course.archived for course in with_archived] == [False, False, True, False, False, False, False]
    assert [course.id for course in with_archived] == [course.id for course in made]


async def test_page_tokens_are_good_for_their_list_only(hall: Hall) -> None:
    for _ in range(3):
        await hall.teacher.course()
    token = (await listed(hall.teacher, page_size=1)).next_page_token
    stranger = await hall.lecturer()
    ama = await hall.student(phone=False)
    session_page = lecturer_service_pb2.LecturerServiceListSessionsRequest(page_token=token)
    refused = [
        await outcome(listed(hall.teacher, page_token=token, include_archived=True)),
        await outcome(listed(stranger, page_token=token)),
        await outcome(hall.teacher.stub.ListSessions(session_page, metadata=hall.teacher.metadata)),
        await outcome(search(ama, page_token=token)),
        await outcome(mine(ama, page_token=token)),
        await outcome(listed(hall.teacher, page_token="garbage")),
        await outcome(listed(hall.teacher, page_token=token + "=")),
        await outcome(listed(hall.teacher, page_token=token[:-1])),
        await outcome(listed(hall.teacher, page_token=hall.course.id)),
    ]
    assert refused == ["INVALID_ARGUMENT PAGE_TOKEN_INVALID"] * 9
    # changed in one bit, wherever it is
    changed = [token[:n] + chr(ord(token[n]) ^ 1 << n % 5) + token[n + 1 :] for n in range(len(token))]
    found = await asyncio.gather(*(outcome(listed(hall.teacher, page_token=text)) for text in changed))
    assert set(found) == {"INVALID_ARGUMENT PAGE_TOKEN_INVALID"}
    assert await refused_fields(listed(hall.teacher, page_token="x" * 513)) == ("INVALID_REQUEST", ["page_token"])
    for size in (-1, 201, 2**31 - 1):
        assert await refused_fields(listed(hall.teacher, page_size=size)) == ("INVALID_REQUEST", ["page_size"])
    assert len((await listed(hall.teacher, page_size=200, page_token=token)).courses) == 3


# Finding courses


async def test_a_piece_of_code_or_title_finds_a_course_literally_and_whatever_its_case(hall: Hall) -> None:
    names = {
        "CS101": "Introduction to Computing",
        "CS 102": "100 % Pure Mathematics",
        "A_B": "Under_scored",
        "AxB": "Crossed",
        "ÄÖÜ": "Größenlehre",
        "ΜΑΘ": "Ανάλυση",
        "B\\C": "Back/slashed",
    }
    for code, title in names.items():
        await hall.teacher.course(code=code, title=title)
    change(hall, hall.course, code="OTHER", code_folded="other", title="Something", title_folded="something")
    ama = await hall.student(enrolled=False, phone=False)
    table = {
        "cs": ["CS101", "CS 102"],
        "CS1": ["CS101"],
        "comput": ["CS101"],
        "MATHEMATICS": ["CS 102"],
        "%": ["CS 102"],
        "100 %": ["CS 102"],
        "_": ["A_B"],
        "a_b": ["A_B"],
        "a%b": [],
        "äöü": ["ÄÖÜ"],
        "GRÖSSEN": ["ÄÖÜ"],
        "größen": ["ÄÖÜ"],
        "μαθ": ["ΜΑΘ"],
        "ΑΝΆΛΥΣΗ": ["ΜΑΘ"],
        "\\": ["B\\C"],
        "/": ["B\\C"],
        "nothing like it": [],
        "'; DROP TABLE courses; --": [],
        "": ["OTHER", *names],
    }
    found = {query: [course.code for course in (await search(ama, query)).courses] for query in table}
    assert found == table
    assert await refused_fields(search(ama, "x" * 101)) == ("INVALID_REQUEST", ["query"])


async def test_a_search_comes_in_pages_complete_and_without_repeats(hall: Hall) -> None:
    made = [hall.course]
    for n in range(11):
        lecturer = await hall.lecturer() if n % 4 == 0 else hall.teacher
        made.append(await lecturer.course(title=f"Introduction {n}" if n % 2 else "Another"))
    ama = await hall.student(enrolled=False, phone=False)
    wanted = [course for course in made if "Introduction" in course.title]

    async def ask(**fields: Any) -> Any:
        return await search(ama, "introduction", **fields)

    for size in (1, 2, 3, 100):
        assert await page_by_page(ask, lambda answer: list(answer.courses), size) == wanted
    token = (await ask(page_size=2)).next_page_token
    for query in ("", "Introduction!", "another"):
        assert "PAGE_TOKEN_INVALID" in await outcome(search(ama, query, page_token=token))


async def test_archived_courses_and_those_of_closed_terms_are_not_found(hall: Hall) -> None:
    archived = await hall.teacher.course()
    ama = await hall.student(enrolled=False, phone=False)
    change(hall, archived, archived=True)
    assert [course.id for course in (await search(ama)).courses] == [hall.course.id]
    close_terms(hall)
    assert list((await search(ama)).courses) == []


# Coming and going


async def test_a_student_enrolls_from_now_on(hall: Hall) -> None:
    ama = await hall.student(enrolled=False, phone=False)
    await hall.turn(60)
    enrollment = await ama.enroll()
    assert uuid.UUID(enrollment.id).version == 7
    assert enrollment == Enrollment(
        id=enrollment.id,
        student=enrollment.student,
        course=hall.course,
        from_time=timestamp(hall.clock.now()),
    )
    assert (enrollment.student.user_id, enrollment.student.full_name) == (ama.id, "Ama Student")
    assert list((await mine(ama)).enrollments) == [enrollment]


async def test_enrolling_again_returns_what_runs(hall: Hall) -> None:
    ama = await hall.student(enrolled=False, phone=False)
    first = await asyncio.gather(*(ama.enroll() for _ in range(10)))
    assert first == [first[0]] * 10
    await hall.turn(60)
    assert await ama.enroll() == first[0]
    change(hall, hall.course, enrollment_open=False)
    assert (await ama.enroll()).id == first[0].id
    assert len(audited(hall, Action.ENROLLED)) == 1


async def test_courses_that_take_nobody(hall: Hall) -> None:
    ama = await hall.student(enrolled=False, phone=False)
    shut = await hall.teacher.course(enrollment_open=False)
    archived = await hall.teacher.course()
    change(hall, archived, archived=True)
    over = await hall.teacher.course(term_id=add_term(hall))
    with hall.app.engine.begin() as connection:
        closed = update(terms).where(terms.c.id == uuid.UUID(over.term_id)).values(state=TermState.CLOSED)
        connection.execute(closed)
    table = [
        (Course(id=str(uuid.uuid4())), "NOT_FOUND COURSE_NOT_FOUND"),
        (shut, "FAILED_PRECONDITION ENROLLMENT_CLOSED"),
        (archived, "FAILED_PRECONDITION COURSE_ARCHIVED"),
        (over, "FAILED_PRECONDITION TERM_CLOSED"),
    ]
    found = [await outcome(ama.enroll(course)) for course, _ in table]
    assert found == [reason for _, reason in table]
    assert list((await mine(ama)).enrollments) == []


async def test_courses_are_for_their_programmes_and_level(hall: Hall) -> None:
    physics, biology = programme(hall), programme(hall)
    people = {
        "physics 1": await student_of(hall, physics, 1),
        "physics 2": await student_of(hall, physics, 2),
        "biology 2": await student_of(hall, biology, 2),
        "unknown": await student_of(hall, None, 0),
    }
    made = {
        "anyone": await hall.teacher.course(),
        "physics": await hall.teacher.course(programme_ids=[str(physics)]),
        "both": await hall.teacher.course(programme_ids=[str(physics), str(biology)]),
        "second year": await hall.teacher.course(level=2),
        "biology, second year": await hall.teacher.course(programme_ids=[str(biology)], level=2),
    }
    found = {
        name: [who for who, student in people.items() if await outcome(student.enroll(course)) == "OK"]
        for name, course in made.items()
    }
    assert found == {
        "anyone": ["physics 1", "physics 2", "biology 2", "unknown"],
        "physics": ["physics 1", "physics 2"],
        "both": ["physics 1", "physics 2", "biology 2"],
        "second year": ["physics 2", "biology 2"],
        "biology, second year": ["biology 2"],
    }
    refused = await refusal(people["unknown"].enroll(made["physics"]))
    assert (refused.code(), reason_of(refused)) == (
        grpc.StatusCode.FAILED_PRECONDITION, "WRONG_PROGRAMME_OR_LEVEL",
    )  # fmt: skip
    (_, _, both, *_) = (await mine(people["physics 1"])).enrollments
    assert (both.course.id, both.programme_id, both.level) == (made["both"].id, str(physics), 1)


async def test_dropping_ends_the_enrollment_now_and_once(hall: Hall) -> None:
    ama = await hall.student(phone=False)
    (enrollment,) = (await mine(ama)).enrollments
    await hall.turn(60)
    dropped = await drop(ama, hall.course.id.upper())
    enrollment.until_time.CopyFrom(timestamp(hall.clock.now()))
    assert dropped == enrollment
    assert list((await mine(ama)).enrollments) == []
    for course_id, reason in (
        (hall.course.id, "FAILED_PRECONDITION NOT_ENROLLED"),
        ((await hall.teacher.course()).id, "FAILED_PRECONDITION NOT_ENROLLED"),
        (str(uuid.uuid4()), "NOT_FOUND COURSE_NOT_FOUND"),
    ):
        assert await outcome(drop(ama, course_id)) == reason
    assert len(audited(hall, Action.ENROLLMENT_ENDED)) == 1


async def test_of_ten_who_drop_at_once_one_does(hall: Hall) -> None:
    ama = await hall.student(phone=False)
    answers = await asyncio.gather(*(outcome(drop(ama, hall.course.id)) for _ in range(10)))
    assert sorted(answers) == ["FAILED_PRECONDITION NOT_ENROLLED"] * 9 + ["OK"]


async def test_courses_that_let_nobody_go(hall: Hall) -> None:
    ama = await hall.student(phone=False)
    change(hall, hall.course, enrollment_open=False)
    assert await outcome(drop(ama, hall.course.id)) == "FAILED_PRECONDITION ENROLLMENT_CLOSED"
    change(hall, hall.course, enrollment_open=True)
    close_terms(hall)
    assert await outcome(drop(ama, hall.course.id)) == "FAILED_PRECONDITION TERM_CLOSED"
    assert len((await mine(ama)).enrollments) == 1


async def test_dropping_leaves_the_past_as_it_was(hall: Hall) -> None:
    session = await hall.open_session()
    ama = await hall.student()
    await ama.submit(session)
    await drop(ama, hall.course.id)
    assert (await ama.record(session)).status == CONFIRMED
    assert (await session.reload()).counts.confirmed == 1


async def test_coming_back_closes_the_gap(hall: Hall) -> None:
    ama = await hall.student()
    (enrollment,) = (await mine(ama)).enrollments
    await hall.turn(60)
    await drop(ama, hall.course.id)
    missed = await hall.open_session(duration={"seconds": 60})
    await hall.turn(120)
    again = await ama.enroll()
    assert (again.from_time, again.HasField("until_time")) == (enrollment.from_time, False)
    assert list((await mine(ama)).enrollments) == [again]
    # so there was no hour in which she was not on the list
    with hall.app.engine.connect() as connection:
        rows = connection.execute(select(enrollments)).all()
    assert [row.until_at for row in rows] == [None]
    assert missed.message.course_id == hall.course.id


async def test_coming_back_with_another_programme_begins_where_the_other_ended(hall: Hall) -> None:
    physics, biology = programme(hall), programme(hall)
    esi = await student_of(hall, physics, 1)
    first = await esi.enroll()
    await hall.turn(60)
    dropped = await drop(esi, hall.course.id)
    await hall.turn(60)
    with hall.app.engine.begin() as connection:
        mover = update(users).where(users.c.id == uuid.UUID(esi.id)).values(programme_id=biology, level=2)
        connection.execute(mover)
    second = await esi.enroll()
    assert second.id != first.id
    assert (second.programme_id, second.level) == (str(biology), 2)
    assert second.from_time == dropped.until_time
    with hall.app.engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(enrollments)).scalar_one() == 2


async def test_my_courses_come_in_pages_oldest_first(hall: Hall) -> None:
    ama, kofi = await hall.student(phone=False), await hall.student(phone=False)
    made = [hall.course, *[await hall.teacher.course() for _ in range(4)]]
    for course in made[1:]:
        await ama.enroll(course)

    async def ask(**fields: Any) -> Any:
        return await mine(ama, **fields)

    for size in (2, 5):
        rows = await page_by_page(ask, lambda answer: list(answer.enrollments), size)
        assert [enrollment.course.id for enrollment in rows] == [course.id for course in made]
    token = (await ask(page_size=2)).next_page_token
    assert "PAGE_TOKEN_INVALID" in await outcome(mine(kofi, page_token=token))
    assert len((await mine(kofi)).enrollments) == 1


async def test_a_roster_may_put_students_where_they_could_not_go_themselves(hall: Hall) -> None:
    physics = programme(hall)
    course = await hall.teacher.course(level=9, enrollment_open=False)
    ama = await hall.student(enrolled=False, phone=False)
    enroll(hall, ama, physics, course.id)
    (enrollment,) = (await mine(ama)).enrollments
    assert (enrollment.course.id, enrollment.programme_id) == (course.id, str(physics))
    assert (await ama.enroll(course)).id == enrollment.id
