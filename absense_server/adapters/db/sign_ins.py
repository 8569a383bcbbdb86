"""Sign-ins and their ends."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, insert, select

from absense_server.adapters.db.tables import revocations, sign_ins
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
            )
        )

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
