"""A second, close look at a face that may be turned in the image plane.

YuNet was trained on upright faces. It finds one that is turned by 30 degrees, or that stands on its head, but gives it
the points of an upright face, and the vector of what is cut out by them is nobody's. In a close-up it sees the turn,
though it underestimates it: so the close-up is turned back by somewhat more than it said and looked at again, until it
is upright. A face on its side or its head is betrayed by a lower score than upright ones get; then the close-up is also
looked at turned by quarters. An upright face costs one close look, a tenth of the whole, and keeps its points. The
numbers are the best of those tried with bench/rotation.py.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from absense_server.adapters.face import alignment
from absense_server.adapters.face.alignment import Points
from absense_server.adapters.face.detectors import Face, YuNet
from absense_server.adapters.face.picture import Picture

_SIDE = 224
_MARGIN = 1.2
"""Side of the close-up, in pixels and in sides of the face's box."""
_SURE = 0.9
"""Upright faces in a close-up score at least this, but for poor photographs."""
_UPRIGHT_DEG = 10.0
"""Up to here the points of the first look are as good."""
_SETTLED_DEG = 5.0
_OVERSHOOT = 1.5
_MAX_LOOKS = 6
_WORSE = 0.03
_QUARTERS = (90.0, -90.0, 180.0)


@dataclass(frozen=True, slots=True)
class _Look:
    points: Points  # in the picture's pixels
    score: float

    @property
    def roll(self) -> float:
        return alignment.roll(self.points)


def straightened(detector: YuNet, picture: Picture, face: Face) -> Face:
    """The face with the points that fit it best, which may be those it has."""
    if face.points is None:
        return face
    best = _settle(detector, picture, face, 0.0)
    if best is None or best.score < _SURE:
        looks = [best, *(_settle(detector, picture, face, angle) for angle in _QUARTERS)]
        best = max(filter(None, looks), key=lambda look: look.score, default=None)
    if best is None or max(abs(best.roll), abs(alignment.roll(face.points))) <= _UPRIGHT_DEG:
        return face
    return replace(face, points=best.points, score=best.score)


def _settle(detector: YuNet, picture: Picture, face: Face, angle: float) -> _Look | None:
    """Look at the face turned back by the angle, and again as long as that makes it more upright."""
    best: _Look | None = None
    for _ in range(_MAX_LOOKS):
        look = _look(detector, picture, face, angle)
        if look is None or (best is not None and look.score < best.score - _WORSE):
            break
        best = look
        step = (look.roll - angle + 180) % 360 - 180
        if abs(step) <= _SETTLED_DEG:
            break
        angle += step * _OVERSHOOT
    return best


def _look(detector: YuNet, picture: Picture, face: Face, angle: float) -> _Look | None:
    """What is found in a close-up in which a face turned clockwise by `angle` degrees stands upright."""
    x, y = face.x + face.width / 2, face.y + face.height / 2
    matrix = cv2.getRotationMatrix2D((x, y), angle, _SIDE / _MARGIN / max(face.width, face.height)).astype(np.float64)
    matrix[:, 2] += _SIDE / 2 - x, _SIDE / 2 - y
    close_up = cv2.warpAffine(picture, matrix, (_SIDE, _SIDE)).astype(np.uint8, copy=False)
    back = cv2.invertAffineTransform(matrix).astype(np.float64)
    looks = [
        _Look(found.points @ back[:, :2].T + back[:, 2], found.score)
        for found in detector.find(close_up)
        if found.points is not None
    ]
    return max(looks, key=lambda look: look.score, default=None)
