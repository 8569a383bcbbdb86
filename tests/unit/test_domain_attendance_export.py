"""What a table of attendance says, and that no spreadsheet runs it."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from absense_server.domain.attendance_export import csv_of, defused

RUNS = "=+-@\uff1d\uff0b\uff0d\uff20\ufe63\u2212"


@pytest.mark.parametrize("sign", RUNS)
@pytest.mark.parametrize("before", ["", " ", "\u00a0", "\u200b", '"', "'", " \u201c'"])
def test_what_would_run_begins_with_an_apostrophe(before: str, sign: str) -> None:
    text = f"{before}{sign}HYPERLINK(A1)"
    assert defused(text) == f"'{text}"


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("Ama-Lee O'Neil +1", "Ama-Lee O'Neil +1"),
        ("(=1)", "(=1)"),
        ("", ""),
        ("\tAma", "'\tAma"),
        ("\r=1", "'\r'=1"),
        # cut at semicolons where commas are decimal points, whatever is in quotes
        ("Ama;=1+1; B", "Ama;'=1+1; B"),
        ("Ama\n@x", "Ama\n'@x"),
    ],
)
def test_only_what_would_run(text: str, safe: str) -> None:
    assert defused(text) == safe


@limits(max_examples=100)
@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=2, max_size=3), max_size=3))
def test_what_is_written_is_read_again(rows: list[list[str]]) -> None:
    """By another reader: quotes, commas, line breaks."""
    written = csv_of(rows)
    assert list(csv.reader(io.StringIO(written.decode(), newline=""), strict=True)) == rows
    assert written.endswith(b"\r\n") or not rows


@limits(max_examples=100)
@given(st.text(st.sampled_from(RUNS + " '\"\t\r\n;,aä1\u200b")))
def test_no_piece_of_what_is_defused_would_run(text: str) -> None:
    safe = defused(text)
    assert safe.replace("'", "") == text.replace("'", "")
    for piece in safe.replace("\t", ";").replace("\r", ";").replace("\n", ";").split(";"):
        assert piece.strip(" \u200b\"'")[:1] not in tuple(RUNS) or piece.startswith("'")
