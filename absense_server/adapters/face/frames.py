"""What a worker says, as frames: a JSON object, and after a finding its vector as it is.

Never pickle, and nothing is believed: a photograph that takes over a worker must not get code into the server.
"""

import json
import math
from array import array
from dataclasses import asdict, fields
from datetime import timedelta
from typing import Any

from absense_server.domain.faces import FaceFinding, Quality

MAX_BYTES = 64 * 1024
"""Of a frame: the longest vector that any of DeepFace's models gives is 16 KiB."""

_LENGTH_TOLERANCE = 1e-3


_LONGEST = timedelta(hours=1)
"""More than any photograph takes."""


class BadFrame(Exception):
    """A worker said something it never should."""


def header(**values: object) -> bytes:
    """A frame that says these values."""
    return json.dumps(values).encode()


def header_of(finding: FaceFinding, memory: int) -> bytes:
    """The frame before the one of the finding's vector; `memory`: the worker's resident bytes."""
    quality = None if finding.quality is None else asdict(finding.quality)
    took = finding.took.total_seconds()
    return header(readable=finding.readable, faces=finding.faces, quality=quality, took=took, memory=memory)


def read(frame: bytes) -> dict[str, Any]:
    """The values of a header. Raises BadFrame."""
    try:
        values = json.loads(frame)
    except (ValueError, RecursionError) as error:
        raise BadFrame(f"not JSON: {error}") from error
    if not isinstance(values, dict):
        raise BadFrame("not an object")
    return values


def finding_of(values: dict[str, Any], vector: bytes) -> tuple[FaceFinding, int]:
    """A finding and the worker's resident bytes, from a header's values and the frame after it. Raises BadFrame."""
    try:
        quality = values["quality"]
        if quality is not None:
            quality = Quality(**{field.name: _finite(quality[field.name]) for field in fields(Quality)})
        finding = FaceFinding(
            readable=bool(values["readable"]),
            faces=_whole(values["faces"]),
            quality=quality,
            vector=vector,
            took=timedelta(seconds=_finite(values["took"])),
        )
        if not timedelta() <= finding.took <= _LONGEST:
            raise BadFrame(f"{finding.took} cannot be")
        memory = _whole(values["memory"])
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise BadFrame(f"not a finding: {error!r}") from error
    if (quality is None) != (not vector) or not _is_unit(vector):
        raise BadFrame("not a unit vector")
    return finding, memory


def text_of(value: object, longest: int) -> str:
    """What a worker says in words, fit for a log."""
    return "".join(letter if letter.isprintable() else "?" for letter in str(value)[:longest])


def _whole(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError(f"{value!r} is not a whole number")
    return value


def _finite(value: object) -> float:
    if not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{value!r} is not a number")
    return float(value)


def _is_unit(vector: bytes) -> bool:
    if len(vector) % 4:
        return False
    length = math.hypot(*array("f", vector))
    return not vector or abs(length - 1) < _LENGTH_TOLERANCE
