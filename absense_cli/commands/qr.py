"""`absense qr show`: the code drawn in the terminal, turning by itself."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Annotated, Any

import typer
from qrcode import QRCode
from qrcode.constants import ERROR_CORRECT_L
from rich.console import RenderableType
from rich.live import Live
from rich.style import Style
from rich.table import Table
from rich.text import Text

from absense.v1 import qr_code_pb2
from absense_cli import output
from absense_cli.client import Client
from absense_cli.commands.sessions import Session
from absense_cli.common import AsJson, connect, session_id, zone_of
from absense_cli.errors import CliError, ExitCode
from absense_cli.text import clean, when

qr = typer.Typer(help="The code on the screen.")
QUIET_ZONE = 4
"""Modules of white around, as ISO/IEC 18004 asks for."""
_REFRESHES_PER_SECOND = 4
_BLACK, _WHITE = "#000000", "#ffffff"


def drawn(text: str, *, colour: bool) -> Text:
    """A QR code of two modules a character: 37 columns and 19 lines for ours.

    With colours it is black on white whatever the terminal's own are. Without them the light modules are drawn, which
    is right where the terminal's ground is dark.
    """
    code = QRCode(error_correction=ERROR_CORRECT_L, border=QUIET_ZONE)
    code.add_data(text, optimize=0)
    code.make()
    rows = code.get_matrix()
    if len(rows) % 2:
        rows = [*rows, [False] * len(rows[0])]
    picture = Text(no_wrap=True, end="")
    for upper, lower in zip(rows[::2], rows[1::2], strict=True):
        for top, bottom in zip(upper, lower, strict=True):
            if colour:
                picture.append("▀", Style(color=_shade(top), bgcolor=_shade(bottom)))
            else:
                picture.append({(0, 0): "█", (0, 1): "▀", (1, 0): "▄", (1, 1): " "}[int(top), int(bottom)])
        picture.append("\n")
    picture.right_crop(1)
    return picture


def _shade(dark: bool) -> str:
    return _BLACK if dark else _WHITE


@dataclass
class Screen:
    """What is shown; drawn anew some times a second for the countdown."""

    where: tzinfo
    ahead: float
    colour: bool
    code: qr_code_pb2.QrCode | None = None
    message: str = "Connecting ..."
    _drawn: tuple[str, Text] = field(default=("", Text()))

    def __rich__(self) -> RenderableType:
        if self.code is None:
            return Text(clean(self.message))
        if self._drawn[0] != self.code.text:
            self._drawn = (self.code.text, drawn(self.code.text, colour=self.colour))
        beside = Table.grid(padding=(0, 2))
        beside.add_row(self._drawn[1], self._words(self.code))
        return beside

    def _words(self, code: qr_code_pb2.QrCode) -> Text:
        context = code.context
        left = max(0.0, code.next_rotation_time.ToNanoseconds() / 1e9 - time.time() - self.ahead)
        words = Text()
        words.append(clean(f"{context.course_code} {context.course_title}"), "bold")
        words.append(f"\n{clean(context.room)}\n")
        words.append(f"open until {when(context, 'end_time', self.where, '%H:%M')}\n\n")
        if context.typed_code_allowed and code.typed_code:
            words.append("Cannot scan? Type\n")
            words.append(f"{clean(code.session_code)}  ", "bold")
            words.append(f"{clean(code.typed_code[:4])} {clean(code.typed_code[4:])}\n\n", "bold")
        words.append(f"Turns in {left:.0f} s\n")
        words.append(clean(self.message), "yellow")
        return words


@qr.command()
def show(
    session: Session = "",
    once: Annotated[bool, typer.Option("--once", help="Print the code of now, and end.")] = False,
    as_json: AsJson = False,
) -> None:
    """Draw the session's code, turning by itself, until Ctrl-C. Phones scan it from the screen."""
    with connect() as client:
        chosen = session_id(client, session)
        out = output.console()
        screen = Screen(zone_of(client), client.profile.clock_ahead, colour=output.has_colours(out))
        if once or as_json or not out.is_terminal:
            code = client.call("GetQrCode", session_id=chosen).code
            if as_json:
                output.as_json(code)
                return
            out.print(drawn(code.text, colour=screen.colour), soft_wrap=True)
            out.print(f"{clean(code.session_code)} {clean(code.typed_code)}")
            return
        with Live(screen, console=out, screen=True, refresh_per_second=_REFRESHES_PER_SECOND):
            for message in _codes(client, chosen, screen):
                _take(screen, message)
    output.say("The session is over: its codes are dead.")


def _take(screen: Screen, message: Any) -> None:
    screen.message = ""
    if message.HasField("code"):
        screen.code = message.code
        return
    context = message.waiting
    screen.message = f"{context.course_code} opens at {when(context, 'open_time', screen.where)}; the code comes then."


def _codes(client: Client, session: str, screen: Screen) -> Iterator[Any]:
    """Codes until the session is over; a connection that breaks is made again."""
    wait = threading.Event().wait
    while True:
        try:
            yield from client.stream("WatchQrCodes", session_id=session)
        except CliError as error:
            if error.code is not ExitCode.UNREACHABLE or screen.code is None:
                raise
            screen.message = f"{error.text} Trying again ..."
            wait(1)
        else:
            return
