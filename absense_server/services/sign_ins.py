"""Signing in: passwords are checked, sign-ins begin."""

from datetime import datetime
from typing import Final

from absense_server.domain import audit
from absense_server.domain.audit import Action
from absense_server.domain.errors.accounts import AccountNotActive, BadCredentials, SignInEnded, WrongPassword
from absense_server.domain.ids import SignInId, UserId
from absense_server.domain.people import Caller, User, UserState
from absense_server.ports.data import Transaction, UnitOfWork
from absense_server.ports.findings import Credentials, Race, SignIn
from absense_server.ports.outside import Clock, Ids, Passwords, Threads
from absense_server.services.settle import settle_async
from absense_server.services.sign_in_tokens import Issued, SignedIn, SignInTokens

MOST_OF_A_USER: Final = 50
"""Sign-ins that a user may have at once."""
WHAT_TO_DO = {
    UserState.PENDING_EMAIL: "Confirm your e-mail address first, with our mail; *forgot password* sends another.",
    UserState.PENDING_APPROVAL: "An administrator has to approve it first.",
    UserState.INVITED: "Set a password first, with the link in your invitation.",
    UserState.DEACTIVATED: "It was switched off; ask an administrator.",
}
"""What somebody with the right password is told about an account that is not active."""


class SignIns:
    """Checks passwords and begins sign-ins.

    A password is checked outside of any transaction; in the one that follows nobody changes the account, and what
    was checked is still so, or is checked again: another call may have hashed the same password anew. So a call that
    races a new password or a deactivation comes before it, and its sign-in ends with the others, or fails.
    """

    def __init__(
        self,
        *,
        uow: UnitOfWork,
        threads: Threads,
        hashing_threads: Threads,
        passwords: Passwords,
        tokens: SignInTokens,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._uow = uow
        self._threads = threads
        self._hashing_threads = hashing_threads
        self._passwords = passwords
        self._tokens = tokens
        self._clock = clock
        self._ids = ids

    async def login(self, caller: Caller, login: str, password: str, device_name: str) -> SignedIn:
        """Begin a sign-in. An unknown user costs the same one hash as a known one.

        Raises BadCredentials; AccountNotActive, but only after the right password.
        """

        async def attempt() -> SignedIn:
            found = await self._threads.run(self._by_login, login)
            right = await self._is_right(password, found)
            try:
                user = _active(found if right else None, found)
                better = await self._better_hash(password, found)
                return await self._threads.run(self._begin, caller, user.id, found, better, device_name)
            except (BadCredentials, AccountNotActive):
                await self._threads.run(self._refuse, caller, found)
                raise

        return await settle_async(attempt)

    async def reauthenticate(self, caller: Caller, password: str) -> Issued:
        """Take the password again: an access token of the same sign-in that counts as just signed in.

        Raises WrongPassword, SignInEnded.
        """

        async def attempt() -> Issued:
            found = await self._threads.run(self._by_id, caller.id)
            right = await self._is_right(password, found)
            try:
                better = await self._better_hash(password, found) if right else None
                return await self._threads.run(self._renew, caller, found if right else None, better)
            except WrongPassword:
                await self._threads.run(self._refuse, caller, found)
                raise

        return await settle_async(attempt)

    def _by_login(self, login: str) -> Credentials | None:
        with self._uow(read_only=True) as tx:
            return tx.users.credentials(login.strip())

    def _by_id(self, user_id: UserId) -> Credentials | None:
        with self._uow(read_only=True) as tx:
            return tx.users.credentials_of(user_id)

    async def _is_right(self, password: str, found: Credentials | None) -> bool:
        known = None if found is None else found.password_hash
        return await self._hashing_threads.run(self._passwords.verify, password, known)

    async def _better_hash(self, password: str, found: Credentials | None) -> str | None:
        """A new hash of the right password, where the one there is was made at another cost."""
        if found is None or found.password_hash is None or not self._passwords.needs_update(found.password_hash):
            return None
        return await self._hashing_threads.run(self._passwords.hash, password)

    def _refuse(self, caller: Caller, found: Credentials | None) -> None:
        with self._uow() as tx:
            subject = None if found is None else found.user.id
            tx.audit.add(audit.event(Action.SIGN_IN_REFUSED, caller, self._clock.now(), subject))
            tx.commit()

    def _begin(
        self, caller: Caller, user_id: UserId, checked: Credentials | None, better: str | None, device_name: str
    ) -> SignedIn:
        with self._uow() as tx:
            tx.users.hold(user_id)
            user = _active(checked, tx.users.credentials_of(user_id))
            now = self._clock.now()
            sign_in_id = SignInId(self._ids.new())
            refresh, kept = self._tokens.refresh(sign_in_id, now, started_at=now)
            sign_in = SignIn(sign_in_id, user.id, now, device_name, now, now, kept.expires_at)
            tx.sign_ins.add(sign_in, kept)
            self._keep_hash(tx, user_id, better)
            tx.audit.add(audit.event(Action.SIGNED_IN, caller, now, user.id, sign_in=str(sign_in.id)))
            self._end_idlest(tx, caller, user.id, now)
            tx.commit()
        return SignedIn(user, sign_in, self._tokens.access(user, sign_in, now), refresh)

    def _end_idlest(self, tx: Transaction, caller: Caller, user_id: UserId, now: datetime) -> None:
        ended = tx.sign_ins.end_idlest(user_id, now, keep=MOST_OF_A_USER)
        if ended:
            tx.audit.add(audit.event(Action.SIGN_IN_ENDED, caller, now, user_id, why="TOO_MANY", number=str(ended)))

    def _renew(self, caller: Caller, checked: Credentials | None, better: str | None) -> Issued:
        with self._uow() as tx:
            tx.users.hold(caller.id)
            now = self._clock.now()
            sign_in = tx.sign_ins.find(caller.id, caller.sign_in)
            if sign_in is None or sign_in.expires_at <= now:
                raise SignInEnded
            user = _unchanged(checked, tx.users.credentials_of(caller.id))
            if user is None:
                raise WrongPassword
            if user.state is not UserState.ACTIVE:
                raise SignInEnded
            renewed = sign_in.with_password(now)
            tx.sign_ins.save(renewed)
            self._keep_hash(tx, user.id, better)
            tx.audit.add(audit.event(Action.REAUTHENTICATED, caller, now, user.id, sign_in=str(sign_in.id)))
            tx.commit()
        return self._tokens.access(user, renewed, now)

    def _keep_hash(self, tx: Transaction, user_id: UserId, better: str | None) -> None:
        if better is not None:
            tx.users.set_password(user_id, better)


def _unchanged(checked: Credentials | None, now: Credentials | None) -> User | None:
    """The account as it is now, if its password is the one that was checked.

    Raises Race when there is another hash by now.
    """
    if checked is None or now is None:
        return None
    if now.password_hash != checked.password_hash:
        raise Race
    return now.user


def _active(checked: Credentials | None, now: Credentials | None) -> User:
    """The account as it is now. Raises BadCredentials, AccountNotActive, Race."""
    user = _unchanged(checked, now)
    if user is None or user.state is UserState.ERASED:
        raise BadCredentials
    if user.state is not UserState.ACTIVE:
        raise AccountNotActive(user.state.value, WHAT_TO_DO[user.state])
    return user
