"""Mails sent. Several processes share the queue: each takes a few for a while."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, TypeVar

import structlog

from absense_server.domain import audit
from absense_server.domain.audit import Action
from absense_server.domain.errors.base import DomainError
from absense_server.domain.errors.calls import BackendUnavailable
from absense_server.domain.ids import UserId
from absense_server.domain.mails import (
    TOKEN_ALPHABET,
    TOKEN_LENGTH,
    TOKEN_LIFE,
    WITH_TOKEN,
    MailKind,
    kind_to_send,
    token_hash,
)
from absense_server.domain.people import User, UserState
from absense_server.ports.data import Transaction, UnitOfWork
from absense_server.ports.findings import MailToken, QueuedMail
from absense_server.ports.mail import Mail, Mailer, MailRefused
from absense_server.ports.metrics import MailOutcome, Metrics
from absense_server.ports.outside import Clock, Ids, Threads
from absense_server.services.mail_texts import MailTexts

T = TypeVar("T")

_LEASE: Final = timedelta(minutes=5)
"""Longer than it takes to send one: whose process died is sent by another then."""
_FIRST_WAIT: Final = timedelta(seconds=30)
_LONGEST_WAIT: Final = timedelta(hours=1)
_GIVE_UP_AFTER: Final = timedelta(days=1)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Written:
    user_id: UserId
    kind: MailKind
    """As sent."""
    mail: Mail


class MailDelivery:
    """Sends what is queued, at least once: whoever dies between sending and saying so leaves it to be sent again.

    A token is made when its mail is sent, and only its hash is kept: nobody who reads the database can use one.
    """

    def __init__(
        self,
        *,
        uow: UnitOfWork,
        threads: Threads,
        mail_threads: Threads,
        at_once: int,
        mailer: Mailer,
        texts: MailTexts,
        metrics: Metrics,
        clock: Clock,
        ids: Ids,
    ) -> None:
        """`mail_threads`: those that wait for the mail server; `at_once`: how many they are."""
        self._uow = uow
        self._threads = threads
        self._mail_threads = mail_threads
        self._at_once = at_once
        self._mailer = mailer
        self._texts = texts
        self._metrics = metrics
        self._clock = clock
        self._ids = ids
        # mails leave threads to other jobs
        self._one_step = asyncio.Semaphore(1)
        self._failing = False

    async def deliver(self) -> int:
        """Take a few mails that are due, and send them side by side; returns how many were taken.

        Raises BackendUnavailable when the database does not answer: what was taken waits for the end of its lease.
        """
        taken = await self._step(self._take)
        outcomes = await asyncio.gather(*(self._deliver(queued) for queued in taken), return_exceptions=True)
        for queued, outcome in zip(taken, outcomes, strict=True):
            if isinstance(outcome, Exception) and not isinstance(outcome, DomainError):
                # one that cannot be written shall not come first for ever
                log.error("mail not sent", mail=str(queued.id), kind=queued.kind.value, exc_info=outcome)
                await self._step(self._postpone, queued)
        for outcome in outcomes:
            if isinstance(outcome, DomainError):
                raise outcome
        return len(taken)

    async def _step(self, step: Callable[..., T], *args: object) -> T:
        async with self._one_step:
            return await self._threads.run(step, *args)

    def remove_expired(self) -> int:
        """Remove tokens whose time is over; returns how many.

        Raises BackendUnavailable.
        """
        with self._uow() as tx:
            removed = tx.mails.remove_expired(self._clock.now())
            tx.commit()
        return removed

    def _take(self) -> list[QueuedMail]:
        now = self._clock.now()
        with self._uow(read_only=True) as tx:
            if not tx.mails.is_due(now):
                return []
        with self._uow() as tx:
            taken = tx.mails.take(now, now + _LEASE, self._at_once)
            tx.commit()
        return list(taken)

    async def _deliver(self, queued: QueuedMail) -> None:
        written = await self._step(self._write, queued)
        if written is None:
            return
        try:
            await self._mail_threads.run(self._mailer.send, written.mail)
        except MailRefused as refused:
            log.warning("mail refused", mail=str(queued.id), kind=written.kind.value, problem=str(refused))
            await self._step(self._remove, queued, MailOutcome.REFUSED)
            self._metrics.mail_handled(MailOutcome.REFUSED)
        except BackendUnavailable as error:
            self._delayed(str(error.__cause__))
            await self._step(self._postpone, queued)
        else:
            self._failing = False
            await self._step(self._sent, queued, written)
            self._metrics.mail_handled(MailOutcome.SENT)

    def _write(self, queued: QueuedMail) -> _Written | None:
        """The mail as it is to be sent now, its token kept; None when there is nobody to send it to any more."""
        now = self._clock.now()
        with self._uow() as tx:
            user = self._reader(tx, queued)
            kind = None if user is None else kind_to_send(queued.kind, user.state)
            to = queued.address or (user.email if user else "")
            if user is None or kind is None or not to or not tx.mails.waits(queued.id):
                tx.mails.remove(queued.id)
                tx.commit()
                return None
            token = self._ids.text(TOKEN_ALPHABET, TOKEN_LENGTH) if kind in WITH_TOKEN else ""
            if token:
                tx.mails.add_token(MailToken(token_hash(token), user.id, kind, to, now, now + TOKEN_LIFE))
                tx.commit()
        # what somebody calls himself is shown only where he is known to read it: it may be an advertisement
        known = to == user.email and user.state is not UserState.PENDING_EMAIL
        letter = self._texts.letter(kind, user.full_name if known else "", token, now + TOKEN_LIFE, queued.note)
        return _Written(user.id, kind, Mail(to, letter.subject, letter.text, letter.html, now))

    def _reader(self, tx: Transaction, queued: QueuedMail) -> User | None:
        """Whom the mail is for, held: nobody is switched off or erased while their token is made."""
        user_id = queued.user_id
        if queued.login is not None:
            found = tx.users.credentials(queued.login.strip())
            user_id = None if found is None else found.user.id
        if user_id is None:
            return None
        tx.users.hold(user_id)
        return tx.users.get(user_id)

    def _sent(self, queued: QueuedMail, written: _Written) -> None:
        now = self._clock.now()
        with self._uow() as tx:
            tx.mails.remove(queued.id)
            facts = {"kind": written.kind.value, "mail": str(queued.id)}
            tx.audit.add(audit.machine_event(Action.MAIL_SENT, now, written.user_id, **facts))
            tx.commit()

    def _remove(self, queued: QueuedMail, why: MailOutcome) -> None:
        """Give it up."""
        facts = {"kind": queued.kind.value, "mail": str(queued.id), "given_up": why.name}
        with self._uow() as tx:
            tx.mails.remove(queued.id)
            # about nobody where nobody was found to be its reader
            tx.audit.add(audit.machine_event(Action.MAIL_SENT, self._clock.now(), queued.user_id, **facts))
            tx.commit()

    def _postpone(self, queued: QueuedMail) -> None:
        now = self._clock.now()
        if now >= queued.queued_at + _GIVE_UP_AFTER:
            log.error("mail given up", mail=str(queued.id), kind=queued.kind.value, tries=queued.failures + 1)
            self._remove(queued, MailOutcome.GIVEN_UP)
            self._metrics.mail_handled(MailOutcome.GIVEN_UP)
            return
        with self._uow() as tx:
            tx.mails.postpone(queued.id, now + min(_FIRST_WAIT * 2**queued.failures, _LONGEST_WAIT))
            tx.commit()
        self._metrics.mail_handled(MailOutcome.POSTPONED)

    def _delayed(self, problem: str) -> None:
        """Say once, and not for every mail of an outage, why mails are late."""
        if not self._failing:
            log.warning("mails delayed", problem=problem)
        self._failing = True
