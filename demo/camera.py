"""Photographs: what is in them, how a phone would have made them; and an independent reader of QR codes."""

import struct
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

_MEDIA_TYPES = {".jpg": "image/jpeg", ".png": "image/png"}
_START_OF_SCAN = 0xDA
_SEGMENT_HEAD = 4
_PIXELS_PER_MEGAPIXEL = 1_000_000
_DIM = 0.2
_NEIGHBOURS_HEIGHT = 480
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


def retaken(photograph: Photograph) -> Photograph:
    """The same moment by another camera: a little less of it, compressed anew."""
    picture = _pixels(photograph)
    height, width = picture.shape[:2]
    return _encoded(picture[height // 25 :, width // 25 : -width // 50], photograph.media_type)


def darkened(photograph: Photograph) -> Photograph:
    """The same with hardly any light."""
    return _encoded((_pixels(photograph) * _DIM).astype(np.uint8))


def enlarged(photograph: Photograph, megapixels: float) -> Photograph:
    """The same with so many pixels."""
    picture = _pixels(photograph)
    height, width = picture.shape[:2]
    scale = (megapixels * _PIXELS_PER_MEGAPIXEL / (height * width)) ** 0.5
    return _encoded(cv2.resize(picture, (round(width * scale), round(height * scale)), interpolation=cv2.INTER_CUBIC))


def side_by_side(*photographs: Photograph) -> Photograph:
    """Several people in one picture."""
    pictures = map(_pixels, photographs)
    return _encoded(np.hstack([_fitted(picture, _NEIGHBOURS_HEIGHT) for picture in pictures]))


def wall() -> Photograph:
    """A wall with nobody before it."""
    return _encoded(np.full((640, 480, 3), 128, np.uint8))


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
    picture = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_GRAYSCALE)
    if picture is None:
        raise NotAQrCodeError("not a picture")
    # the older QRCodeDetector cannot read one in a hundred of our codes (https://github.com/opencv/opencv/issues/29540)
    text, _, _ = cv2.QRCodeDetectorAruco().detectAndDecode(picture)
    if not text:
        raise NotAQrCodeError("no QR code in the picture")
    return str(text)


def _pixels(photograph: Photograph) -> NDArray[np.uint8]:
    picture = cv2.imdecode(np.frombuffer(photograph.content, np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        raise ValueError("not a photograph that OpenCV can read")
    return picture.astype(np.uint8)


def _fitted(picture: NDArray[np.uint8], height: int) -> NDArray[np.uint8]:
    width = round(picture.shape[1] * height / picture.shape[0])
    return cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA).astype(np.uint8)


def _encoded(picture: cv2.typing.MatLike, media_type: str = "image/jpeg") -> Photograph:
    suffix = next(suffix for suffix, known in _MEDIA_TYPES.items() if known == media_type)
    return Photograph(cv2.imencode(suffix, picture)[1].tobytes(), media_type)


def _walk(content: bytes) -> tuple[list[int], int]:
    """The markers before the first scan, and where that begins (ITU-T T.81, annex B)."""
    markers, at = [], 2
    while (marker := content[at + 1]) != _START_OF_SCAN:
        markers.append(marker)
        (length,) = struct.unpack_from(">H", content, at + 2)
        at += _SEGMENT_HEAD - 2 + length
    return markers, at
