"""Attendance, read to be written down as a table.

See absense_server.ports.data.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from absense_server.domain.attendance_export import Attendance, ExportCourse
from absense_server.domain.ids import CourseId, SessionId, TermId, UserId


@dataclass(frozen=True, slots=True)
class Place:
    """How far a course's table was read: to a student in a session or, without one, to the session's end."""

    opens_at: datetime
    session_id: SessionId
    name: str | None = None
    """Folded, as it is sorted by."""
    student_id: UserId | None = None


class AttendanceTables(Protocol):
    """Who was expected, who came, and what was decided."""

    def courses(
        self, term_id: TermId, lecturer_id: UserId | None, *, after: str | None, limit: int
    ) -> Sequence[ExportCourse]:
        """Those of the term, that the lecturer teaches if one is named, by their folded codes; `after`: such a code."""
        ...

    def course(self, course_id: CourseId) -> ExportCourse:
        """Raises CourseNotFound."""
        ...

    def page(
        self, course_id: CourseId, session_id: SessionId | None, now: datetime, *, after: Place | None, limit: int
    ) -> tuple[Sequence[Attendance], Place | None]:
        """Of the course's sessions, or the one that is named, by opening and then by the students' names.

        Without sessions that are cancelled or open later. At most `limit`, also fewer or none before the end: what
        comes after it begins at the place returned; None: nothing does.
        """
        ...
