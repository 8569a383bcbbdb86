"""Work that one process does for all."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, or_
from sqlalchemy.dialects import postgresql, sqlite

from absense_server.adapters.db.tables import chores


class SqlChores:
    """ports.data.Chores."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def begin(self, name: str, now: datetime, every: timedelta) -> bool:
        new = {"name": name, "last_begun_at": now}
        # begun in the future it was by one whose clock was wrong, or ours is: better too often than never again
        due = or_(chores.c.last_begun_at <= now - every, chores.c.last_begun_at >= now + every)
        statement: postgresql.Insert | sqlite.Insert
        if self._connection.dialect.name == "postgresql":
            statement = (
                postgresql.insert(chores)
                .values(new)
                .on_conflict_do_update(index_elements=["name"], set_={"last_begun_at": now}, where=due)
            )
        else:
            statement = (
                sqlite.insert(chores)
                .values(new)
                .on_conflict_do_update(index_elements=["name"], set_={"last_begun_at": now}, where=due)
            )
        return self._connection.execute(statement.returning(chores.c.name)).one_or_none() is not None
