"""Attendance as a table for people and spreadsheets: its columns, the words in it, and CSV (RFC 4180).

Columns and words are part of the contract (attendance_export.proto): they stay as they are within v1, and more may come
at the end.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import Enum
from typing import Final, TypeAlias
from uuid import UUID

from absense_server.domain.ids import CourseId, SessionId, UserId
from absense_server.domain.policy import RecordStatus
from absense_server.domain.records import Source

COLUMNS: Final = (
    "course_code", "course_title", "term", "session_id", "opened", "room", "student_id", "student_number",
    "student_name", "programme", "level", "status", "late", "source", "claimed", "decided_by",
)  # fmt: skip
"""The table's first row."""

ABSENT: Final = "ABSENT"
"""Status of who was expected in a session that is over and has no record there."""
EXPECTED: Final = "EXPECTED"
"""Status of who is expected in a session that is open and has no record there yet."""
NOT_EXPECTED: Final = "NOT_EXPECTED"
"""Status of who has a record and was not enrolled, in scope, when the session opened: it counts in no report."""

BYTE_ORDER_MARK: Final = "\ufeff".encode()

Cell: TypeAlias = str | int
"""What a spreadsheet is to take as text, or a number."""


class ExportFormat(Enum):
    """What a table is written as."""

    CSV = "CSV"
    XLSX = "XLSX"

    @property
    def media_type(self) -> str:
        """What browsers call it."""
        return _MEDIA_TYPES[self]

    @property
    def ending(self) -> str:
        """How names of its files end."""
        return self.value.lower()


_MEDIA_TYPES: Final = {
    ExportFormat.CSV: "text/csv; charset=utf-8",
    ExportFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class ScopeKind(Enum):
    """Of what a table is made."""

    SESSION = "session"
    COURSE = "course"
    TERM = "term"


@dataclass(frozen=True, slots=True)
class ExportWish:
    """A table as somebody asks for it."""

    kind: ScopeKind
    id: UUID
    """Of the session, course or term."""
    format: ExportFormat = ExportFormat.CSV
    byte_order_mark: bool = False
    """CSV begins with one."""


@dataclass(frozen=True, slots=True)
class ExportCourse:
    """A course of the table."""

    id: CourseId
    code: str
    code_folded: str
    title: str
    term: str


@dataclass(frozen=True, slots=True)
class Attendance:
    """One student in one session that is over or open, and not cancelled."""

    session_id: SessionId
    opens_at: datetime
    room: str
    over: bool
    """The session takes no more claims."""
    student_id: UserId
    student_number: str
    student_name: str
    expected: bool
    """The student was enrolled, in scope, when the session opened."""
    programme: str = ""
    """Code of the programme of that enrollment, as `level` is its level."""
    level: int = 0
    status: RecordStatus | None = None
    """None: there is no record."""
    late: bool = False
    source: Source | None = None
    claimed_at: datetime | None = None
    """Of the first claim."""
    decided_by: str = ""
    """Who decided last; empty: nobody did."""


def word_for(attendance: Attendance) -> str:
    """The word in the column `status`: counted in sessions that are over, each comes to what the reports say."""
    if not attendance.expected:
        return NOT_EXPECTED
    if attendance.status is not None:
        return attendance.status.value
    return ABSENT if attendance.over else EXPECTED


def cells_of(course: ExportCourse, attendance: Attendance, zone: tzinfo) -> tuple[Cell, ...]:
    """The row of COLUMNS, defused; instants in RFC 3339, in the institution's time zone."""
    source = attendance.source
    return (
        defused(course.code),
        defused(course.title),
        defused(course.term),
        str(attendance.session_id),
        _instant(attendance.opens_at, zone),
        defused(attendance.room),
        str(attendance.student_id),
        defused(attendance.student_number),
        defused(attendance.student_name),
        defused(attendance.programme),
        attendance.level or "",
        word_for(attendance),
        "" if source is None else "yes" if attendance.late else "no",
        "" if source is None else source.value,
        "" if attendance.claimed_at is None else _instant(attendance.claimed_at, zone),
        defused(attendance.decided_by),
    )


def _instant(instant: datetime, zone: tzinfo) -> str:
    return instant.astimezone(zone).isoformat(timespec="seconds")


_RUNS: Final = frozenset("=+-@\u2212")
"""What makes a cell a formula, in the form that NFKC brings variants of other widths to; and the minus sign."""
_QUOTES: Final = frozenset("'\"`\u00b4\u2018\u2019\u201a\u201c\u201d\u201e\u00ab\u00bb")
_CONTROLS: Final = frozenset("\t\r\n")
_CUT: Final = re.compile(r"([;\t\r\n])")
"""Where spreadsheets of other countries, or with other wishes, cut CSV into cells, whatever is in quotes."""


def defused(text: str) -> str:
    """The same with an apostrophe wherever a spreadsheet could take what follows for a formula.

    That is at the beginning, also behind space, quotes and what is invisible, and behind what may be taken for the
    beginning of another cell.
    """
    if text[:1].isalnum() and not _CUT.search(text):
        return text
    cut = "".join(f"'{piece}" if _would_run(piece) else piece for piece in _CUT.split(text))
    return f"'{cut}" if text[:1] in _CONTROLS else cut


def _would_run(text: str) -> bool:
    for character in text:
        if character.isspace() or character in _QUOTES or unicodedata.category(character)[0] in "CZM":
            continue
        return unicodedata.normalize("NFKC", character)[:1] in _RUNS
    return False


def csv_of(rows: Iterable[Iterable[Cell]]) -> bytes:
    """RFC 4180 in UTF-8: commas, quotes where they are needed, lines that end with CR LF."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()


_NOT_IN_NAMES: Final = re.compile(r"[^A-Za-z0-9]+")


def file_name(wish: ExportWish, of: str, day: datetime, zone: tzinfo) -> str:
    """Such as "attendance-CS101-2026-11-24.csv"; `of`: a course's code or a term's name, `day`: an instant of it."""
    words = ("attendance", _NOT_IN_NAMES.sub("-", of).strip("-"), day.astimezone(zone).date().isoformat())
    return "-".join(word for word in words if word) + f".{wish.format.ending}"
