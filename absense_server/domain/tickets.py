"""Scan tickets: the server's word that one student scanned one code at one instant (DESIGN.md, Codes)."""

import base64
import binascii
import hmac
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID

from absense_server.domain.errors.codes import ScanTicketExpired, ScanTicketInvalid
from absense_server.domain.ids import SessionId, UserId

LIFE = timedelta(minutes=3)
"""Time for a slow selfie, a retry or a busy server."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BODY = struct.Struct(">B16s16sIIQ")
_VERSION = 1


@dataclass(frozen=True, slots=True)
class ScanTicket:
    """Who scanned what, when."""

    student_id: UserId
    session_id: SessionId
    generation: int
    step: int
    scanned_at: datetime

    @property
    def expires_at(self) -> datetime:
        """First instant at which the ticket is no longer good."""
        return self.scanned_at + LIFE


class TicketOffice:
    """Writes and reads tickets, authenticated with HMAC-SHA256 under `key` (32 bytes)."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def write(self, ticket: ScanTicket) -> str:
        """The ticket as text: opaque, URL-safe, 108 characters."""
        micros = (ticket.scanned_at - _EPOCH) // timedelta(microseconds=1)
        body = _BODY.pack(
            _VERSION, ticket.student_id.bytes, ticket.session_id.bytes, ticket.generation, ticket.step, micros
        )
        return self._signed(body)

    def read(self, text: str, student_id: UserId, now: datetime) -> ScanTicket:
        """The ticket that `text` holds, if it is ours, this student's and still good at `now`.

        Raises ScanTicketInvalid, ScanTicketExpired.
        """
        try:
            data = base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError) as error:
            raise ScanTicketInvalid from error
        body = data[: _BODY.size]
        # the text as it was written: base64 has several for the same bytes
        if not hmac.compare_digest(self._signed(body), text):
            raise ScanTicketInvalid
        version, student, session, generation, step, micros = _BODY.unpack(body)
        ticket = ScanTicket(
            UserId(UUID(bytes=student)),
            SessionId(UUID(bytes=session)),
            generation,
            step,
            _EPOCH + timedelta(microseconds=micros),
        )
        if version != _VERSION or ticket.student_id != student_id:
            raise ScanTicketInvalid
        if now >= ticket.expires_at:
            raise ScanTicketExpired
        return ticket

    def _signed(self, body: bytes) -> str:
        return base64.urlsafe_b64encode(body + hmac.digest(self._key, body, sha256)).decode()
