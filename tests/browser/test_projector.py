"""What hangs on the wall: a code that is good, or none."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc.aio
import pytest
import pytest_asyncio
from google.protobuf import duration_pb2
from playwright.async_api import Browser, expect

from absense.v1 import auth_service_pb2, auth_service_pb2_grpc, lecturer_service_pb2, lecturer_service_pb2_grpc
from backing.ports import ports_in_rows
from demo.server import ServerProcess
from tests.browser.conftest import page_before

pytestmark = pytest.mark.asyncio(loop_scope="session")

LECTURER, PASSWORD = "lecturer@absense.com", "lecturer123"
LIFE = 5
SECONDS = 30


@pytest_asyncio.fixture(loop_scope="session")
async def server(tmp_path: Path) -> AsyncIterator[ServerProcess]:
    """A process, which can be killed and comes back to its port."""
    [port] = ports_in_rows(1, 1)
    with ServerProcess(tmp_path, LISTEN_ADDRESS=f"127.0.0.1:{port}", TRUSTED_PROXIES="127.0.0.1") as server:
        await asyncio.to_thread(server.prepare)
        await asyncio.to_thread(server.start)
        yield server


async def open_session(server: ServerProcess) -> str:
    """A session whose codes live for as short as they may; its id."""
    async with grpc.aio.insecure_channel(server.address) as channel:
        auth: Any = auth_service_pb2_grpc.AuthServiceStub(channel)
        lecturer: Any = lecturer_service_pb2_grpc.LecturerServiceStub(channel)
        login = await auth.Login(auth_service_pb2.LoginRequest(login=LECTURER, password=PASSWORD))
        metadata = (("authorization", f"Bearer {login.access_token}"),)
        asked = lecturer_service_pb2.LecturerServiceListCoursesRequest()
        [course, *_] = (await lecturer.ListCourses(asked, metadata=metadata)).courses
        wish = lecturer_service_pb2.CreateSessionRequest(
            course_id=course.id,
            room="Great Hall",
            code_life=duration_pb2.Duration(seconds=LIFE),
            code_overlap=duration_pb2.Duration(seconds=1),
        )
        return str((await lecturer.CreateSession(wish, metadata=metadata)).session.id)


async def test_while_the_server_is_down_no_old_code_hangs_on_the_wall_and_then_the_next_comes_by_itself(
    browser: Browser, server: ServerProcess, built_page: Path
) -> None:
    async with page_before(browser, built_page, server.port) as visitors:
        session = await open_session(server)
        lecturer = await visitors.come()
        await lecturer.go(f"/sessions/{session}/projector")
        await lecturer.sign_in(LECTURER, PASSWORD)
        code = lecturer.page.get_by_role("img", name="QR code")
        await expect(code).to_be_visible()
        before = await lecturer.read_new_code()

        await asyncio.to_thread(server.kill)
        await expect(lecturer.page.get_by_text("The connection is lost")).to_be_visible()
        # within its life
        await expect(code).to_be_hidden(timeout=(LIFE + SECONDS) * 1000)
        assert await lecturer.read_code("projector-server-down") == ""
        assert await lecturer.obstacles() == []

        await asyncio.to_thread(server.start)
        await expect(code).to_be_visible(timeout=SECONDS * 1000)
        await expect(lecturer.page.get_by_text("The connection is lost")).to_be_hidden()
        assert await lecturer.read_new_code() != before
