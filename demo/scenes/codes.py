"""Scenes about the code: read, typed, kept by a ticket, rotated away, run out."""

import asyncio
import itertools
from dataclasses import dataclass

from absense.v1 import student_service_pb2, verdict_pb2
from demo.camera import read_qr_code
from demo.lecture import FAST_CODE_SECONDS, Lecture
from demo.phone import scanned, session_of, ticket, typed
from demo.scenes.scene import Scene, Seen, seen, seen_by
from demo.table import standing
from demo.wire import CALL_SECONDS

# The server lets clocks differ by 2 s: a code of 5 s that turns every 2.5 s is dead for certain at the third turn.
TURNS_UNTIL_DEAD = 3


@dataclass(frozen=True)
class CodeScenes:
    """Played in a lecture."""

    lecture: Lecture

    def scenes(self) -> list[Scene]:
        """The scenes, in order."""
        return [
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
        ]

    async def drawn_code(self) -> Seen:
        """Other code than drew it reads it."""
        code = self.lecture.screen.codes[-1]
        text = await asyncio.to_thread(read_qr_code, code.png)
        answer = await self.lecture.claim("Kojo", scanned(text))
        read = "same text" if text == code.text else "another text"
        return Seen(f"{read}, {standing(answer.record)}", answer.record)

    async def typed_code(self) -> Seen:
        """For those whose camera is broken, and for screen readers."""
        code = self.lecture.screen.codes[-1]
        answer = await self.lecture.claim("Abla", typed(code.session_code, code.typed_code))
        return seen_by(answer, verdict_pb2.CHECK_QR_CODE)

    async def ticket_after_rotation(self) -> Seen:
        """A slow selfie costs nobody the code."""
        nana = self.lecture.students["Nana"]
        old = self.lecture.screen.codes[-1]
        scan = await nana.scan(old.text)
        await self.lecture.rotate()
        rescan = await nana.scan(old.text)
        claimed = seen_by(await self.lecture.claim("Nana", ticket(scan.scan_ticket)), verdict_pb2.CHECK_QR_CODE)
        return Seen(f"code {'still good' if rescan.code_good else 'dead'}, {claimed.words}", claimed.record)

    async def rotated_away(self) -> Seen:
        """What the lecturer does when a picture of the screen goes round."""
        old = self.lecture.screen.codes[-1].text
        await self.lecture.rotate()
        return seen(await self.lecture.claim("Adwoa", scanned(old)))

    async def earlier_session(self) -> Seen:
        """The nearest thing to yesterday's code that a new database can have."""
        text = self.lecture.earlier_code
        return seen(await self.lecture.claim("Adwoa", scanned(text), session_of(text)))

    async def turning_codes(self) -> Seen:
        """Nobody rotates; the server's clock does."""
        screen = self.lecture.fast_screen
        await screen.until(lambda _: len(screen.codes) > TURNS_UNTIL_DEAD)
        codes = screen.codes[: TURNS_UNTIL_DEAD + 1]
        in_order = all(earlier.step < later.step for earlier, later in itertools.pairwise(codes))
        different = len({code.text for code in codes}) == len(codes)
        return Seen(f"{len(codes)} codes, {'all different' if in_order and different else 'not all different'}")

    async def run_out(self) -> Seen:
        """In its own session, which is open: only the code's time is over."""
        text = self.lecture.fast_screen.codes[0].text
        return seen(await self.lecture.claim("Adwoa", scanned(text), session_of(text)))

    async def nothing_kept(self) -> Seen:
        """A refusal leaves an audit event and no record."""
        adwoa = self.lecture.students["Adwoa"]
        request = student_service_pb2.StudentServiceGetAttendanceRecordRequest(session_id=self.lecture.session.id)
        response = await adwoa.stub.GetAttendanceRecord(request, metadata=adwoa.metadata, timeout=CALL_SECONDS)
        return Seen(standing(response.record), response.record)
