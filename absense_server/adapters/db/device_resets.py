"""Students' wishes for another phone."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, func, select, update

from absense_server.adapters.db.conflicts import add_unless_taken
from absense_server.adapters.db.devices import DEVICE_COLUMNS, to_device
from absense_server.adapters.db.rows import AnyRow, AnySelect, labelled
from absense_server.adapters.db.tables import device_reset_requests, devices, users
from absense_server.adapters.db.users import person_columns, to_person
from absense_server.domain.devices import DeviceReset, ResetState
from absense_server.domain.errors.devices import DeviceResetRequestNotFound
from absense_server.domain.ids import DeviceId, DeviceResetId, UserId
from absense_server.ports.findings import Race

_earlier = device_reset_requests.alias("earlier")
_EARLIER_APPROVED = (
    select(func.count())
    .where(
        _earlier.c.student_id == device_reset_requests.c.student_id,
        _earlier.c.state == ResetState.APPROVED,
        _earlier.c.id < device_reset_requests.c.id,
    )
    .scalar_subquery()
    .label("earlier_approved")
)
_RESETS = (
    select(
        *labelled("reset_", device_reset_requests),
        *DEVICE_COLUMNS,
        *person_columns(users, "student"),
        _EARLIER_APPROVED,
    )
    .join(devices, devices.c.id == device_reset_requests.c.device_id)
    .join(users, users.c.id == device_reset_requests.c.student_id)
)


class SqlDeviceResets:
    """ports.data.DeviceResets."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, reset_id: DeviceResetId) -> DeviceReset:
        found = self._one(_RESETS.where(device_reset_requests.c.id == reset_id))
        if found is None:
            raise DeviceResetRequestNotFound
        return found

    def pending(self, student_id: UserId) -> DeviceReset | None:
        return self._one(
            _RESETS.where(
                device_reset_requests.c.student_id == student_id, device_reset_requests.c.state == ResetState.PENDING
            )
        )

    def latest_of(self, device_id: DeviceId) -> DeviceReset | None:
        of_device = _RESETS.where(device_reset_requests.c.device_id == device_id)
        return self._one(of_device.order_by(device_reset_requests.c.id.desc()).limit(1))

    def add(self, reset: DeviceReset) -> None:
        added = add_unless_taken(
            self._connection,
            device_reset_requests,
            id=reset.id,
            student_id=reset.student.id,
            device_id=reset.device.id,
            reason=reset.reason,
            state=reset.state,
            created_at=reset.created_at,
            note=reset.note,
        )
        if not added:
            raise Race

    def decide(self, reset_id: DeviceResetId, state: ResetState, by: UserId, at: datetime, note: str) -> bool:
        decided = self._connection.execute(
            update(device_reset_requests)
            .where(device_reset_requests.c.id == reset_id, device_reset_requests.c.state == ResetState.PENDING)
            .values(state=state, decided_by=by, decided_at=at, note=note)
        )
        return decided.rowcount > 0

    def list(
        self, state: ResetState | None, student_id: UserId | None, *, after: UUID | None, limit: int
    ) -> Sequence[DeviceReset]:
        conditions: list[ColumnElement[bool]] = [device_reset_requests.c.id > (after or UUID(int=0))]
        if state is not None:
            conditions.append(device_reset_requests.c.state == state)
        if student_id is not None:
            conditions.append(device_reset_requests.c.student_id == student_id)
        rows = self._connection.execute(_RESETS.where(*conditions).order_by(device_reset_requests.c.id).limit(limit))
        return [_to_reset(row) for row in rows]

    def _one(self, query: AnySelect) -> DeviceReset | None:
        row = self._connection.execute(query).one_or_none()
        return None if row is None else _to_reset(row)


def _to_reset(row: AnyRow) -> DeviceReset:
    return DeviceReset(
        id=row.reset_id,
        student=to_person(row, "student"),
        device=to_device(row),
        reason=row.reset_reason,
        created_at=row.reset_created_at,
        state=row.reset_state,
        decided_at=row.reset_decided_at,
        note=row.reset_note,
        earlier_approved=row.earlier_approved,
    )
