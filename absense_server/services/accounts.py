"""Accounts: made by those who run the server, looked at."""

from absense_server.domain import audit
from absense_server.domain.audit import Action
from absense_server.domain.errors.accounts import SignInEnded
from absense_server.domain.ids import UserId
from absense_server.domain.people import Caller, NewUser, User, UserState
from absense_server.ports.data import UnitOfWork
from absense_server.ports.outside import Addresses, Clock, Ids, Threads
from absense_server.services.new_passwords import NewPasswords
from absense_server.services.registration import make_way
from absense_server.services.settle import settle


class Accounts:
    """Use cases of accounts."""

    def __init__(
        self,
        *,
        uow: UnitOfWork,
        threads: Threads,
        addresses: Addresses,
        new_passwords: NewPasswords,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._uow = uow
        self._threads = threads
        self._addresses = addresses
        self._new_passwords = new_passwords
        self._clock = clock
        self._ids = ids

    async def create(self, caller: Caller, wish: NewUser) -> User:
        """Make an active account of any role, for those who run the server.

        Raises EmailNotAccepted, EmailTaken, WeakPassword.
        """
        user = User(
            id=UserId(self._ids.new()),
            email=self._addresses.normalized(wish.email),
            full_name=wish.full_name.strip(),
            role=wish.role,
            state=UserState.ACTIVE,
            created_at=self._clock.now(),
            claimed_number=wish.claimed_number.strip(),
        )
        password_hash = await self._new_passwords.hashed(wish.password, user)
        await self._threads.run(settle, lambda: self._insert(caller, user, password_hash))
        return user

    def current(self, caller: Caller) -> User:
        """The caller's own account.

        Raises SignInEnded when it is gone.
        """
        with self._uow(read_only=True) as tx:
            user = tx.users.get(caller.id)
        if user is None:
            raise SignInEnded
        return user

    def _insert(self, caller: Caller, user: User, password_hash: str) -> None:
        with self._uow() as tx:
            make_way(tx, user.email, caller, user.created_at)
            tx.users.add(user, password_hash)
            tx.audit.add(audit.event(Action.USER_CREATED, caller, user.created_at, user.id, role=user.role.value))
            tx.commit()
