"""One database for many tests."""

import psycopg2
from sqlalchemy import delete

from absense_server.adapters.db.tables import metadata

_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


def empty(url: str) -> None:
    """Leave a PostgreSQL database without a row, and without connections that hold something.

    To make another and drop it costs a third of a second: a checkpoint.
    """
    connection = psycopg2.connect(url)
    with connection, connection.cursor() as cursor:
        cursor.execute(_OTHERS)
        cursor.execute("; ".join(str(delete(table)) for table in reversed(metadata.sorted_tables)))
    connection.close()
