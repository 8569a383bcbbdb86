"""Accounts."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, FromClause, Label, or_, select, update

from absense_server.adapters.db.conflicts import add_unless_taken
from absense_server.adapters.db.rows import AnyRow
from absense_server.adapters.db.tables import users
from absense_server.domain.errors.accounts import EmailTaken
from absense_server.domain.ids import UserId
from absense_server.domain.people import Person, User, UserState, normalize_email
from absense_server.ports.findings import Credentials, Race


class SqlUsers:
    """ports.data.Users."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, user: User, password_hash: str | None) -> None:
        added = add_unless_taken(
            self._connection,
            users,
            id=user.id,
            email=user.email or None,
            institution_number=user.institution_number or None,
            claimed_number=user.claimed_number,
            full_name=user.full_name,
            role=user.role,
            state=user.state,
            programme_id=user.programme_id,
            level=user.level,
            password_hash=password_hash,
            created_at=user.created_at,
        )
        if not added:
            same_address = select(users.c.id).where(users.c.email == user.email)
            raise EmailTaken if self._connection.execute(same_address).first() else Race

    def get(self, user_id: UserId) -> User | None:
        row = self._connection.execute(select(users).where(users.c.id == user_id)).one_or_none()
        return None if row is None else _to_user(row)

    def credentials(self, login: str) -> Credentials | None:
        address = normalize_email(login)
        row = self._connection.execute(
            select(users)
            .where(or_(users.c.email == address, users.c.institution_number == login))
            # an address that reads like somebody's number is still that address
            .order_by((users.c.email == address).desc())
            .limit(1)
        ).one_or_none()
        return None if row is None else Credentials(_to_user(row), row.password_hash)

    def set_state(self, user_id: UserId, state: UserState) -> None:
        self._connection.execute(update(users).where(users.c.id == user_id).values(state=state))


def _to_user(row: AnyRow) -> User:
    return User(
        id=row.id,
        email=row.email or "",
        full_name=row.full_name,
        role=row.role,
        state=row.state,
        created_at=row.created_at,
        institution_number=row.institution_number or "",
        claimed_number=row.claimed_number,
        programme_id=row.programme_id,
        level=row.level,
    )


def person_columns(people: FromClause, prefix: str) -> Sequence[Label[Any]]:
    """What `to_person` reads of a user; `people` is the users table or an alias of it."""
    return [
        people.c.id.label(f"{prefix}_id"),
        people.c.full_name.label(f"{prefix}_name"),
        people.c.institution_number.label(f"{prefix}_number"),
    ]


def to_person(row: AnyRow, prefix: str) -> Person:
    """The person that a row shows under `prefix`."""
    return Person(getattr(row, f"{prefix}_id"), getattr(row, f"{prefix}_name"), getattr(row, f"{prefix}_number") or "")
