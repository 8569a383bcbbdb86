"""The face engine looks again at a selfie that it has judged."""

from absense_server.domain import audit
from absense_server.domain.audit import Action
from absense_server.domain.errors.appeals import SelfDecision, SelfieGone
from absense_server.domain.errors.calls import RevisionMismatch
from absense_server.domain.errors.claims import DecisionNotAllowed
from absense_server.domain.errors.faces import FaceCheckOff, FaceNotEnrolled
from absense_server.domain.ids import RecordId
from absense_server.domain.people import Caller
from absense_server.domain.policy import RecordStatus, Requirement
from absense_server.domain.records import AttendanceRecord, Claim, awaiting_face
from absense_server.ports.data import Transaction, UnitOfWork
from absense_server.ports.findings import ReviewedRecord
from absense_server.ports.outside import Clock, EventBus
from absense_server.services.administrators import require_admin
from absense_server.services.decisions import Wish
from absense_server.services.settle import settle
from absense_server.services.verification import FaceVerification


class SecondLooks:
    """For administrators: the student's face was enrolled since, or the engine is a better one now."""

    def __init__(self, *, uow: UnitOfWork, verification: FaceVerification, events: EventBus, clock: Clock) -> None:
        self._uow = uow
        self._verification = verification
        self._events = events
        self._clock = clock

    def ask(self, caller: Caller, record_id: RecordId, wish: Wish) -> ReviewedRecord:
        """Have the selfie of the deciding claim looked at once more; one that waits for that already just waits.

        Raises RecordNotFound, RevisionMismatch, SelfDecision, SelfieGone, FaceCheckOff, FaceNotEnrolled, SignInEnded;
        DecisionNotAllowed unless the record is FLAGGED, and by no person.
        """

        def attempt() -> tuple[ReviewedRecord, bool]:
            with self._uow() as tx:
                require_admin(tx, caller)
                before = tx.records.get(record_id)
                if _is_asked_for(before, wish.expected_revision):
                    return tx.records.reviewed([before])[0], False
                claim = self._claim(tx, caller, before, wish.expected_revision)
                now = self._clock.now()
                after = awaiting_face(before, now)
                tx.records.save(before, after)
                self._verification.queue(tx, [(after, claim)], now)
                event = audit.event(Action.RECORD_CHECKED_AGAIN, caller, now, record_id, claim=str(claim.claim_id))
                tx.audit.add(event.with_note(wish.reason))
                kept = tx.records.reviewed([tx.records.get(record_id)])[0]
                tx.commit()
            return kept, True

        kept, asked = settle(attempt)
        if asked:
            self._verification.announce()
            self._events.publish(kept.record.id, kept.record.session_id)
        return kept

    def _claim(self, tx: Transaction, caller: Caller, record: AttendanceRecord, expected_revision: int) -> Claim:
        """The claim whose selfie can be looked at again."""
        if record.student.id == caller.id:
            raise SelfDecision
        if record.revision != expected_revision:
            raise RevisionMismatch
        if record.status is not RecordStatus.FLAGGED or record.decisions:
            raise DecisionNotAllowed(record.status.value)
        if self._verification.model is None or record.policy.face is Requirement.OFF:
            raise FaceCheckOff
        claim = record.deciding_claim
        if claim is None or claim.image_id is None:
            raise SelfieGone
        if tx.faces.find(record.student.id) is None:
            raise FaceNotEnrolled
        return claim


def _is_asked_for(record: AttendanceRecord, expected_revision: int) -> bool:
    claim = record.deciding_claim
    waits = claim is not None and claim.awaits_face and not record.decisions
    return waits and record.revision in {expected_revision, expected_revision + 1}
