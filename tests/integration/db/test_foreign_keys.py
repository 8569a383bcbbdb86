"""What goes with what: attendance survives when a course or a lecturer goes."""

from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from sqlalchemy import ForeignKeyConstraint, Table, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from absense_server.adapters.db.tables import (
    attendance_records,
    attendance_sessions,
    code_generations,
    course_lecturers,
    course_programmes,
    courses,
    devices,
    enrollments,
    face_consents,
    images,
    metadata,
    programmes,
    refresh_tokens,
    requests,
    revocations,
    sign_ins,
    terms,
    typed_code_tries,
    users,
    verifications,
)
from absense_server.domain.courses import Course
from absense_server.domain.errors.claims import RecordNotFound
from absense_server.domain.faces import ConsentEnd
from absense_server.domain.people import User
from absense_server.domain.records import AttendanceRecord
from absense_server.domain.sessions import AttendanceSession
from absense_server.ports.findings import DoneRequest
from tests.integration.db.world import NOW, World, a_decision, stored

RULES = {
    # what one account alone has
    "sign_ins.user_id": "CASCADE",
    "revocations.user_id": "CASCADE",
    "refresh_tokens.sign_in_id": "CASCADE",
    "requests.user_id": "CASCADE",
    "mail_queue.user_id": "CASCADE",
    "day_verdicts.day": "CASCADE",
    "mail_tokens.user_id": "CASCADE",
    "device_reset_requests.student_id": "CASCADE",
    "device_reset_requests.device_id": "CASCADE",
    "devices.student_id": "CASCADE",
    "face_templates.student_id": "CASCADE",
    # who decided is never taken along
    "device_reset_requests.decided_by": "RESTRICT",
    # a programme that closes leaves its students without one
    "users.programme_id": "SET NULL",
    # who teaches a course and for whom it is: the course's, and each lecturer's
    "course_lecturers.course_id": "CASCADE",
    "course_lecturers.lecturer_id": "CASCADE",
    "course_programmes.course_id": "CASCADE",
    # without the row the course would be open to everybody
    "course_programmes.programme_id": "RESTRICT",
    "courses.term_id": "RESTRICT",
    # a wish is one lecturer's, about one course; who decided is never taken along
    "course_claims.course_id": "CASCADE",
    "course_claims.lecturer_id": "CASCADE",
    "course_claims.decided_by": "RESTRICT",
    # without the term that was chosen the one that is running is current
    "institution_settings.current_term_id": "SET NULL",
    # who had to be there
    "enrollments.student_id": "RESTRICT",
    "enrollments.course_id": "RESTRICT",
    "enrollments.programme_id": "RESTRICT",
    # what was held
    "attendance_sessions.course_id": "RESTRICT",
    "attendance_sessions.programme_id": "RESTRICT",
    "attendance_sessions.created_by": "RESTRICT",
    # a session's codes, which prove nothing without it
    "code_generations.session_id": "CASCADE",
    "typed_code_tries.session_id": "CASCADE",
    "typed_code_tries.student_id": "CASCADE",
    # who was there, and who decided it
    "attendance_records.session_id": "RESTRICT",
    "attendance_records.student_id": "RESTRICT",
    "decisions.record_id": "RESTRICT",
    "decisions.decided_by": "RESTRICT",
    # what was objected to, and who answered
    "appeals.session_id": "RESTRICT",
    "appeals.student_id": "RESTRICT",
    "appeals.course_id": "RESTRICT",
    "appeals.decided_by": "RESTRICT",
    # parts of a record, which is only ever deleted by itself
    "claims.record_id": "CASCADE",
    "verdicts.record_id, number": "CASCADE",
    "verifications.record_id, number": "CASCADE",
    # a selfie is kept for a time, its claim for longer
    "claims.image_id": "SET NULL",
    # only Images.remove dooms the blob
    "images.owner_id": "RESTRICT",
    "face_views.image_id": "RESTRICT",
    "face_views.template_id": "CASCADE",
    # that consent was given has to be shown after the face is gone
    "face_consents.student_id": "RESTRICT",
    "face_templates.consent_id": "RESTRICT",
    # what may be erased of an event
    "audit_private.event_id": "CASCADE",
}


def test_each_foreign_key_has_its_rule() -> None:
    found = {
        f"{table.name}.{', '.join(rule.column_keys)}": rule.ondelete
        for table in metadata.tables.values()
        for rule in table.constraints
        if isinstance(rule, ForeignKeyConstraint)
    }
    assert found == RULES


@dataclass(frozen=True, slots=True)
class Lesson:
    """A session with one record, and all that it takes."""

    lecturer: User
    student: User
    course: Course
    session: AttendanceSession
    record: AttendanceRecord


@pytest.fixture
def lesson(world: World) -> Lesson:
    lecturer, student = world.lecturer(), world.user()
    course = world.course(lecturer, programme_ids=frozenset({world.programme().id}))
    world.enrollment(student, course)
    session = world.session(course, lecturer)
    record = world.record(session, student, decisions=(a_decision(lecturer.person),), revision=2)
    world.queued(record)
    return Lesson(lecturer, student, course, session, record)


def remove(world: World, table: Table, row_id: UUID) -> None:
    with world.uow() as tx:
        assert tx._connection.execute(delete(table).where(table.c.id == row_id)).rowcount == 1
        tx.commit()


def refused(world: World, table: Table, row_id: UUID) -> None:
    with pytest.raises(IntegrityError, match=r"(?i)foreign key"):
        remove(world, table, row_id)


def rows(world: World, *tables: Table) -> dict[str, int]:
    with world.uow(read_only=True) as tx:
        return {
            table.name: tx._connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables
        }


def assert_whole(world: World, lesson: Lesson) -> None:
    with world.uow(read_only=True) as tx:
        assert stored(tx, lesson.record.id) == lesson.record
        assert tx.sessions.find(lesson.session.id) is not None


def test_a_course_with_sessions_stays(world: World, lesson: Lesson) -> None:
    refused(world, courses, lesson.course.id)
    refused(world, terms, lesson.course.term.id)
    assert_whole(world, lesson)


def test_a_course_with_students_stays(world: World) -> None:
    course = world.course()
    enrollment = world.enrollment(world.user(), course)
    refused(world, courses, course.id)
    remove(world, enrollments, enrollment.id)
    remove(world, courses, course.id)


def test_a_course_that_nobody_took_goes_with_what_is_its_own(world: World) -> None:
    lecturer, programme = world.lecturer(), world.programme()
    course = world.course(lecturer, programme_ids=frozenset({programme.id}))
    refused(world, programmes, programme.id)
    remove(world, courses, course.id)
    assert rows(world, course_lecturers, course_programmes) == {"course_lecturers": 0, "course_programmes": 0}
    remove(world, programmes, programme.id)
    with world.uow(read_only=True) as tx:
        assert tx.users.get(lecturer.id) == lecturer


def test_a_lecturer_of_sessions_stays_as_a_row(world: World, lesson: Lesson) -> None:
    refused(world, users, lesson.lecturer.id)
    assert_whole(world, lesson)


def test_who_decided_a_record_stays_as_a_row(world: World, lesson: Lesson) -> None:
    other = world.lecturer()
    world.record(lesson.session, world.user(), decisions=(a_decision(other.person),), revision=2)
    refused(world, users, other.id)


def test_a_lecturer_who_held_no_session_goes_and_the_course_stays(world: World, lesson: Lesson) -> None:
    other = world.lecturer()
    with world.uow() as tx:
        teaches = {"course_id": lesson.course.id, "lecturer_id": other.id, "position": 1}
        tx._connection.execute(insert(course_lecturers), teaches)
        tx.commit()
    remove(world, users, other.id)
    with world.uow(read_only=True) as tx:
        assert tx.courses.get(lesson.course.id) == lesson.course
    assert_whole(world, lesson)


def test_what_a_lecturer_held_and_decided_survives_when_they_leave_the_course(world: World, lesson: Lesson) -> None:
    successor = world.lecturer()
    with world.uow() as tx:
        tx._connection.execute(
            update(course_lecturers)
            .where(course_lecturers.c.course_id == lesson.course.id)
            .values(lecturer_id=successor.id)
        )
        tx.commit()
    assert_whole(world, lesson)
    with world.uow(read_only=True) as tx:
        assert tx.records.for_lecturer(successor.id, lesson.record.id) == lesson.record
        with pytest.raises(RecordNotFound):
            tx.records.for_lecturer(lesson.lecturer.id, lesson.record.id)


def test_a_session_with_records_stays(world: World, lesson: Lesson) -> None:
    refused(world, attendance_sessions, lesson.session.id)
    assert_whole(world, lesson)


def test_a_session_that_nobody_came_to_goes_with_its_codes(world: World, lesson: Lesson) -> None:
    session = world.session(lesson.course, lesson.lecturer)
    with world.uow() as tx:
        tx.sessions.count_typed_try(session.id, lesson.student.id)
        tx.commit()
    remove(world, attendance_sessions, session.id)
    # the lesson's own
    assert rows(world, code_generations, typed_code_tries) == {"code_generations": 1, "typed_code_tries": 0}


def test_a_student_with_records_stays_as_a_row(world: World, lesson: Lesson) -> None:
    refused(world, users, lesson.student.id)
    assert_whole(world, lesson)


@pytest.mark.parametrize("what", ["enrollment", "photograph", "consent"])
def test_a_student_who_left_something_stays_as_a_row(world: World, what: str) -> None:
    student = world.user()
    table: Table
    row_id: UUID
    if what == "enrollment":
        table, row_id = enrollments, world.enrollment(student, world.course()).id
    elif what == "photograph":
        table, row_id = images, world.image(student).id
    else:
        table, row_id = face_consents, world.face(student, views=0).template.consent.id
        with world.uow() as tx:
            face = tx.faces.find(student.id)
            assert face is not None
            tx.faces.remove(face.template, NOW, ConsentEnd.WITHDRAWN)
            tx.commit()
    refused(world, users, student.id)
    remove(world, table, row_id)
    remove(world, users, student.id)


def test_a_record_is_deleted_by_itself_or_not_at_all(world: World, lesson: Lesson) -> None:
    refused(world, attendance_records, lesson.record.id)
    undecided = world.record(lesson.session, world.user())
    world.queued(undecided)
    remove(world, attendance_records, undecided.id)
    assert_whole(world, lesson)
    assert rows(world, verifications) == {"verifications": 1}


def test_what_only_an_account_has_goes_with_it(world: World) -> None:
    user = world.user()
    world.device(user)
    world.sign_in(user)
    ended = world.sign_in(user)
    with world.uow() as tx:
        tx.sign_ins.end(user.id, ended.id, NOW)
        tx.requests.add(user.id, uuid4(), DoneRequest(b"fingerprint", uuid4()), NOW)
        tx.commit()
    remove(world, users, user.id)
    assert rows(world, devices, sign_ins, refresh_tokens, revocations, requests) == {
        "devices": 0,
        "sign_ins": 0,
        "refresh_tokens": 0,
        "revocations": 0,
        "requests": 0,
    }


def test_a_programme_that_goes_leaves_its_people(world: World) -> None:
    programme = world.programme()
    user = world.user(programme_id=programme.id)
    remove(world, programmes, programme.id)
    with world.uow(read_only=True) as tx:
        found = tx.users.get(user.id)
    assert found is not None
    assert found.programme_id is None
