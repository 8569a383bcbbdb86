"""A face's points: bringing a face into the position that models were trained on, and what the points tell."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from absense_server.adapters.face.picture import Picture

Points = NDArray[np.float64]
"""Of a face, x and y each: the person's right eye (left in an upright picture), left eye, and where the detector gives
them the nose's tip and the mouth's right and left corner."""

CHIP_SIDE = 112
_CHIP = np.array([[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]])
"""Where ArcFace, SFace and their kind were trained to find the points in 112 x 112 pixels (Deng et al., 2019)."""


def chip(picture: Picture, points: Points, side: int = CHIP_SIDE) -> Picture:
    """The face in a square of `side` pixels, its points as near to where models want them as a similarity brings them.

    The least-squares similarity (Umeyama, 1991) is in the plane one complex factor and a shift. Raises ValueError
    where all points are one.
    """
    source = points[:, 0] + 1j * points[:, 1]
    target = (_CHIP[: len(points), 0] + 1j * _CHIP[: len(points), 1]) * (side / CHIP_SIDE)
    centred = source - source.mean()
    spread = float(np.sum(np.abs(centred) ** 2))
    if spread == 0.0:
        raise ValueError("the points of the face are all in one place")
    factor = np.sum(np.conj(centred) * (target - target.mean())) / spread
    shift = target.mean() - factor * source.mean()
    matrix = np.array([[factor.real, -factor.imag, shift.real], [factor.imag, factor.real, shift.imag]])
    return cv2.warpAffine(picture, matrix, (side, side)).astype(np.uint8, copy=False)


def roll(points: Points) -> float:
    """Turn of the face in the image plane, clockwise as seen, in degrees, -180 to 180."""
    across, down = points[1] - points[0]
    return math.degrees(math.atan2(down, across))


def yaw(points: Points) -> float:
    """The nose's offset from between the eyes, along their line, over their distance.

    0 straight ahead; positive when the nose points to the right of an upright picture, which is the person's left.
    0 where the detector gives no nose.
    """
    eyes = points[1] - points[0]
    length = float(eyes @ eyes)
    if len(points) < 3 or length == 0.0:  # noqa: PLR2004 - the third point is the nose
        return 0.0
    return float((points[2] - (points[0] + points[1]) / 2) @ eyes) / length
