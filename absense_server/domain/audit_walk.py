"""Verifying the sealed audit log: a walk from one place to another, some rows at a time."""

from collections.abc import Sequence
from dataclasses import dataclass

from absense_server.domain.audit_chain import AuditChain, Break, BreakKind, Head, SealedRow


@dataclass(frozen=True, slots=True)
class KnownSeal:
    """A seal that somebody kept elsewhere."""

    number: int
    value: bytes


@dataclass(frozen=True, slots=True)
class LogEnds:
    """What the log says of its own end."""

    last: int
    """The greatest number that is there; 0: none."""
    head: Head | None
    unsealed: int
    """So many events wait to be sealed."""


class Walk:
    """Goes from seal to seal.

    It stops at the first link that does not hold, `broken`. Then `look` only seeks the event that belongs there: when
    it stands somewhere after, events were SWAPPED, not ALTERED.
    """

    def __init__(self, chain: AuditChain, start: KnownSeal, known: KnownSeal | None) -> None:
        """`start`: the seal before the first one to be looked at. `known`: one that was kept elsewhere."""
        self._chain = chain
        self._known = known
        self.at = start
        self.checked = 0
        self.erased = 0
        self.broken: Break | None = None
        self._instead = b""
        if known is not None and known.number == start.number:
            self._compare()

    def look(self, rows: Sequence[SealedRow]) -> None:
        """Go on through `rows`, in the order of their numbers."""
        for found in rows:
            if self.broken is None:
                self._step(found)
            elif self.is_seeking and self._chain.belongs(found, self.broken.number, self.at.value, self._instead):
                self.broken = Break(self.broken.number, BreakKind.SWAPPED, self.broken.event_id)

    @property
    def is_seeking(self) -> bool:
        """Whether more rows may tell more about what is broken."""
        return self.broken is not None and self.broken.kind is BreakKind.ALTERED

    def end(self, ends: LogEnds) -> None:
        """Look whether the log, seen to its last row, ends where its head says."""
        if self.broken is not None or (self.at.number == 0 and ends.head is None):
            pass
        elif (fault := self._fault_of_end(ends)) is not None:
            self.broken = Break(self.at.number + (ends.head is not None and ends.head.number > self.at.number), fault)
        if self.broken is None and self._known is not None and self._known.number > self.at.number:
            self.broken = Break(self._known.number, BreakKind.CUT_OFF)

    def _fault_of_end(self, ends: LogEnds) -> BreakKind | None:
        head = ends.head
        if head is None:
            return BreakKind.CUT_OFF
        if not self._chain.knows(head.key_id):
            return BreakKind.KEY_UNKNOWN
        whole = self._chain.is_genuine(head) and (head.number, head.seal) == (self.at.number, self.at.value)
        return None if whole else BreakKind.CUT_OFF

    def _step(self, found: SealedRow) -> None:
        number = self.at.number + 1
        fault = self._chain.fault(found, number, self.at.value)
        if fault is not None:
            stands_there = found.row.event_id if found.seal.number == number else None
            self.broken = Break(number, fault, stands_there)
            self._instead = found.seal.value
            return
        self.at = KnownSeal(number, found.seal.value)
        self.checked += 1
        self.erased += found.is_erased
        self._compare(found)

    def _compare(self, found: SealedRow | None = None) -> None:
        if self._known is not None and self._known.number == self.at.number and self._known != self.at:
            event_id = None if found is None else found.row.event_id
            self.broken = Break(self.at.number, BreakKind.REWRITTEN, event_id)
