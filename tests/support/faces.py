"""Real photographs, real models, and an engine that runs them."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from absense_server.adapters.face import weights
from absense_server.adapters.face.engine import ProcessFaceEngine
from absense_server.domain import images
from demo import photographs

ROOT = Path(__file__).resolve().parents[2]
MODELS = ROOT / "var" / "models"
SOON = timedelta(seconds=60)
"""A net, for machines that are busy."""

Picture = NDArray[np.uint8]


def fetch_models() -> Path:
    """DeepFace's home with the standard models in it; fetched once, also when several test processes ask at once."""
    with _alone():
        weights.fetch(MODELS, print)
    return MODELS


def fetch_photographs() -> dict[str, bytes]:
    """The photographs by name without ending: obama, obama2, obama3, biden, astronaut."""
    with _alone():
        found = photographs.fetch(photographs.FOLDER)
    return {Path(name).stem: path.read_bytes() for name, path in found.items()}


@contextmanager
def _alone() -> Iterator[None]:
    MODELS.mkdir(parents=True, exist_ok=True)
    with (MODELS / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def running_engine(folder: Path, **options: object) -> Iterator[ProcessFaceEngine]:
    """A real engine whose workers are ready."""
    engine = ProcessFaceEngine(folder=folder, **options)  # type: ignore[arg-type]
    engine.start()
    try:
        assert engine.wait_ready(SOON), engine.problem
        yield engine
    finally:
        engine.close()


def decode(data: bytes) -> Picture:
    """The pixels of a file."""
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    return picture.astype(np.uint8)


def jpeg(picture: Picture) -> bytes:
    """A picture as a JPEG file."""
    return cv2.imencode(".jpg", picture)[1].tobytes()


def png(picture: Picture) -> bytes:
    """A picture as a PNG file."""
    return cv2.imencode(".png", picture)[1].tobytes()


def plain() -> Picture:
    """A picture of nothing."""
    return np.full((480, 640, 3), 128, np.uint8)


def fitted(data: bytes, height: int = 480) -> Picture:
    """A photograph, of a certain height."""
    picture = decode(data)
    return cv2.resize(picture, (round(picture.shape[1] * height / picture.shape[0]), height)).astype(np.uint8)


def side_by_side(*photographs: bytes) -> Picture:
    """Several people in one picture."""
    return np.hstack([fitted(data) for data in photographs])


def enlarged(data: bytes, width: int, height: int) -> Picture:
    """A photograph in the middle of a picture of this size, as large as it fits."""
    picture = decode(data)
    scale = min(width / picture.shape[1], height / picture.shape[0])
    inner = cv2.resize(picture, None, fx=scale, fy=scale)
    whole = np.full((height, width, 3), 90, np.uint8)
    top, left = (height - inner.shape[0]) // 2, (width - inner.shape[1]) // 2
    whole[top : top + inner.shape[0], left : left + inner.shape[1]] = inner
    return whole


def far_away(data: bytes) -> Picture:
    """A photograph taken from so far that the face is small."""
    return cv2.copyMakeBorder(fitted(data, 200), 200, 200, 200, 200, cv2.BORDER_REPLICATE).astype(np.uint8)


def stored(photograph: bytes) -> bytes:
    """A photograph as the server stores it: without its metadata."""
    return images.inspect(photograph, max_pixels=50_000_000).content
