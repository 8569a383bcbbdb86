"""A person's word on a record: it outranks the machine's, and no verdict that comes later overturns it."""

from dataclasses import dataclass, replace
from datetime import datetime

from absense_server.domain.errors.appeals import SelfDecision
from absense_server.domain.errors.calls import RevisionMismatch
from absense_server.domain.errors.claims import DecisionNotAllowed
from absense_server.domain.ids import DecisionId, RecordId, UserId
from absense_server.domain.people import Person
from absense_server.domain.policy import RecordStatus
from absense_server.domain.records import AttendanceRecord, Decision, Source
from absense_server.domain.sessions import AttendanceSession


@dataclass(frozen=True, slots=True)
class Word:
    """What a person wants a record to be: CONFIRMED, REJECTED or EXCUSED."""

    status: RecordStatus
    by: Person
    at: datetime
    reason: str
    late: bool | None = None
    """CONFIRMED, but late or not; None: as the record says, and where there is none, not late."""

    def on(self, before: RecordStatus | None, decision_id: DecisionId) -> Decision:
        """The decision that it is on a record in this status; None: there was no record."""
        return Decision(decision_id, self.by, self.at, self.reason, before, self.status)

    def is_for_late(self, record: AttendanceRecord | None) -> bool:
        """Whether the student is late by it."""
        before = record is not None and record.late
        return before if self.late is None or self.status is not RecordStatus.CONFIRMED else self.late


def decided(record: AttendanceRecord, word: Word, decision_id: DecisionId, expected_revision: int) -> AttendanceRecord:
    """The record after a person's word on it.

    Raises SelfDecision; RevisionMismatch; DecisionNotAllowed when the record says so already.
    """
    if word.by.id == record.student.id:
        raise SelfDecision
    if record.revision != expected_revision:
        raise RevisionMismatch
    late = word.is_for_late(record)
    if (record.status, record.late) == (word.status, late):
        raise DecisionNotAllowed(record.status.value)
    return replace(
        record,
        status=word.status,
        attention=None,
        late=late,
        decisions=(*record.decisions, word.on(record.status, decision_id)),
        updated_at=word.at,
        revision=record.revision + 1,
    )


def is_decided_so(record: AttendanceRecord, word: Word, expected_revision: int) -> bool:
    """Whether the same person has decided so already, on the same revision."""
    if record.revision != expected_revision + 1 or not record.decisions:
        return False
    last = record.decisions[-1]
    return (
        last.decided_by.id == word.by.id
        and last.to_status is record.status is word.status
        and record.late is word.is_for_late(record)
    )


def entered(
    session: AttendanceSession, student: Person, word: Word, record_id: RecordId, decision_id: DecisionId
) -> AttendanceRecord:
    """A record made by hand, where there was none.

    Raises SelfDecision.
    """
    if word.by.id == student.id:
        raise SelfDecision
    return AttendanceRecord(
        id=record_id,
        session_id=session.id,
        course_id=session.course.id,
        student=student,
        status=word.status,
        source=Source.MANUAL,
        late=word.is_for_late(None),
        enrolled=True,
        policy=session.policy,
        created_at=word.at,
        updated_at=word.at,
        decisions=(word.on(None, decision_id),),
    )


def last_decider(record: AttendanceRecord | None) -> UserId | None:
    """Who made the latest decision on it."""
    return record.decisions[-1].decided_by.id if record is not None and record.decisions else None
