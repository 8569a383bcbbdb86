"""What a check can find within one claim, and whether another try may mend it."""

from dataclasses import dataclass
from enum import Enum


class Check(Enum):
    """One layer of the decision."""

    QR_CODE = "QR_CODE"
    ENROLLMENT = "ENROLLMENT"
    DEVICE = "DEVICE"
    LOCATION = "LOCATION"
    LIVENESS = "LIVENESS"
    FACE = "FACE"


class Outcome(Enum):
    """What a check found."""

    PASSED = "PASSED"
    FAILED = "FAILED"
    INCONCLUSIVE = "INCONCLUSIVE"
    SKIPPED = "SKIPPED"


class Reason(Enum):
    """Why a check found what it found."""

    SCANNED = "SCANNED"
    TICKET = "TICKET"
    TYPED = "TYPED"
    ENROLLED = "ENROLLED"
    NOT_ENROLLED = "NOT_ENROLLED"
    KEY_SIGNED = "KEY_SIGNED"
    IDENTIFIER_ONLY = "IDENTIFIER_ONLY"
    OTHER_DEVICE = "OTHER_DEVICE"
    BAD_SIGNATURE = "BAD_SIGNATURE"
    STATEMENT_MISMATCH = "STATEMENT_MISMATCH"
    NOT_SIGNED = "NOT_SIGNED"
    NO_DEVICE_IDENTIFIER = "NO_DEVICE_IDENTIFIER"
    NO_DEVICE_BOUND = "NO_DEVICE_BOUND"
    INSIDE = "INSIDE"
    OUTSIDE = "OUTSIDE"
    WITHIN_ACCURACY = "WITHIN_ACCURACY"
    MOCK_LOCATION = "MOCK_LOCATION"
    FIX_TOO_OLD = "FIX_TOO_OLD"
    FIX_FROM_FUTURE = "FIX_FROM_FUTURE"
    NO_FIX = "NO_FIX"
    NO_PLACE = "NO_PLACE"
    ENGINE_OFF = "ENGINE_OFF"
    IMAGE_DAMAGED = "IMAGE_DAMAGED"
    CHECK_OFF = "CHECK_OFF"
    ENGINE_MISSING = "ENGINE_MISSING"
    ENGINE_FAILED = "ENGINE_FAILED"
    NO_CONSENT = "NO_CONSENT"
    NO_SELFIE = "NO_SELFIE"
    FACE_MATCHES = "FACE_MATCHES"
    FACE_MISMATCH = "FACE_MISMATCH"
    FACE_UNCLEAR = "FACE_UNCLEAR"
    NO_FACE = "NO_FACE"
    SEVERAL_FACES = "SEVERAL_FACES"
    FACE_TOO_SMALL = "FACE_TOO_SMALL"
    FACE_TOO_DARK = "FACE_TOO_DARK"
    FACE_TOO_BLURRED = "FACE_TOO_BLURRED"
    FACE_TURNED_AWAY = "FACE_TURNED_AWAY"
    TEMPLATE_UNVERIFIED = "TEMPLATE_UNVERIFIED"
    MODEL_CHANGED = "MODEL_CHANGED"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one check found: `measured` against `threshold`, both in `unit`."""

    check: Check
    outcome: Outcome
    reason: Reason
    measured: float | None = None
    threshold: float | None = None
    unit: str = ""

    @property
    def is_fault(self) -> bool:
        """The check did not find what it should."""
        return self.outcome in {Outcome.FAILED, Outcome.INCONCLUSIVE}

    @property
    def is_retryable(self) -> bool:
        """It bars no other try: something was missing or not good enough, or the place was off without a mock flag.

        A failed device or a clear mismatch of faces is not mended by trying again (DESIGN.md, Claims).
        """
        if self.outcome is Outcome.INCONCLUSIVE:
            return True
        return self.check is Check.LOCATION and self.reason is not Reason.MOCK_LOCATION

    @property
    def is_mendable(self) -> bool:
        """Another try may mend it: retryable, and not waiting for a person."""
        return self.is_fault and self.is_retryable and self.reason is not Reason.TEMPLATE_UNVERIFIED


def passed(
    check: Check,
    reason: Reason,
    measured: float | None = None,
    threshold: float | None = None,
    unit: str = "",
) -> Verdict:
    """A verdict that found all well."""
    return Verdict(check, Outcome.PASSED, reason, measured, threshold, unit)


def failed(
    check: Check,
    reason: Reason,
    measured: float | None = None,
    threshold: float | None = None,
    unit: str = "",
) -> Verdict:
    """A verdict that found something clearly wrong."""
    return Verdict(check, Outcome.FAILED, reason, measured, threshold, unit)


def inconclusive(
    check: Check,
    reason: Reason,
    measured: float | None = None,
    threshold: float | None = None,
    unit: str = "",
) -> Verdict:
    """A verdict that could not tell."""
    return Verdict(check, Outcome.INCONCLUSIVE, reason, measured, threshold, unit)


def skipped(check: Check, reason: Reason) -> Verdict:
    """A verdict that was not sought; only the server decides that."""
    return Verdict(check, Outcome.SKIPPED, reason)
