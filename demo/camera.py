"""Photographs and what is in them; and an independent reader of QR codes."""

import struct
from dataclasses import dataclass
from pathlib import Path

_MEDIA_TYPES = {".jpg": "image/jpeg", ".png": "image/png"}
_START_OF_SCAN = 0xDA
_SEGMENT_HEAD = 4
_METADATA = {0xE1: "Exif or XMP", 0xED: "IPTC", 0xFE: "comment"}


class NotAQrCodeError(Exception):
    """There is no QR code in the picture that can be read."""


@dataclass(frozen=True)
class Photograph:
    """A photograph as a camera made it."""

    content: bytes
    media_type: str

    @classmethod
    def load(cls, path: Path) -> "Photograph":
        """Read it from a file."""
        return cls(path.read_bytes(), _MEDIA_TYPES[path.suffix])


def jpeg_metadata(content: bytes) -> list[str]:
    """The kinds of metadata in a JPEG file: who took it, with what, where and when."""
    markers, _ = _walk(content)
    return [_METADATA[marker] for marker in markers if marker in _METADATA]


def jpeg_picture(content: bytes) -> bytes:
    """The compressed picture of a JPEG file, from the start of its first scan."""
    _, start = _walk(content)
    return content[start:]


def read_qr_code(png: bytes) -> str:
    """The text in a drawn QR code, as OpenCV reads it.

    Raises:
        NotAQrCodeError: it finds none.
    """
    import cv2  # noqa: PLC0415 - takes a while
    import numpy as np  # noqa: PLC0415

    picture = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_GRAYSCALE)
    if picture is None:
        raise NotAQrCodeError("not a picture")
    text, _, _ = cv2.QRCodeDetector().detectAndDecode(picture)
    if not text:
        raise NotAQrCodeError("no QR code in the picture")
    return str(text)


def _walk(content: bytes) -> tuple[list[int], int]:
    """The markers before the first scan, and where that begins (ITU-T T.81, annex B)."""
    markers, at = [], 2
    while (marker := content[at + 1]) != _START_OF_SCAN:
        markers.append(marker)
        (length,) = struct.unpack_from(">H", content, at + 2)
        at += _SEGMENT_HEAD - 2 + length
    return markers, at
