"""Photographs: what is read of them, what is stripped, and that the pixels stay the same to the last bit."""

import struct
import zlib
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from absense_server.domain.images import (
    MediaType,
    NotAPhotograph,
    Photograph,
    PhotographError,
    TooManyPixels,
    inspect,
)

MAX_PIXELS = 50_000_000
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
SECRET = b"N 5.603717 W 0.186964 SECRET"
ICC_PROFILE = bytes(range(256)) * 2

Pixels = NDArray[Any]


def look(data: bytes) -> Photograph:
    return inspect(data, max_pixels=MAX_PIXELS)


def pixels(data: bytes, flags: int = cv2.IMREAD_UNCHANGED) -> Pixels:
    """The stored pixels, or with other flags those a viewer shows."""
    decoded = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    assert decoded is not None
    return decoded


def scene(channels: int, depth: type = np.uint8, *, height: int = 48, width: int = 64) -> Pixels:
    """Gradients with some noise: every pixel counts, and turning it shows."""
    rows, columns, _ = np.indices((height, width, channels))
    noise = np.random.default_rng(seed=channels).integers(0, 40, (height, width, channels))
    image = (rows * 3 + columns * 2 + noise) * (np.iinfo(depth).max // 255)
    pixels: Pixels = image.astype(depth)
    return pixels


def jpeg(channels: int = 3, *options: int, height: int = 48, width: int = 64) -> bytes:
    done, data = cv2.imencode(".jpg", scene(channels, height=height, width=width), options)
    assert done
    return data.tobytes()


def png(channels: int = 3, *options: int, depth: type = np.uint8) -> bytes:
    done, data = cv2.imencode(".png", scene(channels, depth), options)
    assert done
    return data.tobytes()


def tiff(orientation: int, *, order: str = ">") -> bytes:
    """What a phone writes: the orientation among other tags, and a GPS directory."""
    entries = [
        struct.pack(f"{order}HHII", 0x010F, 2, len(SECRET), 100),  # Make
        struct.pack(f"{order}HHIHxx", 0x0112, 3, 1, orientation),
        struct.pack(f"{order}HHII", 0x8825, 4, 1, 100),  # GPS directory
    ]
    mark = {">": b"MM\0*", "<": b"II*\0"}[order]
    head = mark + struct.pack(f"{order}IH", 8, len(entries)) + b"".join(entries)
    return head.ljust(100, b"\0") + SECRET


def segment(marker: int, payload: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(payload) + 2) + payload


def exif(orientation: int = 1, *, order: str = ">") -> bytes:
    return segment(0xE1, b"Exif\0\0" + tiff(orientation, order=order))


XMP = segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>" + SECRET)
COMMENT = segment(0xFE, SECRET)
IPTC = segment(0xED, b"Photoshop 3.0\0" + SECRET)
MULTI_PICTURE = segment(0xE2, b"MPF\0" + SECRET)
THUMBNAIL = segment(0xE0, b"JFXX\0\x10" + SECRET)
ICC = segment(0xE2, b"ICC_PROFILE\0\x01\x01" + ICC_PROFILE)
ADOBE_RGB = segment(0xEE, b"Adobe\0\x64\0\0\0\0\0")
ADOBE_AND_MORE = segment(0xEE, b"Adobe\0\x64\0\0\0\0\x01" + SECRET)


def with_segments(data: bytes, *segments: bytes) -> bytes:
    """The segments put where cameras put them: after SOI and, if there is one, JFIF."""
    after = 2 + (2 + int.from_bytes(data[4:6]) if data[2:4] == b"\xff\xe0" else 0)
    return data[:after] + b"".join(segments) + data[after:]


def without_jfif(data: bytes) -> bytes:
    assert data[2:4] == b"\xff\xe0"
    return data[:2] + data[4 + int.from_bytes(data[4:6]) :]


def with_jfif_thumbnail(data: bytes) -> bytes:
    thumbnail = (SECRET * 12)[: 10 * 10 * 3]
    jfif = segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\x0a\x0a" + thumbnail)
    return data[:2] + jfif + without_jfif(data)[2:]


def between_scans(data: bytes, extra: bytes) -> bytes:
    last = data.rindex(b"\xff\xda")
    return data[:last] + extra + data[last:]


def chunk(kind: bytes, payload: bytes) -> bytes:
    return struct.pack(">I", len(payload)) + kind + payload + struct.pack(">I", zlib.crc32(kind + payload))


def with_chunks(data: bytes, *chunks: bytes) -> bytes:
    """The chunks put after the header."""
    return data[:33] + b"".join(chunks) + data[33:]


def handmade_png(color_type: int, rows: bytes, *chunks: bytes, width: int = 4, height: int = 2) -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, color_type, 0, 0, 0))
    image = chunk(b"IDAT", zlib.compress(rows))
    return b"".join((PNG_SIGNATURE, header, *chunks, image, chunk(b"IEND", b"")))


PALETTE_PNG = handmade_png(
    3,
    b"\0\0\1\2\3" + b"\0\3\2\1\0",
    chunk(b"PLTE", bytes(range(0, 240, 20))),
    chunk(b"tRNS", b"\x00\x80\xff\x40"),
)

PROGRESSIVE = (cv2.IMWRITE_JPEG_PROGRESSIVE, 1)
RESTARTS = (cv2.IMWRITE_JPEG_RST_INTERVAL, 2)

JPEGS = {
    "baseline": jpeg(),
    "best quality": jpeg(3, cv2.IMWRITE_JPEG_QUALITY, 100),
    "progressive": jpeg(3, *PROGRESSIVE),
    "grayscale": jpeg(1),
    "grayscale progressive": jpeg(1, *PROGRESSIVE),
    "restart markers": jpeg(3, *RESTARTS),
    "progressive with restart markers": jpeg(3, *PROGRESSIVE, *RESTARTS),
    "no JFIF": without_jfif(jpeg()),
    "Adobe RGB": with_segments(without_jfif(jpeg()), ADOBE_RGB),
    "colour profile": with_segments(jpeg(), ICC),
    "fill bytes": jpeg().replace(b"\xff\xc4", b"\xff\xff\xff\xc4").replace(b"\xff\xd9", b"\xff\xff\xff\xd9"),
}
PNGS = {
    "RGB": png(),
    "RGBA": png(4),
    "grey": png(1),
    "16 bits": png(3, depth=np.uint16),
    "16 bits grey": png(1, depth=np.uint16),
    "bilevel": png(1, cv2.IMWRITE_PNG_BILEVEL, 1),
    "palette": PALETTE_PNG,
    "transparent colour": handmade_png(0, b"\0\0\1\2\3" * 2, chunk(b"tRNS", b"\0\1")),
    "gamma and white point": with_chunks(png(), chunk(b"gAMA", struct.pack(">I", 45455)), chunk(b"pHYs", bytes(9))),
}
PHOTOGRAPHS = JPEGS | PNGS

JPEG_LEAKS: dict[str, Callable[[bytes], bytes]] = {
    "Exif with GPS": lambda data: with_segments(data, exif()),
    "turned Exif with GPS": lambda data: with_segments(data, exif(6)),
    "XMP": lambda data: with_segments(data, XMP),
    "comment": lambda data: with_segments(data, COMMENT),
    "IPTC": lambda data: with_segments(data, IPTC),
    "several": lambda data: with_segments(data, exif(3), XMP, ICC, MULTI_PICTURE, IPTC, COMMENT),
    "unknown application segment": lambda data: with_segments(data, segment(0xEB, SECRET)),
    "JFXX thumbnail": lambda data: with_segments(data, THUMBNAIL),
    "more after Adobe's": lambda data: with_segments(data, ADOBE_AND_MORE),
    "comment before the last scan": lambda data: between_scans(data, COMMENT),
    "stray bytes between segments": lambda data: with_segments(data, COMMENT + SECRET),
    "stray restart marker": lambda data: with_segments(data, b"\xff\xd0" + COMMENT),
    "trailing text": lambda data: data + SECRET,
    "trailing film": lambda data: data + b"\0\0\0\x18ftypmp42" + SECRET,
    "second picture": lambda data: with_segments(data, MULTI_PICTURE) + with_segments(data, exif()),
}
PNG_LEAKS: dict[str, Callable[[bytes], bytes]] = {
    "text": lambda data: with_chunks(data, chunk(b"tEXt", b"Comment\0" + SECRET)),
    "compressed text": lambda data: with_chunks(data, chunk(b"zTXt", b"Comment\0\0" + SECRET)),
    "XMP": lambda data: with_chunks(data, chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + SECRET)),
    "time": lambda data: with_chunks(data, chunk(b"tIME", SECRET)),
    "unknown": lambda data: with_chunks(data, chunk(b"prVt", SECRET)),
    "Exif with GPS": lambda data: with_chunks(data, chunk(b"eXIf", tiff(1))),
    "turned Exif with GPS": lambda data: with_chunks(data, chunk(b"eXIf", tiff(6))),
    "Exif after the pixels": lambda data: data[:-12] + chunk(b"eXIf", tiff(8)) + data[-12:],
    "trailing text": lambda data: data + SECRET,
    "trailing chunk": lambda data: data + chunk(b"tEXt", SECRET),
}


@pytest.mark.parametrize("data", PHOTOGRAPHS.values(), ids=PHOTOGRAPHS)
def test_reads_type_and_size(data: bytes) -> None:
    photograph = look(data)
    height, width = pixels(data).shape[:2]
    expected = MediaType.JPEG if data in JPEGS.values() else MediaType.PNG
    assert (photograph.media_type, photograph.width, photograph.height) == (expected, width, height)
    assert photograph.whole
    assert photograph.orientation == 1


@pytest.mark.parametrize("data", PHOTOGRAPHS.values(), ids=PHOTOGRAPHS)
def test_keeps_every_pixel(data: bytes) -> None:
    np.testing.assert_array_equal(pixels(look(data).content), pixels(data))


@pytest.mark.parametrize("leak", JPEG_LEAKS.values(), ids=JPEG_LEAKS)
@pytest.mark.parametrize("data", JPEGS.values(), ids=JPEGS)
def test_strips_jpeg_metadata_and_nothing_else(data: bytes, leak: Callable[[bytes], bytes]) -> None:
    leaky = leak(data)
    photograph = look(leaky)
    assert SECRET in leaky
    assert SECRET not in photograph.content
    assert photograph.whole
    np.testing.assert_array_equal(pixels(photograph.content), pixels(leaky))
    assert look(photograph.content) == photograph


@pytest.mark.parametrize("leak", PNG_LEAKS.values(), ids=PNG_LEAKS)
@pytest.mark.parametrize("data", PNGS.values(), ids=PNGS)
def test_strips_png_metadata_and_nothing_else(data: bytes, leak: Callable[[bytes], bytes]) -> None:
    leaky = leak(data)
    photograph = look(leaky)
    assert SECRET in leaky
    assert SECRET not in photograph.content
    assert photograph.whole
    np.testing.assert_array_equal(pixels(photograph.content), pixels(leaky))
    assert look(photograph.content) == photograph


def test_without_metadata_a_file_stays_as_it_is() -> None:
    assert look(jpeg()).content == jpeg()
    assert look(png()).content == png()


def test_drops_the_frames_of_an_animation() -> None:
    frames = (chunk(b"acTL", bytes(8)), chunk(b"fcTL", bytes(26)), chunk(b"fdAT", SECRET))
    assert look(with_chunks(png(), *frames)).content == png()


def test_drops_segments_that_no_decoder_knows() -> None:
    assert look(with_segments(jpeg(), segment(0xF3, SECRET), segment(0x02, SECRET))).content == jpeg()


def test_drops_the_jfif_thumbnail_and_keeps_the_rest_of_jfif() -> None:
    photograph = look(with_jfif_thumbnail(jpeg()))
    assert SECRET not in photograph.content
    assert photograph.content == jpeg()


def test_keeps_what_colours_depend_on() -> None:
    plain = without_jfif(jpeg())
    as_rgb = with_segments(plain, ADOBE_RGB)
    assert not np.array_equal(pixels(plain), pixels(as_rgb))
    np.testing.assert_array_equal(pixels(look(as_rgb).content), pixels(as_rgb))
    assert ICC in look(with_segments(jpeg(), ICC, exif(6))).content
    for kind in (b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"bKGD", b"pHYs", b"cICP"):
        kept = chunk(kind, b"as it is")
        assert kept in look(with_chunks(png(), kept)).content


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_keeps_the_orientation(orientation: int, order: str) -> None:
    turned = {
        "jpeg": with_segments(jpeg(), exif(orientation, order=order)),
        "jpeg, Exif first": with_segments(without_jfif(jpeg()), exif(orientation, order=order), XMP),
        "png": with_chunks(png(), chunk(b"eXIf", tiff(orientation, order=order))),
    }
    for name, data in turned.items():
        photograph = look(data)
        assert (photograph.orientation, photograph.width, photograph.height) == (orientation, 64, 48), name
        shown = pixels(data, cv2.IMREAD_COLOR)
        assert shown.shape[:2] == ((48, 64) if orientation < 5 else (64, 48)), name
        np.testing.assert_array_equal(pixels(photograph.content, cv2.IMREAD_COLOR), shown)


@pytest.mark.parametrize(
    "unreadable",
    [
        b"",
        b"MM\0*",
        b"MM\0*\0\0\0\x08\0\0",
        b"not a TIFF structure",
        b"MM\0*\xff\xff\xff\xff",
        b"MM\0*\0\0\0\x08\xff\xff",
        b"II*\0\x08\0\0\0\xff\xff" + bytes(40),
        tiff(0),
        tiff(9),
        tiff(65535),
    ],
)
def test_an_unreadable_orientation_is_upright(unreadable: bytes) -> None:
    assert look(with_segments(jpeg(), segment(0xE1, b"Exif\0\0" + unreadable))).orientation == 1
    assert look(with_chunks(png(), chunk(b"eXIf", unreadable))).orientation == 1


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"<!DOCTYPE html><title>Sign in</title>",
        b"GIF89a" + bytes(100),
        b"RIFF\x24\0\0\0WEBPVP8 ",
        b"\xff\xd8",
        b"\xff\xd8\xff",
        b"\xff\xd8\xff\xd9",
        b"\xff\xd8\xff" + b"hello",
        b"\xff\xd8" + segment(0xC0, b"\x08\0"),
        b"\xff\xd8" + segment(0xC0, b"\x08\0\0\0\x10\x01"),
        b"\xff\xd8" + segment(0xDA, b"") + segment(0xC0, b"\x08\0\x10\0\x10\x01"),
        PNG_SIGNATURE,
        PNG_SIGNATURE + chunk(b"IDAT", bytes(13)),
        PNG_SIGNATURE + chunk(b"IHDR", bytes(12)),
        PNG_SIGNATURE + chunk(b"IHDR", bytes(13)),
        PNG_SIGNATURE + b"\xff\xff\xff\xffIHDR" + bytes(100),
        png()[:16] + b"\0\0\0\x01" + png()[20:],
        b" " + jpeg(),
    ],
)
def test_what_is_no_photograph_is_refused(data: bytes) -> None:
    with pytest.raises(NotAPhotograph):
        look(data)


def test_a_decompression_bomb_is_refused_by_its_declared_size() -> None:
    bombs = [
        PNG_SIGNATURE + chunk(b"IHDR", struct.pack(">IIBBBBB", 50_000, 50_000, 8, 6, 0, 0, 0)),
        b"\xff\xd8" + segment(0xC2, struct.pack(">BHHB", 8, 50_000, 50_000, 0)),
    ]
    for bomb in bombs:
        with pytest.raises(TooManyPixels) as refused:
            look(bomb)
        refusal = refused.value
        assert (refusal.width, refusal.height, refusal.max_pixels) == (50_000, 50_000, MAX_PIXELS)


def test_the_limit_itself_is_allowed() -> None:
    assert inspect(jpeg(), max_pixels=64 * 48).whole
    with pytest.raises(TooManyPixels):
        inspect(jpeg(), max_pixels=64 * 48 - 1)


def test_a_second_frame_cannot_smuggle_another_size() -> None:
    frame = segment(0xC0, struct.pack(">BHHB", 8, 50_000, 50_000, 0))
    photograph = look(between_scans(jpeg(), frame))
    assert not photograph.whole
    assert frame not in photograph.content


def test_a_bomb_of_scans_is_cut() -> None:
    image = jpeg(3, *PROGRESSIVE)
    last_scan = image[image.rindex(b"\xff\xda") : -2]
    photograph = look(between_scans(image, last_scan * 10_000))
    assert not photograph.whole
    assert photograph.content.count(b"\xff\xda") <= 100


FRAME = segment(0xC0, b"\x08\0\x10\0\x10\x01")
SMALL = {
    "baseline": with_segments(jpeg(height=9, width=17), exif(6), COMMENT),
    "progressive": jpeg(3, *PROGRESSIVE, *RESTARTS, height=9, width=17),
    "grayscale": jpeg(1, height=9, width=17),
    "palette": with_chunks(PALETTE_PNG, chunk(b"eXIf", tiff(6)), chunk(b"tEXt", SECRET)),
}


@pytest.mark.parametrize("data", SMALL.values(), ids=SMALL)
def test_every_prefix_is_refused_or_not_whole(data: bytes) -> None:
    assert look(data).whole
    for length in range(len(data)):
        try:
            photograph = look(data[:length])
        except NotAPhotograph:
            continue
        assert not photograph.whole, length
        assert SECRET not in photograph.content
        assert look(photograph.content) == photograph


def test_any_flipped_byte_of_a_png_shows() -> None:
    for position in range(len(PALETTE_PNG)):
        flipped = bytearray(PALETTE_PNG)
        flipped[position] ^= 0x01
        try:
            photograph = look(bytes(flipped))
        except NotAPhotograph:
            continue
        assert not photograph.whole, position


def patched(data: bytes, patches: list[tuple[int, bytes]]) -> bytes:
    changed = bytearray(data)
    for position, patch in patches:
        at = position % len(changed)
        changed[at : at + len(patch)] = patch
    return bytes(changed)


patches = st.lists(st.tuples(st.integers(0, 1 << 16), st.binary(min_size=1, max_size=4)), max_size=6)
damaged = st.builds(patched, st.sampled_from(list(SMALL.values())), patches)
segments = st.lists(
    st.builds(segment, st.integers(0, 255), st.binary(max_size=20))
    | st.sampled_from([exif(6), XMP, ICC, b"\xff\xd9", b"\xff\xd8", b"\xff", b"\xff\x00"])
    | st.just(FRAME)
    | st.binary(max_size=20),
    max_size=12,
).map(lambda parts: b"\xff\xd8" + b"".join(parts))
chunk_types = st.sampled_from([b"IHDR", b"IDAT", b"IEND", b"tEXt", b"eXIf", b"NONE"])
chunks = st.lists(
    st.builds(chunk, chunk_types, st.binary(max_size=20)),
    max_size=12,
).map(lambda parts: PNG_SIGNATURE + chunk(b"IHDR", b"\0\0\0\x04\0\0\0\x02\x08\0\0\0\0") + b"".join(parts))


@given(st.binary() | damaged | segments | chunks)
def test_any_bytes_are_refused_or_read_and_stripped_once_is_stripped(data: bytes) -> None:
    try:
        photograph = look(data)
    except PhotographError:
        return
    assert len(photograph.content) <= len(data)
    assert look(photograph.content) == photograph


@given(st.builds(patched, st.sampled_from([SMALL["baseline"], SMALL["progressive"]]), patches))
def test_a_damaged_jpeg_decodes_as_before(data: bytes) -> None:
    """A decoder shows what it can of damaged scans: stripping changes nothing in that."""
    try:
        photograph = inspect(data, max_pixels=10_000)
    except PhotographError:
        return
    before = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if before is not None and photograph.whole:
        np.testing.assert_array_equal(pixels(photograph.content), before)


JPEG_HEAD = b"\xff\xd8" + FRAME
SCAN = segment(0xDA, b"")
PNG_HEAD = png()[:33]


HOSTILE = {
    "fill bytes": (b"\xff\xd8", b"\xff"),
    "fill bytes after the frame": (JPEG_HEAD, b"\xff"),
    "fill bytes in a scan": (JPEG_HEAD + SCAN, b"\xff"),
    "stuffed bytes": (JPEG_HEAD + SCAN, b"\xff\x00"),
    "restart markers": (JPEG_HEAD + SCAN, b"\xff\xd0"),
    "empty APP0": (b"\xff\xd8", b"\xff\xe0\0\x02"),
    "SOI and APP0": (b"", b"\xff\xd8\xff\xe0\0\x02"),
    "empty tables": (JPEG_HEAD, b"\xff\xdb\0\x02"),
    "empty scans": (JPEG_HEAD, SCAN),
    "Exif": (JPEG_HEAD, exif(6)),
    "long lengths": (JPEG_HEAD, b"\xff\xe1\xff\xff"),
    "no length": (JPEG_HEAD, b"\xff\xe1\0\0"),
    "PNG signatures": (b"", PNG_SIGNATURE),
    "empty text": (PNG_HEAD, chunk(b"tEXt", b"")),
    "empty image data": (PNG_HEAD, chunk(b"IDAT", b"")),
    "PNG Exif": (PNG_HEAD, chunk(b"eXIf", tiff(6))),
    "PNG long length": (PNG_HEAD + b"\x7f\xff\xff\xffIDAT", b"\0"),
    "zeros": (PNG_HEAD, b"\0"),
}


@pytest.mark.parametrize(("head", "filler"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_megabytes_are_done_with_in_one_pass(head: bytes, filler: bytes) -> None:
    hostile = head + filler * (5_000_000 // len(filler))
    try:
        photograph = look(hostile)
    except NotAPhotograph:
        return
    assert not photograph.whole
    assert len(photograph.content) <= len(hostile)
