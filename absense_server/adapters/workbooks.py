"""Workbooks, written row by row into a temporary folder: XlsxWriter keeps no row in memory."""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import IO, Any, Final

from xlsxwriter import Workbook as Xlsx
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.worksheet import Worksheet

from absense_server.domain.attendance_export import Cell
from absense_server.domain.errors.reports import WorkbookUnavailable

SHEET_ROWS: Final = 1_048_576
"""As many as a sheet can have."""
_WIDTH: Final = 18
_FILE: Final = "workbook.xlsx"


class XlsxWorkbooks:
    """ports.outside.Workbooks."""

    def new(self, title: str, columns: Sequence[str]) -> "XlsxWorkbook":
        return XlsxWorkbook(title, columns)


class XlsxWorkbook:
    """ports.outside.Workbook. Its folder is made with the first step, and removed by `discard`."""

    def __init__(self, title: str, columns: Sequence[str], sheet_rows: int = SHEET_ROWS) -> None:
        self._title = title
        self._columns = columns
        self._sheet_rows = sheet_rows
        self._folder: Path | None = None
        self._book: _Book | None = None
        self._file: IO[bytes] | None = None
        self._lock = Lock()
        self._busy = False
        self._discarded = False

    def append(self, rows: Sequence[Sequence[Cell]]) -> None:
        with self._step() as folder:
            book = self._book_in(folder)
            for row in rows:
                book.write(row)

    def finish(self) -> None:
        with self._step() as folder:
            self._book_in(folder).close()

    def read(self, size: int) -> bytes:
        with self._step() as folder:
            if self._file is None:
                self._file = (folder / _FILE).open("rb")
            return self._file.read(size)

    def discard(self) -> None:
        with self._lock:
            self._discarded = True
            if self._busy:
                return
        self._remove()

    @contextmanager
    def _step(self) -> Iterator[Path]:
        with self._lock:
            if self._discarded:
                raise RuntimeError("a workbook is written that nobody wants any more")
            self._busy = True
        try:
            if self._folder is None:
                self._folder = Path(tempfile.mkdtemp(prefix="absense-export-"))
            yield self._folder
        except (OSError, FileCreateError) as error:
            raise WorkbookUnavailable from error
        finally:
            self._end_step()

    def _end_step(self) -> None:
        with self._lock:
            self._busy = False
            discarded = self._discarded
        if discarded:
            self._remove()

    def _book_in(self, folder: Path) -> "_Book":
        if self._book is None:
            self._book = _Book(folder, self._title, self._columns, self._sheet_rows)
        return self._book

    def _remove(self) -> None:
        if self._file is not None:
            self._file.close()
        if self._book is not None:
            self._book.let_go()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)


class _Book:
    """Sheets of one title, each begun with the columns' names."""

    def __init__(self, folder: Path, title: str, columns: Sequence[str], sheet_rows: int) -> None:
        options = {"constant_memory": True, "tmpdir": str(folder)}
        self._book = Xlsx(str(folder / _FILE), options)
        self._bold = self._book.add_format({"bold": True})
        self._title = title
        self._columns = columns
        self._sheet_rows = sheet_rows
        self._sheet, self._row = self._begin_sheet()

    def write(self, cells: Sequence[Cell]) -> None:
        """The next row."""
        if self._row == self._sheet_rows:
            self._sheet, self._row = self._begin_sheet()
        for column, cell in enumerate(cells):
            if isinstance(cell, int):
                self._sheet.write_number(self._row, column, cell)
            elif cell:
                # as text, whatever it looks like: neither a formula nor a link
                self._sheet.write_string(self._row, column, cell)
        self._row += 1

    def close(self) -> None:
        """Put the file together."""
        self._book.close()

    def let_go(self) -> None:
        """Close what is open, put together or not."""
        for sheet in self._book.worksheets():
            rows: Any = sheet.row_data_fh
            rows.close()

    def _begin_sheet(self) -> tuple[Worksheet, int]:
        number = len(self._book.worksheets()) + 1
        sheet = self._book.add_worksheet(self._title if number == 1 else f"{self._title} {number}")
        sheet.set_column(0, len(self._columns) - 1, _WIDTH)
        sheet.freeze_panes(1, 0)
        for column, name in enumerate(self._columns):
            sheet.write_string(0, column, name, self._bold)
        return sheet, 1
