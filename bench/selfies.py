"""Photographs as phones send them: JPEG, about 100 KB, from 640 x 480 to 1080p, in a folder of their own."""

from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np

_LONGEST_SIDES = {"obama.jpg": 640, "obama2.jpg": 960, "obama3.jpg": 1280, "biden.jpg": 1600, "astronaut.png": 1080}
_MOST_BYTES = 110_000


def make(photographs: Mapping[str, Path], folder: Path) -> list[Path]:
    """One of each of the photographs of `demo.photographs`."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for name, longest in _LONGEST_SIDES.items():
        path = folder / Path(name).with_suffix(".jpg").name
        path.write_bytes(_selfie(photographs[name].read_bytes(), longest))
        made.append(path)
    return made


def _selfie(photograph: bytes, longest: int) -> bytes:
    """The photograph at this size, in pixels, as fine as a phone would send it."""
    picture = cv2.imdecode(np.frombuffer(photograph, np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        raise ValueError("not a photograph")
    scale = longest / max(picture.shape[:2])
    scaled = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    qualities = ([cv2.IMWRITE_JPEG_QUALITY, quality] for quality in range(95, 40, -5))
    files = (cv2.imencode(".jpg", scaled, quality)[1].tobytes() for quality in qualities)
    return next(file for file in files if len(file) <= _MOST_BYTES)
