"""A course's list as a file has it: who is on it, from when, until when.

Enrollments are dated. A line whose student is on the list already, with the same programme and level, says that this
stays so; one with another programme or level ends that enrollment and begins another, at `from`, else now. An earlier
`from` moves the beginning back (the office enrolls late joiners retroactively); a later one takes away nothing. One who
was on the list before comes back as by EnrollInCourse (domain.courses.rejoins).
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from absense_server.domain.courses import folded, rejoins
from absense_server.domain.csv_tables import Columns, Row, Table
from absense_server.domain.ids import EnrollmentId, ProgrammeId, UserId
from absense_server.domain.import_cells import Cells
from absense_server.domain.imports import Change, ChangeKind, Difference, FaultKind, Faults, Place, Subject
from absense_server.domain.people import Role, User, UserState

COLUMNS: Final = Columns(
    {
        "institution_number": ("number", "student_number", "matriculation_number"),
        "email": ("e_mail", "mail", "email_address"),
        "programme": ("program", "programme_code"),
        "level": ("year",),
        "from": ("start",),
        "until": ("end",),
    },
    required=(("institution_number", "email"),),
)
_MAY_BE_ENROLLED: Final = frozenset({UserState.ACTIVE, UserState.INVITED})
_NEVER: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class EnrollmentWish:
    """One line: who shall be on the list. None: the line does not say."""

    place: Place
    number: str | None = None
    email: str | None = None
    programme: str | None = None
    """Its code."""
    level: int | None = None
    from_at: datetime | None = None
    until_at: datetime | None = None
    for_ever: bool = False
    """The line says that there is no end."""
    end: bool = False
    """The line takes the student off the list."""

    @property
    def who(self) -> str:
        """The student as the line names them."""
        return self.number or self.email or ""


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A student's place on a course's list, as it is kept or shall be."""

    id: EnrollmentId
    student_id: UserId
    from_at: datetime
    until_at: datetime | None
    programme_id: ProgrammeId | None
    level: int

    @property
    def end(self) -> datetime:
        """When it ends; for one that runs, never."""
        return self.until_at or _NEVER


@dataclass(slots=True)
class EnrollmentPlan:
    """What an import does to a course's list."""

    new: list[Enrolled] = field(default_factory=list)
    saved: list[tuple[Enrolled, Enrolled]] = field(default_factory=list)
    """Before and after."""
    vouched: list[tuple[User, User]] = field(default_factory=list)
    """Accounts that get a number: before and after."""
    changes: list[Change] = field(default_factory=list)
    unchanged: int = 0

    @property
    def difference(self) -> Difference:
        """For the report."""
        return Difference(self.changes, self.unchanged)

    @property
    def widened(self) -> frozenset[UserId]:
        """Students of whom an enrollment may cover more than before."""
        more = {after.student_id for before, after in self.saved if _covers_more(before, after)}
        return frozenset(more | {enrolled.student_id for enrolled in self.new})


def _covers_more(before: Enrolled, after: Enrolled) -> bool:
    moved = after.from_at < before.from_at or after.end > before.end
    return moved or after.programme_id != before.programme_id


def read_enrollments(table: Table, rows: Iterable[Row], cells: Cells) -> Iterator[EnrollmentWish]:
    """What the lines say; those that cannot be read are noted, and left out."""
    seen: dict[str, int] = {}
    for row in rows:
        before = cells.faults.count
        wish = EnrollmentWish(
            place=row.place,
            number=cells.number(row),
            email=cells.email(row),
            programme=row.get("programme") or None,
            level=cells.level(row),
            from_at=cells.instant(row, "from"),
            until_at=cells.instant(row, "until"),
            for_ever="until" in table.columns and not row.get("until"),
        )
        if cells.faults.count == before:
            _check(row, wish, seen, cells.faults)
        if cells.faults.count == before:
            yield wish


def _check(row: Row, wish: EnrollmentWish, seen: dict[str, int], faults: Faults) -> None:
    if not wish.who:
        row.fault(faults, FaultKind.MISSING, "This line names no student: give a number or an address.")
    if wish.from_at and wish.until_at and wish.from_at >= wish.until_at:
        row.fault(faults, FaultKind.BAD_VALUE, "The end is not after the beginning.", "until")
    for column, key in (("institution_number", wish.number), ("email", wish.email)):
        if key is None:
            continue
        if key in seen:
            row.fault(faults, FaultKind.DUPLICATE, f"Line {seen[key]} names the same student.", column)
        seen.setdefault(key, row.place.line)


@dataclass(frozen=True, slots=True)
class Registry:
    """The accounts that a file names, and the programmes."""

    by_number: Mapping[str, User]
    by_email: Mapping[str, User]
    programmes: Mapping[str, ProgrammeId]
    """By folded code."""
    users: Sequence[User] = ()
    """All of the accounts."""

    @classmethod
    def of(cls, users: Iterable[User], programmes: Mapping[str, ProgrammeId]) -> "Registry":
        """Of accounts as they are."""
        found = list(users)
        return cls(
            {user.institution_number: user for user in found if user.institution_number},
            {user.email: user for user in found if user.email},
            programmes,
            found,
        )


@dataclass(slots=True)
class StudentFinder:
    """Finds the student of each line."""

    registry: Registry
    faults: Faults
    pass_over: Faults
    """Where it is noted that somebody is not there: what is wrong, or only worth saying."""
    vouched: list[tuple[User, User]] = field(default_factory=list)

    def find(self, wish: EnrollmentWish) -> User | None:
        """The student, with the number that the line vouches for; None: noted."""
        by_number = self.registry.by_number.get(wish.number or "")
        by_email = self.registry.by_email.get(wish.email or "")
        if by_number is not None and by_email is not None and by_number.id != by_email.id:
            self._note(wish, FaultKind.CONFLICT, "The number is that of one account, and the address that of another.")
            return None
        user = by_number or by_email
        if user is None or not self._may_be_enrolled(wish, user):
            if user is None:
                self._unknown(wish, "Nobody has an account with this. Ask the student to register.")
            return None
        if wish.number is None or user.institution_number == wish.number:
            return user
        if user.institution_number:
            message = "The account with this address has another number."
            self._note(wish, FaultKind.CONFLICT, message, "institution_number", wish.number)
            return None
        after = replace(user, institution_number=wish.number, claimed_number="")
        self.vouched.append((user, after))
        return after

    def _may_be_enrolled(self, wish: EnrollmentWish, user: User) -> bool:
        if user.role is not Role.STUDENT:
            self._unknown(wish, "This account is not a student's.")
        elif user.state is UserState.PENDING_EMAIL:
            self._unknown(wish, "Whoever registered with this address has not confirmed it, and may be somebody else.")
        elif user.state not in _MAY_BE_ENROLLED:
            self._unknown(wish, "This account cannot be enrolled: it is deactivated, erased or not approved.")
        else:
            return True
        return False

    def _unknown(self, wish: EnrollmentWish, message: str) -> None:
        column = "institution_number" if wish.number else "email"
        self.pass_over.add(wish.place, FaultKind.UNKNOWN, message, column, wish.who)

    def _note(self, wish: EnrollmentWish, kind: FaultKind, message: str, column: str = "", value: str = "") -> None:
        self.faults.add(wish.place, kind, message, column, value)


class ListPlanner:
    """Compares what lines say with one course's list."""

    def __init__(
        self,
        *,
        course: str,
        there: Iterable[Enrolled],
        programmes: Mapping[str, ProgrammeId],
        faults: Faults,
        now: datetime,
        new_id: Callable[[], UUID],
    ) -> None:
        """`course`: its code, for people."""
        self._course = course
        self._programmes = programmes
        self._faults = faults
        self._now = now
        self._new_id = new_id
        self._there: defaultdict[UserId, list[Enrolled]] = defaultdict(list)
        for enrolled in sorted(there, key=lambda enrolled: enrolled.from_at):
            self._there[enrolled.student_id].append(enrolled)
        self._named: dict[UserId, int] = {}
        self.plan = EnrollmentPlan()

    def add(self, wish: EnrollmentWish, student: User, *, vouched: bool = False) -> None:
        """Plan what one line asks for; `vouched`: the student gets a number by it."""
        if student.id in self._named:
            line = self._named[student.id]
            self._faults.add(wish.place, FaultKind.DUPLICATE, f"Line {line} names the same student.", value=wish.who)
            return
        self._named[student.id] = wish.place.line
        if vouched:
            change = Change(Subject.USER, ChangeKind.CHANGED, _name(wish, student), wish.place, ("institution_number",))
            self.plan.changes.append(change)
        before = len(self.plan.changes), self._faults.count
        if wish.end:
            self._end(wish, student)
        else:
            self._enroll(wish, student)
        if (len(self.plan.changes), self._faults.count) == before and not vouched:
            self.plan.unchanged += 1

    def end_missing(self, students: Mapping[UserId, User], kept: Collection[UserId] = ()) -> None:
        """End what runs of students whom no line names, less `kept`."""
        for student_id, there in self._there.items():
            if student_id in self._named or student_id in kept or there[-1].end <= self._now:
                continue
            self._end(EnrollmentWish(Place(0)), students[student_id])

    def _end(self, wish: EnrollmentWish, student: User) -> None:
        at = wish.until_at or self._now
        for enrolled in self._there[student.id]:
            if enrolled.end > at and enrolled.from_at <= at:
                self._save(wish, student, enrolled, replace(enrolled, until_at=at), ChangeKind.ENDED)

    def _enroll(self, wish: EnrollmentWish, student: User) -> None:
        said = None
        if wish.programme is not None:
            said = self._programmes.get(folded(wish.programme))
            if said is None:
                message = "There is no such programme. An administrator can add it."
                self._faults.add(wish.place, FaultKind.UNKNOWN, message, "programme", wish.programme)
                return
        there = self._there[student.id]
        latest = there[-1] if there else None
        if latest is not None and _says(wish, latest, said):
            return
        if latest is not None and latest.end > self._now:
            self._adjust(wish, student, latest, said)
            return
        self._begin(wish, student, latest, student.programme_id if said is None else said)

    def _begin(
        self, wish: EnrollmentWish, student: User, latest: Enrolled | None, programme: ProgrammeId | None
    ) -> None:
        level = student.level if wish.level is None else wish.level
        if latest is not None and wish.from_at is None and rejoins(latest, programme, level):
            self._save(wish, student, latest, replace(latest, until_at=wish.until_at), ChangeKind.CREATED)
            return
        gap = None if latest is None else latest.until_at
        start = wish.from_at or gap or self._now
        self._create(wish, student, start, programme, level)

    def _create(
        self, wish: EnrollmentWish, student: User, start: datetime, programme: ProgrammeId | None, level: int
    ) -> None:
        new = Enrolled(EnrollmentId(self._new_id()), student.id, start, wish.until_at, programme, level)
        if self._is_possible(wish, new, self._there[student.id]):
            self.plan.new.append(new)
            self._note(wish, student, ChangeKind.CREATED)

    def _adjust(self, wish: EnrollmentWish, student: User, latest: Enrolled, said: ProgrammeId | None) -> None:
        """One that runs, or has its end before it."""
        programme = latest.programme_id if said is None else said
        level = latest.level if wish.level is None else wish.level
        start = wish.from_at or self._now
        if (programme, level) != (latest.programme_id, latest.level) and start > latest.from_at:
            until = min(start, latest.end)
            rest = [enrolled for enrolled in self._there[student.id] if enrolled is not latest]
            new = Enrolled(EnrollmentId(self._new_id()), student.id, start, wish.until_at, programme, level)
            if self._is_possible(wish, new, rest):
                self._save(wish, student, latest, replace(latest, until_at=until), ChangeKind.ENDED)
                self.plan.new.append(new)
                self._note(wish, student, ChangeKind.CREATED)
            return
        after = replace(
            latest,
            programme_id=programme,
            level=level,
            from_at=min(latest.from_at, wish.from_at or latest.from_at),
            until_at=wish.until_at or (None if wish.for_ever else latest.until_at),
        )
        rest = [enrolled for enrolled in self._there[student.id] if enrolled is not latest]
        if after != latest and self._is_possible(wish, after, rest):
            ended = after.end <= self._now
            self._save(wish, student, latest, after, ChangeKind.ENDED if ended else ChangeKind.CHANGED)

    def _is_possible(self, wish: EnrollmentWish, wanted: Enrolled, others: Sequence[Enrolled]) -> bool:
        if wanted.from_at >= wanted.end:
            self._faults.add(wish.place, FaultKind.BAD_VALUE, "The end is not after the beginning.", "until")
            return False
        if any(wanted.from_at < other.end and other.from_at < wanted.end for other in others):
            message = "The student was enrolled before, and this meets that time. Give a later beginning."
            self._faults.add(wish.place, FaultKind.CONFLICT, message, "from")
            return False
        return True

    def _save(self, wish: EnrollmentWish, student: User, before: Enrolled, after: Enrolled, kind: ChangeKind) -> None:
        self.plan.saved.append((before, after))
        names = {"from_at": "from", "until_at": "until", "programme_id": "programme", "level": "level"}
        fields = tuple(name for key, name in names.items() if getattr(before, key) != getattr(after, key))
        self._note(wish, student, kind, fields if kind is ChangeKind.CHANGED else ())

    def _note(self, wish: EnrollmentWish, student: User, kind: ChangeKind, fields: tuple[str, ...] = ()) -> None:
        name = f"{_name(wish, student)} in {self._course}"
        self.plan.changes.append(Change(Subject.ENROLLMENT, kind, name, wish.place, fields))


def _says(wish: EnrollmentWish, there: Enrolled, programme: ProgrammeId | None) -> bool:
    """Whether the line says of an enrollment, ended or not, no more than what is kept."""
    return (
        wish.from_at in {None, there.from_at}
        and (wish.until_at is not None or not there.until_at)
        and wish.until_at == there.until_at
        and (programme is None or programme == there.programme_id)
        and wish.level in {None, there.level}
    )


def _name(wish: EnrollmentWish, student: User) -> str:
    """As the line has it; where there is none, never by an address, which no lecturer is shown."""
    return wish.who or student.institution_number or student.full_name
