"""What the use cases need from the database: a unit of work and the collections in it.

Every method is one statement or a few; they return domain objects. Lists return at most `limit` rows, those after
the key `after`.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from absense_server.domain.audit import AuditEvent
from absense_server.domain.codes import Generation
from absense_server.domain.courses import Course, Enrollment, Programme, Term
from absense_server.domain.devices import Device, DeviceReset, ResetState
from absense_server.domain.exports import Part, Row
from absense_server.domain.faces import Consent, ConsentEnd, FaceTemplate, TemplateTrust
from absense_server.domain.ids import (
    ClaimId,
    CourseId,
    DeviceId,
    DeviceResetId,
    EnrollmentId,
    FaceTemplateId,
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
from absense_server.domain.mails import MailKind
from absense_server.domain.people import User, UserState
from absense_server.domain.policy import RecordStatus
from absense_server.domain.records import AttendanceRecord
from absense_server.domain.sessions import AttendanceSession, Counts
from absense_server.ports.findings import (
    Backlog,
    ClaimKey,
    ClaimView,
    Credentials,
    DoneRequest,
    ErasedRows,
    FlaggedFilter,
    MailToken,
    MatchEntry,
    NewVerification,
    OpenSession,
    QueuedMail,
    RefreshToken,
    Revocation,
    SessionFilter,
    SignIn,
    StoredFace,
    StoredImage,
    StoredView,
    UserFilter,
    Verification,
)


class Users(Protocol):
    """Accounts."""

    def hold(self, user_id: UserId) -> None:
        """Hold off other transactions that do the same for this user, until this one ends."""
        ...

    def hold_admins(self) -> Sequence[UserId]:
        """The active administrators, each held as by `hold`."""
        ...

    def add(self, user: User, password_hash: str | None) -> None:
        """Raises EmailTaken, NumberTaken."""
        ...

    def save(self, user: User) -> None:
        """Write what `user` says over what is kept, less when it was made; not over one who is ERASED.

        Raises EmailTaken, NumberTaken.
        """
        ...

    def set_password(self, user_id: UserId, password_hash: str | None) -> None: ...

    def get(self, user_id: UserId) -> User | None: ...

    def list(self, which: UserFilter, *, after: UUID | None, limit: int) -> Sequence[User]:
        """Newest first."""
        ...

    def credentials(self, login: str) -> Credentials | None:
        """By normalized e-mail address, or by institution number as held."""
        ...

    def credentials_of(self, user_id: UserId) -> Credentials | None: ...

    def set_state(self, user_id: UserId, state: UserState) -> None: ...

    def remove_pending(self, user_id: UserId) -> bool:
        """Delete an account in PENDING_EMAIL; returns False where it is in another state, or gone."""
        ...

    def remove_unconfirmed(self, before: datetime, limit: int) -> Sequence[UserId]:
        """Delete accounts in PENDING_EMAIL made before that; returns which."""
        ...


class SignIns(Protocol):
    """Sign-ins and their ends."""

    def add(self, sign_in: SignIn, token: RefreshToken) -> None:
        """With its first refresh token."""
        ...

    def find(self, user_id: UserId, sign_in_id: SignInId) -> SignIn | None: ...

    def list(self, user_id: UserId, now: datetime, *, after: UUID | None, limit: int) -> Sequence[SignIn]:
        """Those of the user that go on, newest first."""
        ...

    def save(self, sign_in: SignIn) -> None:
        """Write when the password was given, when it was used, when it ends by itself."""
        ...

    def with_token(self, token_hash: bytes) -> tuple[SignIn, RefreshToken] | None:
        """A refresh token, used or not, and the sign-in that it belongs to."""
        ...

    def exchange(self, used: RefreshToken, successor: RefreshToken) -> bool:
        """Mark a token as used, as `used` says, and add its successor; False where somebody else was faster."""
        ...

    def end(self, user_id: UserId, sign_in_id: SignInId, now: datetime) -> bool:
        """End one sign-in of the user; its row and refresh tokens go. Returns False where none goes on."""
        ...

    def end_all(self, user_id: UserId, now: datetime, *, but: SignInId | None = None) -> int:
        """End every sign-in of the user, less `but`; returns how many. Hold the user, so that none begins meanwhile."""
        ...

    def end_idlest(self, user_id: UserId, now: datetime, *, keep: int) -> int:
        """Of more than `keep` that go on, end those not used for longest; returns how many. Hold the user."""
        ...

    def revocations_since(self, instant: datetime) -> Sequence[Revocation]: ...

    def remove_ended(self, instant: datetime, limit: int) -> int:
        """Delete sign-ins that ended by themselves before `instant`, their tokens too; returns how many."""
        ...

    def remove_tokens(self, instant: datetime, limit: int) -> int:
        """Delete used refresh tokens that expired before `instant`; returns how many."""
        ...

    def remove_revocations(self, instant: datetime, limit: int) -> int:
        """Delete those before `instant`; returns how many."""
        ...


class Mails(Protocol):
    """Mails that wait to be sent, and the tokens of those that were."""

    def queue(self, mail: QueuedMail) -> None: ...

    def is_due(self, now: datetime) -> bool:
        """Whether there are any to take."""
        ...

    def take(self, now: datetime, until: datetime, limit: int) -> Sequence[QueuedMail]:
        """The longest waiting ones that are due and that nobody sends: the caller's until `until`."""
        ...

    def waits(self, mail_id: MailId) -> bool:
        """Whether it is still to be sent."""
        ...

    def postpone(self, mail_id: MailId, until: datetime) -> None:
        """It could not be sent: one failure more, to be taken again from `until` on."""
        ...

    def remove(self, mail_id: MailId) -> None:
        """It is sent, or never will be."""
        ...

    def add_token(self, token: MailToken) -> None: ...

    def token(self, token_hash: bytes) -> MailToken | None: ...

    def changing_to(self, user_id: UserId, now: datetime) -> str:
        """The address that a CHANGE_EMAIL of the user, sent or not, waits to have confirmed; empty: none does."""
        ...

    def remove_tokens(self, user_id: UserId, kinds: Collection[MailKind]) -> None:
        """Tokens in mails of these kinds are no longer good, and such mails that wait are not sent.

        Hold the user, so that none is written meanwhile; before another is queued.
        """
        ...

    def remove_expired(self, now: datetime) -> int:
        """Tokens whose time is over; returns how many."""
        ...


class Requests(Protocol):
    """Requests that made something, so that a retry makes nothing twice."""

    def find(self, user_id: UserId, request_id: UUID) -> DoneRequest | None: ...

    def add(self, user_id: UserId, request_id: UUID, done: DoneRequest, at: datetime) -> None:
        """Raises Race when another call with the same request_id was faster."""
        ...


class Courses(Protocol):
    """Terms, programmes and courses."""

    def add_term(self, term: Term) -> None: ...

    def term(self, term_id: TermId) -> Term | None: ...

    def current_term(self, now: datetime) -> Term | None:
        """The open term that covers `now`; the one begun last where several do."""
        ...

    def add_programme(self, programme: Programme) -> None:
        """Raises Race when the code is taken, whatever its case."""
        ...

    def programme_by_code(self, code: str) -> Programme | None: ...

    def known_programmes(self, ids: Collection[ProgrammeId]) -> frozenset[ProgrammeId]: ...

    def add(self, course: Course) -> None:
        """With its programmes and lecturers. Raises CourseCodeTaken."""
        ...

    def get(self, course_id: CourseId) -> Course:
        """Raises CourseNotFound."""
        ...

    def by_code(self, term_id: TermId, code: str) -> Course | None: ...

    def for_lecturer(self, lecturer_id: UserId, course_id: CourseId) -> Course:
        """Raises CourseNotFound, also when the lecturer does not teach it."""
        ...

    def list_for_lecturer(
        self, lecturer_id: UserId, *, include_archived: bool, after: UUID | None, limit: int
    ) -> Sequence[Course]:
        """Oldest first."""
        ...

    def search(self, query: str, *, after: UUID | None, limit: int) -> Sequence[Course]:
        """Courses of open terms, not archived, whose code or title contains `query` (literally), oldest first."""
        ...


class Enrollments(Protocol):
    """Who is enrolled where, and when."""

    def running(self, student_id: UserId, course_id: CourseId) -> Enrollment | None: ...

    def latest(self, student_id: UserId, course_id: CourseId) -> Enrollment | None:
        """The one that began last, running or not."""
        ...

    def add(self, enrollment: Enrollment) -> None:
        """Raises Race when one is running already."""
        ...

    def end(self, enrollment_id: EnrollmentId, at: datetime) -> bool:
        """Returns False for one that has ended already, which stays as it was."""
        ...

    def resume(self, enrollment_id: EnrollmentId) -> None:
        """Take its end back. Raises Race when it is running already, or another is."""
        ...

    def list_running(self, student_id: UserId, *, after: UUID | None, limit: int) -> Sequence[Enrollment]:
        """Oldest first."""
        ...


class Sessions(Protocol):
    """Attendance sessions and their generations of codes."""

    def add(self, session: AttendanceSession) -> None:
        """With its first generation. Raises Race when the session code is taken."""
        ...

    def find(self, session_id: SessionId) -> AttendanceSession | None: ...

    def for_lecturer(self, lecturer_id: UserId, session_id: SessionId) -> AttendanceSession:
        """Raises SessionNotFound, also when the lecturer does not teach the course."""
        ...

    def overlapping(
        self, course_id: CourseId, programme_id: ProgrammeId | None, opens_at: datetime, ends_at: datetime
    ) -> bool:
        """Whether a session of the course that is neither closed nor cancelled meets [opens_at, ends_at) in scope.

        Scopes meet when they are the same programme or when either is the whole course.
        """
        ...

    def lock_course(self, course_id: CourseId) -> None:
        """Hold off other transactions that would add sessions to the course, until this one ends."""
        ...

    def close(self, session_id: SessionId, at: datetime) -> bool:
        """Sets closed_at and raises the revision. Returns False for one closed by then, which stays as it was."""
        ...

    def generations(self, session_id: SessionId) -> Sequence[Generation]:
        """Oldest first."""
        ...

    def start_generation(self, session_id: SessionId, generation: Generation) -> None:
        """Raises Race when that generation was started meanwhile."""
        ...

    def count_typed_try(self, session_id: SessionId, student_id: UserId) -> int:
        """Count one more typed code of the student; returns how many that makes."""
        ...

    def list_for_lecturer(
        self, lecturer_id: UserId, which: SessionFilter, now: datetime, *, after: UUID | None, limit: int
    ) -> Sequence[AttendanceSession]:
        """Newest first."""
        ...

    def list_open_for_student(
        self, student_id: UserId, now: datetime, *, after: UUID | None, limit: int
    ) -> Sequence[OpenSession]:
        """Open now, of courses the student is enrolled in, in scope; oldest first."""
        ...

    def counts(self, session_ids: Collection[SessionId]) -> Mapping[SessionId, Counts]:
        """Records of enrolled students by status; every asked session is in the answer."""
        ...

    def seal_ended(self, now: datetime, limit: int) -> Sequence[SessionId]:
        """Mark sessions that have ended as sealed; each is returned once, whoever asks."""
        ...


class Devices(Protocol):
    """Bound phones."""

    def active(self, student_id: UserId) -> Device | None: ...

    def hold_identifiers(self, identifier_macs: Collection[bytes]) -> None:
        """Hold off other transactions that do the same for one of these hashes, until this one ends."""
        ...

    def is_bound(self, identifier_macs: Collection[bytes]) -> bool:
        """Whether somebody has a phone bound under one of these hashes."""
        ...

    def add(self, device: Device) -> None:
        """Raises DeviceAlreadyBound (the student has one), DeviceTaken (the phone is somebody's)."""
        ...

    def unbind(self, device_id: DeviceId, at: datetime) -> bool:
        """It is nobody's from now on. Returns False for one that is not bound."""
        ...


class DeviceResets(Protocol):
    """Students' wishes for another phone."""

    def get(self, reset_id: DeviceResetId) -> DeviceReset:
        """Raises DeviceResetRequestNotFound."""
        ...

    def pending(self, student_id: UserId) -> DeviceReset | None: ...

    def latest_of(self, device_id: DeviceId) -> DeviceReset | None:
        """The latest wish to unbind this phone."""
        ...

    def add(self, reset: DeviceReset) -> None:
        """Raises Race when the student has one that is PENDING."""
        ...

    def decide(self, reset_id: DeviceResetId, state: ResetState, by: UserId, at: datetime, note: str) -> bool:
        """Returns False for one that is not PENDING, which stays as it was."""
        ...

    def list(
        self, state: ResetState | None, student_id: UserId | None, *, after: UUID | None, limit: int
    ) -> Sequence[DeviceReset]:
        """Oldest first."""
        ...


class Records(Protocol):
    """Records with their claims, verdicts and decisions."""

    def view(
        self,
        student_id: UserId,
        claim_id: ClaimId | None,
        *,
        session_id: SessionId | None,
        session_code: str | None,
    ) -> ClaimView:
        """What is known about a claim that names a session by id or by code; one SELECT when no record is there.

        The session comes without its lecturers' names. Without a claim_id nothing is `known`.
        Raises SignInEnded when the student's account is gone.
        """
        ...

    def views(self, keys: Sequence[ClaimKey]) -> Sequence[ClaimView | None]:
        """The views of several claims, in their order; None where the student's account is gone.

        One SELECT for all whose records are not there, where the database can.
        """
        ...

    def add(self, *new: AttendanceRecord) -> None:
        """With everything in them.

        Raises Race when a student has one there, or is ERASED, or a claim_id is taken.
        """
        ...

    def save(self, before: AttendanceRecord, after: AttendanceRecord) -> None:
        """Writes what changed: the row, new claims, changed verdicts, new decisions.

        Raises Race when the record is no longer at `before.revision`, or a claim_id is taken, or a claim is new and
        its student ERASED.
        """
        ...

    def for_student(
        self, student_id: UserId, *, record_id: RecordId | None = None, session_id: SessionId | None = None
    ) -> AttendanceRecord:
        """By record or by session. Raises RecordNotFound, also for another student's."""
        ...

    def for_lecturer(self, lecturer_id: UserId, record_id: RecordId) -> AttendanceRecord:
        """Raises RecordNotFound, also when the lecturer does not teach the course."""
        ...

    def with_ids(self, ids: Collection[RecordId]) -> Sequence[AttendanceRecord]:
        """Those that are there, in no order."""
        ...

    def list_of_session(
        self, session_id: SessionId, statuses: frozenset[RecordStatus], *, after: UUID | None, limit: int
    ) -> Sequence[AttendanceRecord]:
        """Oldest first."""
        ...

    def list_flagged(
        self, lecturer_id: UserId, which: FlaggedFilter, *, after: UUID | None, limit: int
    ) -> Sequence[AttendanceRecord]:
        """In the lecturer's courses, oldest first."""
        ...

    def list_unenrolled(self, student_id: UserId, course_id: CourseId) -> Sequence[AttendanceRecord]:
        """The student's records that a running enrollment in the course covers, in scope, but judged without one."""
        ...

    def count_unenrolled(self, student_id: UserId, since: datetime) -> int:
        """The student's records judged without an enrollment, made at or after `since`."""
        ...


class Faces(Protocol):
    """Enrolled faces and the consents they rest on."""

    def find(self, student_id: UserId) -> StoredFace | None: ...

    def has_ended(self, student_id: UserId, how: frozenset[ConsentEnd], since: datetime | None = None) -> bool:
        """Whether a consent of the student has ended in one of these ways, after `since`."""
        ...

    def add(self, face: StoredFace) -> None:
        """With its consent and views. Raises Race when the student has one."""
        ...

    def add_view(self, template: FaceTemplate, view: StoredView) -> None: ...

    def renew_consent(self, template: FaceTemplate, consent: Consent) -> None:
        """The template rests on `consent` from now on."""
        ...

    def set_trust(self, template_id: FaceTemplateId, trust: TemplateTrust) -> None: ...

    def touch(self, template_ids: Collection[FaceTemplateId], at: datetime) -> None:
        """They were used; written only where that is news of a day or more."""
        ...

    def remove(self, template: FaceTemplate, at: datetime, how: ConsentEnd) -> None:
        """The template with its views, not their photographs; its consent has ended."""
        ...

    def unused_since(self, instant: datetime, limit: int) -> Sequence[FaceTemplate]:
        """Those used last before `instant`."""
        ...


class Verifications(Protocol):
    """The queue of claims whose selfies wait to be looked at, and the log of all looks."""

    def add(self, *new: NewVerification) -> None: ...

    def take(
        self, now: datetime, until: datetime, limit: int, less: Collection[VerificationId] = ()
    ) -> Sequence[Verification]:
        """The longest waiting ones that nobody works on, less those named: the caller's until `until`."""
        ...

    def postpone(self, ids: Collection[VerificationId], until: datetime, *, failed: bool) -> None:
        """Give them back, to be taken again from `until` on: after a look that failed, or untouched."""
        ...

    def end(self, ids: Collection[VerificationId]) -> frozenset[VerificationId]:
        """Take them out of the queue; returns those that were still in it."""
        ...

    def of_student(self, student_id: UserId) -> Sequence[NewVerification]:
        """Those still in the queue."""
        ...

    def backlog(self) -> Backlog:
        """How many are in the queue, and since when."""
        ...

    def log(self, entries: Collection[MatchEntry]) -> None: ...


class Images(Protocol):
    """Where photographs are kept."""

    def add(self, *new: StoredImage) -> None: ...

    def key_ids(self) -> frozenset[str]:
        """The master keys under which photographs and face vectors are sealed."""
        ...

    def known(self, blobs: Mapping[ImageId, str]) -> frozenset[str]:
        """Of the blobs called so, the names of those that rows of these photographs name, or that are doomed."""
        ...

    def get(self, image_id: ImageId) -> StoredImage:
        """Raises ImageNotFound."""
        ...

    def of_owner(self, owner_id: UserId) -> Sequence[ImageId]:
        """All photographs that a person sent."""
        ...

    def selfies_before(self, instant: datetime, limit: int) -> Sequence[ImageId]:
        """Those stored before `instant`, less the references of enrolled faces."""
        ...

    def remove(self, image_ids: Collection[ImageId], at: datetime) -> Mapping[ImageId, str]:
        """Delete the rows, which voids the blobs; the blobs are doomed, to be deleted by name.

        Returns the names of those that were still there.
        """
        ...

    def doomed(self, limit: int) -> Sequence[str]:
        """Names of blobs to be deleted, oldest first."""
        ...

    def defer_doomed(self, names: Collection[str], at: datetime) -> None:
        """They could not be deleted: to the end of the list."""
        ...

    def forget_doomed(self, names: Collection[str]) -> None:
        """They are deleted."""
        ...

    def for_lecturer(self, lecturer_id: UserId, image_id: ImageId) -> StoredImage:
        """Raises ImageNotFound, also unless it belongs to a claim in a course that the lecturer teaches."""
        ...


class Erasures(Protocol):
    """What the database has of a person, erased. Photographs, faces and sign-ins have ways of their own."""

    def hold(self, user_id: UserId) -> None:
        """As Users.hold, and it holds off whatever else would name this user."""
        ...

    def account(self, user_id: UserId, at: datetime) -> ErasedRows:
        """The account is ERASED, without password, phone, mails, requests; enrollments end, and nobody teaches.

        Of courses that are left without a lecturer, open sessions are closed and those to come are cancelled.
        """
        ...

    def is_bound_to_open_term(self, user_id: UserId, now: datetime) -> bool:
        """Whether an open term has attendance, an enrollment, a session or a decision of the user."""
        ...

    def unfinished(self, erased_until: datetime, *, after: UserId | None, limit: int) -> Sequence[UserId]:
        """Those erased until then, of whom something may be left."""
        ...

    def identity(self, user_id: UserId) -> bool:
        """Whatever tells who an erased user was, and whatever the account has got since; False: nothing told it."""
        ...

    def finish(self, user_id: UserId, at: datetime) -> None:
        """Nothing is left, and nothing more will come."""
        ...

    def never_confirmed(self, user_ids: Collection[UserId]) -> None:
        """What can name somebody in events about accounts that were deleted before anybody confirmed them."""
        ...


class Exports(Protocol):
    """What is held on one person, as it is handed to that person."""

    def page(self, part: Part, user_id: UserId, *, after: tuple[Any, ...] | None, limit: int) -> Sequence[Row]:
        """Some rows of a part, in the order of their keys."""
        ...


class Chores(Protocol):
    """Work that one process does for all, once in a while."""

    def begin(self, name: str, now: datetime, every: timedelta) -> bool:
        """Whether it is due, that is, nobody has begun it within `every`; then it is the caller's.

        One that breaks off is due again as one that was done.
        """
        ...


class Audit(Protocol):
    """The audit log."""

    def add(self, *new: AuditEvent) -> None: ...


class Transaction(Protocol):
    """One transaction; without `commit` nothing is kept."""

    @property
    def users(self) -> Users: ...
    @property
    def sign_ins(self) -> SignIns: ...
    @property
    def mails(self) -> Mails: ...
    @property
    def requests(self) -> Requests: ...
    @property
    def courses(self) -> Courses: ...
    @property
    def enrollments(self) -> Enrollments: ...
    @property
    def sessions(self) -> Sessions: ...
    @property
    def devices(self) -> Devices: ...
    @property
    def device_resets(self) -> DeviceResets: ...
    @property
    def records(self) -> Records: ...
    @property
    def faces(self) -> Faces: ...
    @property
    def verifications(self) -> Verifications: ...
    @property
    def images(self) -> Images: ...
    @property
    def erasures(self) -> Erasures: ...
    @property
    def exports(self) -> Exports: ...
    @property
    def chores(self) -> Chores: ...
    @property
    def audit(self) -> Audit: ...

    def database_time(self) -> datetime | None:
        """What the database's clock says; None where it has none of its own. It is asked something in any case.

        Raises BackendUnavailable where nothing can be written: it is a standby, or read-only.
        """
        ...

    def commit(self) -> None: ...


class UnitOfWork(Protocol):
    """Opens transactions. Every one may raise BackendUnavailable when the database does not answer."""

    def __call__(self, *, read_only: bool = False) -> AbstractContextManager[Transaction]: ...
