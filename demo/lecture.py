"""One lecture, scene by scene: what is done, and what should come of it."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import grpc.aio

from absense.v1 import (
    attendance_record_pb2,
    attendance_session_pb2,
    claim_upload_pb2,
    student_service_pb2,
    verdict_pb2,
)
from demo.camera import Photograph, jpeg_metadata, jpeg_picture, read_qr_code
from demo.phone import Claim, Phone, Student, scanned, session_of, ticket, typed
from demo.projector import DEMO_COURSE, Lecturer, Screen
from demo.table import Row, reason_for, standing, status_name
from demo.wire import CALL_SECONDS, Place, reason_of, seconds

GREAT_HALL = Place(5.6506, -0.1869)
TWO_KM_AWAY = Place(5.6686, -0.1869)
ENROLLED = ("Ama", "Yaw", "Efua", "Kwame", "Kojo", "Abla", "Nana", "Adwoa")
GUEST = "Esi"
FAST_CODE_SECONDS = 5
# The server lets clocks differ by 2 s: a code of 5 s that turns every 2.5 s is dead for certain at the third turn.
TURNS_UNTIL_DEAD = 3


@dataclass(frozen=True)
class Seen:
    """What came of a scene, in words, and the record whose checks are shown."""

    words: str
    record: attendance_record_pb2.AttendanceRecord | None = None


@dataclass(frozen=True)
class Scene:
    """Something done, and what should come of it."""

    done: str
    expected: str
    play: Callable[[], Awaitable[Seen]]


@dataclass
class Lecture:
    """A course's session on a running server, its lecturer and its students."""

    lecturer: Lecturer
    students: Mapping[str, Student]
    selfies: Mapping[str, Photograph]
    session: attendance_session_pb2.AttendanceSession
    screen: Screen
    fast_screen: Screen
    earlier_code: str
    """The code of the session before this one, which was closed."""
    sent: dict[str, Claim] = field(default_factory=dict)
    """Everybody's latest claim."""

    def scenes(self) -> list[Scene]:
        """The lecture, in order."""
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
                "Esi, who is not on the course's list, claims",
                "FLAGGED: ENROLLMENT NOT_ENROLLED, counted nowhere",
                self.not_enrolled,
            ),
            Scene(
                "OpenCV reads the code as it is drawn; Kojo claims with what it read",
                "same text, CONFIRMED",
                self.drawn_code,
            ),
            Scene("Abla types the digits under the code", "CONFIRMED by TYPED", self.typed_code),
            Scene(
                "Nana scans; the code is rotated away by hand; he claims with his scan's ticket",
                "code dead, CONFIRMED by TICKET",
                self.ticket_after_rotation,
            ),
            Scene("Adwoa sends a code that was rotated away by hand", "refused: QR_CODE_EXPIRED", self.rotated_away),
            Scene(
                "Adwoa sends the code of the session before, closed by now (as yesterday's is)",
                "refused: SESSION_CLOSED",
                self.earlier_session,
            ),
            Scene(
                f"On another screen, codes of {FAST_CODE_SECONDS} s turn by themselves",
                f"{TURNS_UNTIL_DEAD + 1} codes, all different",
                self.turning_codes,
            ),
            Scene("Adwoa sends the first of those: its time has run out", "refused: QR_CODE_EXPIRED", self.run_out),
            Scene("Adwoa looks for a record of her tries", "refused: RECORD_NOT_FOUND", self.nothing_kept),
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
            Scene("The lecturer looks at the counts", "6 confirmed, 1 flagged", self.counts),
        ]

    async def in_the_hall(self) -> Seen:
        """The ordinary case: the text in the code, the hall's place, her own phone, a photograph."""
        return _seen(await self._claim("Ama"))

    async def same_claim(self) -> Seen:
        """What a phone does when the answer was lost on the way."""
        ama = self.students["Ama"]
        answer = await ama.send(self.sent["Ama"])
        records = [one for one in await self.lecturer.records(self.session.id) if one.student.user_id == ama.id]
        claims = sum(len(record.claims) for record in records)
        said = "already recorded" if answer.already_recorded else "recorded anew"
        return Seen(f"{said}: {len(records)} record, {claims} claim", answer.record)

    async def far_away(self) -> Seen:
        """A friend sent the picture; the phone's place is true."""
        return _seen(await self._claim("Yaw", place=TWO_KM_AWAY))

    async def another_phone(self) -> Seen:
        """Another identifier and another key than those bound."""
        return _seen(await self._claim("Efua", phone=Phone()))

    async def two_tries(self) -> Seen:
        """A missing fix can be mended: another try is taken."""
        first = await self._claim("Kwame", place=None)
        again = "then" if first.can_retry else "no retry offered, then"
        second = await self._claim("Kwame")
        claims = f"{len(second.record.claims)} claims"
        return Seen(f"{standing(first.record)}, {again} {standing(second.record)}, {claims}", second.record)

    async def not_enrolled(self) -> Seen:
        """Kept for a person's look, and for a roster that comes late."""
        before = (await self.lecturer.session(self.session.id)).counts
        answer = await self._claim(GUEST)
        after = (await self.lecturer.session(self.session.id)).counts
        counted = "counted nowhere" if after == before else "counted"
        return Seen(f"{standing(answer.record)}, {counted}", answer.record)

    async def drawn_code(self) -> Seen:
        """Other code than drew it reads it."""
        code = self.screen.codes[-1]
        text = await asyncio.to_thread(read_qr_code, code.png)
        answer = await self._claim("Kojo", scanned(text))
        read = "same text" if text == code.text else "another text"
        return Seen(f"{read}, {standing(answer.record)}", answer.record)

    async def typed_code(self) -> Seen:
        """For those whose camera is broken, and for screen readers."""
        code = self.screen.codes[-1]
        return _seen_by_code(await self._claim("Abla", typed(code.session_code, code.typed_code)))

    async def ticket_after_rotation(self) -> Seen:
        """A slow selfie costs nobody the code."""
        nana = self.students["Nana"]
        old = self.screen.codes[-1]
        scan = await nana.scan(old.text)
        await self._rotate()
        rescan = await nana.scan(old.text)
        seen = _seen_by_code(await self._claim("Nana", ticket(scan.scan_ticket)))
        return Seen(f"code {'still good' if rescan.code_good else 'dead'}, {seen.words}", seen.record)

    async def rotated_away(self) -> Seen:
        """What the lecturer does when a picture of the screen goes round."""
        old = self.screen.codes[-1].text
        await self._rotate()
        return _seen(await self._claim("Adwoa", scanned(old)))

    async def earlier_session(self) -> Seen:
        """The nearest thing to yesterday's code that a new database can have."""
        return _seen(await self._claim("Adwoa", scanned(self.earlier_code), session_of(self.earlier_code)))

    async def turning_codes(self) -> Seen:
        """Nobody rotates; the server's clock does."""
        await self.fast_screen.until(lambda code: code.step >= TURNS_UNTIL_DEAD)
        codes = self.fast_screen.codes
        in_order = all(earlier.step < later.step for earlier, later in itertools.pairwise(codes))
        different = len({code.text for code in codes}) == len(codes)
        return Seen(f"{len(codes)} codes, {'all different' if in_order and different else 'not all different'}")

    async def run_out(self) -> Seen:
        """In its own session, which is open: only the code's time is over."""
        text = self.fast_screen.codes[0].text
        return _seen(await self._claim("Adwoa", scanned(text), session_of(text)))

    async def nothing_kept(self) -> Seen:
        """A refusal leaves an audit event and no record."""
        adwoa = self.students["Adwoa"]
        request = student_service_pb2.StudentServiceGetAttendanceRecordRequest(session_id=self.session.id)
        response = await adwoa.stub.GetAttendanceRecord(request, metadata=adwoa.metadata, timeout=CALL_SECONDS)
        return Seen(standing(response.record), response.record)

    async def confirmed_by_hand(self) -> Seen:
        """The stream tells the student, and ends when nothing more is awaited."""
        efua = self.students["Efua"]
        record = await self.lecturer.record_of(self.session.id, efua.id)
        told = []
        async for now in efua.watch(record.id):
            told.append(status_name(now.status))
            if len(told) == 1:
                await self.lecturer.confirm(record, "I saw her in the third row")
        record = await self.lecturer.record_of(self.session.id, efua.id)
        return Seen(", ".join([*told, "end of stream"]), record)

    async def photograph(self) -> Seen:
        """Metadata goes, and not a bit of the picture."""
        record = await self.lecturer.record_of(self.session.id, self.students["Ama"].id)
        header, content = await self.lecturer.image(record.claims[0].image_id)
        sent = self.sent["Ama"].selfie
        if not jpeg_metadata(sent):
            return Seen("the photograph sent had no metadata")
        if header.size != len(content):
            return Seen(f"{len(content)} bytes of {header.size}")
        same = "same picture" if jpeg_picture(content) == jpeg_picture(sent) else "another picture"
        return Seen(f"{same}, {', '.join(jpeg_metadata(content)) or 'no metadata'}")

    async def counts(self) -> Seen:
        """Ama, Efua, Kwame, Kojo, Abla, Nana; and Yaw. Esi is counted nowhere, Adwoa has no record."""
        counts = (await self.lecturer.session(self.session.id)).counts
        others = {"pending": counts.pending, "rejected": counts.rejected, "late": counts.late}
        told = {"confirmed": counts.confirmed, "flagged": counts.flagged, **others}
        return Seen(", ".join(f"{number} {name}" for name, number in told.items() if number))

    async def _claim(
        self,
        name: str,
        proof: claim_upload_pb2.CodeProof | None = None,
        session_id: str = "",
        *,
        place: Place | None = GREAT_HALL,
        phone: Phone | None = None,
    ) -> student_service_pb2.SubmitAttendanceResponse:
        """A claim: by default with the code on the screen, from the hall, with the student's own phone."""
        student = self.students[name]
        proof = proof or scanned(self.screen.codes[-1].text)
        self.sent[name] = student.prepare(
            proof, session_id or self.session.id, self.selfies[name], place=place, phone=phone
        )
        return await student.send(self.sent[name])

    async def _rotate(self) -> None:
        """Rotate by hand, and wait until the screen shows it."""
        rotated = await self.lecturer.rotate(self.session.id)
        await self.screen.until(lambda code: code.generation >= rotated.generation)


def _seen(answer: student_service_pb2.SubmitAttendanceResponse) -> Seen:
    return Seen(standing(answer.record), answer.record)


def _seen_by_code(answer: student_service_pb2.SubmitAttendanceResponse) -> Seen:
    return Seen(f"{standing(answer.record)} by {reason_for(answer.record, verdict_pb2.CHECK_QR_CODE)}", answer.record)


@asynccontextmanager
async def lecture(channel: grpc.aio.Channel, photographs: Sequence[Path]) -> AsyncIterator[Lecture]:
    """Everybody signed up and seated, the codes on the screens."""
    lecturer = await Lecturer.sign_in(channel)
    course = await lecturer.course()
    students = dict(zip((*ENROLLED, GUEST), await _sign_up(channel), strict=True))

    earlier = await lecturer.open_session(course, GREAT_HALL)
    earlier_code = (await lecturer.code(earlier.id)).text
    await lecturer.close_session(earlier.id)

    session = await lecturer.open_session(course, GREAT_HALL)
    fast = await lecturer.open_session(
        course,
        code_life=seconds(FAST_CODE_SECONDS),
        code_overlap=seconds(FAST_CODE_SECONDS / 2),
        allow_parallel=True,
    )
    screen, fast_screen = lecturer.screen(session.id), lecturer.screen(fast.id)
    try:
        await screen.until()
        await fast_screen.until()
        loaded = itertools.cycle([await asyncio.to_thread(Photograph.load, path) for path in photographs])
        selfies = dict(zip(students, loaded, strict=False))
        yield Lecture(lecturer, students, selfies, session, screen, fast_screen, earlier_code)
    finally:
        await screen.close()
        await fast_screen.close()


async def _sign_up(channel: grpc.aio.Channel) -> list[Student]:
    async def sign_up(name: str) -> Student:
        student = await Student.register(channel, f"{name} Demo", f"{name.lower()}@students.example")
        if name != GUEST:
            await student.enroll(DEMO_COURSE)
        await student.bind()
        return student

    return await asyncio.gather(*map(sign_up, (*ENROLLED, GUEST)))


async def play(scenes: Sequence[Scene]) -> list[Row]:
    """Play the scenes one after the other, whatever becomes of each."""
    return [await _play(scene) for scene in scenes]


async def _play(scene: Scene) -> Row:
    try:
        seen = await scene.play()
    except grpc.aio.AioRpcError as error:
        seen = Seen(f"refused: {reason_of(error)}")
    except Exception as error:  # noqa: BLE001 - a scene that breaks must not hide the others
        seen = Seen(f"broke: {type(error).__name__}: {error}")
    return Row(scene.done, scene.expected, seen.words, seen.record)
