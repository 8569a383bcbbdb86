"""Run by Alembic for every command; the connection comes from absense_server.adapters.db.migrate."""

from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import JSON, Connection, Enum

from absense_server.adapters.db.tables import metadata
from absense_server.adapters.db.types import UtcDateTime


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        compare_type=True,
        render_item=render,
        # SQLite alters a table by copying it, and can do so within a transaction
        render_as_batch=connection.dialect.name == "sqlite",
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def render(kind: str, item: object, _: AutogenContext) -> str | Literal[False]:
    """Types of ours as what they are in the database: a revision must not change when the program does."""
    if kind != "type":
        return False
    if isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if isinstance(item, Enum) and not item.create_constraint:
        return f"sa.String({item.length})"
    if isinstance(item, JSON):
        return 'sa.JSON().with_variant(sa.dialects.postgresql.JSONB(), "postgresql")'
    return False


run(context.config.attributes["connection"])
