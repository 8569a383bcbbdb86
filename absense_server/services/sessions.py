"""Attendance sessions: opened, listed, closed, sealed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from absense_server.domain import audit
from absense_server.domain.audit import Action
from absense_server.domain.codes import CodeTimes, Generation
from absense_server.domain.errors.courses import ProgrammeNotFound
from absense_server.domain.errors.sessions import SessionOverlaps
from absense_server.domain.ids import SessionId
from absense_server.domain.pages import Page, PageRequest, PageTokens
from absense_server.domain.people import Caller, Person
from absense_server.domain.policy import Engines, StandIn, policy_for
from absense_server.domain.sessions import (
    SESSION_CODE_ALPHABET,
    SESSION_CODE_LENGTH,
    AttendanceSession,
    Counts,
    NewSession,
    SessionCourse,
    SessionState,
    window_for,
)
from absense_server.ports.data import Transaction, UnitOfWork
from absense_server.ports.findings import OpenSession, SessionFilter
from absense_server.ports.outside import Clock, EventBus, Ids
from absense_server.services.callers import hold_caller
from absense_server.services.requests import RequestKey, made_before
from absense_server.services.settle import settle


@dataclass(frozen=True, slots=True)
class SessionDefaults:
    """What a session gets where its lecturer asks for nothing else."""

    code_life: timedelta
    code_overlap: timedelta
    stand_in: StandIn = StandIn.LOOK


@dataclass(frozen=True, slots=True)
class CountedSession:
    """A session as its lecturers see it, at one instant."""

    session: AttendanceSession
    counts: Counts
    now: datetime
    expected: int | None = None
    """Students expected; None: not asked for."""

    @property
    def state(self) -> SessionState:
        """Where it stands."""
        return self.session.state(self.now)


def counted(tx: Transaction, sessions: Sequence[AttendanceSession], now: datetime) -> Sequence[CountedSession]:
    """Sessions with their counts."""
    counts = tx.sessions.counts([session.id for session in sessions])
    return [CountedSession(session, counts[session.id], now) for session in sessions]


def counted_whole(tx: Transaction, session: AttendanceSession, now: datetime) -> CountedSession:
    """One session with its counts and how many students are expected."""
    (one,) = counted(tx, [session], now)
    return replace(one, expected=tx.sessions.expected_counts([session.id])[session.id])


class Sessions:
    """Use cases of attendance sessions (DESIGN.md, Sessions)."""

    def __init__(
        self,
        *,
        uow: UnitOfWork,
        events: EventBus,
        clock: Clock,
        ids: Ids,
        pages: PageTokens,
        engines: Engines,
        defaults: SessionDefaults,
    ) -> None:
        self._uow = uow
        self._events = events
        self._clock = clock
        self._ids = ids
        self._pages = pages
        self._engines = engines
        self._defaults = defaults

    def create(self, caller: Caller, wish: NewSession, request: RequestKey | None = None) -> CountedSession:
        """Open a session, now or later.

        Raises CourseNotFound, CourseArchived, TermClosed, ProgrammeNotFound, SessionOverlaps, SessionTimesInvalid,
        CodeTimesInvalid, CheckUnavailable, RequestIdReused, SignInEnded.
        """

        def attempt() -> AttendanceSession:
            with self._uow() as tx:
                hold_caller(tx, caller)
                made = made_before(tx, caller.id, request)
                if made is not None:
                    return tx.sessions.for_lecturer(caller.id, SessionId(made))
                session_id = SessionId(self._ids.new())
                if request is not None:
                    # first: of two retries at once the later one waits here, and does not meet its own session
                    tx.requests.add(caller.id, request.id, request.done(session_id), self._clock.now())
                session = self._new(tx, caller, wish, session_id)
                tx.sessions.add(session)
                tx.audit.add(audit.event(Action.SESSION_CREATED, caller, session.created_at, session.id))
                tx.commit()
            return session

        return self._shown(caller, settle(attempt).id)

    def get(self, caller: Caller, session_id: SessionId) -> CountedSession:
        """One session with its counts, and how many students are expected.

        Raises SessionNotFound.
        """
        with self._uow(read_only=True) as tx:
            return counted_whole(tx, tx.sessions.for_lecturer(caller.id, session_id), self._clock.now())

    def list(self, caller: Caller, which: SessionFilter, page: PageRequest) -> Page[CountedSession]:
        """The sessions of the caller's courses, newest first.

        Raises PageTokenInvalid; CourseNotFound when `which` names a course that is not the caller's.
        """
        filters = (
            "sessions", caller.id, which.course_id, sorted(state.value for state in which.states),
            which.opens_from, which.opens_until,
        )  # fmt: skip
        after = self._pages.read(page.token, *filters)
        with self._uow(read_only=True) as tx:
            if which.course_id is not None:
                tx.courses.for_lecturer(caller.id, which.course_id)
            rows = tx.sessions.list_for_lecturer(caller.id, which, self._clock.now(), after=after, limit=page.size + 1)
            found = counted(tx, rows, self._clock.now())
            return self._pages.page(found, page.size, lambda row: row.session.id, *filters)

    def list_open(self, caller: Caller, page: PageRequest) -> Page[OpenSession]:
        """The sessions that are open to the student now, oldest first.

        Raises PageTokenInvalid.
        """
        filters = ("open", caller.id)
        after = self._pages.read(page.token, *filters)
        with self._uow(read_only=True) as tx:
            rows = tx.sessions.list_open_for_student(caller.id, self._clock.now(), after=after, limit=page.size + 1)
        return self._pages.page(rows, page.size, lambda row: row.session.id, *filters)

    def close(self, caller: Caller, session_id: SessionId) -> CountedSession:
        """End a session now; one that is over stays as it was.

        Raises SessionNotFound, SessionNotOpen, SessionCancelled.
        """
        with self._uow() as tx:
            session = tx.sessions.for_lecturer(caller.id, session_id)
            now = self._clock.now()
            if session.state(now) is not SessionState.CLOSED:
                session.require_open(now)
                if tx.sessions.close(session_id, now):  # else another call was faster
                    tx.audit.add(audit.event(Action.SESSION_CLOSED, caller, now, session_id))
                    tx.commit()
        self._events.publish(session_id)
        return self._shown(caller, session_id)

    def _shown(self, caller: Caller, session_id: SessionId) -> CountedSession:
        with self._uow(read_only=True) as tx:
            return counted(tx, [tx.sessions.for_lecturer(caller.id, session_id)], self._clock.now())[0]

    def seal_ended(self) -> Sequence[SessionId]:
        """Seal the sessions that have ended: one audit event each, whoever runs this and how often."""
        with self._uow() as tx:
            now = self._clock.now()
            sealed = tx.sessions.seal_ended(now, limit=500)
            if sealed:
                tx.audit.add(*(audit.machine_event(Action.SESSION_SEALED, now, session_id) for session_id in sealed))
                tx.commit()
        return sealed

    def _new(self, tx: Transaction, caller: Caller, wish: NewSession, session_id: SessionId) -> AttendanceSession:
        now = self._clock.now()
        course = tx.courses.for_lecturer(caller.id, wish.course_id)
        course.require_teachable()
        # whoever closes the term waits, or is waited for
        tx.terms.share(course.term.id).require_open()
        window = window_for(wish, now)
        times = CodeTimes(
            self._defaults.code_life if wish.code_life is None else wish.code_life,
            self._overlap(wish) if wish.code_overlap is None else wish.code_overlap,
        )
        times.require_sound()
        policy = policy_for(
            wish.policy,
            has_place=wish.geofence is not None,
            engines=self._engines,
            stand_in=self._defaults.stand_in,
            default=tx.institution.get().default_policy,
        )
        if wish.programme_id is not None and not tx.courses.known_programmes([wish.programme_id]):
            raise ProgrammeNotFound
        tx.sessions.lock_course(course.id)
        if not wish.allow_parallel and tx.sessions.overlapping(
            course.id, wish.programme_id, window.opens_at, window.ends_at
        ):
            raise SessionOverlaps
        return AttendanceSession(
            id=session_id,
            course=SessionCourse(course.id, course.code, course.title),
            room=wish.room,
            opens_at=window.opens_at,
            ends_at=window.ends_at,
            late_after_at=window.late_after_at,
            policy=policy,
            code_times=times,
            generation=Generation(1, window.opens_at),
            session_code=self._ids.text(SESSION_CODE_ALPHABET, SESSION_CODE_LENGTH),
            created_at=now,
            created_by=Person(caller.id, ""),
            programme_id=wish.programme_id,
            geofence=wish.geofence,
            typed_code_allowed=wish.typed_code_allowed,
        )

    def _overlap(self, wish: NewSession) -> timedelta:
        """The default overlap, shortened where a wished life is too short for it."""
        if wish.code_life is None:
            return self._defaults.code_overlap
        half = wish.code_life / 2
        return min(self._defaults.code_overlap, timedelta(milliseconds=half // timedelta(milliseconds=1)))
