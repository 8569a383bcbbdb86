"""Bound phones."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, func, select, update

from absense_server.adapters.db.conflicts import add_unless_taken
from absense_server.adapters.db.rows import AnyRow, labelled
from absense_server.adapters.db.tables import devices
from absense_server.domain.devices import Device
from absense_server.domain.errors.devices import DeviceAlreadyBound, DeviceTaken
from absense_server.domain.ids import DeviceId, UserId

DEVICE_COLUMNS = labelled(
    "device_", devices, "id", "student_id", "identifier_mac", "platform", "model", "bound_at", "public_key"
)


class SqlDevices:
    """ports.data.Devices."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def active(self, student_id: UserId) -> Device | None:
        row = self._connection.execute(
            select(*DEVICE_COLUMNS).where(devices.c.student_id == student_id, devices.c.unbound_at.is_(None))
        ).one_or_none()
        return None if row is None else to_device(row)

    def hold_identifiers(self, identifier_macs: Collection[bytes]) -> None:
        if self._connection.dialect.name == "sqlite":  # its one writer holds everything anyway
            return
        # in one order, so that two who hold several do not wait for each other
        for number in sorted(int.from_bytes(mac[:8], "big", signed=True) for mac in identifier_macs):
            self._connection.execute(select(func.pg_advisory_xact_lock(number)))

    def is_bound(self, identifier_macs: Collection[bytes]) -> bool:
        if not identifier_macs:
            return False
        found = select(devices.c.id).where(
            devices.c.identifier_mac.in_(identifier_macs), devices.c.unbound_at.is_(None)
        )
        return self._connection.execute(found.limit(1)).first() is not None

    def add(self, device: Device) -> None:
        added = add_unless_taken(
            self._connection,
            devices,
            id=device.id,
            student_id=device.student_id,
            identifier_mac=device.identifier_mac,
            platform=device.platform,
            model=device.model,
            public_key=device.public_key,
            bound_at=device.bound_at,
        )
        if not added:
            raise DeviceTaken if self.active(device.student_id) is None else DeviceAlreadyBound

    def unbind(self, device_id: DeviceId, at: datetime) -> bool:
        unbound = self._connection.execute(
            update(devices).where(devices.c.id == device_id, devices.c.unbound_at.is_(None)).values(unbound_at=at)
        )
        return unbound.rowcount > 0


def to_device(row: AnyRow) -> Device:
    """The device that a row shows in DEVICE_COLUMNS."""
    return Device(
        id=row.device_id,
        student_id=row.device_student_id,
        identifier_mac=row.device_identifier_mac,
        platform=row.device_platform,
        model=row.device_model,
        bound_at=row.device_bound_at,
        public_key=row.device_public_key,
    )
