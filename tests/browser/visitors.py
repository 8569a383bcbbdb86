"""People before the page: what they do, what their browsers say, and what it looks like."""

import asyncio
import json
import re
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import cv2
import numpy as np
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect

from tests.support.hall import PASSWORD

OLD_PROJECTOR = (1024, 768)
PHONE = (390, 844)
AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
WCAG_22_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# what the browser says of every answer that is an error, and of every connection that fails: tests cause some
_EXPECTED = re.compile(r"Failed to load resource|net::ERR_")

expect.set_options(timeout=20_000)


@dataclass
class Visitor:
    """Somebody with a browser of their own, or with another tab of it."""

    address: str
    context: BrowserContext
    page: Page
    screenshots: Path
    said: list[str] = field(default_factory=list)

    async def go(self, path: str) -> None:
        await self.page.goto(self.address + path)

    async def walk(self, path: str) -> None:
        """To another of the page's addresses, without loading it anew."""
        await self.page.evaluate(
            "path => { history.pushState(null, '', path); dispatchEvent(new PopStateEvent('popstate')) }", path
        )

    async def sign_in(self, email: str, password: str = PASSWORD) -> None:
        """On the page where they are, and stay there."""
        if self.page.url == "about:blank":
            await self.go("/")
        await self.page.get_by_label("E-mail address or number").fill(email)
        await self.page.get_by_label("Password", exact=True).fill(password)
        await self.page.get_by_role("button", name="Sign in", exact=True).click()
        await expect(self.page.get_by_role("button", name="Sign in", exact=True)).to_be_hidden()

    async def another_tab(self, path: str = "/") -> "Visitor":
        """A further tab of the same browser."""
        tab = Visitor(self.address, self.context, await self.context.new_page(), self.screenshots, self.said)
        tab.listen()
        await tab.go(path)
        return tab

    async def show(self, name: str) -> "np.ndarray[Any, Any]":
        """Take a picture, put it into the folder of screenshots, and look at it: BGR."""
        self.screenshots.mkdir(parents=True, exist_ok=True)
        await self.page.evaluate("Promise.all([...document.images].map(image => image.decode()))")
        picture = await self.page.screenshot(path=self.screenshots / f"{name}.png", animations="disabled")
        image = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR)
        assert image is not None
        return image

    async def read_code(self, name: str) -> str:
        """What a phone's camera reads off the screen; "" if there is no code on it."""
        text, *_ = cv2.QRCodeDetector().detectAndDecode(await self.show(name))
        return str(text)

    async def read_new_code(self, unlike: str = "") -> str:
        """What a camera reads off the screen once there is a code on it, and another one than `unlike`."""
        async with asyncio.timeout(60):
            while (text := await self.read_code("code-on-the-wall")) in {"", unlike}:
                pass  # a picture takes its time
        assert text.startswith("ABSENSE:1:")
        return text

    async def obstacles(self) -> list[str]:
        """What axe has against the page, by WCAG 2.2 AA."""
        if not await self.page.evaluate("'axe' in window"):
            await self.page.evaluate(AXE.read_text(encoding="utf-8"))
        options = {"runOnly": {"type": "tag", "values": WCAG_22_AA}, "resultTypes": ["violations"]}
        result = await self.page.evaluate(f"axe.run(document, {json.dumps(options)})")
        return [
            f"{found['id']}: {node['html'][:200]} ({node['failureSummary']})"
            for found in result["violations"]
            for node in found["nodes"]
        ]

    async def shown_everywhere(self, name: str, themes: Sequence[str] = ("light", "dark")) -> None:
        """The page on an old projector and a phone, light and dark: pictures, nothing axe minds, nothing too wide."""
        before = self.page.viewport_size
        for width, height in (OLD_PROJECTOR, PHONE):
            await self.page.set_viewport_size({"width": width, "height": height})
            for theme in themes:
                await self.page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
                await expect(self.page.get_by_role("heading", level=1)).to_be_in_viewport()
                await self.show(f"{name}-{width}-{theme}")
                assert await self.obstacles() == [], f"{name} at {width} in {theme}"
            wide = await self.page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert wide <= 0, f"{name} scrolls sideways at {width} by {wide} px"
        await self.page.emulate_media(color_scheme="light")
        if before is not None:
            await self.page.set_viewport_size(before)

    def listen(self) -> None:
        """Write down what the browser complains of."""

        def hears(message: ConsoleMessage) -> None:
            if message.type in {"error", "warning"} and not _EXPECTED.search(message.text):
                self.said.append(f"{message.type}: {message.text}")

        def sees(request: Request) -> None:
            # blob: and data: are the page's own
            if urlsplit(request.url).scheme in {"http", "https"} and not request.url.startswith(self.address + "/"):
                self.said.append(f"asked another host: {request.url}")

        self.page.on("console", hears)
        self.page.on("pageerror", lambda error: self.said.append(f"exception: {error}"))
        self.page.on("request", sees)


class Visitors:
    """Whoever comes to the page during a test."""

    def __init__(self, browser: Browser, address: str, screenshots: Path, stack: AsyncExitStack) -> None:
        self._browser = browser
        self._address = address
        self._screenshots = screenshots
        self._stack = stack
        self._come: list[Visitor] = []

    async def come(self, size: tuple[int, int] = OLD_PROJECTOR, **options: Any) -> Visitor:
        """Somebody with a browser that was never here; `options` of Playwright's new_context."""
        context = await self._browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            reduced_motion="reduce",
            **options,
        )
        self._stack.push_async_callback(context.close)
        visitor = Visitor(self._address, context, await context.new_page(), self._screenshots)
        visitor.listen()
        self._come.append(visitor)
        return visitor

    def complaints(self) -> list[str]:
        """What all browsers complained of."""
        return [said for visitor in self._come for said in visitor.said]
