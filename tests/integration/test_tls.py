"""A server with a certificate: who knows its root can call, and nobody can in the clear."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import grpc
import grpc.aio
import pytest

from absense.v1 import auth_service_pb2, auth_service_pb2_grpc
from absense_server import checkup
from absense_server.app import App, Listening
from absense_server.settings import Settings
from tests.support.certificates import LIFE, Files, files_in, issue

ROOT = issue("root")
BETWEEN = issue("between", ROOT)
SERVER = issue("server", BETWEEN)
SECONDS = 30
"""A net."""

MakeSettings = Callable[..., Settings]


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return files_in(tmp_path).write(SERVER, BETWEEN)


def settings_of(files: Files) -> dict[str, str]:
    return {"tls_certificate_file": str(files.chain), "tls_key_file": str(files.key)}


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[list[str]]:
    """A server with a public port and one of its own."""
    app = App(settings)
    with_own = Listening("127.0.0.1:0", "127.0.0.1:0")
    try:
        ports = [await app.start(listening=with_own, with_jobs=False), app.own_port]
        yield [f"127.0.0.1:{port}" for port in ports]
    finally:
        await app.stop(grace=0)


async def version_at(address: str, root: bytes | None) -> str:
    """What a client hears that trusts this root; None: one that does not encrypt."""
    options = [("grpc.enable_http_proxy", 0)]
    channel = (
        grpc.aio.insecure_channel(address, options)
        if root is None
        else grpc.aio.secure_channel(address, grpc.ssl_channel_credentials(root), options)
    )
    async with channel:
        request = auth_service_pb2.GetServerInfoRequest()
        return str(
            (await auth_service_pb2_grpc.AuthServiceStub(channel).GetServerInfo(request, timeout=SECONDS)).version
        )


async def test_who_knows_the_root_can_call_and_nobody_else(make_settings: MakeSettings, files: Files) -> None:
    async with serving(make_settings(**settings_of(files))) as addresses:
        for address in addresses:
            assert await version_at(address, ROOT.pem)
            for stranger in (None, issue("another root").pem):
                with pytest.raises(grpc.aio.AioRpcError) as refused:
                    await version_at(address, stranger)
                assert refused.value.code() is grpc.StatusCode.UNAVAILABLE


def test_the_doctor_looks_at_the_certificate(make_settings: MakeSettings, files: Files) -> None:
    settings = make_settings(**settings_of(files), listen_address="0.0.0.0:50051")
    until = SERVER.certificate.not_valid_after_utc
    assert [(one.ok, one.text) for one in checkup.who_connects(settings)] == [
        (True, f"TLS: the certificate expires on {until:%Y-%m-%d}")
    ]
    files.write(issue("server", begins=datetime.now(UTC) - 0.8 * LIFE)).key.chmod(0o644)
    soon, readable = checkup.who_connects(settings)
    assert (soon.ok, soon.fatal) == (readable.ok, readable.fatal) == (False, False)
    assert "renew it, then send SIGHUP" in soon.text
    assert readable.text.startswith("TLS_KEY_FILE: every user of this machine can read")
    files.write(issue("server", begins=datetime.now(UTC) - LIFE))
    [expired] = checkup.who_connects(settings)
    assert expired.fatal
    assert "CN=server expired on" in expired.text


@pytest.mark.parametrize(
    ("given", "ok", "said"),
    [
        ({"listen_address": "127.0.0.1:50051"}, True, "no TLS here: only this machine connects"),
        ({"listen_address": "[::1]:50051"}, True, "no TLS here: only this machine connects"),
        ({"listen_address": "localhost:50051"}, True, "no TLS here: only this machine connects"),
        ({"listen_address": "[::]:50051", "trusted_proxies": "10.0.0.7"}, True, "no TLS here: a proxy in front may"),
        ({"listen_address": "[::]:50051"}, False, "passwords and tokens travel in the clear"),
        ({"listen_address": "attendance.example.edu:50051"}, False, "passwords and tokens travel in the clear"),
    ],
)
def test_the_doctor_says_who_hears_what_is_not_encrypted(
    make_settings: MakeSettings, given: dict[str, str], ok: bool, said: str
) -> None:
    first, *_ = checkup.who_connects(make_settings(**given))
    assert (first.ok, first.fatal) == (ok, False)
    assert said in first.text
