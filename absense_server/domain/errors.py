"""Everything that can go wrong, as data: a kind, a stable reason, a sentence that tells the person what to do."""

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import ClassVar

from absense_server.domain.verdicts import Check


class Kind(Enum):
    """How a caller should take an error; rpc/errors maps each to one gRPC status."""

    INVALID = "INVALID"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    FORBIDDEN = "FORBIDDEN"
    NOT_FOUND = "NOT_FOUND"
    EXISTS = "EXISTS"
    PRECONDITION = "PRECONDITION"
    CONFLICT = "CONFLICT"
    EXHAUSTED = "EXHAUSTED"
    UNAVAILABLE = "UNAVAILABLE"
    DEADLINE = "DEADLINE"


@dataclass(frozen=True, slots=True)
class FieldViolation:
    """One field that breaks a rule; `field` is a path in the request message."""

    field: str
    description: str


class DomainError(Exception):
    """A refusal that a caller can understand. `str()` is a sentence for the person; nothing internal is in it."""

    kind: ClassVar[Kind]
    reason: ClassVar[str]
    sentence: ClassVar[str]

    def __str__(self) -> str:
        """The sentence, filled in with this error's data."""
        return self.sentence.format_map(vars(self))

    @property
    def violations(self) -> tuple[FieldViolation, ...]:
        """The fields at fault, where the error is about fields."""
        return ()

    @property
    def retry_after(self) -> timedelta | None:
        """How long to wait before the same call is worth sending again; None where waiting does not help."""
        return None


class _Violations(DomainError):
    def __init__(self, *violations: FieldViolation) -> None:
        super().__init__()
        self._violations = violations

    @property
    def violations(self) -> tuple[FieldViolation, ...]:
        return self._violations


class _RetryLater(DomainError):
    def __init__(self, retry_after: timedelta = timedelta(seconds=1)) -> None:
        super().__init__()
        self._retry_after = retry_after
        self.seconds = max(1, round(retry_after.total_seconds()))

    @property
    def retry_after(self) -> timedelta:
        return self._retry_after


# Requests


class InvalidRequest(_Violations):
    """Fields break rules that need no data to check."""

    kind = Kind.INVALID
    reason = "INVALID_REQUEST"

    def __str__(self) -> str:
        """Each field with its rule."""
        return "The request is not valid: " + "; ".join(f"{v.field}: {v.description}" for v in self.violations) + "."


class PageTokenInvalid(DomainError):
    """The page token is not ours or belongs to another list or filter."""

    kind = Kind.INVALID
    reason = "PAGE_TOKEN_INVALID"
    sentence = "This page token does not belong to this list with this filter. Start again without a token."


class RequestIdReused(DomainError):
    """The same request_id came with other content."""

    kind = Kind.EXISTS
    reason = "REQUEST_ID_REUSED"
    sentence = "This request_id was used for another request. Use a new one."


class RevisionMismatch(DomainError):
    """The resource changed since the caller read it."""

    kind = Kind.CONFLICT
    reason = "REVISION_MISMATCH"
    sentence = "This has changed since you read it. Read it again and decide on what it says now."


class RateLimited(_RetryLater):
    """Too many calls."""

    kind = Kind.EXHAUSTED
    reason = "RATE_LIMITED"
    sentence = "Too many tries. Wait {seconds} s and try again."


class Overloaded(_RetryLater):
    """More work waits than can be done in time."""

    kind = Kind.EXHAUSTED
    reason = "OVERLOADED"
    sentence = "The server is busy. Try again in {seconds} s; nothing is lost."


class BackendUnavailable(_RetryLater):
    """Database, storage or the like does not answer."""

    kind = Kind.UNAVAILABLE
    reason = "BACKEND_UNAVAILABLE"
    sentence = "The server cannot do this right now. Try again in {seconds} s; nothing is lost."


class ShuttingDown(_RetryLater):
    """The server is stopping."""

    kind = Kind.UNAVAILABLE
    reason = "SHUTTING_DOWN"
    sentence = "The server is stopping; reconnect."


class DeadlinePassed(DomainError):
    """The caller's deadline left no time to do the work, or passed while an upload stood still."""

    kind = Kind.DEADLINE
    reason = "DEADLINE_PASSED"
    sentence = "The deadline passed before this was done. Send it again with more time."


# Signing in


class NotSignedIn(DomainError):
    """No access token was sent."""

    kind = Kind.UNAUTHENTICATED
    reason = "NOT_SIGNED_IN"
    sentence = "Sign in first: send the access token of Login as `authorization: Bearer <token>`."


class TokenInvalid(DomainError):
    """The access token is not one of ours."""

    kind = Kind.UNAUTHENTICATED
    reason = "TOKEN_INVALID"
    sentence = "The access token is not valid. Sign in again."


class TokenExpired(DomainError):
    """The access token is too old."""

    kind = Kind.UNAUTHENTICATED
    reason = "TOKEN_EXPIRED"
    sentence = "The access token has expired. Sign in again."


class SignInEnded(DomainError):
    """The sign-in was ended."""

    kind = Kind.UNAUTHENTICATED
    reason = "SIGN_IN_ENDED"
    sentence = "You were signed out. Sign in again."


class RecentSignInRequired(DomainError):
    """The password was given too long ago for this call."""

    kind = Kind.UNAUTHENTICATED
    reason = "RECENT_SIGN_IN_REQUIRED"
    sentence = "Sign in again first: for this, the password must have been given within the last 10 minutes."


class WrongRole(DomainError):
    """The caller's role may not call the RPC."""

    kind = Kind.FORBIDDEN
    reason = "WRONG_ROLE"
    sentence = "Your account's role may not do this."


class BadCredentials(DomainError):
    """Unknown user or wrong password; nobody is told which."""

    kind = Kind.UNAUTHENTICATED
    reason = "BAD_CREDENTIALS"
    sentence = "E-mail address, number or password is wrong."


class AccountNotActive(DomainError):
    """The password is right, but the account is not active."""

    kind = Kind.PRECONDITION
    reason = "ACCOUNT_NOT_ACTIVE"

    def __init__(self, what_to_do: str) -> None:
        super().__init__()
        self.what_to_do = what_to_do

    sentence = "This account cannot sign in. {what_to_do}"


class EmailTaken(DomainError):
    """The e-mail address has an account."""

    kind = Kind.EXISTS
    reason = "EMAIL_TAKEN"
    sentence = "This e-mail address has an account. Sign in instead."


class WeakPassword(_Violations):
    """The password breaks the rules."""

    kind = Kind.INVALID
    reason = "WEAK_PASSWORD"

    def __str__(self) -> str:
        """What is wrong with it."""
        return "Choose another password: " + "; ".join(v.description for v in self.violations) + "."


class RoleNotOpen(DomainError):
    """Nobody registers as this role."""

    kind = Kind.FORBIDDEN
    reason = "ROLE_NOT_OPEN"
    sentence = "Administrators are made by administrators. Register as a student or a lecturer."


# Not there, or not yours to see


class CourseNotFound(DomainError):
    """No such course."""

    kind = Kind.NOT_FOUND
    reason = "COURSE_NOT_FOUND"
    sentence = "There is no such course among yours."


class SessionNotFound(DomainError):
    """No such session."""

    kind = Kind.NOT_FOUND
    reason = "SESSION_NOT_FOUND"
    sentence = "There is no such attendance session."


class RecordNotFound(DomainError):
    """No such record."""

    kind = Kind.NOT_FOUND
    reason = "RECORD_NOT_FOUND"
    sentence = "There is no such attendance record."


class ImageNotFound(DomainError):
    """No such image."""

    kind = Kind.NOT_FOUND
    reason = "IMAGE_NOT_FOUND"
    sentence = "There is no such image."


class DeviceNotFound(DomainError):
    """No device is bound."""

    kind = Kind.NOT_FOUND
    reason = "DEVICE_NOT_FOUND"
    sentence = "No phone is bound to your account. Bind this one."


class TermNotFound(DomainError):
    """No such term."""

    kind = Kind.NOT_FOUND
    reason = "TERM_NOT_FOUND"
    sentence = "There is no such term."


class ProgrammeNotFound(DomainError):
    """No such programme."""

    kind = Kind.NOT_FOUND
    reason = "PROGRAMME_NOT_FOUND"
    sentence = "There is no such programme."


# Devices


class DeviceAlreadyBound(DomainError):
    """The student has another phone."""

    kind = Kind.PRECONDITION
    reason = "DEVICE_ALREADY_BOUND"
    sentence = "Another phone is bound to your account. Ask for a device reset first."


class DeviceTaken(DomainError):
    """The phone is somebody else's; nobody is told whose."""

    kind = Kind.EXISTS
    reason = "DEVICE_TAKEN"
    sentence = "This phone is bound to another account. Its owner has to ask for a device reset."


class KeyProofInvalid(DomainError):
    """The public key or its proof of possession does not hold."""

    kind = Kind.INVALID
    reason = "KEY_PROOF_INVALID"
    sentence = "The key could not be bound: {problem}."

    def __init__(self, problem: str) -> None:
        super().__init__()
        self.problem = problem


# Courses


class CourseCodeTaken(DomainError):
    """The term has a course with this code."""

    kind = Kind.EXISTS
    reason = "COURSE_CODE_TAKEN"
    sentence = "This term has a course with this code already."


class NoCurrentTerm(DomainError):
    """No term covers the present."""

    kind = Kind.PRECONDITION
    reason = "NO_CURRENT_TERM"
    sentence = "There is no term at the moment. An administrator has to open one."


class TermClosed(DomainError):
    """The term is closed."""

    kind = Kind.PRECONDITION
    reason = "TERM_CLOSED"
    sentence = "This term is closed."


class CourseArchived(DomainError):
    """The course is archived."""

    kind = Kind.PRECONDITION
    reason = "COURSE_ARCHIVED"
    sentence = "This course is archived."


class EnrollmentClosed(DomainError):
    """Students cannot change their enrollment now."""

    kind = Kind.PRECONDITION
    reason = "ENROLLMENT_CLOSED"
    sentence = "Enrollment is closed for this course. Ask its lecturer."


class WrongProgrammeOrLevel(DomainError):
    """The course is for others."""

    kind = Kind.PRECONDITION
    reason = "WRONG_PROGRAMME_OR_LEVEL"
    sentence = "This course is for another programme or level. Ask its lecturer if you belong there."


class NotEnrolled(DomainError):
    """The student is not enrolled."""

    kind = Kind.PRECONDITION
    reason = "NOT_ENROLLED"
    sentence = "You are not enrolled in this course."


# Sessions


class SessionOverlaps(DomainError):
    """Another session of the course and scope is open then."""

    kind = Kind.PRECONDITION
    reason = "SESSION_OVERLAPS"
    sentence = "Another session of this course is open at that time. Close it, or allow sessions side by side."


class SessionTimesInvalid(_Violations):
    """The session's times do not fit together."""

    kind = Kind.INVALID
    reason = "SESSION_TIMES_INVALID"

    def __str__(self) -> str:
        """What does not fit."""
        return "The session's times do not fit: " + "; ".join(v.description for v in self.violations) + "."


class CodeTimesInvalid(_Violations):
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


# Codes


class QrCodeMalformed(DomainError):
    """The text is not one of our codes."""

    kind = Kind.INVALID
    reason = "QR_CODE_MALFORMED"
    sentence = "This is not an Absense QR code. Scan the one on the screen in your lecture hall."


class QrCodeWrong(DomainError):
    """The code was never shown for its session."""

    kind = Kind.PRECONDITION
    reason = "QR_CODE_WRONG"
    sentence = "This code is not right. Scan the one on the screen again."


class QrCodeExpired(DomainError):
    """The code was shown, but no longer is."""

    kind = Kind.PRECONDITION
    reason = "QR_CODE_EXPIRED"
    sentence = "This code is no longer shown. Scan the one on the screen now."


class TypedCodeWrong(DomainError):
    """The typed digits are not good now."""

    kind = Kind.PRECONDITION
    reason = "TYPED_CODE_WRONG"
    sentence = (
        "These digits are not right, or no longer shown. Type the ones on the screen now; {tries_left} tries are left."
    )

    def __init__(self, tries_left: int) -> None:
        super().__init__()
        self.tries_left = tries_left


class TypedCodeTriesUsed(DomainError):
    """Too many typed codes were wrong."""

    kind = Kind.PRECONDITION
    reason = "TYPED_CODE_TRIES_USED"
    sentence = "Too many wrong codes were typed for this session. Scan the QR code, or speak to your lecturer."


class TypedCodeOff(DomainError):
    """The session takes no typed codes."""

    kind = Kind.PRECONDITION
    reason = "TYPED_CODE_OFF"
    sentence = "This session takes no typed codes. Scan the QR code."


class ScanTicketInvalid(DomainError):
    """The ticket is not one of ours, or not this student's; nobody is told which."""

    kind = Kind.PRECONDITION
    reason = "SCAN_TICKET_INVALID"
    sentence = "This scan cannot be used. Scan the code on the screen again."


class ScanTicketExpired(DomainError):
    """The ticket is too old."""

    kind = Kind.PRECONDITION
    reason = "SCAN_TICKET_EXPIRED"
    sentence = "Too much time has passed since the scan. Scan the code on the screen again."


class OutOfScope(DomainError):
    """The session is for another programme."""

    kind = Kind.PRECONDITION
    reason = "OUT_OF_SCOPE"
    sentence = "This session is for another programme than yours. Scan the code of your own session."


class TooManyUnenrolledClaims(DomainError):
    """The student has claimed in too many courses without being on their lists today."""

    kind = Kind.PRECONDITION
    reason = "TOO_MANY_UNENROLLED_CLAIMS"
    sentence = "You are not on this course's list, and have used up today's claims for such courses. Enroll first."


# Claims and uploads


class ClaimIdReused(DomainError):
    """The same claim_id came with other content."""

    kind = Kind.EXISTS
    reason = "CLAIM_ID_REUSED"
    sentence = "This claim_id was used for another claim. Use a new one for another try."


class UploadOutOfOrder(DomainError):
    """Header and chunks are not in order."""

    kind = Kind.INVALID
    reason = "UPLOAD_OUT_OF_ORDER"
    sentence = "The upload is out of order: {problem}. Send the header once, first, then the chunks it announces."

    def __init__(self, problem: str) -> None:
        super().__init__()
        self.problem = problem


class UploadSizeMismatch(DomainError):
    """More or fewer bytes came than were declared."""

    kind = Kind.INVALID
    reason = "UPLOAD_SIZE_MISMATCH"
    sentence = "{declared} bytes were announced, but {problem} came. Send the photograph again."

    def __init__(self, declared: int, received: int) -> None:
        super().__init__()
        self.declared = declared
        self.problem = "more" if received > declared else f"only {received}"


class UploadHashMismatch(DomainError):
    """The bytes have another SHA-256 than was declared."""

    kind = Kind.INVALID
    reason = "UPLOAD_HASH_MISMATCH"
    sentence = "The photograph changed on its way (its SHA-256 differs from the one announced). Send it again."


class UploadTooLarge(DomainError):
    """The declared size is above the limit."""

    kind = Kind.INVALID
    reason = "UPLOAD_TOO_LARGE"
    sentence = "The photograph is too large: at most {limit} bytes. Send a smaller one."

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.limit = limit


class ImageNotSupported(DomainError):
    """The bytes are no photograph of an accepted type."""

    kind = Kind.INVALID
    reason = "IMAGE_NOT_SUPPORTED"
    sentence = "This is not a photograph of an accepted type ({accepted}). Take another one."

    def __init__(self, accepted: str) -> None:
        super().__init__()
        self.accepted = accepted


class ImageTooManyPixels(DomainError):
    """The photograph declares too many pixels."""

    kind = Kind.INVALID
    reason = "IMAGE_TOO_MANY_PIXELS"
    sentence = "The photograph has too many pixels: at most {limit}. Send a smaller one."

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.limit = limit


class StatementMalformed(DomainError):
    """The signed statement cannot be read."""

    kind = Kind.INVALID
    reason = "STATEMENT_MALFORMED"
    sentence = "The signed statement is not a serialized ClaimStatement. Update the app."


# Decisions


class DecisionNotAllowed(DomainError):
    """The record's status does not allow this decision."""

    kind = Kind.PRECONDITION
    reason = "DECISION_NOT_ALLOWED"
    sentence = "A record that is {status} cannot be confirmed."

    def __init__(self, status: str) -> None:
        super().__init__()
        self.status = status
