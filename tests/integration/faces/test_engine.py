"""The engine as it is, over real photographs."""

import asyncio
import itertools
import os
import select
import signal
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest

from absense_server.adapters.face.engine import ProcessFaceEngine
from absense_server.domain.faces import FaceFinding, distance
from absense_server.ports.faces import FaceEngine
from tests.support.faces import SOON, Picture, decode, jpeg, png, running_engine

Portraits = dict[str, bytes]


@pytest.fixture
async def upright(face_engine: ProcessFaceEngine, portraits: Portraits) -> FaceFinding:
    return await face_engine.examine(portraits["obama"])


def fitted(data: bytes) -> Picture:
    """A photograph of 640 pixels or less, which the engine takes as it is."""
    picture = decode(data)
    scale = 640 / max(picture.shape)
    return cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA).astype(np.uint8)


def is_same(a: FaceFinding, b: FaceFinding, model: FaceEngine) -> bool:
    assert a.vector
    assert b.vector
    return distance(a.vector, b.vector) <= model.model.threshold


async def test_photographs_of_one_person_are_near_and_of_two_far(
    face_engine: ProcessFaceEngine, portraits: Portraits
) -> None:
    found = {name: await face_engine.examine(data) for name, data in portraits.items()}
    for a, b in itertools.combinations(found, 2):
        assert is_same(found[a], found[b], face_engine) is (a[:5] == b[:5] == "obama"), (a, b)


async def test_a_finding_is_complete(face_engine: ProcessFaceEngine, portraits: Portraits) -> None:
    found = await face_engine.examine(portraits["obama"])
    assert (found.readable, found.faces) == (True, 1)
    assert np.linalg.norm(np.frombuffer(found.vector, "<f4")) == pytest.approx(1)
    assert timedelta() < found.took < SOON
    assert found.quality is not None
    assert 100 < found.quality.width_px < 200
    assert 0.3 < found.quality.brightness < 0.8
    assert found.quality.sharpness > 200
    assert abs(found.quality.yaw) < 0.1
    assert abs(found.quality.roll_deg) < 5


async def test_the_same_photograph_gives_the_same_vector(
    face_models: Path, portraits: Portraits, upright: FaceFinding
) -> None:
    with running_engine(face_models) as another:
        assert (await another.examine(portraits["obama"])).vector == upright.vector


def test_the_standard_model_has_deepfaces_threshold(face_engine: ProcessFaceEngine) -> None:
    model = face_engine.model
    assert (model.name, model.detector, model.threshold) == ("SFace", "yunet", 0.593)
    assert model.threshold_origin.startswith("DeepFace 0.")


@pytest.mark.parametrize("write", [jpeg, png])
async def test_a_picture_without_a_face(face_engine: ProcessFaceEngine, write: Callable[[Picture], bytes]) -> None:
    found = await face_engine.examine(write(np.full((480, 640, 3), 128, np.uint8)))
    assert (found.readable, found.faces, found.quality, found.vector) == (True, 0, None, b"")


@pytest.mark.parametrize("shape", [(1, 1), (1, 5000), (5000, 1), (7, 640)])
async def test_pictures_of_odd_shapes(face_engine: ProcessFaceEngine, shape: tuple[int, int]) -> None:
    found = await face_engine.examine(png(np.full((*shape, 3), 128, np.uint8)))
    assert (found.readable, found.faces) == (True, 0)


async def test_two_people(face_engine: ProcessFaceEngine, portraits: Portraits) -> None:
    both = [cv2.resize(decode(portraits[name]), (400, 500)) for name in ("obama", "biden")]
    found = await face_engine.examine(jpeg(np.hstack(both).astype(np.uint8)))
    assert found.faces == 2


async def test_somebody_in_the_background_is_not_counted(
    face_engine: ProcessFaceEngine, portraits: Portraits, upright: FaceFinding
) -> None:
    picture = fitted(portraits["obama"])
    behind = cv2.resize(fitted(portraits["biden"])[:400], None, fx=0.4, fy=0.4)
    wide = np.zeros((picture.shape[0], picture.shape[1] + behind.shape[1], 3), np.uint8)
    wide[:, : picture.shape[1]] = picture
    wide[: behind.shape[0], picture.shape[1] :] = behind
    found = await face_engine.examine(jpeg(wide))
    assert found.faces == 1
    assert is_same(found, upright, face_engine)


async def test_twelve_megapixels(face_engine: ProcessFaceEngine, portraits: Portraits, upright: FaceFinding) -> None:
    large = cv2.resize(decode(portraits["obama"]), (3099, 3872), interpolation=cv2.INTER_CUBIC).astype(np.uint8)
    found = await face_engine.examine(jpeg(large))
    assert distance(found.vector, upright.vector) < 0.1


@pytest.mark.parametrize("orientation", range(1, 9))
async def test_orientation_is_applied(face_engine: ProcessFaceEngine, portraits: Portraits, orientation: int) -> None:
    picture = fitted(portraits["obama2"])
    stored = stored_as(picture, orientation)
    plain = await face_engine.examine(png(picture))
    assert (await face_engine.examine(png_with(orientation, stored))).vector == plain.vector
    found = await face_engine.examine(jpeg_with(orientation, stored))
    assert distance(found.vector, plain.vector) < 0.05
    assert found.quality is not None
    assert abs(found.quality.roll_deg) < 10


def stored_as(picture: Picture, orientation: int) -> Picture:
    """The pixels that the orientation turns into the picture (Exif 2.32, tag 0x0112)."""
    if orientation >= 5:
        picture = picture.transpose(1, 0, 2)
    left_right = slice(None, None, -1 if orientation in {2, 3, 7, 8} else 1)
    top_bottom = slice(None, None, -1 if orientation in {3, 4, 6, 7} else 1)
    # a transposed picture is mirrored in its own axes
    if orientation in {6, 8}:
        left_right, top_bottom = slice(None), slice(None, None, -1)
        if orientation == 8:
            left_right, top_bottom = top_bottom, left_right
    return np.ascontiguousarray(picture[top_bottom, left_right])


def tiff(orientation: int) -> bytes:
    return struct.pack(">4sIHHHIHxxI", b"MM\0*", 8, 1, 0x0112, 3, 1, orientation, 0)


def jpeg_with(orientation: int, picture: Picture) -> bytes:
    data, exif = jpeg(picture), b"Exif\0\0" + tiff(orientation)
    return data[:2] + struct.pack(">BBH", 0xFF, 0xE1, len(exif) + 2) + exif + data[2:]


def png_with(orientation: int, picture: Picture) -> bytes:
    data, exif = png(picture), tiff(orientation)
    chunk = struct.pack(">I", len(exif)) + b"eXIf" + exif + struct.pack(">I", zlib.crc32(b"eXIf" + exif))
    return data[:33] + chunk + data[33:]


@pytest.mark.parametrize("angle", [15, -15, 30, -30, 45, -45, 90, -90, 180])
async def test_a_face_turned_in_the_plane_is_straightened(
    face_engine: ProcessFaceEngine, portraits: Portraits, upright: FaceFinding, angle: int
) -> None:
    found = await face_engine.examine(turned(portraits["obama2"], angle))
    assert is_same(found, upright, face_engine)
    assert found.quality is not None
    assert abs((found.quality.roll_deg - angle + 180) % 360 - 180) < 15


def turned(data: bytes, angle: float) -> bytes:
    """Clockwise, in a square that holds all of it."""
    picture = fitted(data)
    height, width = picture.shape[:2]
    side = round(float(np.hypot(height, width)))
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -angle, 1).astype(np.float64)
    matrix[:, 2] += (side - width) / 2, (side - height) / 2
    return jpeg(cv2.warpAffine(picture, matrix, (side, side)).astype(np.uint8))


@pytest.mark.parametrize("kind", ["grey", "alpha", "deep"])
async def test_pixels_of_other_kinds(
    face_engine: ProcessFaceEngine, portraits: Portraits, upright: FaceFinding, kind: str
) -> None:
    picture = fitted(portraits["obama3"])
    kinds = {
        "grey": cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY),
        "alpha": cv2.cvtColor(picture, cv2.COLOR_BGR2BGRA),
        "deep": picture.astype(np.uint16) * 257,
    }
    found = await face_engine.examine(cv2.imencode(".png", kinds[kind])[1].tobytes())
    assert is_same(found, upright, face_engine)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"\xff\xd8\xff",
        b"\x89PNG\r\n\x1a\n",
        png(np.zeros((64, 64, 3), np.uint8))[:40],
        # 40,000 x 40,000 pixels
        b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sIIBBBBBI", 13, b"IHDR", 40_000, 40_000, 8, 2, 0, 0, 0, 0),
    ],
)
async def test_what_cannot_be_decoded_is_unreadable(face_engine: ProcessFaceEngine, data: bytes) -> None:
    found = await face_engine.examine(data)
    assert (found.readable, found.faces, found.vector) == (False, 0, b"")


async def test_quality_tells_what_is_wrong(face_engine: ProcessFaceEngine, portraits: Portraits) -> None:
    picture = fitted(portraits["obama"])
    dark, blurred, small = (
        (picture * 0.15).astype(np.uint8),
        cv2.GaussianBlur(picture, (0, 0), 6).astype(np.uint8),
        cv2.resize(picture, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA).astype(np.uint8),
    )
    good, *others = [(await face_engine.examine(jpeg(p))).quality for p in (picture, dark, blurred, small)]
    in_the_dark, in_a_blur, far_away = others
    assert good is not None
    assert in_the_dark is not None
    assert in_a_blur is not None
    assert far_away is not None
    assert in_the_dark.brightness < 0.2 < good.brightness
    assert in_a_blur.sharpness < 50 < good.sharpness
    assert far_away.width_px < 40 < good.width_px


async def test_many_at_once_are_all_answered(face_engine: ProcessFaceEngine, portraits: Portraits) -> None:
    found = await asyncio.gather(*(face_engine.examine(data) for data in list(portraits.values()) * 4))
    assert len({one.vector for one in found}) == len(portraits)


async def test_a_worker_that_is_killed_is_replaced(face_models: Path, portraits: Portraits) -> None:
    with running_engine(face_models) as engine:
        (worker,) = engine._processes
        os.kill(worker.pid, signal.SIGKILL)
        worker._process.wait()
        assert (await engine.examine(portraits["obama"])).faces == 1


def test_a_worker_knows_no_secret_keeps_no_file_and_lets_others_go_first(
    face_models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SECRET_KEY", "DATABASE_URL", "S3_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "a-secret-of-the-server")
    with running_engine(face_models) as engine:
        (worker,) = engine._processes
        assert b"a-secret-of-the-server" not in Path(f"/proc/{worker.pid}/environ").read_bytes()
        assert os.getpriority(os.PRIO_PROCESS, worker.pid) > os.getpriority(os.PRIO_PROCESS, 0)
        opened = [str(link.readlink()) for link in Path(f"/proc/{worker.pid}/fd").iterdir()]
        assert not [target for target in opened if target.startswith("/") and not target.startswith("/dev/")]


async def test_ctrl_c_is_the_parents_business(face_models: Path, portraits: Portraits) -> None:
    with running_engine(face_models) as engine:
        (worker,) = engine._processes
        os.kill(worker.pid, signal.SIGINT)
        assert (await engine.examine(portraits["obama"])).faces == 1
        assert engine._processes == {worker}


def test_a_worker_ends_with_its_parent(face_models: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from tests.support.faces import running_engine\n"
        "with running_engine(Path(sys.argv[1])) as engine:\n"
        "    print(*(worker.pid for worker in engine._processes), file=sys.stderr); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(face_models)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,  # the engine's log
        stderr=subprocess.PIPE,
        text=True,
    ) as parent:
        assert parent.stderr is not None
        worker = os.pidfd_open(int(next(line for line in parent.stderr if line.strip().isdigit())))
        parent.kill()
        try:
            assert select.select([worker], [], [], SOON.total_seconds())[0]
        finally:
            os.close(worker)


def test_without_its_models_no_worker_starts(tmp_path: Path) -> None:
    engine = ProcessFaceEngine(folder=tmp_path)
    engine.start()
    assert not engine.wait_ready(SOON)
    assert engine.problem is not None
    assert "SFace needs the file" in engine.problem
    engine.close()
    assert not list(tmp_path.iterdir())
