"""The audit log: sealed as it grows, listed, verified."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from absense_server.domain import audit
from absense_server.domain.audit import Action
from absense_server.domain.audit_chain import GENESIS, AuditChain, Break, BreakKind
from absense_server.domain.audit_walk import KnownSeal, Walk
from absense_server.domain.pages import Page, PageRequest, PageTokens
from absense_server.domain.people import Caller
from absense_server.ports.data import Transaction, UnitOfWork
from absense_server.ports.findings import AuditFilter, LoggedEvent, LoggedMatch, MatchFilter
from absense_server.ports.outside import Clock
from absense_server.services.administrators import require_admin

_AT_ONCE = 1_000
_SEALED_AT_ONCE = 500
"""On SQLite nobody else writes meanwhile."""
_MOST = 50_000
_LONGEST = timedelta(seconds=5)


class LogNotSealable(Exception):
    """The log does not end where its head says, or nobody here can tell: to go on would hide that."""


@dataclass(frozen=True, slots=True)
class LogVerification:
    """How far the log was looked at, and what was found."""

    first: int
    last: KnownSeal
    next_number: int
    """0: the end was reached, or a link is broken."""
    checked: int
    erased: int
    unsealed: int
    broken: Break | None


class AuditLog:
    """Use cases of administrators, and of the job that seals."""

    def __init__(self, uow: UnitOfWork, chain: AuditChain, clock: Clock, pages: PageTokens) -> None:
        self._uow = uow
        self._chain = chain
        self._clock = clock
        self._pages = pages

    def list(self, which: AuditFilter, page: PageRequest) -> Page[LoggedEvent]:
        """Events, the newest first.

        Raises PageTokenInvalid.
        """
        actions = ",".join(sorted(action.value for action in which.actions))
        filters = ("audit", which.actor_id, which.subject_id, actions, which.from_at, which.until_at)
        after = self._pages.read(page.token, *filters)
        with self._uow(read_only=True) as tx:
            rows = tx.audit_log.list(which, after=None if after is None else after.int, limit=page.size + 1)
        return self._pages.page(rows, page.size, lambda event: UUID(int=event.seq), *filters)

    def list_matches(self, which: MatchFilter, page: PageRequest) -> Page[LoggedMatch]:
        """What the face engine looked at, the newest first.

        Raises PageTokenInvalid.
        """
        filters = ("matches", which.student_id, which.outcome, which.kind, which.from_at, which.until_at)
        after = self._pages.read(page.token, *filters)
        with self._uow(read_only=True) as tx:
            rows = tx.verifications.list_log(which, after=after, limit=page.size + 1)
        return self._pages.page(rows, page.size, lambda match: match.entry.id, *filters)

    def seal(self) -> bool:
        """Seal the oldest events that are not; returns whether more wait. Whoever comes second has nothing to do.

        An event that was committed late, after later ones were sealed, comes after them.

        Raises LogNotSealable.
        """
        with self._uow(read_only=True) as tx:
            if not tx.audit_log.has_unsealed():
                return False
        with self._uow() as tx:
            if not tx.audit_log.try_hold():
                return False
            head = tx.audit_log.head()
            if head is None and tx.audit_log.ends().last:
                raise LogNotSealable("the head of the audit log is missing")
            if head is not None and not self._chain.is_genuine(head):
                forged = self._chain.knows(head.key_id)
                why = "was not written by this server" if forged else "is under a SECRET_KEY that is not configured"
                raise LogNotSealable(f"the head of the audit log {why}")
            rows = tx.audit_log.unsealed(_SEALED_AT_ONCE)
            seals = self._chain.seal(rows, head)
            if not seals:
                return False
            numbered = {row.seq: seal for row, seal in zip(rows, seals, strict=True)}
            tx.audit_log.seal(numbered, self._chain.head(seals[-1]))
            tx.commit()
        return len(rows) == _SEALED_AT_ONCE

    def verify(self, caller: Caller, first: int, known: KnownSeal | None) -> LogVerification:
        """Look whether the log is whole from number `first` on, as far as it gets; the look is audited.

        Raises SignInEnded.
        """
        until = self._clock.now() + _LONGEST
        with self._uow(read_only=True) as tx:
            ends = tx.audit_log.ends()
            start = min(max(first - 1, 0), ends.last)
            walk = self._begin(tx, start, known)
        complete = self._go(walk, ends.last, until)
        if complete:
            walk.end(ends)
        found = LogVerification(
            first=start + 1,
            last=walk.at,
            next_number=0 if complete else walk.at.number + 1,
            checked=walk.checked,
            erased=walk.erased,
            unsealed=ends.unsealed,
            broken=walk.broken,
        )
        self._write_down(caller, found)
        return found

    def _begin(self, tx: Transaction, start: int, known: KnownSeal | None) -> Walk:
        """A walk that begins after number `start`; what stands there was looked at by the walk before."""
        seal = GENESIS if start == 0 else tx.audit_log.seal_at(start)
        walk = Walk(self._chain, KnownSeal(start, seal or b""), known)
        if seal is None:
            walk.broken = Break(start, BreakKind.MISSING)
        elif known is not None and known.number < start:
            kept = tx.audit_log.seal_at(known.number)
            if kept != known.value:
                walk.broken = Break(known.number, BreakKind.MISSING if kept is None else BreakKind.REWRITTEN)
        return walk

    def _go(self, walk: Walk, last: int, until: datetime) -> bool:
        """Walk on to number `last`; returns whether there is nothing more to look at."""
        after, looked = walk.at.number, 0
        while walk.broken is None or walk.is_seeking:
            if after >= last:
                break
            if looked >= _MOST or self._clock.now() >= until:
                return walk.broken is not None
            with self._uow(read_only=True) as tx:
                rows = [row for row in tx.audit_log.sealed(after, _AT_ONCE) if row.seal.number <= last]
            if not rows:
                break
            walk.look(rows)
            after, looked = rows[-1].seal.number, looked + len(rows)
        return True

    def _write_down(self, caller: Caller, found: LogVerification) -> None:
        facts = {"first": str(found.first), "last": str(found.last.number)}
        if found.broken is not None:
            facts |= {"broken": found.broken.kind.value, "number": str(found.broken.number)}
        with self._uow() as tx:
            require_admin(tx, caller)
            tx.audit.add(audit.event(Action.AUDIT_VERIFIED, caller, self._clock.now(), None, **facts))
            tx.commit()
