"""What is changed of courses."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from absense_server.domain.courses import Course
from absense_server.domain.ids import CourseId, ProgrammeId, UserId

CHANGEABLE: Final = (
    "code", "title", "level", "programme_ids", "enrollment_open", "enrollment_from_at", "enrollment_until_at",
    "archived",
)  # fmt: skip
"""The fields of a course that a change may name; lecturers are changed beside them."""


@dataclass(frozen=True, slots=True)
class CourseChange:
    """What to change of a course."""

    course_id: CourseId
    expected_revision: int
    """The revision that the change is made on."""
    fields: Mapping[str, Any]
    """By name, of those in CHANGEABLE, what each shall be."""
    lecturer_ids: tuple[UserId, ...] | None = None
    """Who shall teach it, in this order; None: who does."""

    @property
    def programme_ids(self) -> frozenset[ProgrammeId]:
        """The programmes that it names."""
        return frozenset(self.fields.get("programme_ids", ()))


def changed(course: Course, change: CourseChange) -> Course:
    """The course with another content; its lecturers and its revision are as before.

    Raises EnrollmentWindowInvalid.
    """
    after = replace(course, **change.fields)
    after.require_sound()
    return after


def differences(before: Course, after: Course) -> list[str]:
    """The names of the fields that differ."""
    return [name for name in CHANGEABLE if getattr(before, name) != getattr(after, name)]


def lecturer_ids(course: Course) -> tuple[UserId, ...]:
    """Who teaches it, in order."""
    return tuple(lecturer.id for lecturer in course.lecturers)
