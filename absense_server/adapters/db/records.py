"""Records with their claims, verdicts and decisions."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    bindparam,
    delete,
    func,
    insert,
    literal_column,
    select,
    union_all,
    update,
)

from absense_server.adapters.db.claim_view import claim_view, claim_views
from absense_server.adapters.db.courses import taught_by, teaches
from absense_server.adapters.db.enrollments import covers, in_scope, is_running
from absense_server.adapters.db.errors import unless_taken
from absense_server.adapters.db.prepared import PreparedInsert
from absense_server.adapters.db.record_rows import (
    RECORD_COLUMNS,
    RECORD_TABLES,
    from_claim,
    from_decision,
    from_record,
    from_verdict,
    to_records,
    what_changes,
)
from absense_server.adapters.db.records_at_once import JUDGE_AGAIN, require_seen, save_all
from absense_server.adapters.db.reviews import reviewed
from absense_server.adapters.db.rows import sorted_after
from absense_server.adapters.db.tables import (
    attendance_records,
    attendance_sessions,
    claims,
    courses,
    decisions,
    enrollments,
    verdicts,
)
from absense_server.domain.errors.claims import RecordNotFound
from absense_server.domain.ids import ClaimId, CourseId, RecordId, SessionId, UserId
from absense_server.domain.policy import RecordStatus
from absense_server.domain.records import AttendanceRecord, Claim, Decision
from absense_server.ports.findings import ClaimKey, ClaimView, FlaggedFilter, Race, ReviewedRecord

# Made once: making a statement costs more than running it.
_RECORDS = select(*RECORD_COLUMNS).select_from(RECORD_TABLES)
_SAVE = update(attendance_records).where(
    attendance_records.c.id == bindparam("saved_id"), attendance_records.c.revision == bindparam("seen_revision")
)
_ADD_RECORDS = PreparedInsert(attendance_records, *attendance_records.c.keys(), gives_way=True)
_ADD_CLAIMS = PreparedInsert(
    claims, *claims.c.keys(), gives_way=True, unless_erased="student_id", in_open_term="record_id"
)
_ADD_RECORDS_SEEN = PreparedInsert(attendance_records, *attendance_records.c.keys(), gives_way=True, while_seen=True)
_ADD_VERDICTS = PreparedInsert(verdicts, *verdicts.c.keys())
_ADD_DECISIONS = insert(decisions)


class SqlRecords:
    """ports.data.Records."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def view(
        self,
        student_id: UserId,
        claim_id: ClaimId | None,
        *,
        session_id: SessionId | None,
        session_code: str | None,
    ) -> ClaimView:
        return claim_view(self._connection, student_id, claim_id, session_id=session_id, session_code=session_code)

    def views(self, keys: Sequence[ClaimKey]) -> Sequence[ClaimView | None]:
        return claim_views(self._connection, keys)

    def add(self, *new: AttendanceRecord, seen: Mapping[RecordId, int] | None = None) -> None:
        rows = [from_record(record) for record in new]
        if seen is not None and self._connection.dialect.name == "sqlite":  # which has one writer
            require_seen(self._connection, new, seen)
        with unless_taken(uq_attendance_records_student_id_session_id=Race):
            if seen is None:
                added = _ADD_RECORDS.run(self._connection, rows)
            else:
                added = _ADD_RECORDS_SEEN.run(self._connection, rows, seen.items())
        if added < len(new):
            raise Race
        self._add_claims([(record, claim) for record in new for claim in record.claims])
        self._add_decisions([(record, decision) for record in new for decision in record.decisions])

    def save(self, before: AttendanceRecord, after: AttendanceRecord) -> None:
        saved = self._connection.execute(
            _SAVE, {**what_changes(after), "saved_id": before.id, "seen_revision": before.revision}
        )
        if saved.rowcount == 0:
            raise Race
        old_claims = {claim.number for claim in before.claims}
        old_decisions = {decision.id for decision in before.decisions}
        self._add_claims([(after, claim) for claim in after.claims if claim.number not in old_claims])
        self._add_decisions([(after, decision) for decision in after.decisions if decision.id not in old_decisions])
        self._judge_again(before, after)
        self._forget_verdicts(before, after)

    def save_all(self, saved: Sequence[tuple[AttendanceRecord, AttendanceRecord]]) -> None:
        save_all(self._connection, saved)

    def _add_claims(self, new: Sequence[tuple[AttendanceRecord, Claim]]) -> None:
        if new:
            with unless_taken(uq_claims_student_id_claim_id=Race, pk_claims=Race):
                added = _ADD_CLAIMS.run(self._connection, [from_claim(record, claim) for record, claim in new])
            if added < len(new):
                raise Race
        if rows := [from_verdict(record, claim, verdict) for record, claim in new for verdict in claim.verdicts]:
            _ADD_VERDICTS.run(self._connection, rows)

    def _add_decisions(self, new: Sequence[tuple[AttendanceRecord, Decision]]) -> None:
        if new:
            self._connection.execute(_ADD_DECISIONS, [from_decision(record, decision) for record, decision in new])

    def _judge_again(self, before: AttendanceRecord, after: AttendanceRecord) -> None:
        """Write the verdicts that differ on claims that were there before."""
        old = {claim.number: claim.verdicts for claim in before.claims}
        changed = [
            from_verdict(after, claim, verdict)
            for claim in after.claims
            for verdict in claim.verdicts
            if verdict not in old.get(claim.number, (verdict,))
        ]
        if changed:
            self._connection.execute(JUDGE_AGAIN[self._connection.dialect.name], changed)

    def _forget_verdicts(self, before: AttendanceRecord, after: AttendanceRecord) -> None:
        """Delete those on claims that are to be looked at again."""
        kept = {claim.number: {verdict.check for verdict in claim.verdicts} for claim in after.claims}
        for claim in before.claims:
            if gone := {verdict.check for verdict in claim.verdicts} - kept[claim.number]:
                its = [verdicts.c.record_id == before.id, verdicts.c.number == claim.number]
                self._connection.execute(delete(verdicts).where(*its, verdicts.c.check_name.in_(gone)))

    def for_student(
        self, student_id: UserId, *, record_id: RecordId | None = None, session_id: SessionId | None = None
    ) -> AttendanceRecord:
        conditions = [attendance_records.c.student_id == student_id]
        if record_id is not None:
            conditions.append(attendance_records.c.id == record_id)
        else:
            conditions.append(attendance_records.c.session_id == session_id)
        return self._one(*conditions)

    def for_lecturer(self, lecturer_id: UserId, record_id: RecordId) -> AttendanceRecord:
        return self._one(attendance_records.c.id == record_id, teaches(lecturer_id, attendance_records.c.course_id))

    def get(self, record_id: RecordId) -> AttendanceRecord:
        return self._one(attendance_records.c.id == record_id)

    def find(self, session_id: SessionId, student_id: UserId) -> AttendanceRecord | None:
        found = self._list(attendance_records.c.session_id == session_id, attendance_records.c.student_id == student_id)
        return found[0] if found else None

    def hold(self, ids: Collection[RecordId]) -> None:
        # in one order, or two who hold some of the same could each wait for the other
        held = select(attendance_records.c.id).where(attendance_records.c.id.in_(ids)).order_by(attendance_records.c.id)
        self._connection.execute(held.with_for_update(key_share=True))

    def hold_of(self, session_id: SessionId, student_id: UserId) -> None:
        records = attendance_records.c
        its = select(records.id).where(records.session_id == session_id, records.student_id == student_id)
        self._connection.execute(its.with_for_update(key_share=True))

    def of_lecturer(self, lecturer_id: UserId, ids: Collection[RecordId]) -> Sequence[AttendanceRecord]:
        taught = teaches(lecturer_id, attendance_records.c.course_id)
        return self._list(attendance_records.c.id.in_(ids), taught)

    def decide(self, *decided: AttendanceRecord) -> None:
        first = decided[0]
        self._connection.execute(
            update(attendance_records)
            .where(attendance_records.c.id.in_([record.id for record in decided]))
            .values(
                status=first.status,
                attention=None,
                updated_at=first.updated_at,
                revision=attendance_records.c.revision + 1,
            )
        )
        self._add_decisions([(record, record.decisions[-1]) for record in decided])

    def reviewed(self, records: Sequence[AttendanceRecord]) -> Sequence[ReviewedRecord]:
        return reviewed(self._connection, records)

    def with_ids(self, ids: Collection[RecordId]) -> Sequence[AttendanceRecord]:
        return self._list(attendance_records.c.id.in_(ids))

    def list_of_session(
        self, session_id: SessionId, statuses: frozenset[RecordStatus], *, after: UUID | None, limit: int
    ) -> Sequence[AttendanceRecord]:
        conditions = [attendance_records.c.session_id == session_id]
        if statuses:
            conditions.append(attendance_records.c.status.in_(statuses))
        return self._list(*conditions, after=after, limit=limit)

    def changed_since(self, session_id: SessionId, instant: datetime) -> Mapping[RecordId, int]:
        records = attendance_records.c
        changed = select(records.id, records.revision).where(
            records.session_id == session_id, records.updated_at >= instant
        )
        return {row.id: row.revision for row in self._connection.execute(changed)}

    def list_flagged(
        self, lecturer_id: UserId | None, which: FlaggedFilter, *, after: UUID | None, limit: int
    ) -> Sequence[AttendanceRecord]:
        records = attendance_records.c
        conditions: list[ColumnElement[bool]] = []
        if lecturer_id is not None:
            conditions.append(records.course_id.in_(taught_by(self._connection, lecturer_id)))
        if which.session_id is not None:
            conditions.append(records.session_id == which.session_id)
        if which.course_id is not None:
            conditions.append(records.course_id == which.course_id)
        if which.term_id is not None:
            conditions.append(records.course_id.in_(select(courses.c.id).where(courses.c.term_id == which.term_id)))
        if which.attention is not None:
            conditions.append(records.attention == which.attention)
        if after is not None:
            conditions.append(records.id > after)
        few = lecturer_id is not None or which.session_id is not None or which.course_id is not None
        key = sorted_after(records.id) if few else records.id
        # each status by an index of its own, and written out, not bound: SQLite takes a partial index only when it
        # sees the value
        parts = [
            select(records.id)
            .where(records.status == literal_column(f"'{status.value}'"), *conditions)
            .order_by(key)
            .limit(limit)
            .subquery()
            for status in which.statuses
        ]
        waiting = union_all(*(select(part.c.id) for part in parts)).subquery()
        page = select(waiting.c.id).order_by(waiting.c.id).limit(limit)
        return self._list(records.id.in_(page))

    def list_unenrolled(self, student_id: UserId, course_id: CourseId) -> Sequence[AttendanceRecord]:
        records = attendance_records.c
        covered = (
            select(enrollments.c.id)
            .join(attendance_sessions, covers(enrollments, attendance_sessions))
            .where(
                attendance_sessions.c.id == records.session_id,
                enrollments.c.student_id == student_id,
                enrollments.c.course_id == course_id,
                is_running(enrollments),
                in_scope(enrollments, attendance_sessions),
            )
            .exists()
        )
        return self._list(records.student_id == student_id, records.course_id == course_id, ~records.enrolled, covered)

    def count_unenrolled(self, student_id: UserId, since: datetime) -> int:
        records = attendance_records.c
        return self._connection.execute(
            select(func.count()).where(records.student_id == student_id, ~records.enrolled, records.created_at >= since)
        ).scalar_one()

    def _one(self, *conditions: ColumnElement[bool]) -> AttendanceRecord:
        found = self._list(*conditions)
        if not found:
            raise RecordNotFound
        return found[0]

    def _list(
        self, *conditions: ColumnElement[bool], after: UUID | None = None, limit: int | None = None
    ) -> list[AttendanceRecord]:
        query = _RECORDS.where(*conditions)
        if after is not None:
            query = query.where(attendance_records.c.id > after)
        rows = self._connection.execute(query.order_by(attendance_records.c.id).limit(limit)).all()
        return to_records(self._connection, rows)
