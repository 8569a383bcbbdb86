"""What can go wrong with attendance sessions."""

from absense_server.domain.errors.base import AboutFields, DomainError, Kind, RetryLater
from absense_server.domain.verdicts import Check


class SessionNotFound(DomainError):
    """No such session."""

    kind = Kind.NOT_FOUND
    reason = "SESSION_NOT_FOUND"
    sentence = "There is no such attendance session."


class SessionOverlaps(DomainError):
    """Another session of the course and scope is open then."""

    kind = Kind.PRECONDITION
    reason = "SESSION_OVERLAPS"
    sentence = "Another session of this course is open at that time. Close it, or allow sessions side by side."


class SessionTimesInvalid(AboutFields):
    """The session's times do not fit together."""

    kind = Kind.INVALID
    reason = "SESSION_TIMES_INVALID"

    def __str__(self) -> str:
        """What does not fit."""
        return "The session's times do not fit: " + "; ".join(v.description for v in self.violations) + "."


class CodeTimesInvalid(AboutFields):
    """Code life and overlap do not fit together."""

    kind = Kind.INVALID
    reason = "CODE_TIMES_INVALID"

    def __str__(self) -> str:
        """What does not fit."""
        return "The code's times do not fit: " + "; ".join(v.description for v in self.violations) + "."


class CheckUnavailable(DomainError):
    """A required check could never pass."""

    kind = Kind.PRECONDITION
    reason = "CHECK_UNAVAILABLE"

    def __init__(self, check: Check) -> None:
        super().__init__()
        self.check = check.value
        self.what_to_do = {
            Check.LOCATION: "Give the session a place, or make LOCATION advisory or off",
            Check.FACE: "This server has no face check in use; make FACE advisory or off",
        }.get(check, f"This server has no {check.value} check; make it advisory or off")

    sentence = "The check {check} cannot be required here. {what_to_do}."


class SessionNotOpen(DomainError):
    """The session is not open yet."""

    kind = Kind.PRECONDITION
    reason = "SESSION_NOT_OPEN"
    sentence = "This session is not open yet. Wait until it begins."


class SessionClosed(DomainError):
    """The session is over."""

    kind = Kind.PRECONDITION
    reason = "SESSION_CLOSED"
    sentence = "This session is closed. Speak to your lecturer if you were there."


class SessionCancelled(DomainError):
    """The session was called off."""

    kind = Kind.PRECONDITION
    reason = "SESSION_CANCELLED"
    sentence = "This session was cancelled; nobody needs to be recorded for it."


class ReopenTooLate(DomainError):
    """It was not closed by hand, or too long ago."""

    kind = Kind.PRECONDITION
    reason = "REOPEN_TOO_LATE"
    sentence = "Only a session that was closed by hand within the last 15 minutes can be opened again."


class ResumeTokenInvalid(DomainError):
    """The resume token is not one of ours or belongs to another session."""

    kind = Kind.INVALID
    reason = "RESUME_TOKEN_INVALID"
    sentence = "This list cannot be continued from here. Load it anew."


class SessionStarted(AboutFields):
    """This can only be changed before the session opens."""

    kind = Kind.PRECONDITION
    reason = "SESSION_STARTED"
    sentence = "The session has opened, so this can no longer be changed."


class WatcherTooSlow(RetryLater):
    """The client did not read for too long."""

    kind = Kind.UNAVAILABLE
    reason = "WATCHER_TOO_SLOW"
    sentence = "The connection was too slow. Connect again to go on."
