"""The tests of the contract once more, on PostgreSQL: every one of tests/rpc that has a server of its own."""

import importlib
from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType

import pytest

from absense_server.settings import Settings

CONTRACT = Path(__file__).parents[2] / "rpc"
ELSEWHERE = {"test_readiness.py"}
"""PostgreSQL has a clock of its own, which these turn against: see test_readiness_on_postgresql.py."""


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Module | None:
    """Put the contract's tests in place of the file that stands for them."""
    if module_path.name != "test_on_postgresql.py":
        return None
    module: Folder = Folder.from_parent(parent, path=CONTRACT, nodeid=f"{parent.nodeid}/{module_path.name}")
    return module


class Again(pytest.Module):
    """A module of tests under another name, with fixtures of its own."""

    def _getobj(self) -> ModuleType:
        return self.named(self.path.with_suffix(""))

    def named(self, path: Path) -> ModuleType:
        """What is in a module of tests/rpc, by its path."""
        name = ".".join(("tests", "rpc", *path.relative_to(CONTRACT).parts))
        again = ModuleType(name)
        vars(again).update(vars(importlib.import_module(name)))
        return again

    def collect(self) -> Iterable[pytest.Item | pytest.Collector]:
        """Those tests that make a server."""
        for found in super().collect():
            if not isinstance(found, pytest.Function) or "make_settings" in found.fixturenames:
                yield found


class Folder(Again):
    """A folder of tests with the fixtures of its conftest.py, if it has one."""

    def _getobj(self) -> ModuleType:
        conftest = self.path / "conftest.py"
        return self.named(conftest.with_suffix("")) if conftest.exists() else ModuleType(self.path.name)

    def collect(self) -> Iterable[pytest.Item | pytest.Collector]:
        """The folder's own fixtures, then what lies in it."""
        yield from super().collect()
        for path in sorted(self.path.iterdir()):
            if path.is_dir() or (path.match("test_*.py") and path.name not in ELSEWHERE):
                kind = Folder if path.is_dir() else Again
                found: Again = kind.from_parent(self, path=path, nodeid=f"{self.nodeid}::{path.stem}")
                yield found


@pytest.fixture
def make_settings(make_settings: Callable[..., Settings], emptied_url: str) -> Callable[..., Settings]:
    """Settings of a server on PostgreSQL."""

    def make(**given: object) -> Settings:
        return make_settings(**{"database_url": emptied_url, **given})

    return make
