"""A university's term in PostgreSQL, written by the database itself: so many rows that plans are those of real life."""

from pathlib import Path
from uuid import UUID

import psycopg2

from tests.integration.db.world import NOW

_KINDS = (
    "old_term", "term", "programme", "lecturer", "student", "sign_in", "request", "device", "old_course", "course",
    "enrollment", "old_session", "session", "record", "claim", "image", "decision", "reference", "consent", "template",
    "view", "verification", "log", "event", "reset", "appeal",
)  # fmt: skip
_HELPERS = """
CREATE FUNCTION pg_temp.key(kind text, number bigint) RETURNS uuid IMMUTABLE LANGUAGE sql AS $$
    SELECT (lpad(to_hex(array_position(%(kinds)s, kind) - 1), 8, '0') || lpad(to_hex(number), 24, '0'))::uuid $$;
CREATE FUNCTION pg_temp.today() RETURNS timestamptz IMMUTABLE LANGUAGE sql AS $$ SELECT %(now)s $$
"""


def key(kind: str, number: int) -> UUID:
    """The id of a row, as loaded.sql makes it: of two rows the later one's is greater, as with ids made by time."""
    return UUID(int=(_KINDS.index(kind) << 96) + number)


def load(url: str) -> None:
    """Fill a migrated database with what loaded.sql says, in a few seconds."""
    connection = psycopg2.connect(url)
    with connection, connection.cursor() as cursor:
        cursor.execute(_HELPERS, {"kinds": list(_KINDS), "now": NOW})
        cursor.execute(Path(__file__).with_name("loaded.sql").read_text())
    connection.autocommit = True
    # every row is looked at, not a sample: each run has the same plans
    connection.cursor().execute("SET default_statistics_target = 500")
    connection.cursor().execute("VACUUM ANALYZE")
    connection.close()
