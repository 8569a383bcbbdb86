"""How much each check weighs, and what the verdicts make of a record."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Final

from absense_server.domain.errors.sessions import CheckUnavailable
from absense_server.domain.verdicts import Check, Outcome, Reason, Verdict

POLICY_VERSION = "2026-12"
"""Version of the rules in this package that turn inputs into verdicts; goes up when one of them changes."""


class Requirement(Enum):
    """How much a check weighs in a session."""

    REQUIRED = "REQUIRED"
    ADVISORY = "ADVISORY"
    OFF = "OFF"


class RecordStatus(Enum):
    """Where a record stands."""

    PENDING_VERIFICATION = "PENDING_VERIFICATION"
    CONFIRMED = "CONFIRMED"
    FLAGGED = "FLAGGED"
    REJECTED = "REJECTED"
    EXCUSED = "EXCUSED"

    @property
    def is_final(self) -> bool:
        """Nothing more is awaited, neither a verdict nor a person."""
        return self in {RecordStatus.CONFIRMED, RecordStatus.REJECTED, RecordStatus.EXCUSED}


class Attention(Enum):
    """What kind of look a flagged record needs."""

    NEEDS_LOOK = "NEEDS_LOOK"
    SUSPICIOUS = "SUSPICIOUS"


class StandIn(Enum):
    """What stands in for the face of a student who has none enrolled, where FACE is required."""

    LOOK = "LOOK"
    """A person's look."""
    SIGNED_DEVICE = "SIGNED_DEVICE"
    """A claim signed with the bound phone's key."""


@dataclass(frozen=True, slots=True)
class Engines:
    """What this server can check beyond codes, devices and places."""

    face: bool = False
    liveness: bool = False


@dataclass(frozen=True, slots=True)
class Policy:
    """How much each check weighs in one session. The code and the enrollment always count."""

    device: Requirement
    location: Requirement
    face: Requirement
    liveness: Requirement
    version: str = POLICY_VERSION
    stand_in: StandIn = StandIn.LOOK

    def requirement(self, check: Check) -> Requirement:
        """How much `check` weighs."""
        return {
            Check.QR_CODE: Requirement.REQUIRED,
            Check.ENROLLMENT: Requirement.REQUIRED,
            Check.DEVICE: self.device,
            Check.LOCATION: self.location,
            Check.FACE: self.face,
            Check.LIVENESS: self.liveness,
        }[check]


@dataclass(frozen=True, slots=True)
class PolicyWishes:
    """A policy as somebody asks for it; None: the default."""

    device: Requirement | None = None
    location: Requirement | None = None
    face: Requirement | None = None
    liveness: Requirement | None = None


_NO_WISHES: Final = PolicyWishes()


def policy_for(
    wishes: PolicyWishes,
    *,
    has_place: bool,
    engines: Engines,
    stand_in: StandIn = StandIn.LOOK,
    default: PolicyWishes = _NO_WISHES,
) -> Policy:
    """The policy of a new session: what was asked for, else the institution's default, else ours (DESIGN.md, Claims).

    A default that cannot be checked goes without the check. Raises CheckUnavailable when a check that was asked for as
    required could never pass: no place for LOCATION, no engine for FACE.
    """
    off, required = Requirement.OFF, Requirement.REQUIRED
    without_face = off if default.face is off else Requirement.ADVISORY
    policy = Policy(
        device=wishes.device or default.device or required,
        location=wishes.location or ((default.location or required) if has_place else off),
        face=wishes.face or ((default.face or required) if engines.face else without_face),
        liveness=wishes.liveness or ((default.liveness or off) if engines.liveness else off),
        stand_in=stand_in,
    )
    if policy.location is Requirement.REQUIRED and not has_place:
        raise CheckUnavailable(Check.LOCATION)
    if policy.face is Requirement.REQUIRED and not engines.face:
        raise CheckUnavailable(Check.FACE)
    if policy.liveness is Requirement.REQUIRED and not engines.liveness:
        raise CheckUnavailable(Check.LIVENESS)
    return policy


@dataclass(frozen=True, slots=True)
class Standing:
    """A record's status as the machine sees it, with the look it needs while FLAGGED."""

    status: RecordStatus
    attention: Attention | None = None


def standing_of(policy: Policy, verdicts: Iterable[Verdict]) -> Standing:
    """The status that follows from `verdicts` under `policy`: a pure function (DESIGN.md, Claims).

    A required check that failed or was inconclusive flags; else a required one without a verdict is awaited; else the
    record is confirmed. What was skipped does not flag, but for a required face that nothing stands in for.
    """
    found = {verdict.check: verdict for verdict in verdicts}
    outcomes = {
        verdict and verdict.outcome
        for verdict in (found.get(check) for check in Check if policy.requirement(check) is Requirement.REQUIRED)
    }
    if Outcome.FAILED in outcomes:
        return Standing(RecordStatus.FLAGGED, Attention.SUSPICIOUS)
    if Outcome.INCONCLUSIVE in outcomes or lacks_stand_in(policy, found.values()):
        return Standing(RecordStatus.FLAGGED, Attention.NEEDS_LOOK)
    if None in outcomes:
        return Standing(RecordStatus.PENDING_VERIFICATION)
    return Standing(RecordStatus.CONFIRMED)


def lacks_stand_in(policy: Policy, verdicts: Iterable[Verdict]) -> bool:
    """Whether FACE is required of a student who has none enrolled, and nothing stands in for it."""
    reasons = {verdict.check: verdict.reason for verdict in verdicts}
    if policy.face is not Requirement.REQUIRED or reasons.get(Check.FACE) is not Reason.NO_CONSENT:
        return False
    return policy.stand_in is StandIn.LOOK or reasons.get(Check.DEVICE) is not Reason.KEY_SIGNED
