"""Attendance records as rows: how they are read and written with their claims, verdicts and decisions."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import astuple, fields, replace

from sqlalchemy import ColumnElement, Connection, FromClause, or_, select

from absense_server.adapters.db.rows import AnyRow, labelled
from absense_server.adapters.db.session_rows import from_policy, to_policy
from absense_server.adapters.db.tables import attendance_records, claims, decisions, users, verdicts
from absense_server.adapters.db.users import person_columns, to_person
from absense_server.domain.devices import DeviceEvidence
from absense_server.domain.ids import RecordId
from absense_server.domain.places import Fix, LatLng
from absense_server.domain.records import AttendanceRecord, Claim, Decision, Sighting, Source
from absense_server.domain.verdicts import Check, Verdict

students = users.alias("students")

RECORD_TABLES = attendance_records.join(students, students.c.id == attendance_records.c.student_id)
RECORD_COLUMNS = (*labelled("record_", attendance_records), *person_columns(students, "student"))

_DEVICE_COLUMNS = [f"device_{field.name}" for field in fields(DeviceEvidence)]
_LAYER = {check: number for number, check in enumerate(Check)}


def to_records(connection: Connection, rows: Sequence[AnyRow]) -> list[AttendanceRecord]:
    """The records that rows show in RECORD_COLUMNS, whole: at most three statements for all."""
    ids: list[RecordId] = [row.record_id for row in rows]
    if not ids:
        return []
    claims_of = _claims_of(connection, ids)
    decisions_of = _decisions_of(
        connection, [row.record_id for row in rows if row.record_source is Source.MANUAL or row.record_revision > 1]
    )
    return [
        AttendanceRecord(
            id=row.record_id,
            session_id=row.record_session_id,
            course_id=row.record_course_id,
            student=to_person(row, "student"),
            status=row.record_status,
            source=row.record_source,
            late=row.record_late,
            enrolled=row.record_enrolled,
            policy=to_policy(row, "record_"),
            created_at=row.record_created_at,
            updated_at=row.record_updated_at,
            attention=row.record_attention,
            claims=tuple(claims_of[row.record_id]),
            deciding_claim_id=row.record_deciding_claim_id,
            decisions=_with_beginning(row.record_source, decisions_of[row.record_id]),
            revision=row.record_revision,
        )
        for row in rows
    ]


def _claims_of(connection: Connection, ids: Sequence[RecordId]) -> defaultdict[RecordId, list[Claim]]:
    verdicts_of: defaultdict[tuple[RecordId, int], list[Verdict]] = defaultdict(list)
    for row in connection.execute(select(verdicts).where(verdicts.c.record_id.in_(ids))):
        verdicts_of[row.record_id, row.number].append(
            Verdict(row.check_name, row.outcome, row.reason, row.measured, row.threshold, row.unit)
        )
    found: defaultdict[RecordId, list[Claim]] = defaultdict(list)
    for row in connection.execute(select(claims).where(claims.c.record_id.in_(ids)).order_by(claims.c.number)):
        judged = sorted(verdicts_of[row.record_id, row.number], key=lambda verdict: _LAYER[verdict.check])
        found[row.record_id].append(_to_claim(row, tuple(judged)))
    return found


def _to_claim(row: AnyRow, judged: tuple[Verdict, ...]) -> Claim:
    fix = None
    if row.fix_at is not None:
        position = LatLng(row.fix_latitude, row.fix_longitude)
        fix = Fix(position, row.fix_accuracy_m, row.fix_at, row.fix_mock)
    return Claim(
        claim_id=row.claim_id,
        number=row.number,
        sighting=Sighting(row.proof, row.generation, row.step, row.seen_at),
        received_at=row.received_at,
        verdicts=judged,
        fingerprint=row.fingerprint,
        fix=fix,
        image_id=row.image_id,
        identifier_mac=row.identifier_mac,
        device=DeviceEvidence(*(getattr(row, column) for column in _DEVICE_COLUMNS)),
    )


def _decisions_of(connection: Connection, ids: Sequence[RecordId]) -> defaultdict[RecordId, list[Decision]]:
    found: defaultdict[RecordId, list[Decision]] = defaultdict(list)
    if not ids:
        return found
    for row in connection.execute(
        select(decisions, *person_columns(users, "decider"))
        .join(users, users.c.id == decisions.c.decided_by)
        .where(decisions.c.record_id.in_(ids))
        .order_by(decisions.c.id)
    ):
        found[row.record_id].append(
            Decision(
                id=row.id,
                decided_by=to_person(row, "decider"),
                decided_at=row.decided_at,
                reason=row.reason,
                from_status=row.from_status,
                to_status=row.to_status,
            )
        )
    return found


def may_be_decided(records: FromClause) -> ColumnElement[bool]:
    """Whether there can be decisions on rows of records: entered by a person, or changed since they were made."""
    return or_(records.c.source == Source.MANUAL, records.c.revision > 1)


def _with_beginning(source: Source, made: Sequence[Decision]) -> tuple[Decision, ...]:
    """The first decision on a record made by hand is the one that made it: from_decision has no word for that."""
    if source is not Source.MANUAL or not made:
        return tuple(made)
    return (replace(made[0], from_status=None), *made[1:])


def from_record(record: AttendanceRecord) -> dict[str, object]:
    """The record's row, without what is in it."""
    return {
        "id": record.id,
        "session_id": record.session_id,
        "student_id": record.student.id,
        "course_id": record.course_id,
        "source": record.source,
        "created_at": record.created_at,
        **what_changes(record),
    }


def what_changes(record: AttendanceRecord) -> dict[str, object]:
    """The columns of a record's row that may change."""
    return {
        "status": record.status,
        "attention": record.attention,
        "late": record.late,
        "enrolled": record.enrolled,
        **from_policy(record.policy),
        "deciding_claim_id": record.deciding_claim_id,
        "updated_at": record.updated_at,
        "revision": record.revision,
    }


def from_claim(record: AttendanceRecord, claim: Claim) -> dict[str, object]:
    """A claim's row."""
    fix = claim.fix
    return {
        "record_id": record.id,
        "number": claim.number,
        "student_id": record.student.id,
        "claim_id": claim.claim_id,
        "proof": claim.sighting.kind,
        "generation": claim.sighting.generation,
        "step": claim.sighting.step,
        "seen_at": claim.sighting.seen_at,
        "received_at": claim.received_at,
        "fingerprint": claim.fingerprint,
        "fix_latitude": fix and fix.position.latitude,
        "fix_longitude": fix and fix.position.longitude,
        "fix_accuracy_m": fix and fix.accuracy_m,
        "fix_at": fix and fix.fixed_at,
        "fix_mock": fix and fix.mock,
        "image_id": claim.image_id,
        "identifier_mac": claim.identifier_mac,
        **dict(zip(_DEVICE_COLUMNS, astuple(claim.device), strict=True)),
    }


def from_verdict(record: AttendanceRecord, claim: Claim, verdict: Verdict) -> dict[str, object]:
    """A verdict's row."""
    return {
        "record_id": record.id,
        "number": claim.number,
        "check_name": verdict.check,
        "outcome": verdict.outcome,
        "reason": verdict.reason,
        "measured": verdict.measured,
        "threshold": verdict.threshold,
        "unit": verdict.unit,
    }


def from_decision(record: AttendanceRecord, decision: Decision) -> dict[str, object]:
    """A decision's row."""
    return {
        "id": decision.id,
        "record_id": record.id,
        "decided_by": decision.decided_by.id,
        "decided_at": decision.decided_at,
        "reason": decision.reason,
        "from_status": decision.from_status or decision.to_status,
        "to_status": decision.to_status,
    }
