"""Signing in."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from absense_server.domain import audit
from absense_server.domain.audit import Action
from absense_server.domain.errors.accounts import AccountNotActive, BadCredentials
from absense_server.domain.ids import SignInId
from absense_server.domain.people import Caller, User, UserState, normalize_email
from absense_server.ports.data import UnitOfWork
from absense_server.ports.findings import Credentials, SignIn
from absense_server.ports.outside import AccessClaims, AccessTokens, Clock, Ids, Passwords, Threads

WHAT_TO_DO = {
    UserState.PENDING_EMAIL: "Confirm your e-mail address first.",
    UserState.PENDING_APPROVAL: "An administrator has to approve it first.",
    UserState.INVITED: "Set a password first, with the link in your invitation.",
    UserState.DEACTIVATED: "It was switched off; ask an administrator.",
}
"""What somebody with the right password is told about an account that is not active."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A sign-in begun."""

    user: User
    access_token: str
    expires_at: datetime


class SignIns:
    """Checks passwords and begins sign-ins."""

    def __init__(
        self,
        *,
        uow: UnitOfWork,
        threads: Threads,
        hashing_threads: Threads,
        passwords: Passwords,
        tokens: AccessTokens,
        clock: Clock,
        ids: Ids,
        access_token_life: timedelta,
    ) -> None:
        self._uow = uow
        self._threads = threads
        self._hashing_threads = hashing_threads
        self._passwords = passwords
        self._tokens = tokens
        self._clock = clock
        self._ids = ids
        self._access_token_life = access_token_life

    async def login(self, caller: Caller, login: str, password: str, device_name: str) -> SignedIn:
        """Begin a sign-in. An unknown user costs the same one hash as a known one.

        Raises BadCredentials; AccountNotActive, but only after the right password.
        """
        found = await self._threads.run(self._credentials, login)
        known = None if found is None else found.password_hash
        matches = await self._hashing_threads.run(self._passwords.verify, password, known)
        if found is None or not matches or found.user.state is UserState.ERASED:
            await self._threads.run(self._refuse, caller, found)
            raise BadCredentials
        if found.user.state is not UserState.ACTIVE:
            await self._threads.run(self._refuse, caller, found)
            raise AccountNotActive(WHAT_TO_DO[found.user.state])
        return await self._threads.run(self._begin, caller, found.user, device_name)

    def _credentials(self, login: str) -> Credentials | None:
        with self._uow(read_only=True) as tx:
            return tx.users.credentials(normalize_email(login)) or tx.users.credentials(login.strip())

    def _refuse(self, caller: Caller, found: Credentials | None) -> None:
        with self._uow() as tx:
            subject = None if found is None else found.user.id
            tx.audit.add(audit.event(Action.SIGN_IN_REFUSED, caller, self._clock.now(), subject))
            tx.commit()

    def _begin(self, caller: Caller, user: User, device_name: str) -> SignedIn:
        now = self._clock.now()
        sign_in = SignIn(SignInId(self._ids.new()), user.id, now, device_name, now, now, now + self._access_token_life)
        with self._uow() as tx:
            tx.sign_ins.add(sign_in)
            tx.audit.add(audit.event(Action.SIGNED_IN, caller, now, user.id, sign_in=str(sign_in.id)))
            tx.commit()
        expires_at = now + self._access_token_life
        claims = AccessClaims(user.id, sign_in.id, user.role, now, now, expires_at)
        return SignedIn(user, self._tokens.write(claims), expires_at)
