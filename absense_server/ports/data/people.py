"""Accounts, sign-ins, mails and phones.

See absense_server.ports.data.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from absense_server.domain.devices import Device, DeviceReset, ResetState
from absense_server.domain.ids import (
    DeviceId,
    DeviceResetId,
    MailId,
    SignInId,
    UserId,
)
from absense_server.domain.mails import MailKind
from absense_server.domain.people import User, UserState
from absense_server.ports.findings import (
    Credentials,
    DoneRequest,
    MailToken,
    QueuedMail,
    RefreshToken,
    Revocation,
    SignIn,
    UserFilter,
)


class Users(Protocol):
    """Accounts."""

    def hold(self, user_id: UserId) -> None:
        """Hold off other transactions that do the same for this user, until this one ends."""
        ...

    def hold_admins(self) -> Sequence[UserId]:
        """The active administrators, each held as by `hold`."""
        ...

    def add(self, user: User, password_hash: str | None) -> None:
        """Raises EmailTaken, NumberTaken."""
        ...

    def save(self, user: User) -> None:
        """Write what `user` says over what is kept, less when it was made; not over one who is ERASED.

        Raises EmailTaken, NumberTaken.
        """
        ...

    def set_password(self, user_id: UserId, password_hash: str | None) -> None: ...

    def get(self, user_id: UserId) -> User | None: ...

    def list(self, which: UserFilter, *, after: UUID | None, limit: int) -> Sequence[User]:
        """Newest first."""
        ...

    def credentials(self, login: str) -> Credentials | None:
        """By normalized e-mail address, or by institution number as held."""
        ...

    def credentials_of(self, user_id: UserId) -> Credentials | None: ...

    def set_state(self, user_id: UserId, state: UserState) -> None: ...

    def remove_pending(self, user_id: UserId) -> bool:
        """Delete an account in PENDING_EMAIL; returns False where it is in another state, or gone."""
        ...

    def remove_unconfirmed(self, before: datetime, limit: int) -> Sequence[UserId]:
        """Delete accounts in PENDING_EMAIL made before that; returns which."""
        ...


class SignIns(Protocol):
    """Sign-ins and their ends."""

    def add(self, sign_in: SignIn, token: RefreshToken) -> None:
        """With its first refresh token."""
        ...

    def find(self, user_id: UserId, sign_in_id: SignInId) -> SignIn | None: ...

    def list(self, user_id: UserId, now: datetime, *, after: UUID | None, limit: int) -> Sequence[SignIn]:
        """Those of the user that go on, newest first."""
        ...

    def save(self, sign_in: SignIn) -> None:
        """Write when the password was given, when it was used, when it ends by itself."""
        ...

    def with_token(self, token_hash: bytes) -> tuple[SignIn, RefreshToken] | None:
        """A refresh token, used or not, and the sign-in that it belongs to."""
        ...

    def exchange(self, used: RefreshToken, successor: RefreshToken) -> bool:
        """Mark a token as used, as `used` says, and add its successor; False where somebody else was faster."""
        ...

    def end(self, user_id: UserId, sign_in_id: SignInId, now: datetime) -> bool:
        """End one sign-in of the user; its row and refresh tokens go. Returns False where none goes on."""
        ...

    def end_all(self, user_id: UserId, now: datetime, *, but: SignInId | None = None) -> int:
        """End every sign-in of the user, less `but`; returns how many. Hold the user, so that none begins meanwhile."""
        ...

    def end_idlest(self, user_id: UserId, now: datetime, *, keep: int) -> int:
        """Of more than `keep` that go on, end those not used for longest; returns how many. Hold the user."""
        ...

    def revocations_since(self, instant: datetime) -> Sequence[Revocation]: ...

    def remove_ended(self, instant: datetime, limit: int) -> int:
        """Delete sign-ins that ended by themselves before `instant`, their tokens too; returns how many."""
        ...

    def remove_tokens(self, instant: datetime, limit: int) -> int:
        """Delete used refresh tokens that expired before `instant`; returns how many."""
        ...

    def remove_revocations(self, instant: datetime, limit: int) -> int:
        """Delete those before `instant`; returns how many."""
        ...


class Mails(Protocol):
    """Mails that wait to be sent, and the tokens of those that were."""

    def queue(self, *mails: QueuedMail) -> None: ...

    def is_due(self, now: datetime) -> bool:
        """Whether there are any to take."""
        ...

    def take(self, now: datetime, until: datetime, limit: int) -> Sequence[QueuedMail]:
        """The longest waiting ones that are due and that nobody sends: the caller's until `until`."""
        ...

    def waits(self, mail_id: MailId) -> bool:
        """Whether it is still to be sent."""
        ...

    def postpone(self, mail_id: MailId, until: datetime) -> None:
        """It could not be sent: one failure more, to be taken again from `until` on."""
        ...

    def remove(self, mail_id: MailId) -> None:
        """It is sent, or never will be."""
        ...

    def add_token(self, token: MailToken) -> None: ...

    def token(self, token_hash: bytes) -> MailToken | None: ...

    def changing_to(self, user_id: UserId, now: datetime) -> str:
        """The address that a CHANGE_EMAIL of the user, sent or not, waits to have confirmed; empty: none does."""
        ...

    def remove_tokens(self, user_id: UserId, kinds: Collection[MailKind]) -> None:
        """Tokens in mails of these kinds are no longer good, and such mails that wait are not sent.

        Hold the user, so that none is written meanwhile; before another is queued.
        """
        ...

    def remove_expired(self, now: datetime) -> int:
        """Tokens whose time is over; returns how many."""
        ...


class Requests(Protocol):
    """Requests that made something, so that a retry makes nothing twice."""

    def find(self, user_id: UserId, request_id: UUID) -> DoneRequest | None: ...

    def add(self, user_id: UserId, request_id: UUID, done: DoneRequest, at: datetime) -> None:
        """Raises Race when another call with the same request_id was faster."""
        ...


class Devices(Protocol):
    """Bound phones."""

    def active(self, student_id: UserId) -> Device | None: ...

    def hold_identifiers(self, identifier_macs: Collection[bytes]) -> None:
        """Hold off other transactions that do the same for one of these hashes, until this one ends."""
        ...

    def is_bound(self, identifier_macs: Collection[bytes]) -> bool:
        """Whether somebody has a phone bound under one of these hashes."""
        ...

    def add(self, device: Device) -> None:
        """Raises DeviceAlreadyBound (the student has one), DeviceTaken (the phone is somebody's)."""
        ...

    def unbind(self, device_id: DeviceId, at: datetime) -> bool:
        """It is nobody's from now on. Returns False for one that is not bound."""
        ...


class DeviceResets(Protocol):
    """Students' wishes for another phone."""

    def get(self, reset_id: DeviceResetId) -> DeviceReset:
        """Raises DeviceResetRequestNotFound."""
        ...

    def pending(self, student_id: UserId) -> DeviceReset | None: ...

    def latest_of(self, device_id: DeviceId) -> DeviceReset | None:
        """The latest wish to unbind this phone."""
        ...

    def add(self, reset: DeviceReset) -> None:
        """Raises Race when the student has one that is PENDING."""
        ...

    def decide(self, reset_id: DeviceResetId, state: ResetState, by: UserId, at: datetime, note: str) -> bool:
        """Returns False for one that is not PENDING, which stays as it was."""
        ...

    def list(
        self, state: ResetState | None, student_id: UserId | None, *, after: UUID | None, limit: int
    ) -> Sequence[DeviceReset]:
        """Oldest first."""
        ...
