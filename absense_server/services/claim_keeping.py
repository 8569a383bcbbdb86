"""Claims are judged and committed: several first ones in one transaction, everything else alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from absense_server.domain import audit
from absense_server.domain.audit import Action, AuditEvent
from absense_server.domain.courses import TermState
from absense_server.domain.errors.codes import OutOfScope
from absense_server.domain.errors.sessions import SessionClosed
from absense_server.domain.ids import RecordId
from absense_server.domain.people import Person
from absense_server.domain.policy import RecordStatus
from absense_server.domain.records import (
    AttendanceRecord,
    Claim,
    Evidence,
    Source,
    judge,
    with_claim,
)
from absense_server.domain.sessions import AttendanceSession
from absense_server.ports.data import Transaction, UnitOfWork
from absense_server.ports.findings import ClaimView, Race, StoredImage
from absense_server.ports.metrics import Metrics
from absense_server.ports.outside import Clock, EventBus, Ids, Threads
from absense_server.services.claim_admission import Admission
from absense_server.services.claim_phones import ClaimPhones
from absense_server.services.earlier_claims import EarlierClaims, Submission
from absense_server.services.settle import settle
from absense_server.services.uploads import Selfie
from absense_server.services.verification import FaceVerification

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _ToKeep:
    """An admitted claim, with what came of its upload."""

    admission: Admission
    selfie: Selfie


@dataclass(frozen=True, slots=True)
class _Judged:
    """A claim with its record, and the one that this record follows on."""

    session: AttendanceSession
    """As it was when the claim was judged."""
    before: AttendanceRecord | None
    record: AttendanceRecord
    claim: Claim
    image: StoredImage | None
    event: AuditEvent


class ClaimKeeping:
    """Keeps claims (DESIGN.md, Claims, records, verdicts).

    A hall claims within seconds. First claims of enrolled students that come while others are being committed are
    committed together, in one transaction: each is acknowledged only after that. Where one of them cannot be kept
    nothing of the batch is, and each goes by the way that all others go, alone: no claim harms another.
    """

    def __init__(
        self,
        *,
        uow: UnitOfWork,
        threads: Threads,
        batch_threads: Threads,
        phones: ClaimPhones,
        earlier: EarlierClaims,
        verification: FaceVerification,
        events: EventBus,
        metrics: Metrics,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._uow = uow
        self._threads = threads
        self._keep_together = batch_threads.together(self._keep_all)
        self._phones = phones
        self._earlier = earlier
        self._verification = verification
        self._events = events
        self._metrics = metrics
        self._clock = clock
        self._ids = ids

    async def keep(self, admission: Admission, selfie: Selfie) -> Submission:
        """Judge the claim and commit it, unless another call was faster: then what that one left decides.

        Raises SessionClosed when the term was closed meanwhile; BackendUnavailable: the commit may have happened all
        the same.
        """
        claim = _ToKeep(admission, selfie)
        # no constraint sees that an enrollment has come or gone meanwhile, and another try changes a row that is there
        if admission.view.coverage is not None and admission.view.record is None:
            kept = await self._keep_together(claim)
            if kept is not None:
                return kept
        return await self._threads.run(self._keep_alone, claim)

    def _keep_all(self, batch: Sequence[_ToKeep]) -> Sequence[Submission | None]:
        """None for all where they cannot be kept together, with nothing done."""
        committing = False
        try:
            judged = [self._judge(one, one.admission.view) for one in batch]
            with self._uow() as tx:
                # in one order, or two processes with some of the same claims could each wait for the other
                self._add(tx, sorted(judged, key=lambda one: one.record.student.id))
                committing = True
                tx.commit()
        except Exception as error:
            if committing and not isinstance(error, Race):
                raise  # who knows: it may have happened
            log.info("claims are kept one by one", claims=len(batch), error=type(error).__name__)
            return [None] * len(batch)
        return self._kept(judged)

    def _keep_alone(self, claim: _ToKeep) -> Submission:
        admission = claim.admission
        views = iter([admission.view])

        def attempt() -> Submission:
            # the first attempt goes by what was read before the upload; constraints and revisions say if it holds
            view = next(views, None) or self._view(admission)
            known = self._earlier.same(admission.arrival, view) or self._earlier.settled(admission.arrival, view)
            if known is not None:
                return known
            with self._uow() as tx:
                if view.coverage is None:
                    view = self._still_unenrolled(tx, admission)
                judged = self._judge(claim, view)
                if judged.before is None:
                    self._add(tx, [judged])
                else:
                    self._save(tx, judged.before, judged)
                tx.commit()
            return self._kept([judged])[0]

        return settle(attempt)

    def _kept(self, judged: Sequence[_Judged]) -> Sequence[Submission]:
        """After the commit."""
        for one in judged:
            self._metrics.claim_kept(one.record.status, one.claim.verdicts)
        # here and not after the answer: a client that gave up waiting does not keep watchers from hearing of it
        topics = {topic: None for one in judged for topic in (one.record.id, one.record.session_id)}
        self._events.publish(*topics)
        return [self._earlier.submission(one.record, one.session, already_recorded=False) for one in judged]

    def _judge(self, claim: _ToKeep, view: ClaimView) -> _Judged:
        # the session as it is known now: its place or policy may have changed while the selfie came
        admission, session, before = claim.admission, view.session or claim.admission.session, view.record
        header = admission.arrival.header
        policy = session.policy if before is None else before.policy
        evidence = Evidence(
            sighting=admission.sighting,
            received_at=admission.arrival.at,
            enrolled=view.coverage is not None,
            device=admission.device,
            fix=header.fix,
            face=self._verification.evidence(view.face, claim.selfie.state),
        )
        # once more: what is known may have changed while the selfie came
        image = claim.selfie.image if self._verification.has_use_for_selfie(view.face, policy) else None
        new = Claim(
            claim_id=header.claim_id,
            number=1 if before is None else len(before.claims) + 1,
            sighting=admission.sighting,
            received_at=admission.arrival.at,
            verdicts=judge(session, policy, evidence),
            fingerprint=self._earlier.fingerprint(header),
            fix=header.fix,
            image_id=None if image is None else image.id,
            identifier_mac=self._phones.identifier_mac(header),
            device=admission.device,
        )
        now = self._clock.now()
        record = with_claim(before or self._new_record(view.student, session, now), session, new, now)
        event = audit.event(
            Action.CLAIM_KEPT,
            admission.arrival.caller,
            now,
            record.id,
            session=str(session.id),
            claim=str(new.claim_id),
            status=record.status.value,
        )
        return _Judged(session, before, record, new, image, event)

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

    def _add(self, tx: Transaction, judged: Sequence[_Judged]) -> None:
        """New records, each with its first claim."""
        if images := [one.image for one in judged if one.image is not None]:
            tx.images.add(*images)
        # whoever changes a session judges its records again: each is there by then, or waits and begins anew
        seen = {one.record.id: one.session.revision for one in judged}
        tx.records.add(*(one.record for one in judged), seen=seen)
        self._queue_and_audit(tx, judged)

    def _save(self, tx: Transaction, before: AttendanceRecord, judged: _Judged) -> None:
        """A record with another claim."""
        tx.sessions.hold_at(judged.session.id, judged.session.revision)
        if judged.image is not None:
            tx.images.add(judged.image)
        tx.records.save(before, judged.record)
        self._queue_and_audit(tx, [judged])

    def _queue_and_audit(self, tx: Transaction, judged: Sequence[_Judged]) -> None:
        if awaited := [(one.record, one.claim) for one in judged if one.claim.awaits_face]:
            self._verification.queue(tx, awaited)
        tx.audit.add(*(one.event for one in judged))

    def _view(self, admission: Admission) -> ClaimView:
        arrival = admission.arrival
        with self._uow(read_only=True) as tx:
            view = tx.records.view(
                arrival.caller.id, arrival.header.claim_id, session_id=admission.session.id, session_code=None
            )
            if view.known is None and tx.courses.get(admission.session.course.id).term.state is TermState.CLOSED:
                raise SessionClosed  # while the selfie came: nothing undecided comes into a closed term
        return view

    def _still_unenrolled(self, tx: Transaction, admission: Admission) -> ClaimView:
        """What is known now of a student who was not on the list before the upload, with the list held still.

        No constraint sees that an enrollment, or another such claim, has come meanwhile.
        """
        arrival, session = admission.arrival, admission.session
        tx.users.hold(arrival.caller.id)
        view = tx.records.view(arrival.caller.id, arrival.header.claim_id, session_id=session.id, session_code=None)
        if view.known is not None or view.record is not None:
            raise Race
        if view.coverage is None:
            self._earlier.require_few_unenrolled(tx, arrival)
        elif not session.admits(view.coverage.programme_id):
            raise OutOfScope
        return view
