"""Who people are: users, roles, callers."""

import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from absense_server.domain.ids import ProgrammeId, SignInId, UserId


class Role(Enum):
    """What a user is in the institution."""

    STUDENT = "STUDENT"
    LECTURER = "LECTURER"
    ADMIN = "ADMIN"


class UserState(Enum):
    """Where an account stands; only ACTIVE users sign in."""

    PENDING_EMAIL = "PENDING_EMAIL"
    PENDING_APPROVAL = "PENDING_APPROVAL"
    INVITED = "INVITED"
    ACTIVE = "ACTIVE"
    DEACTIVATED = "DEACTIVATED"
    ERASED = "ERASED"


@dataclass(frozen=True, slots=True)
class Person:
    """A user as shown beside another resource."""

    id: UserId
    full_name: str
    institution_number: str = ""


@dataclass(frozen=True, slots=True)
class User:
    """An account, without its password."""

    id: UserId
    email: str
    full_name: str
    role: Role
    state: UserState
    created_at: datetime
    institution_number: str = ""
    claimed_number: str = ""
    """What the person stated at registration; becomes the institution number once it is vouched for."""
    programme_id: ProgrammeId | None = None
    level: int = 0

    @property
    def person(self) -> Person:
        """The user as shown beside another resource."""
        return Person(self.id, self.full_name, self.institution_number)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who makes a call, as the interceptors found out; anonymous calls carry none of the ids."""

    request_id: str
    address: str
    user_id: UserId | None = None
    sign_in_id: SignInId | None = None
    role: Role | None = None
    signed_in_at: datetime | None = None
    """When the password was given."""

    @property
    def id(self) -> UserId:
        """The signed-in user's id.

        Raises RuntimeError for an anonymous caller: the contract lets such a call through only where no user is needed.
        """
        if self.user_id is None:
            msg = "an anonymous caller reached a use case that needs a user"
            raise RuntimeError(msg)
        return self.user_id

    @property
    def sign_in(self) -> SignInId:
        """The sign-in that the call is made with.

        Raises RuntimeError for an anonymous caller, as `id` does.
        """
        if self.sign_in_id is None:
            msg = "an anonymous caller reached a use case that needs a sign-in"
            raise RuntimeError(msg)
        return self.sign_in_id


def normalize_email(address: str) -> str:
    """The one form in which an address is kept and compared: NFKC, case-folded, no space around it."""
    return unicodedata.normalize("NFKC", address).strip().casefold()


@dataclass(frozen=True, slots=True)
class NewUser:
    """An account as somebody asks for it."""

    email: str
    password: str = field(repr=False)
    full_name: str
    role: Role
    claimed_number: str = ""
