"""What administrators change of accounts."""

from dataclasses import replace

from absense_server.domain import audit
from absense_server.domain.audit import Action, AuditEvent
from absense_server.domain.errors.accounts import UserNotFound
from absense_server.domain.ids import UserId
from absense_server.domain.mails import WITH_TOKEN, MailKind
from absense_server.domain.people import Caller, User, UserState
from absense_server.domain.user_changes import PERSONAL, UserChange, changed, differences
from absense_server.ports.data import Transaction, UnitOfWork
from absense_server.ports.outside import Addresses, Clock
from absense_server.services.administrators import require_admin, require_another_admin
from absense_server.services.mails import Mails
from absense_server.services.registration import make_way
from absense_server.services.settle import settle
from absense_server.services.user_office import require_programme

_WAITS_FOR = {UserState.PENDING_EMAIL: MailKind.CONFIRM_EMAIL, UserState.INVITED: MailKind.INVITATION}
"""The mail without which an account in this state does not get on."""


class UserChanges:
    """Use cases of administrators.

    Another role takes nothing else from the account: enrollments, records, the phone, the courses that are taught
    stay, out of reach while the role may not call what shows them, and back with it.
    """

    def __init__(self, uow: UnitOfWork, mails: Mails, addresses: Addresses, clock: Clock) -> None:
        self._uow = uow
        self._mails = mails
        self._addresses = addresses
        self._clock = clock

    def make(self, caller: Caller, user_id: UserId, change: UserChange) -> User:
        """Change an account, and tell its user where that is due. What is so already changes nothing.

        Another role, another address or DEACTIVATED ends the sign-ins; the last two void the tokens of mails too.

        Raises UserNotFound, UserStateNotAllowed, LastAdministrator, EmailNotAccepted, EmailTaken, NumberTaken,
        ProgrammeNotFound, SignInEnded.
        """
        if change.email is not None:
            change = replace(change, email=self._addresses.normalized(change.email))
        return settle(lambda: self._attempt(caller, user_id, change))

    def _attempt(self, caller: Caller, user_id: UserId, change: UserChange) -> User:
        with self._uow() as tx:
            if change.role is not None or change.state is not None:
                # first: of two who hold each other only then, neither would get on
                tx.users.hold_admins()
            require_admin(tx, caller)
            tx.users.hold(user_id)
            found = tx.users.credentials_of(user_id)
            if found is None:
                raise UserNotFound
            before = found.user
            after = changed(before, change, has_password=found.password_hash is not None)
            if after == before:
                return before
            if after.programme_id != before.programme_id:
                require_programme(tx, after.programme_id)
            if (after.role, after.state) != (before.role, before.state):
                require_another_admin(tx, before)
            if after.email != before.email:
                make_way(tx, after.email, caller, self._clock.now())
            tx.users.save(after)
            ended = self._shut_out(tx, before, after)
            self._tell(tx, before, after)
            tx.audit.add(self._event(caller, before, after, ended))
            tx.commit()
        return after

    def _shut_out(self, tx: Transaction, before: User, after: User) -> int:
        """End what was begun as another person, as it were; returns how many sign-ins that ended."""
        switched_off = after.state is UserState.DEACTIVATED and before.state is not after.state
        readdressed = after.email != before.email
        if switched_off or readdressed:
            tx.mails.remove_tokens(after.id, WITH_TOKEN)
        if switched_off or readdressed or after.role is not before.role:
            return tx.sign_ins.end_all(after.id, self._clock.now())
        return 0

    def _tell(self, tx: Transaction, before: User, after: User) -> None:
        readdressed, moved = after.email != before.email, after.state is not before.state
        if readdressed:
            self._mails.queue(tx, MailKind.EMAIL_CHANGED, after.id, address=before.email)
        if moved and (before.state, after.state) == (UserState.PENDING_APPROVAL, UserState.ACTIVE):
            self._mails.queue(tx, MailKind.APPROVED, after.id)
        if (readdressed or moved) and after.state in _WAITS_FOR:
            self._mails.queue(tx, _WAITS_FOR[after.state], after.id)

    def _event(self, caller: Caller, before: User, after: User, ended: int) -> AuditEvent:
        found = list(differences(before, after))
        facts = {"changed": " ".join(difference.name for difference in found), "ended_sign_ins": str(ended)}
        private: dict[str, str] = {}
        for difference in found:
            where = private if difference.name in PERSONAL else facts
            where |= {f"{difference.name}_before": difference.before, f"{difference.name}_after": difference.after}
        event = audit.event(Action.USER_CHANGED, caller, self._clock.now(), after.id, **facts)
        return event.with_private(**private)
