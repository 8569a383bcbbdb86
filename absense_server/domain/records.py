"""Claims and records: how one claim is judged, when another is taken, what a record becomes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

from absense_server.domain.devices import NO_EVIDENCE, DeviceEvidence, judge_device
from absense_server.domain.faces import NO_FACE_EVIDENCE, FaceEvidence, judge_face
from absense_server.domain.ids import ClaimId, CourseId, DecisionId, ImageId, RecordId, SessionId
from absense_server.domain.people import Person
from absense_server.domain.places import Fix, judge_place
from absense_server.domain.policy import (
    Attention,
    Policy,
    RecordStatus,
    Requirement,
    standing_of,
)
from absense_server.domain.sessions import AttendanceSession
from absense_server.domain.verdicts import (
    Check,
    Outcome,
    Reason,
    Verdict,
    failed,
    inconclusive,
    passed,
    skipped,
)

MAX_CLAIMS = 3
MAX_UNENROLLED_PER_DAY = 3


class ProofKind(Enum):
    """How the code was seen."""

    SCANNED = "SCANNED"
    TICKET = "TICKET"
    TYPED = "TYPED"


class Source(Enum):
    """How a record came to be."""

    CLAIM = "CLAIM"
    MANUAL = "MANUAL"
    OFFLINE = "OFFLINE"


@dataclass(frozen=True, slots=True)
class Sighting:
    """A code proved: which one, how, and when it was seen."""

    kind: ProofKind
    generation: int
    step: int
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that a claim's verdicts rest on, besides session and policy."""

    sighting: Sighting
    received_at: datetime
    enrolled: bool
    device: DeviceEvidence
    fix: Fix | None
    face: FaceEvidence = NO_FACE_EVIDENCE


@dataclass(frozen=True, slots=True)
class Claim:
    """One try, judged alone, with its inputs."""

    claim_id: ClaimId
    number: int
    sighting: Sighting
    received_at: datetime
    verdicts: tuple[Verdict, ...]
    fingerprint: bytes
    """Keyed hash of the header as sent: tells a retry from another claim under the same id. Keyed, because the device
    identifier in the header could be searched for otherwise."""
    fix: Fix | None = None
    image_id: ImageId | None = None
    identifier_mac: bytes | None = None
    device: DeviceEvidence = NO_EVIDENCE

    @property
    def claimed_at(self) -> datetime:
        """The instant that counts: the scan's."""
        return self.sighting.seen_at

    @property
    def awaits_face(self) -> bool:
        """Its selfie has not been looked at yet."""
        return self.outcome(Check.FACE) is None

    def outcome(self, check: Check) -> Outcome | None:
        """What `check` found."""
        return next((verdict.outcome for verdict in self.verdicts if verdict.check is check), None)


@dataclass(frozen=True, slots=True)
class Decision:
    """A person's word on a record."""

    id: DecisionId
    decided_by: Person
    decided_at: datetime
    reason: str
    from_status: RecordStatus | None
    """None: there was no record."""
    to_status: RecordStatus


@dataclass(frozen=True, slots=True)
class AttendanceRecord:
    """What is kept of one student in one session."""

    id: RecordId
    session_id: SessionId
    course_id: CourseId
    student: Person
    status: RecordStatus
    source: Source
    late: bool
    enrolled: bool
    policy: Policy
    created_at: datetime
    updated_at: datetime
    attention: Attention | None = None
    claims: tuple[Claim, ...] = ()
    deciding_claim_id: ClaimId | None = None
    decisions: tuple[Decision, ...] = ()
    revision: int = 1

    def takes_another_claim(self) -> bool:
        """Whether another try is taken, apart from session and code (DESIGN.md, Claims).

        Something has to be there that trying can mend: not a face that was never enrolled.
        """
        deciding = self.deciding_claim
        return (
            self.status is RecordStatus.FLAGGED
            and not self.decisions
            and len(self.claims) < MAX_CLAIMS
            and all(v.is_retryable for claim in self.claims for v in claim.verdicts if v.is_fault)
            # a clear mismatch may be on its way
            and not (self.policy.face is Requirement.REQUIRED and any(claim.awaits_face for claim in self.claims))
            and deciding is not None
            and any(
                v.is_mendable and self.policy.requirement(v.check) is Requirement.REQUIRED for v in deciding.verdicts
            )
        )

    def tries_left(self) -> int:
        """How many more claims could be taken."""
        return MAX_CLAIMS - len(self.claims) if self.takes_another_claim() else 0

    @property
    def deciding_claim(self) -> Claim | None:
        """The claim that the machine's status comes from."""
        return next((claim for claim in self.claims if claim.claim_id == self.deciding_claim_id), None)


def judge(session: AttendanceSession, policy: Policy, evidence: Evidence) -> tuple[Verdict, ...]:
    """A verdict for each check, in the order of the layers; none for FACE while its selfie has not been looked at."""
    face = _unless_off(policy, Check.FACE) or judge_face(evidence.face)
    return (
        passed(Check.QR_CODE, Reason[evidence.sighting.kind.value]),
        judge_enrollment(enrolled=evidence.enrolled),
        _unless_off(policy, Check.DEVICE) or judge_device(evidence.device),
        _unless_off(policy, Check.LOCATION) or _judge_place(session, evidence),
        _unless_off(policy, Check.LIVENESS) or inconclusive(Check.LIVENESS, Reason.ENGINE_OFF),
        *([] if face is None else [face]),
    )


def judge_enrollment(*, enrolled: bool) -> Verdict:
    """The ENROLLMENT verdict."""
    if enrolled:
        return passed(Check.ENROLLMENT, Reason.ENROLLED)
    return failed(Check.ENROLLMENT, Reason.NOT_ENROLLED)


def _unless_off(policy: Policy, check: Check) -> Verdict | None:
    return skipped(check, Reason.CHECK_OFF) if policy.requirement(check) is Requirement.OFF else None


def _judge_place(session: AttendanceSession, evidence: Evidence) -> Verdict:
    if session.geofence is None:
        return skipped(Check.LOCATION, Reason.NO_PLACE)
    return judge_place(
        session.geofence, evidence.fix, claimed_at=evidence.sighting.seen_at, received_at=evidence.received_at
    )


def with_claim(record: AttendanceRecord, session: AttendanceSession, claim: Claim, now: datetime) -> AttendanceRecord:
    """The record after `claim`, which is judged alone: the status comes from it, lateness from the first good one."""
    standing = standing_of(record.policy, claim.verdicts)
    claims = (*record.claims, claim)
    return replace(
        record,
        status=standing.status,
        attention=standing.attention,
        late=lateness(session, claims, claim),
        enrolled=claim.outcome(Check.ENROLLMENT) is Outcome.PASSED,
        claims=claims,
        deciding_claim_id=claim.claim_id,
        updated_at=now,
        revision=record.revision + 1,
    )


def lateness(session: AttendanceSession, claims: Sequence[Claim], deciding: Claim) -> bool:
    """Lateness is that of the first claim whose code, DEVICE and LOCATION did not fail, else of the deciding one."""
    on_the_spot = (
        claim
        for claim in claims
        if all(claim.outcome(c) is not Outcome.FAILED for c in (Check.QR_CODE, Check.DEVICE, Check.LOCATION))
    )
    return session.is_late(next(on_the_spot, deciding).claimed_at)


def with_enrollment(record: AttendanceRecord, now: datetime) -> AttendanceRecord:
    """The record judged again because an enrollment came to cover it; a person's decision stays.

    CONFIRMED is never lowered by it: the only verdict that changes is one that failed.
    """
    claims = tuple(_with_verdict(claim, judge_enrollment(enrolled=True)) for claim in record.claims)
    return _judged_again(replace(record, claims=claims, enrolled=True), now)


def with_face(record: AttendanceRecord, number: int, verdict: Verdict, now: datetime) -> AttendanceRecord:
    """The record after claim `number` got its FACE verdict; a person's decision stays.

    CONFIRMED is never lowered by it: where FACE is required, a record that awaits it is not confirmed by the machine.
    """
    claims = tuple(_with_verdict(claim, verdict) if claim.number == number else claim for claim in record.claims)
    return _judged_again(replace(record, claims=claims), now)


def awaiting_face(record: AttendanceRecord, now: datetime) -> AttendanceRecord:
    """The record with the deciding claim's face to be looked at again; a person's decision stays."""
    claims = tuple(
        replace(claim, verdicts=tuple(v for v in claim.verdicts if v.check is not Check.FACE))
        if claim.claim_id == record.deciding_claim_id
        else claim
        for claim in record.claims
    )
    return _judged_again(replace(record, claims=claims), now)


def _with_verdict(claim: Claim, verdict: Verdict) -> Claim:
    others = (v for v in claim.verdicts if v.check is not verdict.check)
    order = list(Check)
    return replace(claim, verdicts=tuple(sorted((*others, verdict), key=lambda v: order.index(v.check))))


def _judged_again(record: AttendanceRecord, now: datetime) -> AttendanceRecord:
    again = replace(record, updated_at=now, revision=record.revision + 1)
    deciding = again.deciding_claim
    if record.decisions or deciding is None:
        return again
    standing = standing_of(again.policy, deciding.verdicts)
    return replace(again, status=standing.status, attention=standing.attention)
