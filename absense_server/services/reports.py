"""Reports on one session or one course (domain.figures says what counts)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta, tzinfo

from absense_server.domain.arrivals import ArrivalStep, arrivals, default_step
from absense_server.domain.courses import Course
from absense_server.domain.errors.sessions import SessionNotFound
from absense_server.domain.figures import Tally, tally, total
from absense_server.domain.ids import CourseId, SessionId
from absense_server.domain.intervals import Bounds, DayTally, Interval, IntervalTally, cut, local_day
from absense_server.domain.people import Caller, Person, Role
from absense_server.domain.sessions import AttendanceSession, SessionState
from absense_server.ports.data import Transaction, UnitOfWork
from absense_server.ports.figures import VerdictCount
from absense_server.ports.outside import Clock
from absense_server.services.sessions import CountedSession


@dataclass(frozen=True, slots=True)
class SessionAnalytics:
    """What there is to say of one session."""

    session: CountedSession
    tally: Tally | None
    """None until it is over, and of one that was cancelled."""
    expected: int
    arrivals: Sequence[ArrivalStep]
    verdicts: Sequence[VerdictCount]


@dataclass(frozen=True, slots=True)
class StudentTally:
    """What a student's attendance came to."""

    student: Person
    tally: Tally
    at_risk: bool
    enrolled: bool
    """Now."""


@dataclass(frozen=True, slots=True)
class CourseReport:
    """What attendance in a course came to."""

    course: Course
    sessions: int
    tally: Tally
    intervals: Sequence[IntervalTally]
    students: Sequence[StudentTally]
    threshold: float


class Reports:
    """Use cases of lecturers who look at a course of theirs, and of administrators."""

    def __init__(self, uow: UnitOfWork, clock: Clock, zone: tzinfo) -> None:
        """`zone`: the institution's."""
        self._uow = uow
        self._clock = clock
        self._zone = zone

    def session(self, caller: Caller, session_id: SessionId, step: timedelta | None) -> SessionAnalytics:
        """One session. `step`: of its arrivals, as default_step has it unless said.

        Raises SessionNotFound.
        """
        with self._uow(read_only=True) as tx:
            session = _session(tx, caller, session_id)
            now = self._clock.now()
            counts = tx.reports.of_session(session_id)
            claimed = tx.reports.first_claims(session_id)
            is_over = session.state(now) is SessionState.CLOSED
            return SessionAnalytics(
                session=CountedSession(session, tx.sessions.counts([session_id])[session_id], now),
                tally=tally(counts) if is_over else None,
                expected=sum(count.number for count in counts),
                arrivals=arrivals(session, claimed, step or default_step(session), now),
                verdicts=tx.reports.verdicts(session_id),
            )

    def course(
        self, caller: Caller, course_id: CourseId, bounds: Bounds, interval: Interval, *, at_risk_only: bool
    ) -> CourseReport:
        """One course. `at_risk_only`: of its students, only those.

        Raises CourseNotFound, ReportRangeInvalid.
        """
        with self._uow(read_only=True) as tx:
            course = _course(tx, caller, course_id)
            bounds.require_sound()
            now = self._clock.now()
            threshold = tx.institution.get().at_risk_threshold
            sessions = tx.reports.sessions(course_id, bounds, now)
            counted = tx.reports.students(course_id, bounds, now)
        days = [DayTally(local_day(one.opens_at, self._zone), 1, tally(one.counts)) for one in sessions]
        students = []
        for one in counted:
            came_to = tally(one.counts)
            students.append(StudentTally(one.student, came_to, came_to.at_risk(threshold), one.enrolled))
        return CourseReport(
            course=course,
            sessions=len(sessions),
            tally=total(day.tally for day in days),
            intervals=cut(days, interval, self._zone, bounds),
            students=[student for student in students if student.at_risk or not at_risk_only],
            threshold=threshold,
        )


def _course(tx: Transaction, caller: Caller, course_id: CourseId) -> Course:
    if caller.role is Role.ADMIN:
        return tx.courses.get(course_id)
    return tx.courses.for_lecturer(caller.id, course_id)


def _session(tx: Transaction, caller: Caller, session_id: SessionId) -> AttendanceSession:
    if caller.role is not Role.ADMIN:
        return tx.sessions.for_lecturer(caller.id, session_id)
    session = tx.sessions.find(session_id)
    if session is None:
        raise SessionNotFound
    return session
