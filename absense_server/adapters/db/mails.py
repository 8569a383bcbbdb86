"""Mails that wait to be sent, and the tokens of those that were."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, union_all, update

from absense_server.adapters.db.tables import mail_queue, mail_tokens
from absense_server.domain.ids import MailId, UserId
from absense_server.domain.mails import MailKind
from absense_server.ports.findings import MailToken, QueuedMail


class SqlMails:
    """ports.data.Mails."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def queue(self, *mails: QueuedMail) -> None:
        self._connection.execute(
            insert(mail_queue),
            [
                {
                    "id": mail.id,
                    "kind": mail.kind,
                    "user_id": mail.user_id,
                    "login": mail.login,
                    "address": mail.address,
                    "note": mail.note,
                    "queued_at": mail.queued_at,
                    "due_at": mail.queued_at,
                    "failures": mail.failures,
                }
                for mail in mails
            ],
        )

    def is_due(self, now: datetime) -> bool:
        due = select(mail_queue.c.id).where(mail_queue.c.due_at <= now).limit(1)
        return self._connection.execute(due).one_or_none() is not None

    def take(self, now: datetime, until: datetime, limit: int) -> Sequence[QueuedMail]:
        due = (
            select(mail_queue.c.id)
            .where(mail_queue.c.due_at <= now)
            .order_by(mail_queue.c.due_at, mail_queue.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        taken = self._connection.execute(
            update(mail_queue).where(mail_queue.c.id.in_(due)).values(due_at=until).returning(mail_queue)
        )
        return [
            QueuedMail(row.id, row.kind, row.queued_at, row.user_id, row.login, row.address, row.note, row.failures)
            for row in sorted(taken, key=lambda row: row.id)
        ]

    def waits(self, mail_id: MailId) -> bool:
        queued = select(mail_queue.c.id).where(mail_queue.c.id == mail_id)
        return self._connection.execute(queued).one_or_none() is not None

    def postpone(self, mail_id: MailId, until: datetime) -> None:
        self._connection.execute(
            update(mail_queue)
            .where(mail_queue.c.id == mail_id)
            .values(due_at=until, failures=mail_queue.c.failures + 1)
        )

    def remove(self, mail_id: MailId) -> None:
        self._connection.execute(delete(mail_queue).where(mail_queue.c.id == mail_id))

    def add_token(self, token: MailToken) -> None:
        self._connection.execute(
            insert(mail_tokens).values(
                token_hash=token.token_hash,
                user_id=token.user_id,
                kind=token.kind,
                address=token.address,
                issued_at=token.issued_at,
                expires_at=token.expires_at,
            )
        )

    def token(self, token_hash: bytes) -> MailToken | None:
        row = self._connection.execute(select(mail_tokens).where(mail_tokens.c.token_hash == token_hash)).one_or_none()
        if row is None:
            return None
        return MailToken(row.token_hash, row.user_id, row.kind, row.address, row.issued_at, row.expires_at)

    def changing_to(self, user_id: UserId, now: datetime) -> str:
        waiting = [
            select(table.c.address).where(table.c.user_id == user_id, table.c.kind == MailKind.CHANGE_EMAIL, *current)
            for table, current in ((mail_tokens, (mail_tokens.c.expires_at > now,)), (mail_queue, ()))
        ]
        # an earlier wish ends with the next one: all that is found is one address
        return self._connection.scalars(union_all(*waiting).limit(1)).one_or_none() or ""

    def remove_tokens(self, user_id: UserId, kinds: Collection[MailKind]) -> None:
        for table in (mail_tokens, mail_queue):
            self._connection.execute(delete(table).where(table.c.user_id == user_id, table.c.kind.in_(kinds)))

    def remove_expired(self, now: datetime) -> int:
        return self._connection.execute(delete(mail_tokens).where(mail_tokens.c.expires_at <= now)).rowcount
