"""QR codes: what is drawn is read by other code than drew it."""

import re
import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from uuid import UUID

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from absense_server.adapters.qr import QrCodeArtist
from absense_server.domain.codes import CodeKeys, Step
from absense_server.domain.ids import SessionId

NOW = datetime(2026, 11, 3, 9, tzinfo=UTC)
SVG = "{http://www.w3.org/2000/svg}"
VERSION_3_WITH_BORDER = 29 + 2 * 4
PIXELS = 16


def code(number: int) -> str:
    session_id = SessionId(UUID(int=0x0192F000_0000_7000_8000_0123456789AB + number))
    return CodeKeys(b"k" * 32).text(Step(session_id, 1, number, NOW, NOW, NOW))


def decode(picture: NDArray[np.uint8]) -> str:
    text, _, _ = cv2.QRCodeDetectorAruco().detectAndDecode(picture)
    return text


def pixels(png: bytes) -> NDArray[np.uint8]:
    picture = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert picture is not None
    return picture.astype(np.uint8)


def rasterized(svg: str) -> NDArray[np.uint8]:
    """The modules of the SVG's dark path, drawn by this test."""
    root = ET.fromstring(svg)  # noqa: S314 - our own
    side = int(root.attrib["viewBox"].split()[2])
    modules = np.full((side, side), 255, np.uint8)
    dark = root.findall(f"{SVG}path")[1].attrib["d"]
    runs = re.findall(r"M(\d+) (\d+)h(\d+)v1H(\d+)z", dark)
    assert "".join(f"M{x} {y}h{width}v1H{back}z" for x, y, width, back in runs) == dark
    for x, y, width, back in runs:
        assert back == x
        modules[int(y), int(x) : int(x) + int(width)] = 0
    return modules


@pytest.mark.parametrize("number", range(20))
def test_our_codes_are_read_back(number: int) -> None:
    text = code(number)
    drawing = QrCodeArtist().draw(text)
    assert len(text) == 53
    assert decode(pixels(drawing.png)) == text
    assert decode(np.kron(rasterized(drawing.svg), np.ones((8, 8), np.uint8))) == text


def test_our_codes_are_coarse() -> None:
    """In byte mode, 53 characters would need version 4, in which modules are an eighth smaller."""
    drawing = QrCodeArtist().draw(code(0))
    assert pixels(drawing.png).shape == (VERSION_3_WITH_BORDER * PIXELS, VERSION_3_WITH_BORDER * PIXELS)
    assert f'viewBox="0 0 {VERSION_3_WITH_BORDER} {VERSION_3_WITH_BORDER}"' in drawing.svg


def test_alphanumeric_mode_and_correction_m() -> None:
    modules = rasterized(QrCodeArtist().draw(code(0)).svg)[4:-4, 4:-4] == 0
    # format information beside the upper left finder: 5 bits, masked by 101010000010010; level M is 00
    level = [bool(modules[8, 0]) ^ True, bool(modules[8, 1]) ^ False]
    assert level == [False, False]
    mask = 4 * (modules[8, 2] ^ True) + 2 * (modules[8, 3] ^ False) + (modules[8, 4] ^ True)
    # the first four bits, from the lower right corner upwards, say the mode: alphanumeric is 0010
    places = [(28, 28), (28, 27), (27, 28), (27, 27)]
    assert [bool(modules[y, x]) ^ masked(int(mask), y, x) for y, x in places] == [False, False, True, False]


def masked(mask: int, y: int, x: int) -> bool:
    """ISO/IEC 18004, table 10."""
    return [
        (y + x) % 2,
        y % 2,
        x % 3,
        (y + x) % 3,
        (y // 2 + x // 3) % 2,
        y * x % 2 + y * x % 3,
        (y * x % 2 + y * x % 3) % 2,
        ((y + x) % 2 + y * x % 3) % 2,
    ][mask] == 0


def test_png_and_svg_show_the_same() -> None:
    drawing = QrCodeArtist().draw(code(7))
    assert (np.kron(rasterized(drawing.svg), np.ones((PIXELS, PIXELS), np.uint8)) == pixels(drawing.png)).all()


def test_it_has_a_white_border_of_four_modules() -> None:
    picture = pixels(QrCodeArtist().draw(code(0)).png)
    border = 4 * PIXELS
    inside = picture[border:-border, border:-border]
    assert (picture == 0).sum() == (inside == 0).sum()
    assert inside[0, 0] == 0


def test_the_svg_is_plain_and_takes_any_size() -> None:
    svg = QrCodeArtist().draw(code(0)).svg
    root = ET.fromstring(svg)  # noqa: S314 - our own
    assert svg.startswith("<svg ")
    assert svg.isascii()
    assert root.attrib == {"viewBox": "0 0 37 37", "shape-rendering": "crispEdges"}
    assert [element.tag for element in root.iter()] == [f"{SVG}svg", f"{SVG}path", f"{SVG}path"]
    assert root[0].attrib == {"fill": "#fff", "d": "M0 0h37v37H0z"}


@pytest.mark.parametrize("text", ["a", "<&\"'>", "https://example.org/?a=b", "été", "A" * 500])
def test_other_text_never_gets_into_the_xml(text: str) -> None:
    drawing = QrCodeArtist().draw(text)
    ET.fromstring(drawing.svg)  # noqa: S314 - our own
    assert decode(pixels(drawing.png)) == text
