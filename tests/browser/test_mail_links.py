"""What links in mails lead to."""

import pytest
from playwright.async_api import expect

from absense.v1 import auth_service_pb2
from absense_server.domain.mails import MailKind
from tests.browser.visitors import Visitors
from tests.support.hall import Hall

pytestmark = pytest.mark.asyncio(loop_scope="session")

NEW_PASSWORD = "battery staple horse"


async def test_the_link_of_a_mail_sets_a_password_once_and_its_token_stays_nowhere(
    visitors: Visitors, hall: Hall
) -> None:
    visitor = await visitors.come()
    page = visitor.page
    await visitor.go("/")
    await page.get_by_role("link", name="Forgot the password?").click()
    await page.get_by_label("E-mail address or number").fill(hall.teacher.email)
    await page.get_by_role("button", name="Send me a mail").click()
    await expect(page.get_by_role("heading", level=1, name="Look into your mail")).to_be_visible()
    token = (await hall.mail_to(hall.teacher.email, MailKind.RESET_PASSWORD)).token

    link = f"/reset-password#token={token}"
    await visitor.go(link)
    await expect(page.get_by_role("heading", level=1, name="Choose a new password")).to_be_visible()
    await expect(page).to_have_url(f"{visitor.address}/reset-password")
    assert await visitor.obstacles() == []
    await page.get_by_label("New password", exact=True).fill(NEW_PASSWORD)
    await page.get_by_role("button", name="Set the password").click()
    await expect(page.get_by_role("heading", level=1, name="Your password is set")).to_be_visible()
    await page.get_by_role("link", name="To the sign-in").click()
    await visitor.sign_in(hall.teacher.email, NEW_PASSWORD)
    mine = await hall.login(hall.teacher.email, NEW_PASSWORD)
    metadata = (("authorization", f"Bearer {mine.access_token}"),)
    signed_in = (await hall.auth.ListSignIns(auth_service_pb2.ListSignInsRequest(), metadata=metadata)).sign_ins
    # the browser's and this one: what was before the new password has ended
    assert len(signed_in) == 2

    await page.go_back()
    assert token not in page.url
    await visitor.go(link)
    await page.get_by_label("New password", exact=True).fill("another password entirely")
    await page.get_by_role("button", name="Set the password").click()
    await expect(page.get_by_text("This link is no longer good")).to_be_visible()
    assert await visitor.obstacles() == []
