"""How many statements each call costs, and that none of them reads a large table from end to end."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import Engine, event

from absense_server.adapters.db.unit_of_work import SqlTransaction
from absense_server.domain.courses import Course
from absense_server.domain.faces import ConsentEnd
from absense_server.domain.ids import ClaimId, ImageId
from absense_server.domain.people import User
from absense_server.domain.policy import RecordStatus
from absense_server.domain.records import AttendanceRecord, with_enrollment
from absense_server.domain.sessions import AttendanceSession, SessionState
from absense_server.ports.findings import FlaggedFilter, SessionFilter
from tests.integration.db.world import NOW, World, a_claim, a_decision, a_record, statements

LARGE = {
    "users",
    "sign_ins",
    "requests",
    "devices",
    "enrollments",
    "images",
    "face_consents",
    "face_templates",
    "face_views",
    "verification_log",
    "attendance_records",
    "claims",
    "verdicts",
    "decisions",
    "audit_events",
    "audit_private",
}


class Term:
    """A lecturer with courses, sessions, students and their records."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.lecturer: User = world.lecturer()
        term = world.term()
        self.courses: list[Course] = [
            world.course(self.lecturer, world.lecturer(), term=term, programme_ids=frozenset({world.programme().id}))
            for _ in range(3)
        ]
        self.sessions: list[AttendanceSession] = [world.session(c, self.lecturer) for c in self.courses]
        self.students = [world.user() for _ in range(4)]
        for student in self.students:
            world.device(student)
            for course in self.courses:
                world.enrollment(student, course)
        self.image = world.image(self.students[0])
        self.face = world.face(self.students[0], views=2)
        self.records: list[AttendanceRecord] = [
            world.record(
                session,
                student,
                claims=(a_claim(1, image_id=self.image.id), a_claim(2)),
                decisions=(a_decision(self.lecturer.person),),
                enrolled=student is not self.students[0],
            )
            for session in self.sessions
            for student in self.students
        ]


def reads(term: Term) -> dict[str, tuple[int, Callable[[SqlTransaction], object]]]:
    """Every reading method: how many statements it may take, and a call that finds something."""
    student, course, session, record = term.students[0], term.courses[0], term.sessions[0], term.records[0]
    lecturer = term.lecturer.id
    everything = {"after": None, "limit": 50}
    return {
        "users.get": (1, lambda tx: tx.users.get(student.id)),
        "users.credentials": (1, lambda tx: tx.users.credentials(student.email)),
        "courses.get": (3, lambda tx: tx.courses.get(course.id)),
        "courses.by_code": (3, lambda tx: tx.courses.by_code(course.term.id, course.code)),
        "courses.for_lecturer": (3, lambda tx: tx.courses.for_lecturer(lecturer, course.id)),
        "courses.list": (
            3,
            lambda tx: tx.courses.list_for_lecturer(lecturer, include_archived=False, after=None, limit=50),
        ),
        "courses.search": (3, lambda tx: tx.courses.search("c", after=None, limit=50)),
        "enrollments.running": (3, lambda tx: tx.enrollments.running(student.id, course.id)),
        "enrollments.latest": (3, lambda tx: tx.enrollments.latest(student.id, course.id)),
        "enrollments.list": (3, lambda tx: tx.enrollments.list_running(student.id, after=None, limit=50)),
        "sessions.find": (2, lambda tx: tx.sessions.find(session.id)),
        "sessions.for_lecturer": (2, lambda tx: tx.sessions.for_lecturer(lecturer, session.id)),
        "sessions.overlapping": (1, lambda tx: tx.sessions.overlapping(course.id, None, NOW, session.ends_at)),
        "sessions.generations": (1, lambda tx: tx.sessions.generations(session.id)),
        "sessions.list": (
            2,
            lambda tx: tx.sessions.list_for_lecturer(
                lecturer, SessionFilter(states=frozenset({SessionState.OPEN})), NOW, after=None, limit=50
            ),
        ),
        "sessions.list_open": (
            2,
            lambda tx: tx.sessions.list_open_for_student(student.id, NOW, after=None, limit=50),
        ),
        "sessions.counts": (1, lambda tx: tx.sessions.counts([s.id for s in term.sessions])),
        "devices.active": (1, lambda tx: tx.devices.active(student.id)),
        "records.for_student": (4, lambda tx: tx.records.for_student(student.id, session_id=session.id)),
        "records.for_lecturer": (4, lambda tx: tx.records.for_lecturer(lecturer, record.id)),
        "records.list_of_session": (
            4,
            lambda tx: tx.records.list_of_session(session.id, frozenset(), after=None, limit=50),
        ),
        "records.list_of_session by status": (
            4,
            lambda tx: tx.records.list_of_session(
                session.id, frozenset({RecordStatus.FLAGGED}), after=term.records[0].id, limit=50
            ),
        ),
        "records.list_flagged": (4, lambda tx: tx.records.list_flagged(lecturer, FlaggedFilter(), **everything)),
        "records.list_flagged of a session": (
            4,
            lambda tx: tx.records.list_flagged(lecturer, FlaggedFilter(session_id=session.id), after=None, limit=50),
        ),
        "records.list_unenrolled": (4, lambda tx: tx.records.list_unenrolled(student.id, course.id)),
        "records.count_unenrolled": (1, lambda tx: tx.records.count_unenrolled(student.id, NOW)),
        "records.view again": (
            4,
            lambda tx: tx.records.view(student.id, record.claims[0].claim_id, session_id=session.id, session_code=None),
        ),
        "faces.find": (2, lambda tx: tx.faces.find(student.id)),
        "faces.has_ended": (1, lambda tx: not tx.faces.has_ended(student.id, frozenset(ConsentEnd))),
        "faces.unused_since": (2, lambda tx: tx.faces.unused_since(NOW + timedelta(days=1), 10)),
        "records.with_ids": (4, lambda tx: tx.records.with_ids([one.id for one in term.records])),
        "images.of_owner": (1, lambda tx: tx.images.of_owner(student.id)),
        "images.selfies_before": (1, lambda tx: tx.images.selfies_before(NOW + timedelta(days=1), 10)),
        "images.known": (1, lambda tx: tx.images.known({term.image.id: "", ImageId(uuid4()): "other"})),
        "images.for_lecturer": (1, lambda tx: tx.images.for_lecturer(lecturer, term.image.id)),
    }


def test_how_many_statements_reading_takes(world: World, engine: Engine) -> None:
    term = Term(world)
    taken, allowed = {}, {}
    for name, (number, call) in reads(term).items():
        with world.uow(read_only=True) as tx, statements(engine) as sent:
            assert call(tx), name
        taken[name], allowed[name] = len(sent), number
    assert taken == allowed


@pytest.mark.parametrize("by_code", [False, True])
def test_a_first_claim_takes_one_statement_to_look_at(world: World, engine: Engine, *, by_code: bool) -> None:
    term = Term(world)
    session, student = term.sessions[0], world.user()
    world.enrollment(student, term.courses[0])
    world.device(student)
    for _ in range(2):
        with world.uow(read_only=True) as tx, statements(engine) as sent:
            view = tx.records.view(
                student.id,
                ClaimId(uuid4()),
                session_id=None if by_code else session.id,
                session_code=session.session_code if by_code else None,
            )
        assert len(sent) == 1
        assert view.session
        assert view.coverage
        assert view.device


def test_how_many_statements_a_claim_takes_to_write(world: World, engine: Engine) -> None:
    term = Term(world)
    student = world.user()
    with world.uow() as tx, statements(engine) as sent:
        tx.records.add(a_record(term.sessions[0], student))
    assert len(sent) == 3
    before = term.records[0]
    with world.uow() as tx, statements(engine) as sent:
        tx.records.save(before, replace(before, revision=2))
    assert len(sent) == 1
    with world.uow() as tx, statements(engine) as sent:
        tx.records.save(before, with_enrollment(before, NOW))
    assert len(sent) == 2


def test_how_many_statements_verdicts_take(world: World, engine: Engine) -> None:
    """However many there are."""
    term = Term(world)
    queued = [world.queued(record) for record in term.records]
    with world.uow() as tx, statements(engine) as sent:
        assert len(tx.verifications.take(NOW, NOW, 50)) == len(queued)
    assert len(sent) == 4
    with world.uow() as tx, statements(engine) as sent:
        assert len(tx.verifications.end([one.id for one in queued])) == len(queued)
    assert len(sent) == 1


def test_no_large_table_is_read_from_end_to_end(world: World, engine: Engine) -> None:
    """By SQLite's plans, which do not depend on how many rows there are; PostgreSQL has the same indexes."""
    if engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL rightly reads small tables from end to end")
    term = Term(world)
    for name, (_, call) in reads(term).items():
        with world.uow(read_only=True) as tx, plans(engine) as planned:
            call(tx)
        scanned = {match[1] for step in planned if (match := re.match(r"SCAN (\w+)(?! USING)", step))}
        scanned |= {match[1] for step in planned if (match := re.match(r"SCAN (\w+) USING", step))}
        assert not scanned & (LARGE | {"students", "creators"}), (name, planned)


def test_sealing_uses_its_index(world: World, engine: Engine) -> None:
    if engine.dialect.name != "sqlite":
        pytest.skip("as above")
    with world.uow() as tx, plans(engine) as planned:
        tx.sessions.seal_ended(NOW, 10)
    assert any("ix_attendance_sessions_unsealed" in step for step in planned), planned


@contextmanager
def plans(engine: Engine) -> Iterator[list[str]]:
    """The steps of the plans of what is sent meanwhile."""
    steps: list[str] = []

    def explain(_c: object, cursor: object, statement: str, parameters: object, _ctx: object, _many: object) -> None:
        if not statement.startswith("BEGIN"):
            other = cursor.connection.cursor()  # type: ignore[attr-defined]
            steps.extend(row[3] for row in other.execute(f"EXPLAIN QUERY PLAN {statement}", parameters))

    event.listen(engine, "before_cursor_execute", explain)
    try:
        yield steps
    finally:
        event.remove(engine, "before_cursor_execute", explain)
