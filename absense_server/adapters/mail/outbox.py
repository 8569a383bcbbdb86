"""Mails in a folder, where there is no mail server."""

from email.headerregistry import Address
from pathlib import Path

from uuid_utils.compat import uuid7

from absense_server.adapters.files import write_whole
from absense_server.adapters.mail.message import message_of
from absense_server.domain.errors.calls import BackendUnavailable
from absense_server.ports.mail import Mail


class OutboxFolder:
    """A file for each mail, whole or not at all, readable by the server's user alone; the newest name sorts last."""

    def __init__(self, folder: Path, sender: Address) -> None:
        self._folder = folder
        self._sender = sender

    def send(self, mail: Mail) -> None:
        """Put the mail there. Raises MailRefused, BackendUnavailable."""
        content = message_of(mail, self._sender).as_bytes()
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_whole(self._folder / f"{mail.written_at:%Y%m%dT%H%M%SZ}-{uuid7()}.eml", content)
        except OSError as error:
            raise BackendUnavailable from error

    def close(self) -> None:
        """Nothing: a file is written at once."""
