"""docs/OPERATIONS.md: whatever it names is there."""

import re
from pathlib import Path
from typing import Any

import typer.main

from absense.v1 import error_reason_pb2
from absense_cli.app import cli as client
from absense_server.cli import cli as server
from absense_server.domain.audit import Action
from absense_server.domain.audit_chain import BreakKind
from absense_server.domain.verdicts import Reason
from absense_server.settings import Settings
from tests.architecture.test_security_document import SHOWN, names_in

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "OPERATIONS.md").read_text(encoding="utf-8")
TRIED = re.findall(r"<!-- tried: ([\w-]+) -->", TEXT)
VARIABLES = {"DATABASE_FILE"}
"""Of its own commands, beside those that are named as settings."""


def test_the_tests_that_it_names_exist() -> None:
    found = SHOWN.findall(TEXT)
    assert len(found) == TEXT.count(".py::") > 20
    assert [f"{file}::{name}" for file, name in found if name not in names_in(file)] == []


def test_what_it_writes_in_capitals_exists() -> None:
    named = set(re.findall(r"`([A-Z][A-Z0-9]*_[A-Z0-9_]+)\b", TEXT))
    reasons = {name.removeprefix("ERROR_REASON_") for name in error_reason_pb2.ErrorReason.DESCRIPTOR.values_by_name}
    kinds = {each.value for kind in (Action, BreakKind, Reason) for each in kind}
    assert len(named) > 20
    assert named - VARIABLES - {name.upper() for name in Settings.model_fields} - reasons - kinds == set()


def test_the_metrics_that_it_names_exist() -> None:
    named = set(re.findall(r"\b(?:absense|grpc_server)_\w+", TEXT)) - {"absense_server"}
    metrics = ROOT / "absense_server" / "adapters" / "metrics"
    source = "".join((metrics / name).read_text(encoding="utf-8") for name in ("calls.py", "process.py"))
    kept = {f"{prefix}{name}" for prefix in ("absense_", "") for name in re.findall(r'"([a-z_]+)"', source)}
    assert len(named) > 8
    assert {name for name in named if re.sub("_(total|bucket)$", "", name) not in kept} == set()


def test_the_commands_that_it_names_exist() -> None:
    for name, group in (("absense", client), ("absense-server", server)):
        typed = re.findall(rf"(?<![\w./-]){name} ((?:[a-z][a-z-]+ ?)+)", TEXT)
        assert len(typed) > 5
        assert [words for words in typed if not _leads_to_a_command(typer.main.get_command(group), words.split())] == []


def _leads_to_a_command(command: Any, words: list[str]) -> bool:
    """Whether words, as far as they go, name a command of a group of commands; what comes after it are arguments."""
    for word in words:
        if not hasattr(command, "commands"):
            break
        if word not in command.commands:
            return False
        command = command.commands[word]
    return not hasattr(command, "commands")


def test_what_is_tried_is_followed_by_a_test() -> None:
    test = (ROOT / "tests" / "e2e" / "test_operations.py").read_text(encoding="utf-8")
    followed = {f"{verb}-{database}" for verb in ("back-up", "restore") for database in ("postgresql", "sqlite")} | set(
        re.findall(r'follow\("([\w-]+)"', test)
    )
    assert sorted(TRIED) == sorted(followed)


def test_it_is_linked_from_the_readme() -> None:
    assert "(docs/OPERATIONS.md)" in (ROOT / "README.md").read_text(encoding="utf-8")
