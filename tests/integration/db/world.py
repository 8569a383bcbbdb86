"""People, courses, sessions and records to fill a database with, and threads that meet at a barrier."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import TypeVar
from uuid import UUID, uuid4

from sqlalchemy import Engine, event, select
from uuid_utils.compat import uuid7

from absense_server.adapters.db.tables import attendance_records
from absense_server.adapters.db.unit_of_work import SqlTransaction, SqlUnitOfWork
from absense_server.domain.appeals import Appeal, AppealState
from absense_server.domain.codes import CodeTimes, Generation
from absense_server.domain.courses import Course, Enrollment, Programme, Term
from absense_server.domain.decisions import Word, decided
from absense_server.domain.devices import NO_EVIDENCE, Device, DeviceReset, Platform
from absense_server.domain.faces import Consent, FaceModel, FaceTemplate, TemplateTrust
from absense_server.domain.ids import (
    AppealId,
    ClaimId,
    ConsentId,
    CourseId,
    DecisionId,
    DeviceId,
    DeviceResetId,
    EnrollmentId,
    FaceTemplateId,
    FaceViewId,
    ImageId,
    ProgrammeId,
    RecordId,
    SessionId,
    SignInId,
    TermId,
    UserId,
    VerificationId,
)
from absense_server.domain.images import MediaType
from absense_server.domain.people import Person, Role, User, UserState
from absense_server.domain.places import Fix, Geofence, LatLng
from absense_server.domain.policy import Attention, Policy, RecordStatus, Requirement
from absense_server.domain.records import AttendanceRecord, Claim, Decision, ProofKind, Sighting, Source
from absense_server.domain.sessions import AttendanceSession, SessionCourse
from absense_server.domain.verdicts import Check, Reason, Verdict, failed, inconclusive, passed, skipped
from absense_server.ports.findings import NewVerification, RefreshToken, SignIn, StoredFace, StoredImage, StoredView
from absense_server.ports.outside import Sealed

T = TypeVar("T")

NOW = datetime(2026, 11, 2, 9, 0, 0, 123456, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HALL = LatLng(6.6745, -1.5716)
POLICY = Policy(Requirement.REQUIRED, Requirement.ADVISORY, Requirement.OFF, Requirement.OFF, "2026-11")


def a_sign_in(user: User, **fields: object) -> SignIn:
    sign_in = SignIn(SignInId(uuid7()), user.id, NOW, "Firefox", NOW, NOW, NOW + 60 * MINUTE)
    return replace(sign_in, **fields)  # type: ignore[arg-type]


def a_refresh_token(sign_in: SignIn, **fields: object) -> RefreshToken:
    token = RefreshToken(uuid4().bytes, sign_in.id, sign_in.started_at, sign_in.expires_at)
    return replace(token, **fields)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class World:
    """Adds what a test needs, each in a transaction of its own, and returns it."""

    uow: SqlUnitOfWork

    def user(self, role: Role = Role.STUDENT, **fields: object) -> User:
        user = a_user(role, **fields)
        with self.uow() as tx:
            tx.users.add(user, password_hash=None)
            tx.commit()
        return user

    def face(self, student: User, views: int = 1, **fields: object) -> StoredFace:
        face = a_face(student, [self.image(student) for _ in range(views)], **fields)
        with self.uow() as tx:
            tx.faces.add(face)
            tx.commit()
        return face

    def queued(self, record: AttendanceRecord, number: int = 1, at: datetime = NOW) -> NewVerification:
        new = NewVerification(VerificationId(uuid7()), record.id, number, record.student.id, at)
        with self.uow() as tx:
            tx.verifications.add(new)
            tx.commit()
        return new

    def lecturer(self) -> User:
        return self.user(Role.LECTURER)

    def programme(self) -> Programme:
        programme = Programme(ProgrammeId(uuid7()), f"P{uuid4().hex[:8]}", "Programme")
        with self.uow() as tx:
            tx.courses.add_programme(programme)
            tx.commit()
        return programme

    def term(self, **fields: object) -> Term:
        term = Term(TermId(uuid7()), "Autumn", NOW - 30 * 24 * 60 * MINUTE, NOW + 90 * 24 * 60 * MINUTE)
        term = replace(term, **fields)  # type: ignore[arg-type]
        with self.uow() as tx:
            tx.courses.add_term(term)
            tx.commit()
        return term

    def course(self, *lecturers: User, term: Term | None = None, **fields: object) -> Course:
        course = Course(CourseId(uuid7()), f"C{uuid4().hex[:8]}", "A Course", term or self.term(), created_at=NOW)
        course = replace(course, lecturers=tuple(who.person for who in lecturers), **fields)  # type: ignore[arg-type]
        with self.uow() as tx:
            tx.courses.add(course)
            tx.commit()
        return course

    def enrollment(self, student: User, course: Course, **fields: object) -> Enrollment:
        enrollment = an_enrollment(student, course, **fields)
        with self.uow() as tx:
            tx.enrollments.add(enrollment)
            tx.commit()
        return enrollment

    def session(self, course: Course, lecturer: User, **fields: object) -> AttendanceSession:
        session = a_session(course, lecturer, **fields)
        with self.uow() as tx:
            tx.sessions.add(session)
            tx.commit()
        return session

    def sign_in(self, user: User, **fields: object) -> SignIn:
        sign_in = a_sign_in(user, **fields)
        with self.uow() as tx:
            tx.sign_ins.add(sign_in, a_refresh_token(sign_in))
            tx.commit()
        return sign_in

    def device(self, student: User, **fields: object) -> Device:
        device = a_device(student, **fields)
        with self.uow() as tx:
            tx.devices.add(device)
            tx.commit()
        return device

    def device_reset(self, student: User, device: Device, **fields: object) -> DeviceReset:
        reset = DeviceReset(DeviceResetId(uuid7()), student.person, device, "stolen in the tram", NOW)
        reset = replace(reset, **fields)  # type: ignore[arg-type]
        with self.uow() as tx:
            tx.device_resets.add(reset)
            tx.commit()
        return reset

    def image(self, owner: User, key_id: str = "k1") -> StoredImage:
        image = StoredImage(
            ImageId(uuid7()),
            owner.id,
            uuid4().hex,
            b"key",
            key_id,
            MediaType.JPEG,
            4711,
            640,
            480,
            bytes(32),
            NOW,
        )
        with self.uow() as tx:
            tx.images.add(image)
            tx.commit()
        return image

    def record(self, session: AttendanceSession, student: User, **fields: object) -> AttendanceRecord:
        record = a_record(session, student, **fields)
        with self.uow() as tx:
            tx.records.add(record)
            tx.commit()
        return record

    def lesson(self) -> tuple[User, Course, AttendanceSession]:
        """A lecturer, their course, a session of it that is open at NOW."""
        lecturer = self.lecturer()
        course = self.course(lecturer)
        return lecturer, course, self.session(course, lecturer)


def a_user(role: Role = Role.STUDENT, **fields: object) -> User:
    name = uuid4().hex[:12]
    user = User(UserId(uuid7()), f"{name}@example.edu", f"Ama {name}", role, UserState.ACTIVE, NOW)
    return replace(user, **fields)  # type: ignore[arg-type]


def an_enrollment(student: User, course: Course, **fields: object) -> Enrollment:
    enrollment = Enrollment(EnrollmentId(uuid7()), student.person, course, NOW - 24 * 60 * MINUTE)
    return replace(enrollment, **fields)  # type: ignore[arg-type]


def a_device(student: User, **fields: object) -> Device:
    device = Device(DeviceId(uuid7()), student.id, os.urandom(32), Platform.ANDROID, "Pixel", NOW, os.urandom(91))
    return replace(device, **fields)  # type: ignore[arg-type]


def a_session(course: Course, lecturer: User, **fields: object) -> AttendanceSession:
    names = tuple(person.full_name for person in course.lecturers)
    session = AttendanceSession(
        id=SessionId(uuid7()),
        course=SessionCourse(course.id, course.code, course.title, names),
        room="Great Hall",
        opens_at=NOW - 5 * MINUTE,
        ends_at=NOW + 10 * MINUTE,
        policy=POLICY,
        code_times=CodeTimes(timedelta(seconds=60), timedelta(seconds=10)),
        generation=Generation(1, NOW - 5 * MINUTE),
        session_code=uuid4().hex[:6].upper(),
        created_at=NOW,
        created_by=lecturer.person,
        geofence=Geofence(HALL, 75.5),
    )
    return replace(session, **fields)  # type: ignore[arg-type]


def a_claim(number: int = 1, **fields: object) -> Claim:
    claim = Claim(
        claim_id=ClaimId(uuid4()),
        number=number,
        sighting=Sighting(ProofKind.TICKET, 1, 17, NOW),
        received_at=NOW + timedelta(microseconds=1),
        verdicts=VERDICTS,
        fingerprint=os.urandom(32),
        fix=Fix(HALL, 12.25, NOW - MINUTE, mock=False),
        identifier_mac=os.urandom(32),
        device=replace(NO_EVIDENCE, bound=True, identifier_given=True, signed=True),
    )
    return replace(claim, **fields)  # type: ignore[arg-type]


VERDICTS: tuple[Verdict, ...] = (
    passed(Check.QR_CODE, Reason.TICKET),
    failed(Check.ENROLLMENT, Reason.NOT_ENROLLED),
    passed(Check.DEVICE, Reason.KEY_SIGNED),
    inconclusive(Check.LOCATION, Reason.WITHIN_ACCURACY, 101.125, 100.0, "m"),
    skipped(Check.LIVENESS, Reason.CHECK_OFF),
    inconclusive(Check.FACE, Reason.ENGINE_OFF),
)


def a_record(session: AttendanceSession, student: User, **fields: object) -> AttendanceRecord:
    claim = a_claim()
    record = AttendanceRecord(
        id=RecordId(uuid7()),
        session_id=session.id,
        course_id=session.course.id,
        student=student.person,
        status=RecordStatus.FLAGGED,
        source=Source.CLAIM,
        late=False,
        enrolled=True,
        policy=POLICY,
        created_at=NOW,
        updated_at=NOW,
        attention=Attention.NEEDS_LOOK,
        claims=(claim,),
        deciding_claim_id=claim.claim_id,
    )
    return replace(record, **fields)  # type: ignore[arg-type]


def a_decision(by: Person, to: RecordStatus = RecordStatus.CONFIRMED) -> Decision:
    return Decision(DecisionId(uuid7()), by, NOW, "seen in the hall", RecordStatus.FLAGGED, to)


def confirmed(record: AttendanceRecord, by: Person) -> AttendanceRecord:
    """The record after somebody found the student present."""
    word = Word(RecordStatus.CONFIRMED, by, NOW, "seen in the hall")
    return decided(record, word, DecisionId(uuid7()), record.revision)


def an_appeal(record: AttendanceRecord, **fields: object) -> Appeal:
    appeal = Appeal(
        id=AppealId(uuid7()),
        session_id=record.session_id,
        course_id=record.course_id,
        course_code="",
        session_opened_at=NOW,
        student=record.student,
        text="I was there",
        state=AppealState.PENDING,
        created_at=NOW,
        record_id=record.id,
        record_revision=record.revision,
    )
    return replace(appeal, **fields)  # type: ignore[arg-type]


def stored(tx: SqlTransaction, record_id: RecordId) -> AttendanceRecord:
    """The record as it stands in the database."""
    whose = select(attendance_records.c.student_id).where(attendance_records.c.id == record_id)
    student_id = tx._connection.execute(whose).scalar_one()
    return tx.records.for_student(student_id, record_id=record_id)


def at_once(threads: int, action: Callable[[int], T]) -> list[T | Exception]:
    """What `action(n)` returned or raised in each of so many threads that began together."""
    barrier = Barrier(threads)

    def run(number: int) -> T | Exception:
        barrier.wait()
        try:
            return action(number)
        except Exception as error:  # noqa: BLE001 -- the caller sorts them
            return error

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, range(threads)))


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """The SQL sent meanwhile, less what begins transactions and what each connection sends once."""
    sent: list[str] = []

    def note(_c: object, _cur: object, statement: str, _p: object, _ctx: object, _many: object) -> None:
        if not statement.startswith(("BEGIN", "PREPARE")):
            sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


def all_pages(page: Callable[[UUID | None, int], Sequence[T]], key: Callable[[T], UUID], size: int) -> list[T]:
    """Every row of a list, read page by page."""
    found: list[T] = []
    after: UUID | None = None
    while rows := page(after, size):
        assert len(rows) <= size
        found += rows
        after = key(rows[-1])
    return found


def a_face(student: User, photographs: Sequence[StoredImage], **fields: object) -> StoredFace:
    template = FaceTemplate(
        id=FaceTemplateId(uuid7()),
        student_id=student.id,
        trust=TemplateTrust.TRUSTED,
        model=FaceModel("SFace", "yunet", 0.593, "DeepFace 0.0.103"),
        consent=Consent(ConsentId(uuid7()), student.id, "2026-11", NOW),
        enrolled_at=NOW,
        used_at=NOW,
        views=len(photographs),
    )
    views = tuple(
        StoredView(FaceViewId(uuid7()), image.id, image.sha256, Sealed(b"vector", b"key", "id"), NOW)
        for image in photographs
    )
    return StoredFace(replace(template, **fields), views)  # type: ignore[arg-type]
