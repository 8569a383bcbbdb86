"""Terms, courses and who is enrolled when."""

import unicodedata
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Final, Protocol

from absense_server.domain.errors.base import FieldViolation
from absense_server.domain.errors.courses import (
    CourseArchived,
    EnrollmentClosed,
    EnrollmentWindowInvalid,
    TermClosed,
    TermDatesInvalid,
    WrongProgrammeOrLevel,
)
from absense_server.domain.ids import CourseId, EnrollmentId, ProgrammeId, TermId, UserId
from absense_server.domain.people import Person, User

MOST_OF_A_TERM: Final = timedelta(days=2 * 366)
"""No term is longer."""


class TermState(Enum):
    """A closed term's records are changed by administrators only."""

    OPEN = "OPEN"
    CLOSED = "CLOSED"


@dataclass(frozen=True, slots=True)
class Term:
    """A stretch of teaching, [starts_at, ends_at)."""

    id: TermId
    name: str
    starts_at: datetime
    ends_at: datetime
    state: TermState = TermState.OPEN

    def require_open(self) -> None:
        """Raise TermClosed if it is."""
        if self.state is TermState.CLOSED:
            raise TermClosed

    def require_sound(self) -> None:
        """Raise TermDatesInvalid unless it ends after it starts, and no more than two years later."""
        if not timedelta(0) < self.ends_at - self.starts_at <= MOST_OF_A_TERM:
            raise TermDatesInvalid(FieldViolation("end_time", "a term ends after it starts, at most two years later"))


@dataclass(frozen=True, slots=True)
class Programme:
    """A programme of study."""

    id: ProgrammeId
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Course:
    """What is taught, by whom, within one term."""

    id: CourseId
    code: str
    title: str
    term: Term
    created_at: datetime
    level: int = 0
    programme_ids: frozenset[ProgrammeId] = frozenset()
    lecturers: tuple[Person, ...] = ()
    archived: bool = False
    enrollment_open: bool = True
    enrollment_from_at: datetime | None = None
    enrollment_until_at: datetime | None = None
    revision: int = 1

    def require_teachable(self) -> None:
        """Raise CourseArchived or TermClosed unless new sessions may be held."""
        if self.archived:
            raise CourseArchived
        self.term.require_open()

    def require_enrollment_open(self, now: datetime) -> None:
        """Raise CourseArchived, TermClosed or EnrollmentClosed unless students may come and go by themselves."""
        self.require_teachable()
        begun = self.enrollment_from_at is None or self.enrollment_from_at <= now
        ended = self.enrollment_until_at is not None and self.enrollment_until_at <= now
        if not self.enrollment_open or not begun or ended:
            raise EnrollmentClosed

    def require_sound(self) -> None:
        """Raise EnrollmentWindowInvalid unless students may enroll for some time, where there are limits to it."""
        begins, ends = self.enrollment_from_at, self.enrollment_until_at
        if begins is not None and ends is not None and begins >= ends:
            raise EnrollmentWindowInvalid(FieldViolation("enrollment_end_time", "it has to be after the beginning"))

    def is_taught_by(self, user_id: UserId) -> bool:
        """Whether this user is one of its lecturers."""
        return any(lecturer.id == user_id for lecturer in self.lecturers)

    def require_admits(self, student: User) -> None:
        """Raise WrongProgrammeOrLevel unless the course is for this student."""
        wrong_programme = bool(self.programme_ids) and student.programme_id not in self.programme_ids
        wrong_level = bool(self.level) and student.level != self.level
        if wrong_programme or wrong_level:
            raise WrongProgrammeOrLevel


class Enrolled(Protocol):
    """What an enrollment is for."""

    @property
    def programme_id(self) -> ProgrammeId | None: ...
    @property
    def level(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Enrollment:
    """One student's place in a course, [from_at, until_at); without end while it runs."""

    id: EnrollmentId
    student: Person
    course: Course
    from_at: datetime
    until_at: datetime | None = None
    programme_id: ProgrammeId | None = None
    level: int = 0


def rejoins(latest: Enrolled, programme_id: ProgrammeId | None, level: int) -> bool:
    """Whether one who comes back resumes the latest enrollment: with the same programme and level, nobody was gone.

    With others, another begins where the latest has ended. Either way nobody drops out of an absence.
    """
    return (latest.programme_id, latest.level) == (programme_id, level)


@dataclass(frozen=True, slots=True)
class NewCourse:
    """A course as somebody asks for it; no term: the current one."""

    code: str
    title: str
    term_id: TermId | None = None
    level: int = 0
    programme_ids: frozenset[ProgrammeId] = field(default_factory=frozenset)
    enrollment_open: bool = True
    enrollment_from_at: datetime | None = None
    enrollment_until_at: datetime | None = None


def folded(text: str) -> str:
    """The form in which codes, titles and names are compared: whatever the case, the composition, the space around."""
    return unicodedata.normalize("NFKC", text).strip().casefold()
