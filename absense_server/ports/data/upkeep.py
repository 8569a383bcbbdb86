"""What is kept beside all else, and what goes: audit log, chores, erasure, export.

See absense_server.ports.data.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from absense_server.domain.audit import AuditEvent
from absense_server.domain.audit_chain import Head, LoggedRow, Seal, SealedRow
from absense_server.domain.audit_walk import LogEnds
from absense_server.domain.exports import Part, Row
from absense_server.domain.ids import (
    UserId,
)
from absense_server.ports.findings import (
    AuditFilter,
    ErasedRows,
    LoggedEvent,
)


class Erasures(Protocol):
    """What the database has of a person, erased. Photographs, faces and sign-ins have ways of their own."""

    def hold(self, user_id: UserId) -> None:
        """As Users.hold, and it holds off whatever else would name this user."""
        ...

    def account(self, user_id: UserId, at: datetime) -> ErasedRows:
        """The account is ERASED, without password, phone, mails, requests; enrollments end, and nobody teaches.

        Of courses that are left without a lecturer, open sessions are closed and those to come are cancelled.
        """
        ...

    def is_bound_to_open_term(self, user_id: UserId, now: datetime) -> bool:
        """Whether an open term has attendance, an enrollment, a session or a decision of the user."""
        ...

    def unfinished(self, erased_until: datetime, *, after: UserId | None, limit: int) -> Sequence[UserId]:
        """Those erased until then, of whom something may be left."""
        ...

    def identity(self, user_id: UserId) -> bool:
        """Whatever tells who an erased user was, and whatever the account has got since; False: nothing told it."""
        ...

    def finish(self, user_id: UserId, at: datetime) -> None:
        """Nothing is left, and nothing more will come."""
        ...

    def never_confirmed(self, user_ids: Collection[UserId]) -> None:
        """What can name somebody in events about accounts that were deleted before anybody confirmed them."""
        ...


class Exports(Protocol):
    """What is held on one person, as it is handed to that person."""

    def page(self, part: Part, user_id: UserId, *, after: tuple[Any, ...] | None, limit: int) -> Sequence[Row]:
        """Some rows of a part, in the order of their keys."""
        ...


class Chores(Protocol):
    """Work that one process does for all, once in a while."""

    def begin(self, name: str, now: datetime, every: timedelta) -> bool:
        """Whether it is due, that is, nobody has begun it within `every`; then it is the caller's.

        One that breaks off is due again as one that was done.
        """
        ...


class Audit(Protocol):
    """The audit log, written."""

    def add(self, *new: AuditEvent) -> None: ...


class AuditLog(Protocol):
    """The audit log, read and sealed."""

    def list(self, which: AuditFilter, *, after: int | None, limit: int) -> Sequence[LoggedEvent]:
        """Newest first; `after` is the `seq` of an event."""
        ...

    def has_unsealed(self) -> bool:
        """Whether there is anything to seal."""
        ...

    def try_hold(self) -> bool:
        """Whether the log is the caller's to seal until the transaction ends; False: somebody else's."""
        ...

    def head(self) -> Head | None:
        """Where the sealed log ends; None before anything was sealed."""
        ...

    def unsealed(self, limit: int) -> Sequence[LoggedRow]:
        """The oldest events that are not sealed."""
        ...

    def seal(self, seals: Mapping[int, Seal], head: Head) -> None:
        """Write seals beside events, by `seq`, and where the log ends now. They must still be as `unsealed` said."""
        ...

    def ends(self) -> LogEnds:
        """What the log says of its own end."""
        ...

    def sealed(self, after: int, limit: int) -> Sequence[SealedRow]:
        """Events in the order of their numbers, those after `after`."""
        ...

    def seal_at(self, number: int) -> bytes | None:
        """The seal that stands there; None where no event does."""
        ...
