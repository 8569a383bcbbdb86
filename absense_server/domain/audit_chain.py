"""The chain that seals the audit log: HMAC-SHA256, each seal over the one before it.

A seal says that whoever knew the audit key put this event into this place. Whoever has the database alone can delete
and alter, and is found out; whoever has the key, too, can write the log anew, and is found out only by a seal that was
kept elsewhere (RFC 6962 and syslog's RFC 5848 say the same of theirs).
"""

import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from hashlib import sha256
from uuid import UUID

GENESIS = bytes(32)
"""What stands before the first seal."""
_EVENT = b"absense.audit.v1\0"
_HEAD = b"absense.audit-head.v1\0"
_PRIVATE = b"absense.audit-private.v1\0"
_JSON = json.JSONEncoder(sort_keys=True, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class PrivateRow:
    """What can name a person, as it stands beside an event."""

    salt: bytes
    content: str
    """JSON."""


@dataclass(frozen=True, slots=True)
class LoggedRow:
    """An event as it stands in the database: texts, since what somebody tampered with need not mean anything."""

    seq: int
    id: str
    """32 hexadecimal digits, as the other ids."""
    action: str
    at: str
    """UTC, with microseconds: 2026-11-02 09:00:00.123456."""
    actor_id: str | None
    subject_id: str | None
    request_id: str
    facts: str
    """JSON."""
    private: PrivateRow | None

    @property
    def event_id(self) -> UUID | None:
        """None where it was tampered with."""
        try:
            return UUID(self.id)
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Seal:
    """What is written beside an event when it is sealed."""

    number: int
    """Its place in the log, from 1."""
    value: bytes
    private_digest: bytes
    """Of the row beside it; empty: there was none."""
    key_id: str


@dataclass(frozen=True, slots=True)
class SealedRow:
    """An event with its seal."""

    row: LoggedRow
    seal: Seal

    @property
    def is_erased(self) -> bool:
        """What could name a person was there and is gone."""
        return bool(self.seal.private_digest) and self.row.private is None


@dataclass(frozen=True, slots=True)
class Head:
    """Where the sealed log ends."""

    number: int
    seal: bytes
    key_id: str
    mac: bytes


class BreakKind(Enum):
    """How a link is broken."""

    ALTERED = "ALTERED"
    MISSING = "MISSING"
    SWAPPED = "SWAPPED"
    CUT_OFF = "CUT_OFF"
    KEY_UNKNOWN = "KEY_UNKNOWN"
    REWRITTEN = "REWRITTEN"


@dataclass(frozen=True, slots=True)
class Break:
    """The first link that does not hold."""

    number: int
    kind: BreakKind
    event_id: UUID | None = None
    """Of the event that stands there."""


class AuditChain:
    """Makes and checks seals. `keys`: by id; seals are made with the one called `current`."""

    def __init__(self, keys: Mapping[str, bytes], current: str) -> None:
        self._keys = keys
        self._current = current

    def seal(self, rows: Iterable[LoggedRow], head: Head | None) -> list[Seal]:
        """Seals for `rows`, which come after `head` in their order."""
        number, value = (0, GENESIS) if head is None else (head.number, head.seal)
        seals = []
        for row in rows:
            number += 1
            digest = b"" if row.private is None else private_digest(row.private)
            value = self._value(self._keys[self._current], number, value, row, digest)
            seals.append(Seal(number, value, digest, self._current))
        return seals

    def head(self, last: Seal) -> Head:
        """The end of a log whose last seal this is."""
        return Head(last.number, last.value, self._current, self._mac(self._current, last.number, last.value))

    def knows(self, key_id: str) -> bool:
        """Whether its key is configured."""
        return key_id in self._keys

    def is_genuine(self, head: Head) -> bool:
        """Whether somebody with the key wrote it; False where the key is not known."""
        return self.knows(head.key_id) and _same(self._mac(head.key_id, head.number, head.seal), head.mac)

    def fault(self, found: SealedRow, number: int, previous: bytes) -> BreakKind | None:
        """What is wrong with what stands at `number`, after the seal `previous`; None: it holds.

        The seal of a row may be right for another place: see `belongs`.
        """
        seal, row = found.seal, found.row
        if seal.number != number:
            return BreakKind.MISSING
        if not self.knows(seal.key_id):
            return BreakKind.KEY_UNKNOWN
        value = self._value(self._keys[seal.key_id], number, previous, row, seal.private_digest)
        if not _same(value, seal.value):
            return BreakKind.ALTERED
        if row.private is not None and not _same(private_digest(row.private), seal.private_digest):
            return BreakKind.ALTERED
        return None

    def belongs(self, found: SealedRow, number: int, previous: bytes, *seals: bytes) -> bool:
        """Whether the event was sealed at `number`, wherever it stands: with its own seal, or with one of `seals`."""
        key = self._keys.get(found.seal.key_id)
        if key is None:
            return False
        value = self._value(key, number, previous, found.row, found.seal.private_digest)
        return any(_same(value, seal) for seal in (found.seal.value, *seals))

    @staticmethod
    def _value(key: bytes, number: int, previous: bytes, row: LoggedRow, digest: bytes) -> bytes:
        message = _EVENT + _fields(str(number), previous, canonical(row), digest)
        return hmac.digest(key, message, sha256)

    def _mac(self, key_id: str, number: int, seal: bytes) -> bytes:
        return hmac.digest(self._keys[key_id], _HEAD + _fields(str(number), seal), sha256)


def canonical(row: LoggedRow) -> bytes:
    """The bytes of an event that its seal is over: no two events have the same."""
    return _fields(
        str(row.seq),
        row.id,
        row.action,
        row.at,
        row.actor_id,
        row.subject_id,
        row.request_id,
        _plain_json(row.facts),
    )


def private_digest(private: PrivateRow) -> bytes:
    """SHA-256 of the row; its salt keeps a guess at what was erased from being tested against it."""
    return sha256(_PRIVATE + _fields(private.salt, _plain_json(private.content))).digest()


def _plain_json(text: str) -> str:
    """The same for the same value, however a database writes it; what is no JSON stays as it is, marked."""
    try:
        value = json.loads(text)
    except ValueError:
        return f"!{text}"
    return _JSON.encode(value)


def _fields(*values: str | bytes | None) -> bytes:
    """One after the other, each after its length; what is absent is not what is empty."""
    parts = []
    for value in values:
        if value is None:
            parts.append(b"-")
            continue
        data = value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value
        parts.append(b"+%d:%s" % (len(data), data))
    return b"".join(parts)


def _same(one: bytes, other: bytes) -> bool:
    return hmac.compare_digest(one, other)
