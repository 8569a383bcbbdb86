"""Passwords set anew: by who has lost one, and by who has one."""

from dataclasses import replace

from absense_server.domain import audit
from absense_server.domain.audit import Action
from absense_server.domain.errors.accounts import SignInEnded, WrongPassword
from absense_server.domain.mails import SETS_PASSWORD, WITH_TOKEN, MailKind
from absense_server.domain.people import Caller, User, UserState
from absense_server.domain.registration import confirmed
from absense_server.ports.data import UnitOfWork
from absense_server.ports.findings import Credentials
from absense_server.ports.outside import Clock, Passwords, Threads
from absense_server.services.callers import hold_caller
from absense_server.services.email_confirmation import Bearer, bearer_of, use, with_number_unless_taken
from absense_server.services.mails import Mails
from absense_server.services.new_passwords import NewPasswords

_FIELD = "new_password"


class UserPasswords:
    """Use cases of passwords. What is hashed or checked is, outside of any transaction; the next one looks again."""

    def __init__(
        self,
        *,
        uow: UnitOfWork,
        threads: Threads,
        hashing_threads: Threads,
        passwords: Passwords,
        new_passwords: NewPasswords,
        mails: Mails,
        clock: Clock,
    ) -> None:
        """`hashing_threads`: those that check passwords."""
        self._uow = uow
        self._threads = threads
        self._hashing_threads = hashing_threads
        self._passwords = passwords
        self._new_passwords = new_passwords
        self._mails = mails
        self._clock = clock

    def request_reset(self, caller: Caller, login: str) -> None:
        """Have a mail with a token sent, if `login` has an account: that is looked up later, when it is sent."""
        with self._uow() as tx:
            self._mails.queue(tx, MailKind.RESET_PASSWORD, login=login)
            tx.audit.add(audit.event(Action.PASSWORD_RESET_REQUESTED, caller, self._clock.now(), None))
            tx.commit()

    async def reset(self, caller: Caller, token: str, password: str) -> User:
        """Set a password with the token of a mail, which confirms the address too. All sign-ins end.

        Raises MailTokenInvalid, before anything is hashed; WeakPassword, after which the token is as good as before.
        """
        bearer = await self._threads.run(self._bearer, token)
        password_hash = await self._new_passwords.hashed(password, bearer.found.user, _FIELD)
        return await self._threads.run(
            with_number_unless_taken,
            lambda with_number: self._reset(caller, token, password_hash, with_number=with_number),
        )

    def _bearer(self, token: str) -> Bearer:
        with self._uow(read_only=True) as tx:
            return bearer_of(tx, token, self._clock, SETS_PASSWORD)

    def _reset(self, caller: Caller, token: str, password_hash: str, *, with_number: bool) -> User:
        with self._uow() as tx:
            before = use(tx, token, self._clock, SETS_PASSWORD).found.user
            user = _with_password(before, with_number=with_number)
            now = self._clock.now()
            tx.users.save(user)
            tx.users.set_password(user.id, password_hash)
            ended = tx.sign_ins.end_all(user.id, now)
            tx.audit.add(audit.event(Action.PASSWORD_RESET, caller, now, user.id, ended=str(ended)))
            if before.state is not UserState.INVITED:  # else it is the first
                self._mails.queue(tx, MailKind.PASSWORD_CHANGED, user.id)
            tx.commit()
        return user

    async def change(self, caller: Caller, current: str, new: str) -> int:
        """Set another password. The caller's other sign-ins end; returns how many.

        Raises WrongPassword, WeakPassword; SignInEnded when the account is no longer active.
        """
        found = await self._threads.run(self._own, caller)
        if not await self._hashing_threads.run(self._passwords.verify, current, found.password_hash):
            await self._threads.run(self._refuse, caller)
            raise WrongPassword("current_password")
        password_hash = await self._new_passwords.hashed(new, found.user, _FIELD)
        return await self._threads.run(self._change, caller, found, password_hash)

    def _own(self, caller: Caller) -> Credentials:
        with self._uow(read_only=True) as tx:
            found = tx.users.credentials_of(caller.id)
        if found is None or found.user.state is not UserState.ACTIVE:
            raise SignInEnded
        return found

    def _refuse(self, caller: Caller) -> None:
        with self._uow() as tx:
            tx.audit.add(audit.event(Action.SIGN_IN_REFUSED, caller, self._clock.now(), caller.id))
            tx.commit()

    def _change(self, caller: Caller, checked: Credentials, password_hash: str) -> int:
        with self._uow() as tx:
            user = hold_caller(tx, caller)
            known = tx.users.credentials_of(user.id)
            if known is None or known.password_hash != checked.password_hash:
                raise WrongPassword("current_password")  # it was changed meanwhile
            now = self._clock.now()
            tx.users.set_password(user.id, password_hash)
            tx.mails.remove_tokens(user.id, WITH_TOKEN)
            ended = tx.sign_ins.end_all(user.id, now, but=caller.sign_in_id)
            tx.audit.add(audit.event(Action.PASSWORD_CHANGED, caller, now, user.id, ended=str(ended)))
            self._mails.queue(tx, MailKind.PASSWORD_CHANGED, user.id)
            tx.commit()
        return ended


def _with_password(user: User, *, with_number: bool) -> User:
    """The account, once its user has set a password with the token of a mail."""
    match user.state:
        case UserState.PENDING_EMAIL:
            return confirmed(user, with_number=with_number)
        case UserState.INVITED:
            return replace(user, state=UserState.ACTIVE)
        case _:
            return user
