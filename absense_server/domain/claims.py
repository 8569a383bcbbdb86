"""A claim as it arrives, before anything is decided."""

from dataclasses import dataclass

from absense_server.domain.devices import ClaimStatement, SignedBytes
from absense_server.domain.ids import ClaimId
from absense_server.domain.places import Fix
from absense_server.domain.proofs import Proof


@dataclass(frozen=True, slots=True)
class Announcement:
    """What is said about a photograph that follows."""

    size: int
    sha256: bytes


@dataclass(frozen=True, slots=True)
class SignedClaim:
    """A claim signed by the phone: the bytes as sent, and what they say."""

    signed: SignedBytes
    statement: ClaimStatement | None
    """None: it cannot be read."""


@dataclass(frozen=True, slots=True)
class ClaimHeader:
    """Everything about a claim but the selfie's bytes."""

    claim_id: ClaimId
    proof: Proof
    fingerprint: bytes
    """SHA-256 of the header as sent."""
    fix: Fix | None = None
    device_identifier: str = ""
    signed: SignedClaim | None = None
    selfie: Announcement | None = None
