"""What the commands share."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import typer

from absense_server import checkup, settings
from absense_server.adapters import logs
from absense_server.adapters.db import migrate
from absense_server.adapters.db.errors import said
from absense_server.adapters.extras import ExtraMissing
from absense_server.adapters.metrics.server import MetricsAddressInUse
from absense_server.adapters.signing_keys import SigningKeyUnusable
from absense_server.adapters.tls import TlsUnusable
from absense_server.app import AddressInUse, DemoAccountsOpen
from absense_server.app.database import DatabaseNotReady
from absense_server.domain.errors.base import DomainError
from absense_server.domain.errors.calls import BackendUnavailable
from absense_server.settings import Settings, SettingsInvalid


def read_settings(**given: Any) -> Settings:
    """The settings, `given` before the environment; says what is wrong with them and exits 1."""
    try:
        return settings.load(**given)
    except SettingsInvalid as error:
        fail("Settings that are wrong:\n" + "\n".join(f"  {line}" for line in str(error).splitlines()))


def configure_log(config: Settings, process: int | None = None) -> None:
    """Log as the settings have it; with the number of the process on each line, if it is one of several."""
    logs.configure(config.log_level, as_json=config.log_format == "json", process=process)


def fail(text: str) -> NoReturn:
    """Say what is wrong, on stderr, and exit 1."""
    print(text, file=sys.stderr)
    raise typer.Exit(1)


@contextmanager
def explained() -> Iterator[None]:
    """What keeps a command from its work, as a sentence."""
    try:
        yield
    except BackendUnavailable as error:
        fail(f"What this needs does not answer; `absense-server doctor` looks it over. What was said: {said(error)}")
    except (
        DomainError,
        DatabaseNotReady,
        DemoAccountsOpen,
        AddressInUse,
        MetricsAddressInUse,
        SigningKeyUnusable,
        TlsUnusable,
        ExtraMissing,
        checkup.FolderNotMade,
        migrate.NotMigrated,
    ) as error:
        fail(str(error))
