"""A lecturer's hour: from the sign-in to the exported list, while students come in through clients of their own."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from absense_server.adapters.face.engine import ProcessFaceEngine
from absense_server.app import App
from absense_server.settings import Settings
from tests.browser.conftest import furnished, page_before
from tests.browser.visitors import Visitors
from tests.support import faces
from tests.support.clock import HandClock
from tests.support.hall import GREAT_HALL, TWO_KM_AWAY, Hall, Student

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(300)]

NAMES = ("Akua Asante", "Esi Darko", "Kojo Appiah", "Yaa Ofori", "Kwesi Boadu", "Efua Tetteh", "Kofi Anane", "Adwoa Sarpong")


@pytest_asyncio.fixture(loop_scope="session")
async def hall(
    make_settings: Callable[..., Settings], clock: HandClock, face_engine: ProcessFaceEngine
) -> AsyncIterator[Hall]:
    """With faces that are looked at."""
    settings = make_settings(trusted_proxies="127.0.0.1", face_verification_enabled=True)
    async with furnished(App(settings, clock=clock, face_engine=face_engine), clock) as hall:
        yield hall


@pytest_asyncio.fixture(loop_scope="session")
async def visitors(browser: Browser, hall: Hall, built_page: Path) -> AsyncIterator[Visitors]:
    async with page_before(browser, built_page, hall.port) as visitors:
        yield visitors


async def test_a_lecture(visitors: Visitors, hall: Hall) -> None:
    portraits = faces.fetch_photographs()
    present = await enrolled(hall, "Ama Mensah", portraits["obama"])
    swindler = await enrolled(hall, "Yaw Boateng", portraits["biden"])
    others = [await hall.student(name) for name in NAMES]

    lecturer = await visitors.come(permissions=["geolocation"])
    page = lecturer.page
    await lecturer.go("/")
    await lecturer.sign_in(hall.teacher.email)
    await expect(page.get_by_role("heading", name="My courses")).to_be_visible()
    await lecturer.shown_everywhere("courses")

    # a session in a hall that is typed in; the map is for those who point
    await page.get_by_role("link", name=f"Open with ...: {hall.course.code}").click()
    await page.get_by_label("Room").fill("Great Hall")
    await opens_at(page, GREAT_HALL)
    await lecturer.shown_everywhere("open-session")
    await page.get_by_role("button", name="Open the session").click()

    # the code, as a camera in the last row sees it
    await expect(page.get_by_role("img", name="QR code")).to_be_visible()
    await expect(page.get_by_role("button", name="Close the session")).to_be_hidden()
    code = await lecturer.read_code("projector")
    assert code.startswith("ABSENSE:1:")
    await lecturer.shown_everywhere("projector")

    answer = await present.submit(proof=code, selfie=portraits["obama2"])
    assert (await settled(hall, present, answer.record.id)) == "CONFIRMED"
    for student in others:
        await student.submit(proof=code, fix=TWO_KM_AWAY if student is others[0] else GREAT_HALL)
    answer = await swindler.submit(proof=code, selfie=portraits["obama3"])
    assert (await settled(hall, swindler, answer.record.id)) == "FLAGGED"
    await expect(page.get_by_text(f"of {len(others) + 2} in")).to_be_visible()
    # it turns by itself
    await hall.turn(55)
    await expect(async_code(lecturer)).to_be_visible()
    turned = await until_read(lecturer, unlike=code)
    assert turned.startswith("ABSENSE:1:")

    # the roll call, live
    await page.keyboard.press("Escape")
    await page.mouse.move(500, 500)
    session = page.url.split("/sessions/")[1].split("/")[0]
    await lecturer.go(f"/sessions/{session}")
    row = page.get_by_role("row").filter(has_text="Ama Mensah")
    await expect(row.get_by_text("Present", exact=True)).to_be_visible()
    latecomer = await hall.student("Kwame Late")
    await latecomer.submit(proof=turned)
    await expect(page.get_by_role("row").filter(has_text="Kwame Late")).to_be_visible()
    await lecturer.shown_everywhere("roll-call")

    # whom the machine does not know: side by side, by keyboard
    await lecturer.go(f"/sessions/{session}/flagged")


async def enrolled(hall: Hall, name: str, photograph: bytes) -> Student:
    student = await hall.student(name)
    await student.enroll_face(photograph)
    return student
