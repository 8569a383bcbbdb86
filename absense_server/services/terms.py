"""Terms: listed, made, changed and closed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from absense_server.domain import audit
from absense_server.domain.audit import Action
from absense_server.domain.courses import Term, TermState
from absense_server.domain.errors.courses import TermHasUndecided, TermNotFound
from absense_server.domain.ids import TermId
from absense_server.domain.pages import Page, PageRequest, PageTokens
from absense_server.domain.people import Caller
from absense_server.ports.data import Transaction, UnitOfWork
from absense_server.ports.findings import InTheWay
from absense_server.ports.outside import Clock, Ids
from absense_server.services.administrators import require_admin
from absense_server.services.requests import RequestKey, made_before
from absense_server.services.settle import settle


@dataclass(frozen=True, slots=True)
class NewTerm:
    """A term as an administrator asks for it."""

    name: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Closing:
    """A term, with what is, or was, in the way of closing it."""

    term: Term
    in_the_way: InTheWay


class Terms:
    """Use cases of terms."""

    def __init__(self, uow: UnitOfWork, clock: Clock, ids: Ids, pages: PageTokens) -> None:
        self._uow = uow
        self._clock = clock
        self._ids = ids
        self._pages = pages

    def list(self, state: TermState | None, page: PageRequest) -> Page[Term]:
        """Terms, newest first.

        Raises PageTokenInvalid.
        """
        filters = ("terms", state)
        after = self._pages.read(page.token, *filters)
        with self._uow(read_only=True) as tx:
            rows = tx.terms.list(state, after=after, limit=page.size + 1)
        return self._pages.page(rows, page.size, lambda term: term.id, *filters)

    def create(self, caller: Caller, wish: NewTerm, request: RequestKey | None = None) -> Term:
        """Make a term.

        Raises TermDatesInvalid, RequestIdReused, SignInEnded.
        """

        def attempt() -> Term:
            with self._uow() as tx:
                require_admin(tx, caller)
                made = made_before(tx, caller.id, request)
                if made is not None:
                    return _existing(tx.courses.term(TermId(made)))
                term = Term(TermId(self._ids.new()), wish.name, wish.starts_at, wish.ends_at)
                term.require_sound()
                now = self._clock.now()
                if request is not None:
                    tx.requests.add(caller.id, request.id, request.done(term.id), now)
                tx.courses.add_term(term)
                tx.audit.add(audit.event(Action.TERM_CREATED, caller, now, term.id))
                tx.commit()
            return term

        return settle(attempt)

    def update(self, caller: Caller, term_id: TermId, fields: Mapping[str, Any]) -> Term:
        """Make the term's name, starts_at, ends_at what `fields` has of them.

        Raises TermNotFound, TermClosed, TermDatesInvalid, SignInEnded.
        """
        with self._uow() as tx:
            require_admin(tx, caller)
            before = _existing(tx.terms.hold(term_id))
            after = replace(before, **fields)
            if after == before:
                return before
            before.require_open()
            after.require_sound()
            tx.terms.save(after)
            changed = " ".join(sorted(name for name in fields if getattr(before, name) != getattr(after, name)))
            tx.audit.add(audit.event(Action.TERM_CHANGED, caller, self._clock.now(), term_id, changed=changed))
            tx.commit()
        return after

    def close(self, caller: Caller, term_id: TermId, dry_run: bool) -> Closing:
        """Close a term for good, or only count what is in the way; one that is closed stays as it is.

        Raises TermNotFound, TermHasUndecided, SignInEnded.
        """
        if dry_run:
            with self._uow(read_only=True) as tx:
                return self._counted(tx, _existing(tx.courses.term(term_id)))
        return settle(lambda: self._close(caller, term_id))

    def _close(self, caller: Caller, term_id: TermId) -> Closing:
        with self._uow() as tx:
            require_admin(tx, caller)
            # sessions and enrollments share the term; claims wait at their session
            term = _existing(tx.terms.hold(term_id))
            now = self._clock.now()
            tx.terms.hold_sessions(term_id, now)
            closing = self._counted(tx, term)
            if term.state is TermState.CLOSED:
                return closing
            found = closing.in_the_way
            if found.records or found.appeals or found.sessions:
                raise TermHasUndecided(found.records, found.appeals, found.sessions)
            closed = replace(term, state=TermState.CLOSED)
            tx.terms.save(closed)
            tx.audit.add(audit.event(Action.TERM_CLOSED, caller, now, term_id))
            tx.commit()
        return Closing(closed, found)

    def _counted(self, tx: Transaction, term: Term) -> Closing:
        return Closing(term, tx.terms.in_the_way(term.id, self._clock.now()))


def _existing(term: Term | None) -> Term:
    if term is None:
        raise TermNotFound
    return term
