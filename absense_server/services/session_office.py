"""Attendance sessions of all courses, for administrators."""

from absense_server.domain import audit
from absense_server.domain.audit import Action
from absense_server.domain.errors.courses import TermNotFound
from absense_server.domain.errors.sessions import SessionNotFound
from absense_server.domain.ids import SessionId, TermId
from absense_server.domain.pages import Page, PageRequest, PageTokens
from absense_server.domain.people import Caller
from absense_server.domain.sessions import AttendanceSession, SessionState
from absense_server.ports.data import Transaction, UnitOfWork
from absense_server.ports.findings import SessionFilter
from absense_server.ports.outside import Clock, EventBus
from absense_server.services.administrators import require_admin
from absense_server.services.session_changes import call_off
from absense_server.services.sessions import CountedSession, counted, counted_whole
from absense_server.services.settle import settle


class SessionOffice:
    """Use cases of those who look after all sessions."""

    def __init__(self, uow: UnitOfWork, events: EventBus, clock: Clock, pages: PageTokens) -> None:
        self._uow = uow
        self._events = events
        self._clock = clock
        self._pages = pages

    def list(self, which: SessionFilter, page: PageRequest) -> Page[CountedSession]:
        """Sessions, newest first.

        Raises PageTokenInvalid; CourseNotFound, TermNotFound when `which` names one that is not there.
        """
        filters = (
            "all sessions", which.course_id, which.term_id, sorted(state.value for state in which.states),
            which.opens_from, which.opens_until,
        )  # fmt: skip
        after = self._pages.read(page.token, *filters)
        with self._uow(read_only=True) as tx:
            if which.course_id is not None:
                tx.courses.get(which.course_id)
            if which.term_id is not None:
                _require_term(tx, which.term_id)
            rows = tx.sessions.list_all(which, self._clock.now(), after=after, limit=page.size + 1)
            found = counted(tx, rows, self._clock.now())
        return self._pages.page(found, page.size, lambda row: row.session.id, *filters)

    def get(self, session_id: SessionId) -> CountedSession:
        """One session with its counts, and how many students are expected.

        Raises SessionNotFound.
        """
        with self._uow(read_only=True) as tx:
            return counted_whole(tx, _found(tx, session_id), self._clock.now())

    def close(self, caller: Caller, session_id: SessionId) -> CountedSession:
        """End a session now; one that is over stays as it was.

        Raises SessionNotFound, SessionNotOpen, SessionCancelled, SignInEnded.
        """
        with self._uow() as tx:
            require_admin(tx, caller)
            tx.sessions.hold(session_id)
            session = _found(tx, session_id)
            now = self._clock.now()
            if session.state(now) is not SessionState.CLOSED:
                session.require_open(now)
                tx.sessions.close(session_id, now)
                tx.audit.add(audit.event(Action.SESSION_CLOSED, caller, now, session_id))
                tx.commit()
        self._events.publish(session_id)
        return self._shown(session_id)

    def cancel(self, caller: Caller, session_id: SessionId, reason: str) -> CountedSession:
        """Call a session off, in closed terms too; one that is cancelled stays as it is.

        Raises SessionNotFound, SignInEnded.
        """

        def attempt() -> None:
            with self._uow() as tx:
                require_admin(tx, caller)
                tx.sessions.hold(session_id)
                session = _found(tx, session_id)
                if session.cancelled_at is None:
                    call_off(tx, caller, session, reason, self._clock.now())
                    tx.commit()

        settle(attempt)
        self._events.publish(session_id)
        return self._shown(session_id)

    def _shown(self, session_id: SessionId) -> CountedSession:
        with self._uow(read_only=True) as tx:
            return counted(tx, [_found(tx, session_id)], self._clock.now())[0]


def _found(tx: Transaction, session_id: SessionId) -> AttendanceSession:
    session = tx.sessions.find(session_id)
    if session is None:
        raise SessionNotFound
    return session


def _require_term(tx: Transaction, term_id: TermId) -> None:
    if tx.courses.term(term_id) is None:
        raise TermNotFound
