"""Statements that PostgreSQL plans once for each connection instead of each time."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    CursorResult,
    FromClause,
    Insert,
    Integer,
    Table,
    Uuid,
    and_,
    bindparam,
    column,
    exists,
    func,
    insert,
    literal_column,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import dialect as postgresql_dialect

from absense_server.adapters.db.rows import AnySelect
from absense_server.adapters.db.tables import attendance_records, attendance_sessions, courses, terms, users

# The pool's connections have to be sessions of the server: a pooler that hands out transactions does not keep what was
# prepared.

# written out: a value that is bound would be one more of what is prepared
_IS_THERE = users.c.state != literal_column("'ERASED'")


class ManyUpdates:
    """Each of many rows of one table as said of it: on PostgreSQL in one statement, all rows in one JSON text."""

    def __init__(self, table: Table, *columns: str) -> None:
        """`columns`: what is written; the row is found by its `id`."""
        written = {name: bindparam(f"new_{name}", type_=table.c[name].type) for name in columns}
        self._each = update(table).where(table.c.id == bindparam("old_id", type_=table.c.id.type)).values(**written)
        written_all = ", ".join(f"{name} = r.{name}" for name in columns)
        self._together = (
            f"UPDATE {table.name} SET {written_all} "  # noqa: S608 - names of ours
            f"FROM json_populate_recordset(NULL::{table.name}, %s) AS r WHERE {table.name}.id = r.id"
        )

    def run(self, connection: Connection, rows: Sequence[Mapping[str, object]]) -> int:
        """Write them, and return how many were found."""
        if connection.dialect.name != "postgresql":
            given = [
                {"old_id" if name == "id" else f"new_{name}": value for name, value in row.items()} for row in rows
            ]
            return connection.execute(self._each, given).rowcount
        return connection.exec_driver_sql(self._together, (as_json(rows),)).rowcount


class PreparedSelect:
    """A SELECT under a name of its own; on SQLite an ordinary one.

    Worth it where planning costs more than running: a join of many tables that finds one row.
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
        _prepare(connection, self._name, self._prepare)
        return connection.execute(self._execute, parameters)


class PreparedInsert:
    """Rows into one table: on PostgreSQL under a name of its own, all rows in one JSON text; on SQLite an ordinary one.

    Worth it where rows of many columns are added all the time: binding each value costs more than storing it.
    """

    def __init__(
        self,
        table: Table,
        *columns: str,
        gives_way: bool = False,
        unless_erased: str | None = None,
        in_open_term: str | None = None,
        while_seen: bool = False,
    ) -> None:
        """`columns`: of every row. `gives_way`: on PostgreSQL a row that a unique constraint refuses is left out.

        `unless_erased`: the column that names a user; a row of one who is ERASED is left out, and who is about to be
        is waited for. What a statement holds that fails PostgreSQL writes into its log (adapters.db.conflicts).
        `in_open_term`, with `unless_erased`: the column that names a record; a row of one of a closed term is left out.
        `while_seen`, of records, on PostgreSQL alone: one whose session is at another revision than `run` is told was
        seen is left out, and who is about to change the session is waited for.
        """
        rows = func.json_populate_recordset(literal_column(f"NULL::{table.name}"), bindparam("rows", type_=JSON))
        row = rows.table_valued(*(column(name) for name in columns)).alias("rows")
        wanted = select(*row.c)
        self._statement: Insert = insert(table).inline()
        if unless_erased is not None:
            wanted = (
                wanted.join_from(row, users, users.c.id == row.c[unless_erased])
                .where(_IS_THERE)
                .with_for_update(read=True, key_share=True, of=users)
            )
            if in_open_term is not None:
                wanted = wanted.where(_in_open_term(row.c[in_open_term]))
            given = [bindparam(name, type_=table.c[name].type) for name in columns]
            whose = users.c.id == bindparam(unless_erased)
            there = select(*given).where(exists().where(whose, _IS_THERE))
            if in_open_term is not None:
                there = there.where(_in_open_term(bindparam(in_open_term, type_=table.c[in_open_term].type)))
            self._statement = insert(table).from_select(list(columns), there, include_defaults=False)
        if while_seen:
            wanted = _while_seen(wanted, row)
        adding = postgresql.insert(table).from_select(list(columns), wanted, include_defaults=False)
        if gives_way:
            adding = adding.on_conflict_do_nothing()
        compiled = adding.compile(dialect=postgresql_dialect(paramstyle="numeric_dollar"))  # type: ignore[no-untyped-call]
        self._name = f"add_{table.name}_seen" if while_seen else f"add_{table.name}"
        self._prepare = f"PREPARE {self._name} AS {compiled}"
        self._parameters = compiled.positiontup or []
        self._execute = f"EXECUTE {self._name}({', '.join('%s' for _ in self._parameters)})"

    def run(
        self, connection: Connection, rows: Sequence[Mapping[str, object]], seen: Collection[tuple[UUID, int]] = ()
    ) -> int:
        """Add them, and return how many were added.

        `seen`: of each record its id, and the revision of its session.
        """
        if connection.dialect.name != "postgresql":
            return connection.execute(self._statement, rows).rowcount
        _prepare(connection, self._name, self._prepare)
        # what PostgreSQL could not read it would log
        given = {"rows": rows, "seen": [{"id": key, "revision": value} for key, value in seen]}
        texts = tuple(as_json(given[name]) for name in self._parameters)
        return connection.exec_driver_sql(self._execute, texts).rowcount


def _while_seen(wanted: AnySelect, row: FromClause) -> AnySelect:
    given = func.json_to_recordset(bindparam("seen", type_=JSON))
    seen = given.table_valued(column("id", Uuid), column("revision", Integer)).render_derived("seen", with_types=True)
    sessions = attendance_sessions.c
    return (
        wanted.join(seen, seen.c.id == row.c.id)
        .join(attendance_sessions, and_(sessions.id == row.c.session_id, sessions.revision == seen.c.revision))
        .with_for_update(read=True, key_share=True, of=attendance_sessions)
    )


def as_json(rows: object) -> str:
    """Rows as PostgreSQL reads them in JSON."""
    return json.dumps(rows, default=_plain, allow_nan=False)


def _in_open_term(record_id: ColumnElement[Any]) -> ColumnElement[bool]:
    records = attendance_records.c
    return exists().where(
        records.id == record_id,
        courses.c.id == records.course_id,
        terms.c.id == courses.c.term_id,
        terms.c.state == literal_column("'OPEN'"),
    )


def _prepare(connection: Connection, name: str, statement: str) -> None:
    if name not in connection.info:
        connection.exec_driver_sql(statement)
        connection.info[name] = True


def _plain(value: object) -> object:
    """As PostgreSQL reads it in JSON."""
    match value:
        case UUID():
            return str(value)
        case Enum():
            return value.value
        case datetime():
            return value.isoformat()
        case bytes():
            return f"\\x{value.hex()}"
    raise TypeError(f"a {type(value).__name__} in a row")
