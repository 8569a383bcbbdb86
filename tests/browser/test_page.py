"""What holds on every page: addresses that are none, dialogs, connections that are not encrypted."""

import pytest
from playwright.async_api import expect

from tests.browser.visitors import Visitor
from tests.support.hall import PASSWORD, Hall

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_an_address_that_nobody_can_read_is_no_page(lecturer: Visitor) -> None:
    await lecturer.go("/courses/%zz")
    await expect(lecturer.page.get_by_role("heading", name="There is no such page")).to_be_visible()


async def test_a_dialog_gives_the_focus_back_and_is_not_closed_by_marking_text(lecturer: Visitor, hall: Hall) -> None:
    page = lecturer.page
    await lecturer.go(f"/courses/{hall.course.id}/report")
    export = page.get_by_role("button", name="Export")
    await export.click()
    title = page.get_by_role("dialog").get_by_role("heading")
    box = await title.bounding_box()
    assert box is not None
    await page.mouse.move(box["x"] + 20, box["y"] + 5)
    await page.mouse.down()
    await page.mouse.move(2, box["y"] + 5)
    await page.mouse.up()
    await page.get_by_role("dialog").get_by_role("button", name="Close").click()
    await expect(export).to_be_focused()
    await export.click()
    await page.mouse.click(2, box["y"] + 5)
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_what_waits_for_a_password_is_not_for_the_next_person(lecturer: Visitor, hall: Hall) -> None:
    page = lecturer.page
    await lecturer.go("/account")
    await hall.turn(11 * 60)
    await page.get_by_label("Full name").fill("Somebody Else")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("dialog", name="Your password, please")).to_be_visible()
    tab = await lecturer.another_tab()
    await tab.page.get_by_role("button", name="Sign out", exact=True).click()
    await expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    another = await hall.lecturer()
    await lecturer.sign_in(another.email)
    await expect(page.get_by_role("button", name="Sign out", exact=True)).to_be_visible()
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_without_encryption_one_can_sign_in_for_a_while(lecturer: Visitor, hall: Hall) -> None:
    # not a visitor, for the browser minds this aloud
    page = await lecturer.context.new_page()
    await page.goto(lecturer.address.replace("localhost", "hall.test"))
    assert not await page.evaluate("isSecureContext")
    await page.get_by_label("E-mail address or number").fill(hall.teacher.email)
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await expect(page.get_by_text(hall.course.code).first).to_be_visible()
