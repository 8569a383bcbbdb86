"""What attendance comes to: the one definition that every report goes by (DESIGN.md, What counts).

Counted is each student at each session that is over and was not cancelled, if the student was enrolled, in scope, when
it opened. Records of anyone else count nowhere.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from absense_server.domain.policy import RecordStatus


class Mark(Enum):
    """What one student at one session counts as."""

    PRESENT = "PRESENT"
    ABSENT = "ABSENT"
    EXCUSED = "EXCUSED"
    UNDECIDED = "UNDECIDED"


_MARKS = {
    None: Mark.ABSENT,
    RecordStatus.REJECTED: Mark.ABSENT,
    RecordStatus.CONFIRMED: Mark.PRESENT,
    RecordStatus.EXCUSED: Mark.EXCUSED,
    RecordStatus.FLAGGED: Mark.UNDECIDED,
    RecordStatus.PENDING_VERIFICATION: Mark.UNDECIDED,
}


def mark_of(status: RecordStatus | None) -> Mark:
    """What an expected student counts as by the status of the record; None: there is no record."""
    return _MARKS[status]


ABSENT_STATUSES = frozenset(status for status in RecordStatus if mark_of(status) is Mark.ABSENT)
"""Those of records that leave their students absent."""


@dataclass(frozen=True, slots=True)
class Count:
    """So many expected students have a record like this; no status: no record."""

    status: RecordStatus | None
    late: bool
    number: int


@dataclass(frozen=True, slots=True)
class Tally:
    """Attendance summed up; tallies of different students or sessions add up."""

    present: int = 0
    late: int = 0
    """Of those present."""
    excused: int = 0
    undecided: int = 0
    absent: int = 0

    @property
    def held(self) -> int:
        """All that was counted."""
        return self.present + self.excused + self.undecided + self.absent

    @property
    def rate(self) -> float | None:
        """Present of those who should have been there and of whom it is known, 0 to 1; None where there are none."""
        known = self.held - self.excused - self.undecided
        return self.present / known if known else None

    def at_risk(self, threshold: float) -> bool:
        """Whether the rate is under `threshold`; never without a rate."""
        return self.rate is not None and self.rate < threshold

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.present + other.present,
            self.late + other.late,
            self.excused + other.excused,
            self.undecided + other.undecided,
            self.absent + other.absent,
        )

    def __rmul__(self, number: int) -> "Tally":
        return Tally(
            number * self.present,
            number * self.late,
            number * self.excused,
            number * self.undecided,
            number * self.absent,
        )


def tally(counts: Iterable[Count]) -> Tally:
    """What these come to."""
    numbers = dict.fromkeys(Mark, 0)
    late = 0
    for count in counts:
        mark = mark_of(count.status)
        numbers[mark] += count.number
        if mark is Mark.PRESENT and count.late:
            late += count.number
    return Tally(
        present=numbers[Mark.PRESENT],
        late=late,
        excused=numbers[Mark.EXCUSED],
        undecided=numbers[Mark.UNDECIDED],
        absent=numbers[Mark.ABSENT],
    )


def total(tallies: Iterable[Tally]) -> Tally:
    """All of them together."""
    return sum(tallies, Tally())
