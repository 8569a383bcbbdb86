"""Lecturers' wishes to teach courses that nobody teaches."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from absense_server.domain.courses import Course
from absense_server.domain.ids import CourseClaimId
from absense_server.domain.people import Person


class CourseClaimState(Enum):
    """Where the wish stands."""

    PENDING = "PENDING"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"


@dataclass(frozen=True, slots=True)
class CourseClaim:
    """One lecturer's wish to teach one course; one PENDING at most."""

    id: CourseClaimId
    course: Course
    lecturer: Person
    note: str
    state: CourseClaimState
    created_at: datetime
    decided_at: datetime | None = None
    decided_by: Person | None = None
    decision_note: str = ""
