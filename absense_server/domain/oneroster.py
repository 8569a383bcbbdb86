"""Bundles of CSV files as 1EdTech's OneRoster 1.2 has them (CSV Binding 1.2.1).

Read are users and roles (student, teacher), academicSessions (term, semester), courses, classes and enrollments
(student, teacher). A class is our course: its code is the classCode, else the courseCode of its course; it is taught in
the first of its terms that is read. What else there is, is passed over. Bulk files are read as delta files are: what a
file does not name stays as it is, and `tobedeleted` ends enrollments; accounts, terms and courses stay. Dates of ends
are the first day after, as the standard has it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from absense_server.domain.courses import MOST_OF_A_TERM
from absense_server.domain.csv_tables import UTF_8, Columns, Row, Table
from absense_server.domain.enrollment_imports import EnrollmentWish
from absense_server.domain.errors.imports import ImportMalformed
from absense_server.domain.import_cells import MAX_NAME, Cells
from absense_server.domain.imports import FaultKind, Faults, Place
from absense_server.domain.people import Role
from absense_server.domain.user_imports import UserWish

MAX_CODE: Final = 32
"""Characters of a course's code, as the contract has it."""
MANIFEST: Final = "manifest.csv"
FILES: Final = ("users", "roles", "academicSessions", "courses", "classes", "enrollments")
"""Those that are read, in the order in which they are."""
WANTED: Final = (MANIFEST, *(f"{name}.csv" for name in FILES))
COLUMN_NAMES: Final = {
    "institution_number": "identifier",
    "full_name": "familyName",
    "from": "beginDate",
    "until": "endDate",
}
"""What the standard calls what our own files call otherwise."""
_ROLES: Final = {"student": Role.STUDENT, "teacher": Role.LECTURER}
_TERMS: Final = frozenset({"term", "semester"})
_GONE: Final = "tobedeleted"


def _columns(required: str, others: str = "") -> Columns:
    names = ["sourcedId", "status", *required.split(), *others.split()]
    return Columns(dict.fromkeys(names, ()), [(name,) for name in ["sourcedId", *required.split()]])


_COLUMNS: Final = {
    MANIFEST: Columns({"propertyName": (), "value": ()}, [("propertyName",), ("value",)]),
    "users.csv": _columns(
        "givenName familyName", "email identifier preferredGivenName preferredFamilyName enabledUser"
    ),
    "roles.csv": _columns("userSourcedId role", "roleType"),
    "academicSessions.csv": _columns("title type startDate endDate"),
    "courses.csv": _columns("title", "courseCode"),
    "classes.csv": _columns("title courseSourcedId termSourcedIds", "classCode"),
    "enrollments.csv": _columns("classSourcedId userSourcedId role", "beginDate endDate"),
}


@dataclass(frozen=True, slots=True)
class TermWish:
    """A term as it shall be."""

    place: Place
    source_id: str
    name: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class ClassWish:
    """A course of ours as it shall be."""

    place: Place
    source_id: str
    code: str
    title: str
    term: str
    """What the source system calls it."""


@dataclass(frozen=True, slots=True)
class SeatWish:
    """A student's, or a lecturer's, place in a class."""

    place: Place
    class_id: str
    user_id: str
    role: Role
    enrollment: EnrollmentWish


@dataclass(slots=True)
class Bundle:
    """What a bundle says."""

    users: list[UserWish] = field(default_factory=list)
    terms: list[TermWish] = field(default_factory=list)
    classes: list[ClassWish] = field(default_factory=list)
    seats: list[SeatWish] = field(default_factory=list)
    rows: int = 0
    passed_over: int = 0
    """Rows that say nothing to us: other roles, other sessions, what is to be deleted and stays."""
    encoding: str = UTF_8


Unhurried = Callable[[Iterable[Row]], Iterator[Row]]


class BundleReader:
    """Reads the files of a bundle, each with the help of those before it."""

    def __init__(self, files: Mapping[str, bytes], cells: Cells, unhurried: Unhurried) -> None:
        """`unhurried`: goes through rows with pauses."""
        self._files = files
        self._cells = cells
        self._faults: Faults = cells.faults
        self._unhurried = unhurried
        self._seen: dict[tuple[str, str], int] = {}
        self._roles: dict[str, tuple[bool, Role]] = {}
        self._course_codes: dict[str, str] = {}
        self._users: set[str] = set()
        self._other_users: set[str] = set()
        self._classes: set[str] = set()
        self._kept_classes: set[str] = set()
        self._terms: set[str] = set()
        self._other_terms: set[str] = set()
        self.bundle = Bundle()

    def read(self) -> Bundle:
        """All of them.

        Raises ImportMalformed where there is no manifest of OneRoster 1.2, or a file is no text.
        """
        there = self._manifest()
        readers = (self._roles_of, self._user, self._term, self._course, self._class, self._seat)
        names = ("roles", "users", "academicSessions", "courses", "classes", "enrollments")
        for name, reader in zip(names, readers, strict=True):
            if name in there:
                for row in self._rows(f"{name}.csv"):
                    if reader is self._roles_of or self._is_first(row):
                        reader(row)
        return self.bundle

    def _manifest(self) -> frozenset[str]:
        if MANIFEST not in self._files:
            raise ImportMalformed(f"it has no {MANIFEST}, so it is no OneRoster bundle.")
        said = {row.get("propertyName"): row.get("value") for row in self._rows(MANIFEST)}
        self.bundle.rows = 0
        version = said.get("oneroster.version", "")
        if not (version == "1.2" or version.startswith("1.2.")):
            raise ImportMalformed(f"its {MANIFEST} does not say oneroster.version 1.2. Export it as OneRoster 1.2.")
        there = {name for name in FILES if said.get(f"file.{name}", "absent").lower() != "absent"}
        for name in FILES:
            must = name in there or name in {"users", "roles"}
            if must and (f"{name}.csv" not in self._files or name not in there):
                message = "The bundle lacks this file, or its manifest says that it is absent."
                self._faults.add(Place(0, f"{name}.csv"), FaultKind.MISSING, message)
        return frozenset(name for name in there if f"{name}.csv" in self._files)

    def _rows(self, file: str) -> Iterator[Row]:
        table = Table(self._files[file], _COLUMNS[file], self._faults, file)
        if table.encoding != UTF_8:
            self.bundle.encoding = table.encoding
        yield from self._unhurried(table)
        self.bundle.rows += table.row_count

    def _is_first(self, row: Row) -> bool:
        name = row.get("sourcedId")
        if not name:
            row.fault(self._faults, FaultKind.MISSING, "Every line has a sourcedId.", "sourcedId")
            return False
        first = self._seen.setdefault((row.place.file, name), row.place.line)
        if first != row.place.line:
            row.fault(self._faults, FaultKind.DUPLICATE, f"Line {first} has this sourcedId.", "sourcedId")
        return first == row.place.line

    def _roles_of(self, row: Row) -> None:
        role = _ROLES.get(row.get("role").lower())
        if role is None or _is_gone(row):
            self.bundle.passed_over += 1
            return
        primary = row.get("roleType").lower() == "primary"
        user = row.get("userSourcedId")
        if user not in self._roles or (primary and not self._roles[user][0]):
            self._roles[user] = primary, role

    def _user(self, row: Row) -> None:
        name, before = row.get("sourcedId"), self._faults.count
        role = self._roles.get(name)
        if role is None or _is_gone(row) or row.get("enabledUser").lower() == "false":
            self.bundle.passed_over += 1
            self._other_users.add(name)
            return
        self._users.add(name)
        given = row.get("preferredGivenName") or row.get("givenName")
        family = row.get("preferredFamilyName") or row.get("familyName")
        full_name = f"{given} {family}".strip()
        if not full_name:
            row.fault(self._faults, FaultKind.MISSING, "This person has no name.", "familyName")
        elif len(full_name) > MAX_NAME or not any(letter.isalnum() for letter in full_name):
            row.fault(self._faults, FaultKind.BAD_VALUE, "This is no name, or a very long one.", "familyName")
        wish = UserWish(
            place=row.place,
            email=self._cells.email(row),
            full_name=full_name or None,
            role=role[1],
            number=self._cells.number(row, "identifier"),
            source_id=name,
        )
        if self._faults.count == before:
            self.bundle.users.append(wish)

    def _term(self, row: Row) -> None:
        name, before = row.get("sourcedId"), self._faults.count
        if row.get("type").lower() not in _TERMS or _is_gone(row):
            self.bundle.passed_over += 1
            self._other_terms.add(name)
            return
        self._terms.add(name)
        title = self._cells.name(row, "title")
        starts_at, ends_at = self._cells.instant(row, "startDate"), self._cells.instant(row, "endDate")
        if self._faults.count > before:
            return
        if title is None or starts_at is None or ends_at is None:
            row.fault(self._faults, FaultKind.MISSING, "A term has a title, a startDate and an endDate.")
        elif not timedelta(0) < ends_at - starts_at <= MOST_OF_A_TERM:
            message = "A term ends after it starts, at most two years later."
            row.fault(self._faults, FaultKind.BAD_VALUE, message, "endDate")
        else:
            self.bundle.terms.append(TermWish(row.place, name, title, starts_at, ends_at))

    def _course(self, row: Row) -> None:
        self._course_codes[row.get("sourcedId")] = row.get("courseCode")
        self.bundle.passed_over += 1

    def _class(self, row: Row) -> None:
        name, before = row.get("sourcedId"), self._faults.count
        self._kept_classes.add(name)
        if _is_gone(row):
            self.bundle.passed_over += 1
            return
        self._classes.add(name)
        column = "classCode" if row.get("classCode") else "courseSourcedId"
        code = row.get("classCode") or self._course_codes.get(row.get("courseSourcedId"), "")
        title = self._cells.name(row, "title")
        listed = [term.strip() for term in row.get("termSourcedIds").split(",")]
        term = next((term for term in listed if term in self._terms), None)
        if not code:
            row.fault(self._faults, FaultKind.MISSING, "Neither the class nor its course has a code.", column)
        elif len(code) > MAX_CODE or not any(letter.isalnum() for letter in code):
            row.fault(self._faults, FaultKind.BAD_VALUE, f"A code has at most {MAX_CODE} characters.", column)
        if title is None and self._faults.count == before:
            row.fault(self._faults, FaultKind.MISSING, "A class has a title.", "title")
        if term is None:
            message = "None of these is a term or a semester in academicSessions.csv."
            row.fault(self._faults, FaultKind.UNKNOWN, message, "termSourcedIds")
        if self._faults.count == before and title is not None and term is not None:
            self.bundle.classes.append(ClassWish(row.place, name, code, title, term))

    def _seat(self, row: Row) -> None:
        role, user, before = _ROLES.get(row.get("role").lower()), row.get("userSourcedId"), self._faults.count
        if role is None or user in self._other_users:
            self.bundle.passed_over += 1
            return
        if user not in self._users:
            row.fault(self._faults, FaultKind.UNKNOWN, "users.csv has nobody with this sourcedId.", "userSourcedId")
        if row.get("classSourcedId") not in self._kept_classes:
            row.fault(self._faults, FaultKind.UNKNOWN, "classes.csv has no such class.", "classSourcedId")
        elif row.get("classSourcedId") not in self._classes and not _is_gone(row):
            self.bundle.passed_over += 1
            return
        starts_at, ends_at = self._cells.instant(row, "beginDate"), self._cells.instant(row, "endDate")
        if starts_at and ends_at and starts_at >= ends_at:
            row.fault(self._faults, FaultKind.BAD_VALUE, "The end is not after the beginning.", "endDate")
        wish = EnrollmentWish(row.place, from_at=starts_at, until_at=ends_at, end=_is_gone(row))
        if self._faults.count == before:
            self.bundle.seats.append(SeatWish(row.place, row.get("classSourcedId"), user, role, wish))


def _is_gone(row: Row) -> bool:
    return row.get("status").lower() == _GONE
