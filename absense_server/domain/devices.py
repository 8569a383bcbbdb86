"""Phones: one per student, one student per phone, and what a claim shows of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from absense_server.domain.ids import DeviceId, DeviceResetId, UserId
from absense_server.domain.people import Person
from absense_server.domain.places import Fix
from absense_server.domain.verdicts import Check, Reason, Verdict, failed, inconclusive, passed

CLAIM_CONTEXT = b"absense.claim.v1\0"
BINDING_CONTEXT = b"absense.binding.v1\0"
"""What a signature covers begins with its purpose, so that one kind cannot be passed off as the other."""

MAX_BINDING_AGE = timedelta(minutes=5)


class Platform(Enum):
    """The phone's operating system."""

    ANDROID = "ANDROID"
    IOS = "IOS"
    OTHER = "OTHER"


@dataclass(frozen=True, slots=True)
class Device:
    """A bound phone. The identifier is known only by its keyed hash."""

    id: DeviceId
    student_id: UserId
    identifier_mac: bytes
    platform: Platform
    model: str
    bound_at: datetime
    public_key: bytes | None = None
    """P-256, DER SubjectPublicKeyInfo."""


class ResetState(Enum):
    """What became of a student's wish for another phone."""

    PENDING = "PENDING"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"


@dataclass(frozen=True, slots=True)
class DeviceReset:
    """A student's wish for another phone."""

    id: DeviceResetId
    student: Person
    device: Device
    """The phone that is, or was, to be unbound."""
    reason: str
    created_at: datetime
    state: ResetState = ResetState.PENDING
    decided_at: datetime | None = None
    note: str = ""
    """The administrator's words to the student."""
    earlier_approved: int = 0
    """Resets approved for the student before."""


@dataclass(frozen=True, slots=True)
class SignedBytes:
    """A serialized statement and the signature over it, exactly as sent."""

    statement: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class BindingStatement:
    """What a phone signs when its key is bound."""

    user_id: str
    device_identifier: str
    signed_at: datetime | None


@dataclass(frozen=True, slots=True)
class DeviceKey:
    """A public key with the proof that the phone holds the private one."""

    public_key: bytes
    signed: SignedBytes
    statement: BindingStatement


@dataclass(frozen=True, slots=True)
class NewDevice:
    """A phone as a student asks to bind it."""

    identifier: str
    platform: Platform
    model: str
    key: DeviceKey | None = None


@dataclass(frozen=True, slots=True)
class ClaimStatement:
    """What a phone signs about a claim."""

    claim_id: str
    student_id: str
    session_id: str
    proof: str
    device_identifier: str
    fix: Fix | None
    selfie_sha256: bytes


@dataclass(frozen=True, slots=True)
class DeviceEvidence:
    """What a claim shows of the phone it came from."""

    bound: bool
    """The student has a bound phone."""
    key_bound: bool
    """That phone has a key."""
    identifier_given: bool
    identifier_matches: bool
    signed: bool
    signature_holds: bool
    statement_matches: bool
    """What was signed equals what was sent."""


NO_EVIDENCE = DeviceEvidence(*([False] * 7))
"""A claim that shows nothing of a phone, of a student who has none bound."""


def judge_device(evidence: DeviceEvidence) -> Verdict:
    """The DEVICE verdict (DESIGN.md, Device). Without a key it passes weakly, and says so."""
    if not evidence.bound:
        return inconclusive(Check.DEVICE, Reason.NO_DEVICE_BOUND)
    if not evidence.identifier_given:
        return inconclusive(Check.DEVICE, Reason.NO_DEVICE_IDENTIFIER)
    if not evidence.identifier_matches:
        return failed(Check.DEVICE, Reason.OTHER_DEVICE)
    if not evidence.key_bound:
        return passed(Check.DEVICE, Reason.IDENTIFIER_ONLY)
    if not evidence.signed:
        return inconclusive(Check.DEVICE, Reason.NOT_SIGNED)
    if not evidence.signature_holds:
        return failed(Check.DEVICE, Reason.BAD_SIGNATURE)
    if not evidence.statement_matches:
        return failed(Check.DEVICE, Reason.STATEMENT_MISMATCH)
    return passed(Check.DEVICE, Reason.KEY_SIGNED)
