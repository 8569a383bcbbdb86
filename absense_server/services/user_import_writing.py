"""What imports of accounts share: what is asked for, what is read, what is written."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from absense_server.domain import audit
from absense_server.domain.audit import Action
from absense_server.domain.enrollment_imports import Registry
from absense_server.domain.ids import UserId
from absense_server.domain.mails import WITH_TOKEN, MailKind
from absense_server.domain.people import Caller, User
from absense_server.domain.user_changes import AccountMail, ends_sign_ins, mails_about, voids_mails
from absense_server.domain.user_imports import UserPlan, UserWish
from absense_server.ports.data import Transaction
from absense_server.ports.findings import Race
from absense_server.services.mails import Mails
from absense_server.services.user_changes import change_event


class UserFileFormat(Enum):
    """What a file of accounts is."""

    CSV = "CSV"
    ONEROSTER = "ONEROSTER"


@dataclass(frozen=True, slots=True)
class UserImport:
    """What to do with a file."""

    format: UserFileFormat
    dry_run: bool = False
    send_invitations: bool = False
    """A mail to each new account, with which a password can be set."""


def registry_of(tx: Transaction, wishes: Sequence[UserWish], *, hold: bool, others: Sequence[UserId] = ()) -> Registry:
    """The accounts that lines name, and `others`; `hold`: each held, so that nobody else changes it meanwhile."""
    numbers = {wish.number for wish in wishes if wish.number}
    emails = {wish.email for wish in wishes if wish.email}
    named = {user.id for user in tx.imports.named(numbers, emails)}
    return Registry.of(tx.imports.users(named | set(others), hold=hold), tx.imports.programmes())


def write_users(tx: Transaction, caller: Caller, plan: UserPlan, mails: Mails, now: datetime, *, invite: bool) -> None:
    """Write what was planned, by the rules of UserChanges and UserOffice.

    Raises Race.
    """
    if plan.gives_way and tx.imports.remove_pending(plan.gives_way) < len(plan.gives_way):
        raise Race  # confirmed since we looked
    tell: list[tuple[UserId, AccountMail]] = []
    if plan.new:
        tx.imports.add_users(plan.new)
        if invite:
            tell += [(user.id, AccountMail(MailKind.INVITATION)) for user in plan.new]
        tx.audit.add(*(_made(caller, now, user) for user in plan.new))
    if plan.saved:
        tx.imports.save_users([after for _, after in plan.saved])
        voided = [after.id for before, after in plan.saved if voids_mails(before, after)]
        tx.imports.void_mails(voided, WITH_TOKEN)
        signed_out = [after.id for before, after in plan.saved if ends_sign_ins(before, after)]
        ended = tx.imports.end_sign_ins(signed_out, now)
        tell += [(after.id, mail) for before, after in plan.saved for mail in mails_about(before, after)]
        tx.audit.add(
            *(change_event(caller, now, before, after, ended.get(after.id, 0)) for before, after in plan.saved)
        )
    mails.queue_many(tx, tell)


def _made(caller: Caller, now: datetime, user: User) -> audit.AuditEvent:
    event = audit.event(Action.USER_CREATED, caller, now, user.id, role=user.role.value, source="import")
    return event.with_private(email=user.email, full_name=user.full_name)
