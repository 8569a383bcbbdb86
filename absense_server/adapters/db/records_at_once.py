"""Many records of one session written at once: a few statements, however many there are."""

from collections.abc import Mapping, Sequence

from sqlalchemy import (
    JSON,
    Connection,
    Insert,
    Table,
    TableValuedAlias,
    Text,
    Update,
    bindparam,
    cast,
    column,
    delete,
    func,
    literal_column,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from absense_server.adapters.db.prepared import as_json
from absense_server.adapters.db.record_rows import from_verdict, what_changes
from absense_server.adapters.db.tables import attendance_records, attendance_sessions, verdicts
from absense_server.domain.ids import RecordId
from absense_server.domain.records import AttendanceRecord
from absense_server.ports.findings import Race


def upsert(statement: postgresql.Insert | sqlite.Insert) -> Insert:
    """Verdicts added, or written over those that the same checks had found."""
    key = [column.name for column in verdicts.primary_key]
    found = {column.name: column for column in statement.excluded if column.name not in key}
    return statement.on_conflict_do_update(index_elements=key, set_=found)


def _rows_of(table: Table) -> TableValuedAlias:
    """The rows of a table that a JSON text has."""
    given = func.json_populate_recordset(
        literal_column(f"NULL::{table.name}"), cast(bindparam("rows", type_=Text), JSON)
    )
    return given.table_valued(*(column(its.name, its.type) for its in table.c)).alias("rows")


def _found_from_json() -> Insert:
    return upsert(postgresql.insert(verdicts).from_select(verdicts.c.keys(), select(*_rows_of(verdicts).c)))


def _from_json() -> Update:
    """The rows of a JSON text, each one revision on."""
    row = _rows_of(attendance_records)
    return (
        update(attendance_records)
        .where(attendance_records.c.id == row.c.id, attendance_records.c.revision == row.c.revision - 1)
        .values({name: row.c[name] for name in _CHANGING})
    )


_CHANGING = (
    "status", "attention", "late", "enrolled", "deciding_claim_id", "updated_at", "revision",
    "policy_device", "policy_location", "policy_face", "policy_liveness", "policy_version", "policy_stand_in",
)  # fmt: skip
_SAVE_ALL = _from_json()
_JUDGE_ALL = _found_from_json()
_SAVE_EACH = update(attendance_records).where(
    attendance_records.c.id == bindparam("saved_id"), attendance_records.c.revision == bindparam("seen_revision")
)
JUDGE_AGAIN = {
    "postgresql": upsert(postgresql.insert(verdicts)),
    "sqlite": upsert(sqlite.insert(verdicts)),
}

Saved = Sequence[tuple[AttendanceRecord, AttendanceRecord]]
"""Records before and after."""


def require_seen(connection: Connection, records: Sequence[AttendanceRecord], seen: Mapping[RecordId, int]) -> None:
    """Raise Race unless the session of each record is at the revision that was seen."""
    sessions = attendance_sessions.c
    ids = {record.session_id for record in records}
    now = {
        row.id: row.revision
        for row in connection.execute(select(sessions.id, sessions.revision).where(sessions.id.in_(ids)))
    }
    if any(now.get(record.session_id) != seen[record.id] for record in records):
        raise Race


def save_all(connection: Connection, saved: Saved) -> None:
    """See ports.data.Records.save_all."""
    if not saved:
        return
    if _save_rows(connection, saved) < len(saved):
        raise Race
    gone, found = [], []
    for before, after in saved:
        old = {(claim.number, verdict.check): verdict for claim in before.claims for verdict in claim.verdicts}
        new = {(claim.number, verdict.check): verdict for claim in after.claims for verdict in claim.verdicts}
        gone += [(before.id, number, check) for number, check in old if (number, check) not in new]
        found += [
            from_verdict(after, claim, verdict)
            for claim in after.claims
            for verdict in claim.verdicts
            if old.get((claim.number, verdict.check)) != verdict
        ]
    key = tuple_(verdicts.c.record_id, verdicts.c.number, verdicts.c.check_name)
    if gone:
        connection.execute(delete(verdicts).where(key.in_(gone)))
    if found and connection.dialect.name == "sqlite":
        connection.execute(JUDGE_AGAIN["sqlite"], found)
    elif found:
        connection.execute(_JUDGE_ALL, {"rows": as_json(found)})


def _save_rows(connection: Connection, saved: Saved) -> int:
    if connection.dialect.name == "sqlite":
        rows = [
            {**what_changes(after), "saved_id": before.id, "seen_revision": before.revision} for before, after in saved
        ]
        return connection.execute(_SAVE_EACH, rows).rowcount
    records = attendance_records.c
    # in the order in which all others take several: else two could each wait for the other
    ids = [before.id for before, _ in saved]
    connection.execute(
        select(records.id).where(records.id.in_(ids)).order_by(records.id).with_for_update(key_share=True)
    )
    rows = [{"id": after.id, **what_changes(after)} for _, after in saved]
    return connection.execute(_SAVE_ALL, {"rows": as_json(rows)}).rowcount
