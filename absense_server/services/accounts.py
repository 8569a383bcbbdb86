"""Accounts: registered, looked at."""

from absense_server.domain import audit
from absense_server.domain.audit import Action
from absense_server.domain.errors.accounts import RoleNotOpen, SignInEnded, WeakPassword
from absense_server.domain.errors.base import FieldViolation
from absense_server.domain.ids import UserId
from absense_server.domain.passwords import password_faults
from absense_server.domain.people import (
    Caller,
    NewUser,
    Role,
    User,
    UserState,
    normalize_email,
)
from absense_server.ports.data import UnitOfWork
from absense_server.ports.outside import Clock, Ids, Passwords, Threads


class Accounts:
    """Use cases of accounts."""

    def __init__(
        self,
        *,
        uow: UnitOfWork,
        threads: Threads,
        hashing_threads: Threads,
        passwords: Passwords,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._uow = uow
        self._threads = threads
        self._hashing_threads = hashing_threads
        self._passwords = passwords
        self._clock = clock
        self._ids = ids

    async def register(self, caller: Caller, wish: NewUser) -> User:
        """Make a student's account, or a lecturer's that waits for an administrator.

        Raises EmailTaken, WeakPassword, RoleNotOpen.
        """
        if wish.role is Role.ADMIN:
            raise RoleNotOpen
        state = UserState.PENDING_APPROVAL if wish.role is Role.LECTURER else UserState.ACTIVE
        return await self._add(caller, wish, state, Action.USER_REGISTERED)

    async def create(self, caller: Caller, wish: NewUser) -> User:
        """Make an active account of any role, for those who run the server.

        Raises EmailTaken, WeakPassword.
        """
        return await self._add(caller, wish, UserState.ACTIVE, Action.USER_CREATED)

    def current(self, caller: Caller) -> User:
        """The caller's own account.

        Raises SignInEnded when it is gone.
        """
        with self._uow(read_only=True) as tx:
            user = tx.users.get(caller.id)
        if user is None:
            raise SignInEnded
        return user

    async def _add(self, caller: Caller, wish: NewUser, state: UserState, action: Action) -> User:
        email = normalize_email(wish.email)
        faults = password_faults(wish.password, email, is_common=self._passwords.is_common(wish.password))
        if faults:
            raise WeakPassword(*(FieldViolation("password", fault) for fault in faults))
        user = User(
            id=UserId(self._ids.new()),
            email=email,
            full_name=wish.full_name.strip(),
            role=wish.role,
            state=state,
            created_at=self._clock.now(),
            claimed_number=wish.claimed_number,
        )
        password_hash = await self._hashing_threads.run(self._passwords.hash, wish.password)
        await self._threads.run(self._insert, caller, user, password_hash, action)
        return user

    def _insert(self, caller: Caller, user: User, password_hash: str, action: Action) -> None:
        with self._uow() as tx:
            tx.users.add(user, password_hash)
            tx.audit.add(audit.event(action, caller, user.created_at, user.id, role=user.role.value))
            tx.commit()
