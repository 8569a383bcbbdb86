"""What a database says of somebody: every table and column is looked through."""

from collections.abc import Iterable
from datetime import datetime
from enum import Enum
from uuid import UUID

from sqlalchemy import Engine, select

from absense_server.adapters.db.tables import metadata


def traces(engine: Engine, *texts: str | bytes) -> set[str]:
    """The columns, as "table.column", in which one of the texts stands, whatever its case."""
    wanted = [text if isinstance(text, bytes) else text.casefold() for text in texts]
    assert all(wanted), "an empty text is found everywhere"
    found = set()
    with engine.connect() as connection:
        for table in metadata.tables.values():
            for row in connection.execute(select(table)).mappings():
                found |= {f"{table.name}.{name}" for name, value in row.items() if _holds(value, wanted)}
    return found


def rows(engine: Engine) -> dict[str, int]:
    """How many rows each table has."""
    with engine.connect() as connection:
        return {table.name: len(connection.execute(select(table)).all()) for table in metadata.tables.values()}


def _holds(value: object, wanted: Iterable[str | bytes]) -> bool:
    match value:
        case None | bool() | int() | float() | datetime() | UUID() | Enum():
            return False
        case bytes():
            return any(text in value for text in wanted if isinstance(text, bytes))
    text = str(value).casefold()
    return any(one in text for one in wanted if isinstance(one, str))
