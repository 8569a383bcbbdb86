"""docs/SECURITY.md: each thing that somebody tries is answered, and the tests that are to show it exist."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "SECURITY.md").read_text(encoding="utf-8")
ROWS = [
    line.strip("|").split("|")
    for line in TEXT.splitlines()
    if line.startswith("| ") and not re.match(r"\| they (try|find) \|", line)
]
SHOWN = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


@cache
def names_in(file: str) -> set[str]:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    }


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0].strip())
def test_what_somebody_tries_is_answered_and_shown(row: list[str]) -> None:
    tried, answer, shown = [cell.strip() for cell in row]
    assert tried
    assert answer
    found = SHOWN.findall(shown)
    assert len(found) == shown.count("::") >= 1
    assert [f"{file}::{name}" for file, name in found if name not in names_in(file)] == []


def test_the_table_was_found() -> None:
    assert len(ROWS) > 30
    assert len(SHOWN.findall(TEXT)) == TEXT.count(".py::")


def test_it_is_linked_from_the_readme() -> None:
    assert "(docs/SECURITY.md)" in (ROOT / "README.md").read_text(encoding="utf-8")
