"""The command against a real server: one tour of what lecturers, administrators and students do with it."""

import asyncio
import base64
import json
import os
import pty
import re
import struct
import sys
import termios
from collections.abc import Callable, Iterator
from fcntl import ioctl
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import structlog.testing

from absense_cli.profiles import Profiles
from tests.support.command_line import Ended, absense
from tests.support.hall import GREAT_HALL, PASSWORD, Hall

HERE = ("--lat", str(GREAT_HALL[0]), "--lng", str(GREAT_HALL[1]))
SIZE = struct.pack("HHHH", 24, 80, 0, 0)


def coloured(picture: str) -> Any:
    """The modules of a picture in colours: the upper one is the character's colour, the lower one its ground's."""
    rows: list[list[int]] = []
    for line in picture.splitlines():
        upper, lower, top, bottom = [], [], 0, 0
        for style, character in re.findall(r"\x1b\[([\d;]*)m|(▀)", line):
            if character:
                upper.append(top)
                lower.append(bottom)
            elif found := re.fullmatch(r"38;2;(\d+);\d+;\d+;48;2;(\d+);\d+;\d+", style):
                top, bottom = int(found[1]), int(found[2])
        rows += [upper, lower] if upper else []
    return np.array(rows, np.uint8)


def colourless(picture: str) -> Any:
    """The modules of a picture without colours, on a dark ground."""
    shades = {"█": (255, 255), "▀": (255, 0), "▄": (0, 255), " ": (0, 0)}
    rows: list[list[int]] = []
    plain = re.sub(r"\x1b\[[?\d;]*[A-Za-z]", "", picture)
    for line in [line for line in plain.splitlines() if "█" in line]:
        pairs = [shades[character] for character in line[:37]]
        rows += [[upper for upper, _ in pairs], [lower for _, lower in pairs]]
    return np.array(rows, np.uint8)


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """The server's log would stand between what the command prints."""
    with structlog.testing.capture_logs():
        yield


async def run(*arguments: str, stdin: str = "") -> Ended:
    """Beside the server, which lives on this thread's loop."""
    return await asyncio.to_thread(absense, *arguments, stdin=stdin)


async def done(*arguments: str, stdin: str = "") -> Any:
    ended = await run(*arguments, stdin=stdin)
    assert ended.code == 0, ended.err
    return json.loads(ended.text) if "--json" in arguments else ended.text


async def sign_in(hall: Hall, email: str, name: str) -> None:
    words = ("login", f"localhost:{hall.port}", "--user", email, "--name", name, "--password-stdin")
    await done(*words, stdin=f"{PASSWORD}\n")


async def test_a_lecture_from_the_command_line(hall: Hall) -> None:
    student = await hall.student(phone=False)
    await sign_in(hall, student.email, "ama")
    await sign_in(hall, hall.teacher.email, "kofi")
    code = hall.course.code

    opened = await done("sessions", "open", code, "--room", "Great Hall", *HERE, "--minutes", "20", "--json")
    refused = await run("sessions", "open", code)
    assert (refused.code, "--allow-parallel" in refused.err) == (1, True)
    shown = json.loads((await run("qr", "show", "--json")).text)
    drawn = await done("qr", "show", "--once")
    assert decoded(colourless(drawn)) == shown["text"]

    await done("-s", "ama", "student", "bind", "installation-1")
    wrong = await run("-s", "ama", "student", "scan", "--text", shown["text"][:-1])
    assert wrong.code == 1
    submit = ("-s", "ama", "student", "submit", "--session-code", shown["session_code"], "--device", "installation-1")
    claim = await run(*submit, "--typed-code", shown["typed_code"], *HERE, "--json")
    assert (claim.code, json.loads(claim.text)["record"]["status"]) == (0, "RECORD_STATUS_CONFIRMED")

    stranger = await hall.student(enrolled=False)
    await sign_in(hall, stranger.email, "yaw")
    strange = await run("-s", "yaw", "student", "submit", "--text", shown["text"], *HERE)
    assert (strange.code, "flagged" in strange.text) == (1, True)
    assert "not enrolled" in strange.text

    waiting = await done("-s", "kofi", "flagged", "list", "--json")
    [record] = waiting["records"]
    assert "not enrolled" in await done("-s", "kofi", "flagged", "show", record["id"])
    await done("-s", "kofi", "flagged", "confirm", record["id"], "--reason", "He came late to the list")
    watch = ("-s", "kofi", "sessions", "watch", opened["session"]["id"], "--json", "--until-closed")
    watching = asyncio.create_task(start(*watch))
    longer = await done("-s", "kofi", "sessions", "extend", "--minutes", "5", "--json")
    assert longer["session"]["end_time"] > opened["session"]["end_time"]
    closed = await done("-s", "kofi", "sessions", "close", "--json")
    seen, ended = await watching
    events = [json.loads(line) for line in seen.splitlines()]
    assert ended == 0
    assert {one["record"]["status"] for one in events if "record" in one} == {"RECORD_STATUS_CONFIRMED"}
    assert events[-1].get("session", {"state": "SESSION_STATE_CLOSED"})["state"] == "SESSION_STATE_CLOSED"
    assert closed["session"]["id"] == opened["session"]["id"]
    assert "present" in await done("-s", "kofi", "courses", "report", code)
    assert "confirmed" in await done("-s", "ama", "student", "history")
    assert code in await done("-s", "kofi", "analytics")
    assert "1 of 1 there" in await done("-s", "kofi", "analytics", "--session", opened["session"]["id"])


async def test_files_in_and_out(hall: Hall, tmp_path: Path) -> None:
    student = await hall.student()
    session = await hall.open_session()
    await student.submit(session)
    await sign_in(hall, hall.teacher.email, "kofi")
    file = tmp_path / "attendance.csv"
    await done("export", "attendance", "--session", session.id, "--output", str(file))
    assert "CONFIRMED" in file.read_text(encoding="utf-8")
    assert (await run("export", "attendance", "--session", session.id, "--output", str(file))).code == 2
    workbook = await run("export", "attendance", "--course", hall.course.code, "--format", "xlsx", "--output", "-")
    assert workbook.out.startswith(b"PK")

    people = tmp_path / "people.csv"
    people.write_text("email,full_name,role\nesi@example.edu,Esi New,student\nbad,Yaw,king\n", encoding="utf-8")
    admin = await hall.admin()
    await sign_in(hall, admin.email, "office")
    wrong = await run("import", "users", str(people))
    assert (wrong.code, "3\temail\tbad" in wrong.text) == (1, True)
    people.write_text("email,full_name,role\nesi@example.edu,Esi New,student\n", encoding="utf-8")
    assert "dry run" in await done("import", "users", str(people), "--dry-run")
    assert "1 new" in await done("import", "users", str(people))
    roster = tmp_path / "roster.csv"
    roster.write_text("email\nesi@example.edu\n", encoding="utf-8")
    assert "1 new" in await done("-s", "kofi", "import", "enrollments", hall.course.code, str(roster))


async def test_an_office_from_the_command_line(hall: Hall) -> None:
    admin = await hall.admin()
    await sign_in(hall, admin.email, "office")
    made = await done("users", "create", "esi@example.edu", "--full-name", "Esi New", "--number", "S77", "--json")
    assert made["user"]["state"] == "USER_STATE_INVITED"
    assert "deactivated" in await done("users", "deactivate", "S77", "--yes")
    assert [user["id"] for user in (await done("users", "list", "-q", "Esi", "--json"))["users"]] == [
        made["user"]["id"]
    ]
    assert "Erased" in await done("users", "erase", "esi@example.edu", "--reason", "left", "--yes")
    await done("programmes", "create", "BSC", "Science")
    await done("courses", "create", "MA1", "Mathematics", "--programme", "bsc", "--level", "2")
    assert (await run("programmes", "delete", "BSC", "--yes")).code == 1
    await done("terms", "create", "Next", "--from", "2027-01-01", "--until", "2027-06-30")
    await done("terms", "close", "next", "--dry-run")
    await done("settings", "set", "--selfie-days", "20", "--face", "off")
    assert "20 days" in await done("settings", "show")
    assert "settings changed" in await done("audit", "list", "--limit", "5")
    await hall.app.jobs.seal_log()
    seen = await done("audit", "verify", "--json")
    assert int(seen["last_number"]) > 0
    known = ("audit", "verify", "--known-number", seen["last_number"], "--known-seal")
    assert "is whole" in await done(*known, base64.b64decode(seen["last_seal"]).hex())
    rewritten = await run(*known, "00" * 32)
    assert (rewritten.code, "broken at number" in rewritten.err) == (1, True)


async def test_tokens_are_renewed_by_themselves_and_end_with_the_sign_in(hall: Hall) -> None:
    admin = await hall.admin()
    await sign_in(hall, admin.email, "office")
    before = Profiles().load("office")
    assert before is not None
    await hall.turn(3600)
    both = await asyncio.gather(*(start("users", "list", "--json") for _ in range(2)))
    assert [code for _, code in both] == [0, 0]
    after = Profiles().load("office")
    assert after is not None
    assert before.refresh_token != after.refresh_token
    refused = await run("users", "reset-password", hall.teacher.email)
    assert (refused.code, "absense login" in refused.err) == (3, True)
    await done("logout")
    gone = Profiles().load("office")
    assert gone is not None
    assert not gone.signed_in
    assert (await run("whoami")).code == 3


@pytest.mark.parametrize(("no_color", "modules"), [("", coloured), ("1", colourless)])
async def test_the_code_on_a_terminal_is_scanned_from_it(
    hall: Hall, no_color: str, modules: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", no_color)
    await sign_in(hall, hall.teacher.email, "kofi")
    session = await hall.open_session()
    code = await session.code()
    frames, ended = await asyncio.to_thread(on_a_terminal, "qr", "show")
    assert ended == 130
    # the last may be half drawn: it was told to end
    last = (frames[:-1] or frames)[-1]
    assert decoded(modules(last)) == code.text
    words = re.sub(r"\x1b\[[?\d;]*[A-Za-z]", "", last)
    assert code.session_code in words
    assert f"{code.typed_code[:4]} {code.typed_code[4:]}" in words
    assert max(len(line) for line in words.replace("^C", "").splitlines()) <= 80


async def start(*arguments: str) -> tuple[str, int]:
    """As a process of its own."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "absense_cli", *arguments, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    assert process.returncode is not None
    return out.decode(), process.returncode


def on_a_terminal(*arguments: str) -> tuple[list[str], int]:
    """Run it on a terminal of 80 x 24 until a code is drawn, then press Ctrl-C: all pictures, and how it ended."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ |= {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
        os.execv(sys.executable, [sys.executable, "-m", "absense_cli", *arguments])  # noqa: S606 - the program under test
    ioctl(terminal, termios.TIOCSWINSZ, SIZE)
    seen = b""
    pressed = False
    while True:
        try:
            seen += os.read(terminal, 65_536)
        except OSError:  # how Linux says that nobody holds the other end any more
            break
        if not pressed and seen.count(b"Turns in") > 1:
            pressed = True
            os.write(terminal, b"\x03")
    os.close(terminal)
    _, status = os.waitpid(pid, 0)
    pictures = [one for one in seen.decode().split("\x1b[H") if "Turns in" in one]
    return pictures, os.waitstatus_to_exitcode(status)


def decoded(modules: Any) -> str:
    text, _, _ = cv2.QRCodeDetectorAruco().detectAndDecode(np.kron(modules, np.ones((8, 8), np.uint8)))
    return text
