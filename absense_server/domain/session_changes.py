"""What may be changed of an attendance session, and until when."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from absense_server.domain.codes import CodeTimes, Generation
from absense_server.domain.errors.base import FieldViolation
from absense_server.domain.errors.sessions import ReopenTooLate, SessionStarted, SessionTimesInvalid
from absense_server.domain.ids import ProgrammeId
from absense_server.domain.places import Geofence
from absense_server.domain.policy import Policy, PolicyWishes
from absense_server.domain.sessions import (
    DEFAULT_DURATION,
    MAX_AHEAD,
    MAX_BEHIND,
    MAX_DURATION,
    MIN_DURATION,
    AttendanceSession,
)

REOPEN_WITHIN = timedelta(minutes=15)
"""How long after it was closed by hand a session can be opened again."""


@dataclass(frozen=True, slots=True)
class SessionChange:
    """What a lecturer wants of a session: what `named` names, as the contract calls it; the rest stays."""

    named: frozenset[str]
    room: str = ""
    ends_at: datetime | None = None
    late_after: timedelta | None = None
    """After opening; None: nobody is late."""
    geofence: Geofence | None = None
    policy: PolicyWishes = field(default_factory=PolicyWishes)
    opens_at: datetime | None = None
    programme_id: ProgrammeId | None = None
    code_life: timedelta | None = None
    code_overlap: timedelta | None = None
    typed_code_allowed: bool = True
    allow_parallel: bool = False

    def geofence_of(self, session: AttendanceSession) -> Geofence | None:
        """The place that the session has after it."""
        return self.geofence if "geofence" in self.named else session.geofence


def changed(session: AttendanceSession, change: SessionChange, policy: Policy, now: datetime) -> AttendanceSession:
    """The session as `change` wants it, with `policy`; whether that may be says `require_allowed`.

    Who opens it in the past opens it now. Its end and lateness move along with its opening.
    """
    named = change.named
    opens_at = session.opens_at
    if "open_time" in named and change.opens_at is not None and change.opens_at != opens_at:
        opens_at = max(change.opens_at, now) if change.opens_at >= now - MAX_BEHIND else change.opens_at
    moved = opens_at - session.opens_at
    late_after_at = None if session.late_after_at is None else session.late_after_at + moved
    if "late_after" in named:
        late_after_at = None if change.late_after is None else opens_at + change.late_after
    ends_at = session.ends_at + moved
    if "end_time" in named and change.ends_at is not None:
        ends_at = change.ends_at
    times = session.code_times
    return replace(
        session,
        room=change.room if "room" in named else session.room,
        opens_at=opens_at,
        ends_at=ends_at,
        late_after_at=late_after_at,
        geofence=change.geofence_of(session),
        policy=policy,
        programme_id=change.programme_id if "programme_id" in named else session.programme_id,
        code_times=CodeTimes(
            change.code_life if "code_life" in named and change.code_life is not None else times.life,
            change.code_overlap if "code_overlap" in named and change.code_overlap is not None else times.overlap,
        ),
        typed_code_allowed=change.typed_code_allowed if "typed_code_allowed" in named else session.typed_code_allowed,
        # the codes of a session that is still to come count from its opening
        generation=replace(session.generation, started_at=opens_at) if moved else session.generation,
    )


def require_allowed(before: AttendanceSession, after: AttendanceSession, now: datetime) -> None:
    """Raise SessionStarted, SessionTimesInvalid or CodeTimesInvalid unless `before` may become `after` at `now`."""
    if now >= before.opens_at:
        fixed = [
            FieldViolation(name, "is fixed once the session has opened")
            for name, old, new in (
                ("open_time", before.opens_at, after.opens_at),
                ("programme_id", before.programme_id, after.programme_id),
                ("code_life", before.code_times.life, after.code_times.life),
                ("code_overlap", before.code_times.overlap, after.code_times.overlap),
                ("typed_code_allowed", before.typed_code_allowed, after.typed_code_allowed),
            )
            if old != new
        ]
        if fixed:
            raise SessionStarted(*fixed)
    if before.code_times != after.code_times:
        after.code_times.require_sound()
    violations = []
    if before.opens_at != after.opens_at and not now <= after.opens_at <= now + MAX_AHEAD:
        violations.append(FieldViolation("open_time", "a session opens now or within a year"))
    if (before.opens_at, before.ends_at) != (after.opens_at, after.ends_at):
        violations += _about_the_end(after, now)
    if violations:
        raise SessionTimesInvalid(*violations)


def reaches_further(before: AttendanceSession, after: AttendanceSession) -> bool:
    """Whether `after` may meet sessions that `before` did not."""
    return (
        after.opens_at < before.opens_at
        or after.ends_at > before.ends_at
        or after.programme_id != before.programme_id
        or (before.closed_at is not None and after.closed_at is None)
    )


def reopened(session: AttendanceSession, ends_at: datetime | None, now: datetime) -> AttendanceSession:
    """A session that was closed by hand, open again, with codes of a new generation.

    `ends_at`: None for when it would have ended, or in 15 minutes where that is past.
    Raises ReopenTooLate, SessionTimesInvalid.
    """
    closed_at = session.closed_at
    if closed_at is None or closed_at >= session.ends_at or now - closed_at > REOPEN_WITHIN:
        raise ReopenTooLate
    if ends_at is None:
        ends_at = session.ends_at if session.ends_at > now else now + DEFAULT_DURATION
    again = replace(
        session,
        closed_at=None,
        ends_at=ends_at,
        generation=Generation(session.generation.number + 1, now),
        revision=session.revision + 1,
    )
    if violations := _about_the_end(again, now):
        raise SessionTimesInvalid(*violations)
    return again


def _about_the_end(session: AttendanceSession, now: datetime) -> list[FieldViolation]:
    violations = []
    if not MIN_DURATION <= session.ends_at - session.opens_at <= MAX_DURATION:
        violations.append(FieldViolation("end_time", "a session lasts 1 minute to 24 hours"))
    if session.ends_at < now:
        violations.append(FieldViolation("end_time", "a session does not end in the past"))
    return violations
