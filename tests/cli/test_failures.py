"""What a person is told when a call fails, and what is done about it; the server's part is played by the test."""

import getpass
import json
import stat
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
import grpc_testing
import pytest
from google.rpc import error_details_pb2, status_pb2

from absense.v1 import admin_service_pb2, auth_service_pb2, lecturer_service_pb2
from absense_cli import client, contract, tokens
from absense_cli.profiles import Profiles
from tests.support.command_line import SECRETS, SERVER, Ended, absense, sign_in

SOMETHING = "01a20ebb-018b-7282-b7c1-6b51c52e701b"
LATER = {"seconds": 4_000_000_000}
AGAIN = auth_service_pb2.RefreshTokenResponse(
    access_token="another-access-token", refresh_token="another-refresh-token", access_token_expire_time=LATER
)


class Server:
    """The other end of the channel, and the command that runs at this one."""

    def __init__(self, channel: Any) -> None:
        self._channel = channel
        self._ended: list[Ended] = []
        self._thread: threading.Thread | None = None

    def run(self, *arguments: str) -> None:
        self._thread = threading.Thread(target=lambda: self._ended.append(absense(*arguments)), daemon=True)
        self._thread.start()

    def takes(self, name: str, role: str = "ADMIN") -> tuple[Any, Any, dict[str, str]]:
        """The call that comes next: how to answer it, its request, its metadata."""
        metadata, request, rpc = self._channel.take_unary_unary(_method(name, role))
        rpc.send_initial_metadata(())
        return rpc, request, dict(metadata)

    def takes_stream(self, name: str, role: str) -> tuple[Any, Any]:
        _, request, rpc = self._channel.take_unary_stream(_method(name, role))
        rpc.send_initial_metadata(())
        return rpc, request

    def ended(self) -> Ended:
        assert self._thread is not None
        self._thread.join(10)
        assert self._ended, "the command goes on"
        ended = self._ended[0]
        assert "Traceback" not in ended.err
        assert not any(secret in ended.err + ended.text for secret in SECRETS)
        return ended


def _method(name: str, role: str) -> Any:
    service = contract.SERVICES[f"ROLE_{role}"]
    return service.methods_by_name.get(name) or contract.SERVICES[""].methods_by_name[name]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    channel = grpc_testing.channel(list(contract.SERVICES.values()), grpc_testing.strict_real_time())
    monkeypatch.setattr(client, "open_channel", lambda _profile: channel)
    sign_in("ADMIN")
    return Server(channel)


def fail(rpc: Any, code: grpc.StatusCode, reason: str, text: str = "", *more: Any) -> None:
    """End the call as our server ends one."""
    status = status_pb2.Status(code=code.value[0], message=text)
    for detail in ([error_details_pb2.ErrorInfo(domain="absense", reason=reason)] if reason else []) + list(more):
        status.details.add().Pack(detail)
    rpc.terminate(None, (("grpc-status-details-bin", status.SerializeToString()),), code, text)


def breaks(rpc: Any) -> None:
    """Break the stream once what was sent is read: this channel, unlike a real one, drops what is on its way."""
    while rpc._rpc_state._responses:
        time.sleep(0.001)
    rpc.terminate((), Code.UNAVAILABLE, "reset")


def retry_after(seconds: float) -> error_details_pb2.RetryInfo:
    info = error_details_pb2.RetryInfo()
    info.retry_delay.FromMilliseconds(round(seconds * 1000))
    return info


VIOLATION = error_details_pb2.BadRequest(field_violations=[{"field": "full_name", "description": "must not be empty"}])
Code = grpc.StatusCode


@pytest.mark.parametrize(
    ("code", "reason", "more", "ends", "said"),
    [
        (Code.NOT_FOUND, "USER_NOT_FOUND", [], 1, ["no user", "absense users list"]),
        (Code.INVALID_ARGUMENT, "INVALID_REQUEST", [VIOLATION], 1, ["full_name: must not be empty"]),
        (Code.UNAUTHENTICATED, "RECENT_SIGN_IN_REQUIRED", [], 3, ["absense login"]),
        (Code.UNAUTHENTICATED, "SIGN_IN_ENDED", [], 3, ["Run `absense login`"]),
        (Code.RESOURCE_EXHAUSTED, "RATE_LIMITED", [retry_after(90)], 1, ["Wait 90 s"]),
        (Code.DEADLINE_EXCEEDED, "", [], 4, [f"{SERVER} does not answer"]),
        (Code.UNIMPLEMENTED, "", [], 5, ["older than this client"]),
        (Code.INTERNAL, "INTERNAL", [], 5, ["no user"]),
    ],
)
def test_a_failure_is_a_sentence_with_the_fix(
    server: Server, code: Code, reason: str, more: list[Any], ends: int, said: list[str]
) -> None:
    server.run("users", "create", "a@example.edu", "--full-name", "Ama")
    rpc, _, _ = server.takes("CreateUser")
    fail(rpc, code, reason, "There is no user\x1b[2J of that kind.", *more)
    ended = server.ended()
    assert ended.code == ends
    assert all(part in ended.err for part in said), ended.err
    assert "\x1b" not in ended.err
    kept = Profiles().load(SERVER)
    assert kept is not None
    assert kept.signed_in == (reason != "SIGN_IN_ENDED")


def test_what_may_be_repeated_is_repeated_after_the_time_told(server: Server) -> None:
    server.run("--verbose", "users", "list", "--json")
    for reason in ("RATE_LIMITED", "BACKEND_UNAVAILABLE"):
        rpc, _, _ = server.takes("ListUsers")
        fail(rpc, Code.UNAVAILABLE, reason, "Not now.", retry_after(0.01))
    answer = admin_service_pb2.ListUsersResponse(users=[{"full_name": "\x1b]0;x\x07[red]Ama"}], next_page_token="t")
    server.takes("ListUsers")[0].terminate(answer, (), Code.OK, "")
    rpc, request, metadata = server.takes("ListUsers")
    assert (request.page_token, metadata["authorization"]) == ("t", f"Bearer {SECRETS[0]}")
    rpc.terminate(admin_service_pb2.ListUsersResponse(users=[{"full_name": "Yaw"}]), (), Code.OK, "")
    ended = server.ended()
    assert ended.code == 0
    assert "\x1b" not in ended.text
    assert [user["full_name"] for user in json.loads(ended.out)["users"]] == ["\x1b]0;x\x07[red]Ama", "Yaw"]
    assert "RATE_LIMITED" in ended.err


def test_what_may_not_be_repeated_is_not(server: Server) -> None:
    server.run("users", "reset-password", SOMETHING)
    fail(server.takes("SendPasswordReset")[0], Code.UNAVAILABLE, "BACKEND_UNAVAILABLE", "Not now.", retry_after(0.01))
    assert server.ended().code == 4


def test_names_do_not_act_on_the_terminal(server: Server) -> None:
    server.run("users", "list")
    users = [{"full_name": "\x1b[2J[red]Ama\u202e\n", "email": "a@example.edu"}]
    server.takes("ListUsers")[0].terminate(admin_service_pb2.ListUsersResponse(users=users), (), Code.OK, "")
    lines = server.ended().text.splitlines()
    assert lines[0].split("\t") == ["name", "address", "number", "role", "state"]
    assert lines[1].split("\t")[:2] == [r"\x1b[2J[red]Ama\u202e\x0a", "a@example.edu"]


def test_an_expired_token_is_exchanged_and_a_lost_answer_asked_for_again(
    server: Server, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    server.run("users", "list")
    fail(server.takes("ListUsers")[0], Code.UNAUTHENTICATED, "TOKEN_EXPIRED", "Too old.")
    rpc, first, metadata = server.takes("RefreshToken")
    assert "authorization" not in metadata
    fail(rpc, Code.UNAVAILABLE, "")
    rpc, second, _ = server.takes("RefreshToken")
    assert (first.request_id, first.refresh_token) == (second.request_id, SECRETS[1])
    kept = Profiles().load(SERVER)
    assert kept is not None
    assert kept.request_id == first.request_id  # so that it is known even if this process were killed
    assert second.request_id
    rpc.terminate(AGAIN, (), Code.OK, "")
    rpc, _, metadata = server.takes("ListUsers")
    assert metadata["authorization"] == "Bearer another-access-token"
    rpc.terminate(admin_service_pb2.ListUsersResponse(), (), Code.OK, "")
    assert server.ended().code == 0
    kept = Profiles().load(SERVER)
    assert kept is not None
    assert (kept.refresh_token, kept.request_id) == ("another-refresh-token", "")
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in [config, *config.iterdir()]}
    assert modes.pop(config.name) == 0o700
    assert set(modes.values()) == {0o600}


def test_where_somebody_sits_the_password_is_asked_for_once_more(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens.Tokens, "somebody_is_there", staticmethod(lambda: True))
    monkeypatch.setattr(getpass, "getpass", lambda *_: "my password")
    server.run("users", "reset-password", SOMETHING)
    fail(server.takes("SendPasswordReset")[0], Code.UNAUTHENTICATED, "RECENT_SIGN_IN_REQUIRED", "Too long ago.")
    rpc, request, metadata = server.takes("Reauthenticate")
    assert (request.password, metadata["authorization"]) == ("my password", f"Bearer {SECRETS[0]}")
    answer = auth_service_pb2.ReauthenticateResponse(access_token="a-newer-token", access_token_expire_time=LATER)
    rpc.terminate(answer, (), Code.OK, "")
    rpc, _, metadata = server.takes("SendPasswordReset")
    assert metadata["authorization"] == "Bearer a-newer-token"
    fail(rpc, Code.UNAUTHENTICATED, "RECENT_SIGN_IN_REQUIRED", "Too long ago.")
    ended = server.ended()
    assert ended.code == 3
    assert "my password" not in ended.err + ended.text


def test_of_two_at_once_one_exchanges_the_token(server: Server) -> None:
    profiles = Profiles()
    sign_in("ADMIN", access_token_expires=time.time() + 5)

    def call(name: str) -> None:
        profile = profiles.load(SERVER)
        assert profile is not None
        with client.Client(profiles, profile) as mine:
            mine.call(name)

    with ThreadPoolExecutor(2) as threads:
        both = [threads.submit(call, name) for name in ("ListUsers", "ListProgrammes")]
        server.takes("RefreshToken")[0].terminate(AGAIN, (), Code.OK, "")
        for name, answer in (
            ("ListUsers", admin_service_pb2.ListUsersResponse()),
            ("ListProgrammes", admin_service_pb2.ListProgrammesResponse()),
        ):
            rpc, _, metadata = server.takes(name)
            assert metadata["authorization"] == "Bearer another-access-token"
            rpc.terminate(answer, (), Code.OK, "")
        for one in both:
            one.result(10)


def test_a_refresh_token_that_was_used_elsewhere_is_forgotten(server: Server) -> None:
    sign_in("ADMIN", access_token_expires=0.0)
    server.run("users", "list")
    fail(server.takes("RefreshToken")[0], Code.UNAUTHENTICATED, "REFRESH_TOKEN_REUSED", "Used twice.")
    ended = server.ended()
    assert ended.code == 3
    assert "change your password" in ended.err
    kept = Profiles().load(SERVER)
    assert kept is not None
    assert not kept.signed_in


def test_a_roll_call_goes_on_where_it_broke(server: Server) -> None:
    sign_in("LECTURER")
    server.run("sessions", "watch", SOMETHING, "--json", "--until-closed")
    new = lecturer_service_pb2.WatchAttendanceResponse
    rpc, request = server.takes_stream("WatchAttendance", "LECTURER")
    assert not request.resume_token
    rpc.send_response(new(record={"id": "r", "revision": 2}, resume_token="one"))
    rpc.send_response(new(heartbeat={}, resume_token="two"))
    breaks(rpc)
    rpc, request = server.takes_stream("WatchAttendance", "LECTURER")
    assert request.resume_token == "two"
    rpc.send_response(new(record={"id": "r", "revision": 1}, resume_token="three"))
    rpc.send_response(new(record={"id": "r", "revision": 3}, resume_token="three"))
    rpc.send_response(new(session={"state": "SESSION_STATE_CLOSED"}, resume_token="four"))
    rpc.send_response(new(caught_up={}, resume_token="five"))
    ended = server.ended()
    assert ended.code == 0
    events = [json.loads(line) for line in ended.text.splitlines()]
    assert [event["record"]["revision"] for event in events if "record" in event] == ["2", "3"]


def test_an_export_that_breaks_off_is_not_left_behind(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "attendance.csv"
    server.run("export", "attendance", "--term", SOMETHING, "-o", str(file))
    rpc, _ = server.takes_stream("ExportAttendance", "ADMIN")
    new = admin_service_pb2.AdminServiceExportAttendanceResponse
    rpc.send_response(new(header={"file_name": "x.csv"}))
    rpc.send_response(new(chunk=b"half"))
    breaks(rpc)
    assert server.ended().code == 4
    assert [path.name for path in tmp_path.iterdir()] == ["config"]


def test_errors_of_a_file_are_told_by_line_and_column(server: Server, tmp_path: Path) -> None:
    report = admin_service_pb2.ImportUsersResponse()
    report.report.error_count = 1
    report.report.errors.add(line=3, column="email", message="This is no address.", value="x@")
    file = tmp_path / "people.csv"
    file.write_text("email\n")
    server.run("import", "users", str(file))
    _, rpc = server._channel.take_stream_unary(_method("ImportUsers", "ADMIN"))
    rpc.send_initial_metadata(())
    assert rpc.take_request().header.file.size == 6
    assert rpc.take_request().chunk == b"email\n"
    rpc.terminate(report, (), Code.OK, "")
    ended = server.ended()
    assert ended.code == 1
    assert "3\temail\tx@\tThis is no address." in ended.text
    assert "1 error in people.csv" in ended.err


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--server", "nowhere", "whoami"], 3, "absense login nowhere"),
        (["users", "list", "--role", "king"], 2, "student, lecturer, admin"),
        (["users", "reset-password", SOMETHING], 4, "does not answer"),
        (["sessions", "list", "--from", "yesterday"], 2, "is no time"),
        (["flagged", "confirm", "--reason", "x"], 2, "Name records"),
        (["student", "history"], 1, "Only students"),
        (["frobnicate"], 2, "No such command"),
        (["login", "example.edu", "--plaintext", "-u", "a", "--password-stdin"], 2, "plain text"),
        (["login", "https://example.edu/"], 2, "is no address"),
    ],
)
def test_what_is_wrong_before_any_call(arguments: list[str], code: int, said: str) -> None:
    sign_in("ADMIN", server="localhost:1")
    ended = absense(*arguments, stdin="secret\n")
    assert ended.code == code
    assert said in ended.err
