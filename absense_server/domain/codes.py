"""Rotating codes: derived from a key, never stored (DESIGN.md, Codes).

Step k of a generation appears at `started_at + k * (life - overlap)` and dies `life` later, so that a code's successor
appears `overlap` before it dies.
"""

import base64
import binascii
import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from absense_server.domain.errors.base import FieldViolation
from absense_server.domain.errors.codes import QrCodeMalformed
from absense_server.domain.errors.sessions import CodeTimesInvalid
from absense_server.domain.ids import SessionId

CLOCK_TOLERANCE = timedelta(seconds=2)
"""Replicas' clocks may differ by this much; a code is good that much before and after its life."""

MIN_LIFE = timedelta(seconds=5)
MAX_LIFE = timedelta(seconds=300)
_NONCE_BYTES = 10
_TYPED_DIGITS = 8
_TEXT = re.compile(r"ABSENSE:1:([A-Z2-7]{26}):([A-Z2-7]{16})")


@dataclass(frozen=True, slots=True)
class CodeTimes:
    """How long a code lives and how long before its end its successor appears."""

    life: timedelta
    overlap: timedelta

    @property
    def period(self) -> timedelta:
        """From one code's appearance to the next one's."""
        return self.life - self.overlap

    def require_sound(self) -> None:
        """Raise CodeTimesInvalid unless 5 s <= life <= 300 s and 0 <= overlap <= life / 2, in whole milliseconds."""
        violations = []
        if not MIN_LIFE <= self.life <= MAX_LIFE:
            violations.append(FieldViolation("code_life", "a code lives 5 to 300 seconds"))
        if not timedelta(0) <= self.overlap <= self.life / 2:
            violations.append(FieldViolation("code_overlap", "the overlap is 0 to half the code's life"))
        if self.life.microseconds % 1000 or self.overlap.microseconds % 1000:
            violations.append(FieldViolation("code_life", "times are whole milliseconds"))
        if violations:
            raise CodeTimesInvalid(*violations)


@dataclass(frozen=True, slots=True)
class Generation:
    """A run of codes; rotating by hand starts the next one and kills the older codes."""

    number: int
    started_at: datetime


@dataclass(frozen=True, slots=True)
class Step:
    """One code's place in the rotation and its life."""

    session_id: SessionId
    generation: int
    number: int
    issued_at: datetime
    expires_at: datetime
    next_at: datetime

    def is_good_at(self, instant: datetime) -> bool:
        """Whether the code is good at `instant`, within the tolerance for clocks that differ."""
        return self.issued_at - CLOCK_TOLERANCE <= instant < self.expires_at + CLOCK_TOLERANCE


def step_at(session_id: SessionId, generation: Generation, times: CodeTimes, instant: datetime) -> Step:
    """The newest step that has appeared at `instant`; step 0 before the generation starts."""
    number = max(0, (instant - generation.started_at) // times.period)
    return step(session_id, generation, times, number)


def step(session_id: SessionId, generation: Generation, times: CodeTimes, number: int) -> Step:
    """Step `number` of a generation."""
    issued_at = generation.started_at + number * times.period
    return Step(session_id, generation.number, number, issued_at, issued_at + times.life, issued_at + times.period)


def good_steps(session_id: SessionId, generation: Generation, times: CodeTimes, instant: datetime) -> list[Step]:
    """Every step of the generation that is good at `instant`, newest first."""
    newest = step_at(session_id, generation, times, instant + CLOCK_TOLERANCE).number
    oldest = step_at(session_id, generation, times, instant - CLOCK_TOLERANCE - times.life).number
    steps = (step(session_id, generation, times, number) for number in range(newest, oldest - 1, -1))
    return [s for s in steps if s.is_good_at(instant)]


@dataclass(frozen=True, slots=True)
class ScannedCode:
    """What a QR code's text says; not yet held against anything."""

    session_id: SessionId
    nonce: str


def parse_text(text: str) -> ScannedCode:
    """Read a QR code's text, whatever the case and the space around it.

    Raises QrCodeMalformed.
    """
    match = _TEXT.fullmatch(text.strip().upper())
    if match is None:
        raise QrCodeMalformed
    try:
        session = base64.b32decode(match[1] + "======")
    except binascii.Error as error:
        raise QrCodeMalformed from error
    if _b32(session) != match[1]:  # 26 base32 characters hold 130 bits: the last two must be 0
        raise QrCodeMalformed
    return ScannedCode(SessionId(UUID(bytes=session)), match[2])


class CodeKeys:
    """Derives the codes of every session from one key (32 bytes)."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def text(self, step: Step) -> str:
        """What the QR code of `step` holds, in QR's alphanumeric set."""
        return f"ABSENSE:1:{_b32(step.session_id.bytes)}:{_b32(self._mac(step)[:_NONCE_BYTES])}"

    def typed_code(self, step: Step) -> str:
        """The eight digits of `step`, from bytes of the HMAC that the QR code does not show (modulo: RFC 4226, 5.3)."""
        value = int.from_bytes(self._mac(step)[_NONCE_BYTES : _NONCE_BYTES + 8], "big") & 0x7FFF_FFFF_FFFF_FFFF
        return str(value % 10**_TYPED_DIGITS).zfill(_TYPED_DIGITS)

    def matches(self, scanned: ScannedCode, step: Step) -> bool:
        """Whether `scanned` is the code of `step`; takes the same time either way."""
        return hmac.compare_digest(self.text(step).rsplit(":", 1)[1], scanned.nonce)

    def matches_typed(self, digits: str, step: Step) -> bool:
        """Whether `digits` are the typed code of `step`; takes the same time either way."""
        return hmac.compare_digest(self.typed_code(step), digits)

    def _mac(self, step: Step) -> bytes:
        session_key = hkdf(self._key, step.session_id.bytes)
        message = step.session_id.bytes + step.generation.to_bytes(4, "big") + step.number.to_bytes(8, "big")
        return hmac.digest(session_key, message, sha256)


def hkdf(key: bytes, info: bytes) -> bytes:
    """32 bytes for one purpose from `key`: HKDF-SHA256 (RFC 5869) without salt, one block of output."""
    extracted = hmac.digest(bytes(32), key, sha256)
    return hmac.digest(extracted, info + b"\x01", sha256)


def _b32(data: bytes) -> str:
    return base64.b32encode(data).decode().rstrip("=")
