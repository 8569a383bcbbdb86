"""Mails that people get about their accounts."""

from collections.abc import Mapping
from datetime import timedelta
from enum import Enum
from hashlib import sha256
from string import ascii_letters, digits
from typing import Final

from absense_server.domain.people import UserState

TOKEN_LIFE: Final = timedelta(hours=1)
"""How long the token in a mail is good."""
TOKEN_ALPHABET: Final = ascii_letters + digits
"""Nothing that a mail program would cut off at the end of a link."""
TOKEN_LENGTH: Final = 43
"""256 bits."""


class MailKind(Enum):
    """What a mail is about."""

    CONFIRM_EMAIL = "CONFIRM_EMAIL"
    """With a token that confirms the address of a new account."""
    CHANGE_EMAIL = "CHANGE_EMAIL"
    """With a token that confirms another address of an account; it goes to that address."""
    RESET_PASSWORD = "RESET_PASSWORD"
    """With a token that sets a password."""
    INVITATION = "INVITATION"
    """The same for an account that somebody else made."""
    EMAIL_CHANGED = "EMAIL_CHANGED"
    """A note to the address that an account had, or is about to lose."""
    PASSWORD_CHANGED = "PASSWORD_CHANGED"
    """A note that the password was changed."""
    SIGN_IN_REUSED = "SIGN_IN_REUSED"
    """A note that a sign-in was ended, because two parties used it."""
    APPROVED = "APPROVED"
    """A note that an account was approved."""
    DEVICE_RESET_REQUESTED = "DEVICE_RESET_REQUESTED"
    """A note that somebody, as the user, asked for another phone."""
    DEVICE_RESET_APPROVED = "DEVICE_RESET_APPROVED"
    """A note that another phone can be bound."""
    DEVICE_RESET_REJECTED = "DEVICE_RESET_REJECTED"
    """A note that the phone stays bound."""
    APPEAL_ACCEPTED = "APPEAL_ACCEPTED"
    """A note that the student is present, or excused, after all."""
    APPEAL_DECLINED = "APPEAL_DECLINED"
    """A note that the student's attendance stays as it was."""
    ACCOUNT_ERASED = "ACCOUNT_ERASED"
    """A last note."""


SETS_PASSWORD: Final = frozenset({MailKind.RESET_PASSWORD, MailKind.INVITATION})
"""Those whose token sets a password."""
CONFIRMS_EMAIL: Final = frozenset({MailKind.CONFIRM_EMAIL, MailKind.CHANGE_EMAIL})
"""Those whose token confirms an address."""
WITH_TOKEN: Final = SETS_PASSWORD | CONFIRMS_EMAIL

_ANY = frozenset(UserState) - {UserState.ERASED}
_STATES: Final[Mapping[MailKind, frozenset[UserState]]] = {
    MailKind.CONFIRM_EMAIL: frozenset({UserState.PENDING_EMAIL}),
    MailKind.CHANGE_EMAIL: frozenset({UserState.ACTIVE}),
    MailKind.RESET_PASSWORD: frozenset({UserState.PENDING_EMAIL, UserState.PENDING_APPROVAL, UserState.ACTIVE}),
    MailKind.INVITATION: frozenset({UserState.INVITED}),
    MailKind.EMAIL_CHANGED: _ANY,
    MailKind.PASSWORD_CHANGED: _ANY,
    MailKind.SIGN_IN_REUSED: _ANY,
    MailKind.APPROVED: frozenset({UserState.ACTIVE}),
    MailKind.DEVICE_RESET_REQUESTED: _ANY,
    MailKind.DEVICE_RESET_APPROVED: _ANY,
    MailKind.DEVICE_RESET_REJECTED: _ANY,
    MailKind.APPEAL_ACCEPTED: _ANY,
    MailKind.APPEAL_DECLINED: _ANY,
    MailKind.ACCOUNT_ERASED: frozenset({UserState.ERASED}),
}


def kind_to_send(kind: MailKind, state: UserState) -> MailKind | None:
    """What is sent to an account in `state` by now, for a mail that was asked for earlier; None: nothing any more."""
    if kind is MailKind.RESET_PASSWORD and state is UserState.INVITED:
        return MailKind.INVITATION
    return kind if state in _STATES[kind] else None


def token_hash(token: str) -> bytes:
    """What is kept of a token: SHA-256. Of 256 random bits nobody finds them by trying."""
    return sha256(token.encode()).digest()
