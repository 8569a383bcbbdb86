"""What a student can show of a code."""

from dataclasses import dataclass

from absense_server.domain.ids import SessionId


@dataclass(frozen=True, slots=True)
class TicketProof:
    """A scan ticket."""

    text: str


@dataclass(frozen=True, slots=True)
class ScannedProof:
    """The text of a QR code."""

    text: str


@dataclass(frozen=True, slots=True)
class TypedProof:
    """The digits under a QR code, with the session named by its id or by its session code."""

    digits: str
    session_id: SessionId | None = None
    session_code: str | None = None

    @property
    def text(self) -> str:
        """What a signed statement repeats."""
        return self.digits


Proof = TicketProof | ScannedProof | TypedProof
