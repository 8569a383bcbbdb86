"""Accounts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, FromClause, Label, delete, or_, select, text, union_all, update

from absense_server.adapters.db.conflicts import add_unless_taken
from absense_server.adapters.db.errors import unless_taken
from absense_server.adapters.db.rows import AnyRow
from absense_server.adapters.db.tables import users
from absense_server.domain.courses import folded
from absense_server.domain.errors.accounts import EmailTaken, NumberTaken
from absense_server.domain.ids import UserId
from absense_server.domain.people import Person, Role, User, UserState, normalize_email
from absense_server.ports.findings import Credentials, Race, UserFilter

_ALL_BUT_ERASED: Final = frozenset(UserState) - {UserState.ERASED}

# nothing brings an erased account back
_IS_THERE = users.c.state != UserState.ERASED


class SqlUsers:
    """ports.data.Users."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def hold(self, user_id: UserId) -> None:
        # not a lock that a new claim's foreign key would wait for; SQLite's one writer holds everything anyway
        held = select(users.c.id).where(users.c.id == user_id).with_for_update(key_share=True)
        self._connection.execute(held)

    def hold_admins(self) -> Sequence[UserId]:
        held = (
            select(users.c.id, users.c.state)
            .where(users.c.role == Role.ADMIN)
            .order_by(users.c.id)
            .with_for_update(key_share=True)
        )
        return [UserId(row.id) for row in self._connection.execute(held) if row.state is UserState.ACTIVE]

    def add(self, user: User, password_hash: str | None) -> None:
        added = add_unless_taken(
            self._connection,
            users,
            id=user.id,
            email=user.email or None,
            institution_number=user.institution_number or None,
            claimed_number=user.claimed_number,
            full_name=user.full_name,
            full_name_folded=folded(user.full_name),
            role=user.role,
            state=user.state,
            programme_id=user.programme_id,
            level=user.level,
            password_hash=password_hash,
            created_at=user.created_at,
        )
        if not added:
            self._raise_if_taken(user)
            raise Race

    def save(self, user: User) -> None:
        self._raise_if_taken(user)
        with unless_taken(uq_users_email=EmailTaken, uq_users_institution_number=NumberTaken):
            self._connection.execute(
                update(users)
                .where(users.c.id == user.id, _IS_THERE)
                .values(
                    email=user.email or None,
                    institution_number=user.institution_number or None,
                    claimed_number=user.claimed_number,
                    full_name=user.full_name,
                    full_name_folded=folded(user.full_name),
                    role=user.role,
                    state=user.state,
                    programme_id=user.programme_id,
                    level=user.level,
                )
            )

    def set_password(self, user_id: UserId, password_hash: str | None) -> None:
        self._connection.execute(
            update(users).where(users.c.id == user_id, _IS_THERE).values(password_hash=password_hash)
        )

    def _raise_if_taken(self, user: User) -> None:
        """Before a constraint refuses it: PostgreSQL would log the statement, with all that is in it."""
        # none is kept as None, which is equal to nothing
        same = or_(users.c.email == user.email, users.c.institution_number == user.institution_number)
        others = self._connection.execute(select(users.c.email).where(users.c.id != user.id, same)).all()
        if others:
            raise EmailTaken if any(other.email == user.email for other in others) else NumberTaken

    def get(self, user_id: UserId) -> User | None:
        row = self._connection.execute(select(users).where(users.c.id == user_id)).one_or_none()
        return None if row is None else to_user(row)

    def list(self, which: UserFilter, *, after: UUID | None, limit: int) -> Sequence[User]:
        conditions = [] if after is None else [users.c.id < after]
        if which.query:
            conditions.append(_matches(which.query))
        # a page of each kind, newest first by ix_users_role_state_id: a rare one is not looked for among the rest
        kinds = [
            select(users)
            .where(users.c.role == role, users.c.state == state, *conditions)
            .order_by(users.c.id.desc())
            .limit(limit)
            .subquery()
            for role in (Role if which.role is None else [which.role])
            for state in sorted(which.states or _ALL_BUT_ERASED, key=lambda state: state.value)
        ]
        found = union_all(*(select(kind) for kind in kinds)).subquery("found")
        rows = self._connection.execute(select(found).order_by(found.c.id.desc()).limit(limit))
        return [to_user(row) for row in rows]

    def credentials(self, login: str) -> Credentials | None:
        address = normalize_email(login)
        row = self._connection.execute(
            select(users)
            .where(or_(users.c.email == address, users.c.institution_number == login))
            # an address that reads like somebody's number is still that address
            .order_by((users.c.email == address).desc())
            .limit(1)
        ).one_or_none()
        return None if row is None else Credentials(to_user(row), row.password_hash)

    def credentials_of(self, user_id: UserId) -> Credentials | None:
        row = self._connection.execute(select(users).where(users.c.id == user_id)).one_or_none()
        return None if row is None else Credentials(to_user(row), row.password_hash)

    def set_state(self, user_id: UserId, state: UserState) -> None:
        self._connection.execute(update(users).where(users.c.id == user_id, _IS_THERE).values(state=state))

    def remove_pending(self, user_id: UserId) -> bool:
        gone = delete(users).where(users.c.id == user_id, users.c.state == UserState.PENDING_EMAIL)
        return self._connection.execute(gone).rowcount > 0

    def remove_unconfirmed(self, before: datetime, limit: int) -> Sequence[UserId]:
        # said as the index says it
        waiting = text("state = 'PENDING_EMAIL'")
        old = (
            select(users.c.id)
            .where(waiting, users.c.created_at < before)
            .order_by(users.c.created_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        return self._connection.scalars(delete(users).where(users.c.id.in_(old)).returning(users.c.id)).all()


def _matches(query: str) -> ColumnElement[bool]:
    return or_(
        users.c.full_name_folded.contains(folded(query), autoescape=True),
        users.c.email.contains(normalize_email(query), autoescape=True),
        users.c.institution_number == query.strip(),
        users.c.claimed_number == query.strip(),
    )


def to_user(row: AnyRow) -> User:
    """The account that a row of users shows."""
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
