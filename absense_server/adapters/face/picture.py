"""Decoding: from a file's bytes to pixels no larger than a face is looked for in."""

import cv2
import numpy as np
from numpy.typing import NDArray

from absense_server.domain import images

Picture = NDArray[np.uint8]
"""Height x width x 3, blue first, as OpenCV has it."""

LONGEST_SIDE = 640
"""Pixels. Faces are found as well as in larger pictures, at a fraction of the cost."""

# What is larger than this is refused before it comes here; should it come all the same, it is not decoded.
_MAX_PIXELS = 200_000_000

# By these a JPEG is decoded at a fraction of its size, for a fraction of the time and memory.
_REDUCED = ((8, cv2.IMREAD_REDUCED_COLOR_8), (4, cv2.IMREAD_REDUCED_COLOR_4), (2, cv2.IMREAD_REDUCED_COLOR_2))


def read(data: bytes) -> Picture | None:
    """The picture in a JPEG or PNG file, upright by its orientation tag, its longest side LONGEST_SIDE or less.

    None where the bytes cannot be decoded.
    """
    try:
        declared = images.inspect(data, max_pixels=_MAX_PIXELS)
    except images.PhotographError:
        return None
    longest, shortest = max(declared.width, declared.height), min(declared.width, declared.height)
    flags = (flag for factor, flag in _REDUCED if longest >= factor * LONGEST_SIDE and shortest >= factor)
    flag = next(flags, cv2.IMREAD_COLOR)
    try:
        # OpenCV applies the orientation itself, JPEG's and PNG's, reduced or not.
        picture = cv2.imdecode(np.frombuffer(data, np.uint8), flag)
    except cv2.error:
        return None
    if picture is None:
        return None
    height, width = picture.shape[:2]
    scale = LONGEST_SIDE / max(width, height)
    if scale >= 1:
        return picture.astype(np.uint8, copy=False)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
