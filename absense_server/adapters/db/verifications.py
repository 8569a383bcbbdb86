"""The queue of claims whose selfies wait to be looked at, and the log of all looks."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, and_, delete, func, insert, select, update

from absense_server.adapters.db.faces import TEMPLATE_COLUMNS, TEMPLATE_TABLES, to_template, views_of
from absense_server.adapters.db.images import to_image
from absense_server.adapters.db.rows import AnyRow, labelled
from absense_server.adapters.db.tables import (
    attendance_records,
    claims,
    face_templates,
    images,
    verification_log,
    verifications,
)
from absense_server.domain.ids import FaceTemplateId, UserId, VerificationId
from absense_server.ports.findings import Backlog, MatchEntry, NewVerification, StoredFace, StoredView, Verification

_MILLISECONDS = 1000

_ADD = insert(verifications)
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


def _face(row: AnyRow, views: Mapping[FaceTemplateId, Sequence[StoredView]]) -> StoredFace | None:
    if row.template_id is None:
        return None
    own = views[row.template_id]
    return StoredFace(to_template(row, len(own)), tuple(own))
