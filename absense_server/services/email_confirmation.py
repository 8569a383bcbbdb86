"""Addresses confirmed: whoever has the token of a mail reads what is sent there."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from absense_server.domain import audit
from absense_server.domain.audit import Action
from absense_server.domain.errors.accounts import MailTokenInvalid, NumberTaken, WrongPassword
from absense_server.domain.mails import CONFIRMS_EMAIL, WITH_TOKEN, MailKind, kind_to_send, token_hash
from absense_server.domain.people import Caller, User
from absense_server.domain.registration import confirmed
from absense_server.ports.data import Transaction, UnitOfWork
from absense_server.ports.findings import Credentials, MailToken
from absense_server.ports.outside import Clock, Passwords, Threads
from absense_server.services.registration import make_way
from absense_server.services.settle import settle

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who is meant by a good token of a mail."""

    token: MailToken
    found: Credentials


class EmailConfirmation:
    """Use case of the tokens that confirm an address."""

    def __init__(
        self, *, uow: UnitOfWork, threads: Threads, hashing_threads: Threads, passwords: Passwords, clock: Clock
    ) -> None:
        self._uow = uow
        self._threads = threads
        self._hashing_threads = hashing_threads
        self._passwords = passwords
        self._clock = clock

    async def confirm(self, caller: Caller, token: str, password: str) -> User:
        """Confirm the address of a new account, together with its password, or the new one of an account.

        Raises MailTokenInvalid, before anything is hashed; WrongPassword, EmailTaken, after which the token is as good
        as before.
        """
        bearer = await self._threads.run(self._find, token)
        if bearer.token.kind is MailKind.CHANGE_EMAIL:
            return await self._threads.run(settle, lambda: self._change(caller, token))
        known = bearer.found.password_hash
        if not await self._hashing_threads.run(self._passwords.verify, password, known):
            raise WrongPassword
        return await self._threads.run(
            with_number_unless_taken, lambda with_number: self._confirm(caller, token, with_number=with_number)
        )

    def _find(self, token: str) -> Bearer:
        with self._uow(read_only=True) as tx:
            return bearer_of(tx, token, self._clock, CONFIRMS_EMAIL)

    def _confirm(self, caller: Caller, token: str, *, with_number: bool) -> User:
        with self._uow() as tx:
            user = use(tx, token, self._clock, frozenset({MailKind.CONFIRM_EMAIL})).found.user
            user = confirmed(user, with_number=with_number)
            tx.users.save(user)
            self._note(tx, caller, user, why="REGISTERED")
            tx.commit()
        return user

    def _change(self, caller: Caller, token: str) -> User:
        with self._uow() as tx:
            bearer = use(tx, token, self._clock, frozenset({MailKind.CHANGE_EMAIL}))
            make_way(tx, bearer.token.address, caller, self._clock.now())
            user = replace(bearer.found.user, email=bearer.token.address)
            tx.users.save(user)
            self._note(tx, caller, user, why="CHANGED")
            tx.commit()
        return user

    def _note(self, tx: Transaction, caller: Caller, user: User, why: str) -> None:
        tx.audit.add(audit.event(Action.EMAIL_CONFIRMED, caller, self._clock.now(), user.id, why=why))


def bearer_of(tx: Transaction, token: str, clock: Clock, kinds: frozenset[MailKind]) -> Bearer:
    """Who is meant by a token in a mail of these kinds.

    Raises MailTokenInvalid when it was used, is too old, is of another kind, or no longer fits the account.
    """
    found = tx.mails.token(token_hash(token))
    if found is None or found.kind not in kinds or found.expires_at <= clock.now():
        raise MailTokenInvalid
    owner = tx.users.credentials_of(found.user_id)
    if owner is None or kind_to_send(found.kind, owner.user.state) is not found.kind:
        raise MailTokenInvalid
    if found.kind is not MailKind.CHANGE_EMAIL and found.address != owner.user.email:
        raise MailTokenInvalid
    return Bearer(found, owner)


def use(tx: Transaction, token: str, clock: Clock, kinds: frozenset[MailKind]) -> Bearer:
    """The same, held; the token is used up, and with it the tokens of all other mails are void.

    Raises MailTokenInvalid, also when somebody else was faster.
    """
    found = tx.mails.token(token_hash(token))
    if found is None:
        raise MailTokenInvalid
    tx.users.hold(found.user_id)
    bearer = bearer_of(tx, token, clock, kinds)
    tx.mails.remove_tokens(found.user_id, WITH_TOKEN)
    return bearer


def with_number_unless_taken(attempt: Callable[[bool], T]) -> T:
    """What came of `attempt(True)`, which holds the number that a user claimed, or without: somebody else has it."""
    try:
        return attempt(True)
    except NumberTaken:
        return attempt(False)
