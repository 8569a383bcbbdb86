"""What the database hands over besides the objects of the domain."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum
from uuid import UUID

from absense_server.domain.appeals import Appeal, AppealState
from absense_server.domain.audit import Action
from absense_server.domain.devices import Device
from absense_server.domain.faces import FaceModel, FaceTemplate
from absense_server.domain.ids import (
    ClaimId,
    CourseId,
    EnrollmentId,
    FaceViewId,
    ImageId,
    MailId,
    ProgrammeId,
    RecordId,
    SessionId,
    SignInId,
    TermId,
    UserId,
    VerificationId,
)
from absense_server.domain.images import MediaType
from absense_server.domain.mails import MailKind
from absense_server.domain.people import Person, Role, User, UserState
from absense_server.domain.policy import Attention, RecordStatus
from absense_server.domain.records import AttendanceRecord
from absense_server.domain.sessions import AttendanceSession, SessionState
from absense_server.domain.verdicts import Outcome, Verdict
from absense_server.ports.outside import Sealed


class Race(Exception):
    """Somebody else's transaction got there first: read again and decide anew. A caller is told to send it again."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """A user with the hash of the password; None for an account that has none yet."""

    user: User
    password_hash: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class SignIn:
    """What an access token belongs to."""

    id: SignInId
    user_id: UserId
    started_at: datetime
    device_name: str
    password_at: datetime
    """When the password was last given."""
    last_used_at: datetime
    expires_at: datetime
    """When it ends by itself, unless it is used: with its refresh token."""

    def used(self, at: datetime, expires_at: datetime) -> "SignIn":
        """The same after it was used."""
        return replace(self, last_used_at=at, expires_at=expires_at)

    def with_password(self, at: datetime) -> "SignIn":
        """The same after the password was given again."""
        return replace(self, password_at=at)


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """What a sign-in goes on with, once."""

    token_hash: bytes
    """SHA-256 of the token."""
    sign_in_id: SignInId
    issued_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    request_id: UUID | None = None
    """Of the exchange that used it."""
    successor: bytes | None = field(default=None, repr=False)
    """The token that took its place, encrypted under this one."""


@dataclass(frozen=True, slots=True)
class Revocation:
    """A sign-in that was ended."""

    sign_in_id: SignInId
    at: datetime


@dataclass(frozen=True, slots=True)
class QueuedMail:
    """A mail to be sent: to the account of `user_id`, or to that of `login` if there is one."""

    id: MailId
    kind: MailKind
    queued_at: datetime
    user_id: UserId | None = None
    login: str | None = None
    """As somebody typed it: an address or a number, of an account or not."""
    address: str | None = None
    """Where to, if not to the account's own address."""
    note: str = ""
    """A person's words to the reader."""
    failures: int = 0


@dataclass(frozen=True, slots=True)
class MailToken:
    """What a mail let its reader do, once, for a while."""

    token_hash: bytes
    """SHA-256 of the token."""
    user_id: UserId
    kind: MailKind
    address: str
    issued_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class DoneRequest:
    """A request that made something: what it asked for (SHA-256) and what it made."""

    fingerprint: bytes
    resource_id: UUID


@dataclass(frozen=True, slots=True)
class ErasedRows:
    """What became of an account that was erased."""

    device: bool
    """A phone was bound."""
    enrollments: tuple[EnrollmentId, ...]
    """Ended."""
    closed: tuple[SessionId, ...]
    """Sessions of courses that have no lecturer left."""
    cancelled: tuple[SessionId, ...]


@dataclass(frozen=True, slots=True)
class StoredImage:
    """A photograph kept as a blob. Erasing the row voids every copy of the blob, if it is encrypted."""

    id: ImageId
    owner_id: UserId
    blob_name: str
    wrapped_key: bytes
    key_id: str
    """Empty: it is not encrypted."""
    media_type: MediaType
    size: int
    width: int
    height: int
    sha256: bytes
    """Of the bytes as received."""
    stored_at: datetime


@dataclass(frozen=True, slots=True)
class StoredView:
    """One photograph of an enrolled face, with its vector sealed."""

    id: FaceViewId
    image_id: ImageId
    sha256: bytes
    """Of the photograph as received."""
    vector: Sealed
    added_at: datetime


@dataclass(frozen=True, slots=True)
class StoredFace:
    """A student's enrolled face."""

    template: FaceTemplate
    views: tuple[StoredView, ...]


@dataclass(frozen=True, slots=True)
class NewVerification:
    """A claim whose selfie waits to be looked at."""

    id: VerificationId
    record_id: RecordId
    number: int
    student_id: UserId
    queued_at: datetime


@dataclass(frozen=True, slots=True)
class Verification:
    """One taken out of the queue under a lease, with all it needs."""

    id: VerificationId
    record_id: RecordId
    number: int
    claim_id: ClaimId
    session_id: SessionId
    student_id: UserId
    queued_at: datetime
    leases: int
    """How often it was taken, this time included."""
    failures: int
    """How often a look at it has failed."""
    image: StoredImage | None
    face: StoredFace | None


@dataclass(frozen=True, slots=True)
class Backlog:
    """The queue of verifications as a whole."""

    waiting: int
    """How many there are, those at work included."""
    oldest: datetime | None
    """When the one that has waited for longest was queued."""
    due: datetime | None
    """When the next one may be taken, or could have been: those at work come to be due again when their lease ends."""


class MatchKind(Enum):
    """Why a photograph was looked at."""

    CLAIM = "CLAIM"
    ENROLLMENT = "ENROLLMENT"
    TRIAL = "TRIAL"


@dataclass(frozen=True, slots=True)
class MatchEntry:
    """One line of the verification log."""

    id: UUID
    kind: MatchKind
    student_id: UserId
    at: datetime
    verdict: Verdict
    model: FaceModel
    took: timedelta
    record_id: RecordId | None = None
    number: int | None = None


@dataclass(frozen=True, slots=True)
class MatchFilter:
    """Which lines of the verification log."""

    student_id: UserId | None = None
    outcome: Outcome | None = None
    kind: MatchKind | None = None
    from_at: datetime | None = None
    until_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LoggedMatch:
    """A line of the verification log, and whose photograph it was: None where the account is gone."""

    entry: MatchEntry
    student: Person | None


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which audit events."""

    actor_id: UserId | None = None
    subject_id: UUID | None = None
    actions: frozenset[Action] = frozenset()
    """None: any."""
    from_at: datetime | None = None
    until_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """An audit event as it is read."""

    seq: int
    """In the order of being written, not of being committed."""
    id: UUID
    number: int
    """Its place in the sealed log; 0 while it is not sealed."""
    action: Action | None
    """None where somebody wrote into the database what is none."""
    at: datetime
    actor_id: UUID | None
    subject_id: UUID | None
    request_id: str
    facts: Mapping[str, str]
    private: Mapping[str, str]
    erased: bool
    """`private` was there when the event was sealed, and is gone."""
    actor: Person | None
    """None where the account is gone."""


@dataclass(frozen=True, slots=True)
class KnownClaim:
    """A claim kept under the id that a new one names."""

    record_id: RecordId
    fingerprint: bytes


@dataclass(frozen=True, slots=True)
class Coverage:
    """The enrollment that covers a session."""

    programme_id: ProgrammeId | None


@dataclass(frozen=True, slots=True)
class ClaimKey:
    """What is known about a claim is looked up by."""

    student_id: UserId
    claim_id: ClaimId
    session_id: SessionId | None


@dataclass(frozen=True, slots=True)
class ClaimView:
    """All that is known when a claim arrives, read at once."""

    student: Person
    known: KnownClaim | None
    session: AttendanceSession | None
    coverage: Coverage | None
    device: Device | None
    face: FaceTemplate | None
    record: AttendanceRecord | None


@dataclass(frozen=True, slots=True)
class UserFilter:
    """Which accounts to list."""

    role: Role | None = None
    states: frozenset[UserState] = frozenset()
    """None: any but ERASED."""
    query: str = ""
    """Part of the name or address, in any case, or a whole number."""


@dataclass(frozen=True, slots=True)
class CourseFilter:
    """Which courses to list."""

    term_id: TermId | None = None
    query: str = ""
    """Part of the code or title, in any case."""
    include_archived: bool = False
    without_lecturers: bool = False
    """Only those that nobody teaches."""
    open_terms: bool = False
    """Only those of open terms."""


@dataclass(frozen=True, slots=True)
class InTheWay:
    """What keeps a term from being closed."""

    records: int
    """FLAGGED or PENDING_VERIFICATION, as reports count them: not of cancelled sessions, nor of who is not enrolled."""
    appeals: int
    """That wait for a decision."""
    sessions: int
    """That are not over."""


@dataclass(frozen=True, slots=True)
class SessionFilter:
    """Which sessions to list."""

    course_id: CourseId | None = None
    states: frozenset[SessionState] = frozenset()
    opens_from: datetime | None = None
    opens_until: datetime | None = None
    term_id: TermId | None = None
    """For administrators."""


@dataclass(frozen=True, slots=True)
class FlaggedFilter:
    """Which records that wait for a person's look to list."""

    session_id: SessionId | None = None
    course_id: CourseId | None = None
    attention: Attention | None = None
    term_id: TermId | None = None
    include_pending: bool = False
    """Those that are PENDING_VERIFICATION too, unless a kind of look is asked for."""

    @property
    def statuses(self) -> tuple[RecordStatus, ...]:
        """Of the records to list."""
        if self.include_pending and self.attention is None:
            return RecordStatus.FLAGGED, RecordStatus.PENDING_VERIFICATION
        return (RecordStatus.FLAGGED,)


@dataclass(frozen=True, slots=True)
class AppealFilter:
    """Which appeals to list."""

    course_id: CourseId | None = None
    term_id: TermId | None = None
    state: AppealState | None = None


@dataclass(frozen=True, slots=True)
class ReviewedRecord:
    """A record with what a reviewer sees beside it."""

    record: AttendanceRecord
    course_code: str
    session_opened_at: datetime
    appeal: Appeal | None = None
    reference_ids: tuple[ImageId, ...] = ()
    """While the record or its appeal waits for a person: the photographs of the student's enrolled face."""


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session open to a student, with the student's record there."""

    session: AttendanceSession
    record_id: RecordId | None
    record_status: RecordStatus | None
