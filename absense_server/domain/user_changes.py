"""Accounts as administrators make and change them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from absense_server.domain.errors.accounts import UserStateNotAllowed
from absense_server.domain.ids import ProgrammeId
from absense_server.domain.mails import MailKind
from absense_server.domain.people import Role, User, UserState


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account as an administrator asks for it: its user sets the password."""

    email: str
    full_name: str
    role: Role
    institution_number: str = ""
    programme_id: ProgrammeId | None = None
    level: int = 0


@dataclass(frozen=True, slots=True)
class UserChange:
    """What to change of an account; None: leave it as it is."""

    email: str | None = None
    full_name: str | None = None
    role: Role | None = None
    state: UserState | None = None
    """ACTIVE or DEACTIVATED."""
    institution_number: str | None = None
    """Empty: take it away."""
    programme_id: ProgrammeId | Literal[""] | None = None
    """Empty: take it away."""
    level: int | None = None
    """0: take it away."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that an account had and another that it has."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class AccountMail:
    """A mail about an account; no address: its own."""

    kind: MailKind
    address: str | None = None


_WAITS_FOR = {UserState.PENDING_EMAIL: MailKind.CONFIRM_EMAIL, UserState.INVITED: MailKind.INVITATION}
"""The mail without which an account in this state does not get on."""
_COMPARED = (
    "email", "full_name", "role", "state", "institution_number", "claimed_number", "programme_id", "level",
)  # fmt: skip
PERSONAL = frozenset({"email", "full_name", "institution_number", "claimed_number"})
"""What can name a person."""


def changed(user: User, change: UserChange, *, has_password: bool) -> User:
    """The account after `change`. A number that is set is vouched for, and is not a claimed one any more.

    Raises UserStateNotAllowed.
    """
    _require_not_erased(user.state)
    number = user.institution_number if change.institution_number is None else change.institution_number
    return replace(
        user,
        email=user.email if change.email is None else change.email,
        full_name=user.full_name if change.full_name is None else change.full_name,
        role=user.role if change.role is None else change.role,
        state=user.state if change.state is None else state_after(user.state, change.state, has_password=has_password),
        institution_number=number,
        claimed_number="" if change.institution_number else user.claimed_number,
        programme_id=user.programme_id if change.programme_id is None else change.programme_id or None,
        level=user.level if change.level is None else change.level,
    )


def state_after(state: UserState, asked: UserState, *, has_password: bool) -> UserState:
    """Where an account in `state` stands once an administrator has asked for ACTIVE or DEACTIVATED.

    Who has never set a password is INVITED, and becomes ACTIVE by setting one. Raises UserStateNotAllowed.
    """
    _require_not_erased(state)
    if asked not in {UserState.ACTIVE, UserState.DEACTIVATED}:
        raise UserStateNotAllowed(state.value, f"nobody brings it into {asked.value}")
    if asked is UserState.DEACTIVATED or state is asked or has_password:
        return asked
    return UserState.INVITED


def is_readdressed(before: User, after: User) -> bool:
    """Whether the account has another address: what was sent to the old one is void."""
    return after.email != before.email


def is_switched_off(before: User, after: User) -> bool:
    """Whether the account was deactivated by the change."""
    return after.state is UserState.DEACTIVATED and before.state is not after.state


def voids_mails(before: User, after: User) -> bool:
    """Whether tokens of mails sent before are void."""
    return is_switched_off(before, after) or is_readdressed(before, after)


def ends_sign_ins(before: User, after: User) -> bool:
    """Whether what was begun as another person, as it were, ends."""
    return voids_mails(before, after) or after.role is not before.role


def mails_about(before: User, after: User) -> Iterator[AccountMail]:
    """What an account's user is told of the change."""
    readdressed, moved = is_readdressed(before, after), after.state is not before.state
    if readdressed:
        yield AccountMail(MailKind.EMAIL_CHANGED, before.email)
    if moved and (before.state, after.state) == (UserState.PENDING_APPROVAL, UserState.ACTIVE):
        yield AccountMail(MailKind.APPROVED)
    if (readdressed or moved) and after.state in _WAITS_FOR:
        yield AccountMail(_WAITS_FOR[after.state])


def _require_not_erased(state: UserState) -> None:
    if state is UserState.ERASED:
        raise UserStateNotAllowed(state.value, "nothing of it can be changed")


def differences(before: User, after: User) -> Iterator[Difference]:
    """What a change has changed."""
    for name in _COMPARED:
        old, new = (_text(getattr(user, name)) for user in (before, after))
        if old != new:
            yield Difference(name, old, new)


def _text(value: object) -> str:
    if isinstance(value, Role | UserState):
        return str(value.value)
    return "" if value is None else str(value)
