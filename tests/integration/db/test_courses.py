"""Terms, programmes, courses, enrollments."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from absense_server.domain.courses import Course, TermState
from absense_server.domain.errors.courses import CourseCodeTaken, CourseNotFound
from absense_server.domain.ids import CourseId, ProgrammeId, TermId
from absense_server.ports.findings import Race
from tests.integration.db.world import MINUTE, NOW, World, all_pages, an_enrollment


def test_the_current_term_is_open_covers_now_and_began_last(world: World) -> None:
    with world.uow(read_only=True) as tx:
        assert tx.courses.current_term(NOW) is None
    world.term(starts_at=NOW - 9 * MINUTE, ends_at=NOW)
    world.term(starts_at=NOW + timedelta(microseconds=1), ends_at=NOW + MINUTE)
    world.term(starts_at=NOW, ends_at=NOW + MINUTE, state=TermState.CLOSED)
    earlier = world.term(starts_at=NOW - 2 * MINUTE, ends_at=NOW + MINUTE)
    with world.uow(read_only=True) as tx:
        assert tx.courses.current_term(NOW) == earlier
    later = world.term(starts_at=NOW, ends_at=NOW + timedelta(microseconds=1))
    with world.uow(read_only=True) as tx:
        assert tx.courses.current_term(NOW) == later
        assert tx.courses.term(later.id) == later
        assert tx.courses.term(TermId(uuid4())) is None


def test_programmes(world: World) -> None:
    programme = world.programme()
    unknown = ProgrammeId(uuid4())
    with world.uow(read_only=True) as tx:
        assert tx.courses.programme_by_code(f" {programme.code.lower()} ") == programme
        assert tx.courses.programme_by_code("unknown") is None
        assert tx.courses.known_programmes([programme.id, unknown]) == {programme.id}
        assert tx.courses.known_programmes([]) == frozenset()
    with pytest.raises(Race), world.uow() as tx:
        tx.courses.add_programme(replace(programme, id=unknown, code=programme.code.lower()))


def test_a_course_comes_back_whole(world: World) -> None:
    lecturers = [world.lecturer() for _ in range(3)]
    course = world.course(
        *reversed(lecturers),
        level=2,
        programme_ids=frozenset({world.programme().id, world.programme().id}),
        enrollment_open=False,
        archived=True,
        revision=7,
    )
    with world.uow(read_only=True) as tx:
        assert tx.courses.get(course.id) == course
        assert tx.courses.by_code(course.term.id, f" {course.code.lower()} ") == course
        assert tx.courses.by_code(TermId(uuid4()), course.code) is None
        assert tx.courses.for_lecturer(lecturers[0].id, course.id) == course
        with pytest.raises(CourseNotFound):
            tx.courses.for_lecturer(world.lecturer().id, course.id)
        with pytest.raises(CourseNotFound):
            tx.courses.get(CourseId(uuid4()))


def test_a_code_is_taken_within_its_term_whatever_its_case(world: World) -> None:
    course = world.course(code="Straße 1")
    with pytest.raises(CourseCodeTaken), world.uow() as tx:
        tx.courses.add(replace(course, id=CourseId(uuid4()), code=" STRASSE 1"))
    other = world.course(code="Straße 1", term=world.term())
    with world.uow(read_only=True) as tx:
        assert tx.courses.get(other.id) == other


@pytest.mark.parametrize("size", [1, 2, 3, 50])
def test_a_lecturer_s_courses_page_by_page(world: World, size: int) -> None:
    lecturer, term = world.lecturer(), world.term()
    courses = [world.course(lecturer, term=term, archived=n % 3 == 0) for n in range(7)]
    world.course(world.lecturer(), term=term)

    def listed(*, include_archived: bool) -> list[Course]:
        with world.uow(read_only=True) as tx:
            return all_pages(
                lambda after, limit: tx.courses.list_for_lecturer(
                    lecturer.id, include_archived=include_archived, after=after, limit=limit
                ),
                lambda course: course.id,
                size,
            )

    assert listed(include_archived=True) == courses
    assert listed(include_archived=False) == [course for course in courses if not course.archived]


def test_search_takes_every_character_literally_and_no_case(world: World) -> None:
    term = world.term()
    titles = {"100% Chemistry": "CHE_101", "Élan vital": "PHI/7", "ΦΥΣΙΚΗ": "PHY 1", "Straßenbau": "ING\\2"}
    courses = {title: world.course(term=term, title=title, code=code) for title, code in titles.items()}
    world.course(term=term, title="Chemistry, archived", archived=True)
    world.course(term=world.term(state=TermState.CLOSED), title="Chemistry of a closed term")

    def found(query: str) -> list[str]:
        with world.uow(read_only=True) as tx:
            return [course.title for course in tx.courses.search(query, after=None, limit=50)]

    assert found("") == list(courses)
    assert found("chemistry") == ["100% Chemistry"]
    assert found("100%") == found("%") == ["100% Chemistry"]
    assert found("e_1") == found("_") == ["100% Chemistry"]
    assert found("i/7") == found("/") == ["Élan vital"]
    assert found("\\") == ["Straßenbau"]
    assert found("ÉLAN") == ["Élan vital"]
    assert found("φυσικη") == found("φΥσ") == ["ΦΥΣΙΚΗ"]
    assert found("STRASSEN") == ["Straßenbau"]
    assert found("'") == found("nothing") == []
    with world.uow(read_only=True) as tx:
        pages = all_pages(lambda after, limit: tx.courses.search("", after=after, limit=limit), lambda c: c.id, 3)
    assert [course.title for course in pages] == list(courses)


# Enrollments


def test_an_enrollment_comes_back_whole(world: World) -> None:
    student = world.user(institution_number="4711")
    course = world.course(world.lecturer())
    enrollment = world.enrollment(student, course, programme_id=world.programme().id, level=4)
    with world.uow(read_only=True) as tx:
        assert tx.enrollments.running(student.id, course.id) == enrollment
        assert tx.enrollments.latest(student.id, course.id) == enrollment
        assert tx.enrollments.running(student.id, CourseId(uuid4())) is None
        assert tx.enrollments.latest(world.user().id, course.id) is None


def test_an_enrollment_ends_and_is_taken_up_again(world: World) -> None:
    student, course = world.user(), world.course()
    enrollment = world.enrollment(student, course)
    with pytest.raises(Race), world.uow() as tx:
        tx.enrollments.add(an_enrollment(student, course))
    with world.uow() as tx:
        tx.enrollments.end(enrollment.id, NOW)
        tx.enrollments.end(enrollment.id, NOW + MINUTE)
        tx.commit()
    ended = replace(enrollment, until_at=NOW)
    with world.uow(read_only=True) as tx:
        assert tx.enrollments.running(student.id, course.id) is None
        assert tx.enrollments.latest(student.id, course.id) == ended
    with world.uow() as tx:
        tx.enrollments.resume(enrollment.id)
        tx.commit()
    with world.uow(read_only=True) as tx:
        assert tx.enrollments.running(student.id, course.id) == enrollment


def test_one_cannot_be_taken_up_while_another_runs(world: World) -> None:
    student, course = world.user(), world.course()
    first = world.enrollment(student, course, from_at=NOW - 9 * MINUTE, until_at=NOW - 5 * MINUTE)
    second = world.enrollment(student, course, from_at=NOW - 3 * MINUTE)
    with pytest.raises(Race), world.uow() as tx:
        tx.enrollments.resume(first.id)
    with world.uow(read_only=True) as tx:
        assert tx.enrollments.latest(student.id, course.id) == second


@pytest.mark.parametrize("size", [1, 2, 50])
def test_running_enrollments_page_by_page(world: World, size: int) -> None:
    student, term = world.user(), world.term()
    running = [world.enrollment(student, world.course(term=term)) for _ in range(5)]
    world.enrollment(student, world.course(term=term), until_at=NOW)
    world.enrollment(world.user(), running[0].course)
    with world.uow(read_only=True) as tx:
        found = all_pages(
            lambda after, limit: tx.enrollments.list_running(student.id, after=after, limit=limit),
            lambda enrollment: enrollment.id,
            size,
        )
    assert found == running
