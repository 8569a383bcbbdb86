"""Accounts as a file has them.

A line finds its account by the number, else by the address. What the line leaves empty stays as it is.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from absense_server.domain.courses import folded
from absense_server.domain.csv_tables import Columns, Row
from absense_server.domain.enrollment_imports import Registry
from absense_server.domain.ids import ProgrammeId, UserId
from absense_server.domain.import_cells import Cells
from absense_server.domain.imports import Change, ChangeKind, Difference, FaultKind, Faults, Place, Subject
from absense_server.domain.people import Role, User, UserState
from absense_server.domain.user_changes import UserChange, changed, differences

COLUMNS: Final = Columns(
    {
        "email": ("e_mail", "mail", "email_address"),
        "full_name": ("name",),
        "role": (),
        "institution_number": ("number", "student_number", "matriculation_number"),
        "programme": ("program", "programme_code"),
        "level": ("year",),
    },
    required=(("email", "institution_number"),),
)
_ROLES: Final = {"student": Role.STUDENT, "lecturer": Role.LECTURER}


@dataclass(frozen=True, slots=True)
class UserWish:
    """One line: an account as it shall be. None: as it is."""

    place: Place
    email: str | None = None
    full_name: str | None = None
    role: Role | None = None
    number: str | None = None
    programme: str | None = None
    """Its code."""
    level: int | None = None
    source_id: str = ""
    """What the source system calls the account."""

    @property
    def who(self) -> str:
        """The account as the line names it."""
        return self.number or self.email or self.source_id


@dataclass(slots=True)
class UserPlan:
    """What an import does to accounts."""

    new: list[User] = field(default_factory=list)
    saved: list[tuple[User, User]] = field(default_factory=list)
    """Before and after."""
    gives_way: list[UserId] = field(default_factory=list)
    """Accounts never confirmed whose addresses others get."""
    by_source: dict[str, User] = field(default_factory=dict)
    """Accounts as they shall be, by what the source system calls them."""
    changes: list[Change] = field(default_factory=list)
    unchanged: int = 0

    @property
    def difference(self) -> Difference:
        """For the report."""
        return Difference(self.changes, self.unchanged)


def read_users(rows: Iterable[Row], cells: Cells) -> Iterator[UserWish]:
    """What the lines say; those that cannot be read are noted, and left out."""
    for row in rows:
        before = cells.faults.count
        wish = UserWish(
            place=row.place,
            email=cells.email(row),
            full_name=cells.name(row, "full_name"),
            role=_role(row, cells),
            number=cells.number(row),
            programme=row.get("programme") or None,
            level=cells.level(row),
        )
        if cells.faults.count == before and not wish.who:
            row.fault(cells.faults, FaultKind.MISSING, "This line names nobody: give an address or a number.")
        if cells.faults.count == before:
            yield wish


def _role(row: Row, cells: Cells) -> Role | None:
    text = row.get("role")
    if not text:
        return None
    role = _ROLES.get(text.casefold())
    if role is None:
        message = "A role is student or lecturer. Administrators are made one by one."
        row.fault(cells.faults, FaultKind.BAD_VALUE, message, "role")
    return role


class UserPlanner:
    """Compares lines with the accounts that are there."""

    def __init__(
        self,
        *,
        registry: Registry,
        faults: Faults,
        now: datetime,
        new_id: Callable[[], UUID],
        known: Mapping[str, User] | None = None,
    ) -> None:
        """`known`: accounts by what the source system calls them, from earlier imports."""
        self._registry = registry
        self._known = known or {}
        self._faults = faults
        self._now = now
        self._new_id = new_id
        self._named: dict[object, int] = {}
        self.plan = UserPlan()

    def add(self, wish: UserWish) -> None:
        """Plan what one line asks for."""
        for column, key in (("institution_number", wish.number), ("email", wish.email)):
            if key is not None and self._is_second(wish, (column, key), column, key):
                return
        programme: ProgrammeId | None = None
        if wish.programme is not None:
            programme = self._registry.programmes.get(folded(wish.programme))
            if programme is None:
                message = "There is no such programme. Add it first."
                self._fault(wish, FaultKind.UNKNOWN, message, "programme", wish.programme)
                return
        by_number = self._registry.by_number.get(wish.number or "")
        by_email = self._registry.by_email.get(wish.email or "")
        if by_email is not None and by_email.state is UserState.PENDING_EMAIL and by_email is not by_number:
            # whoever registered with it has not shown that it is theirs
            self.plan.gives_way.append(by_email.id)
            by_email = None
        found = self._known.get(wish.source_id) or by_number or by_email
        if found is None:
            self._make(wish, programme)
        elif (by_number and by_number.id != found.id) or (by_email and by_email.id != found.id):
            column, value = ("email", wish.email) if by_number in {None, found} else ("institution_number", wish.number)
            self._fault(wish, FaultKind.CONFLICT, "This is that of another account.", column, value or "")
        elif not self._is_second(wish, found.id, "", wish.who):
            self._change(wish, found, programme)

    def _is_second(self, wish: UserWish, key: object, column: str, value: str) -> bool:
        if key in self._named:
            self._fault(wish, FaultKind.DUPLICATE, f"Line {self._named[key]} names the same person.", column, value)
            return True
        self._named[key] = wish.place.line
        return False

    def _make(self, wish: UserWish, programme: ProgrammeId | None) -> None:
        if wish.email is None or wish.full_name is None:
            column = "email" if wish.email is None else "full_name"
            message = "Nobody has an account with this; a new one needs an address and a name."
            self._fault(wish, FaultKind.MISSING, message, column, wish.who)
            return
        user = User(
            id=UserId(self._new_id()),
            email=wish.email,
            full_name=wish.full_name,
            role=wish.role or Role.STUDENT,
            state=UserState.INVITED,
            created_at=self._now,
            institution_number=wish.number or "",
            programme_id=programme,
            level=wish.level or 0,
        )
        self.plan.new.append(user)
        self._note(wish, user, ChangeKind.CREATED)

    def _change(self, wish: UserWish, found: User, programme: ProgrammeId | None) -> None:
        if found.role is Role.ADMIN:
            message = "This is an administrator's account, which no import changes."
            self._fault(wish, FaultKind.CONFLICT, message, value=wish.who)
            return
        if found.state in {UserState.DEACTIVATED, UserState.ERASED}:
            message = "This account is deactivated or erased, and no import brings it back."
            self._fault(wish, FaultKind.CONFLICT, message, value=wish.who)
            return
        change = UserChange(
            email=wish.email,
            full_name=wish.full_name,
            role=wish.role,
            institution_number=wish.number,
            programme_id=programme,
            level=wish.level,
        )
        after = changed(found, change, has_password=True)
        if after == found:
            self.plan.unchanged += 1
            self._remember(wish, found)
            return
        self.plan.saved.append((found, after))
        fields = dict.fromkeys(_SHOWN.get(difference.name, difference.name) for difference in differences(found, after))
        self._note(wish, after, ChangeKind.CHANGED, tuple(fields))

    def _note(self, wish: UserWish, user: User, kind: ChangeKind, fields: tuple[str, ...] = ()) -> None:
        name = f"{user.full_name} ({user.institution_number or user.email})"
        self.plan.changes.append(Change(Subject.USER, kind, name, wish.place, fields))
        self._remember(wish, user)

    def _remember(self, wish: UserWish, user: User) -> None:
        if wish.source_id:
            self.plan.by_source[wish.source_id] = user

    def _fault(self, wish: UserWish, kind: FaultKind, message: str, column: str = "", value: str = "") -> None:
        self._faults.add(wish.place, kind, message, column, value)


_SHOWN: Final = {"programme_id": "programme", "claimed_number": "institution_number"}
