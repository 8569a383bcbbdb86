"""CSV files are read back as they were written, however they were written."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from absense_server.domain import csv_tables
from absense_server.domain.csv_tables import Columns, Table
from absense_server.domain.errors.imports import ImportMalformed
from absense_server.domain.imports import Faults

COLUMNS = Columns({"a": (), "b": (), "c": ()})
CELLS = st.text(st.sampled_from("aé ,;\"'x1"), max_size=6)


@settings(max_examples=60)
@given(
    rows=st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=5),
    delimiter=st.sampled_from(",;\t"),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "latin-1"]),
)
def test_what_is_written_is_read(
    rows: list[tuple[str, str, str]], delimiter: str, line_end: str, encoding: str
) -> None:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator=line_end, quoting=csv.QUOTE_ALL)
    writer.writerows([("A", "b", "C"), *rows])
    faults = Faults()
    table = Table(text.getvalue().encode(encoding), COLUMNS, faults)
    found = [tuple(row.cells[name] for name in "abc") for row in table]
    assert found == [cells for row in rows if any(cells := tuple(cell.strip() for cell in row))]
    assert faults.count == 0


def test_no_line_is_read_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_tables, "_MAX_CELLS", 50)
    with pytest.raises(ImportMalformed, match="more than 50 cells"):
        list(Table(b"a,b\n" + b"," * 100, COLUMNS, Faults()))
