"""Another phone: students ask, administrators decide."""

from dataclasses import replace

from absense_server.domain import audit
from absense_server.domain.audit import Action
from absense_server.domain.devices import DeviceReset, ResetState
from absense_server.domain.errors.devices import DeviceNotFound, DeviceResetDecided
from absense_server.domain.ids import DeviceResetId, UserId
from absense_server.domain.mails import MailKind
from absense_server.domain.pages import Page, PageRequest, PageTokens
from absense_server.domain.people import Caller
from absense_server.ports.data import UnitOfWork
from absense_server.ports.outside import Clock, Ids
from absense_server.services.administrators import require_admin
from absense_server.services.callers import hold_caller
from absense_server.services.mails import Mails
from absense_server.services.settle import settle

_SAID = {
    ResetState.APPROVED: (MailKind.DEVICE_RESET_APPROVED, Action.DEVICE_RESET_APPROVED),
    ResetState.REJECTED: (MailKind.DEVICE_RESET_REJECTED, Action.DEVICE_RESET_REJECTED),
}


class DeviceResets:
    """Use cases of device resets (DESIGN.md, Device). Who writes about a student's phone holds the student."""

    def __init__(self, uow: UnitOfWork, mails: Mails, clock: Clock, ids: Ids, pages: PageTokens) -> None:
        self._uow = uow
        self._mails = mails
        self._clock = clock
        self._ids = ids
        self._pages = pages

    def request(self, caller: Caller, reason: str) -> DeviceReset:
        """Ask for the caller's phone to be unbound; a request that waits already is returned as it is.

        Raises DeviceNotFound, SignInEnded.
        """
        return settle(lambda: self._request(caller, reason))

    def _request(self, caller: Caller, reason: str) -> DeviceReset:
        with self._uow() as tx:
            student, device = hold_caller(tx, caller), tx.devices.active(caller.id)
            if device is None:
                raise DeviceNotFound
            waiting = tx.device_resets.pending(caller.id)
            if waiting is not None:
                return waiting
            now = self._clock.now()
            reset = DeviceReset(DeviceResetId(self._ids.new()), student.person, device, reason, now)
            tx.device_resets.add(reset)
            self._mails.queue(tx, MailKind.DEVICE_RESET_REQUESTED, caller.id)
            event = audit.event(Action.DEVICE_RESET_REQUESTED, caller, now, reset.id, device=str(device.id))
            tx.audit.add(event.with_note(reason))
            tx.commit()
        return reset

    def list(self, state: ResetState | None, student_id: UserId | None, page: PageRequest) -> Page[DeviceReset]:
        """Students' wishes, the oldest first.

        Raises PageTokenInvalid.
        """
        filters = ("device resets", state, student_id)
        after = self._pages.read(page.token, *filters)
        with self._uow(read_only=True) as tx:
            rows = tx.device_resets.list(state, student_id, after=after, limit=page.size + 1)
        return self._pages.page(rows, page.size, lambda reset: reset.id, *filters)

    def approve(self, caller: Caller, reset_id: DeviceResetId, note: str) -> DeviceReset:
        """Unbind the phone, so that another one can be bound.

        Raises DeviceResetRequestNotFound, SignInEnded; DeviceResetDecided, also when that phone is not bound any more.
        """
        return self._decide(caller, reset_id, ResetState.APPROVED, note)

    def reject(self, caller: Caller, reset_id: DeviceResetId, note: str) -> DeviceReset:
        """Leave the phone bound.

        Raises DeviceResetRequestNotFound, DeviceResetDecided, SignInEnded.
        """
        return self._decide(caller, reset_id, ResetState.REJECTED, note)

    def _decide(self, caller: Caller, reset_id: DeviceResetId, state: ResetState, note: str) -> DeviceReset:
        """Decide once; the same again changes nothing."""
        kind, action = _SAID[state]
        with self._uow() as tx:
            require_admin(tx, caller)
            student_id = tx.device_resets.get(reset_id).student.id
            tx.users.hold(student_id)
            reset = tx.device_resets.get(reset_id)
            if reset.state is state:
                return reset
            now = self._clock.now()
            if not tx.device_resets.decide(reset_id, state, caller.id, now, note):
                raise DeviceResetDecided
            # that phone and no other, whatever the student has bound since
            if state is ResetState.APPROVED and not tx.devices.unbind(reset.device.id, now):
                raise DeviceResetDecided
            self._mails.queue(tx, kind, student_id, note=note)
            event = audit.event(action, caller, now, reset_id, student=str(student_id), device=str(reset.device.id))
            tx.audit.add(event.with_note(note))
            tx.commit()
        return replace(reset, state=state, decided_at=now, note=note)
