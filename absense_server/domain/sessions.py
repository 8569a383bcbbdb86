"""Attendance sessions: their times, their state, the codes that are good in them."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

from absense_server.domain import codes
from absense_server.domain.codes import CodeTimes, Generation, Step
from absense_server.domain.errors.base import FieldViolation
from absense_server.domain.errors.sessions import SessionCancelled, SessionClosed, SessionNotOpen, SessionTimesInvalid
from absense_server.domain.ids import CourseId, ProgrammeId, SessionId
from absense_server.domain.people import Person
from absense_server.domain.places import Geofence
from absense_server.domain.policy import Policy, PolicyWishes

MIN_DURATION = timedelta(minutes=1)
MAX_DURATION = timedelta(hours=24)
DEFAULT_DURATION = timedelta(minutes=15)
MAX_AHEAD = timedelta(days=366)
MAX_BEHIND = timedelta(minutes=1)
"""How far in the past a session may be opened: a client's clock may be slow."""

SESSION_CODE_LENGTH = 6
SESSION_CODE_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""No I, O, 0, 1: they are read wrong from the last row."""


class SessionState(Enum):
    """Computed from the session's times."""

    SCHEDULED = "SCHEDULED"
    OPEN = "OPEN"
    CLOSED = "CLOSED"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True)
class SessionCourse:
    """What a session says about its course."""

    id: CourseId
    code: str
    title: str
    lecturer_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Counts:
    """A session's records by status; those of students who are not enrolled are counted nowhere."""

    confirmed: int = 0
    late: int = 0
    flagged: int = 0
    pending: int = 0
    rejected: int = 0
    excused: int = 0


@dataclass(frozen=True, slots=True)
class AttendanceSession:
    """One lecture's window."""

    id: SessionId
    course: SessionCourse
    room: str
    opens_at: datetime
    ends_at: datetime
    policy: Policy
    code_times: CodeTimes
    generation: Generation
    session_code: str
    created_at: datetime
    created_by: Person
    programme_id: ProgrammeId | None = None
    late_after_at: datetime | None = None
    closed_at: datetime | None = None
    cancelled_at: datetime | None = None
    cancel_reason: str = ""
    geofence: Geofence | None = None
    typed_code_allowed: bool = True
    revision: int = 1

    @property
    def end(self) -> datetime:
        """First instant that takes no more claims."""
        return self.ends_at if self.closed_at is None else min(self.ends_at, self.closed_at)

    def state(self, now: datetime) -> SessionState:
        """Where it stands at `now`."""
        if self.cancelled_at is not None:
            return SessionState.CANCELLED
        if now >= self.end:
            return SessionState.CLOSED
        return SessionState.OPEN if now >= self.opens_at else SessionState.SCHEDULED

    def require_open(self, now: datetime) -> None:
        """Raise SessionNotOpen, SessionClosed or SessionCancelled unless it is open at `now`."""
        match self.state(now):
            case SessionState.SCHEDULED:
                raise SessionNotOpen
            case SessionState.CLOSED:
                raise SessionClosed
            case SessionState.CANCELLED:
                raise SessionCancelled
            case SessionState.OPEN:
                return

    def admits(self, programme_id: ProgrammeId | None) -> bool:
        """Whether an enrollment with this programme is in the session's scope."""
        return self.programme_id in {None, programme_id}

    def is_late(self, instant: datetime) -> bool:
        """Whether a claim made at `instant` is late."""
        return self.late_after_at is not None and instant >= self.late_after_at

    def step_at(self, now: datetime) -> Step:
        """The code to show at `now`."""
        return codes.step_at(self.id, self.generation, self.code_times, now)

    def good_steps(self, instant: datetime) -> list[Step]:
        """Every code that is good at `instant`."""
        return codes.good_steps(self.id, self.generation, self.code_times, instant)


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session as a lecturer asks for it; None: the default."""

    course_id: CourseId
    room: str = ""
    programme_id: ProgrammeId | None = None
    opens_at: datetime | None = None
    duration: timedelta | None = None
    late_after: timedelta | None = None
    geofence: Geofence | None = None
    policy: PolicyWishes = field(default_factory=PolicyWishes)
    code_life: timedelta | None = None
    code_overlap: timedelta | None = None
    typed_code_allowed: bool = True
    allow_parallel: bool = False


@dataclass(frozen=True, slots=True)
class Window:
    """A session's times."""

    opens_at: datetime
    ends_at: datetime
    late_after_at: datetime | None


def window_for(wish: NewSession, now: datetime) -> Window:
    """The times of a new session.

    Raises SessionTimesInvalid naming each rule broken.
    """
    opens_at = wish.opens_at or now
    duration = DEFAULT_DURATION if wish.duration is None else wish.duration
    violations = []
    if not now - MAX_BEHIND <= opens_at <= now + MAX_AHEAD:
        violations.append(FieldViolation("open_time", "a session opens now or within a year"))
    if not MIN_DURATION <= duration <= MAX_DURATION:
        violations.append(FieldViolation("duration", "a session lasts 1 minute to 24 hours"))
    if wish.late_after is not None and not timedelta(0) <= wish.late_after <= MAX_DURATION:
        violations.append(FieldViolation("late_after", "claims become late 0 to 24 hours after opening"))
    if violations:
        raise SessionTimesInvalid(*violations)
    # who asks for the past means now: codes and lateness count from an instant that was announced
    opens_at = max(opens_at, now)
    late_after_at = None if wish.late_after is None else opens_at + wish.late_after
    return Window(opens_at, opens_at + duration, late_after_at)
