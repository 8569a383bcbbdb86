"""Photographs as they arrive: what the bytes are, how large, which way up, and the same without metadata.

Nothing is decoded or decompressed: the containers are walked once, and what a decoder needs is copied as it
stands, so that the pixels stay the same to the last bit. What is kept is listed; everything else is dropped,
known or not.
"""

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum


class MediaType(Enum):
    """The kinds of photograph taken, by their registered media types."""

    JPEG = "image/jpeg"
    PNG = "image/png"


class PhotographError(Exception):
    """The bytes cannot be taken as a photograph."""


class NotAPhotograph(PhotographError):
    """The bytes are neither JPEG nor PNG, or their header is too broken to tell the dimensions."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class TooManyPixels(PhotographError):
    """The declared dimensions are over the limit: decoding could exhaust memory."""

    def __init__(self, width: int, height: int, max_pixels: int) -> None:
        super().__init__(f"{width} x {height} is more than {max_pixels} pixels")
        self.width = width
        self.height = height
        self.max_pixels = max_pixels


@dataclass(frozen=True, slots=True)
class Photograph:
    """A photograph without its metadata.

    `width` and `height` are those of the stored pixels, before `orientation` (Exif 2.32, tag 0x0112; 1 is
    upright) is applied. `content` still carries the orientation and the colour profile. `whole` is False when
    the file is cut short or damaged; `content` then ends where the damage begins.
    """

    media_type: MediaType
    width: int
    height: int
    orientation: int
    content: bytes
    whole: bool


def inspect(data: bytes, *, max_pixels: int) -> Photograph:
    """Read what the bytes say of themselves and strip the metadata, in time linear in their length.

    A file cut short or damaged after its dimensions is returned with `whole` False, not refused.
    Raises NotAPhotograph, TooManyPixels (width x height over `max_pixels`).
    """
    if data.startswith(_JPEG_SIGNATURE):
        return _inspect_jpeg(data, max_pixels)
    if data.startswith(_PNG_SIGNATURE):
        return _inspect_png(data, max_pixels)
    raise NotAPhotograph("neither JPEG nor PNG")


def _require_size(width: int, height: int, max_pixels: int) -> None:
    if width == 0 or height == 0:
        raise NotAPhotograph("no pixels")
    if width * height > max_pixels:
        raise TooManyPixels(width, height, max_pixels)


# Exif: a TIFF structure (Exif 2.32, 4.6.2), in a JPEG segment after the identifier, in a PNG chunk as it is.

_ORIENTATION_TAG = 0x0112
_SHORT = 3
_UPRIGHT = 1
_ORIENTATIONS = range(1, 9)


def _orientation_in(tiff: bytes) -> int:
    """The Orientation in the first directory, or upright when it has none that can be read.

    The value is read as a SHORT whatever the entry's type says, as decoders do.
    """
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None:
        return _UPRIGHT
    try:
        (directory,) = struct.unpack_from(f"{order}I", tiff, 4)
        (entries,) = struct.unpack_from(f"{order}H", tiff, directory)
        for entry in range(directory + 2, directory + 2 + 12 * entries, 12):
            tag, value = struct.unpack_from(f"{order}H6xH", tiff, entry)
            if tag == _ORIENTATION_TAG:
                return value if value in _ORIENTATIONS else _UPRIGHT
    except struct.error:
        pass
    return _UPRIGHT


def _tiff_with(orientation: int) -> bytes:
    """The smallest TIFF structure that says the orientation: one directory of one entry."""
    return struct.pack(">4sIHHHIHxxI", b"MM\0*", 8, 1, _ORIENTATION_TAG, _SHORT, 1, orientation, 0)


# JPEG: ITU-T T.81 annex B (markers), JFIF 1.02 (APP0), ICC.1 B.4 (APP2), Adobe TN 5116 (APP14).

_JPEG_SIGNATURE = b"\xff\xd8\xff"
_SOI, _EOI, _SOS = 0xD8, 0xD9, 0xDA
_APP0, _APP1, _APP2, _APP14 = 0xE0, 0xE1, 0xE2, 0xEE
_JFIF, _EXIF, _ICC, _ADOBE = b"JFIF\0", b"Exif\0\0", b"ICC_PROFILE\0", b"Adobe"
_FRAME_LENGTH, _JFIF_LENGTH, _ADOBE_LENGTH = 6, 14, 12
_DHT, _JPG, _DAC, _DQT, _DNL, _DRI = 0xC4, 0xC8, 0xCC, 0xDB, 0xDC, 0xDD
_FRAMES = frozenset(range(0xC0, 0xD0)) - {_DHT, _JPG, _DAC}
_CODING = _FRAMES | {_DHT, _DAC, _DQT, _DNL, _DRI, _SOS, _EOI}
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD8)})  # TEM and RSTn: no length follows

# Each matches two bytes and never repeats, so that a run of fill bytes (FF FF FF ...) costs linear time.
_MARKER = re.compile(rb"\xff[\x01-\xfe]")
_SCAN_END = re.compile(rb"\xff[\xc0-\xcf\xd8-\xfe]")  # not FF00 (a stuffed FF), RSTn or a reserved code

# No camera comes near these. For every scan of a progressive file the decoder visits the whole picture again:
# a small file of many scans is a decompression bomb in time.
_MAX_SEGMENTS = 2000
_MAX_SCANS = 100


@dataclass(frozen=True, slots=True)
class _Segment:
    marker: int
    payload: bytes
    encoded: memoryview  # from the marker on; for SOS with the entropy-coded data that follows


def _inspect_jpeg(data: bytes, max_pixels: int) -> Photograph:
    size: tuple[int, int] | None = None
    orientation: int | None = None
    jfif = b""
    body = bytearray()
    scans = 0
    whole = False
    for segment in _segments(data):
        marker, payload = segment.marker, segment.payload
        if marker in _FRAMES:
            if size is not None or len(payload) < _FRAME_LENGTH:
                break
            height, width = struct.unpack_from(">xHH", payload)
            _require_size(width, height, max_pixels)
            size = width, height
        elif marker == _SOS:
            if size is None or scans == _MAX_SCANS:
                break
            scans += 1
        elif marker == _EOI:
            whole = scans > 0
        elif marker == _APP0:
            jfif = jfif or _jfif_without_thumbnail(payload)
        elif marker == _APP1 and payload.startswith(_EXIF):
            orientation = orientation or _orientation_in(payload.removeprefix(_EXIF))
        body += _kept(segment)
    if size is None:
        raise NotAPhotograph("JPEG without a frame header")
    orientation = orientation or _UPRIGHT
    exif = b"" if orientation == _UPRIGHT else _segment(_APP1, _EXIF + _tiff_with(orientation))
    content = b"".join((b"\xff\xd8", jfif, exif, body))
    return Photograph(MediaType.JPEG, *size, orientation, content, whole)


def _jfif_without_thumbnail(payload: bytes) -> bytes:
    if not payload.startswith(_JFIF) or len(payload) < _JFIF_LENGTH:
        return b""
    return _segment(_APP0, payload[: _JFIF_LENGTH - 2] + b"\0\0")  # a thumbnail of 0 x 0


def _kept(segment: _Segment) -> bytes | memoryview:
    """What stays of a segment where it stands: what the decoder and the colours need."""
    marker, payload = segment.marker, segment.payload
    if marker in _CODING or (marker == _APP2 and payload.startswith(_ICC)):
        return segment.encoded
    if marker == _APP14 and payload.startswith(_ADOBE) and len(payload) >= _ADOBE_LENGTH:
        return _segment(_APP14, payload[:_ADOBE_LENGTH])
    return b""


def _segments(data: bytes) -> Iterator[_Segment]:
    """The segments between SOI and EOI, EOI included; fewer when the file is cut short or damaged.

    Stray bytes between segments are passed over, as libjpeg does.
    """
    view = memoryview(data)
    end = 2
    for _ in range(_MAX_SEGMENTS):
        found = _MARKER.search(data, end)
        if found is None:
            return
        start, end = found.span()
        marker = data[end - 1]
        if marker in _STANDALONE:
            continue
        if marker == _EOI:
            yield _Segment(marker, b"", view[start:end])
            return
        payload_start = end + 2
        end += int.from_bytes(view[end:payload_start])  # the length counts itself
        if marker == _SOI or not payload_start <= end <= len(data):
            return
        payload = data[payload_start:end]
        if marker == _SOS:
            scan_end = _SCAN_END.search(data, end)
            end = scan_end.start() if scan_end else len(data)
        yield _Segment(marker, payload, view[start:end])


def _segment(marker: int, payload: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(payload) + 2) + payload


# PNG: the W3C's specification, third edition (sections 5 and 11), which RFC 2083 became.

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PIXELS = frozenset({b"PLTE", b"IDAT"})
_LOOKS = frozenset({b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"bKGD", b"pHYs", b"cICP"})


def _inspect_png(data: bytes, max_pixels: int) -> Photograph:
    chunks = _chunks(data)
    kind, header = next(chunks, (b"", memoryview(b"")))
    if kind != b"IHDR" or len(header) != 12 + 13:
        raise NotAPhotograph("PNG without its header")
    width, height = struct.unpack_from(">II", header, 8)
    _require_size(width, height, max_pixels)

    orientation: int | None = None
    body = bytearray()
    has_pixels = False
    whole = False
    for kind, chunk in chunks:
        if kind in _PIXELS or kind in _LOOKS:
            has_pixels = has_pixels or kind == b"IDAT"
            body += chunk
        elif kind == b"eXIf" and orientation is None:
            orientation = _orientation_in(bytes(chunk[8:-4]))
        elif kind == b"IEND":
            body += _chunk(b"IEND", b"")
            whole = has_pixels
            break
        elif not kind[0] & 0x20:
            break  # critical, and unknown or a second header: a decoder must refuse it (section 5.4)
    orientation = orientation or _UPRIGHT
    exif = b"" if orientation == _UPRIGHT else _chunk(b"eXIf", _tiff_with(orientation))
    content = b"".join((_PNG_SIGNATURE, header, exif, body))
    return Photograph(MediaType.PNG, width, height, orientation, content, whole)


def _chunks(data: bytes) -> Iterator[tuple[bytes, memoryview]]:
    """Each chunk's type and its bytes, length to CRC, up to the first that is cut short or damaged."""
    view = memoryview(data)
    end = len(_PNG_SIGNATURE)
    while True:
        start = end
        end = start + 12 + int.from_bytes(view[start : start + 4])
        if end > len(data):
            return
        if zlib.crc32(view[start + 4 : end - 4]) != int.from_bytes(view[end - 4 : end]):
            return
        yield data[start + 4 : start + 8], view[start:end]


def _chunk(kind: bytes, payload: bytes) -> bytes:
    return struct.pack(">I", len(payload)) + kind + payload + struct.pack(">I", zlib.crc32(kind + payload))
