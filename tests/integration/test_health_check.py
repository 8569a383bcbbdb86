"""`absense-health` asks a running server, and says by its exit code what a container's health check wants to know."""

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from absense_server import health_check
from absense_server.app import App
from absense_server.settings import Settings
from backing.ports import free_ports
from tests.support.certificates import files_in, issue

MakeSettings = Callable[..., Settings]


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., int]:
    """The exit code of the program, with the settings of a server."""
    monkeypatch.chdir(tmp_path)

    def run(environment: dict[str, str], *arguments: str) -> int:
        with monkeypatch.context() as patch:
            for name, value in {"DEMO_MODE": "true", **environment}.items():
                patch.setenv(name, value)
            return health_check.main(arguments)

    return run


def make_unusable(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.touch()


async def test_it_tells_a_server_that_serves_from_one_that_does_not(
    make_settings: MakeSettings, ask: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    app = App(make_settings(listen_address="0.0.0.0:0"))
    port = await app.start(with_jobs=False)
    where = {"LISTEN_ADDRESS": f"0.0.0.0:{port}"}
    try:
        assert await asyncio.to_thread(ask, where) == 0
        make_unusable(app.settings.storage_folder)
        for _ in range(2):
            await app.health.watch()
        assert await asyncio.to_thread(ask, where) == 1
        assert await asyncio.to_thread(ask, where, "--service", "absense.Process") == 0
        assert await asyncio.to_thread(ask, where, "--service", "absense.Nothing") == 1
    finally:
        await app.stop(grace=0)
    said = capsys.readouterr()
    # beside the server's log
    assert [line for line in said.out.splitlines() if line.endswith("SERVING")] == ["SERVING", "NOT_SERVING", "SERVING"]
    assert said.err.startswith("NOT_FOUND")


async def test_it_speaks_tls_with_a_server_that_does(
    make_settings: MakeSettings, ask: Callable[..., int], tmp_path: Path
) -> None:
    between = issue("between", issue("root"))
    files = files_in(tmp_path).write(issue("server", between), between)
    tls = {"tls_certificate_file": str(files.chain), "tls_key_file": str(files.key)}
    app = App(make_settings(**tls))
    where = {"LISTEN_ADDRESS": f"127.0.0.1:{await app.start(with_jobs=False)}"}
    try:
        assert await asyncio.to_thread(ask, {**where, **{name.upper(): value for name, value in tls.items()}}) == 0
        assert await asyncio.to_thread(ask, where, "--seconds", "1") == 1  # in the clear nobody answers
    finally:
        await app.stop(grace=0)


def test_it_says_what_is_wrong_where_nobody_listens_or_settings_are_missing(
    ask: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    (port,) = free_ports(1)
    assert ask({"LISTEN_ADDRESS": f"127.0.0.1:{port}"}) == 1
    assert capsys.readouterr().err.startswith("UNAVAILABLE")
    assert ask({"DEMO_MODE": "false"}) == 1
    assert capsys.readouterr().err.startswith("SECRET_KEY: is not set")
