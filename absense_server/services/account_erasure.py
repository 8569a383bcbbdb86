"""Erasing people: their accounts at once, who they were once no open term needs it (DESIGN.md; docs/PRIVACY.md)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from uuid import UUID

import structlog

from absense_server.domain import audit
from absense_server.domain.audit import Action, AuditEvent
from absense_server.domain.erasure import LOGGED, SETTLED_AFTER, ErasedThing
from absense_server.domain.errors.accounts import SignInEnded, UserNotFound, WrongPassword
from absense_server.domain.errors.base import DomainError
from absense_server.domain.faces import ConsentEnd
from absense_server.domain.ids import UserId
from absense_server.domain.mails import MailKind
from absense_server.domain.people import Caller, User, UserState
from absense_server.ports.data import Transaction, UnitOfWork
from absense_server.ports.findings import Credentials, ErasedRows, Race
from absense_server.ports.outside import Clock, EventBus, Passwords, Threads
from absense_server.services.administrators import require_admin, require_another_admin
from absense_server.services.erasure import Erased, Erasure
from absense_server.services.mails import Mails
from absense_server.services.settle import settle

_AT_ONCE = 100

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class ErasedAccount:
    """What was erased of a person."""

    device: bool = False
    face_template: bool = False
    photographs: int = 0
    sign_ins: int = 0
    identity_kept: bool = False
    """Name, address and number are still there: an open term needs them."""

    @property
    def facts(self) -> Mapping[str, str]:
        """For the audit log."""
        return {
            "photographs": str(self.photographs),
            "sign_ins": str(self.sign_ins),
            "identity": "kept" if self.identity_kept else "erased",
        }


@dataclass(frozen=True, slots=True)
class _Done:
    account: ErasedAccount
    blobs: Sequence[str] = ()
    """Still to be deleted."""
    changed: Sequence[UUID] = ()
    """Topics of what this changed."""


class AccountErasure:
    """Erases accounts, and later who they were of."""

    def __init__(
        self,
        *,
        uow: UnitOfWork,
        threads: Threads,
        hashing_threads: Threads,
        blob_threads: Threads,
        passwords: Passwords,
        erasure: Erasure,
        mails: Mails,
        events: EventBus,
        clock: Clock,
    ) -> None:
        self._uow = uow
        self._threads = threads
        self._hashing_threads = hashing_threads
        self._blob_threads = blob_threads
        self._passwords = passwords
        self._erasure = erasure
        self._mails = mails
        self._events = events
        self._clock = clock
        self._stopping = False

    async def erase_own(self, caller: Caller, password: str) -> ErasedAccount:
        """Erase the caller's account.

        Raises WrongPassword, LastAdministrator; SignInEnded when the account is gone or not active.
        """
        found = await self._threads.run(self._credentials, caller.id)
        if found is None or found.user.state is not UserState.ACTIVE:
            raise SignInEnded
        if not await self._hashing_threads.run(self._passwords.verify, password, found.password_hash):
            await self._threads.run(self._refuse, caller)
            raise WrongPassword

        def check(_: Transaction, now: Credentials) -> None:
            if now.user.state is not UserState.ACTIVE:
                raise SignInEnded
            if now.password_hash != found.password_hash:
                raise WrongPassword

        return await self._erase(caller, caller.id, "", check)

    async def erase(self, caller: Caller, user_id: UserId, reason: str) -> ErasedAccount:
        """Erase anybody's account, for a reason; of who is ERASED nothing more is.

        Raises UserNotFound, LastAdministrator, SignInEnded.
        """
        return await self._erase(caller, user_id, reason, lambda tx, _: require_admin(tx, caller))

    async def erase_again(self, caller: Caller, user_id: UserId, reason: str) -> bool:
        """Erase an account that was erased before an older copy of the database was put back; False: it is ERASED.

        Raises UserNotFound, LastAdministrator.
        """
        seen: list[UserState] = []
        await self._erase(caller, user_id, reason, lambda _, now: seen.append(now.user.state))
        return seen[-1] is not UserState.ERASED

    def erase_identities(self) -> int:
        """Erase who the erased were, where no open term needs it any more; returns how many are done with.

        Raises BackendUnavailable.
        """
        done, last = 0, None
        while not self._stopping:
            now = self._clock.now()
            with self._uow(read_only=True) as tx:
                erased = tx.erasures.unfinished(now - SETTLED_AFTER, after=last, limit=_AT_ONCE)
                due = [user_id for user_id in erased if not tx.erasures.is_bound_to_open_term(user_id, now)]
            done += sum(settle(partial(self._finish, user_id)) for user_id in due)
            if len(erased) < _AT_ONCE:
                break
            last = erased[-1]
        return done

    def stop(self) -> None:
        """What runs ends soon; what it leaves is done the next time."""
        self._stopping = True

    def _credentials(self, user_id: UserId) -> Credentials | None:
        with self._uow(read_only=True) as tx:
            return tx.users.credentials_of(user_id)

    def _refuse(self, caller: Caller) -> None:
        with self._uow() as tx:
            tx.audit.add(audit.event(Action.SIGN_IN_REFUSED, caller, self._clock.now(), caller.id))
            tx.commit()

    async def _erase(
        self, caller: Caller, user_id: UserId, reason: str, check: Callable[[Transaction, Credentials], None]
    ) -> ErasedAccount:
        """`check` is asked of the account as it is while it is held."""

        def attempt() -> _Done:
            with self._uow() as tx:
                held = self._hold(tx, user_id)
                check(tx, held)
                if held.user.state is UserState.ERASED:
                    return _Done(ErasedAccount(identity_kept=bool(held.user.full_name)))
                done = self._write(tx, caller, held.user, reason)
                tx.commit()
            return done

        done = await self._threads.run(lambda: settle(attempt))
        log.info(LOGGED, what=ErasedThing.ACCOUNT.value, user_id=str(user_id))
        self._events.publish(*done.changed)
        with suppress(DomainError):  # the rows are gone, which voids the blobs: they are swept later
            await self._blob_threads.run(self._erasure.delete, done.blobs)
        return done.account

    def _hold(self, tx: Transaction, user_id: UserId) -> Credentials:
        found = tx.users.get(user_id)
        if found is None:
            raise UserNotFound
        # first: whoever holds administrators holds all of them in one order
        require_another_admin(tx, found)
        tx.erasures.hold(user_id)
        held = tx.users.credentials_of(user_id)
        if held is None or (held.user.role, held.user.state) != (found.role, found.state):
            raise Race
        return held

    def _write(self, tx: Transaction, caller: Caller, user: User, reason: str) -> _Done:
        now = self._clock.now()
        face = self._erasure.face(tx, user.id, ConsentEnd.ERASED, selfies=True)
        sign_ins = tx.sign_ins.end_all(user.id, now)
        rows = tx.erasures.account(user.id, now)
        kept = tx.erasures.is_bound_to_open_term(user.id, now)
        account = ErasedAccount(rows.device, face.template, len(face.blobs), sign_ins, kept)
        act = audit.event(Action.USER_ERASED, caller, now, user.id, role=user.role.value, **account.facts)
        tx.audit.add(act.with_note(reason), *_what_came_with(act, rows))
        if not kept:
            self._erase_identity(tx, user.id)
        if user.email and user.state is not UserState.PENDING_EMAIL:
            self._mails.queue(tx, MailKind.ACCOUNT_ERASED, user.id, address=user.email)
        return _Done(account, face.blobs, _topics(face, rows))

    def _finish(self, user_id: UserId) -> bool:
        with self._uow() as tx:
            tx.erasures.hold(user_id)
            now = self._clock.now()
            if tx.erasures.is_bound_to_open_term(user_id, now):
                return False
            # once more where it was done at once: a call that was under way may have left something
            self._erase_identity(tx, user_id)
            tx.erasures.finish(user_id, now)
            tx.commit()
        return True

    def _erase_identity(self, tx: Transaction, user_id: UserId) -> None:
        if tx.erasures.identity(user_id):
            tx.audit.add(audit.machine_event(Action.IDENTITY_ERASED, self._clock.now(), user_id))


def _what_came_with(act: AuditEvent, rows: ErasedRows) -> Iterator[AuditEvent]:
    """An event of each enrollment and session that it ended: what could name a person stands in `act` alone."""
    for action, subjects in (
        (Action.ENROLLMENT_ENDED, rows.enrollments),
        (Action.SESSION_CLOSED, rows.closed),
        (Action.SESSION_CANCELLED, rows.cancelled),
    ):
        for subject in subjects:
            yield replace(act, action=action, subject_id=subject, facts={"because": act.action.value}, private={})


def _topics(face: Erased, rows: ErasedRows) -> Sequence[UUID]:
    return (*face.changed, *rows.closed, *rows.cancelled)
