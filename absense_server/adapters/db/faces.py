"""Enrolled faces and the consents they rest on."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from absense_server.adapters.db.errors import unless_taken
from absense_server.adapters.db.rows import AnyRow, labelled
from absense_server.adapters.db.tables import face_consents, face_templates, face_views, images
from absense_server.domain.faces import Consent, ConsentEnd, FaceModel, FaceTemplate, TemplateTrust
from absense_server.domain.ids import FaceTemplateId, UserId
from absense_server.ports.findings import Race, StoredFace, StoredView
from absense_server.ports.outside import Sealed

TEMPLATE_COLUMNS = (
    *labelled("template_", face_templates),
    *labelled("consent_", face_consents, "id", "version", "given_at"),
)
TEMPLATE_TABLES = face_templates.join(face_consents, face_consents.c.id == face_templates.c.consent_id)

_WORTH_WRITING = timedelta(days=1)


class SqlFaces:
    """ports.data.Faces."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, student_id: UserId) -> StoredFace | None:
        query = select(*TEMPLATE_COLUMNS).select_from(TEMPLATE_TABLES)
        row = self._connection.execute(query.where(face_templates.c.student_id == student_id)).one_or_none()
        if row is None:
            return None
        views = views_of(self._connection, {row.template_id})[row.template_id]
        return StoredFace(to_template(row, len(views)), tuple(views))

    def templates(self, student_ids: Collection[UserId]) -> Mapping[UserId, FaceTemplate]:
        query = select(*TEMPLATE_COLUMNS).select_from(TEMPLATE_TABLES)
        rows = self._connection.execute(query.where(face_templates.c.student_id.in_(student_ids))).all()
        views = views_of(self._connection, {row.template_id for row in rows})
        return {row.template_student_id: to_template(row, len(views[row.template_id])) for row in rows}

    def has_ended(self, student_id: UserId, how: frozenset[ConsentEnd], since: datetime | None = None) -> bool:
        found = select(face_consents.c.id).where(
            face_consents.c.student_id == student_id, face_consents.c.ended_how.in_(how)
        )
        if since is not None:
            found = found.where(face_consents.c.ended_at > since)
        return self._connection.execute(found.limit(1)).first() is not None

    def add(self, face: StoredFace) -> None:
        template = face.template
        self._add_consent(template.consent)
        with unless_taken(uq_face_templates_student_id=Race):
            self._connection.execute(
                insert(face_templates).values(
                    id=template.id,
                    student_id=template.student_id,
                    consent_id=template.consent.id,
                    trust=template.trust,
                    model=template.model.name,
                    detector=template.model.detector,
                    threshold=template.model.threshold,
                    threshold_origin=template.model.threshold_origin,
                    enrolled_at=template.enrolled_at,
                    used_at=template.used_at,
                )
            )
        for view in face.views:
            self.add_view(template, view)

    def add_view(self, template: FaceTemplate, view: StoredView) -> None:
        self._connection.execute(
            insert(face_views).values(
                id=view.id,
                template_id=template.id,
                image_id=view.image_id,
                vector=view.vector.ciphertext,
                wrapped_key=view.vector.wrapped_key,
                key_id=view.vector.key_id,
                added_at=view.added_at,
            )
        )

    def renew_consent(self, template: FaceTemplate, consent: Consent) -> None:
        self._add_consent(consent)
        self._change(template.id, consent_id=consent.id)
        self._end_consent(template.consent, consent.given_at, ConsentEnd.RENEWED)

    def set_trust(self, template_id: FaceTemplateId, trust: TemplateTrust) -> None:
        self._change(template_id, trust=trust)

    def touch(self, template_ids: Collection[FaceTemplateId], at: datetime) -> None:
        self._connection.execute(
            update(face_templates)
            .where(face_templates.c.id.in_(template_ids), face_templates.c.used_at < at - _WORTH_WRITING)
            .values(used_at=at)
        )

    def remove(self, template: FaceTemplate, at: datetime, how: ConsentEnd) -> None:
        self._connection.execute(delete(face_views).where(face_views.c.template_id == template.id))
        self._connection.execute(delete(face_templates).where(face_templates.c.id == template.id))
        self._end_consent(template.consent, at, how)

    def unused_since(self, instant: datetime, limit: int) -> Sequence[FaceTemplate]:
        query = select(*TEMPLATE_COLUMNS).select_from(TEMPLATE_TABLES)
        rows = self._connection.execute(
            query.where(face_templates.c.used_at < instant).order_by(face_templates.c.used_at).limit(limit)
        ).all()
        views = views_of(self._connection, {row.template_id for row in rows})
        return [to_template(row, len(views[row.template_id])) for row in rows]

    def _change(self, template_id: FaceTemplateId, **values: object) -> None:
        self._connection.execute(update(face_templates).where(face_templates.c.id == template_id).values(**values))

    def _add_consent(self, consent: Consent) -> None:
        self._connection.execute(
            insert(face_consents).values(
                id=consent.id, student_id=consent.student_id, version=consent.version, given_at=consent.given_at
            )
        )

    def _end_consent(self, consent: Consent, at: datetime, how: ConsentEnd) -> None:
        self._connection.execute(
            update(face_consents).where(face_consents.c.id == consent.id).values(ended_at=at, ended_how=how)
        )


def to_template(row: AnyRow, views: int) -> FaceTemplate:
    """The template that a row shows in TEMPLATE_COLUMNS."""
    model = FaceModel(row.template_model, row.template_detector, row.template_threshold, row.template_threshold_origin)
    return FaceTemplate(
        id=row.template_id,
        student_id=row.template_student_id,
        trust=row.template_trust,
        model=model,
        consent=Consent(row.consent_id, row.template_student_id, row.consent_version, row.consent_given_at),
        enrolled_at=row.template_enrolled_at,
        used_at=row.template_used_at,
        views=views,
    )


def views_of(
    connection: Connection, template_ids: Collection[FaceTemplateId]
) -> defaultdict[FaceTemplateId, list[StoredView]]:
    """The views of some templates, oldest first: one statement for all."""
    found: defaultdict[FaceTemplateId, list[StoredView]] = defaultdict(list)
    if not template_ids:
        return found
    for row in connection.execute(
        select(face_views, images.c.sha256)
        .join(images, images.c.id == face_views.c.image_id)
        .where(face_views.c.template_id.in_(template_ids))
        .order_by(face_views.c.id)
    ):
        sealed = Sealed(row.vector, row.wrapped_key, row.key_id)
        found[row.template_id].append(StoredView(row.id, row.image_id, row.sha256, sealed, row.added_at))
    return found
