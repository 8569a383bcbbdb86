"""The lecture hall's computer: a code on the wall at one press, in several tabs, while the sign-in is good."""

import asyncio
from datetime import UTC, datetime

import pytest
from playwright.async_api import Locator, Page, Route, expect

from absense.v1 import attendance_session_pb2, auth_service_pb2, lecturer_service_pb2
from tests.browser.conftest import session_before
from tests.browser.visitors import Visitor, Visitors
from tests.support.hall import Hall, seconds

pytestmark = pytest.mark.asyncio(loop_scope="session")

NAMES = ("Akua Asante", "Esi Darko", "Kojo Appiah", "Yaa Ofori")
TOKEN_LIFE = 15 * 60
HOUR = 3600


async def test_from_the_sign_in_one_press_puts_a_code_on_the_wall(lecturer: Visitor, hall: Hall) -> None:
    student = await hall.student()
    lecturer.calls.clear()
    await open_now(lecturer.page, hall).click()
    await expect(code_of(lecturer.page)).to_be_visible()
    # what it is opened like, the session, the time there, and the codes; the counts are asked for beside that
    way = [call for call in lecturer.calls if call != "GetSession"]
    assert way == ["ListSessions", "CreateSession", "GetServerInfo", "WatchQrCodes"]
    code = await lecturer.read_new_code()
    await student.submit(await session_before(lecturer, hall), proof=code)
    await expect(lecturer.page.locator("main")).to_contain_text("1 of 1 in")


async def test_however_often_it_is_pressed_it_opens_one_session(lecturer: Visitor, hall: Hall) -> None:
    page = lecturer.page
    slowly = asyncio.Event()

    async def lose(route: Route) -> None:
        """It is done, but the answer does not come."""
        await slowly.wait()
        await route.fetch()
        await route.abort()

    await page.route("**/CreateSession", lose, times=1)
    button = open_now(page, hall)
    async with page.expect_request("**/CreateSession"):
        await button.click()
    await expect(button).to_have_attribute("aria-busy", "true")
    await page.keyboard.press("Enter")
    slowly.set()
    await expect(page.get_by_text("The server cannot be reached")).to_be_visible()
    assert lecturer.calls.count("CreateSession") == 1
    await button.click()
    await expect(code_of(page)).to_be_visible()
    [session] = await sessions_of(hall)
    assert session.id == (await session_before(lecturer, hall)).id
    assert lecturer.calls.count("CreateSession") == 2


async def test_projector_and_roll_call_go_on_in_two_tabs_until_one_signs_out(lecturer: Visitor, hall: Hall) -> None:
    students = [await hall.student(name) for name in NAMES]
    session = await hall.open_session(duration=seconds(HOUR))
    await lecturer.walk(f"/sessions/{session.id}/projector")
    roll = await lecturer.another_tab(f"/sessions/{session.id}")

    async def comes(number: int, code: str) -> None:
        await students[number].submit(session, proof=code)
        await hall.turn(1)
        await expect(lecturer.page.locator("main")).to_contain_text(f"{number + 1} of {len(NAMES)} in")
        await expect(roll.page.get_by_role("row").filter(has_text=NAMES[number])).to_be_visible()

    code = await lecturer.read_new_code()
    await comes(0, code)
    await comes(1, code)

    # while another tab is before it, it holds no connection and no code; and then it has what is so now
    async with lecturer.page.expect_event("requestfailed", lambda request: request.url.endswith("/WatchQrCodes")):
        await lecturer.cover()
    await expect(code_of(lecturer.page)).to_be_hidden()
    await hall.turn(61)
    watched = lecturer.calls.count("WatchQrCodes")
    await lecturer.cover(covered=False)
    code = await lecturer.read_new_code(unlike=code)
    assert lecturer.calls.count("WatchQrCodes") == watched + 1
    await comes(2, code)

    # the access token ends meanwhile
    await hall.turn(TOKEN_LIFE + 1)
    code = await lecturer.read_new_code(unlike=code)
    await students[3].refresh()
    await comes(3, code)

    await roll.page.get_by_role("button", name="Sign out", exact=True).click()
    for tab in (lecturer, roll):
        await expect(tab.page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
        await expect(tab.page.get_by_text(NAMES[0])).to_be_hidden()
    assert await lecturer.read_code("projector-signed-out") == ""


async def test_a_sign_in_ended_elsewhere_takes_the_code_off_the_wall(lecturer: Visitor, hall: Hall) -> None:
    session = await hall.open_session()
    await lecturer.walk(f"/sessions/{session.id}/projector")
    await lecturer.read_new_code()
    teacher = hall.teacher
    mine = await hall.auth.ListSignIns(auth_service_pb2.ListSignInsRequest(), metadata=teacher.metadata)
    [other] = [one.id for one in mine.sign_ins if not one.current]
    await hall.auth.RevokeSignIn(auth_service_pb2.RevokeSignInRequest(sign_in_id=other), metadata=teacher.metadata)
    await hall.turn(1)
    # by no call of the page's own: the stream says so
    await expect(lecturer.page.get_by_text("You were signed out")).to_be_visible()
    assert await lecturer.read_code("projector-signed-out") == ""
    await lecturer.sign_in(teacher.email)
    await expect(code_of(lecturer.page)).to_be_visible()


async def test_times_are_those_of_where_the_browser_is(visitors: Visitors, hall: Hall) -> None:
    """In Nepal, five and three quarter hours before UTC, where it is 15:45."""
    lecturer = await visitors.come(locale="de-DE", timezone_id="Asia/Kathmandu")
    page = lecturer.page
    await lecturer.sign_in(hall.teacher.email)
    await page.get_by_role("link", name=f"Open with ...: {hall.course.code}").click()
    await page.get_by_role("radio", name="Later").check()
    await page.get_by_label("Opens at").fill("2026-11-24T02:30")
    await page.get_by_role("button", name="Plan the session").click()
    await expect(page.get_by_role("table")).to_contain_text("Tue, 24 Nov 2026")
    await expect(page.get_by_role("table")).to_contain_text("02:30 - 02:45")
    [planned] = await sessions_of(hall)
    assert planned.open_time.ToDatetime(UTC) == datetime(2026, 11, 23, 20, 45, tzinfo=UTC)

    session = await hall.open_session()
    await lecturer.walk(f"/sessions/{session.id}/projector")
    await expect(page.get_by_text("Ends at 16:00")).to_be_visible()
    await (await hall.student(NAMES[0])).submit(session)
    await lecturer.walk(f"/sessions/{session.id}")
    await expect(page.get_by_role("row").filter(has_text=NAMES[0])).to_contain_text("15:45")


def code_of(page: Page) -> Locator:
    return page.get_by_role("img", name="QR code")


def open_now(page: Page, hall: Hall) -> Locator:
    return page.get_by_role("button", name=f"Open now: {hall.course.code}")


async def sessions_of(hall: Hall) -> list[attendance_session_pb2.AttendanceSession]:
    request = lecturer_service_pb2.LecturerServiceListSessionsRequest(course_id=hall.course.id)
    return list((await hall.teacher.stub.ListSessions(request, metadata=hall.teacher.metadata)).sessions)
