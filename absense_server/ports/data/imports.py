"""Many rows at once, as imports read and write them.

See absense_server.ports.data. Here a method is a few statements for each thousand of rows.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from absense_server.domain.courses import Course, Term
from absense_server.domain.enrollment_imports import Enrolled
from absense_server.domain.ids import CourseId, ProgrammeId, TermId, UserId
from absense_server.domain.imports import SourceKind
from absense_server.domain.mails import MailKind
from absense_server.domain.people import User
from absense_server.domain.records import AttendanceRecord


class Imports(Protocol):
    """What is there, compared with files, and what files say, written."""

    def named(self, numbers: Collection[str], emails: Collection[str]) -> Sequence[User]:
        """The accounts with one of these numbers or normalized addresses."""
        ...

    def users(self, ids: Collection[UserId], *, hold: bool) -> Sequence[User]:
        """The accounts with these ids; `hold`: each held as by `Users.hold`, and as it is once that has succeeded."""
        ...

    def programmes(self) -> Mapping[str, ProgrammeId]:
        """All, by folded code."""
        ...

    def add_users(self, new: Sequence[User]) -> None:
        """Without passwords. Raises Race where an address or a number is somebody's."""
        ...

    def save_users(self, users: Sequence[User]) -> None:
        """Raises Race where an address or a number is somebody else's."""
        ...

    def remove_pending(self, ids: Collection[UserId]) -> int:
        """Delete accounts in PENDING_EMAIL, and what may be erased of the events about them; returns how many."""
        ...

    def end_sign_ins(self, ids: Collection[UserId], now: datetime) -> Mapping[UserId, int]:
        """End every sign-in of these users; returns how many of whom. Hold the users."""
        ...

    def void_mails(self, ids: Collection[UserId], kinds: Collection[MailKind]) -> None:
        """As Mails.remove_tokens, of many users."""
        ...

    def enrollments(self, course_ids: Collection[CourseId]) -> Mapping[CourseId, Sequence[Enrolled]]:
        """All of the courses, ended ones too."""
        ...

    def add_enrollments(self, new: Mapping[CourseId, Sequence[Enrolled]]) -> None:
        """Raises Race where the student has one that runs."""
        ...

    def save_enrollments(self, enrolled: Sequence[Enrolled]) -> None:
        """Raises Race where the student has another that runs."""
        ...

    def unenrolled(
        self, course_ids: Collection[CourseId], student_ids: Collection[UserId]
    ) -> Sequence[AttendanceRecord]:
        """The students' records in the courses that an enrollment covers, in scope, but judged without one."""
        ...

    def source_ids(self, kind: SourceKind, ids: Collection[str]) -> Mapping[str, UUID]:
        """What the source system's ids name."""
        ...

    def add_source_ids(self, kind: SourceKind, ids: Mapping[str, UUID]) -> None:
        """Raises Race where one names something already."""
        ...

    def terms(self) -> Sequence[Term]:
        """All."""
        ...

    def courses(self, ids: Collection[CourseId], term_ids: Collection[TermId]) -> Sequence[Course]:
        """Those with these ids, and all of these terms."""
        ...

    def add_courses(self, new: Sequence[Course]) -> None:
        """Without lecturers and programmes. Raises Race where a code is taken in its term."""
        ...

    def save_courses(self, courses: Sequence[Course]) -> None:
        """Their codes, titles and revisions. Raises Race where a code is taken in its term."""
        ...

    def set_lecturers(self, course_ids: Mapping[CourseId, Sequence[UserId]]) -> None:
        """Who teaches each course, in this order, and nobody else."""
        ...
