"""What a database's errors mean to the use cases."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from psycopg2 import errorcodes
from sqlalchemy import PrimaryKeyConstraint, UniqueConstraint
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from absense_server.adapters.db.tables import metadata
from absense_server.domain.errors.calls import BackendUnavailable
from absense_server.ports.findings import Race

_COLUMNS_OF_NAME = {
    str(rule.name): ", ".join(f"{table.name}.{column.name}" for column in rule.columns)
    for table in metadata.tables.values()
    for rule in (
        *(c for c in table.constraints if isinstance(c, PrimaryKeyConstraint | UniqueConstraint)),
        *(index for index in table.indexes if index.unique),
    )
}
_SQLITE_PREFIX = "UNIQUE constraint failed: "


@contextmanager
def unless_taken(**errors: Callable[[], Exception]) -> Iterator[None]:
    """Raise the error named for a unique constraint (or unique index, primary key) when it is violated.

    On PostgreSQL the transaction is spent then: whoever goes on opens another.
    """
    try:
        yield
    except IntegrityError as violation:
        for name, error in errors.items():
            if _violates(violation, name):
                raise error() from violation
        raise


def _violates(violation: IntegrityError, name: str) -> bool:
    diagnostics = getattr(violation.orig, "diag", None)
    if diagnostics is not None:
        return bool(diagnostics.constraint_name == name)
    return str(violation.orig) == _SQLITE_PREFIX + _COLUMNS_OF_NAME[name]


@contextmanager
def translated() -> Iterator[None]:
    """Raise BackendUnavailable where the database or the connection is of no use, Race where it asks to begin anew."""
    try:
        yield
    except PoolTimeout as error:
        raise BackendUnavailable from error
    except DBAPIError as error:
        if getattr(error.orig, "pgcode", None) in {
            errorcodes.SERIALIZATION_FAILURE,
            errorcodes.DEADLOCK_DETECTED,
        }:
            raise Race from error
        if error.connection_invalidated or _is_outage(error):
            raise BackendUnavailable from error
        raise


def said(error: BackendUnavailable) -> str:
    """What whatever does not answer said, in one line, for those who run the server; no password is in it."""
    cause = error.__cause__
    return " ".join(str(getattr(cause, "orig", None) or cause or "no reason was given").split())


def _is_outage(error: DBAPIError) -> bool:
    # SQLITE_ERROR is faulty SQL, whatever class the driver gives it
    faulty = getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR
    return isinstance(error, OperationalError | InterfaceError) and not faulty
