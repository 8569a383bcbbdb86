"""Appeals: filed by students, decided by people."""

from dataclasses import dataclass

from absense_server.domain import appeals, audit, decisions
from absense_server.domain.appeals import Appeal, AppealOutcome, AppealState, Ruling, appeal_until, require_appealable
from absense_server.domain.audit import Action
from absense_server.domain.decisions import Word
from absense_server.domain.errors.appeals import AppealExists
from absense_server.domain.errors.courses import TermNotFound
from absense_server.domain.errors.sessions import SessionNotFound
from absense_server.domain.ids import AppealId, DecisionId, RecordId, SessionId
from absense_server.domain.pages import Page, PageRequest, PageTokens
from absense_server.domain.people import Caller, Person, Role
from absense_server.domain.policy import RecordStatus
from absense_server.domain.records import AttendanceRecord
from absense_server.domain.sessions import AttendanceSession
from absense_server.ports.data import Transaction, UnitOfWork
from absense_server.ports.findings import AppealFilter, ReviewedRecord
from absense_server.ports.outside import Clock, EventBus, Ids
from absense_server.services.callers import hold_caller
from absense_server.services.decisions import ACTIONS
from absense_server.services.reviewers import appeal_for, hold_reviewer, require_changeable, require_course_for
from absense_server.services.rulings import Rulings
from absense_server.services.settle import settle

_STATUS = {AppealOutcome.PRESENT: RecordStatus.CONFIRMED, AppealOutcome.EXCUSED: RecordStatus.EXCUSED}


@dataclass(frozen=True, slots=True)
class AppealWish:
    """What a reviewer wants to make of an appeal."""

    outcome: AppealOutcome
    expected_revision: int
    """Of the record that was looked at; 0: there was none."""
    reason: str
    late: bool | None = None
    """Present, but late or not; None: as the record says, and where there is none, not late."""


class Appeals:
    """Use cases of students, and of lecturers and administrators."""

    def __init__(
        self, *, uow: UnitOfWork, rulings: Rulings, events: EventBus, clock: Clock, ids: Ids, pages: PageTokens
    ) -> None:
        self._uow = uow
        self._rulings = rulings
        self._events = events
        self._clock = clock
        self._ids = ids
        self._pages = pages

    def file(self, caller: Caller, session_id: SessionId, text: str) -> Appeal:
        """Object to how the caller was counted in a session; the same text again returns the appeal as it is.

        Raises SessionNotFound, AppealNotAllowed, AppealTooLate, AppealExists, SignInEnded.
        """

        def attempt() -> Appeal:
            with self._uow() as tx:
                student = hold_caller(tx, caller)
                known = tx.appeals.find(session_id, caller.id)
                if known is not None:
                    if known.text != text:
                        raise AppealExists
                    return known
                session, record = self._what_was(tx, caller, session_id)
                appeal = self._new(session, record, student.person, text)
                tx.appeals.add(appeal)
                tx.audit.add(
                    audit.event(Action.APPEAL_FILED, caller, appeal.created_at, appeal.id, session=str(session_id))
                )
                tx.commit()
            return appeal

        appeal = settle(attempt)
        self._events.publish(*filter(None, [appeal.record_id, appeal.session_id]))
        return appeal

    def list(self, caller: Caller, which: AppealFilter, page: PageRequest) -> Page[Appeal]:
        """In the lecturer's courses, or everywhere for an administrator; the oldest first.

        Raises CourseNotFound, TermNotFound, PageTokenInvalid.
        """
        filters = ("appeals", caller.id, which.course_id, which.term_id, which.state)
        after = self._pages.read(page.token, *filters)
        with self._uow(read_only=True) as tx:
            if which.course_id is not None:
                require_course_for(tx, caller, which.course_id)
            if which.term_id is not None and tx.courses.term(which.term_id) is None:
                raise TermNotFound
            lecturer_id = None if caller.role is Role.ADMIN else caller.id
            rows = tx.appeals.list(lecturer_id, which, after=after, limit=page.size + 1)
        return self._pages.page(rows, page.size, lambda appeal: appeal.id, *filters)

    def decide(self, caller: Caller, appeal_id: AppealId, wish: AppealWish) -> tuple[Appeal, ReviewedRecord | None]:
        """Accept an appeal, as present or excused, or decline it; with the student's record there, if there is one.

        Raises AppealNotFound, AppealDecided, RevisionMismatch, SelfDecision, TermClosed, SignInEnded.
        """

        def attempt() -> tuple[Appeal, ReviewedRecord | None]:
            with self._uow() as tx:
                hold_reviewer(tx, caller)
                before = appeal_for(tx, caller, appeal_id)
                if not appeals.is_decided_so(before, caller.id, wish.outcome):
                    require_changeable(tx, caller, before.course_id)
                    ruling = Ruling(wish.outcome, Person(caller.id, ""), self._clock.now(), wish.reason)
                    after = appeals.decided(before, ruling, wish.expected_revision)
                    self._change_record(tx, caller, after, ruling, wish.late)
                    self._rulings.write(tx, caller, [after], ruling.at)
                found = self._as_it_is(tx, appeal_id)
                tx.commit()
            return found

        found = settle(attempt)
        self._events.publish(*filter(None, [found[0].record_id, found[0].session_id]))
        return found

    def _what_was(
        self, tx: Transaction, caller: Caller, session_id: SessionId
    ) -> tuple[AttendanceSession, AttendanceRecord | None]:
        """The session and the caller's record there.

        Raises SessionNotFound, also for one that the student was never to see; AppealNotAllowed, AppealTooLate.
        """
        session = tx.sessions.find(session_id)
        # whoever decides on it meanwhile is waited for, or waits and grants the appeal
        tx.records.hold_of(session_id, caller.id)
        record = tx.records.find(session_id, caller.id)
        if session is None or (record is None and tx.enrollments.latest(caller.id, session.course.id) is None):
            raise SessionNotFound
        status = None if record is None else record.status
        until = appeal_until(
            ended_at=session.end,
            cancelled=session.cancelled_at is not None,
            expected=tx.sessions.expects(session_id, caller.id) if record is None else record.enrolled,
            status=status,
            decided_at=record.decisions[-1].decided_at if record is not None and record.decisions else None,
        )
        require_appealable(until, ended_at=session.end, status=status, now=self._clock.now())
        return session, record

    def _new(self, session: AttendanceSession, record: AttendanceRecord | None, student: Person, text: str) -> Appeal:
        return Appeal(
            id=AppealId(self._ids.new()),
            session_id=session.id,
            course_id=session.course.id,
            course_code=session.course.code,
            session_opened_at=session.opens_at,
            student=student,
            text=text,
            state=AppealState.PENDING,
            created_at=self._clock.now(),
            record_id=None if record is None else record.id,
            record_revision=0 if record is None else record.revision,
            last_decider=decisions.last_decider(record),
        )

    def _change_record(
        self, tx: Transaction, caller: Caller, appeal: Appeal, ruling: Ruling, late: bool | None
    ) -> None:
        """Make of the record what was made of the appeal, unless it is that already."""
        before = tx.records.find(appeal.session_id, appeal.student.id)
        status = _STATUS.get(ruling.outcome)
        if before is not None and before.status is RecordStatus.FLAGGED:
            status = status or RecordStatus.REJECTED
        if status is None:
            return
        word = Word(status, ruling.by, ruling.at, ruling.reason, late)
        decision_id = DecisionId(self._ids.new())
        if before is None:
            session = tx.sessions.find(appeal.session_id)
            if session is None:
                raise SessionNotFound
            record = decisions.entered(session, appeal.student, word, RecordId(self._ids.new()), decision_id)
            tx.records.add(record)
        elif before.status is status and before.late is word.is_for_late(before):
            return
        else:
            record = decisions.decided(before, word, decision_id, appeal.record_revision)
            tx.records.save(before, record)
        action = ACTIONS[status] if before is not None else Action.RECORD_MARKED
        facts = {"decision": str(decision_id), "appeal": str(appeal.id)}
        tx.audit.add(audit.event(action, caller, ruling.at, record.id, **facts))

    def _as_it_is(self, tx: Transaction, appeal_id: AppealId) -> tuple[Appeal, ReviewedRecord | None]:
        appeal = tx.appeals.get(appeal_id)
        if appeal.record_id is None:
            return appeal, None
        return appeal, tx.records.reviewed([tx.records.get(appeal.record_id)])[0]
