"""What administrators change of accounts."""

from dataclasses import replace
from datetime import datetime

from absense_server.domain import audit
from absense_server.domain.audit import Action, AuditEvent
from absense_server.domain.errors.accounts import UserNotFound
from absense_server.domain.ids import UserId
from absense_server.domain.mails import WITH_TOKEN
from absense_server.domain.people import Caller, User
from absense_server.domain.user_changes import (
    PERSONAL,
    UserChange,
    changed,
    differences,
    ends_sign_ins,
    mails_about,
    voids_mails,
)
from absense_server.ports.data import Transaction, UnitOfWork
from absense_server.ports.outside import Addresses, Clock
from absense_server.services.administrators import require_admin, require_another_admin
from absense_server.services.mails import Mails
from absense_server.services.registration import make_way
from absense_server.services.settle import settle
from absense_server.services.user_office import require_programme


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
            for mail in mails_about(before, after):
                self._mails.queue(tx, mail.kind, after.id, address=mail.address)
            tx.audit.add(change_event(caller, self._clock.now(), before, after, ended))
            tx.commit()
        return after

    def _shut_out(self, tx: Transaction, before: User, after: User) -> int:
        """End what was begun as another person, as it were; returns how many sign-ins that ended."""
        if voids_mails(before, after):
            tx.mails.remove_tokens(after.id, WITH_TOKEN)
        return tx.sign_ins.end_all(after.id, self._clock.now()) if ends_sign_ins(before, after) else 0


def change_event(caller: Caller, now: datetime, before: User, after: User, ended: int) -> AuditEvent:
    """What was changed of an account; `ended`: how many sign-ins that ended."""
    found = list(differences(before, after))
    facts = {"changed": " ".join(difference.name for difference in found), "ended_sign_ins": str(ended)}
    private: dict[str, str] = {}
    for difference in found:
        where = private if difference.name in PERSONAL else facts
        where |= {f"{difference.name}_before": difference.before, f"{difference.name}_after": difference.after}
    return audit.event(Action.USER_CHANGED, caller, now, after.id, **facts).with_private(**private)
