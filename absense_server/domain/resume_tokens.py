"""Where a live list goes on after its connection broke."""

import base64
import binascii
import hmac
import json
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID

from absense_server.domain.errors.sessions import ResumeTokenInvalid

GOOD_FOR = timedelta(days=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_BYTES = struct.Struct(">q16s")
_TAG_BYTES = 16
_BEGINNING, _WHOLE = bytes(16), b"\xff" * 16
"""In place of a key: no key of a row is like them."""


@dataclass(frozen=True, slots=True)
class Position:
    """How much of a live list has been sent."""

    since: datetime
    """All that had changed well before this has been sent: of the whole list or, while `whole` is not, of its part."""
    after: UUID | None = None
    """While the whole list is being sent: the last key that was."""
    whole: bool = False
    """The whole list has been sent once."""


class ResumeTokens:
    """Writes and reads positions, authenticated together with what they are positions in.

    HMAC-SHA256 under `key` (32 bytes), cut to 128 bits.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def write(self, position: Position, *within: object) -> str:
        """The token of a position."""
        after = _BEGINNING if position.after is None else position.after.bytes
        if position.whole:
            after = _WHOLE
        data = _BYTES.pack((position.since - _EPOCH) // _MICROSECOND, after)
        return base64.urlsafe_b64encode(data + self._tag(data, within)).decode()

    def read(self, token: str, now: datetime, *within: object) -> Position:
        """The position that a token stands for; the beginning for none.

        Raises ResumeTokenInvalid when it is not ours, was made within something else, or is over a day old.
        """
        if not token:
            return Position(now)
        try:
            data = base64.b64decode(token.encode("ascii"), altchars=b"-_", validate=True)
            since, after = _BYTES.unpack(data[: _BYTES.size])
        except (binascii.Error, ValueError, struct.error) as error:
            raise ResumeTokenInvalid from error
        if not hmac.compare_digest(data[_BYTES.size :], self._tag(data[: _BYTES.size], within)):
            raise ResumeTokenInvalid
        position = Position(_EPOCH + since * _MICROSECOND)
        if now - position.since > GOOD_FOR:
            raise ResumeTokenInvalid
        if after == _WHOLE:
            return Position(position.since, whole=True)
        return position if after == _BEGINNING else Position(position.since, UUID(bytes=after))

    def _tag(self, data: bytes, within: tuple[object, ...]) -> bytes:
        message = json.dumps([data.hex(), *map(str, within)]).encode()
        return hmac.digest(self._key, message, sha256)[:_TAG_BYTES]
