"""What a command shows: tables and colours for people, plain lines for a pipe, one JSON document for scripts."""

import json
import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, SpinnerColumn, TextColumn
from rich.table import Table
from rich.text import Text

from absense_cli.errors import CliError
from absense_cli.text import clean, clean_lines, enum_name

__all__ = ["enum_name"]

Column = tuple[str, Callable[[Any], object]]
"""A heading, and what of a row stands under it. A heading that ends in "id" is never folded."""

_state = {"verbose": False}


def be_verbose(yes: bool) -> None:
    """Whether calls are told on stderr."""
    _state["verbose"] = yes


def console() -> Console:
    """Standard output. Made anew each time, because a test or a shell may have put another in its place."""
    return Console(highlight=False, markup=False, emoji=False)


def has_colours(out: Console) -> bool:
    """Whether colours are shown there; NO_COLOR counts."""
    return out.color_system is not None and not out.no_color


def error_console() -> Console:
    """Standard error."""
    return Console(stderr=True, highlight=False, markup=False, emoji=False)


def say(text: str) -> None:
    """A sentence that is the command's result."""
    console().print(clean_lines(text), soft_wrap=True)


def note(text: str) -> None:
    """What a person should know and a pipe should not carry."""
    error_console().print(clean_lines(text), style="dim", soft_wrap=True)


def verbose(text: str) -> None:
    """What was called and how it went; never what was sent."""
    if _state["verbose"]:
        note(text)


def complain(error: CliError) -> None:
    """What went wrong and what to do, on stderr."""
    out = error_console()
    out.print(Text(clean_lines(error.text), style="bold red" if out.is_terminal else ""), soft_wrap=True)
    if error.hint:
        out.print(clean_lines(error.hint), soft_wrap=True)


def as_json(message: Message | dict[str, Any], *, one_line: bool = False) -> None:
    """A message as the contract names it, zeros included; whatever could act on a terminal is escaped."""
    value = message if isinstance(message, dict) else to_dict(message)
    console().out(json.dumps(value, indent=None if one_line else 2), highlight=False)


def to_dict(message: Message) -> dict[str, Any]:
    """As as_json writes it."""
    found: dict[str, Any] = MessageToDict(
        message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
    )
    return found


def line(values: Iterable[object]) -> None:
    """Values with tabs between, as `cut` reads them."""
    out = console()
    out.file.write("\t".join(clean(str(value)) for value in values) + "\n")
    out.file.flush()


def table(columns: Sequence[Column], rows: Iterable[Any], *, empty: str = "Nothing.", title: str = "") -> None:
    """Rows under headings; into a pipe as lines with tabs between, headings first."""
    out = console()
    rows = list(rows)
    if not out.is_terminal:
        line([heading for heading, _ in columns])
        for row in rows:
            line([value(row) for _, value in columns])
        return
    if not rows:
        note(empty)
        return
    grid = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), title=title or None, title_justify="left")
    for heading, _ in columns:
        is_id = heading.endswith("id")
        style = "dim" if is_id else ""
        grid.add_column(
            Text(heading), no_wrap=is_id, overflow="fold", min_width=len(heading), style=style, header_style="bold"
        )
    for row in rows:
        grid.add_row(*(Text(clean(str(value(row)))) for _, value in columns))
    out.print(grid)


def card(facts: Sequence[tuple[str, object]]) -> None:
    """One thing: names and values, one a line; what is empty is left out."""
    out = console()
    shown = [(name, clean(str(value))) for name, value in facts if str(value) not in {"", "None"}]
    width = max((len(name) for name, _ in shown), default=0)
    for name, value in shown:
        shown_line = Text(name.ljust(width + 2), style="dim")
        shown_line.append(value, style="not dim")
        out.print(shown_line, soft_wrap=not out.is_terminal)


def progress(what: str, total: int | None) -> AbstractContextManager[Callable[[int], None]]:
    """A bar of bytes on stderr, where somebody sees it; yields what to tell of each part."""
    out = error_console()
    if not out.is_terminal:
        return nullcontext(lambda _size: None)
    return _Bar(out, what, total)


def size_of(path: str | os.PathLike[str]) -> str:
    """A file's size for people."""
    size: float = os.stat(path).st_size  # noqa: PTH116 - takes both kinds of path
    for unit in ("bytes", "KiB", "MiB"):
        if size < 1024:  # noqa: PLR2004 - that is what these units are
            return f"{size:.0f} {unit}" if unit == "bytes" else f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:.1f} GiB"


class _Bar:
    def __init__(self, out: Console, what: str, total: int | None) -> None:
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            DownloadColumn(),
            console=out,
            transient=True,
        )
        self._task = self._progress.add_task(clean(what), total=total)

    def __enter__(self) -> Callable[[int], None]:
        self._progress.start()
        return lambda size: self._progress.advance(self._task, size)

    def __exit__(self, *_: object) -> None:
        self._progress.stop()
