"""Looks an installation over: what is configured, what is missing, what to do about it."""

from collections.abc import Iterable
from pathlib import Path

from absense_server.checkup.access import modes, tokens, who_connects
from absense_server.checkup.database import database, sqlite_file
from absense_server.checkup.faces import faces
from absense_server.checkup.findings import Finding
from absense_server.checkup.mail import mail
from absense_server.checkup.rate_limits import rate_limits
from absense_server.checkup.storage import storage
from absense_server.settings import Settings

__all__ = ["Finding", "FolderNotMade", "examine", "prepare_folders", "who_connects"]


class FolderNotMade(Exception):
    """A folder that the settings name cannot be made."""

    def __init__(self, folder: Path, error: OSError) -> None:
        super().__init__(f"The folder {folder} cannot be made: {error.strerror}. Make it, or name another.")


def prepare_folders(settings: Settings) -> None:
    """Make the folders that the settings name.

    Raises FolderNotMade.
    """
    file = sqlite_file(settings)
    if file is not None:
        _make(file.parent)
    if settings.storage_backend == "local":
        _make(settings.storage_folder)
    if not settings.smtp_host:
        _make(settings.mail_outbox_folder)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise FolderNotMade(folder, error) from error


def examine(settings: Settings, *, unknown: Iterable[str] = (), file_open: bool = False) -> list[Finding]:
    """Everything worth knowing before serving; no secret is in it.

    `unknown`: names in `.env` that are no settings; `file_open`: whether anybody on the machine can read or write it.
    """
    strangers = [Finding(ok=False, text=f".env: {name} is no setting of ours; misspelt?") for name in unknown]
    if file_open:
        strangers.append(
            Finding(ok=False, text=".env: every user of this machine can read or write it; chmod 600 .env")
        )
    return [
        *modes(settings),
        *who_connects(settings),
        *tokens(settings),
        *strangers,
        *database(settings),
        *storage(settings),
        *mail(settings),
        *rate_limits(settings),
        *faces(settings),
    ]
