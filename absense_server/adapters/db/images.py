"""Where photographs are kept."""

from sqlalchemy import Connection, insert, select

from absense_server.adapters.db.courses import teaches
from absense_server.adapters.db.tables import attendance_records, claims, images
from absense_server.domain.errors.claims import ImageNotFound
from absense_server.domain.ids import ImageId, UserId
from absense_server.ports.findings import StoredImage


class SqlImages:
    """ports.data.Images."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, image: StoredImage) -> None:
        self._connection.execute(
            insert(images).values(
                id=image.id,
                owner_id=image.owner_id,
                blob_name=image.blob_name,
                wrapped_key=image.wrapped_key,
                key_id=image.key_id,
                media_type=image.media_type,
                size=image.size,
                width=image.width,
                height=image.height,
                sha256=image.sha256,
                stored_at=image.stored_at,
            )
        )

    def for_lecturer(self, lecturer_id: UserId, image_id: ImageId) -> StoredImage:
        seen = (
            select(claims.c.record_id)
            .join(attendance_records, attendance_records.c.id == claims.c.record_id)
            .where(claims.c.image_id == images.c.id, teaches(lecturer_id, attendance_records.c.course_id))
            .exists()
        )
        row = self._connection.execute(select(images).where(images.c.id == image_id, seen)).one_or_none()
        if row is None:
            raise ImageNotFound
        return StoredImage(**row._asdict())
