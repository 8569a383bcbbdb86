"""What lecturers and students see first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from absense_server.domain.courses import Course
from absense_server.domain.figures import Tally, tally, total
from absense_server.domain.people import Caller
from absense_server.ports.data import UnitOfWork
from absense_server.ports.figures import AlikeStudents, CourseCounts
from absense_server.ports.outside import Clock
from absense_server.services.sessions import CountedSession

_MAX_COURSES = 100
_MAX_SESSIONS = 50
_SOON = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class CourseSummary:
    """What attendance in a course came to, and what waits there."""

    course: Course
    sessions: int
    tally: Tally
    at_risk: bool = False
    """Of a student."""
    at_risk_count: int = 0
    flagged: int = 0
    pending_appeals: int = 0


@dataclass(frozen=True, slots=True)
class LecturerDashboard:
    """A lecturer's courses and sessions, and what waits in them."""

    courses: Sequence[CourseSummary]
    sessions: Sequence[CountedSession]
    flagged: int
    pending_appeals: int


@dataclass(frozen=True, slots=True)
class StudentDashboard:
    """A student's courses, with the student's own attendance."""

    courses: Sequence[CourseSummary]
    open_sessions: int
    threshold: float


class Dashboards:
    """Use cases of whoever comes in."""

    def __init__(self, uow: UnitOfWork, clock: Clock) -> None:
        self._uow = uow
        self._clock = clock

    def of_lecturer(self, caller: Caller) -> LecturerDashboard:
        """The caller's courses of open terms, and the sessions that are open or open soon."""
        with self._uow(read_only=True) as tx:
            now = self._clock.now()
            threshold = tx.institution.get().at_risk_threshold
            courses = tx.dashboards.taught(caller.id, _MAX_COURSES)
            counts = tx.dashboards.counts([course.id for course in courses], now)
            due = tx.dashboards.due(caller.id, now, now + _SOON, _MAX_SESSIONS)
            records = tx.sessions.counts([session.id for session in due])
        return LecturerDashboard(
            courses=[_summary(course, counts[course.id], threshold) for course in courses],
            sessions=[CountedSession(session, records[session.id], now) for session in due],
            flagged=sum(found.flagged for found in counts.values()),
            pending_appeals=sum(found.pending_appeals for found in counts.values()),
        )

    def of_student(self, caller: Caller) -> StudentDashboard:
        """The courses of open terms in which the caller is or was enrolled."""
        with self._uow(read_only=True) as tx:
            now = self._clock.now()
            threshold = tx.institution.get().at_risk_threshold
            own = tx.dashboards.own(caller.id, now, _MAX_COURSES)
            open_sessions = tx.dashboards.count_open(caller.id, now)
        summaries = []
        for one in own:
            came_to = tally(one.counts)
            summaries.append(CourseSummary(one.course, one.sessions, came_to, came_to.at_risk(threshold)))
        return StudentDashboard(summaries, open_sessions, threshold)


def _summary(course: Course, counts: CourseCounts, threshold: float) -> CourseSummary:
    return CourseSummary(
        course=course,
        sessions=counts.sessions,
        tally=total(_together(alike) for alike in counts.students),
        at_risk_count=sum(
            alike.number for alike in counts.students if alike.enrolled and tally(alike.counts).at_risk(threshold)
        ),
        flagged=counts.flagged,
        pending_appeals=counts.pending_appeals,
    )


def _together(alike: AlikeStudents) -> Tally:
    return alike.number * tally(alike.counts)
