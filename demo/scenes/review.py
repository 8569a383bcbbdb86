"""Scenes about the lecturer: who decides by sight, looks at a photograph, and reads the counts."""

from dataclasses import dataclass

from demo.camera import jpeg_metadata, jpeg_picture
from demo.lecture import Lecture
from demo.scenes.scene import Scene, Seen
from demo.table import status_name


@dataclass(frozen=True)
class ReviewScenes:
    """Played in a lecture, after everybody has claimed."""

    lecture: Lecture

    def scenes(self) -> list[Scene]:
        """The scenes, in order."""
        return [
            Scene(
                "The lecturer has seen Efua and confirms her; her phone watches",
                "FLAGGED, CONFIRMED, end of stream",
                self.confirmed_by_hand,
            ),
            Scene(
                "The lecturer looks at Ama's photograph, which told camera and photographer",
                "same picture, no metadata",
                self.photograph,
            ),
            Scene("The lecturer looks at the counts", "10 confirmed, 3 flagged", self.counts),
        ]

    async def confirmed_by_hand(self) -> Seen:
        """The stream tells the student, and ends when nothing more is awaited."""
        lecturer, session = self.lecture.lecturer, self.lecture.session
        efua = self.lecture.students["Efua"]
        record = await lecturer.record_of(session.id, efua.id)
        told = []
        async for now in efua.watch(record.id):
            told.append(status_name(now.record.status))
            if len(told) == 1:
                await lecturer.confirm(record, "I saw her in the third row")
        record = await lecturer.record_of(session.id, efua.id)
        return Seen(", ".join([*told, "end of stream"]), record)

    async def photograph(self) -> Seen:
        """Metadata goes, and not a bit of the picture."""
        lecturer = self.lecture.lecturer
        record = await lecturer.record_of(self.lecture.session.id, self.lecture.students["Ama"].id)
        header, content = await lecturer.image(record.claims[0].image_id)
        sent = self.lecture.sent["Ama"].selfie
        if not jpeg_metadata(sent):
            return Seen("the photograph sent had no metadata")
        if header.size != len(content):
            return Seen(f"{len(content)} bytes of {header.size}")
        same = "same picture" if jpeg_picture(content) == jpeg_picture(sent) else "another picture"
        return Seen(f"{same}, {', '.join(jpeg_metadata(content)) or 'no metadata'}")

    async def counts(self) -> Seen:
        """Everybody who has claimed, by where the record stands.

        Confirmed: Ama, Efua, Kwame, Kojo, Abla, Nana; and of the scenes about faces Akua, Yaa, Afia, Araba.
        Flagged: Yaw; and Kofi, Kwesi. Esi is counted nowhere, Adwoa has no record.
        """
        counts = (await self.lecture.lecturer.session(self.lecture.session.id)).counts
        others = {"pending": counts.pending, "rejected": counts.rejected, "late": counts.late}
        told = {"confirmed": counts.confirmed, "flagged": counts.flagged, **others}
        return Seen(", ".join(f"{number} {name}" for name, number in told.items() if number))
