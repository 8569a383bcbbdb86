"""Attendance sessions changed by their lecturers after they were made."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from absense_server.domain import audit
from absense_server.domain.audit import Action
from absense_server.domain.errors.calls import RevisionMismatch
from absense_server.domain.errors.courses import ProgrammeNotFound
from absense_server.domain.errors.sessions import CheckUnavailable, SessionCancelled, SessionClosed, SessionOverlaps
from absense_server.domain.ids import SessionId
from absense_server.domain.people import Caller
from absense_server.domain.policy import Engines, Policy, Requirement, StandIn, policy_for
from absense_server.domain.session_changes import SessionChange, changed, reaches_further, reopened, require_allowed
from absense_server.domain.sessions import (
    SESSION_CODE_ALPHABET,
    SESSION_CODE_LENGTH,
    AttendanceSession,
    SessionState,
)
from absense_server.domain.verdicts import Check
from absense_server.ports.data import Transaction, UnitOfWork
from absense_server.ports.outside import Clock, EventBus, Ids
from absense_server.services.callers import hold_caller
from absense_server.services.judging_again import JudgingAgain
from absense_server.services.sessions import CountedSession, counted
from absense_server.services.settle import settle


class SessionChanges:
    """Use cases of sessions that are there (DESIGN.md, Sessions). Each returns the session as it is afterwards."""

    def __init__(
        self,
        *,
        uow: UnitOfWork,
        judging: JudgingAgain,
        events: EventBus,
        clock: Clock,
        ids: Ids,
        engines: Engines,
        stand_in: StandIn,
    ) -> None:
        self._uow = uow
        self._judging = judging
        self._events = events
        self._clock = clock
        self._ids = ids
        self._engines = engines
        self._stand_in = stand_in

    def update(
        self, caller: Caller, session_id: SessionId, change: SessionChange, expected_revision: int
    ) -> CountedSession:
        """Change what `change` names, and judge the records again that no person has decided.

        Raises SessionNotFound, RevisionMismatch, SessionCancelled, SessionClosed, TermClosed, SessionStarted,
        SessionTimesInvalid, CodeTimesInvalid, CheckUnavailable, ProgrammeNotFound, SessionOverlaps, SignInEnded.
        """

        def act(tx: Transaction, before: AttendanceSession, now: datetime) -> Sequence[UUID] | None:
            after = changed(before, change, self._policy(tx, before, change), now)
            if after == before:
                return None
            if before.revision != expected_revision:
                raise RevisionMismatch
            _require_not_over(before, now)
            require_allowed(before, after, now)
            _require_open_term(tx, before)
            self._require_place_in_time(tx, before, after, allow_parallel=change.allow_parallel)
            after = replace(after, revision=before.revision + 1)
            tx.sessions.save(before, after)
            names = ",".join(sorted(change.named))
            tx.audit.add(audit.event(Action.SESSION_CHANGED, caller, now, session_id, changed=names))
            return self._judging.judge(tx, caller, before, after, now)

        return self._do(caller, session_id, act)

    def reopen(
        self, caller: Caller, session_id: SessionId, ends_at: datetime | None, allow_parallel: bool
    ) -> CountedSession:
        """Open a session again that was closed by hand a short while ago; its codes are new. Else it stays as it is.

        Raises SessionNotFound, SessionCancelled, TermClosed, ReopenTooLate, SessionTimesInvalid, SessionOverlaps,
        SignInEnded.
        """

        def act(tx: Transaction, before: AttendanceSession, now: datetime) -> Sequence[UUID] | None:
            state = before.state(now)
            if state is SessionState.CANCELLED:
                raise SessionCancelled
            if state is not SessionState.CLOSED:
                return None
            _require_open_term(tx, before)
            after = reopened(before, ends_at, now)
            self._require_place_in_time(tx, before, after, allow_parallel=allow_parallel)
            tx.sessions.save(before, after)
            generation = str(after.generation.number)
            tx.audit.add(audit.event(Action.SESSION_REOPENED, caller, now, session_id, generation=generation))
            return ()

        return self._do(caller, session_id, act)

    def cancel(self, caller: Caller, session_id: SessionId, reason: str) -> CountedSession:
        """Call the session off, whether it is to come, open or over; one that is cancelled stays as it is.

        Raises SessionNotFound, TermClosed, SignInEnded.
        """

        def act(tx: Transaction, before: AttendanceSession, now: datetime) -> Sequence[UUID] | None:
            if before.cancelled_at is not None:
                return None
            _require_open_term(tx, before)
            call_off(tx, caller, before, reason, now)
            return ()

        return self._do(caller, session_id, act)

    def regenerate_code(self, caller: Caller, session_id: SessionId) -> CountedSession:
        """Give the session another session code.

        Raises SessionNotFound, SessionClosed, SessionCancelled, SignInEnded.
        """

        def act(tx: Transaction, before: AttendanceSession, now: datetime) -> Sequence[UUID] | None:
            _require_not_over(before, now)
            code = self._ids.text(SESSION_CODE_ALPHABET, SESSION_CODE_LENGTH)
            tx.sessions.save(before, replace(before, session_code=code, revision=before.revision + 1))
            tx.audit.add(audit.event(Action.SESSION_CODE_CHANGED, caller, now, session_id))
            return ()

        return self._do(caller, session_id, act)

    def _do(
        self,
        caller: Caller,
        session_id: SessionId,
        act: Callable[[Transaction, AttendanceSession, datetime], Sequence[UUID] | None],
    ) -> CountedSession:
        """Do `act` to the session, held; it returns what has changed besides, or None for nothing at all."""

        def attempt() -> Sequence[UUID] | None:
            with self._uow() as tx:
                hold_caller(tx, caller)
                tx.sessions.hold(session_id)
                topics = act(tx, tx.sessions.for_lecturer(caller.id, session_id), self._clock.now())
                if topics is not None:
                    tx.commit()
            return topics

        topics = settle(attempt)
        if topics is not None:
            self._events.publish(session_id, *topics)
        with self._uow(read_only=True) as tx:
            return counted(tx, [tx.sessions.for_lecturer(caller.id, session_id)], self._clock.now())[0]

    def _policy(self, tx: Transaction, session: AttendanceSession, change: SessionChange) -> Policy:
        """The policy that the session has after `change`; one that it does not name stays, if it still can."""
        place = change.geofence_of(session)
        if "policy" in change.named:
            return policy_for(
                change.policy,
                has_place=place is not None,
                engines=self._engines,
                stand_in=self._stand_in,
                default=tx.institution.get().default_policy,
            )
        if place is None and session.policy.location is Requirement.REQUIRED:
            raise CheckUnavailable(Check.LOCATION)
        return session.policy

    @staticmethod
    def _require_place_in_time(
        tx: Transaction, before: AttendanceSession, after: AttendanceSession, *, allow_parallel: bool
    ) -> None:
        """Raise ProgrammeNotFound or SessionOverlaps unless `after` fits in."""
        scope = after.programme_id
        if scope is not None and scope != before.programme_id and not tx.courses.known_programmes([scope]):
            raise ProgrammeNotFound
        if not reaches_further(before, after):
            return
        tx.sessions.lock_course(after.course.id)
        if not allow_parallel and tx.sessions.overlapping(
            after.course.id, scope, after.opens_at, after.ends_at, less=after.id
        ):
            raise SessionOverlaps


def call_off(tx: Transaction, caller: Caller, session: AttendanceSession, reason: str, now: datetime) -> None:
    """Cancel a session that is held."""
    after = replace(session, cancelled_at=now, cancel_reason=reason, revision=session.revision + 1)
    tx.sessions.save(session, after)
    tx.audit.add(audit.event(Action.SESSION_CANCELLED, caller, now, session.id).with_note(reason))


def _require_not_over(session: AttendanceSession, now: datetime) -> None:
    match session.state(now):
        case SessionState.CANCELLED:
            raise SessionCancelled
        case SessionState.CLOSED:
            raise SessionClosed
        case SessionState.SCHEDULED | SessionState.OPEN:
            return


def _require_open_term(tx: Transaction, session: AttendanceSession) -> None:
    # whoever closes the term waits, or is waited for
    tx.terms.share(tx.courses.get(session.course.id).term.id).require_open()
