"""QR codes, drawn in pure Python."""

import io

from qrcode import QRCode
from qrcode.constants import ERROR_CORRECT_M
from qrcode.image.pure import PyPNGImage

from absense_server.ports.outside import Drawing

_BORDER = 4
_PIXELS_PER_MODULE = 16
_BYTES_PER_MODULE = _PIXELS_PER_MODULE // 8


class QrCodeArtist:
    """Draws QR codes with error correction M and the standard's border of 4 modules, black on white.

    Text in QR's alphanumeric set (0-9, A-Z and " $%*+-./:") takes 5.5 bits a character instead of 8, so that
    our codes fit version 3: 29 x 29 modules, coarse enough for the last row. The PNG has 16 pixels a module,
    the SVG one unit. Takes some milliseconds of a core.
    """

    def draw(self, text: str) -> Drawing:
        """The QR code that holds `text`."""
        code = QRCode(error_correction=ERROR_CORRECT_M, box_size=_PIXELS_PER_MODULE, border=_BORDER)
        code.add_data(text, optimize=0)  # one segment, in the densest mode that holds all of it
        code.make()
        rows = code.get_matrix()
        return Drawing(_png(code, rows), _svg(rows))


def _png(code: QRCode, rows: list[list[bool]]) -> bytes:
    """One bit a pixel. pypng gets its rows packed: qrcode would hand over pixels one by one, for 27 ms."""
    writer = code.make_image(image_factory=PyPNGImage).get_image()
    black, white = bytes(_BYTES_PER_MODULE), b"\xff" * _BYTES_PER_MODULE
    packed = (b"".join(black if dark else white for dark in row) for row in rows)
    png = io.BytesIO()
    writer.write_packed(png, (line for line in packed for _ in range(_PIXELS_PER_MODULE)))
    return png.getvalue()


def _svg(rows: list[list[bool]]) -> str:
    """A path with a rectangle for each run of dark modules; without a size of its own, it fills its place."""
    side = len(rows)
    runs = "".join(f"M{start} {y}h{end - start}v1H{start}z" for y, row in enumerate(rows) for start, end in _runs(row))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" shape-rendering="crispEdges">'
        f'<path fill="#fff" d="M0 0h{side}v{side}H0z"/><path d="{runs}"/></svg>'
    )


def _runs(row: list[bool]) -> list[tuple[int, int]]:
    edges = [x for x in range(len(row) + 1) if (x > 0 and row[x - 1]) != (x < len(row) and row[x])]
    return list(zip(edges[::2], edges[1::2], strict=True))
