"""Sign-ins and their ends."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, insert, select

from absense_server.adapters.db.tables import revocations, sign_ins
from absense_server.domain.ids import SignInId, UserId
from absense_server.ports.findings import Revocation, SignIn


class SqlSignIns:
    """ports.data.SignIns."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, sign_in: SignIn) -> None:
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

    def end(self, user_id: UserId, sign_in_id: SignInId, now: datetime) -> bool:
        return self._end(now, sign_ins.c.user_id == user_id, sign_ins.c.id == sign_in_id) > 0

    def end_all(self, user_id: UserId, now: datetime, *, but: SignInId | None = None) -> int:
        others = [] if but is None else [sign_ins.c.id != but]
        return self._end(now, sign_ins.c.user_id == user_id, *others)

    def _end(self, now: datetime, *which: ColumnElement[bool]) -> int:
        gone = self._connection.execute(delete(sign_ins).where(*which).returning(sign_ins.c.id, sign_ins.c.user_id))
        ended = [{"user_id": row.user_id, "sign_in_id": row.id, "at": now} for row in gone]
        if ended:
            self._connection.execute(insert(revocations).inline(), ended)
        return len(ended)

    def revoke(self, revocation: Revocation) -> None:
        self._connection.execute(
            insert(revocations)
            .values(user_id=revocation.user_id, sign_in_id=revocation.sign_in_id, at=revocation.at)
            .inline()
        )

    def revocations_since(self, instant: datetime) -> Sequence[Revocation]:
        rows = self._connection.execute(
            select(revocations.c.user_id, revocations.c.at, revocations.c.sign_in_id)
            .where(revocations.c.at >= instant)
            .order_by(revocations.c.at, revocations.c.seq)
        )
        return [Revocation(row.user_id, row.at, row.sign_in_id) for row in rows]
