"""Statements that PostgreSQL plans once for each connection instead of each time."""

from collections.abc import Mapping

from sqlalchemy import Connection, CursorResult, bindparam, text
from sqlalchemy.dialects.postgresql import dialect as postgresql_dialect

from absense_server.adapters.db.rows import AnySelect


class PreparedSelect:
    """A SELECT under a name of its own; on SQLite an ordinary one.

    Worth it where planning costs more than running: a join of many tables that finds one row. The pool's connections
    have to be sessions of the server: a pooler that hands out transactions does not keep what was prepared.
    """

    def __init__(self, name: str, statement: AnySelect) -> None:
        compiled = statement.compile(dialect=postgresql_dialect(paramstyle="numeric_dollar"))  # type: ignore[no-untyped-call]
        parameters = compiled.positiontup or []
        self._name = name
        self._statement = statement
        self._prepare = f"PREPARE {name} AS {compiled}"
        self._execute = (
            text(f"EXECUTE {name}({', '.join(f':{parameter}' for parameter in parameters)})")
            .bindparams(*(bindparam(key, type_=compiled.binds[key].type) for key in parameters))
            .columns(*statement.selected_columns)
        )

    def run(self, connection: Connection, parameters: Mapping[str, object]) -> CursorResult[*tuple[object, ...]]:
        """Execute it, prepared first where this connection has not met it."""
        if connection.dialect.name != "postgresql":
            return connection.execute(self._statement, parameters)
        if self._name not in connection.info:
            connection.exec_driver_sql(self._prepare)
            connection.info[self._name] = True
        return connection.execute(self._execute, parameters)
