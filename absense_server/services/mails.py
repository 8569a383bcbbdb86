"""Mails asked for by other use cases."""

from collections.abc import Iterable

from absense_server.domain.ids import MailId, UserId
from absense_server.domain.mails import MailKind
from absense_server.domain.user_changes import AccountMail
from absense_server.ports.data import Transaction
from absense_server.ports.findings import QueuedMail
from absense_server.ports.outside import Clock, Ids


class Mails:
    """Puts mails into the queue, in the transaction of what they are about: MailDelivery sends them."""

    def __init__(self, clock: Clock, ids: Ids) -> None:
        self._clock = clock
        self._ids = ids

    def queue(
        self,
        tx: Transaction,
        kind: MailKind,
        user_id: UserId | None = None,
        *,
        login: str | None = None,
        address: str | None = None,
        note: str = "",
    ) -> None:
        """Have a mail sent to the account of `user_id`, or to that of `login`, as somebody typed it, if there is one.

        `address`: where to, if not to the account's own address then. `note`: a person's words to the reader. Whether
        the mail still makes sense is seen when it is sent.
        """
        mail_id = MailId(self._ids.new())
        tx.mails.queue(QueuedMail(mail_id, kind, self._clock.now(), user_id, login, address, note))

    def queue_all(self, tx: Transaction, kind: MailKind, notes: Iterable[tuple[UserId, str]]) -> None:
        """Have mails of one kind sent to several accounts, each with a note of its own."""
        now = self._clock.now()
        tx.mails.queue(*(QueuedMail(MailId(self._ids.new()), kind, now, user_id, note=note) for user_id, note in notes))

    def queue_many(self, tx: Transaction, mails: Iterable[tuple[UserId, AccountMail]]) -> None:
        """The same for many accounts at once, each with mails of its own."""
        now = self._clock.now()
        queued = [
            QueuedMail(MailId(self._ids.new()), mail.kind, now, user_id, None, mail.address) for user_id, mail in mails
        ]
        if queued:
            tx.mails.queue(*queued)
