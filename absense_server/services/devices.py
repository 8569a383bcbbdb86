"""Phones: bound, one for each student."""

from dataclasses import dataclass
from datetime import datetime

from absense_server.domain import audit
from absense_server.domain.audit import Action
from absense_server.domain.devices import BINDING_CONTEXT, MAX_BINDING_AGE, Device, DeviceKey, DeviceReset, NewDevice
from absense_server.domain.errors.devices import DeviceAlreadyBound, DeviceNotFound, DeviceTaken, KeyProofInvalid
from absense_server.domain.ids import DeviceId
from absense_server.domain.people import Caller
from absense_server.ports.data import UnitOfWork
from absense_server.ports.outside import Clock, IdentifierKeys, Ids, Signatures
from absense_server.services.callers import hold_caller


@dataclass(frozen=True, slots=True)
class BoundPhone:
    """A student's phone, with the latest wish to unbind it."""

    device: Device
    reset: DeviceReset | None


class Devices:
    """Use cases of bound phones (DESIGN.md, Device)."""

    def __init__(
        self, uow: UnitOfWork, identifiers: IdentifierKeys, signatures: Signatures, clock: Clock, ids: Ids
    ) -> None:
        self._uow = uow
        self._identifiers = identifiers
        self._signatures = signatures
        self._clock = clock
        self._ids = ids

    def get(self, caller: Caller) -> BoundPhone:
        """The caller's bound phone.

        Raises DeviceNotFound.
        """
        with self._uow(read_only=True) as tx:
            device = tx.devices.active(caller.id)
            if device is None:
                raise DeviceNotFound
            return BoundPhone(device, tx.device_resets.latest_of(device.id))

    def bind(self, caller: Caller, wish: NewDevice) -> Device:
        """Make a phone the caller's one. The same phone with the same key again is returned as it is.

        Raises DeviceAlreadyBound, DeviceTaken, KeyProofInvalid, SignInEnded.
        """
        now = self._clock.now()
        macs = self._identifiers.macs(wish.identifier)
        public_key = None if wish.key is None else self._proven(caller, wish.identifier, wish.key, now)
        device = Device(DeviceId(self._ids.new()), caller.id, macs[0], wish.platform, wish.model, now, public_key)
        try:
            return self._bind(caller, device, macs)
        except (DeviceAlreadyBound, DeviceTaken):
            # it may have been this very phone, asking twice at once
            bound = self._active(caller)
            if bound is None or not _is_same(bound, macs, public_key):
                raise
            return bound

    def _bind(self, caller: Caller, device: Device, macs: tuple[bytes, ...]) -> Device:
        with self._uow() as tx:
            # who is erased or switched off meanwhile is left with no phone
            hold_caller(tx, caller)
            bound = tx.devices.active(caller.id)
            if bound is not None:
                if not _is_same(bound, macs, device.public_key):
                    raise DeviceAlreadyBound
                return bound
            # no constraint sees that hashes under two keys are the same phone's: one at a time, whichever key is in use
            tx.devices.hold_identifiers(macs)
            if tx.devices.is_bound(macs):
                raise DeviceTaken
            tx.devices.add(device)
            has_key = "no" if device.public_key is None else "yes"
            tx.audit.add(audit.event(Action.DEVICE_BOUND, caller, device.bound_at, device.id, key=has_key))
            tx.commit()
        return device

    def _active(self, caller: Caller) -> Device | None:
        with self._uow(read_only=True) as tx:
            return tx.devices.active(caller.id)

    def _proven(self, caller: Caller, identifier: str, key: DeviceKey, now: datetime) -> bytes:
        """The public key, once it is shown that the phone holds the private one."""
        statement = key.statement
        public_key = self._signatures.canonical(key.public_key)
        if public_key is None:
            problem = "it is not a P-256 public key (DER SubjectPublicKeyInfo)"
        elif not self._signatures.verify(key.public_key, BINDING_CONTEXT + key.signed.statement, key.signed.signature):
            problem = "the signature over the statement does not hold"
        elif statement.user_id.lower() != str(caller.id) or statement.device_identifier != identifier:
            problem = "the statement is about another user or device"
        elif statement.signed_at is None or abs(now - statement.signed_at) > MAX_BINDING_AGE:
            problem = "the statement was not signed within five minutes of the server's time"
        else:
            return public_key
        raise KeyProofInvalid(problem)


def _is_same(bound: Device, macs: tuple[bytes, ...], public_key: bytes | None) -> bool:
    """Whether it is the same phone with the same key."""
    return bound.identifier_mac in macs and bound.public_key == public_key
