"""Attendance sessions."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from absense_server.adapters.db.tables import attendance_sessions, code_generations
from absense_server.domain.codes import Generation
from absense_server.domain.errors.sessions import SessionNotFound
from absense_server.domain.ids import CourseId, SessionId
from absense_server.domain.policy import RecordStatus
from absense_server.domain.sessions import AttendanceSession, Counts, SessionState
from absense_server.ports.findings import OpenSession, Race, SessionFilter
from tests.integration.db.world import MINUTE, NOW, World, a_session, all_pages

MICROSECOND = timedelta(microseconds=1)


def test_a_session_comes_back_whole(world: World) -> None:
    lecturers = [world.lecturer(), world.lecturer()]
    course = world.course(*reversed(lecturers))
    session = world.session(
        course,
        lecturers[0],
        programme_id=world.programme().id,
        late_after_at=NOW,
        cancelled_at=NOW,
        typed_code_allowed=False,
        revision=3,
    )
    plain = world.session(course, lecturers[1], geofence=None, room="")
    with world.uow(read_only=True) as tx:
        assert session.course.lecturer_names == tuple(lecturer.full_name for lecturer in reversed(lecturers))
        assert tx.sessions.find(session.id) == session
        assert tx.sessions.find(plain.id) == plain
        assert tx.sessions.find(SessionId(uuid4())) is None
        assert tx.sessions.for_lecturer(lecturers[1].id, session.id) == session
        assert tx.sessions.generations(session.id) == [session.generation]
        with pytest.raises(SessionNotFound):
            tx.sessions.for_lecturer(world.lecturer().id, session.id)
        with pytest.raises(SessionNotFound):
            tx.sessions.for_lecturer(lecturers[0].id, SessionId(uuid4()))


def test_a_session_code_is_given_once(world: World) -> None:
    lecturer, course, session = world.lesson()
    with pytest.raises(Race), world.uow() as tx:
        tx.sessions.add(a_session(course, lecturer, session_code=session.session_code))


def test_closing_counts_once_and_the_earlier_wins(world: World) -> None:
    _, _, session = world.lesson()
    for at in (NOW + MINUTE, NOW, NOW + 2 * MINUTE):
        with world.uow() as tx:
            tx.sessions.close(session.id, at)
            tx.commit()
    with world.uow(read_only=True) as tx:
        assert tx.sessions.find(session.id) == replace(session, closed_at=NOW, revision=3)


def test_a_generation_follows_the_last(world: World) -> None:
    _, _, session = world.lesson()
    second = Generation(2, NOW)
    with world.uow() as tx:
        tx.sessions.start_generation(session.id, second)
        tx.commit()
    for number in (2, 4):
        with pytest.raises(Race), world.uow() as tx:
            tx.sessions.start_generation(session.id, Generation(number, NOW))
    with world.uow(read_only=True) as tx:
        assert tx.sessions.find(session.id) == replace(session, generation=second)
        assert tx.sessions.generations(session.id) == [session.generation, second]
        assert tx.sessions.generations(SessionId(uuid4())) == []


def test_typed_tries_count_up_for_each_student_and_session(world: World) -> None:
    lecturer, course, session = world.lesson()
    other = world.session(course, lecturer)
    ama, kofi = world.user(), world.user()
    with world.uow() as tx:
        assert [tx.sessions.count_typed_try(session.id, ama.id) for _ in range(3)] == [1, 2, 3]
        assert tx.sessions.count_typed_try(session.id, kofi.id) == 1
        assert tx.sessions.count_typed_try(other.id, ama.id) == 1
        tx.commit()
    with world.uow() as tx:
        assert tx.sessions.count_typed_try(session.id, ama.id) == 4
    with world.uow() as tx:
        assert tx.sessions.count_typed_try(session.id, ama.id) == 4


@pytest.mark.parametrize(
    ("opens", "ends", "meets"), [(-9, -5, False), (-9, -4, True), (0, 1, True), (-9, 30, True), (10, 11, False)]
)
def test_sessions_overlap_when_they_share_an_instant(world: World, opens: int, ends: int, *, meets: bool) -> None:
    lecturer, course, session = world.lesson()
    window = (NOW + opens * MINUTE, NOW + ends * MINUTE)
    with world.uow() as tx:
        assert tx.sessions.overlapping(course.id, None, *window) is meets
        assert not tx.sessions.overlapping(CourseId(uuid4()), None, *window)
    with world.uow() as tx:
        tx.sessions.close(session.id, NOW)
        tx.commit()
    world.session(course, lecturer, cancelled_at=NOW)
    with world.uow() as tx:
        assert not tx.sessions.overlapping(course.id, None, *window)


def test_scopes_meet_when_they_are_the_same_or_one_is_the_whole_course(world: World) -> None:
    lecturer = world.lecturer()
    one, two = world.programme().id, world.programme().id
    scoped, whole = world.course(lecturer), world.course(lecturer)
    world.session(scoped, lecturer, programme_id=one)
    world.session(whole, lecturer)
    window = (NOW, NOW + MINUTE)
    with world.uow() as tx:
        tx.sessions.lock_course(scoped.id)
        found = [tx.sessions.overlapping(scoped.id, scope, *window) for scope in (None, one, two)]
        assert found == [True, True, False]
        assert all(tx.sessions.overlapping(whole.id, scope, *window) for scope in (None, one, two))


# Lists


@pytest.mark.parametrize("size", [1, 3, 50])
def test_a_lecturer_s_sessions_page_by_page_newest_first(world: World, size: int) -> None:
    lecturer, course, first = world.lesson()
    other_course = world.course(lecturer)
    sessions = [first, *(world.session(c, lecturer) for c in [course, other_course] * 3)]
    world.lesson()

    def listed(which: SessionFilter) -> list[AttendanceSession]:
        with world.uow(read_only=True) as tx:
            return all_pages(
                lambda after, limit: tx.sessions.list_for_lecturer(lecturer.id, which, NOW, after=after, limit=limit),
                lambda session: session.id,
                size,
            )

    assert listed(SessionFilter()) == sessions[::-1]
    assert listed(SessionFilter(course_id=course.id)) == [s for s in sessions[::-1] if s.course.id == course.id]


def test_sessions_by_time(world: World) -> None:
    lecturer, course, _ = world.lesson()
    noon = world.session(course, lecturer, opens_at=NOW + 180 * MINUTE, ends_at=NOW + 190 * MINUTE)

    def listed(opens_from: datetime | None, opens_until: datetime | None) -> list[SessionId]:
        which = SessionFilter(opens_from=opens_from, opens_until=opens_until)
        with world.uow(read_only=True) as tx:
            found = tx.sessions.list_for_lecturer(lecturer.id, which, NOW, after=None, limit=50)
        return [session.id for session in found]

    assert listed(noon.opens_at, None) == [noon.id]
    assert listed(noon.opens_at, noon.opens_at + MICROSECOND) == [noon.id]
    assert noon.id not in listed(None, noon.opens_at)
    assert listed(noon.opens_at + MICROSECOND, None) == []


offsets = st.integers(min_value=-2, max_value=2)


@settings(deadline=None, max_examples=25)
@given(
    st.lists(st.tuples(offsets, st.integers(1, 3), st.none() | offsets, st.none() | offsets), min_size=1, max_size=8)
)
@example([(0, 1, None, None), (-1, 1, None, None), (1, 1, None, None), (-1, 3, 0, None), (0, 2, None, 0)])
def test_states_are_those_that_the_domain_computes(
    shared_world: World, times: list[tuple[int, int, int | None, int | None]]
) -> None:
    lecturer = shared_world.lecturer()
    course = shared_world.course(lecturer)
    sessions = [
        shared_world.session(
            course,
            lecturer,
            opens_at=NOW + opens * MICROSECOND,
            ends_at=NOW + (opens + lasts) * MICROSECOND,
            closed_at=None if closed is None else NOW + closed * MICROSECOND,
            cancelled_at=None if cancelled is None else NOW + cancelled * MICROSECOND,
        )
        for opens, lasts, closed, cancelled in times
    ]
    student = shared_world.user()
    shared_world.enrollment(student, course)
    with shared_world.uow(read_only=True) as tx:
        for states in [{state} for state in SessionState] + [{SessionState.OPEN, SessionState.CANCELLED}]:
            which = SessionFilter(states=frozenset(states))
            found = tx.sessions.list_for_lecturer(lecturer.id, which, NOW, after=None, limit=50)
            assert list(found) == [s for s in reversed(sessions) if s.state(NOW) in states]
        open_now = tx.sessions.list_open_for_student(student.id, NOW, after=None, limit=50)
        assert [o.session for o in open_now] == [s for s in sessions if s.state(NOW) is SessionState.OPEN]


def test_open_for_a_student_who_is_enrolled_and_in_scope(world: World) -> None:
    lecturer = world.lecturer()
    mine, other = world.programme().id, world.programme().id
    student = world.user()
    course, dropped, never = (world.course(lecturer) for _ in range(3))
    world.enrollment(student, course, programme_id=mine)
    world.enrollment(student, course, from_at=NOW - 90 * MINUTE, until_at=NOW - 80 * MINUTE)
    world.enrollment(student, dropped, until_at=NOW - MINUTE)
    world.enrollment(world.user(), never)
    for somewhere in (dropped, never):
        world.session(somewhere, lecturer)
    world.session(course, lecturer, programme_id=other)
    sessions = [world.session(course, lecturer, programme_id=scope) for scope in (None, mine, None)]
    record = world.record(sessions[1], student)
    world.record(sessions[2], world.user())
    with world.uow(read_only=True) as tx:
        for size in (1, 2, 50):
            found = all_pages(
                lambda after, limit: tx.sessions.list_open_for_student(student.id, NOW, after=after, limit=limit),
                lambda found: found.session.id,
                size,
            )
            assert found == [
                OpenSession(sessions[0], None, None),
                OpenSession(sessions[1], record.id, record.status),
                OpenSession(sessions[2], None, None),
            ]


def test_counts_are_of_enrolled_students(world: World) -> None:
    _, _, session = world.lesson()
    _, _, empty = world.lesson()
    for status, number in zip(RecordStatus, range(1, 6), strict=True):
        for _ in range(number):
            world.record(session, world.user(), status=status, attention=None)
    for _ in range(2):
        world.record(session, world.user(), status=RecordStatus.CONFIRMED, late=True, attention=None)
    world.record(session, world.user(), late=True)
    world.record(session, world.user(), enrolled=False)
    with world.uow(read_only=True) as tx:
        assert tx.sessions.counts([]) == {}
        assert tx.sessions.counts([session.id, empty.id]) == {
            session.id: Counts(confirmed=4, late=2, flagged=4, pending=1, rejected=4, excused=5),
            empty.id: Counts(),
        }


# Sealing


def test_ended_sessions_are_sealed_once(world: World) -> None:
    lecturer, course, running = world.lesson()
    ended = world.session(course, lecturer, ends_at=NOW)
    closed = world.session(course, lecturer, closed_at=NOW)
    world.session(course, lecturer, ends_at=NOW, cancelled_at=NOW)
    later = world.session(course, lecturer, closed_at=NOW + MICROSECOND)
    with world.uow() as tx:
        assert tx.sessions.seal_ended(NOW - MINUTE, limit=10) == []
        assert tx.sessions.seal_ended(NOW, limit=10) == [ended.id, closed.id]
        tx.commit()
    with world.uow() as tx:
        assert tx.sessions.seal_ended(NOW, limit=10) == []
        assert tx.sessions.seal_ended(NOW + MICROSECOND, limit=10) == [later.id]
        assert tx.sessions.seal_ended(running.ends_at, limit=10) == [running.id]


def test_sealing_stops_at_the_limit(world: World) -> None:
    lecturer, course, _ = world.lesson()
    ended = {world.session(course, lecturer, ends_at=NOW).id for _ in range(5)}
    found: list[SessionId] = []
    for expected in (2, 2, 1, 0):
        with world.uow() as tx:
            some = tx.sessions.seal_ended(NOW, limit=2)
            tx.commit()
        assert len(some) == expected
        found += some
    assert sorted(found) == sorted(ended)


def test_generations_go_with_their_session(world: World) -> None:
    _, _, session = world.lesson()
    with world.uow() as tx:
        tx._connection.execute(delete(attendance_sessions).where(attendance_sessions.c.id == session.id))
        assert tx._connection.execute(code_generations.select()).all() == []
