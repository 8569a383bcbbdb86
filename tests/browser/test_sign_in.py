"""Signing in and staying so: reloads, two tabs, a token that ends, a sign-in that is ended elsewhere."""

import asyncio

import pytest
from playwright.async_api import expect

from absense.v1 import auth_service_pb2
from tests.browser.visitors import Visitor, Visitors
from tests.support.hall import PASSWORD, Hall

pytestmark = pytest.mark.asyncio(loop_scope="session")

COOKIE = "__Secure-absense-refresh"


async def test_the_sign_in_outlives_a_reload_and_no_script_can_carry_it_away(lecturer: Visitor) -> None:
    await lecturer.page.reload()
    await expect(lecturer.page.get_by_role("button", name="Sign out", exact=True)).to_be_visible()
    [cookie] = await lecturer.context.cookies()
    assert (cookie["name"], cookie["httpOnly"], cookie["secure"], cookie["sameSite"]) == (COOKIE, True, True, "Strict")
    kept = "JSON.stringify([document.cookie, {...localStorage}, {...sessionStorage}])"
    assert await lecturer.page.evaluate(kept) == '["",{},{}]'


async def test_whoever_is_not_let_in_is_told_why(visitors: Visitors, hall: Hall) -> None:
    visitor = await visitors.come()
    await visitor.go("/account")
    await visitor.shown_everywhere("sign-in")
    await visitor.page.get_by_label("E-mail address or number").fill(hall.teacher.email)
    await visitor.page.get_by_label("Password", exact=True).fill("not the password")
    await visitor.page.get_by_role("button", name="Sign in", exact=True).click()
    await expect(visitor.page.get_by_text("is wrong")).to_be_visible()
    await visitor.page.get_by_label("Password", exact=True).fill(PASSWORD)
    await visitor.page.get_by_role("button", name="Sign in", exact=True).click()
    # where they wanted to go
    await expect(visitor.page).to_have_url(f"{visitor.address}/account")
    await expect(visitor.page.get_by_role("button", name="Sign out", exact=True)).to_be_visible()


async def test_a_token_that_ends_is_renewed_unseen_also_by_two_tabs_at_once(lecturer: Visitor, hall: Hall) -> None:
    filled = {"/account": "This one", "/": hall.course.code}
    both = (lecturer, await lecturer.another_tab("/account"))
    for path, seen in (("/account", "Account"), ("/", "My courses"), ("/account", "Account")):
        await hall.turn(16 * 60)
        # both ask at once for something that the old token no longer opens
        await asyncio.gather(*(visitor.walk(path) for visitor in both))
        for visitor in both:
            await expect(visitor.page.get_by_role("heading", level=1, name=seen)).to_be_visible()
            await expect(visitor.page.get_by_text(filled[path]).first).to_be_visible()
    # nobody's second use of a token was taken for a thief's: the sign-in of the hall's own client, and the browser's
    await hall.teacher.refresh()
    mine = await hall.auth.ListSignIns(auth_service_pb2.ListSignInsRequest(), metadata=hall.teacher.metadata)
    assert len(mine.sign_ins) == 2


async def test_signing_out_ends_it_in_all_tabs_and_at_the_server(lecturer: Visitor, hall: Hall) -> None:
    tab = await lecturer.another_tab()
    await expect(tab.page.get_by_role("button", name="Sign out", exact=True)).to_be_visible()
    async with lecturer.page.expect_response("**/Logout"):
        await lecturer.page.get_by_role("button", name="Sign out", exact=True).click()
    for one in (lecturer, tab):
        await expect(one.page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    assert await lecturer.context.cookies() == []
    await tab.page.reload()
    await expect(tab.page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()


async def test_a_student_is_sent_to_the_app(visitors: Visitors, hall: Hall) -> None:
    student = await hall.student(enrolled=False, phone=False)
    visitor = await visitors.come()
    await visitor.sign_in(student.email)
    await expect(visitor.page.get_by_text("Use the app on your phone")).to_be_visible()
