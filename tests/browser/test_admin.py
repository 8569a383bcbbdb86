"""An administrator's morning: who waits, which phones, what is suspicious, how attendance goes, and who did what."""

import pytest
from playwright.async_api import expect

from absense.v1 import auth_service_pb2, role_pb2
from tests.browser.visitors import Visitors
from tests.support.hall import PASSWORD, TWO_KM_AWAY, Hall

pytestmark = pytest.mark.asyncio(loop_scope="session")

NEWCOMER = "Abena Lecturer"
NOTE = "Seen at the desk with her card"


async def test_a_morning(visitors: Visitors, hall: Hall) -> None:
    newcomer = auth_service_pb2.RegisterRequest(
        email="abena@example.edu", password=PASSWORD, full_name=NEWCOMER, role=role_pb2.ROLE_LECTURER
    )
    await hall.auth.Register(newcomer)
    loser = await hall.student("Akua Asante")
    await loser.request_reset("It fell into the lagoon")
    present = await hall.student("Esi Darko")
    # far from the hall, in two courses
    astray = ("Kojo Appiah", "Yaa Ofori")
    for name, course in zip(astray, (hall.course, await hall.teacher.course()), strict=True):
        session = await hall.open_session(course=course)
        student = await hall.student(name)
        await student.enroll(course) if course is not hall.course else await present.submit(session)
        await student.submit(session, fix=TWO_KM_AWAY)
        await session.close()
    hall.app.use_cases.daily_figures.refresh()
    boss = await hall.admin()

    admin = await visitors.come()
    page = admin.page
    await admin.sign_in(boss.email)
    for what, count in (("Users to approve", 1), ("Phones to reset", 1), ("Flagged records", 2)):
        await expect(page.get_by_role("link", name=what)).to_contain_text(str(count))
    await expect(page.get_by_role("img", name="Attendance over time")).to_be_visible()
    await admin.shown_everywhere("admin")

    # who registered is let in
    await page.get_by_role("link", name="Users to approve").click()
    await admin.shown_everywhere("admin-users")
    await page.get_by_role("button", name=f"Approve {NEWCOMER}").click()
    await expect(page.get_by_text(f"{NEWCOMER} is approved.")).to_be_attached()
    assert (await hall.login(newcomer.email)).user.full_name == NEWCOMER

    # a student's other phone
    await page.get_by_role("link", name="Phones", exact=True).click()
    wish = page.get_by_role("listitem").filter(has_text="Akua Asante")
    await expect(wish).to_contain_text("It fell into the lagoon")
    await admin.shown_everywhere("admin-devices")
    await wish.get_by_label("Answer to Akua Asante").fill(NOTE)
    await wish.get_by_role("button", name="Unbind").click()
    await expect(wish).to_contain_text(NOTE)
    await loser.bind(identifier="another installation")

    # what is suspicious, wherever it is
    await page.get_by_role("link", name="Flagged", exact=True).click()
    for name in astray:
        await expect(page.get_by_role("region", name=name)).to_be_visible()
        await page.get_by_role("button", name="Skip").click()
    await expect(page.get_by_text("That was the last one.")).to_be_visible()
    await page.get_by_role("button", name="Look for more").click()
    await expect(page.get_by_role("region", name=astray[0])).to_be_visible()
    await admin.shown_everywhere("admin-flagged")

    # who did what, and that nobody has changed it since
    await hall.app.jobs.seal_log()
    await page.get_by_role("link", name="Audit log", exact=True).click()
    log = page.get_by_role("table", name="Audit log")
    approval = log.get_by_role("row").filter(has_text="An administrator let a student bind another phone")
    await expect(approval).to_contain_text("Adjoa Admin")
    await page.get_by_role("button", name="Check the log").click()
    await expect(page.get_by_text("The log is whole")).to_be_visible()
    await admin.shown_everywhere("admin-audit")
    await page.get_by_label("Action").select_option("An administrator let a student bind another phone")
    await expect(log.get_by_role("row")).to_have_count(2)
    await expect(approval).to_be_visible()
