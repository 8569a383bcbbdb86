"""Every command asks what the contract takes."""

import uuid
from pathlib import Path
from typing import Any

import pytest
import typer.main

from absense_cli import client
from absense_cli.app import cli
from tests.support.command_line import Echo, absense, sign_in

ID = str(uuid.UUID(int=7))
FILE = "people.csv"

# arguments: as whom, the last call they make
COMMANDS = {
    "whoami": ("STUDENT", "GetCurrentUser"),
    "logout": ("STUDENT", "Logout"),
    "users list --role student --state active --query ama --limit 3": ("ADMIN", "ListUsers"),
    f"users show {ID}": ("ADMIN", "GetUser"),
    "users create a@example.edu --full-name Ama --number 7 --level 2": ("ADMIN", "CreateUser"),
    f"users approve {ID}": ("ADMIN", "UpdateUser"),
    f"users deactivate {ID} --yes": ("ADMIN", "UpdateUser"),
    f"users reset-password {ID}": ("ADMIN", "SendPasswordReset"),
    f"users erase {ID} --reason left --yes": ("ADMIN", "EraseUser"),
    "courses list --query cs --archived": ("ADMIN", "ListCourses"),
    f"courses create CS1 Computing --term {ID} --programme {ID} --level 1": ("LECTURER", "CreateCourse"),
    f"courses show {ID}": ("LECTURER", "GetCourse"),
    f"courses create CS2 Logic --term {ID} --lecturer {ID}": ("ADMIN", "CreateCourse"),
    f"courses enrollments {ID} --ended": ("LECTURER", "ListEnrollments"),
    f"courses enrollments {ID}": ("ADMIN", "ListEnrollments"),
    f"courses report {ID} --from 2026-09-01 --until 2026-12-31 --interval month --at-risk": (
        "LECTURER",
        "GetCourseReport",
    ),
    f"sessions list --course {ID} --state open --from 2026-09-01 --until 2026-09-30T12:00": ("ADMIN", "ListSessions"),
    f"sessions open {ID} --minutes 20 --late-after 5 --at 2026-11-24T10:00 --lat 5 --lng 1 --programme {ID}": (
        "LECTURER",
        "CreateSession",
    ),
    f"sessions close {ID}": ("ADMIN", "CloseSession"),
    f"sessions reopen {ID}": ("LECTURER", "ReopenSession"),
    f"sessions extend {ID} --minutes 5": ("LECTURER", "UpdateSession"),
    f"sessions cancel {ID} --reason rain --yes": ("ADMIN", "CancelSession"),
    f"qr show {ID}": ("LECTURER", "GetQrCode"),
    f"flagged list --course {ID} --attention suspicious": ("ADMIN", "ListFlagged"),
    f"flagged show {ID}": ("LECTURER", "GetAttendanceRecord"),
    f"flagged confirm --session {ID} --all --yes --reason seen": ("LECTURER", "BatchDecideAttendance"),
    f"flagged reject --course {ID} --all --yes --reason absent": ("ADMIN", "SetAttendanceStatus"),
    f"flagged reject {ID} --reason absent": ("LECTURER", "RejectAttendance"),
    f"appeals decide {ID} excused --reason ill --late": ("ADMIN", "DecideAppeal"),
    f"devices list --user {ID}": ("ADMIN", "ListDeviceResetRequests"),
    f"devices approve {ID}": ("ADMIN", "ApproveDeviceReset"),
    f"devices reject {ID} --note no": ("ADMIN", "RejectDeviceReset"),
    f"appeals list --course {ID} --state any": ("LECTURER", "ListAppeals"),
    f"import users {FILE} --dry-run --invite": ("ADMIN", "ImportUsers"),
    f"import oneroster {FILE}": ("ADMIN", "ImportUsers"),
    f"import enrollments {ID} {FILE} --end-missing": ("LECTURER", "ImportEnrollments"),
    f"export attendance --course {ID} --bom -o -": ("ADMIN", "ExportAttendance"),
    "analytics --from 2026-09-01 --interval day": ("ADMIN", "GetAnalytics"),
    "analytics": ("LECTURER", "GetDashboard"),
    f"analytics --session {ID}": ("LECTURER", "GetSessionAnalytics"),
    "terms list --state open": ("ADMIN", "ListTerms"),
    "terms create Autumn --from 2026-09-01 --until 2026-12-31": ("ADMIN", "CreateTerm"),
    f"terms close {ID} --dry-run": ("ADMIN", "CloseTerm"),
    "programmes list": ("ADMIN", "ListProgrammes"),
    "programmes create BSC Science": ("ADMIN", "CreateProgramme"),
    f"programmes delete {ID} --yes": ("ADMIN", "DeleteProgramme"),
    "settings show": ("ADMIN", "GetSettings"),
    "settings set --selfie-days 20 --no-enrollment --face off": ("ADMIN", "UpdateSettings"),
    f"audit list --actor {ID} --action record-confirmed --from 2026-09-01": ("ADMIN", "ListAuditEvents"),
    "audit verify --known-number 3 --known-seal 00ff": ("ADMIN", "VerifyAuditLog"),
    "student bind installation-1": ("STUDENT", "BindDevice"),
    "student scan --session-code ABC234": ("STUDENT", "ScanQr"),
    f"student submit --session-code ABC234 --typed-code 12345678 --lat 5 --lng 1 --selfie {FILE}": (
        "STUDENT",
        "SubmitAttendance",
    ),
    "student history": ("STUDENT", "ListAttendanceHistory"),
}
TWO = [{"id": ID, "revision": 1}, {"id": str(uuid.UUID(int=8)), "revision": 2}]
ANSWERS: dict[str, dict[str, Any]] = {
    "GetUser": {"user": {"id": ID}},
    "GetSession": {"session": {"revision": 1, "end_time": {"seconds": 1_800_000_000}}},
    "GetAttendanceRecord": {"record": TWO[0]},
    "ListFlagged": {"records": TWO},
    "ListAppeals": {"appeals": [{"id": ID}]},
}
WITHOUT_JSON = ("logout", "users reset-password", "export", "programmes delete")
ELSEWHERE = {"login", "sessions watch"}
"""Tested with answers, in other files."""


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_asks_what_the_contract_takes(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    channel = Echo(ANSWERS)
    monkeypatch.setattr(client, "open_channel", lambda _profile: channel)
    monkeypatch.chdir(tmp_path)
    (tmp_path / FILE).write_bytes(b"email\n" * 20_000)
    role, call = COMMANDS[line]
    sign_in(role)
    as_json = [] if line.startswith(WITHOUT_JSON) else ["--json"]
    for arguments in ([], as_json):
        ended = absense(*line.split(), *arguments)
        assert (ended.err.replace("You are not signed in at localhost:50051.\n", ""), ended.code) == ("", 0)
    assert channel.asked[-1][0] == call


def test_no_command_is_left_out() -> None:
    tested = {" ".join(line.split()[:2]) for line in COMMANDS} | {line.split()[0] for line in COMMANDS}
    assert set(_leaves(typer.main.get_command(cli), "")) - tested == ELSEWHERE - tested


def _leaves(command: Any, path: str) -> list[str]:
    inside = getattr(command, "commands", {})
    if not inside:
        return [path]
    return [leaf for name, one in inside.items() for leaf in _leaves(one, f"{path} {name}".strip())]
