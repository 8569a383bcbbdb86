"""A lecturer's hour: from the sign-in to the exported list, while students come in through clients of their own."""

import csv
import io
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from absense.v1 import lecturer_service_pb2
from absense_server.adapters.face.engine import ProcessFaceEngine
from absense_server.app import App
from absense_server.settings import Settings
from tests.browser.conftest import furnished, page_before
from tests.browser.visitors import Visitors
from tests.support import faces
from tests.support.clock import HandClock
from tests.support.hall import GREAT_HALL, TWO_KM_AWAY, Hall, Record, Session, Status, Student

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(300)]

NAMES = ("Akua Asante", "Esi Darko", "Kojo Appiah", "Yaa Ofori", "Kwesi Boadu", "Efua Tetteh", "Kofi Anane")


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
    # who consented to no face is looked at by a person
    others = [await hall.student(name) for name in NAMES]
    expected = len(others) + 2

    lecturer = await visitors.come()
    page = lecturer.page
    await lecturer.sign_in(hall.teacher.email)
    await expect(page.get_by_text(hall.course.code).first).to_be_visible()
    await lecturer.shown_everywhere("courses")

    # a session at a place that is typed in; the map is for those who point
    await page.get_by_role("link", name=f"Open with ...: {hall.course.code}").click()
    await page.get_by_label("Room").fill("Great Hall")
    await page.get_by_role("radio", name="A place").check()
    for name, degrees in zip(("Latitude", "Longitude"), GREAT_HALL, strict=True):
        await page.get_by_label(name, exact=True).fill(str(degrees))
    await expect(page.get_by_role("slider", name="Pin: the middle of the circle")).to_be_visible()
    await lecturer.shown_everywhere("open-session")
    await page.get_by_role("button", name="Open and show the code").click()

    # the code, as a camera in the last row sees it
    await expect(page.get_by_role("img", name="QR code")).to_be_visible()
    session = await session_named(hall, page.url.split("/sessions/")[1].split("/")[0])
    code = await lecturer.read_new_code()
    await lecturer.shown_everywhere("projector")

    answer = await present.submit(session, proof=code, selfie=portraits["obama2"])
    assert await settled(present, answer.record) == "CONFIRMED"
    answer = await swindler.submit(session, proof=code, selfie=portraits["obama3"])
    assert await settled(swindler, answer.record) == "FLAGGED"
    for student in others:
        await student.submit(session, proof=code, fix=TWO_KM_AWAY if student is others[0] else GREAT_HALL)
    await expect(page.locator("main")).to_contain_text(f"{expected} of {expected} in")
    # it turns by itself, and what was on the wall is good no more
    await hall.turn(61)
    turned = await lecturer.read_new_code(unlike=code)

    # the roll call, live
    await lecturer.go(f"/sessions/{session.id}")
    table = page.get_by_role("table", name="Students who have claimed")
    await expect(table.get_by_role("row").filter(has_text="Ama Mensah")).to_contain_text("Present")
    await expect(table.get_by_role("row").filter(has_text="Yaw Boateng")).to_contain_text("another face")
    latecomer = await hall.student("Kwame Owusu")
    await latecomer.submit(session, proof=turned)
    await hall.turn(1)
    await expect(table.get_by_role("row").filter(has_text="Kwame Owusu")).to_be_visible()
    await lecturer.shown_everywhere("roll-call")

    # whom the machine does not know: side by side, by keyboard
    await lecturer.go(f"/sessions/{session.id}/flagged")
    one = page.get_by_role("region", name="Yaw Boateng")
    # what is suspicious comes first
    await expect(one).to_be_visible()
    await expect(one.get_by_role("img", name="Selfie of this claim")).to_be_visible()
    await expect(one.get_by_role("img", name="Enrolled face")).to_be_visible()
    await lecturer.shown_everywhere("flagged")
    await page.keyboard.press("5")
    await page.keyboard.press("r")
    await expect(page.get_by_text("Yaw Boateng: Rejected.")).to_be_visible()
    record = await session.record_of(swindler)
    assert (status_of(record), record.decisions[-1].reason) == ("REJECTED", "Another person on the photograph")

    # over: figures, and the list as a file
    await lecturer.go(f"/sessions/{session.id}")
    await page.get_by_role("button", name="Close", exact=True).click()
    await page.get_by_role("button", name="Close now").click()
    await expect(page.get_by_text("Closed", exact=True).first).to_be_visible()
    await page.get_by_role("link", name="Figures").click()
    await expect(page.get_by_role("img", name="Arrivals over time")).to_be_visible()
    await lecturer.shown_everywhere("session-figures")
    await lecturer.go(f"/courses/{hall.course.id}/report")
    await expect(page.get_by_role("table").filter(has_text="Ama Mensah")).to_be_visible()
    await lecturer.shown_everywhere("course-report")
    await page.get_by_role("button", name="Export").click()
    async with page.expect_download() as saving:
        await page.get_by_role("button", name="Make the file").click()
    file = await (await saving.value).path()
    rows = list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8-sig"))))
    statuses = {row["student_name"]: row["status"] for row in rows}
    assert (statuses["Ama Mensah"], statuses["Yaw Boateng"], len(rows)) == ("CONFIRMED", "REJECTED", expected + 1)


async def enrolled(hall: Hall, name: str, photograph: bytes) -> Student:
    """A student with a face."""
    student = await hall.student(name)
    await student.enroll_face(photograph)
    return student


async def settled(student: Student, record: Record) -> str:
    """The record's status, once the selfie was looked at."""
    async for change in student.watch(record):
        if status_of(change.record) != "PENDING_VERIFICATION":
            return status_of(change.record)
    raise AssertionError("the stream ended before the verdict")


def status_of(record: Record) -> str:
    return Status.Name(record.status).removeprefix("RECORD_STATUS_")


async def session_named(hall: Hall, session_id: str) -> Session:
    request = lecturer_service_pb2.LecturerServiceGetSessionRequest(session_id=session_id)
    answer = await hall.teacher.stub.GetSession(request, metadata=hall.teacher.metadata)
    return Session(hall.teacher, answer.session)
