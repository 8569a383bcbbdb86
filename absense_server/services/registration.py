"""Registering: people who make their own accounts."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from absense_server.domain import audit
from absense_server.domain.audit import Action
from absense_server.domain.errors.accounts import EmailTaken, RoleNotOpen
from absense_server.domain.ids import UserId
from absense_server.domain.mails import MailKind
from absense_server.domain.people import Caller, NewUser, Role, User, UserState
from absense_server.domain.registration import UNCONFIRMED_LIFE, RegistrationRules
from absense_server.ports.data import Transaction, UnitOfWork
from absense_server.ports.findings import Race
from absense_server.ports.outside import Addresses, Clock, Ids, Threads
from absense_server.services.mails import Mails
from absense_server.services.new_passwords import NewPasswords
from absense_server.services.settle import settle

_AT_ONCE = 100


class Registration:
    """Makes accounts for those who ask for one."""

    def __init__(
        self,
        *,
        uow: UnitOfWork,
        threads: Threads,
        rules: RegistrationRules,
        addresses: Addresses,
        new_passwords: NewPasswords,
        mails: Mails,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._uow = uow
        self._threads = threads
        self._rules = rules
        self._addresses = addresses
        self._new_passwords = new_passwords
        self._mails = mails
        self._clock = clock
        self._ids = ids

    async def register(self, caller: Caller, wish: NewUser) -> User:
        """Make a student's account, or a lecturer's. One with the same address that was never confirmed gives way.

        Raises RoleNotOpen, EmailNotAccepted, NumberNotAccepted, WeakPassword, EmailTaken.
        """
        if wish.role is Role.ADMIN:
            raise RoleNotOpen
        user = User(
            id=UserId(self._ids.new()),
            email=self._addresses.normalized(wish.email),
            full_name=wish.full_name.strip(),
            role=wish.role,
            state=self._rules.first_state(wish.role),
            created_at=self._clock.now(),
            claimed_number=wish.claimed_number.strip(),
        )
        rule = self._rules.of(user.role)
        rule.require_email(user.email)
        rule.require_number(user.claimed_number)
        password_hash = await self._new_passwords.hashed(wish.password, user)
        await self._threads.run(settle, lambda: self._insert(caller, user, password_hash))
        return user

    def _insert(self, caller: Caller, user: User, password_hash: str) -> None:
        with self._uow() as tx:
            make_way(tx, user.email, caller, user.created_at)
            try:
                tx.users.add(user, password_hash)
            except EmailTaken:
                raise Race from None  # since we looked; it may be one that gives way
            tx.audit.add(audit.event(Action.USER_REGISTERED, caller, user.created_at, user.id, role=user.role.value))
            if user.state is UserState.PENDING_EMAIL:
                self._mails.queue(tx, MailKind.CONFIRM_EMAIL, user.id)
            tx.commit()

    def expire(self) -> int:
        """Delete the accounts whose addresses were not confirmed in time; returns how many."""
        expired = 0
        while ids := self._expire_some():
            expired += len(ids)
        return expired

    def _expire_some(self) -> Sequence[UserId]:
        now = self._clock.now()
        with self._uow() as tx:
            ids = tx.users.remove_unconfirmed(now - UNCONFIRMED_LIFE, _AT_ONCE)
            if ids:
                tx.erasures.never_confirmed(ids)
                tx.audit.add(*(audit.machine_event(Action.REGISTRATION_EXPIRED, now, user_id) for user_id in ids))
                tx.commit()
        return ids


def make_way(tx: Transaction, email: str, caller: Caller, now: datetime) -> None:
    """Delete an account with this address (normalized) that was never confirmed: it holds nothing.

    `caller`: for whose account it gives way, at `now`.

    Raises EmailTaken where the address is somebody's, Race where it was being confirmed.
    """
    found = tx.users.credentials(email)
    if found is None or found.user.email != email:
        return
    if found.user.state is not UserState.PENDING_EMAIL:
        raise EmailTaken
    if not tx.users.remove_pending(found.user.id):
        raise Race
    tx.erasures.never_confirmed([found.user.id])
    gone = audit.event(Action.REGISTRATION_EXPIRED, caller, now, found.user.id, why="GAVE_WAY")
    # nobody would erase the caller's address from an event about an account that is gone
    tx.audit.add(replace(gone, private={}))
