"""Decisions on records: one by one, by hand where there is none, many at once."""

from collections.abc import Sequence
from dataclasses import dataclass

from absense_server.domain import audit, decisions
from absense_server.domain.audit import Action
from absense_server.domain.decisions import Word
from absense_server.domain.errors.accounts import UserNotFound
from absense_server.domain.errors.appeals import NotExpected
from absense_server.domain.errors.base import DomainError
from absense_server.domain.errors.calls import RevisionMismatch
from absense_server.domain.errors.claims import RecordNotFound
from absense_server.domain.errors.courses import TermClosed
from absense_server.domain.errors.sessions import SessionCancelled, SessionNotOpen
from absense_server.domain.ids import CourseId, DecisionId, RecordId, SessionId, UserId
from absense_server.domain.people import Caller, Person, Role, User, UserState
from absense_server.domain.policy import RecordStatus
from absense_server.domain.records import AttendanceRecord
from absense_server.domain.sessions import AttendanceSession, SessionState
from absense_server.ports.data import Transaction, UnitOfWork
from absense_server.ports.findings import ReviewedRecord
from absense_server.ports.outside import Clock, EventBus, Ids
from absense_server.services.reviewers import hold_reviewer, record_for, require_changeable, session_for
from absense_server.services.rulings import Rulings
from absense_server.services.settle import settle

ACTIONS = {
    RecordStatus.CONFIRMED: Action.RECORD_CONFIRMED,
    RecordStatus.REJECTED: Action.RECORD_REJECTED,
    RecordStatus.EXCUSED: Action.RECORD_EXCUSED,
}
"""What is written down of a decision."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a reviewer wants a record to be."""

    status: RecordStatus
    """CONFIRMED, REJECTED or EXCUSED."""
    expected_revision: int
    """Of the record that was looked at; 0: there was none."""
    reason: str
    late: bool | None = None
    """CONFIRMED, but late or not; None: as the record says, and where there is none, not late."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of one record of a batch; without a record there is none that the caller could see."""

    record_id: RecordId
    record: AttendanceRecord | None
    problem: DomainError | None = None


class Decisions:
    """Use cases of lecturers, in open terms, and of administrators."""

    def __init__(self, *, uow: UnitOfWork, rulings: Rulings, events: EventBus, clock: Clock, ids: Ids) -> None:
        self._uow = uow
        self._rulings = rulings
        self._events = events
        self._clock = clock
        self._ids = ids

    def decide(self, caller: Caller, record_id: RecordId, wish: Wish) -> ReviewedRecord:
        """A person's word on a record; the caller's own decision made again is returned as it is.

        An appeal about it that waits, and is the caller's to decide, is accepted with a record that becomes CONFIRMED
        or EXCUSED.
        Raises RecordNotFound, RevisionMismatch, DecisionNotAllowed, SelfDecision, TermClosed, SignInEnded.
        """

        def attempt() -> ReviewedRecord:
            with self._uow() as tx:
                hold_reviewer(tx, caller)
                before = record_for(tx, caller, record_id)
                return self._on_record(tx, caller, before, wish)

        return self._told(settle(attempt))

    def mark(self, caller: Caller, session_id: SessionId, student_id: UserId, wish: Wish) -> ReviewedRecord:
        """The same by session and student, whether or not there is a record; one is made where there is none.

        Raises SessionNotFound, SessionNotOpen, SessionCancelled, UserNotFound, NotExpected, RevisionMismatch,
        DecisionNotAllowed, SelfDecision, TermClosed, SignInEnded.
        """

        def attempt() -> ReviewedRecord:
            with self._uow() as tx:
                hold_reviewer(tx, caller)
                session = session_for(tx, caller, session_id)
                require_changeable(tx, caller, session.course.id)
                self._require_held(session)
                record = tx.records.find(session_id, student_id)
                if record is None:
                    return self._without_record(tx, caller, session, student_id, wish)
                if not record.enrolled:
                    raise NotExpected
                return self._on_record(tx, caller, record, wish)

        return self._told(settle(attempt))

    def batch(
        self, caller: Caller, wanted: Sequence[tuple[RecordId, int]], status: RecordStatus, reason: str
    ) -> Sequence[Decided]:
        """Many records, each as if by itself; what became of each, in their order.

        `wanted`: which, and on what revisions.
        Raises SignInEnded.
        """

        def attempt() -> list[Decided]:
            with self._uow() as tx:
                hold_reviewer(tx, caller)
                ids = [record_id for record_id, _ in wanted]
                tx.records.hold(ids)
                records = {record.id: record for record in tx.records.of_lecturer(caller.id, ids)}
                closed = tx.courses.closed({record.course_id for record in records.values()})
                word = self._word(caller, Wish(status, 0, reason))
                found = [
                    self._one_of_many(records.get(record_id), record_id, word, revision, closed)
                    for record_id, revision in wanted
                ]
                self._write(tx, caller, word, records, found)
            return found

        found = settle(attempt)
        changed = [one.record for one in found if one.record is not None and one.problem is None]
        self._events.publish(*{topic: None for record in changed for topic in (record.id, record.session_id)})
        return found

    def _one_of_many(
        self,
        record: AttendanceRecord | None,
        record_id: RecordId,
        word: Word,
        expected_revision: int,
        closed: frozenset[CourseId],
    ) -> Decided:
        if record is None:
            return Decided(record_id, None, RecordNotFound())
        if decisions.is_decided_so(record, word, expected_revision):
            return Decided(record_id, record)
        if record.course_id in closed:
            return Decided(record_id, record, TermClosed())
        try:
            return Decided(record_id, decisions.decided(record, word, self._decision_id(), expected_revision))
        except DomainError as problem:
            return Decided(record_id, record, problem)

    def _write(
        self,
        tx: Transaction,
        caller: Caller,
        word: Word,
        before: dict[RecordId, AttendanceRecord],
        found: Sequence[Decided],
    ) -> None:
        """What of a batch was decided just now, in few statements."""
        new = [one.record for one in found if one.record is not None and one.record is not before.get(one.record_id)]
        if not new:
            return
        granted = self._rulings.grantable(tx, caller, [before[record.id] for record in new], word)
        tx.records.decide(*new)
        tx.audit.add(
            *(
                audit.event(ACTIONS[word.status], caller, word.at, record.id, decision=str(record.decisions[-1].id))
                for record in new
            )
        )
        self._rulings.write(tx, caller, granted, word.at)
        tx.commit()

    def _on_record(self, tx: Transaction, caller: Caller, before: AttendanceRecord, wish: Wish) -> ReviewedRecord:
        word = self._word(caller, wish)
        if decisions.is_decided_so(before, word, wish.expected_revision):
            return tx.records.reviewed([before])[0]
        require_changeable(tx, caller, before.course_id)
        after = decisions.decided(before, word, self._decision_id(), wish.expected_revision)
        tx.records.save(before, after)
        granted = self._rulings.grantable(tx, caller, [before], word)
        self._audit(tx, caller, ACTIONS[word.status], after)
        self._rulings.write(tx, caller, granted, word.at)
        return self._kept(tx, after)

    def _without_record(
        self, tx: Transaction, caller: Caller, session: AttendanceSession, student_id: UserId, wish: Wish
    ) -> ReviewedRecord:
        student = self._student(tx, caller, session, student_id)
        if wish.expected_revision:
            raise RevisionMismatch
        word = self._word(caller, wish)
        record = decisions.entered(session, student.person, word, RecordId(self._ids.new()), self._decision_id())
        tx.records.add(record)
        self._audit(tx, caller, Action.RECORD_MARKED, record, session=str(session.id), status=word.status.value)
        return self._kept(tx, record)

    def _student(self, tx: Transaction, caller: Caller, session: AttendanceSession, student_id: UserId) -> User:
        """Who is to be marked, held.

        Raises UserNotFound, to lecturers also of whoever was never in the course; NotExpected.
        """
        tx.users.hold(student_id)
        student = tx.users.get(student_id)
        if student is None or student.state is UserState.ERASED:
            raise UserNotFound
        if not tx.sessions.expects(session.id, student_id):
            if caller.role is not Role.ADMIN and tx.enrollments.latest(student_id, session.course.id) is None:
                raise UserNotFound
            raise NotExpected
        return student

    def _require_held(self, session: AttendanceSession) -> None:
        match session.state(self._clock.now()):
            case SessionState.SCHEDULED:
                raise SessionNotOpen
            case SessionState.CANCELLED:
                raise SessionCancelled

    def _word(self, caller: Caller, wish: Wish) -> Word:
        return Word(wish.status, Person(caller.id, ""), self._clock.now(), wish.reason, wish.late)

    def _decision_id(self) -> DecisionId:
        return DecisionId(self._ids.new())

    def _audit(self, tx: Transaction, caller: Caller, action: Action, record: AttendanceRecord, **facts: str) -> None:
        decision = record.decisions[-1]
        tx.audit.add(audit.event(action, caller, decision.decided_at, record.id, decision=str(decision.id), **facts))

    def _kept(self, tx: Transaction, record: AttendanceRecord) -> ReviewedRecord:
        """With the names in it, committed."""
        kept = tx.records.reviewed([tx.records.get(record.id)])[0]
        tx.commit()
        return kept

    def _told(self, kept: ReviewedRecord) -> ReviewedRecord:
        self._events.publish(kept.record.id, kept.record.session_id)
        return kept
