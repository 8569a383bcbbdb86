"""Programmes of study: listed and deleted."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection, delete, exists, select

from absense_server.adapters.db.tables import (
    attendance_sessions,
    course_programmes,
    enrollments,
    programmes,
    users,
)
from absense_server.domain.courses import Programme
from absense_server.domain.ids import ProgrammeId

_NAMED_BY = (course_programmes, attendance_sessions, enrollments, users)


class SqlProgrammes:
    """ports.data.Programmes."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def list(self, *, after: UUID | None, limit: int) -> Sequence[Programme]:
        query = select(programmes).order_by(programmes.c.id).limit(limit)
        if after is not None:
            query = query.where(programmes.c.id > after)
        return [Programme(row.id, row.code, row.name) for row in self._connection.execute(query)]

    def hold(self, programme_id: ProgrammeId) -> Programme | None:
        # the whole row: a foreign key that comes to name it waits
        held = select(programmes).where(programmes.c.id == programme_id).with_for_update()
        row = self._connection.execute(held).one_or_none()
        return None if row is None else Programme(row.id, row.code, row.name)

    def is_used(self, programme_id: ProgrammeId) -> bool:
        used = (exists().where(table.c.programme_id == programme_id) for table in _NAMED_BY)
        return any(self._connection.execute(select(one)).scalar_one() for one in used)

    def remove(self, programme_id: ProgrammeId) -> None:
        self._connection.execute(delete(programmes).where(programmes.c.id == programme_id))
