"""The queue of claims whose selfies wait to be looked at, and the log of all looks."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection, and_, delete, func, insert, or_, select, union_all, update

from absense_server.adapters.db.faces import TEMPLATE_COLUMNS, TEMPLATE_TABLES, to_template, views_of
from absense_server.adapters.db.images import to_image
from absense_server.adapters.db.rows import AnyRow, labelled
from absense_server.adapters.db.tables import (
    attendance_records,
    claims,
    face_templates,
    images,
    users,
    verification_log,
    verifications,
)
from absense_server.adapters.db.users import person_columns, to_person
from absense_server.domain.faces import FaceModel
from absense_server.domain.ids import FaceTemplateId, RecordId, UserId, VerificationId
from absense_server.domain.verdicts import Check, Outcome, Verdict
from absense_server.ports.findings import (
    Backlog,
    LoggedMatch,
    MatchEntry,
    MatchFilter,
    MatchKind,
    NewVerification,
    StoredFace,
    StoredView,
    Verification,
)

_MILLISECONDS = 1000

_ADD = insert(verifications)
_LOG = verification_log.c
_WITH_ALL_IT_NEEDS = (
    select(
        *labelled("job_", verifications),
        claims.c.claim_id,
        attendance_records.c.session_id,
        *labelled("image_", images),
        *TEMPLATE_COLUMNS,
    )
    .select_from(verifications)
    .join(claims, and_(claims.c.record_id == verifications.c.record_id, claims.c.number == verifications.c.number))
    .join(attendance_records, attendance_records.c.id == verifications.c.record_id)
    .outerjoin(images, images.c.id == claims.c.image_id)
    .outerjoin(TEMPLATE_TABLES, face_templates.c.student_id == verifications.c.student_id)
)


class SqlVerifications:
    """ports.data.Verifications."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, *new: NewVerification) -> None:
        self._connection.execute(
            _ADD,
            [
                {
                    "id": one.id,
                    "record_id": one.record_id,
                    "number": one.number,
                    "student_id": one.student_id,
                    "queued_at": one.queued_at,
                    "due_at": one.queued_at,
                    "leases": 0,
                    "failures": 0,
                }
                for one in new
            ],
        )

    def take(
        self, now: datetime, until: datetime, limit: int, less: Collection[VerificationId] = ()
    ) -> Sequence[Verification]:
        due = (
            select(verifications.c.id)
            .where(verifications.c.due_at <= now, verifications.c.id.not_in(less))
            .order_by(verifications.c.due_at, verifications.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)  # SQLite has one writer anyway
        )
        ids = self._connection.execute(due).scalars().all()
        if not ids:
            return []
        self._connection.execute(
            update(verifications)
            .where(verifications.c.id.in_(ids))
            .values(due_at=until, leases=verifications.c.leases + 1)
        )
        rows = self._connection.execute(
            _WITH_ALL_IT_NEEDS.where(verifications.c.id.in_(ids)).order_by(verifications.c.id)
        ).all()
        views = views_of(self._connection, {row.template_id for row in rows} - {None})
        return [
            Verification(
                id=row.job_id,
                record_id=row.job_record_id,
                number=row.job_number,
                claim_id=row.claim_id,
                session_id=row.session_id,
                student_id=row.job_student_id,
                queued_at=row.job_queued_at,
                leases=row.job_leases,
                failures=row.job_failures,
                image=None if row.image_id is None else to_image(row, "image_"),
                face=_face(row, views),
            )
            for row in rows
        ]

    def postpone(self, ids: Collection[VerificationId], until: datetime, *, failed: bool) -> None:
        failures, leases = verifications.c.failures, verifications.c.leases
        self._connection.execute(
            update(verifications)
            .where(verifications.c.id.in_(ids))
            .values(due_at=until, leases=leases - 1, failures=failures + 1 if failed else failures)
        )

    def end(self, ids: Collection[VerificationId]) -> frozenset[VerificationId]:
        if not ids:
            return frozenset()
        ended = delete(verifications).where(verifications.c.id.in_(ids)).returning(verifications.c.id)
        return frozenset(self._connection.execute(ended).scalars())

    def cancel(self, record_ids: Collection[RecordId]) -> None:
        self._connection.execute(delete(verifications).where(verifications.c.record_id.in_(record_ids)))

    def of_student(self, student_id: UserId) -> Sequence[NewVerification]:
        rows = self._connection.execute(
            select(verifications).where(verifications.c.student_id == student_id).order_by(verifications.c.id)
        )
        return [NewVerification(row.id, row.record_id, row.number, row.student_id, row.queued_at) for row in rows]

    def backlog(self) -> Backlog:
        columns = verifications.c
        counted = select(func.count(), func.min(columns.queued_at), func.min(columns.due_at)).select_from(verifications)
        return Backlog(*self._connection.execute(counted).one())

    def log(self, entries: Collection[MatchEntry]) -> None:
        if not entries:
            return
        self._connection.execute(
            insert(verification_log),
            [
                {
                    "id": entry.id,
                    "kind": entry.kind,
                    "student_id": entry.student_id,
                    "record_id": entry.record_id,
                    "number": entry.number,
                    "at": entry.at,
                    "outcome": entry.verdict.outcome,
                    "reason": entry.verdict.reason,
                    "distance": entry.verdict.measured,
                    "threshold": entry.verdict.threshold,
                    "model": entry.model.name,
                    "detector": entry.model.detector,
                    "took_ms": round(entry.took.total_seconds() * _MILLISECONDS),
                }
                for entry in entries
            ],
        )

    def list_log(self, which: MatchFilter, *, after: UUID | None, limit: int) -> Sequence[LoggedMatch]:
        conditions = []
        if which.from_at is not None:
            conditions.append(_LOG.at >= which.from_at)
        if which.until_at is not None:
            conditions.append(_LOG.at < which.until_at)
        if after is not None:
            then = select(_LOG.at).where(_LOG.id == after).scalar_subquery()
            conditions += [_LOG.at <= then, or_(_LOG.at < then, _LOG.id < after)]
        newest = (_LOG.at.desc(), _LOG.id.desc())
        if which.student_id is not None:
            conditions.append(_LOG.student_id == which.student_id)
            if which.kind is not None:
                conditions.append(_LOG.kind == which.kind)
            if which.outcome is not None:
                conditions.append(_LOG.outcome == which.outcome)
            found = select(verification_log).where(*conditions).order_by(*newest).limit(limit).subquery("found")
        else:
            # a page of each sort by ix_verification_log_kind_outcome_at: a rare one is not looked for among the rest
            sorts = [
                select(verification_log)
                .where(_LOG.kind == kind, _LOG.outcome == outcome, *conditions)
                .order_by(*newest)
                .limit(limit)
                .subquery()
                for kind in (MatchKind if which.kind is None else [which.kind])
                for outcome in (Outcome if which.outcome is None else [which.outcome])
            ]
            found = union_all(*(select(sort) for sort in sorts)).subquery("found")
        rows = self._connection.execute(
            select(found, *person_columns(users, "person"))
            .select_from(found.outerjoin(users, users.c.id == found.c.student_id))
            .order_by(found.c.at.desc(), found.c.id.desc())
            .limit(limit)
        )
        return [_to_match(row) for row in rows]


def _to_match(row: AnyRow) -> LoggedMatch:
    entry = MatchEntry(
        id=row.id,
        kind=row.kind,
        student_id=row.student_id,
        at=row.at,
        verdict=Verdict(Check.FACE, row.outcome, row.reason, row.distance, row.threshold),
        model=FaceModel(row.model, row.detector, row.threshold or 0.0, ""),
        took=timedelta(milliseconds=row.took_ms),
        record_id=row.record_id,
        number=row.number,
    )
    return LoggedMatch(entry, to_person(row, "person") if row.person_name else None)


def _face(row: AnyRow, views: Mapping[FaceTemplateId, Sequence[StoredView]]) -> StoredFace | None:
    if row.template_id is None:
        return None
    own = views[row.template_id]
    return StoredFace(to_template(row, len(own)), tuple(own))
