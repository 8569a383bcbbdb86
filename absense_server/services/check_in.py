"""The main job: a claim comes in, is decided layer by layer, and is kept."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from absense_server.domain import audit
from absense_server.domain.audit import Action
from absense_server.domain.claims import ClaimHeader
from absense_server.domain.devices import DeviceEvidence
from absense_server.domain.errors.base import DomainError
from absense_server.domain.errors.calls import BackendUnavailable, Overloaded
from absense_server.domain.errors.claims import ClaimIdReused, StatementMalformed, TooManyUnenrolledClaims
from absense_server.domain.errors.codes import OutOfScope
from absense_server.domain.errors.sessions import SessionNotFound
from absense_server.domain.ids import RecordId, SessionId
from absense_server.domain.people import Caller, Person
from absense_server.domain.policy import RecordStatus, Requirement
from absense_server.domain.records import (
    MAX_UNENROLLED_PER_DAY,
    AttendanceRecord,
    Claim,
    Evidence,
    Sighting,
    Source,
    judge,
    with_claim,
)
from absense_server.domain.sessions import AttendanceSession, SessionState
from absense_server.ports.data import Transaction, UnitOfWork
from absense_server.ports.findings import ClaimView, Race
from absense_server.ports.metrics import Metrics
from absense_server.ports.outside import Clock, EventBus, IdentifierKeys, Ids, Subscription, Threads
from absense_server.services.claim_phones import ClaimPhones
from absense_server.services.code_proofs import CodeProofs, SessionReference
from absense_server.services.outlook import Outlook, outlook_on
from absense_server.services.settle import settle
from absense_server.services.uploads import Selfie, Uploads
from absense_server.services.verification import FaceVerification

MAX_UPLOAD = timedelta(minutes=3)
"""From a claim's header to its last byte; as long as a scan ticket lives."""
MAX_WAIT = timedelta(seconds=3)
"""How long an answer is held back for the verdict on a face."""
_TIME_TO_ANSWER = timedelta(seconds=0.5)


@dataclass(frozen=True, slots=True)
class Submission:
    """What became of a claim."""

    outlook: Outlook
    already_recorded: bool

    @property
    def record(self) -> AttendanceRecord:
        """The record as it is now."""
        return self.outlook.record


@dataclass(frozen=True, slots=True)
class _Admission:
    """A claim past its code: from here on it is kept."""

    view: ClaimView
    session: AttendanceSession
    sighting: Sighting
    device: DeviceEvidence
    received_at: datetime


class CheckIn:
    """Takes claims (DESIGN.md, Claims, records, verdicts)."""

    def __init__(
        self,
        *,
        uow: UnitOfWork,
        threads: Threads,
        proofs: CodeProofs,
        uploads: Uploads,
        phones: ClaimPhones,
        fingerprints: IdentifierKeys,
        verification: FaceVerification,
        events: EventBus,
        metrics: Metrics,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._uow = uow
        self._threads = threads
        self._proofs = proofs
        self._uploads = uploads
        self._phones = phones
        self._fingerprints = fingerprints
        self._verification = verification
        self._events = events
        self._metrics = metrics
        self._clock = clock
        self._ids = ids

    async def submit(
        self,
        caller: Caller,
        header: ClaimHeader,
        chunks: AsyncIterator[bytes],
        received_at: datetime,
        deadline: datetime | None = None,
    ) -> Submission:
        """Decide a claim and keep it; returns only after it is committed. `received_at`: when its header arrived.

        Where a face that is required is awaited, waits a little for its verdict: not past the `deadline`, and not
        behind a queue that is longer.

        What fails up to the code raises, before `chunks` is touched, and leaves an audit event: SessionNotFound,
        SessionNotOpen, SessionClosed, SessionCancelled, the errors of codes, tickets and typed codes, OutOfScope,
        TooManyUnenrolledClaims, ClaimIdReused, UploadTooLarge, StatementMalformed. A bad upload raises what
        Uploads.take raises and leaves nothing. Everything else is kept.
        """
        admitted = await self._threads.run(self._admit, caller, header, received_at)
        if isinstance(admitted, Submission):
            return admitted
        try:
            selfie = await self._uploads.take(
                header.selfie,
                chunks,
                caller.id,
                received_at + MAX_UPLOAD,
                keep=self._verification.has_use_for_selfie(admitted.view.face, admitted.session.policy),
            )
        except DomainError as refusal:
            await self._threads.run(self._audit_refusal, caller, admitted.session.id, refusal)
            raise
        with self._events.subscribe(header.claim_id) as verdict:
            try:
                submission = await self._threads.run(self._keep, caller, header, admitted, selfie)
            except BackendUnavailable:
                # the commit may have happened all the same: better a blob without a claim than a claim without its blob
                raise
            except DomainError:
                await self._uploads.discard(selfie.image)
                raise
            if submission.already_recorded:
                await self._uploads.discard(selfie.image)
                return submission
            if submission.record.claims[-1].image_id is None:
                await self._uploads.discard(selfie.image)
            return await self._with_verdict(caller, submission, admitted.session, verdict, deadline)

    async def _with_verdict(
        self,
        caller: Caller,
        submission: Submission,
        session: AttendanceSession,
        verdict: Subscription,
        deadline: datetime | None,
    ) -> Submission:
        """The submission with the verdict on its face, if that is worth waiting for."""
        record = submission.record
        if not record.claims[-1].awaits_face:
            return submission
        self._verification.announce()
        if record.policy.face is not Requirement.REQUIRED:
            return submission
        now = self._clock.now()
        until = now + MAX_WAIT
        if deadline is not None:
            until = min(until, deadline - _TIME_TO_ANSWER)
        if now + self._verification.expected_wait() > until:
            return submission
        claim = record.claims[-1]
        while claim.awaits_face and self._clock.now() < until:
            await verdict.wait(until)
            try:
                record = await self._threads.run(self._read, caller, record.id)
            except (BackendUnavailable, Overloaded):
                break  # what is kept is no failure: it can be watched
            claim = record.claims[claim.number - 1]
        return self._submission(record, session, already_recorded=False)

    def _read(self, caller: Caller, record_id: RecordId) -> AttendanceRecord:
        with self._uow(read_only=True) as tx:
            return tx.records.for_student(caller.id, record_id=record_id)

    def _admit(self, caller: Caller, header: ClaimHeader, received_at: datetime) -> "Submission | _Admission":
        """Everything that is decided before the selfie is read."""
        reference = SessionReference()
        try:
            problem: DomainError | None = None
            try:
                reference = self._proofs.reference(header.proof, caller.id, received_at)
            except DomainError as error:
                problem = error
            view = self._view(caller, header, reference)
            known = self._known(caller, header, view)
            if known is not None:
                return known
            self._uploads.require_acceptable(header.selfie)
            if header.signed is not None and header.signed.statement is None:
                raise StatementMalformed
            if problem is not None:
                raise problem
            if view.session is None:
                raise SessionNotFound
            session = view.session
            sighting = self._proofs.sighting(session, header.proof, caller.id, received_at)
            existing = self._settled(view, received_at)
            if existing is not None:
                return existing
            if view.coverage is None:
                with self._uow(read_only=True) as tx:
                    self._require_few_unenrolled(tx, caller, received_at)
            elif not session.admits(view.coverage.programme_id):
                raise OutOfScope
        except DomainError as refusal:
            self._audit_refusal(caller, reference.session_id, refusal)
            raise
        return _Admission(
            view, session, sighting, self._phones.evidence(caller, header, session, view.device), received_at
        )

    def _keep(self, caller: Caller, header: ClaimHeader, admitted: _Admission, selfie: Selfie) -> Submission:
        """Judge the claim and commit it, unless another call was faster: then what that one left decides."""
        views = iter([admitted.view])

        def attempt() -> Submission:
            # the first attempt goes by what was read before the upload; constraints and revisions say if it holds
            view = next(views, None) or self._view(caller, header, SessionReference(admitted.session.id))
            known = self._known(caller, header, view) or self._settled(view, admitted.received_at)
            if known is not None:
                return known
            with self._uow() as tx:
                if view.coverage is None:
                    view = self._still_unenrolled(tx, caller, header, admitted)
                record = self._write(tx, caller, header, replace(admitted, view=view), selfie)
                tx.commit()
            # here and not after the answer: a client that gave up waiting does not keep watchers from hearing of it
            self._events.publish(record.id, record.session_id)
            self._metrics.claim_kept(record.status, record.claims[-1].verdicts)
            return self._submission(record, admitted.session, already_recorded=False)

        return settle(attempt)

    def _write(
        self,
        tx: Transaction,
        caller: Caller,
        header: ClaimHeader,
        admitted: _Admission,
        selfie: Selfie,
    ) -> AttendanceRecord:
        session, before = admitted.session, admitted.view.record
        policy = session.policy if before is None else before.policy
        evidence = Evidence(
            sighting=admitted.sighting,
            received_at=admitted.received_at,
            enrolled=admitted.view.coverage is not None,
            device=admitted.device,
            fix=header.fix,
            face=self._verification.evidence(admitted.view.face, selfie.state),
        )
        # once more: what is known may have changed while the selfie came
        image = selfie.image if self._verification.has_use_for_selfie(admitted.view.face, policy) else None
        claim = Claim(
            claim_id=header.claim_id,
            number=1 if before is None else len(before.claims) + 1,
            sighting=admitted.sighting,
            received_at=admitted.received_at,
            verdicts=judge(session, policy, evidence),
            fingerprint=self._fingerprints.macs(header.fingerprint.hex())[0],
            fix=header.fix,
            image_id=None if image is None else image.id,
            identifier_mac=self._phones.identifier_mac(header),
            device=admitted.device,
        )
        now = self._clock.now()
        record = with_claim(before or self._new_record(admitted.view.student, session, now), session, claim, now)
        if image is not None:
            tx.images.add(image)
        if before is None:
            tx.records.add(record)
        else:
            tx.records.save(before, record)
        if claim.awaits_face:
            self._verification.queue(tx, record, claim)
        tx.audit.add(
            audit.event(
                Action.CLAIM_KEPT,
                caller,
                now,
                record.id,
                session=str(session.id),
                claim=str(claim.claim_id),
                status=record.status.value,
            )
        )
        return record

    def _new_record(self, student: Person, session: AttendanceSession, now: datetime) -> AttendanceRecord:
        return AttendanceRecord(
            id=RecordId(self._ids.new()),
            session_id=session.id,
            course_id=session.course.id,
            student=student,
            status=RecordStatus.PENDING_VERIFICATION,
            source=Source.CLAIM,
            late=False,
            enrolled=False,
            policy=session.policy,
            created_at=now,
            updated_at=now,
            revision=0,
        )

    def _view(self, caller: Caller, header: ClaimHeader, reference: SessionReference) -> ClaimView:
        with self._uow(read_only=True) as tx:
            return tx.records.view(
                caller.id,
                header.claim_id,
                session_id=reference.session_id,
                session_code=reference.session_code,
            )

    def _known(self, caller: Caller, header: ClaimHeader, view: ClaimView) -> Submission | None:
        """The answer to a retry: the record as it is now."""
        if view.known is None:
            return None
        if view.known.fingerprint not in self._fingerprints.macs(header.fingerprint.hex()):
            raise ClaimIdReused
        with self._uow(read_only=True) as tx:
            record = tx.records.for_student(caller.id, record_id=view.known.record_id)
            session = tx.sessions.find(record.session_id)
        return self._submission(record, session, already_recorded=True)

    def _settled(self, view: ClaimView, received_at: datetime) -> Submission | None:
        """The record that takes no other claim: it is settled, or the session was over when this one arrived."""
        if view.record is None:
            return None
        still_open = view.session is not None and view.session.state(received_at) is SessionState.OPEN
        if still_open and view.record.takes_another_claim():
            return None
        return self._submission(view.record, view.session, already_recorded=True)

    def _submission(
        self, record: AttendanceRecord, session: AttendanceSession | None, *, already_recorded: bool
    ) -> Submission:
        return Submission(outlook_on(record, session, self._clock.now()), already_recorded)

    def _require_few_unenrolled(self, tx: Transaction, caller: Caller, received_at: datetime) -> None:
        if tx.records.count_unenrolled(caller.id, received_at - timedelta(days=1)) >= MAX_UNENROLLED_PER_DAY:
            raise TooManyUnenrolledClaims

    def _still_unenrolled(
        self, tx: Transaction, caller: Caller, header: ClaimHeader, admitted: _Admission
    ) -> ClaimView:
        """What is known now of a student who was not on the list before the upload, with the list held still.

        No constraint sees that an enrollment, or another such claim, has come meanwhile.
        """
        tx.enrollments.hold(caller.id)
        view = tx.records.view(caller.id, header.claim_id, session_id=admitted.session.id, session_code=None)
        if view.known is not None or view.record is not None:
            raise Race
        if view.coverage is None:
            self._require_few_unenrolled(tx, caller, admitted.received_at)
        elif not admitted.session.admits(view.coverage.programme_id):
            raise OutOfScope
        return view

    def _audit_refusal(self, caller: Caller, session_id: SessionId | None, refusal: DomainError) -> None:
        with self._uow() as tx:
            now = self._clock.now()
            tx.audit.add(audit.event(Action.CLAIM_REFUSED, caller, now, session_id, reason=refusal.reason))
            tx.commit()
