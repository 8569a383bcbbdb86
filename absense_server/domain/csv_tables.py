"""Tables in CSV files as people's programs write them (RFC 4180, and kinder than it).

Read are UTF-8 with or without a byte order mark, else ISO 8859-1; comma, semicolon or tab, whichever the first line has
most of; every kind of line end; cells in quotes, with line ends and doubled quotes in them. Columns are known by name,
whatever the case; those that are not asked for are passed over, and so are empty lines.
"""

import codecs
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from absense_server.domain.errors.imports import ImportMalformed
from absense_server.domain.imports import FaultKind, Faults, Place

MAX_CELL: Final = 10_000
"""Characters; nothing that is imported is as long."""
MAX_COLUMNS: Final = 200
MAX_ROWS: Final = 250_000
"""Rows of one file, so that the memory that they take is bounded."""
_MAX_LINES: Final = 4 * MAX_ROWS
"""Lines, with the empty ones."""
_MAX_CELLS: Final = 16 * MAX_ROWS
"""Cells of one file, so that the time that they take is bounded."""
UTF_8: Final = "utf-8"
LATIN_1: Final = "iso-8859-1"
_DELIMITERS: Final = ",;\t"
# possessive: a cell that is not closed is given up at once, and costs no memory to step back through
_QUOTED = r'[ ]*+"([^"]*+(?:""[^"]*+)*+)"[ ]*+(?:({delimiter})|(\r\n|\r|\n|\Z))'
_PLAIN = r"([^{delimiter}\r\n]*+)(?:({delimiter})|(\r\n|\r|\n|\Z))"
_CELLS: Final = {
    delimiter: (
        re.compile(_QUOTED.replace("{delimiter}", re.escape(delimiter))),
        re.compile(_PLAIN.replace("{delimiter}", re.escape(delimiter))),
    )
    for delimiter in _DELIMITERS
}
_UNSEEN: Final = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Control characters, and those that turn the direction of what follows: as the contract refuses them in texts."""
_LINE_END: Final = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Columns:
    """What a table's columns may be called: for each, its own name first."""

    names: Mapping[str, Sequence[str]]
    """Each column with its other names, lower case, `_` for spaces and hyphens."""
    required: Sequence[Sequence[str]] = ()
    """Of each group one column has to be there."""


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one line (of several, where quotes hold line ends: then the first), without space around them."""

    place: Place
    cells: Mapping[str, str]
    """By the column's own name; those that are in the file."""
    headers: Mapping[str, str]
    """What the file calls the columns."""

    def get(self, column: str) -> str:
        """The cell; empty, too, where the column is not in the file."""
        return self.cells.get(column, "")

    def fault(self, faults: Faults, kind: FaultKind, message: str, column: str = "") -> None:
        """Note what is wrong with the cell, or with the line."""
        faults.add(self.place, kind, message, self.headers.get(column, column), self.get(column))


class Table:
    """The rows of a file, read as they are asked for, once; what is wrong with them is noted meanwhile."""

    def __init__(self, data: bytes, columns: Columns, faults: Faults, file: str = "") -> None:
        """Raises ImportMalformed where it is no text, or there is no first line."""
        text, self.encoding = decoded(data, file)
        self.row_count = 0
        self._file = file
        self._faults = faults
        self._lines = _lines(text, faults, file)
        first = next(self._lines, None)
        if first is None:
            raise ImportMalformed(_about(file, "it is empty. Its first line has to name the columns."))
        self._width = len(first[1])
        self._headers = self._read_header(first[0], first[1], columns)

    @property
    def columns(self) -> frozenset[str]:
        """Those that are in the file, by their own names."""
        return frozenset(self._headers)

    @property
    def headers(self) -> Mapping[str, str]:
        """What the file calls its columns, by their own names."""
        return self._headers

    def __iter__(self) -> Iterator[Row]:
        """Those of the right width whose cells can be shown; nothing, where the first line lacks a column.

        Raises ImportMalformed for more than MAX_ROWS.
        """
        names = {column: self._width_of[column] for column in self._headers}
        for line, cells in self._lines:
            self.row_count += 1
            if self.row_count > MAX_ROWS:
                raise ImportMalformed(_about(self._file, f"it has more than {MAX_ROWS:,} lines. Import it in parts."))
            place = Place(line, self._file)
            # spreadsheets write delimiters to the end of their widest line
            while len(cells) > self._width and not cells[-1]:
                cells.pop()
            if len(cells) != self._width:
                self._faults.add(
                    place,
                    FaultKind.MISSING if len(cells) < self._width else FaultKind.BAD_VALUE,
                    f"This line has {len(cells)} values, and the first line names {self._width} columns. "
                    "Put values with the delimiter in them into quotes.",
                )
                continue
            row = Row(place, {column: cells[index] for column, index in names.items()}, self._headers)
            if self._is_well(row):
                yield row

    def _is_well(self, row: Row) -> bool:
        before = self._faults.count
        for column, cell in row.cells.items():
            if len(cell) > MAX_CELL:
                row.fault(self._faults, FaultKind.BAD_VALUE, f"This is longer than {MAX_CELL:,} characters.", column)
            elif _UNSEEN.search(cell):
                message = "There are characters in it that nobody can see. Save the file as UTF-8, or type it anew."
                row.fault(self._faults, FaultKind.BAD_VALUE, message, column)
        return self._faults.count == before

    def _read_header(self, line: int, cells: Sequence[str], columns: Columns) -> dict[str, str]:
        if len(cells) > MAX_COLUMNS:
            raise ImportMalformed(_about(self._file, f"its first line names more than {MAX_COLUMNS} columns."))
        known = {name: column for column, others in columns.names.items() for name in (column.lower(), *others)}
        headers: dict[str, str] = {}
        self._width_of: dict[str, int] = {}
        place = Place(line, self._file)
        for index, cell in enumerate(cells):
            column = known.get(re.sub(r"[\s-]+", "_", cell.lower()))
            if column is None:
                continue
            if column in headers:
                self._faults.add(place, FaultKind.DUPLICATE, f"Two columns are {column}. Leave one out.", cell)
            headers[column] = cell
            self._width_of[column] = index
        lacking = [group for group in columns.required if not any(column in headers for column in group)]
        for group in lacking:
            self._faults.add(
                place,
                FaultKind.MISSING,
                f"No column is called {' or '.join(group)}. Name it in the first line.",
                group[0],
            )
        if lacking:
            # its lines would be wrong for that alone
            self.row_count = sum(1 for _ in self._lines)
            self._lines = iter(())
        return headers


def decoded(data: bytes, file: str = "") -> tuple[str, str]:
    """The text of a file, and what it was read as: UTF_8 or LATIN_1.

    Raises ImportMalformed for what is no text in either.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or _reads_as_utf_16(data):
        raise ImportMalformed(_about(file, "it is UTF-16. Save it as CSV in UTF-8."))
    if data.startswith(b"PK\x03\x04"):
        raise ImportMalformed(_about(file, "it is a workbook or an archive. Save it as CSV in UTF-8."))
    try:
        return data.decode("utf-8-sig"), UTF_8
    except UnicodeDecodeError:
        return data.decode(LATIN_1), LATIN_1


def _reads_as_utf_16(data: bytes) -> bool:
    beginning = data[:200]
    return len(beginning) > 3 and 4 * beginning.count(0) >= len(beginning)  # noqa: PLR2004 - more than a stray one


def _lines(text: str, faults: Faults, file: str) -> Iterator[tuple[int, list[str]]]:
    """Each line that is not empty: its number and its cells. What is wrong with quotes is noted, and passed over."""
    delimiter = _delimiter(text)
    position, line, count = 0, 1, 0
    while position < len(text):
        if line > _MAX_LINES:
            raise ImportMalformed(_about(file, f"it has more than {_MAX_LINES:,} lines. Import it in parts."))
        start, well, goes_on = line, True, True
        cells: list[str] = []
        while goes_on:
            cell = _cell(text, position, delimiter)
            count += 1
            if count > _MAX_CELLS:
                raise ImportMalformed(_about(file, f"it has more than {_MAX_CELLS:,} cells. Import it in parts."))
            if cell.text is None:
                well = False
                faults.add(Place(line, file), FaultKind.BAD_VALUE, cell.problem, value=text[position : cell.end])
            elif len(cells) <= MAX_COLUMNS:
                cells.append(cell.text.strip())
            position, goes_on = cell.end, cell.goes_on
            line += cell.line_ends
        if well and any(cells):
            yield start, cells


class _Cell(NamedTuple):
    text: str | None
    """None: its quotes are wrong."""
    end: int
    """Where the next one begins."""
    goes_on: bool
    """Whether the next one is on the same line."""
    line_ends: int
    """In it and after it."""
    problem: str = ""


def _cell(text: str, position: int, delimiter: str) -> _Cell:
    quoted, plain = _CELLS[delimiter]
    found = quoted.match(text, position)
    if found is not None:
        inside = found[1]
        line_ends = len(_LINE_END.findall(inside)) if "\n" in inside or "\r" in inside else 0
        return _Cell(inside.replace('""', '"'), found.end(), found[2] is not None, line_ends + bool(found[3]))
    # matches whatever there is
    found = plain.match(text, position)
    end, goes_on, line_ends = (position, False, 0) if found is None else (found.end(), bool(found[2]), bool(found[3]))
    cell = "" if found is None else found[1]
    if not cell.lstrip(" ").startswith('"'):
        return _Cell(cell, end, goes_on, line_ends)
    if text.find('"', position + cell.index('"') + 1) < 0:
        problem = "A quote is not closed by the end of the file; nothing from here on was read."
        return _Cell(None, len(text), False, 0, problem)
    return _Cell(None, end, goes_on, line_ends, "Text follows the quote that ends a cell. Double quotes within a cell.")


def _delimiter(text: str) -> str:
    """That which the first line that says anything has most of, outside of quotes."""
    beginning = text.lstrip("\r\n")[:100_000]
    header = _LINE_END.split(re.sub(r'"[^"]*+"', "", beginning), maxsplit=1)[0]
    return max(_DELIMITERS, key=header.count)


def _about(file: str, problem: str) -> str:
    return f"{file}: {problem}" if file else problem
