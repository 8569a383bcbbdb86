"""What is in the cells of imported files: numbers, dates, names, addresses."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from absense_server.domain.csv_tables import Row
from absense_server.domain.errors.accounts import EmailNotAccepted
from absense_server.domain.imports import FaultKind, Faults

MAX_LEVEL: Final = 20
MAX_NUMBER: Final = 64
MAX_NAME: Final = 200
"""As the contract has them for single accounts and courses."""
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_INSTANT: Final = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]\d{2}:\d{2})")
_EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
_LATEST: Final = datetime(2100, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Cells:
    """Reads cells, and notes what cannot be what its column holds; None: the cell is empty, or noted."""

    faults: Faults
    zone: ZoneInfo
    """Where days begin."""
    normalized: Callable[[str], str]
    """The form in which addresses are kept; raises EmailNotAccepted."""

    def email(self, row: Row, column: str = "email") -> str | None:
        """An address as it is kept."""
        if not row.get(column):
            return None
        try:
            return self.normalized(row.get(column))
        except EmailNotAccepted as error:
            self._bad(row, column, str(error))
            return None

    def number(self, row: Row, column: str = "institution_number") -> str | None:
        """An institution number."""
        if len(row.get(column)) > MAX_NUMBER:
            self._bad(row, column, f"A number has at most {MAX_NUMBER} characters.")
            return None
        return row.get(column) or None

    def level(self, row: Row, column: str = "level") -> int | None:
        """A year or level of study."""
        text = row.get(column)
        if not text:
            return None
        if not re.fullmatch(r"\d{1,2}", text, re.ASCII) or int(text) > MAX_LEVEL:
            self._bad(row, column, f"A level is a whole number from 0 to {MAX_LEVEL}.")
            return None
        return int(text)

    def name(self, row: Row, column: str, most: int = MAX_NAME) -> str | None:
        """A name of a person or a thing."""
        text = row.get(column)
        if not text:
            return None
        if len(text) > most or not any(letter.isalnum() for letter in text):
            self._bad(row, column, f"This has at most {most} characters, with a letter or a digit among them.")
            return None
        return text

    def instant(self, row: Row, column: str) -> datetime | None:
        """A date, which is the instant at which it begins, or an RFC 3339 time."""
        text = row.get(column)
        if not text:
            return None
        try:
            instant = _instant(text, self.zone)
        except (ValueError, OverflowError):
            self._bad(row, column, "This is no date such as 2026-09-01, nor a time such as 2026-09-01T08:00:00Z.")
            return None
        if not _EARLIEST <= instant < _LATEST:
            self._bad(row, column, "Dates are between 2000 and 2100.")
            return None
        return instant

    def _bad(self, row: Row, column: str, message: str) -> None:
        row.fault(self.faults, FaultKind.BAD_VALUE, message, column)


def _instant(text: str, zone: ZoneInfo) -> datetime:
    """Raises ValueError, OverflowError."""
    if _DATE.fullmatch(text):
        return datetime.combine(date.fromisoformat(text), time(), zone).astimezone(UTC)
    if _INSTANT.fullmatch(text):
        return datetime.fromisoformat(text).astimezone(UTC)
    raise ValueError(text)
