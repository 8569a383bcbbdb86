"""Scenes about the face: enrolled, recognized, taken for another, not there; and students who have enrolled none."""

import asyncio
from dataclasses import dataclass

import grpc.aio

from absense.v1 import verdict_pb2
from demo.camera import darkened, enlarged, side_by_side, wall
from demo.cast import FACELESS, FACELESS_ELSEWHERE
from demo.lecture import GREAT_HALL, Lecture, sign_up
from demo.phone import scanned
from demo.projector import Lecturer
from demo.scenes.scene import Scene, Seen, seen, seen_by, seen_twice
from demo.table import attention_name, standing
from demo.wire import reason_of

MEGAPIXELS = 12


@dataclass(frozen=True)
class FaceScenes:
    """Played in a lecture."""

    lecture: Lecture

    def scenes(self) -> list[Scene]:
        """The scenes, in order."""
        return [
            Scene(
                "Akua enrolls a photograph of her face, taken in the dark",
                "refused: FACE_TOO_DARK (The face is too dark. Turn to the light and take another photograph.)",
                self.too_dark,
            ),
            Scene(
                "Akua enrolls a good one, and claims with a new photograph",
                "CONFIRMED by FACE_MATCHES",
                self.right_face,
            ),
            Scene(
                "Kofi's phone, in the hall, sends somebody else's face", "FLAGGED: FACE FACE_MISMATCH", self.other_face
            ),
            Scene(
                "Yaa photographs the wall, and herself at her second try",
                "FLAGGED: FACE NO_FACE, then CONFIRMED, 2 claims",
                self.no_face,
            ),
            Scene("Kwesi photographs himself and his neighbour", "FLAGGED: FACE SEVERAL_FACES", self.two_faces),
            Scene(f"Afia sends a photograph of {MEGAPIXELS} megapixels", "CONFIRMED", self.large_photograph),
            Scene(
                f"{FACELESS}, who has not consented to the face check, claims; the lecturer sees her in the hall",
                "no photograph wanted, FLAGGED: FACE NO_CONSENT (NEEDS_LOOK), then CONFIRMED by the lecturer",
                self.no_consent,
            ),
            Scene(
                "Akua withdraws her consent; the lecturer looks for her photograph",
                "face and 2 photographs erased, record CONFIRMED, IMAGE_NOT_FOUND",
                self.withdrawn,
            ),
        ]

    async def too_dark(self) -> Seen:
        """What a face is held against for years has to be good; the phone shows the sentence."""
        photograph = await asyncio.to_thread(darkened, self.lecture.faces["Akua"].enrolled)
        try:
            await self.lecture.students["Akua"].enroll_face(photograph)
        except grpc.aio.AioRpcError as error:
            return Seen(f"refused: {reason_of(error)} ({error.details()})")
        return Seen("enrolled")

    async def right_face(self) -> Seen:
        """Another photograph of the same person."""
        await self.lecture.students["Akua"].enroll_face(self.lecture.faces["Akua"].enrolled)
        return seen_by(await self.lecture.claim("Akua"), verdict_pb2.CHECK_FACE)

    async def other_face(self) -> Seen:
        """A friend claims with Kofi's phone; Yaw's face is another than Kofi's."""
        return seen(await self.lecture.claim("Kofi", selfie=self.lecture.faces["Yaw"].selfie))

    async def no_face(self) -> Seen:
        """A photograph without a face can be mended: another try is taken."""
        return seen_twice(await self.lecture.claim("Yaa", selfie=wall()), await self.lecture.claim("Yaa"))

    async def two_faces(self) -> Seen:
        """Nobody can say whose claim that is."""
        own, neighbours = self.lecture.faces["Kwesi"].selfie, self.lecture.faces["Yaw"].selfie
        return seen(await self.lecture.claim("Kwesi", selfie=await asyncio.to_thread(side_by_side, own, neighbours)))

    async def large_photograph(self) -> Seen:
        """As a phone's camera makes them."""
        photograph = await asyncio.to_thread(enlarged, self.lecture.faces["Afia"].selfie, MEGAPIXELS)
        return seen(await self.lecture.claim("Afia", selfie=photograph))

    async def no_consent(self) -> Seen:
        """Costs a student nothing, and is no way round the check: a person looks instead."""
        lecturer, session = self.lecture.lecturer, self.lecture.session
        araba = self.lecture.students[FACELESS]
        scan = await araba.scan(self.lecture.screen.codes[-1].text)
        wanted = "photograph wanted" if scan.selfie_wanted else "no photograph wanted"
        first = (await self.lecture.claim(FACELESS)).record
        confirmed = await lecturer.confirm(await lecturer.record_of(session.id, araba.id), "I saw her in the first row")
        by = "the lecturer" if confirmed.decisions[-1].decided_by.user_id == lecturer.id else "somebody"
        stood = f"{standing(first)} ({attention_name(first)})"
        return Seen(f"{wanted}, {stood}, then {standing(confirmed)} by {by}", confirmed)

    async def withdrawn(self) -> Seen:
        """Face and photographs go at once; what was decided stays."""
        lecturer, session = self.lecture.lecturer, self.lecture.session
        akua = self.lecture.students["Akua"]
        before = await lecturer.record_of(session.id, akua.id)
        erased = await akua.withdraw_face()
        record = await lecturer.record_of(session.id, akua.id)
        try:
            await lecturer.image(before.claims[0].image_id)
        except grpc.aio.AioRpcError as error:
            looked = reason_of(error)
        else:
            looked = "still there"
        what = f"{'face and ' if erased.template else ''}{erased.photograph_count} photographs"
        return Seen(f"{what} erased, record {standing(record)}, {looked}", record)


def stand_in_scenes(channel: grpc.aio.Channel) -> list[Scene]:
    """The scenes on a server where a signed claim stands in for a face that is not enrolled."""

    async def signed_instead() -> Seen:
        """The key in the student's bound phone says enough there."""
        lecturer = await Lecturer.sign_in(channel)
        session = await lecturer.open_session(await lecturer.course(), GREAT_HALL, allow_parallel=True)
        student = await sign_up(channel, FACELESS_ELSEWHERE)
        code = scanned((await lecturer.code(session.id)).text)
        answer = await student.submit(student.prepare(code, session.id, None, place=GREAT_HALL))
        return seen_by(answer, verdict_pb2.CHECK_DEVICE)

    return [
        Scene(
            f"With the setting FACE_OPT_OUT=signed_device, {FACELESS_ELSEWHERE}, who has not consented either, claims",
            "CONFIRMED by KEY_SIGNED",
            signed_instead,
        )
    ]
