"""Where photographs are kept."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from datetime import datetime

from sqlalchemy import Connection, delete, insert, or_, select, union, union_all, update

from absense_server.adapters.db.courses import teaches
from absense_server.adapters.db.prepared import PreparedInsert
from absense_server.adapters.db.reviews import is_reference_to_be_seen
from absense_server.adapters.db.rows import AnyRow
from absense_server.adapters.db.tables import attendance_records, claims, doomed_blobs, face_views, images
from absense_server.domain.errors.claims import ImageNotFound
from absense_server.domain.ids import ImageId, UserId
from absense_server.ports.findings import StoredImage

_IMAGES = select(images)
_FIELDS = [field.name for field in fields(StoredImage)]
_ADD = PreparedInsert(images, *_FIELDS)


class SqlImages:
    """ports.data.Images."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, *new: StoredImage) -> None:
        _ADD.run(self._connection, [{name: getattr(image, name) for name in _FIELDS} for image in new])

    def key_ids(self) -> frozenset[str]:
        used = union(select(images.c.key_id).where(images.c.key_id != ""), select(face_views.c.key_id))
        return frozenset(self._connection.execute(used).scalars())

    def known(self, blobs: Mapping[ImageId, str]) -> frozenset[str]:
        kept = select(images.c.blob_name).where(images.c.id.in_(blobs.keys()))
        doomed = select(doomed_blobs.c.blob_name).where(doomed_blobs.c.blob_name.in_(blobs.values()))
        return frozenset(self._connection.execute(union_all(kept, doomed)).scalars())

    def get(self, image_id: ImageId) -> StoredImage:
        row = self._connection.execute(_IMAGES.where(images.c.id == image_id)).one_or_none()
        if row is None:
            raise ImageNotFound
        return to_image(row)

    def for_lecturer(self, lecturer_id: UserId, image_id: ImageId) -> StoredImage:
        seen = (
            select(claims.c.record_id)
            .join(attendance_records, attendance_records.c.id == claims.c.record_id)
            .where(claims.c.image_id == images.c.id, teaches(lecturer_id, attendance_records.c.course_id))
            .exists()
        )
        row = self._connection.execute(
            _IMAGES.where(images.c.id == image_id, or_(seen, is_reference_to_be_seen(lecturer_id)))
        ).one_or_none()
        if row is None:
            raise ImageNotFound
        return to_image(row)

    def of_owner(self, owner_id: UserId) -> Sequence[ImageId]:
        return self._connection.execute(select(images.c.id).where(images.c.owner_id == owner_id)).scalars().all()

    def selfies_before(self, instant: datetime, limit: int) -> Sequence[ImageId]:
        is_reference = select(face_views.c.id).where(face_views.c.image_id == images.c.id).exists()
        old = select(images.c.id).where(images.c.stored_at < instant, ~is_reference)
        return self._connection.execute(old.order_by(images.c.stored_at).limit(limit)).scalars().all()

    def remove(self, image_ids: Collection[ImageId], at: datetime) -> Mapping[ImageId, str]:
        gone = delete(images).where(images.c.id.in_(image_ids)).returning(images.c.id, images.c.blob_name)
        names = {row.id: row.blob_name for row in self._connection.execute(gone)}
        if names:
            self._connection.execute(
                insert(doomed_blobs), [{"blob_name": name, "since": at} for name in names.values()]
            )
        return names

    def doomed(self, limit: int) -> Sequence[str]:
        names = select(doomed_blobs.c.blob_name).order_by(doomed_blobs.c.since).limit(limit)
        return self._connection.execute(names).scalars().all()

    def defer_doomed(self, names: Collection[str], at: datetime) -> None:
        self._connection.execute(update(doomed_blobs).where(doomed_blobs.c.blob_name.in_(names)).values(since=at))

    def forget_doomed(self, names: Collection[str]) -> None:
        self._connection.execute(delete(doomed_blobs).where(doomed_blobs.c.blob_name.in_(names)))


def to_image(row: AnyRow, prefix: str = "") -> StoredImage:
    """The image that a row shows in its columns, each called `prefix` + its name."""
    return StoredImage(**{name: getattr(row, prefix + name) for name in _FIELDS})
