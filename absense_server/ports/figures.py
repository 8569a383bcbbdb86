"""What the database counts for reports; what it comes to is said by absense_server.domain.figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from absense_server.domain.appeals import Appeal
from absense_server.domain.courses import Course
from absense_server.domain.figures import Count, Tally
from absense_server.domain.ids import RecordId, SessionId
from absense_server.domain.people import Person
from absense_server.domain.policy import RecordStatus
from absense_server.domain.sessions import AttendanceSession
from absense_server.domain.verdicts import Check, Outcome


@dataclass(frozen=True, slots=True)
class SessionCounts:
    """A session that is over, with its expected students by record."""

    session_id: SessionId
    opens_at: datetime
    counts: Sequence[Count]


@dataclass(frozen=True, slots=True)
class StudentCounts:
    """A student of a course, with the sessions where they were expected by record."""

    student: Person
    enrolled: bool
    """Now."""
    counts: Sequence[Count]


@dataclass(frozen=True, slots=True)
class AlikeStudents:
    """So many students of a course whose sessions come to the same counts, by record."""

    number: int
    enrolled: bool
    """Now."""
    counts: Sequence[Count]
    """Of one of them."""


@dataclass(frozen=True, slots=True)
class CourseCounts:
    """What there is to count in a course."""

    sessions: int = 0
    """That are over."""
    students: Sequence[AlikeStudents] = ()
    flagged: int = 0
    """Records that wait for a person's look."""
    pending_appeals: int = 0


@dataclass(frozen=True, slots=True)
class OwnCourse:
    """A course of a student, with the sessions where the student was expected by record."""

    course: Course
    sessions: int
    """That are over, whoever was expected."""
    counts: Sequence[Count]


@dataclass(frozen=True, slots=True)
class VerdictCount:
    """How often a check found this in deciding claims."""

    check: Check
    outcome: Outcome
    number: int


@dataclass(frozen=True, slots=True)
class Absentee:
    """Who was expected and is absent."""

    student: Person
    record_id: RecordId | None
    revision: int
    appeal: Appeal | None


@dataclass(frozen=True, slots=True)
class PastSession:
    """A session that is over, as one student has it."""

    session: AttendanceSession
    expected: bool
    record_id: RecordId | None
    status: RecordStatus | None
    late: bool
    decided_at: datetime | None
    """When a person decided on the record last."""
    appeal: Appeal | None


@dataclass(frozen=True, slots=True)
class DayFigures:
    """What attendance came to on a local day, and what the checks found; `made_at`: as it was known then."""

    day: date
    made_at: datetime
    sessions: int
    tally: Tally
    verdicts: Sequence[VerdictCount] = ()


@dataclass(frozen=True, slots=True)
class DayCounts:
    """The sessions of a time that are over, with their expected students by record."""

    sessions: int
    counts: Sequence[Count]
    verdicts: Sequence[VerdictCount]
