"""What stands before everything: the page, grpc-web and gRPC through the Envoy that envoy.yaml describes."""

from __future__ import annotations  # the stubs' async types exist for type checkers only

import asyncio
import gzip
import hashlib
import http.client
import re
import ssl
import struct
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path

import grpc
import grpc.aio
import pytest
from google.protobuf.message import Message

from absense.v1 import auth_service_pb2, auth_service_pb2_grpc
from absense_proxy import settings
from absense_proxy.configuration import PageMissing, configuration
from absense_proxy.settings import Address, SettingsInvalid
from absense_server.app import App
from absense_server.rpc.policy import find_service, path_of
from absense_server.settings import Settings
from backing import envoy
from backing.envoy import Envoy
from tests.support.certificates import issue
from tests.support.clock import HandClock

OURS, STRANGERS = "https://lecturers.example.edu", "https://elsewhere.example"
LOGIN = "/absense.v1.AuthService/Login"
WEB = {"content-type": "application/grpc-web+proto", "x-grpc-web": "1"}
SERVICES = [f"absense.v1.{name}Service" for name in ("Auth", "Student", "Lecturer", "Admin")]
PAGE = {
    "index.html": b"<!doctype html><title>Absense</title>",
    "page.js": b"// " + b"script " * 1000,
    "page.css": b"/* style */",
    "icon.svg": b"<svg/>",
}


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    for name, content in PAGE.items():
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture(scope="module")
def alone(page: Path) -> Iterator[Envoy]:
    """Envoy before a server that is not there."""
    with envoy.running(["127.0.0.1:9"], environment={"CORS_ALLOW_ORIGINS": OURS}, page=page) as running:
        yield running


@dataclass
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


def ask(
    address: str,
    path: str,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    tls: ssl.SSLContext | None = None,
) -> Answer:
    """One request over HTTP/1.1, as a browser without TLS makes it."""
    connection = (
        http.client.HTTPConnection(address, timeout=30)
        if tls is None
        else http.client.HTTPSConnection(address, timeout=30, context=tls)
    )
    try:
        connection.request(method, path, body, dict(headers or {}))
        answer = connection.getresponse()
        return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
    finally:
        connection.close()


def test_the_page_is_served_with_what_keeps_it_to_itself(alone: Envoy) -> None:
    for path in ("/", "/sessions/0193a7c2/projector", "/reset-password"):
        answer = ask(alone.address, path)
        assert (answer.status, answer.body) == (200, PAGE["index.html"])
        assert answer.headers["cache-control"] == "no-cache"
        policy = answer.headers["content-security-policy"]
        assert {"default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"} <= set(policy.split("; "))
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "camera=()" in answer.headers["permissions-policy"]
    assert ask(alone.address, "/favicon.ico").status == 404
    assert ask(alone.address, "/../etc/passwd.txt").status in {400, 404}


def test_what_the_page_consists_of_may_be_kept_and_comes_compressed(alone: Envoy) -> None:
    version = hashlib.sha256(PAGE["page.js"]).hexdigest()[:16]
    answer = ask(alone.address, f"/page.js?v={version}", headers={"accept-encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert gzip.decompress(answer.body) == PAGE["page.js"]
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-type"].startswith("application/javascript")
    # under the address of another version it must not be kept: the proxies of two versions stand side by side at times
    for path, kind in (("/page.css?v=1", "text/css"), ("/page.js", "application/javascript")):
        answer = ask(alone.address, path)
        assert answer.headers["content-type"].startswith(kind)
        assert answer.headers["cache-control"] == "no-store"


def test_pages_of_allowed_origins_may_call_and_no_others(alone: Envoy) -> None:
    def preflight(origin: str) -> Answer:
        asked = {"origin": origin, "access-control-request-method": "POST"}
        return ask(
            alone.address, LOGIN, "OPTIONS", {**asked, "access-control-request-headers": "content-type,x-grpc-web"}
        )

    allowed = preflight(OURS)
    assert (allowed.status, allowed.headers["access-control-allow-origin"]) == (200, OURS)
    assert {"authorization", "x-grpc-web"} <= set(allowed.headers["access-control-allow-headers"].split(","))
    exposed = ask(alone.address, LOGIN, "POST", {**WEB, "origin": OURS}, b"").headers["access-control-expose-headers"]
    assert {"grpc-status", "grpc-message", "grpc-status-details-bin"} <= set(exposed.split(","))
    for headers in (
        preflight(STRANGERS).headers,
        ask(alone.address, LOGIN, "POST", WEB | {"origin": STRANGERS}).headers,
    ):
        assert "access-control-allow-origin" not in headers


def test_a_server_that_is_not_there_is_said_to_be_so_in_words_for_people(alone: Envoy) -> None:
    answer = ask(alone.address, LOGIN, "POST", WEB, b"\0\0\0\0\0")
    assert (answer.headers["grpc-status"], answer.headers["grpc-message"]) == (
        str(grpc.StatusCode.UNAVAILABLE.value[0]),
        "The server cannot be reached right now. Try again in a moment.",
    )


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/json", ""])
def test_what_a_form_of_a_stranger_can_send_goes_nowhere(alone: Envoy, kind: str) -> None:
    headers = {"content-type": kind} if kind else {}
    assert ask(alone.address, LOGIN, "POST", headers, b"\0\0\0\0\0").status == 404


def test_headers_have_a_limit(alone: Envoy) -> None:
    assert ask(alone.address, "/", headers={"x-long": "x" * 40_000}).status == 431


@pytest.fixture
async def before_a_server(make_settings: Callable[..., Settings], clock: HandClock, page: Path) -> AsyncIterator[Envoy]:
    app = App(make_settings(), clock=clock)
    async with AsyncExitStack() as stack:
        port = await app.start(with_jobs=False)
        stack.push_async_callback(app.stop, grace=0)
        running = envoy.running([f"127.0.0.1:{port}"], page=page)
        yield await asyncio.to_thread(running.__enter__)
        await asyncio.to_thread(running.__exit__, None, None, None)


async def test_a_browser_signs_in_with_a_cookie_and_is_renewed_by_it(before_a_server: Envoy) -> None:
    async def call(method: str, request: Message, **headers: str) -> Answer:
        message = request.SerializeToString()
        framed = struct.pack(">BI", 0, len(message)) + message
        path = f"/absense.v1.AuthService/{method}"
        return await asyncio.to_thread(ask, before_a_server.address, path, "POST", {**WEB, **headers}, framed)

    registered = auth_service_pb2.RegisterRequest(
        email="ama@example.edu", password="a long pass phrase", full_name="Ama", role="ROLE_STUDENT"
    )
    assert (await call("Register", registered)).status == 200
    answer = await call(
        "Login",
        auth_service_pb2.LoginRequest(
            login="ama@example.edu", password="a long pass phrase", refresh_token_in_cookie=True
        ),
    )
    [(name, cookie)] = SimpleCookie(answer.headers["set-cookie"]).items()
    assert (cookie["httponly"], cookie["secure"], cookie["samesite"]) == (True, True, "Strict")
    renewed = await call(
        "RefreshToken",
        auth_service_pb2.RefreshTokenRequest(request_id="0193a7c2-0000-7000-8000-000000000001"),
        cookie=f"{name}={cookie.value}",
    )
    assert b"grpc-status:0" in renewed.body
    assert SimpleCookie(renewed.headers["set-cookie"])[name].value != cookie.value


async def test_over_tls_page_and_grpc_come_from_one_port(
    make_settings: Callable[..., Settings], clock: HandClock, page: Path, tmp_path: Path
) -> None:
    authority = issue("authority")
    issued = issue("server", by=authority)
    files = {"PROXY_TLS_CERTIFICATE_FILE": issued.pem, "PROXY_TLS_KEY_FILE": issued.key_pem()}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    app = App(make_settings(), clock=clock)
    async with AsyncExitStack() as stack:
        port = await app.start(with_jobs=False)
        stack.push_async_callback(app.stop, grace=0)
        environment = {name: str(tmp_path / name) for name in files}
        running = envoy.running([f"127.0.0.1:{port}"], environment=environment, page=page)
        before = await asyncio.to_thread(running.__enter__)
        stack.callback(running.__exit__, None, None, None)

        trusting = ssl.create_default_context(cadata=authority.pem.decode())
        answer = await asyncio.to_thread(ask, before.address, "/", tls=trusting)
        assert answer.body == PAGE["index.html"]
        assert "max-age=" in answer.headers["strict-transport-security"]
        async with grpc.aio.secure_channel(before.address, grpc.ssl_channel_credentials(authority.pem)) as channel:
            auth: auth_service_pb2_grpc.AuthServiceAsyncStub = auth_service_pb2_grpc.AuthServiceStub(channel)
            info = await auth.GetServerInfo(auth_service_pb2.GetServerInfoRequest(), timeout=30)
            assert info.HasField("server_time")


def test_every_rpc_finds_its_way(page: Path) -> None:
    [listener] = configuration(settings.Settings(page=page))["static_resources"]["listeners"]
    [host] = listener["filter_chains"][0]["filters"][0]["typed_config"]["route_config"]["virtual_hosts"]
    [grpc_route] = [route for route in host["routes"] if route["name"] == "grpc"]
    pattern = re.compile(grpc_route["match"]["safe_regex"]["regex"])
    paths = [path_of(method) for name in SERVICES for method in find_service(name).methods]
    assert len(paths) > 100
    assert [path for path in paths if not pattern.fullmatch(path)] == []


def test_envoy_takes_the_file_as_it_stands_in_the_repository_with_every_setting(page: Path, tmp_path: Path) -> None:
    """`absense-proxy --mode validate`, the program that containers start."""
    issued = issue("server")
    (tmp_path / "certificate").write_bytes(issued.pem)
    (tmp_path / "key").write_bytes(issued.key_pem())
    everything = {
        "PROXY_LISTEN_ADDRESS": "[::]:8443",
        "PROXY_UPSTREAMS": "server:50051, 10.0.0.7:50052",
        "CORS_ALLOW_ORIGINS": f"{OURS},{STRANGERS}",
        "CORS_ALLOW_CREDENTIALS": "true",
        "PROXY_TLS_CERTIFICATE_FILE": str(tmp_path / "certificate"),
        "PROXY_TLS_KEY_FILE": str(tmp_path / "key"),
        "S3_PUBLIC_ENDPOINT_URL": "https://photographs.example.edu",
        "PROXY_CONCURRENCY": "1",
    }
    for environment in ({}, everything):
        done = subprocess.run(
            [sys.executable, "-m", "absense_proxy", "--mode", "validate"],
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert (done.returncode, "Deprecated" in done.stderr) == (0, False), done.stderr[-2000:]


def test_photographs_that_come_by_link_may_be_shown(page: Path) -> None:
    given = settings.load({"S3_PUBLIC_ENDPOINT_URL": "https://photographs.example.edu/bucket"})
    assert "img-src 'self' blob: data: https://photographs.example.edu;" in str(configuration(given))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PROXY_LISTEN_ADDRESS", "8080"),
        ("PROXY_LISTEN_ADDRESS", "localhost:99999"),
        ("PROXY_LISTEN_ADDRESS", ","),
        ("PROXY_LISTEN_ADDRESS", "127.0.0.1:8080, 127.0.0.1:8081"),
        ("PROXY_UPSTREAMS", "server"),
        ("PROXY_UPSTREAMS", ","),
        ("PROXY_CONCURRENCY", "0"),
        ("CORS_ALLOW_CREDENTIALS", "perhaps"),
        ("CORS_ALLOW_ORIGINS", "https://page.example.edu/"),
        ("S3_PUBLIC_ENDPOINT_URL", "photographs"),
        ("S3_PUBLIC_ENDPOINT_URL", "https://s3.example.edu; script-src *"),
        ("S3_PUBLIC_ENDPOINT_URL", "https://user:password@s3.example.edu"),
        ("PROXY_TLS_KEY_FILE", "/nowhere/key.pem"),
    ],
)
def test_a_setting_that_is_wrong_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsInvalid, match=name):
        settings.load({name: value})


def test_settings_that_contradict_each_other_are_refused(tmp_path: Path) -> None:
    (tmp_path / "key").touch()
    with pytest.raises(SettingsInvalid, match="PROXY_TLS_CERTIFICATE_FILE"):
        settings.load({"PROXY_TLS_KEY_FILE": str(tmp_path / "key")})
    with pytest.raises(SettingsInvalid, match="CORS_ALLOW_CREDENTIALS"):
        settings.load({"CORS_ALLOW_ORIGINS": "*", "CORS_ALLOW_CREDENTIALS": "true"})


def test_a_page_that_was_not_built_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(PageMissing, match="make page"):
        configuration(settings.Settings(page=tmp_path))


def test_addresses_of_ipv6_are_read() -> None:
    assert Address.of("[::1]:50051") == Address("::1", 50051)
