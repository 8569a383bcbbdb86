"""A browser, and what stands behind the page: Envoy and a server whose clock is turned by hand."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import grpc.aio
import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from absense_proxy import settings as proxy_settings
from absense_server.adapters.face.engine import ProcessFaceEngine
from absense_server.app import App
from absense_server.settings import Settings
from backing import envoy
from tests.browser.visitors import Visitor, Visitors
from tests.support import faces
from tests.support.clock import HandClock
from tests.support.hall import Hall

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
"""The machine's; else the one that `playwright install` put there."""
# no sandbox as root; nothing that a browser does by itself
SWITCHES = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"),
    # a name that leads here and is none that browsers trust without encryption
    "--host-resolver-rules=MAP hall.test 127.0.0.1",
)
SCREENSHOTS = Path(__file__).parents[2] / "var" / "screenshots"


@pytest.fixture(scope="session")
def built_page() -> Path:
    """The page as `make page` built it."""
    folder = proxy_settings.Settings().page
    assert folder is not None
    assert (folder / "index.html").is_file(), "the page was not built: make page"
    return folder


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        yield running
        await running.close()


@pytest.fixture(scope="session")
def face_engine() -> Iterator[ProcessFaceEngine]:
    with faces.running_engine(faces.fetch_models()) as engine:
        yield engine


@asynccontextmanager
async def furnished(app: App, clock: HandClock) -> AsyncIterator[Hall]:
    """A hall with a lecturer and a course; nothing happens by itself: turn the clock with `hall.turn`."""
    port = await app.start(with_jobs=False, with_verifier=app.settings.face_verification_enabled)
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        hall = Hall(app, clock, channel, port)
        await hall.furnish(code="CS101")
        yield hall
    await app.stop(grace=0)


@pytest_asyncio.fixture(loop_scope="session")
async def hall(make_settings: Callable[..., Settings], clock: HandClock) -> AsyncIterator[Hall]:
    async with furnished(App(make_settings(trusted_proxies="127.0.0.1"), clock=clock), clock) as hall:
        yield hall


@asynccontextmanager
async def page_before(browser: Browser, page: Path, port: int) -> AsyncIterator[Visitors]:
    """People who come to the page before a server; in the end it is asked what their browsers complained of."""
    running = envoy.running([f"127.0.0.1:{port}"], page=page)
    before = await asyncio.to_thread(running.__enter__)
    try:
        async with AsyncExitStack() as stack:
            # by this name browsers take the connection for a secure one
            address = f"http://localhost:{before.address.rpartition(':')[2]}"
            visitors = Visitors(browser, address, SCREENSHOTS, stack)
            yield visitors
            assert visitors.complaints() == []
    finally:
        await asyncio.to_thread(running.__exit__, None, None, None)


@pytest_asyncio.fixture(loop_scope="session")
async def visitors(browser: Browser, hall: Hall, built_page: Path) -> AsyncIterator[Visitors]:
    """People who come to the page before the hall's server."""
    async with page_before(browser, built_page, hall.port) as visitors:
        yield visitors


@pytest_asyncio.fixture(loop_scope="session")
async def lecturer(visitors: Visitors, hall: Hall) -> Visitor:
    """The lecturer of the hall's course, signed in, at the lecture hall's computer."""
    visitor = await visitors.come()
    await visitor.sign_in(hall.teacher.email)
    return visitor
