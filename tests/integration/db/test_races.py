"""Threads that do the same thing at once: the constraints decide, and each loser is told."""

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from uuid import uuid4

from sqlalchemy import Engine, event

from absense_server.adapters.crypto import HmacIdentifierKeys, P256Signatures
from absense_server.adapters.db.tables import course_lecturers
from absense_server.adapters.system import SystemIds
from absense_server.domain.codes import Generation
from absense_server.domain.devices import Device, NewDevice, Platform, ResetState
from absense_server.domain.errors.accounts import EmailTaken
from absense_server.domain.errors.courses import CourseCodeTaken
from absense_server.domain.errors.devices import DeviceAlreadyBound, DeviceTaken
from absense_server.domain.ids import CourseId, SessionId
from absense_server.domain.people import Caller, Role, User
from absense_server.domain.records import with_claim
from absense_server.ports.findings import DoneRequest, Race
from absense_server.services.devices import Devices
from tests.integration.db.conftest import THREADS
from tests.integration.db.world import (
    MINUTE,
    NOW,
    World,
    a_claim,
    a_device,
    a_record,
    a_session,
    a_user,
    an_enrollment,
    at_once,
    confirmed,
    stored,
)
from tests.support.clock import HandClock


def assert_one_won(results: Sequence[object], *losers: type[Exception]) -> None:
    """Exactly one returned; everybody else was told, in one of these ways."""
    lost = Counter(type(result) for result in results if result is not None)
    assert lost.total() == THREADS - 1, lost
    assert set(lost) <= set(losers), lost


def test_one_record_for_each_student_and_session(world: World) -> None:
    _, _, session = world.lesson()
    student = world.user()

    def add(_: int) -> None:
        with world.uow() as tx:
            tx.records.add(a_record(session, student))
            tx.commit()

    assert_one_won(at_once(THREADS, add), Race)
    with world.uow(read_only=True) as tx:
        (record,) = tx.records.list_of_session(session.id, frozenset(), after=None, limit=50)
        assert len(record.claims) == 1


def test_the_last_of_a_courses_lecturers_to_go_closes_its_sessions(world: World, engine: Engine) -> None:
    lecturer, course, session = world.lesson()
    other = world.lecturer()
    with engine.begin() as connection:
        row = {"course_id": course.id, "lecturer_id": other.id, "position": 1}
        connection.execute(course_lecturers.insert(), row)
    asks = Event()

    def note(_c: object, _cur: object, statement: str, _p: object, _ctx: object, _many: object) -> None:
        if statement.startswith("BEGIN") or "FROM courses" in statement:
            asks.set()

    def erase(user: User) -> Sequence[SessionId]:
        with world.uow() as tx:
            closed = tx.erasures.account(user.id, NOW).closed
            tx.commit()
        asks.set()
        return closed

    with ThreadPoolExecutor(1) as threads, world.uow() as tx:
        assert tx.erasures.account(lecturer.id, NOW).closed == ()
        event.listen(engine, "before_cursor_execute", note)
        last = threads.submit(erase, other)
        assert asks.wait(30)
        tx.commit()
        assert last.result() == (session.id,)
    event.remove(engine, "before_cursor_execute", note)


def test_one_claim_for_each_claim_id_across_sessions(world: World) -> None:
    lecturer, course, _ = world.lesson()
    sessions = [world.session(course, lecturer) for _ in range(THREADS)]
    student, claim = world.user(), a_claim()

    def add(number: int) -> None:
        with world.uow() as tx:
            tx.records.add(a_record(sessions[number], student, claims=(claim,), deciding_claim_id=claim.claim_id))
            tx.commit()

    assert_one_won(at_once(THREADS, add), Race)


def test_many_students_at_once_are_all_recorded(world: World) -> None:
    _, _, session = world.lesson()
    students = [world.user() for _ in range(THREADS)]

    def add(number: int) -> None:
        with world.uow() as tx:
            tx.records.add(a_record(session, students[number]))
            tx.commit()

    assert at_once(THREADS, add) == [None] * THREADS
    with world.uow(read_only=True) as tx:
        assert tx.sessions.counts([session.id])[session.id].flagged == THREADS


def test_one_of_those_who_saved_the_same_revision(world: World) -> None:
    lecturer, _, session = world.lesson()
    before = world.record(session, world.user())

    def save(number: int) -> None:
        after = with_claim(before, session, a_claim(2), NOW) if number % 2 else confirmed(before, lecturer.person)
        with world.uow() as tx:
            tx.records.save(before, after)
            tx.commit()

    assert_one_won(at_once(THREADS, save), Race)
    with world.uow(read_only=True) as tx:
        found = stored(tx, before.id)
    assert found.revision == before.revision + 1
    assert (len(found.claims), len(found.decisions)) in {(2, 0), (1, 1)}


def test_one_request_for_each_request_id(world: World) -> None:
    user, request_id = world.user(), uuid4()

    def add(_: int) -> None:
        with world.uow() as tx:
            tx.requests.add(user.id, request_id, DoneRequest(b"same", uuid4()), NOW)
            tx.commit()

    assert_one_won(at_once(THREADS, add), Race)


def test_one_account_for_each_address(world: World) -> None:
    def add(_: int) -> None:
        with world.uow() as tx:
            tx.users.add(a_user(email="ama@example.edu"), None)
            tx.commit()

    assert_one_won(at_once(THREADS, add), EmailTaken)


def test_one_course_for_each_code(world: World) -> None:
    term = world.term()
    course = world.course(term=term)

    def add(number: int) -> None:
        with world.uow() as tx:
            same = type(course)(CourseId(uuid4()), "MATH 1" if number % 2 else "math 1", "", term, NOW)
            tx.courses.add(same)
            tx.commit()

    assert_one_won(at_once(THREADS, add), CourseCodeTaken)


def test_one_running_enrollment(world: World) -> None:
    student, course = world.user(), world.course()
    ended = world.enrollment(student, course, until_at=NOW)

    def enroll(number: int) -> None:
        with world.uow() as tx:
            if number == 0:
                tx.enrollments.resume(ended.id)
            else:
                tx.enrollments.add(an_enrollment(student, course))
            tx.commit()

    assert_one_won(at_once(THREADS, enroll), Race)


def test_one_device_for_each_student(world: World) -> None:
    student = world.user()

    def bind(_: int) -> None:
        with world.uow() as tx:
            tx.devices.add(a_device(student))
            tx.commit()

    assert_one_won(at_once(THREADS, bind), DeviceAlreadyBound)


def test_one_student_for_each_device(world: World) -> None:
    students, phone = [world.user() for _ in range(THREADS)], a_device(a_user())

    def bind(number: int) -> None:
        with world.uow() as tx:
            tx.devices.add(a_device(students[number], identifier_mac=phone.identifier_mac))
            tx.commit()

    assert_one_won(at_once(THREADS, bind), DeviceTaken)


def test_one_student_for_each_device_whichever_key_is_in_use(world: World) -> None:
    """While replicas change over to another SECRET_KEY, each knowing both."""
    students, old, new = [world.user() for _ in range(THREADS)], b"o" * 32, b"n" * 32
    sign_ins = [world.sign_in(student).id for student in students]
    before, after = (
        Devices(world.uow, HmacIdentifierKeys(keys), P256Signatures(), HandClock(NOW), SystemIds())
        for keys in ((old, new), (new, old))
    )

    def bind(number: int) -> Device:
        caller = Caller("request", "127.0.0.1", students[number].id, sign_ins[number], Role.STUDENT)
        return (before, after)[number % 2].bind(caller, NewDevice("490154203237518", Platform.ANDROID, "Pixel"))

    ends = at_once(THREADS, bind)
    assert Counter(type(end) for end in ends) == {Device: 1, DeviceTaken: THREADS - 1}, ends


def test_one_request_for_another_device_waits(world: World) -> None:
    student = world.user()
    device = world.device(student)

    def ask(_: int) -> None:
        world.device_reset(student, device)

    assert_one_won(at_once(THREADS, ask), Race)


def test_one_decision_of_each_request(world: World) -> None:
    student, admin = world.user(), world.user(Role.ADMIN)
    device = world.device(student)
    reset = world.device_reset(student, device)

    def decide(number: int) -> bool:
        state = (ResetState.APPROVED, ResetState.REJECTED)[number % 2]
        with world.uow() as tx:
            decided = tx.device_resets.decide(reset.id, state, admin.id, NOW, "note")
            tx.commit()
        return decided

    assert sorted(map(str, at_once(THREADS, decide))) == ["False"] * (THREADS - 1) + ["True"]


def test_one_next_generation(world: World) -> None:
    _, _, session = world.lesson()

    def rotate(_: int) -> None:
        with world.uow() as tx:
            tx.sessions.start_generation(session.id, Generation(2, NOW))
            tx.commit()

    assert_one_won(at_once(THREADS, rotate), Race)
    with world.uow(read_only=True) as tx:
        assert len(tx.sessions.generations(session.id)) == 2


def test_rotating_again_after_a_race_loses_no_rotation(world: World) -> None:
    _, _, session = world.lesson()

    def rotate(_: int) -> None:
        while True:
            try:
                with world.uow() as tx:
                    found = tx.sessions.find(session.id)
                    assert found is not None
                    tx.sessions.start_generation(session.id, Generation(found.generation.number + 1, NOW))
                    tx.commit()
            except Race:
                continue
            return

    assert at_once(8, rotate) == [None] * 8
    with world.uow(read_only=True) as tx:
        assert [g.number for g in tx.sessions.generations(session.id)] == list(range(1, 10))


def test_every_typed_try_is_counted(world: World) -> None:
    _, _, session = world.lesson()
    student = world.user()

    def count(_: int) -> int:
        with world.uow() as tx:
            tries = tx.sessions.count_typed_try(session.id, student.id)
            tx.commit()
            return tries

    counted = [number for number in at_once(THREADS, count) if isinstance(number, int)]
    assert sorted(counted) == list(range(1, THREADS + 1))


def test_each_session_is_sealed_once(world: World) -> None:
    lecturer, course, _ = world.lesson()
    ended = {world.session(course, lecturer, ends_at=NOW).id for _ in range(30)}

    def seal(_: int) -> list[object]:
        sealed: list[object] = []
        for _again in range(8):
            with world.uow() as tx:
                sealed += tx.sessions.seal_ended(NOW, limit=5)
                tx.commit()
        return sealed

    results = at_once(8, seal)
    everything = [session for result in results if isinstance(result, list) for session in result]
    assert all(isinstance(result, list) for result in results)
    assert sorted(everything) == sorted(ended)  # type: ignore[type-var]


def test_sessions_side_by_side_are_prevented_under_the_course_s_lock(world: World) -> None:
    lecturer, course, first = world.lesson()
    window = (first.ends_at, first.ends_at + MINUTE)

    def open_session(_: int) -> str:
        with world.uow() as tx:
            tx.sessions.lock_course(course.id)
            if tx.sessions.overlapping(course.id, None, *window):
                return "overlaps"
            tx.sessions.add(a_session(course, lecturer, opens_at=window[0], ends_at=window[1]))
            tx.commit()
            return "opened"

    assert Counter(at_once(THREADS, open_session)) == {"opened": 1, "overlaps": THREADS - 1}


def test_the_course_s_lock_does_not_hold_off_claims(world: World) -> None:
    _, course, session = world.lesson()
    student = world.user()
    if world.uow._writing.dialect.name == "sqlite":
        return  # one writer at a time, whatever it writes
    with world.uow() as holder:
        holder.sessions.lock_course(course.id)
        world.record(session, student)
        world.enrollment(student, course)
