"""Terms, courses and who is enrolled when."""

import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from absense_server.domain.errors.courses import CourseArchived, EnrollmentClosed, TermClosed, WrongProgrammeOrLevel
from absense_server.domain.ids import CourseId, EnrollmentId, ProgrammeId, TermId
from absense_server.domain.people import Person, User


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
    revision: int = 1

    def require_teachable(self) -> None:
        """Raise CourseArchived or TermClosed unless new sessions may be held."""
        if self.archived:
            raise CourseArchived
        self.term.require_open()

    def require_enrollment_open(self) -> None:
        """Raise CourseArchived, TermClosed or EnrollmentClosed unless students may come and go by themselves."""
        self.require_teachable()
        if not self.enrollment_open:
            raise EnrollmentClosed

    def require_admits(self, student: User) -> None:
        """Raise WrongProgrammeOrLevel unless the course is for this student."""
        wrong_programme = bool(self.programme_ids) and student.programme_id not in self.programme_ids
        wrong_level = bool(self.level) and student.level != self.level
        if wrong_programme or wrong_level:
            raise WrongProgrammeOrLevel


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


@dataclass(frozen=True, slots=True)
class NewCourse:
    """A course as a lecturer asks for it; no term: the current one."""

    code: str
    title: str
    term_id: TermId | None = None
    level: int = 0
    programme_ids: frozenset[ProgrammeId] = field(default_factory=frozenset)
    enrollment_open: bool = True


def folded(text: str) -> str:
    """The form in which codes, titles and names are compared: whatever the case, the composition, the space around."""
    return unicodedata.normalize("NFKC", text).strip().casefold()
