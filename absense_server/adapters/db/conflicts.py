"""Rows that give way to those that are there.

For what nobody else may read: when a constraint refuses a row, PostgreSQL writes the statement into its log, with all
that was in it.
"""

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def add_unless_taken(connection: Connection, table: Table, **row: object) -> bool:
    """Add a row; returns False where a unique constraint, whichever, has it taken already. The transaction goes on."""
    insert = postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)
    adding = insert.values(**row).on_conflict_do_nothing().returning(*table.primary_key)
    return connection.execute(adding).first() is not None
