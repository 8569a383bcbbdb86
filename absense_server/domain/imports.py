"""Imports: what a file says, compared with what is there."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Final

MAX_CHANGES: Final = 1000
"""Changes that a report lists; the rest is counted."""
MAX_FAULTS: Final = 5000
"""Faults that a report lists; the rest is counted."""
_SHOWN: Final = 100
"""Characters of a faulty value that a report repeats."""


class SourceKind(Enum):
    """What a source system's id names."""

    USER = "USER"
    COURSE = "COURSE"
    CLASS = "CLASS"
    TERM = "TERM"
    ENROLLMENT = "ENROLLMENT"


class Subject(Enum):
    """What an import makes or changes."""

    USER = "USER"
    COURSE = "COURSE"
    ENROLLMENT = "ENROLLMENT"
    LECTURER = "LECTURER"
    TERM = "TERM"
    PROGRAMME = "PROGRAMME"


class ChangeKind(Enum):
    """What happens to it."""

    CREATED = "CREATED"
    CHANGED = "CHANGED"
    ENDED = "ENDED"


class FaultKind(Enum):
    """What is wrong with a value, a line or a file."""

    MISSING = "MISSING"
    BAD_VALUE = "BAD_VALUE"
    UNKNOWN = "UNKNOWN"
    DUPLICATE = "DUPLICATE"
    CONFLICT = "CONFLICT"


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file, from 1, and the file within a bundle, if it is one; line 0: none says so."""

    line: int
    file: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the difference between what is there and what the file says."""

    subject: Subject
    kind: ChangeKind
    name: str
    place: Place
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with the file."""

    place: Place
    kind: FaultKind
    message: str
    """A sentence that says what to do."""
    column: str = ""
    """As in the file; empty: the whole line."""
    value: str = ""


class Faults:
    """What is wrong, in the order in which it is found: the first ones, and how many."""

    def __init__(self) -> None:
        self.count = 0
        self.first: list[Fault] = []

    def add(self, place: Place, kind: FaultKind, message: str, column: str = "", value: str = "") -> None:
        """Note one."""
        self.count += 1
        if len(self.first) < MAX_FAULTS:
            shown = "".join(letter if letter.isprintable() else "\ufffd" for letter in value[:_SHOWN])
            self.first.append(Fault(place, kind, message, column, shown))

    def __add__(self, other: "Faults") -> "Faults":
        both = Faults()
        both.count, both.first = self.count + other.count, [*self.first, *other.first]
        return both


@dataclass(frozen=True, slots=True)
class Difference:
    """All that an import changes, and how many lines say what is there already."""

    changes: Sequence[Change] = ()
    unchanged: int = 0

    def count(self, kind: ChangeKind) -> int:
        """How many changes are of this kind."""
        return sum(change.kind is kind for change in self.changes)


@dataclass(frozen=True, slots=True)
class Report:
    """What an import did, or would do."""

    applied: bool
    rows: int
    created: int
    changed: int
    ended: int
    unchanged: int
    fault_count: int
    changes: tuple[Change, ...] = ()
    faults: tuple[Fault, ...] = ()
    encoding: str = "utf-8"

    @property
    def facts(self) -> Mapping[str, str]:
        """The counts, for the audit log."""
        names = ("rows", "created", "changed", "ended", "unchanged")
        return {name: str(getattr(self, name)) for name in names}


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading a file showed besides its rows."""

    rows: int
    encoding: str
    faults: Faults = field(default_factory=Faults)
    headers: Mapping[str, str] = field(default_factory=dict)
    """What the file calls its columns, by our names."""


def report(
    reading: Reading, difference: Difference, found: Faults, *, applied: bool, order: Iterable[str] = ()
) -> Report:
    """The report; `found`: what comparing showed to be wrong; `order`: of the files of a bundle."""
    files = {name: number for number, name in enumerate(order)}

    def key(item: Fault | Change) -> tuple[int, int]:
        return files.get(item.place.file, -1), item.place.line or 1 << 40

    compared = [replace(fault, column=reading.headers.get(fault.column, fault.column)) for fault in found.first]
    return Report(
        applied=applied,
        rows=reading.rows,
        created=difference.count(ChangeKind.CREATED),
        changed=difference.count(ChangeKind.CHANGED),
        ended=difference.count(ChangeKind.ENDED),
        unchanged=difference.unchanged,
        fault_count=reading.faults.count + found.count,
        changes=tuple(sorted(difference.changes, key=key)[:MAX_CHANGES]),
        faults=tuple(sorted([*reading.faults.first, *compared], key=key)[:MAX_FAULTS]),
        encoding=reading.encoding,
    )
