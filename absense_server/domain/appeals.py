"""Appeals: a student's objection to how one session was counted."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

from absense_server.domain.errors.appeals import AppealDecided, AppealNotAllowed, AppealTooLate, SelfDecision
from absense_server.domain.errors.calls import RevisionMismatch
from absense_server.domain.ids import AppealId, CourseId, RecordId, SessionId, UserId
from absense_server.domain.people import Person
from absense_server.domain.policy import RecordStatus

APPEAL_TIME: Final = timedelta(days=14)
"""How long an appeal is taken: from the session's end, or from the latest decision on the record if that came later."""


class AppealState(Enum):
    """Where an appeal stands."""

    PENDING = "PENDING"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"


class AppealOutcome(Enum):
    """What a person makes of an appeal."""

    PRESENT = "PRESENT"
    EXCUSED = "EXCUSED"
    DECLINED = "DECLINED"

    @property
    def state(self) -> AppealState:
        """Where that leaves the appeal."""
        return AppealState.DECLINED if self is AppealOutcome.DECLINED else AppealState.ACCEPTED


GRANTED_BY: Final[Mapping[RecordStatus, AppealOutcome]] = {
    RecordStatus.CONFIRMED: AppealOutcome.PRESENT,
    RecordStatus.EXCUSED: AppealOutcome.EXCUSED,
}
"""What a decision on the record itself makes of an appeal that waits; any other leaves it waiting."""


@dataclass(frozen=True, slots=True)
class Appeal:
    """One of each student and session at most."""

    id: AppealId
    session_id: SessionId
    course_id: CourseId
    course_code: str
    session_opened_at: datetime
    student: Person
    text: str
    state: AppealState
    created_at: datetime
    decided_at: datetime | None = None
    decided_by: Person | None = None
    reason: str = ""
    outcome: AppealOutcome | None = None
    record_id: RecordId | None = None
    """The student's record there, where one is kept."""
    record_revision: int = 0
    last_decider: UserId | None = None
    """Who made the latest decision on that record."""

    def is_decidable_by(self, user_id: UserId) -> bool:
        """Whether this reviewer may decide it: it waits, and is neither theirs nor against a decision of theirs."""
        return self.state is AppealState.PENDING and user_id not in {self.student.id, self.last_decider}


def appeal_until(
    *, ended_at: datetime, cancelled: bool, expected: bool, status: RecordStatus | None, decided_at: datetime | None
) -> datetime | None:
    """The first instant at which no appeal is taken any more; None: there is nothing to appeal against.

    Of a student in a session that ends, or ended, at `ended_at`. `expected`: enrolled in its scope when it opened.
    `status`: of the record there, if there is one. `decided_at`: when a person decided on it last.
    """
    if cancelled or not expected or status not in {None, RecordStatus.FLAGGED, RecordStatus.REJECTED}:
        return None
    return max(ended_at, decided_at or ended_at) + APPEAL_TIME


def require_appealable(
    until: datetime | None, *, ended_at: datetime, status: RecordStatus | None, now: datetime
) -> None:
    """Raise AppealNotAllowed or AppealTooLate unless an appeal is taken now; `until` comes from appeal_until.

    Who has no record is not absent before the session is over.
    """
    if until is None or (status is None and now < ended_at):
        raise AppealNotAllowed
    if now >= until:
        raise AppealTooLate


@dataclass(frozen=True, slots=True)
class Ruling:
    """A person's word on an appeal."""

    outcome: AppealOutcome
    by: Person
    at: datetime
    reason: str


def decided(appeal: Appeal, ruling: Ruling, expected_revision: int) -> Appeal:
    """The appeal after `ruling`, which was made on `expected_revision` of the record (0: there was none).

    Raises SelfDecision, AppealDecided, RevisionMismatch.
    """
    if appeal.state is not AppealState.PENDING:
        raise AppealDecided
    if not appeal.is_decidable_by(ruling.by.id):
        raise SelfDecision
    if appeal.record_revision != expected_revision:
        raise RevisionMismatch
    return ruled(appeal, ruling)


def ruled(appeal: Appeal, ruling: Ruling) -> Appeal:
    """The appeal after `ruling`, which is allowed."""
    return replace(
        appeal,
        state=ruling.outcome.state,
        outcome=ruling.outcome,
        decided_at=ruling.at,
        decided_by=ruling.by,
        reason=ruling.reason,
    )


def is_decided_so(appeal: Appeal, user_id: UserId, outcome: AppealOutcome) -> bool:
    """Whether this reviewer has decided it so already."""
    return appeal.outcome is outcome and appeal.decided_by is not None and appeal.decided_by.id == user_id
