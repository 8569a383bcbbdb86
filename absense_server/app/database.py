"""Whether the database is one that this version can work on."""

from absense_server.adapters.db import migrate
from absense_server.adapters.db.errors import said
from absense_server.app.outside import Outside
from absense_server.domain.errors.calls import BackendUnavailable


class DatabaseNotReady(Exception):
    """The database does not answer, or its schema is not the one this version needs."""


def require_ready(outside: Outside) -> None:
    """Raise DatabaseNotReady unless the database answers and has a schema that this version works on."""
    try:
        standing = migrate.standing(outside.engine)
    except BackendUnavailable as error:
        text = f"The database does not answer. Check DATABASE_URL. What was said: {said(error)}"
        raise DatabaseNotReady(text) from error
    except migrate.SchemaNewer as error:
        raise DatabaseNotReady(str(error)) from error
    if standing is migrate.Standing.OLDER:
        raise DatabaseNotReady("The database is not up to date. Run `absense-server migrate` first.")
