"""One lecture: its lecturer, its students, its screens, and how they claim."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import grpc.aio

from absense.v1 import attendance_session_pb2, claim_upload_pb2, student_service_pb2
from demo import cast
from demo.camera import Photograph
from demo.cast import ENROLLS_LATER, EVERYBODY, GUEST, Face
from demo.phone import Claim, Phone, Student, scanned
from demo.projector import DEMO_COURSE, Lecturer, Screen
from demo.wire import Place, seconds

GREAT_HALL = Place(5.6506, -0.1869)
TWO_KM_AWAY = Place(5.6686, -0.1869)
FAST_CODE_SECONDS = 5


@dataclass
class Lecture:
    """A course's session on a running server, its lecturer and its students."""

    lecturer: Lecturer
    students: Mapping[str, Student]
    faces: Mapping[str, Face]
    """Of those students who have consented to the face check."""
    session: attendance_session_pb2.AttendanceSession
    screen: Screen
    fast_screen: Screen
    earlier_code: str
    """The code of the session before this one, which was closed."""
    sent: dict[str, Claim] = field(default_factory=dict)
    """Everybody's latest claim."""

    async def claim(
        self,
        name: str,
        proof: claim_upload_pb2.CodeProof | None = None,
        session_id: str = "",
        *,
        place: Place | None = GREAT_HALL,
        phone: Phone | None = None,
        selfie: Photograph | None = None,
    ) -> student_service_pb2.SubmitAttendanceResponse:
        """A claim: by default with the code on the screen, from the hall, with the student's own phone and face."""
        student = self.students[name]
        proof = proof or scanned(self.screen.codes[-1].text)
        if selfie is None and name in self.faces:
            selfie = self.faces[name].selfie
        self.sent[name] = student.prepare(proof, session_id or self.session.id, selfie, place=place, phone=phone)
        return await student.submit(self.sent[name])

    async def rotate(self) -> None:
        """Rotate by hand, and wait until the screen shows it."""
        rotated = await self.lecturer.rotate(self.session.id)
        await self.screen.until(lambda code: code.generation >= rotated.generation)


@asynccontextmanager
async def lecture(channel: grpc.aio.Channel, photographs: Mapping[str, Path]) -> AsyncIterator[Lecture]:
    """Everybody signed up and seated, the codes on the screens."""
    faces = await asyncio.to_thread(cast.faces, photographs)
    lecturer = await Lecturer.sign_in(channel)
    course = await lecturer.course()
    students = await asyncio.gather(*(sign_up(channel, name, faces.get(name)) for name in EVERYBODY))

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
        seated = dict(zip(EVERYBODY, students, strict=True))
        yield Lecture(lecturer, seated, faces, session, screen, fast_screen, earlier_code)
    finally:
        await screen.close()
        await fast_screen.close()


async def sign_up(channel: grpc.aio.Channel, name: str, face: Face | None = None) -> Student:
    """A student with an account and a phone; on the course's list and with a face enrolled, but for some."""
    student = await Student.register(channel, f"{name} Demo", f"{name.lower()}@students.example")
    if name != GUEST:
        await student.enroll(DEMO_COURSE)
    await student.bind()
    if face is not None and name != ENROLLS_LATER:
        await student.enroll_face(face.enrolled)
    return student
