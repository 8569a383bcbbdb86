"""Codes: shown, turned, rotated; which are good, and which are refused for what."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import cv2
import grpc
import grpc.aio
import numpy as np
import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from absense.v1 import attendance_session_pb2, claim_upload_pb2, lecturer_service_pb2, qr_code_pb2, student_service_pb2
from absense_server.app import App
from absense_server.domain.ids import SessionId
from absense_server.ports.outside import Drawing
from absense_server.settings import Settings
from tests.support.hall import Hall, Session, Student, reason_number, reason_of, seconds, timestamp, verdicts


async def refused(call: Awaitable[Any]) -> str:
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await call
    return reason_of(error.value)


class Screen:
    """A projector: what WatchQrCodes has sent."""

    def __init__(self, session: Session) -> None:
        request = lecturer_service_pb2.WatchQrCodesRequest(session_id=session.id)
        lecturer = session.lecturer
        self._call = lecturer.stub.WatchQrCodes(request, metadata=lecturer.metadata)
        self._events: AsyncIterator[lecturer_service_pb2.WatchQrCodesResponse] = aiter(self._call)

    async def next(self) -> lecturer_service_pb2.WatchQrCodesResponse:
        return await asyncio.wait_for(anext(self._events), 10)

    async def code(self) -> qr_code_pb2.QrCode:
        return (await self.next()).code

    async def ended(self) -> grpc.StatusCode:
        """The stream's status; fails when another code comes first."""
        with pytest.raises(StopAsyncIteration):
            await self.next()
        return await self._call.code()


async def test_five_steps_and_one_rotation_by_hand_at_the_right_instants(hall: Hall) -> None:
    session = await hall.open_session()
    start = hall.clock.now()
    screen = Screen(session)
    keys = hall.app.outside.code_keys
    with hall.app.uow(read_only=True) as tx:
        domain = tx.sessions.find(SessionId(uuid.UUID(session.id)))
    assert domain is not None

    shown = [await screen.code()]
    for _ in range(5):
        await hall.turn(49.999)  # not yet: the event that would come now would be taken for the next one below
        await hall.turn(0.001)
        shown.append(await screen.code())
    assert [code.step for code in shown] == [0, 1, 2, 3, 4, 5]
    assert {code.generation for code in shown} == {1}
    for number, code in enumerate(shown):
        issued = start.timestamp() + 50 * number
        assert code.issue_time.seconds == issued
        assert code.expire_time.seconds == issued + 60
        assert code.next_rotation_time.seconds == issued + 50
        step = domain.step_at(code.issue_time.ToDatetime(tzinfo=start.tzinfo))
        assert (code.text, code.typed_code) == (keys.text(step), keys.typed_code(step))

    await hall.turn(7)
    rotated = await session.rotate()
    by_hand = await screen.code()
    assert by_hand == rotated
    assert (by_hand.generation, by_hand.step) == (2, 0)
    assert by_hand.issue_time == timestamp(hall.clock.now())
    assert by_hand.text not in {code.text for code in shown}
    await hall.turn(50)
    code = await screen.code()
    assert (code.generation, code.step) == (2, 1)

    await session.close()
    assert await screen.ended() == grpc.StatusCode.OK
    assert len({code.text for code in [*shown, by_hand, code]}) == 8


async def test_the_stream_ends_when_the_sessions_time_is_over(hall: Hall) -> None:
    session = await hall.open_session(duration=seconds(120))
    screen = Screen(session)
    assert (await screen.code()).HasField("next_rotation_time")
    await hall.turn(50)
    await screen.code()
    await hall.turn(50)
    last = await screen.code()
    assert not last.HasField("next_rotation_time")
    await hall.turn(20)
    assert await screen.ended() == grpc.StatusCode.OK


async def test_before_a_session_opens_the_screen_waits(hall: Hall) -> None:
    session = await hall.open_session(open_time=timestamp(hall.clock.now()), duration=seconds(60))
    later = await hall.teacher.open_session(
        await hall.teacher.course(), open_time=timestamp_in(hall, 300), duration=seconds(60)
    )
    screen = Screen(later)
    waiting = (await screen.next()).waiting
    assert waiting.state == attendance_session_pb2.SESSION_STATE_SCHEDULED
    await hall.turn(300)
    assert (await screen.code()).step == 0
    assert await refused(Screen(session).next()) == "SESSION_CLOSED"


def timestamp_in(hall: Hall, by: float) -> Timestamp:
    return timestamp(hall.clock.now() + timedelta(seconds=by))


async def test_a_code_is_drawn_once_however_many_watch(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    artist = hall.app.outside.qr_artist
    drawn: list[str] = []
    draw = artist.draw

    def counting(text: str) -> Drawing:
        drawn.append(text)
        return draw(text)

    monkeypatch.setattr(artist, "draw", counting)
    session = await hall.open_session()
    screens = [Screen(session) for _ in range(20)]
    codes = await asyncio.gather(*(screen.code() for screen in screens))
    assert len({code.text for code in codes}) == 1
    await hall.turn(50)
    await asyncio.gather(*(screen.code() for screen in screens))
    await session.code()
    assert len(drawn) == 2


async def test_the_drawn_png_reads_back_as_the_code(hall: Hall) -> None:
    session = await hall.open_session()
    code = await session.code()
    picture = cv2.imdecode(np.frombuffer(code.png, dtype=np.uint8), cv2.IMREAD_GRAYSCALE)
    assert picture is not None
    text, _, _ = cv2.QRCodeDetectorAruco().detectAndDecode(picture)
    assert text == code.text
    assert code.svg.startswith("<?xml") or code.svg.startswith("<svg")
    assert (await (await hall.student()).submit(session, proof=text)).record.claims


async def test_a_restart_changes_nothing(hall: Hall, make_settings: Callable[..., Settings]) -> None:
    session = await hall.open_session()
    before = await session.code()
    other = App(make_settings(), clock=hall.clock)
    with other.uow(read_only=True) as tx:
        found = tx.sessions.find(SessionId(uuid.UUID(session.id)))
    assert found is not None
    assert other.outside.code_keys.text(found.step_at(hall.clock.now())) == before.text
    other.close()


async def test_scan_returns_context_and_a_ticket(hall: Hall) -> None:
    session = await hall.open_session()
    ama = await hall.student()
    scan = await ama.scan(f" {(await session.code()).text.lower()} ")
    assert scan.code_good
    assert scan.enrolled
    assert not scan.advice
    assert scan.session.course_code == hall.course.code
    assert list(scan.session.lecturer_names) == ["Kofi Lecturer"]
    assert scan.session.room == "Great Hall"
    assert scan.session.geofence.radius_meters == 100
    assert scan.scan_ticket_expire_time.seconds == hall.clock.now().timestamp() + 180
    assert not scan.record_id
    await ama.submit(session, proof=claim_upload_pb2.CodeProof(scan_ticket=scan.scan_ticket))
    assert (await ama.scan((await session.code()).text)).record_id


async def test_scan_of_an_old_code_says_so_in_words(hall: Hall) -> None:
    session = await hall.open_session()
    ama = await hall.student()
    old = await session.code()
    await hall.turn(63)
    scan = await ama.scan(old.text)
    assert not scan.code_good
    assert scan.problem == reason_number("QR_CODE_EXPIRED")
    assert scan.advice == "This code is no longer shown. Scan the one on the screen now."
    assert not scan.scan_ticket


async def test_scan_in_the_wrong_room_says_so_in_words(hall: Hall) -> None:
    session = await hall.open_session()
    ama = await hall.student(enrolled=False)
    scan = await ama.scan((await session.code()).text)
    assert scan.code_good
    assert not scan.enrolled
    assert "you are not on its list" in scan.advice


async def test_a_session_code_finds_the_session_and_proves_nothing(hall: Hall) -> None:
    session = await hall.open_session()
    ama = await hall.student()
    request = student_service_pb2.ScanQrRequest(session_code=session.message.session_code.lower())
    scan = await ama.stub.ScanQr(request, metadata=ama.metadata)
    assert scan.session.session_id == session.id
    assert (scan.code_good, scan.problem, scan.scan_ticket) == (False, 0, "")
    unknown = student_service_pb2.ScanQrRequest(session_code="AAAAAA")
    assert await refused(ama.stub.ScanQr(unknown, metadata=ama.metadata)) == "SESSION_NOT_FOUND"


@pytest.mark.parametrize("age", [-2, 0, 59, 61.9])
async def test_a_code_is_good_for_its_life_give_or_take_two_seconds(hall: Hall, age: float) -> None:
    session = await hall.open_session()
    ama = await hall.student()
    await hall.turn(50)
    code = (await session.code()).text
    await hall.turn(age)
    assert (await ama.submit(session, proof=code)).record.claims


async def test_a_code_dies_two_seconds_after_its_life(hall: Hall) -> None:
    session = await hall.open_session()
    ama = await hall.student()
    code = (await session.code()).text
    await hall.turn(62)
    assert await refused(ama.submit(session, proof=code)) == "QR_CODE_EXPIRED"


def changed(text: str, position: int) -> str:
    """The text with another base32 character at `position`."""
    return text[:position] + ("A" if text[position] != "A" else "B") + text[position + 1 :]


async def test_codes_that_are_refused(hall: Hall) -> None:
    session = await hall.open_session()
    other = await hall.teacher.open_session(await hall.teacher.course())
    ama = await hall.student()
    first = (await session.code()).text
    session_part, nonce = first.rsplit(":", 1)
    other_nonce = (await other.code()).text.rsplit(":", 1)[1]
    assert await refused(ama.submit(session, proof=f"{session_part}:{other_nonce}")) == "QR_CODE_WRONG"
    assert await refused(ama.submit(session, proof=changed(first, len(first) - 1))) == "QR_CODE_WRONG"
    assert await refused(ama.submit(session, proof=changed(first, 12))) == "SESSION_NOT_FOUND"
    assert await refused(ama.submit(session, proof=first[:-1])) == "QR_CODE_MALFORMED"
    assert await refused(ama.submit(session, proof="https://example.edu/")) == "QR_CODE_MALFORMED"
    assert await refused(ama.submit(session, proof=f"{session_part}:{nonce}:{nonce}")) == "QR_CODE_MALFORMED"
    assert await refused(ama.submit(session, proof="A" * 10_000)) == "INVALID_REQUEST"
    await session.rotate()
    assert await refused(ama.submit(session, proof=first)) == "QR_CODE_EXPIRED"
    second = (await session.code()).text
    await hall.turn(100)
    assert await refused(ama.submit(session, proof=second)) == "QR_CODE_EXPIRED"
    third = (await session.code()).text
    await session.close()
    assert await refused(ama.submit(session, proof=third)) == "SESSION_CLOSED"
    assert await session.records() == []


async def test_a_code_of_another_session_is_a_claim_there(hall: Hall) -> None:
    session = await hall.open_session()
    other = await hall.teacher.open_session(await hall.teacher.course())
    ama = await hall.student()
    answer = await ama.submit(proof=(await other.code()).text)
    assert answer.record.session_id == other.id
    assert verdicts(answer.record)["ENROLLMENT"] == ("FAILED", "NOT_ENROLLED")
    assert await session.records() == []


async def ticket(ama: Student, session: Session) -> str:
    return (await ama.scan((await session.code()).text)).scan_ticket


def with_ticket(text: str) -> claim_upload_pb2.CodeProof:
    return claim_upload_pb2.CodeProof(scan_ticket=text)


async def test_tickets_that_are_refused(hall: Hall) -> None:
    session = await hall.open_session()
    ama, kwame = await hall.student(), await hall.student()
    good = await ticket(ama, session)
    assert await refused(kwame.submit(session, proof=with_ticket(good))) == "SCAN_TICKET_INVALID"
    flipped = good[:40] + ("A" if good[40] != "A" else "B") + good[41:]
    assert await refused(ama.submit(session, proof=with_ticket(flipped))) == "SCAN_TICKET_INVALID"
    assert await refused(ama.submit(session, proof=with_ticket("nonsense"))) == "SCAN_TICKET_INVALID"
    await hall.turn(180)
    assert await refused(ama.submit(session, proof=with_ticket(good))) == "SCAN_TICKET_EXPIRED"


async def test_a_ticket_outlives_a_rotation_by_hand_and_closing(hall: Hall) -> None:
    session = await hall.open_session()
    ama = await hall.student()
    good = await ticket(ama, session)
    await session.rotate()
    await hall.turn(1)
    await session.close()
    await hall.turn(100)
    answer = await ama.submit(session, proof=with_ticket(good))
    assert verdicts(answer.record)["QR_CODE"] == ("PASSED", "TICKET")
    assert not answer.can_retry


def typed(digits: str, **session: str) -> claim_upload_pb2.CodeProof:
    return claim_upload_pb2.CodeProof(typed_code=claim_upload_pb2.TypedCode(digits=digits, **session))


async def test_the_typed_code_is_as_good_as_the_scanned_one(hall: Hall) -> None:
    session = await hall.open_session()
    by_code, by_id, by_scan = [await hall.student() for _ in range(3)]
    code = await session.code()
    assert len(code.typed_code) == 8
    answer = await by_code.submit(session, proof=typed(code.typed_code, session_code=code.session_code.lower()))
    assert verdicts(answer.record)["QR_CODE"] == ("PASSED", "TYPED")
    assert (await by_id.submit(session, proof=typed(code.typed_code, session_id=session.id))).record.claims
    request = student_service_pb2.ScanQrRequest(typed_code=typed(code.typed_code, session_id=session.id).typed_code)
    scan = await by_scan.stub.ScanQr(request, metadata=by_scan.metadata)
    assert (await by_scan.submit(session, proof=with_ticket(scan.scan_ticket))).record.claims


async def test_ten_typed_codes_and_no_more(hall: Hall) -> None:
    session = await hall.open_session()
    ama, kwame = await hall.student(), await hall.student()
    right = (await session.code()).typed_code
    wrong = str((int(right) + 1) % 10**8).zfill(8)
    headers = [await ama.header(session, proof=typed(wrong, session_id=session.id)) for _ in range(12)]
    reasons = await asyncio.gather(*(refused(ama.send(header)) for header in headers))
    assert sorted(reasons) == ["TYPED_CODE_TRIES_USED"] * 2 + ["TYPED_CODE_WRONG"] * 10
    assert await refused(ama.submit(session, proof=typed(right, session_id=session.id))) == "TYPED_CODE_TRIES_USED"
    assert (await ama.submit(session)).record.claims
    assert (await kwame.submit(session, proof=typed(right, session_id=session.id))).record.claims


async def test_typed_codes_can_be_off(hall: Hall) -> None:
    session = await hall.open_session(typed_code_allowed=False)
    ama = await hall.student()
    assert not (await session.code()).typed_code
    assert await refused(ama.submit(session, proof=typed("00000000", session_id=session.id))) == "TYPED_CODE_OFF"


async def test_status_tells_where_the_rotation_stands_without_a_code(hall: Hall) -> None:
    session = await hall.open_session()
    await hall.turn(75)
    request = lecturer_service_pb2.GetQrStatusRequest(session_id=session.id)
    status = await hall.teacher.stub.GetQrStatus(request, metadata=hall.teacher.metadata)
    code = await session.code()
    assert (status.generation, status.step) == (1, 1)
    assert (status.issue_time, status.expire_time) == (code.issue_time, code.expire_time)
    assert status.next_rotation_time == code.next_rotation_time
    assert status.remaining.seconds == 15 * 60 - 75
    await session.close()
    closed = await hall.teacher.stub.GetQrStatus(request, metadata=hall.teacher.metadata)
    assert closed == lecturer_service_pb2.GetQrStatusResponse(state=attendance_session_pb2.SESSION_STATE_CLOSED)


async def test_codes_are_for_the_courses_lecturers(hall: Hall) -> None:
    session = await hall.open_session()
    stranger = Session(await hall.lecturer(), session.message)
    assert await refused(stranger.code()) == "SESSION_NOT_FOUND"
    assert await refused(stranger.rotate()) == "SESSION_NOT_FOUND"
    assert await refused(Screen(stranger).next()) == "SESSION_NOT_FOUND"


async def test_no_code_before_opening_or_after_the_end(hall: Hall) -> None:
    later = await hall.open_session(open_time=timestamp_in(hall, 60))
    assert await refused(later.code()) == "SESSION_NOT_OPEN"
    assert await refused(later.rotate()) == "SESSION_NOT_OPEN"
    await hall.turn(60 + 15 * 60)
    hall.teacher.token = (await hall.login(hall.teacher.email)).access_token
    assert await refused(later.code()) == "SESSION_CLOSED"
    assert await refused(later.rotate()) == "SESSION_CLOSED"


async def test_a_rotation_between_arrival_and_reading_does_not_cost_the_code(hall: Hall) -> None:
    session = await hall.open_session()
    ama = await hall.student()
    code = (await session.code()).text
    header = await ama.header(session, proof=code)
    arrived = hall.clock.now()
    hall.clock.turn(0.5)
    await session.rotate()
    hall.clock.turn(-0.5)  # another replica's clock, or a claim that waited for a thread
    assert hall.clock.now() == arrived
    assert (await ama.send(header)).record.claims
