"""The tests of the contract once more, on PostgreSQL: every one of tests/rpc that has a server of its own."""

import importlib
from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from absense_server.settings import Settings

CONTRACT = Path(__file__).parents[2] / "rpc"
ELSEWHERE = {
    # PostgreSQL has a clock of its own, which these turn against: see test_readiness_on_postgresql.py
    "test_readiness.py",
    # about processes that break, whatever the database; each waits for several
    "test_broken_workers.py",
    # about messages and what is counted of them, before any database is asked
    "test_uploads.py",
    "test_metrics.py",
    "test_signing_keys.py",
    "test_qr_codes.py",
    "test_passwords.py",
    # about photographs, proofs and keys; what the database has to hold together is in tests/integration/db
    "test_enrollment.py",
    "test_devices.py",
    # tests/integration/faces and tests/e2e check faces on PostgreSQL
    "test_claims.py",
    # rules of accounts and addresses; their races are in modules that run here
    "test_accounts.py",
    "test_registration.py",
    "test_mails.py",
    # about what is read of a database, which tests/e2e does with a whole cluster on PostgreSQL
    "test_chaos_account.py",
}
"""Modules that are not run again."""


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Module | None:
    """Put the contract's tests in place of the file that stands for them."""
    if module_path.name != "test_on_postgresql.py":
        return None
    whole: Folder = Folder.from_parent(parent, path=module_path)
    whole.folder = CONTRACT
    return whole


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
            fixtures = found.fixturenames if isinstance(found, pytest.Function) else {"make_settings"}
            if "make_settings" in fixtures:
                yield found
            elif "hall" in fixtures:
                raise self.CollectError(f"{found.name} has a server whose settings do not come from make_settings")


class Folder(Again):
    """A folder of tests with the fixtures of its conftest.py, if it has one."""

    folder: Path

    def _getobj(self) -> ModuleType:
        conftest = self.folder / "conftest.py"
        return self.named(conftest.with_suffix("")) if conftest.exists() else ModuleType(self.name)

    def collect(self) -> Iterable[pytest.Item | pytest.Collector]:
        """The folder's own fixtures, then what lies in it."""
        yield from super().collect()
        for path in sorted(self.folder.iterdir()):
            where: dict[str, Any] = {"name": path.stem, "path": path, "nodeid": f"{self.nodeid}::{path.stem}"}
            if path.is_dir():
                below: Folder = Folder.from_parent(self, **where)
                below.folder = path
                yield below
            elif path.match("test_*.py") and path.name not in ELSEWHERE:
                module: Again = Again.from_parent(self, **where)
                yield module


@pytest.fixture
def make_settings(make_settings: Callable[..., Settings], emptied_url: str) -> Callable[..., Settings]:
    """Settings of a server on PostgreSQL."""

    def make(**given: object) -> Settings:
        return make_settings(**{"database_url": emptied_url, **given})

    return make
