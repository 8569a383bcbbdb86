"""Scenes about the phone: is it the student's own, where is it, and what does it do when an answer is lost?"""

from dataclasses import dataclass

from demo.cast import GUEST
from demo.lecture import TWO_KM_AWAY, Lecture
from demo.phone import Phone
from demo.scenes.scene import Scene, Seen, seen, seen_twice
from demo.table import standing


@dataclass(frozen=True)
class PhoneScenes:
    """Played in a lecture."""

    lecture: Lecture

    def scenes(self) -> list[Scene]:
        """The scenes, in order."""
        return [
            Scene("Ama, in the hall, scans the screen", "CONFIRMED", self.in_the_hall),
            Scene("Ama's phone sends the same claim again", "already recorded: 1 record, 1 claim", self.same_claim),
            Scene("Yaw claims with a picture of the screen, 2 km away", "FLAGGED: LOCATION OUTSIDE", self.far_away),
            Scene("Efua claims with another phone than hers", "FLAGGED: DEVICE OTHER_DEVICE", self.another_phone),
            Scene(
                "Kwame's phone does not know where it is; it does at his second try",
                "FLAGGED: LOCATION NO_FIX, then CONFIRMED, 2 claims",
                self.two_tries,
            ),
            Scene(
                f"{GUEST}, who is not on the course's list, claims",
                "FLAGGED: ENROLLMENT NOT_ENROLLED, counted nowhere",
                self.not_enrolled,
            ),
        ]

    async def in_the_hall(self) -> Seen:
        """The ordinary case: the text in the code, the hall's place, her own phone, her face."""
        return seen(await self.lecture.claim("Ama"))

    async def same_claim(self) -> Seen:
        """What a phone does when the answer was lost on the way."""
        ama = self.lecture.students["Ama"]
        answer = await ama.send(self.lecture.sent["Ama"])
        everybodys = await self.lecture.lecturer.records(self.lecture.session.id)
        records = [one for one in everybodys if one.student.user_id == ama.id]
        claims = sum(len(record.claims) for record in records)
        said = "already recorded" if answer.already_recorded else "recorded anew"
        return Seen(f"{said}: {len(records)} record, {claims} claim", answer.record)

    async def far_away(self) -> Seen:
        """A friend sent the picture; the phone's place is true."""
        return seen(await self.lecture.claim("Yaw", place=TWO_KM_AWAY))

    async def another_phone(self) -> Seen:
        """Another identifier and another key than those bound."""
        return seen(await self.lecture.claim("Efua", phone=Phone()))

    async def two_tries(self) -> Seen:
        """A missing fix can be mended: another try is taken."""
        return seen_twice(await self.lecture.claim("Kwame", place=None), await self.lecture.claim("Kwame"))

    async def not_enrolled(self) -> Seen:
        """Kept for a person's look, and for a roster that comes late."""
        lecturer, session = self.lecture.lecturer, self.lecture.session
        before = (await lecturer.session(session.id)).counts
        answer = await self.lecture.claim(GUEST)
        after = (await lecturer.session(session.id)).counts
        counted = "counted nowhere" if after == before else "counted"
        return Seen(f"{standing(answer.record)}, {counted}", answer.record)
