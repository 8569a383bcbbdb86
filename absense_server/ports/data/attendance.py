"""Records with what they rest on: faces, photographs, verifications.

See absense_server.ports.data.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from absense_server.domain.faces import Consent, ConsentEnd, FaceTemplate, TemplateTrust
from absense_server.domain.ids import (
    ClaimId,
    CourseId,
    FaceTemplateId,
    ImageId,
    RecordId,
    SessionId,
    UserId,
    VerificationId,
)
from absense_server.domain.policy import RecordStatus
from absense_server.domain.records import AttendanceRecord
from absense_server.ports.findings import (
    Backlog,
    ClaimKey,
    ClaimView,
    FlaggedFilter,
    LoggedMatch,
    MatchEntry,
    MatchFilter,
    NewVerification,
    ReviewedRecord,
    StoredFace,
    StoredImage,
    StoredView,
    Verification,
)


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

    def add(self, *new: AttendanceRecord, seen: Mapping[RecordId, int] | None = None) -> None:
        """With everything in them.

        `seen`: of each record, the revision of its session that it was judged under; who is about to change that is
        waited for. Raises Race when a student has one there, or is ERASED, or a claim_id is taken, or a session is at
        another revision.
        """
        ...

    def save(self, before: AttendanceRecord, after: AttendanceRecord) -> None:
        """Writes what changed: the row, new claims, changed and forgotten verdicts, new decisions.

        Raises Race when the record is no longer at `before.revision`, or a claim_id is taken, or a claim is new and
        its student ERASED.
        """
        ...

    def save_all(self, saved: Sequence[tuple[AttendanceRecord, AttendanceRecord]]) -> None:
        """The rows and verdicts of records, before and after, each one revision on: a few statements for all.

        Raises Race when one is no longer at its revision before.
        """
        ...

    def changed_since(self, session_id: SessionId, instant: datetime) -> Mapping[RecordId, int]:
        """The revisions of the session's records that were updated at `instant` or later."""
        ...

    def for_student(
        self, student_id: UserId, *, record_id: RecordId | None = None, session_id: SessionId | None = None
    ) -> AttendanceRecord:
        """By record or by session. Raises RecordNotFound, also for another student's."""
        ...

    def for_lecturer(self, lecturer_id: UserId, record_id: RecordId) -> AttendanceRecord:
        """Raises RecordNotFound, also when the lecturer does not teach the course."""
        ...

    def get(self, record_id: RecordId) -> AttendanceRecord:
        """Raises RecordNotFound."""
        ...

    def find(self, session_id: SessionId, student_id: UserId) -> AttendanceRecord | None: ...

    def hold(self, ids: Collection[RecordId]) -> None:
        """Hold off other transactions that would change these records, until this one ends."""
        ...

    def hold_of(self, session_id: SessionId, student_id: UserId) -> None:
        """Hold the student's record there, if there is one: nobody else changes it before the transaction ends."""
        ...

    def of_lecturer(self, lecturer_id: UserId, ids: Collection[RecordId]) -> Sequence[AttendanceRecord]:
        """Those of these that are in courses that the lecturer teaches, in no order."""
        ...

    def decide(self, *decided: AttendanceRecord) -> None:
        """Write the latest decision of each of some records, all to the same status at the same time.

        Hold them: what else may have changed on them is not looked at.
        """
        ...

    def reviewed(self, records: Sequence[AttendanceRecord]) -> Sequence[ReviewedRecord]:
        """The records, in their order, with what a reviewer sees beside them; three statements at most."""
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
        self, lecturer_id: UserId | None, which: FlaggedFilter, *, after: UUID | None, limit: int
    ) -> Sequence[AttendanceRecord]:
        """In the lecturer's courses, or everywhere; oldest first."""
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

    def templates(self, student_ids: Collection[UserId]) -> Mapping[UserId, FaceTemplate]:
        """Of those of them who have one."""
        ...

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

    def cancel(self, record_ids: Collection[RecordId]) -> None:
        """Take those of these records out of the queue."""
        ...

    def of_student(self, student_id: UserId) -> Sequence[NewVerification]:
        """Those still in the queue."""
        ...

    def backlog(self) -> Backlog:
        """How many are in the queue, and since when."""
        ...

    def log(self, entries: Collection[MatchEntry]) -> None: ...

    def list_log(self, which: MatchFilter, *, after: UUID | None, limit: int) -> Sequence[LoggedMatch]:
        """Newest first."""
        ...


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
        """Raises ImageNotFound, also unless it belongs to a claim in a course that the lecturer teaches.

        Or to the enrolled face of a student of whom a record there waits for a person, or an appeal about one.
        """
        ...
