"""The rules rest on Python alone: import-linter sees our packages, this sees everyone else's."""

import ast
import sys
from pathlib import Path

DOMAIN = Path(__file__).resolve().parents[2] / "absense_server" / "domain"


def test_the_domain_imports_the_standard_library_and_itself_only() -> None:
    imported = {(path.name, name) for path in DOMAIN.rglob("*.py") for name in imports_of(path)}
    assert imported, "the domain was not found"
    allowed = {*sys.stdlib_module_names, "absense_server"}
    assert {(file, name) for file, name in imported if name.split(".")[0] not in allowed} == set()


def imports_of(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return names
