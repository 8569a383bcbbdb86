"""Counts by status, as every report groups them."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Connection, Label, and_, func, select

from absense_server.adapters.db.expected import expected, is_record_of
from absense_server.adapters.db.rows import AnyRow
from absense_server.adapters.db.tables import attendance_records, attendance_sessions, claims, verdicts
from absense_server.domain.figures import Count
from absense_server.domain.intervals import Bounds
from absense_server.ports.figures import VerdictCount

STATUS_AND_LATE = (attendance_records.c.status, attendance_records.c.late)


def to_count(row: AnyRow) -> Count:
    """What a row shows as `status`, `late` and `number`."""
    return Count(row.status, bool(row.late), row.number)


def counts_by(rows: Iterable[AnyRow], key: str) -> defaultdict[Any, list[Count]]:
    """The counts that rows show, by another of their columns; rows that count nobody are left out."""
    found: defaultdict[Any, list[Count]] = defaultdict(list)
    for row in rows:
        if row.number:
            found[getattr(row, key)].append(to_count(row))
    return found


def within(bounds: Bounds) -> list[ColumnElement[bool]]:
    """Whether a session opens within the bounds."""
    opens_at = attendance_sessions.c.opens_at
    return [
        *([] if bounds.from_at is None else [opens_at >= bounds.from_at]),
        *([] if bounds.until_at is None else [opens_at < bounds.until_at]),
    ]


def count_expected_by_status(connection: Connection, *which: ColumnElement[bool]) -> list[Count]:
    """Expected students of the sessions that `which` says, by record."""
    who = expected(*which)
    return [
        to_count(row)
        for row in connection.execute(
            select(*STATUS_AND_LATE, _number(func.count()))
            .select_from(who.outerjoin(attendance_records, is_record_of(who)))
            .group_by(*STATUS_AND_LATE)
        )
    ]


def count_verdicts(connection: Connection, *which: ColumnElement[bool]) -> list[VerdictCount]:
    """What the checks found in deciding claims of expected students of the sessions that `which` says."""
    who, check, outcome = expected(*which), verdicts.c.check_name, verdicts.c.outcome
    records = attendance_records.c
    tables = (
        who.join(attendance_records, is_record_of(who))
        .join(claims, and_(claims.c.record_id == records.id, claims.c.claim_id == records.deciding_claim_id))
        .join(verdicts, and_(verdicts.c.record_id == claims.c.record_id, verdicts.c.number == claims.c.number))
    )
    rows = connection.execute(
        select(check, outcome, _number(func.count())).select_from(tables).group_by(check, outcome)
    ).all()
    return sorted(
        (VerdictCount(row.check_name, row.outcome, row.number) for row in rows),
        key=lambda count: (count.check.value, count.outcome.value),
    )


def _number(count: ColumnElement[int]) -> Label[int]:
    return count.label("number")
