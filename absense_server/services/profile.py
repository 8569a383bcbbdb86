"""What people change of their own accounts."""

from dataclasses import dataclass, replace

from absense_server.domain import audit
from absense_server.domain.audit import Action
from absense_server.domain.errors.accounts import EmailTaken
from absense_server.domain.mails import MailKind
from absense_server.domain.people import Caller, User, UserState
from absense_server.domain.registration import RegistrationRules
from absense_server.ports.data import Transaction, UnitOfWork
from absense_server.ports.outside import Addresses, Clock
from absense_server.services.callers import hold_caller
from absense_server.services.mails import Mails

_CHANGE = frozenset({MailKind.CHANGE_EMAIL})


@dataclass(frozen=True, slots=True)
class ProfileChange:
    """What a person wants to change; None: nothing."""

    full_name: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """An account, and the address that waits to be confirmed for it."""

    user: User
    pending_email: str


class Profiles:
    """Use case of people's own accounts."""

    def __init__(
        self, *, uow: UnitOfWork, rules: RegistrationRules, addresses: Addresses, mails: Mails, clock: Clock
    ) -> None:
        self._uow = uow
        self._rules = rules
        self._addresses = addresses
        self._mails = mails
        self._clock = clock

    def update(self, caller: Caller, change: ProfileChange) -> Profile:
        """Change the caller's name; have another address confirmed, which counts from then on.

        Raises EmailNotAccepted, EmailTaken; SignInEnded when the account is no longer active.
        """
        email = None if change.email is None else self._addresses.normalized(change.email)
        with self._uow() as tx:
            user = hold_caller(tx, caller)
            changed = []
            if change.full_name is not None and change.full_name.strip() != user.full_name:
                user = replace(user, full_name=change.full_name.strip())
                tx.users.save(user)
                changed.append("full_name")
            now = self._clock.now()
            pending = tx.mails.changing_to(user.id, now)
            if email is not None:
                self._change_email(tx, user, email, pending)
                pending = "" if email == user.email else email
                changed.append("email")
            if changed:
                facts = {"fields": " ".join(changed)}
                tx.audit.add(audit.event(Action.PROFILE_CHANGED, caller, now, user.id, **facts))
                tx.commit()
        return Profile(user, pending)

    def _change_email(self, tx: Transaction, user: User, email: str, pending: str) -> None:
        """Have the address confirmed, instead of any other that waits for that; who asks again gets another mail."""
        if email != user.email:
            self._rules.of(user.role).require_email(email)
            found = tx.users.credentials(email)
            # one that nobody has confirmed holds nothing
            if found is not None and found.user.email == email and found.user.state is not UserState.PENDING_EMAIL:
                raise EmailTaken
        if email != pending:
            tx.mails.remove_tokens(user.id, _CHANGE)
        if email != user.email:
            self._mails.queue(tx, MailKind.CHANGE_EMAIL, user.id, address=email)
            if email != pending:
                self._mails.queue(tx, MailKind.EMAIL_CHANGED, user.id, address=user.email)
