"""Who may register: what is demanded of their addresses and numbers, for each role."""

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from absense_server.domain.errors.accounts import EmailNotAccepted, NumberNotAccepted
from absense_server.domain.people import Role, User, UserState

UNCONFIRMED_LIFE: Final = timedelta(days=7)
"""How long an account waits for its address to be confirmed."""


@dataclass(frozen=True, slots=True)
class RegistrationRule:
    """What is demanded of those who register as one role."""

    email_domains: tuple[str, ...] = ()
    """"example.edu", or "*.example.edu" for every domain below that. None: any address will do."""
    number_pattern: str = ""
    """The whole institution number has to match it, ASCII digits for \\d as in apps. Empty: any number, or none."""

    def require_email(self, email: str, field: str = "email") -> None:
        """Raise EmailNotAccepted unless the address (normalized) is in one of the domains."""
        if self.email_domains and not any(_is_in(email.rpartition("@")[2], domain) for domain in self.email_domains):
            raise EmailNotAccepted(f"it has to be in {' or '.join(self.email_domains)}", field)

    def require_number(self, number: str) -> None:
        """Raise NumberNotAccepted unless the number is of the form that is demanded, if one is."""
        if self.number_pattern and not re.fullmatch(self.number_pattern, number, re.ASCII):
            raise NumberNotAccepted


@dataclass(frozen=True, slots=True)
class RegistrationRules:
    """What is demanded of those who register."""

    student: RegistrationRule = RegistrationRule()
    lecturer: RegistrationRule = RegistrationRule()
    confirms_email: bool = True
    """Whether a new account has to confirm its address."""

    def of(self, role: Role) -> RegistrationRule:
        """Those for one role; of administrators, who do not register, nothing is demanded."""
        match role:
            case Role.STUDENT:
                return self.student
            case Role.LECTURER:
                return self.lecturer
            case Role.ADMIN:
                return RegistrationRule()

    def first_state(self, role: Role) -> UserState:
        """Where an account that was just registered stands."""
        return UserState.PENDING_EMAIL if self.confirms_email else confirmed_state(role)


def confirmed_state(role: Role) -> UserState:
    """Where a registered account stands once its address is confirmed."""
    return UserState.PENDING_APPROVAL if role is Role.LECTURER else UserState.ACTIVE


def confirmed(user: User, *, with_number: bool) -> User:
    """A registered account once its address is confirmed; `with_number`: it holds the number that it claimed."""
    user = replace(user, state=confirmed_state(user.role))
    if with_number and user.claimed_number and not user.institution_number:
        user = replace(user, institution_number=user.claimed_number, claimed_number="")
    return user


def is_domain(text: str) -> bool:
    """Whether it can be an entry of `RegistrationRule.email_domains`."""
    return _DOMAIN.fullmatch(text) is not None


def is_quick(pattern: str) -> bool:
    """Whether a regular expression decides soon: no group is repeated that can match one text in several ways.

    Such a one, as ([A-Z0-9]+-?)+, is tried in all ways, which for a long text takes years: anybody who registers could
    stop the server. Some that would be quick are taken for one, those with a choice in a repeated group.
    """
    many_ways = [False]
    group_had = False
    for piece in _PIECE.findall(pattern):
        repeats = piece in {"*", "+"} or piece.startswith("{")
        if repeats and group_had:
            return False
        if piece.startswith("("):
            many_ways.append(False)
        elif repeats or piece in {"?", "|"}:
            many_ways[-1] = many_ways[-1] or not _FIXED.fullmatch(piece)
        group_had = piece == ")" and len(many_ways) > 1 and many_ways.pop()
        many_ways[-1] = many_ways[-1] or group_had
    return True


_PIECE: Final = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\((?:\?[^)]?)?|\{\d*,?\d*\}|.", re.DOTALL)
_FIXED: Final = re.compile(r"\{\d+\}")
_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN: Final = re.compile(rf"(?:\*\.)?{_LABEL}(?:\.{_LABEL})+")


def _is_in(domain: str, wanted: str) -> bool:
    return domain.endswith(wanted[1:]) if wanted.startswith("*.") else domain == wanted
