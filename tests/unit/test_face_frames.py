import struct
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

import pytest

from absense_server.adapters.face import frames
from absense_server.adapters.face.frames import BadFrame
from absense_server.adapters.face.process import environment
from absense_server.domain.faces import FaceFinding, Quality

QUALITY = Quality(width_px=120.5, brightness=0.5, sharpness=200.0, yaw=-0.1, roll_deg=3.0)
FOUND = FaceFinding(
    readable=True, faces=2, quality=QUALITY, vector=struct.pack("<2f", 0.6, 0.8), took=timedelta(milliseconds=50)
)


@pytest.mark.parametrize(
    "finding", [FOUND, FaceFinding(readable=False), FaceFinding(readable=True, took=timedelta(seconds=1))]
)
def test_a_finding_arrives_as_it_left(finding: FaceFinding) -> None:
    header = frames.header_of(finding, memory=123)
    assert len(header) < frames.MAX_BYTES
    assert frames.finding_of(frames.read(header), finding.vector) == (finding, 123)


@pytest.mark.parametrize("frame", [b"", b"\x80\x04.", b"[1]", b'"ready"', b"\xff", b"[" * 60_000])
def test_what_is_not_an_object_is_refused(frame: bytes) -> None:
    with pytest.raises(BadFrame):
        frames.read(frame)


@pytest.mark.parametrize(
    "change",
    [
        {"took": "soon"},
        {"took": float("nan")},
        {"took": 1e300},
        {"faces": None},
        {"faces": "2"},
        {"faces": float("inf")},
        {"quality": None},
        {"quality": []},
        {"quality": {"yaw": 0}},
        {"quality": asdict(QUALITY) | {"yaw": float("inf")}},
        {"memory": "much"},
    ],
)
def test_values_that_are_none_are_refused(change: dict[str, object]) -> None:
    values = frames.read(frames.header_of(FOUND, memory=1)) | change
    with pytest.raises(BadFrame):
        frames.finding_of(values, FOUND.vector)


@pytest.mark.parametrize(
    "vector", [b"", b"123", struct.pack("<2f", 3, 4), struct.pack("<2f", float("nan"), 0), bytes(8)]
)
def test_a_vector_that_is_none_is_refused(vector: bytes) -> None:
    with pytest.raises(BadFrame):
        frames.finding_of(frames.read(frames.header_of(FOUND, memory=1)), vector)


def test_a_worker_inherits_what_is_listed_and_nothing_else() -> None:
    ours = {"PATH": "/bin", "SECRET_KEY": "s", "DATABASE_URL": "d", "S3_BUCKET": "b", "HOME": "/root", "TZ": "UTC"}
    theirs = environment(Path("models"), ours)
    home = str(Path("models").absolute())
    assert {name: theirs[name] for name in ours if name in theirs} == {"PATH": "/bin", "TZ": "UTC", "HOME": home}
    assert theirs["DEEPFACE_HOME"] == home
    assert theirs["DEEPFACE_BACKEND_ENGINE"] == "onnx"
    assert theirs["ORT_DISABLE_TELEMETRY"] == "1"
