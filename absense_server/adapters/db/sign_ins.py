"""Sign-ins, their refresh tokens and their ends."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, ColumnElement, Connection, Table, delete, insert, select, update

from absense_server.adapters.db.rows import AnyRow, labelled
from absense_server.adapters.db.tables import refresh_tokens, revocations, sign_ins
from absense_server.domain.ids import SignInId, UserId
from absense_server.ports.findings import RefreshToken, Revocation, SignIn


class SqlSignIns:
    """ports.data.SignIns."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, sign_in: SignIn, token: RefreshToken) -> None:
        self._connection.execute(
            insert(sign_ins).values(
                id=sign_in.id,
                user_id=sign_in.user_id,
                device_name=sign_in.device_name,
                started_at=sign_in.started_at,
                password_at=sign_in.password_at,
                last_used_at=sign_in.last_used_at,
                expires_at=sign_in.expires_at,
            )
        )
        self._add_token(token)

    def find(self, user_id: UserId, sign_in_id: SignInId) -> SignIn | None:
        row = self._connection.execute(
            select(sign_ins).where(sign_ins.c.id == sign_in_id, sign_ins.c.user_id == user_id)
        ).one_or_none()
        return None if row is None else _to_sign_in(row)

    def list(self, user_id: UserId, now: datetime, *, after: UUID | None, limit: int) -> Sequence[SignIn]:
        query = select(sign_ins).where(sign_ins.c.user_id == user_id, sign_ins.c.expires_at > now)
        if after is not None:
            query = query.where(sign_ins.c.id < after)
        rows = self._connection.execute(query.order_by(sign_ins.c.id.desc()).limit(limit))
        return [_to_sign_in(row) for row in rows]

    def save(self, sign_in: SignIn) -> None:
        self._connection.execute(
            update(sign_ins)
            .where(sign_ins.c.id == sign_in.id)
            .values(
                password_at=sign_in.password_at,
                last_used_at=sign_in.last_used_at,
                expires_at=sign_in.expires_at,
            )
        )

    def with_token(self, token_hash: bytes) -> tuple[SignIn, RefreshToken] | None:
        row = self._connection.execute(
            select(*sign_ins.c, *labelled("token_", refresh_tokens))
            .join_from(refresh_tokens, sign_ins)
            .where(refresh_tokens.c.token_hash == token_hash)
        ).one_or_none()
        if row is None:
            return None
        return _to_sign_in(row), RefreshToken(
            row.token_token_hash,
            row.token_sign_in_id,
            row.token_issued_at,
            row.token_expires_at,
            row.token_used_at,
            row.token_request_id,
            row.token_successor,
        )

    def exchange(self, used: RefreshToken, successor: RefreshToken) -> bool:
        marked = self._connection.execute(
            update(refresh_tokens)
            .where(refresh_tokens.c.token_hash == used.token_hash, refresh_tokens.c.used_at.is_(None))
            .values(used_at=used.used_at, request_id=used.request_id, successor=used.successor)
        )
        if marked.rowcount == 0:
            return False
        self._add_token(successor)
        return True

    def _add_token(self, token: RefreshToken) -> None:
        self._connection.execute(
            insert(refresh_tokens).values(
                token_hash=token.token_hash,
                sign_in_id=token.sign_in_id,
                issued_at=token.issued_at,
                expires_at=token.expires_at,
                used_at=token.used_at,
                request_id=token.request_id,
                successor=token.successor,
            )
        )

    def end(self, user_id: UserId, sign_in_id: SignInId, now: datetime) -> bool:
        return self._end(now, sign_ins.c.user_id == user_id, sign_ins.c.id == sign_in_id) > 0

    def end_all(self, user_id: UserId, now: datetime, *, but: SignInId | None = None) -> int:
        others = [] if but is None else [sign_ins.c.id != but]
        return self._end(now, sign_ins.c.user_id == user_id, *others)

    def end_idlest(self, user_id: UserId, now: datetime, *, keep: int) -> int:
        idlest = (
            select(sign_ins.c.id)
            .where(sign_ins.c.user_id == user_id, sign_ins.c.expires_at > now)
            .order_by(sign_ins.c.last_used_at.desc(), sign_ins.c.id.desc())
            # SQLite knows no OFFSET without a LIMIT
            .limit(keep)
            .offset(keep)
        )
        ids = list(self._connection.scalars(idlest))
        return self._end(now, sign_ins.c.id.in_(ids)) if ids else 0

    def _end(self, now: datetime, *which: ColumnElement[bool]) -> int:
        columns = sign_ins.c.id, sign_ins.c.user_id, sign_ins.c.expires_at
        gone = self._connection.execute(delete(sign_ins).where(*which).returning(*columns)).all()
        if gone:
            ended = [{"user_id": row.user_id, "sign_in_id": row.id, "at": now} for row in gone]
            self._connection.execute(insert(revocations).inline(), ended)
        # of those that had ended by themselves only the last access tokens are ended
        return sum(row.expires_at > now for row in gone)

    def revocations_since(self, instant: datetime) -> Sequence[Revocation]:
        rows = self._connection.execute(
            select(revocations.c.sign_in_id, revocations.c.at)
            .where(revocations.c.at >= instant)
            .order_by(revocations.c.at, revocations.c.seq)
        )
        return [Revocation(row.sign_in_id, row.at) for row in rows]

    def remove_ended(self, instant: datetime, limit: int) -> int:
        return self._remove(sign_ins, sign_ins.c.id, sign_ins.c.expires_at, instant, limit)

    def remove_tokens(self, instant: datetime, limit: int) -> int:
        used = refresh_tokens.c.used_at.is_not(None)
        return self._remove(
            refresh_tokens, refresh_tokens.c.token_hash, refresh_tokens.c.expires_at, instant, limit, used
        )

    def remove_revocations(self, instant: datetime, limit: int) -> int:
        return self._remove(revocations, revocations.c.seq, revocations.c.at, instant, limit)

    def _remove(
        self,
        table: Table,
        key: Column[object],
        age: Column[object],
        instant: datetime,
        limit: int,
        *which: ColumnElement[bool],
    ) -> int:
        # what somebody holds is left for the next time, so that nobody waits and no two wait for each other
        old = select(key).where(age < instant, *which).order_by(age).limit(limit).with_for_update(skip_locked=True)
        keys = list(self._connection.scalars(old))
        return self._connection.execute(delete(table).where(key.in_(keys))).rowcount if keys else 0


def _to_sign_in(row: AnyRow) -> SignIn:
    return SignIn(
        row.id,
        row.user_id,
        row.started_at,
        row.device_name,
        row.password_at,
        row.last_used_at,
        row.expires_at,
    )
