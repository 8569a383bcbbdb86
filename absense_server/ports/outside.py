"""What the use cases need besides data."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Protocol, TypeVar
from uuid import UUID

from absense_server.domain.attendance_export import Cell
from absense_server.domain.ids import SignInId, UserId
from absense_server.domain.people import Role

A = TypeVar("A")
A_co = TypeVar("A_co", covariant=True)
Q = TypeVar("Q")
Q_contra = TypeVar("Q_contra", contravariant=True)
T = TypeVar("T")

OPAQUE = "application/octet-stream"
"""Media type of what only its key opens."""


class Clock(Protocol):
    """The time, aware, UTC."""

    def now(self) -> datetime: ...


class Ids(Protocol):
    """New identifiers and random text."""

    def new(self) -> UUID:
        """A UUIDv7 (RFC 9562): later ones sort after earlier ones."""
        ...

    def text(self, alphabet: str, length: int) -> str:
        """Random characters, each equally likely."""
        ...


class Together(Protocol[Q_contra, A_co]):
    """Does for several callers at once what costs little more than for one of them."""

    async def __call__(self, item: Q_contra, /) -> A_co:
        """What came of `item`.

        Raises Overloaded when the wait would be too long, and what came of the item or of all of them instead.
        """
        ...


class Threads(Protocol):
    """Runs ordinary functions beside the event loop, a bounded number at a time."""

    def together(self, do: Callable[[Sequence[Q]], Sequence[A | Exception]]) -> Together[Q, A]:
        """`do` for the items of whoever asks: on a thread, once at a time, for all who have come since it began.

        Nobody waits for company. `do` returns what came of each item, in their order; what it raises goes to all.
        """
        ...

    async def run(self, function: Callable[..., T], /, *args: object) -> T:
        """`function(*args)` on a thread.

        Raises Overloaded when the wait would be too long, and whatever the function raises. Once started it runs on.
        """
        ...


class Passwords(Protocol):
    """Slow hashes of passwords."""

    def hash(self, password: str) -> str: ...

    def verify(self, password: str, hashed: str | None) -> bool:
        """Whether `password` is the one `hashed`; for None, False at the same cost."""
        ...

    def needs_update(self, hashed: str) -> bool:
        """Whether it was hashed at another cost than new ones are; cheap."""
        ...

    def is_common(self, password: str) -> bool:
        """Whether it is on a list of common passwords."""
        ...


class Addresses(Protocol):
    """E-mail addresses."""

    def normalized(self, address: str) -> str:
        """The one form in which an address is kept and compared. Raises EmailNotAccepted where it cannot be one."""
        ...


@dataclass(frozen=True, slots=True)
class AccessClaims:
    """What an access token says."""

    user_id: UserId
    sign_in_id: SignInId
    role: Role
    signed_in_at: datetime
    issued_at: datetime
    expires_at: datetime


class AccessTokens(Protocol):
    """Signed access tokens."""

    def write(self, claims: AccessClaims) -> str: ...

    def read(self, token: str, now: datetime) -> AccessClaims:
        """Raises TokenInvalid, TokenExpired."""
        ...


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A public key that access tokens are verified with."""

    key_id: str
    algorithm: str
    jwk: str
    """As a JSON Web Key (RFC 7517)."""
    current: bool
    """Tokens are signed with it now."""


@dataclass(frozen=True, slots=True)
class NewRefreshToken:
    """A refresh token just made."""

    text: str = field(repr=False)
    """Handed out, and kept nowhere."""
    hash: bytes


class RefreshTokens(Protocol):
    """Random texts that nobody guesses; the database has their hashes."""

    def new(self) -> NewRefreshToken: ...

    def hash(self, text: str) -> bytes | None:
        """None for a text that is none of ours."""
        ...

    def seal(self, successor: str, under: str) -> bytes:
        """`successor`, for whoever has the token before it, `under`."""
        ...

    def open(self, sealed: bytes, under: str) -> str | None:
        """What was sealed under a token; None where it was altered, or belongs to another."""
        ...


class Revoked(Protocol):
    """Which sign-ins have ended, as of the last poll."""

    def is_revoked(self, claims: AccessClaims, now: datetime) -> bool:
        """Raises BackendUnavailable when the last good poll is too old to tell."""
        ...


class IdentifierKeys(Protocol):
    """Keyed hashes of device identifiers."""

    def macs(self, identifier: str) -> tuple[bytes, ...]:
        """32 bytes under each key: first the one in use, then older ones, under which phones were bound before."""
        ...


class Signatures(Protocol):
    """ECDSA with P-256 and SHA-256."""

    def canonical(self, public_key: bytes) -> bytes | None:
        """The key in the one form of DER SubjectPublicKeyInfo that is kept and compared; None unless it is P-256."""
        ...

    def verify(self, public_key: bytes, message: bytes, signature: bytes) -> bool:
        """Whether `signature` (DER) over `message` is by `public_key`; False for anything malformed."""
        ...


@dataclass(frozen=True, slots=True)
class Sealed:
    """Encrypted bytes, with their own key, wrapped under the master key that `key_id` names.

    Without a `key_id` they are not encrypted.
    """

    ciphertext: bytes
    wrapped_key: bytes
    key_id: str


class Vault(Protocol):
    """Encrypts what is kept outside the database; bound to `context`: one blob cannot stand in for another."""

    def seal(self, plaintext: bytes, context: bytes) -> Sealed: ...

    def open(self, sealed: Sealed, context: bytes) -> bytes:
        """Raises BlobDamaged when it was altered or belongs elsewhere."""
        ...


class BlobDamaged(Exception):
    """A blob is not what was written."""


@dataclass(frozen=True, slots=True)
class BlobLink:
    """Where anybody can fetch a blob over HTTP, for a while."""

    url: str
    expires_at: datetime


class BlobStore(Protocol):
    """Named blobs, written once. Names are made by the server. Every call may raise BackendUnavailable."""

    def put(self, name: str, data: bytes, media_type: str = OPAQUE) -> None:
        """A blob is there whole or not at all, and once this returns it lasts."""
        ...

    def get(self, name: str) -> bytes | None: ...

    def delete(self, name: str) -> None:
        """Nothing happens when it is not there."""
        ...

    def check(self) -> None:
        """Raise BackendUnavailable unless blobs can be stored and read now; cheap."""
        ...

    def older_than(self, age: timedelta) -> Iterator[Sequence[str]]:
        """Names of blobs written longer ago than `age` by the storage's own clock, a page of at most 1000 at a time."""
        ...

    def clear_unfinished(self, age: timedelta) -> int:
        """Remove what writes that were interrupted longer ago than `age` left behind; returns how many."""
        ...

    def link(self, name: str, life: timedelta, media_type: str, file_name: str) -> BlobLink | None:
        """A link to one blob, good for `life`; None where the storage has none to give."""
        ...


@dataclass(frozen=True, slots=True)
class Drawing:
    """A QR code drawn twice."""

    png: bytes
    svg: str


class QrArtist(Protocol):
    """Draws QR codes."""

    def draw(self, text: str) -> Drawing: ...


class Workbook(Protocol):
    """A workbook for spreadsheets, written to disk row by row and then read; one thread at a time is at it."""

    def append(self, rows: Sequence[Sequence[Cell]]) -> None:
        """Add rows; a sheet that is full is followed by another. Raises WorkbookUnavailable."""
        ...

    def finish(self) -> None:
        """Nothing more is added: from now on it can be read. Raises WorkbookUnavailable."""
        ...

    def read(self, size: int) -> bytes:
        """The next bytes, at most `size`; none at the end. Raises WorkbookUnavailable."""
        ...

    def discard(self) -> None:
        """Remove what is on disk, or have it removed by the thread that is at it. Takes no time."""
        ...


class Workbooks(Protocol):
    """Makes workbooks."""

    def new(self, title: str, columns: Sequence[str]) -> Workbook:
        """One whose sheets are called `title` and begin with the columns' names; nothing is on disk yet."""
        ...


class Subscription(Protocol):
    """Hears of events about one topic."""

    async def wait(self, until: datetime | None = None) -> None:
        """Return at the next event, at once if one came since the last wait, or when the clock reaches `until`."""
        ...


REREAD_AFTER: Final = timedelta(seconds=30)
"""Who follows a topic reads again at least this often: a process may die between its commit and its event."""
AGAIN_AFTER: Final = timedelta(seconds=2)
"""And this soon when it could not be read."""


class EventBus(Protocol):
    """Tells those who wait that something changed, in whichever process. Who hears of an event reads again.

    An event may be lost, and one may be heard of that never was.
    """

    on_alarm: Callable[[datetime], None] | None
    """Told, in the event loop, of every alarm that comes before all others."""

    def publish(self, *topics: UUID) -> None:
        """From any thread."""
        ...

    def subscribe(self, topic: UUID) -> AbstractContextManager[Subscription]: ...

    def tick(self, now: datetime) -> None:
        """Wake those whose `until` has come."""
        ...

    @property
    def next_alarm(self) -> datetime | None:
        """The earliest `until` that somebody waits for."""
        ...
