"""Courses, enrollments and attendance sessions.

See absense_server.ports.data.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from absense_server.domain.codes import Generation
from absense_server.domain.course_claims import CourseClaim, CourseClaimState
from absense_server.domain.courses import Course, Enrollment, Programme, Term, TermState
from absense_server.domain.ids import (
    CourseClaimId,
    CourseId,
    EnrollmentId,
    ProgrammeId,
    SessionId,
    TermId,
    UserId,
)
from absense_server.domain.institution import InstitutionSettings
from absense_server.domain.sessions import AttendanceSession, Counts
from absense_server.ports.findings import (
    CourseFilter,
    InTheWay,
    OpenSession,
    SessionFilter,
)


class Courses(Protocol):
    """Terms, programmes and courses."""

    def add_term(self, term: Term) -> None: ...

    def term(self, term_id: TermId) -> Term | None: ...

    def current_term(self, now: datetime) -> Term | None:
        """The open term that covers `now`; the one begun last where several do."""
        ...

    def add_programme(self, programme: Programme) -> None:
        """Raises Race when the code is taken, whatever its case."""
        ...

    def programme_by_code(self, code: str) -> Programme | None: ...

    def known_programmes(self, ids: Collection[ProgrammeId]) -> frozenset[ProgrammeId]: ...

    def add(self, course: Course) -> None:
        """With its programmes and lecturers. Raises CourseCodeTaken."""
        ...

    def save(self, before: Course, after: Course) -> None:
        """All but its term. Raises CourseCodeTaken; Race when it has changed since `before` was read."""
        ...

    def get(self, course_id: CourseId) -> Course:
        """Raises CourseNotFound."""
        ...

    def closed(self, ids: Collection[CourseId]) -> frozenset[CourseId]:
        """Of these courses those whose terms are closed; whoever closes the others' waits, or is waited for."""
        ...

    def by_code(self, term_id: TermId, code: str) -> Course | None: ...

    def for_lecturer(self, lecturer_id: UserId, course_id: CourseId) -> Course:
        """Raises CourseNotFound, also when the lecturer does not teach it."""
        ...

    def list_for_lecturer(
        self, lecturer_id: UserId, *, include_archived: bool, query: str = "", after: UUID | None, limit: int
    ) -> Sequence[Course]:
        """Those whose code or title contains `query` (literally), oldest first."""
        ...

    def list(self, which: CourseFilter, *, after: UUID | None, limit: int) -> Sequence[Course]:
        """Anybody's, oldest first."""
        ...

    def search(self, query: str, *, after: UUID | None, limit: int) -> Sequence[Course]:
        """Courses of open terms, not archived, whose code or title contains `query` (literally), oldest first."""
        ...


class Terms(Protocol):
    """Terms, beside what Courses has of them."""

    def list(self, state: TermState | None, *, after: UUID | None, limit: int) -> Sequence[Term]:
        """Newest first."""
        ...

    def share(self, term_id: TermId) -> Term:
        """As it is now; nobody closes it before this transaction ends."""
        ...

    def hold(self, term_id: TermId) -> Term | None:
        """As it is now; whoever shares or holds it is waited for, and waits."""
        ...

    def save(self, term: Term) -> None: ...

    def hold_sessions(self, term_id: TermId, now: datetime) -> None:
        """Wait for claims that are being kept in the term; others wait until this transaction ends."""
        ...

    def in_the_way(self, term_id: TermId, now: datetime) -> InTheWay: ...


class Programmes(Protocol):
    """Programmes of study, beside what Courses has of them."""

    def list(self, *, after: UUID | None, limit: int) -> Sequence[Programme]:
        """Oldest first."""
        ...

    def hold(self, programme_id: ProgrammeId) -> Programme | None:
        """Whatever would come to name it waits until the transaction ends."""
        ...

    def is_used(self, programme_id: ProgrammeId) -> bool:
        """Whether a course, a session, an enrollment or a user names it."""
        ...

    def remove(self, programme_id: ProgrammeId) -> None: ...


class CourseClaims(Protocol):
    """Lecturers' wishes to teach courses."""

    def get(self, claim_id: CourseClaimId) -> CourseClaim:
        """Raises CourseClaimNotFound."""
        ...

    def pending(self, lecturer_id: UserId, course_id: CourseId) -> CourseClaim | None: ...

    def add(self, claim: CourseClaim) -> None:
        """Raises Race when one waits already."""
        ...

    def decide(self, claim_id: CourseClaimId, state: CourseClaimState, by: UserId, at: datetime, note: str) -> bool:
        """Returns False for one that was decided already, which stays as it was."""
        ...

    def list(self, state: CourseClaimState | None, *, after: UUID | None, limit: int) -> Sequence[CourseClaim]:
        """Oldest first."""
        ...

    def list_of(self, lecturer_id: UserId, *, after: UUID | None, limit: int) -> Sequence[CourseClaim]:
        """Oldest first."""
        ...


class Institution(Protocol):
    """What administrators set for the whole institution."""

    def get(self) -> InstitutionSettings:
        """The defaults where nothing was set."""
        ...

    def hold(self) -> InstitutionSettings:
        """`get`; nobody else changes them until the transaction ends."""
        ...

    def save(self, settings: InstitutionSettings) -> None: ...


class Enrollments(Protocol):
    """Who is enrolled where, and when."""

    def running(self, student_id: UserId, course_id: CourseId) -> Enrollment | None: ...

    def latest(self, student_id: UserId, course_id: CourseId) -> Enrollment | None:
        """The one that began last, running or not."""
        ...

    def add(self, enrollment: Enrollment) -> None:
        """Raises Race when one is running already."""
        ...

    def end(self, enrollment_id: EnrollmentId, at: datetime) -> bool:
        """Returns False for one that has ended already, which stays as it was."""
        ...

    def resume(self, enrollment_id: EnrollmentId) -> None:
        """Take its end back. Raises Race when it is running already, or another is."""
        ...

    def list_of_course(
        self, course_id: CourseId, now: datetime, *, include_ended: bool, after: UUID | None, limit: int
    ) -> Sequence[Enrollment]:
        """Oldest first."""
        ...

    def list_running(self, student_id: UserId, *, after: UUID | None, limit: int) -> Sequence[Enrollment]:
        """Oldest first."""
        ...


class Sessions(Protocol):
    """Attendance sessions and their generations of codes."""

    def add(self, session: AttendanceSession) -> None:
        """With its first generation. Raises Race when the session code is taken."""
        ...

    def find(self, session_id: SessionId) -> AttendanceSession | None: ...

    def for_lecturer(self, lecturer_id: UserId, session_id: SessionId) -> AttendanceSession:
        """Raises SessionNotFound, also when the lecturer does not teach the course."""
        ...

    def expects(self, session_id: SessionId, student_id: UserId) -> bool:
        """Whether the student was enrolled, in scope, when the session opened."""
        ...

    def hold(self, session_id: SessionId) -> None:
        """Hold off others that would change the session or add records to it, until this transaction ends.

        Those who have begun to are waited for.
        """
        ...

    def hold_at(self, session_id: SessionId, revision: int) -> None:
        """Hold off others that would `hold` it. Raises Race unless it is at that revision."""
        ...

    def save(self, before: AttendanceSession, after: AttendanceSession) -> None:
        """With its generation. Raises Race when it is no longer at `before.revision`, or its session code is taken."""
        ...

    def overlapping(
        self,
        course_id: CourseId,
        programme_id: ProgrammeId | None,
        opens_at: datetime,
        ends_at: datetime,
        *,
        less: SessionId | None = None,
    ) -> bool:
        """Whether a session of the course that is neither closed nor cancelled meets [opens_at, ends_at) in scope.

        Scopes meet when they are the same programme or when either is the whole course. `less`: not that one.
        """
        ...

    def lock_course(self, course_id: CourseId) -> None:
        """Hold off other transactions that would add sessions to the course, until this one ends."""
        ...

    def close(self, session_id: SessionId, at: datetime) -> bool:
        """Sets closed_at and raises the revision. Returns False for one closed by then, which stays as it was."""
        ...

    def end_all(self, course_id: CourseId, at: datetime) -> tuple[tuple[SessionId, ...], tuple[SessionId, ...]]:
        """Close the course's open sessions and cancel those to come; returns which were closed, which cancelled."""
        ...

    def generations(self, session_id: SessionId) -> Sequence[Generation]:
        """Oldest first."""
        ...

    def start_generation(self, session_id: SessionId, generation: Generation) -> None:
        """Raises Race when that generation was started meanwhile."""
        ...

    def count_typed_try(self, session_id: SessionId, student_id: UserId) -> int:
        """Count one more typed code of the student; returns how many that makes."""
        ...

    def list_for_lecturer(
        self, lecturer_id: UserId, which: SessionFilter, now: datetime, *, after: UUID | None, limit: int
    ) -> Sequence[AttendanceSession]:
        """Newest first."""
        ...

    def list_all(
        self, which: SessionFilter, now: datetime, *, after: UUID | None, limit: int
    ) -> Sequence[AttendanceSession]:
        """Of all courses, newest first."""
        ...

    def expected_counts(self, session_ids: Collection[SessionId]) -> Mapping[SessionId, int]:
        """How many students are expected; every asked session is in the answer."""
        ...

    def list_open_for_student(
        self, student_id: UserId, now: datetime, *, after: UUID | None, limit: int
    ) -> Sequence[OpenSession]:
        """Open now, of courses the student is enrolled in, in scope; oldest first."""
        ...

    def counts(self, session_ids: Collection[SessionId]) -> Mapping[SessionId, Counts]:
        """Records of enrolled students by status; every asked session is in the answer."""
        ...

    def seal_ended(self, now: datetime, limit: int) -> Sequence[SessionId]:
        """Mark sessions that have ended as sealed; each is returned once, whoever asks."""
        ...
