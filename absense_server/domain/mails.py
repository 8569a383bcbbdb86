"""Mails that people get about their accounts."""

from datetime import timedelta
from enum import Enum
from typing import Final

TOKEN_LIFE: Final = timedelta(hours=1)
"""How long the token in a mail is good."""


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
    ACCOUNT_ERASED = "ACCOUNT_ERASED"
    """A last note."""
