"""Column types that are the same on SQLite and PostgreSQL."""

from datetime import UTC, datetime
from enum import Enum as PythonEnum

from sqlalchemy import JSON, BigInteger, DateTime, Enum, Integer
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware UTC in Python, TIMESTAMPTZ on PostgreSQL, naive UTC text on SQLite."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[datetime]:
        return dialect.type_descriptor(DateTime(timezone=dialect.name != "sqlite"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant without a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


def choice(values: type[PythonEnum], name: str) -> Enum:
    """One of a closed set: its value as text, held to the set by a CHECK constraint named `name`."""
    return _enum(values, name, length=32, closed=True)


def growing_choice(values: type[PythonEnum], name: str) -> Enum:
    """One of a set that every release adds to: without a CHECK, which each addition would have to migrate."""
    return _enum(values, name, length=64, closed=False)


def _enum(values: type[PythonEnum], name: str, *, length: int, closed: bool) -> Enum:
    return Enum(
        values,
        name=name,
        native_enum=False,
        create_constraint=closed,
        length=length,
        values_callable=lambda members: [member.value for member in members],
    )


# SQLite numbers rows by itself only in an INTEGER PRIMARY KEY
Serial = BigInteger().with_variant(Integer, "sqlite")

Json = JSON().with_variant(JSONB(), "postgresql")
