"""What reports read, and the figures of each day.

See absense_server.ports.data. Counted is as absense_server.domain.figures says; what comes to what is said there too.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from absense_server.domain.courses import Course
from absense_server.domain.figures import Count
from absense_server.domain.ids import CourseId, SessionId, UserId
from absense_server.domain.intervals import Bounds
from absense_server.domain.policy import RecordStatus
from absense_server.domain.sessions import AttendanceSession
from absense_server.ports.figures import (
    Absentee,
    CourseCounts,
    DayCounts,
    DayFigures,
    OwnCourse,
    PastSession,
    SessionCounts,
    StudentCounts,
    VerdictCount,
)


class Reports(Protocol):
    """Reports on one course or one session."""

    def sessions(self, course_id: CourseId, bounds: Bounds, now: datetime) -> Sequence[SessionCounts]:
        """The sessions of the course that are over and opened within the bounds, the first to open first."""
        ...

    def students(self, course_id: CourseId, bounds: Bounds, now: datetime) -> Sequence[StudentCounts]:
        """Who was expected in one of these sessions, or is enrolled now; by their ids."""
        ...

    def of_session(self, session_id: SessionId) -> Sequence[Count]:
        """The expected students of a session, over or not, by record."""
        ...

    def first_claims(self, session_id: SessionId) -> Sequence[datetime]:
        """When each expected student first claimed, in no order."""
        ...

    def verdicts(self, session_id: SessionId) -> Sequence[VerdictCount]:
        """What the checks found in the deciding claims of expected students."""
        ...


class Dashboards(Protocol):
    """What lecturers and students see first; a few statements, however many courses."""

    def taught(self, lecturer_id: UserId, limit: int) -> Sequence[Course]:
        """The lecturer's courses of open terms, the newest first."""
        ...

    def counts(self, course_ids: Collection[CourseId], now: datetime) -> Mapping[CourseId, CourseCounts]:
        """Every asked course is in the answer."""
        ...

    def due(self, lecturer_id: UserId, now: datetime, until: datetime, limit: int) -> Sequence[AttendanceSession]:
        """The sessions of the lecturer's courses that are open or will open before `until`; the first to open first."""
        ...

    def own(self, student_id: UserId, now: datetime, limit: int) -> Sequence[OwnCourse]:
        """The courses of open terms in which the student is or was enrolled, the newest first."""
        ...

    def count_open(self, student_id: UserId, now: datetime) -> int:
        """How many sessions are open to the student."""
        ...


class Absences(Protocol):
    """Who was not there, and where a student was."""

    def of_session(
        self, session_id: SessionId, statuses: frozenset[RecordStatus], *, after: UUID | None, limit: int
    ) -> Sequence[Absentee]:
        """Who was expected and has no record, or one of these statuses; by the students' ids."""
        ...

    def history(
        self,
        student_id: UserId,
        course_id: CourseId | None,
        now: datetime,
        *,
        appealed_only: bool,
        after: UUID | None,
        limit: int,
    ) -> Sequence[PastSession]:
        """Sessions that are over, or were cancelled, where the student was expected or has a record; newest first."""
        ...


class Days(Protocol):
    """Figures of each local day."""

    def count(self, start: datetime, end: datetime, now: datetime) -> DayCounts:
        """What there is of sessions that opened in [start, end) and are over at `now`."""
        ...

    def save(self, figures: DayFigures, zone: str) -> bool:
        """Write a day as it is in the time zone; without sessions it goes. False where later figures are there."""
        ...

    def have_other_zone(self, zone: str) -> bool:
        """Whether a day was made for another time zone."""
        ...

    def first_session(self) -> datetime | None:
        """When the first session of all opened."""
        ...

    def first_of_terms(self, ended_after: datetime) -> datetime | None:
        """When the first of the terms began, or a session of theirs opened, that are open or ended after then."""
        ...

    def read(self, first: date | None, last: date | None, zone: str) -> Sequence[DayFigures]:
        """The days from the first to the last, in their order, without verdicts."""
        ...

    def verdicts(self, first: date | None, last: date | None, zone: str) -> Sequence[VerdictCount]:
        """What the checks found on these days."""
        ...
