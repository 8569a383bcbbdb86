"""examples/phone as somebody meets it who is about to write an app: a process, against a real server."""

import asyncio
import json
import subprocess
import sys
import uuid
from pathlib import Path

import cv2
import numpy as np
import pytest

from absense.v1 import attendance_record_pb2, verdict_pb2
from demo.lecture import GREAT_HALL
from demo.phone import Student
from demo.projector import DEMO_COURSE, Lecturer
from demo.server import ServerProcess
from demo.wire import channel_to
from tests.support import faces
from tests.support.relay import Relay

ROOT = Path(__file__).resolve().parents[2]
EMAIL, PASSWORD = "ama@example.edu", "correct horse battery"
SMALL = 40_000
"""Bytes of a selfie that is sent whole before the server has said a word (HTTP/2 lets 65,535 go)."""


def small(photograph: bytes) -> bytes:
    picture = cv2.imdecode(np.frombuffer(photograph, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    scale = 480 / max(picture.shape[:2])
    scaled = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    file = cv2.imencode(".jpg", scaled, [cv2.IMWRITE_JPEG_QUALITY, 85])[1].tobytes()
    assert SMALL / 4 < len(file) < SMALL
    return file


def phone(folder: Path, server: str, *words: str, says: str = "") -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-m", "examples.phone", "--server", server, "--keep", str(folder / "phone"), *words],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdin is not None
    process.stdin.write(says)
    process.stdin.close()
    process.stdin = None
    return process


def said(process: "subprocess.Popen[str]", code: int = 0) -> str:
    try:
        output, _ = process.communicate(timeout=90)
    finally:
        process.kill()
    assert process.returncode == code, output
    return output


def answered(server: ServerProcess, claims: int) -> None:
    """Wait until the server has answered so many claims."""
    server.wait_for_line(
        lambda _: sum(line.get("method", "").endswith("/SubmitAttendance") for line in server.lines) >= claims
    )


@pytest.fixture
def server(tmp_path: Path) -> "ServerProcess":
    server = ServerProcess(
        tmp_path, FACE_VERIFICATION_ENABLED="true", FACE_MODELS_FOLDER=str(faces.fetch_models()), FACE_WORKERS="1"
    )
    server.prepare()
    return server


@pytest.mark.timeout(300)
def test_a_student_is_there_although_the_answer_was_lost(server: ServerProcess, tmp_path: Path) -> None:
    photographs = faces.fetch_photographs()
    enrolled, selfie = tmp_path / "enrolled.jpg", tmp_path / "selfie.jpg"
    enrolled.write_bytes(photographs["obama"])
    selfie.write_bytes(small(photographs["obama2"]))
    with server:
        server.start()
        session, next_session = asyncio.run(opened(server))
        told = said(phone(tmp_path, server.address, "sign-in", EMAIL, says=f"{PASSWORD}\n"))
        assert told == "Signed in. Bound: Reference client, with a key.\n"
        told = said(phone(tmp_path, server.address, "enroll-face", str(enrolled), says="no\n"))
        assert told.endswith("Nothing was sent.\n")
        told = said(phone(tmp_path, server.address, "enroll-face", str(enrolled), says="yes\n"))
        assert told.endswith("Enrolled: 1 photograph(s).\n")

        # the access token is too old, and the claim's answer gets lost on the way
        file = tmp_path / "phone" / "sign-in.json"
        before = json.loads(file.read_text())
        file.write_text(json.dumps(before | {"access_token_expires": 0}))
        where = (str(GREAT_HALL.latitude), str(GREAT_HALL.longitude), "8")
        with Relay(server.port, after_bytes=len(selfie.read_bytes())) as relay:
            code = asyncio.run(code_of(server, session))
            claim = phone(tmp_path, relay.address, "claim", "--scanned", code, "--selfie", str(selfie), "--at", *where)
            answered(server, 1)
            relay.cut()
            told = said(claim)
            assert relay.connections == 2
        assert told.splitlines()[-1] == "CONFIRMED (was recorded before)"
        after = json.loads(file.read_text())
        assert after["refresh_token"] != before["refresh_token"]
        assert after["request_id"] == ""
        assert not (tmp_path / "phone" / "claim.bin").exists()
        assert {path.stat().st_mode & 0o777 for path in (tmp_path / "phone").iterdir()} == {0o600}

        [claimed] = asyncio.run(claims_in(server, session))
        outcomes = {verdict.check: verdict.outcome for verdict in claimed.verdicts}
        passed = verdict_pb2.OUTCOME_PASSED
        assert outcomes[verdict_pb2.CHECK_DEVICE] == outcomes[verdict_pb2.CHECK_FACE] == passed
        assert outcomes[verdict_pb2.CHECK_LOCATION] == passed
        assert claimed.verdicts[0].reason == verdict_pb2.VERDICT_REASON_TICKET

        # the app dies before it has the answer, and is opened again
        with Relay(server.port, after_bytes=len(selfie.read_bytes())) as relay:
            code = asyncio.run(code_of(server, next_session))
            claim = phone(tmp_path, relay.address, "claim", "--scanned", code, "--selfie", str(selfie), "--at", *where)
            answered(server, 3)
            claim.kill()
            claim.communicate()
        waiting = (tmp_path / "phone" / "claim.bin").read_bytes()
        assert said(phone(tmp_path, server.address, "resume")) == "CONFIRMED (was recorded before)\n"
        assert said(phone(tmp_path, server.address, "resume")) == ""
        assert len(asyncio.run(claims_in(server, next_session))) == 1

        # what is refused is said in the server's words, and is not sent again
        told = said(phone(tmp_path, server.address, "claim", "--scanned", "no code of ours"), 1)
        assert told.startswith("QR_CODE_MALFORMED: ")

        # a claim that waits is nobody else's
        (tmp_path / "phone" / "claim.bin").write_bytes(waiting)
        file.write_text(json.dumps(json.loads(file.read_text()) | {"user_id": str(uuid.uuid4())}))
        assert said(phone(tmp_path, server.address, "resume")) == ""
        assert not (tmp_path / "phone" / "claim.bin").exists()
        file.unlink()
        told = said(phone(tmp_path, server.address, "claim", "--scanned", code), 1)
        assert told == "Nobody is signed in. Run sign-in.\n"


async def opened(server: ServerProcess) -> tuple[str, str]:
    """Two sessions in the Great Hall, with a student on their course's list; their ids."""
    async with channel_to(server.address) as channel:
        lecturer = await Lecturer.sign_in(channel)
        student = await Student.register(channel, "Ama Mensah", EMAIL, PASSWORD)
        await student.enroll(DEMO_COURSE)
        course = await lecturer.course()
        sessions = [await lecturer.open_session(course, GREAT_HALL, allow_parallel=True) for _ in range(2)]
        return sessions[0].id, sessions[1].id


async def code_of(server: ServerProcess, session_id: str) -> str:
    async with channel_to(server.address) as channel:
        lecturer = await Lecturer.sign_in(channel)
        return (await lecturer.code(session_id)).text


async def claims_in(server: ServerProcess, session_id: str) -> list[attendance_record_pb2.Claim]:
    async with channel_to(server.address) as channel:
        lecturer = await Lecturer.sign_in(channel)
        [record] = await lecturer.records(session_id)
        return list(record.claims)
