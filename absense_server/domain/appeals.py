"""Appeals: a student's objection to how one session was counted."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from absense_server.domain.ids import AppealId, CourseId, RecordId, SessionId
from absense_server.domain.people import Person


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
    record_id: RecordId | None = None
    """The student's record there, where one is kept."""
