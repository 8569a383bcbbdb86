"""A session's records while they come in: all of them, then each change (DESIGN.md, Live feeds)."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import TypeVar

from absense_server.domain.errors.calls import BackendUnavailable, Overloaded
from absense_server.domain.ids import RecordId, SessionId
from absense_server.domain.people import Caller
from absense_server.domain.resume_tokens import Position, ResumeTokens
from absense_server.domain.sessions import SessionState
from absense_server.ports.data import UnitOfWork
from absense_server.ports.findings import ReviewedRecord
from absense_server.ports.outside import AGAIN_AFTER, Clock, EventBus, Ids, Subscription, Threads
from absense_server.services.sessions import CountedSession, counted_whole

T = TypeVar("T")

LATE_COMMITS = timedelta(seconds=30)
"""How long a transaction may take from when it said what time it is until its changes are seen."""
BETWEEN_READS = timedelta(milliseconds=250)
"""A hall claims within seconds: what comes meanwhile is read together."""
REREAD_AFTER = timedelta(seconds=5)
"""An event may be lost."""
HEARTBEAT_AFTER = timedelta(seconds=20)
_PAGE = 100


class Sign(Enum):
    """What is sent besides records and the session."""

    CAUGHT_UP = "CAUGHT_UP"
    """Every record has been sent; from here on come changes."""
    HEARTBEAT = "HEARTBEAT"
    """Nothing was sent for a while."""


@dataclass(frozen=True, slots=True)
class LiveEvent:
    """One message of a live list."""

    what: ReviewedRecord | CountedSession | Sign
    resume_token: str
    """Goes on after this message."""


@dataclass(frozen=True, slots=True)
class _Changes:
    """The session and those of its records that have changed, at one moment of the database."""

    session: CountedSession
    revisions: dict[RecordId, int]
    """Of all that were updated lately."""
    records: Sequence[ReviewedRecord]
    """Of these, those that were not sent yet."""


class LiveAttendance:
    """Follows sessions' records.

    Nothing is queued between reading and writing: who reads slowly is read for less often, and hears less of what was
    between.
    """

    def __init__(
        self, *, uow: UnitOfWork, threads: Threads, events: EventBus, clock: Clock, ids: Ids, tokens: ResumeTokens
    ) -> None:
        self._uow = uow
        self._threads = threads
        self._events = events
        self._clock = clock
        self._ids = ids
        self._tokens = tokens

    async def watch(self, caller: Caller, session_id: SessionId, resume_token: str) -> AsyncIterator[LiveEvent]:
        """Every record, the session, CAUGHT_UP, then each record and the session when they change; without end.

        After a resumption, only what may have been missed comes before CAUGHT_UP. Once begun, it outlasts outages.
        Raises SessionNotFound, ResumeTokenInvalid, BackendUnavailable, Overloaded.
        """
        within = ("watch", session_id, caller.id)
        position = self._tokens.read(resume_token, self._clock.now(), *within)
        with self._events.subscribe(session_id) as changes, self._events.subscribe(self._ids.new()) as pause:
            patience = _Patience(self._threads, self._clock, pause)
            sent: dict[RecordId, int] = {}
            while not position.whole:
                page = await patience.run(self._page, caller, session_id, position.after)
                for record in page:
                    position = replace(position, after=record.record.id)
                    sent[record.record.id] = record.record.revision
                    yield LiveEvent(record, self._tokens.write(position, *within))
                if len(page) < _PAGE:
                    position = Position(position.since, whole=True)
            told = _Told(self._clock.now())
            while True:
                read_at = self._clock.now()
                since = position.since - LATE_COMMITS
                news = await patience.run(self._news, caller, session_id, since, sent)
                for record in news.records:
                    yield LiveEvent(record, self._tokens.write(position, *within))
                sent, position = news.revisions, Position(read_at, whole=True)
                for what in told.besides(news, read_at):
                    yield LiveEvent(what, self._tokens.write(position, *within))
                await changes.wait(until=min([read_at + REREAD_AFTER, *_turns(news.session)]))
                await pause.wait(until=read_at + BETWEEN_READS)

    def _page(self, caller: Caller, session_id: SessionId, after: RecordId | None) -> Sequence[ReviewedRecord]:
        with self._uow(read_only=True) as tx:
            tx.sessions.for_lecturer(caller.id, session_id)
            return tx.records.reviewed(tx.records.list_of_session(session_id, frozenset(), after=after, limit=_PAGE))

    def _news(self, caller: Caller, session_id: SessionId, since: datetime, sent: dict[RecordId, int]) -> _Changes:
        with self._uow(read_only=True) as tx:
            session = tx.sessions.for_lecturer(caller.id, session_id)
            revisions = dict(tx.records.changed_since(session_id, since))
            new = [record_id for record_id, revision in revisions.items() if revision > sent.get(record_id, 0)]
            records = tx.records.reviewed(tx.records.with_ids(new)) if new else ()
            return _Changes(counted_whole(tx, session, self._clock.now()), revisions, records)


class _Told:
    """What a watcher knows besides the records, and since when nothing has been said."""

    def __init__(self, now: datetime) -> None:
        self._session: CountedSession | None = None
        self._spoke_at = now

    def besides(self, news: _Changes, now: datetime) -> list[CountedSession | Sign]:
        """What is to be said after the records of `news`."""
        said: list[CountedSession | Sign] = []
        if self._session is None:
            said = [news.session, Sign.CAUGHT_UP]
        elif _differ(self._session, news.session):
            said = [news.session]
        elif not news.records and now >= self._spoke_at + HEARTBEAT_AFTER:
            said = [Sign.HEARTBEAT]
        self._session = news.session
        if said or news.records:
            self._spoke_at = now
        return said


class _Patience:
    """Reads; once it has read something, it tries again for as long as that does not work."""

    def __init__(self, threads: Threads, clock: Clock, pause: Subscription) -> None:
        self._threads = threads
        self._clock = clock
        self._pause = pause
        self._begun = False

    async def run(self, read: Callable[..., T], /, *args: object) -> T:
        while True:
            try:
                found = await self._threads.run(read, *args)
            except (BackendUnavailable, Overloaded):
                if not self._begun:
                    raise
                await self._pause.wait(until=self._clock.now() + AGAIN_AFTER)
            else:
                self._begun = True
                return found


def _differ(one: CountedSession, other: CountedSession) -> bool:
    """Whether the two say different things of the session, apart from when."""
    return one.state is not other.state or replace(one, now=other.now) != other


def _turns(shown: CountedSession) -> Sequence[datetime]:
    """When the session opens or ends, if that is still to come."""
    match shown.state:
        case SessionState.SCHEDULED:
            return [shown.session.opens_at]
        case SessionState.OPEN:
            return [shown.session.end]
        case SessionState.CLOSED | SessionState.CANCELLED:
            return []
