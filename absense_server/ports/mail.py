"""Where mails go."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail to one reader."""

    to: str = field(repr=False)
    subject: str
    text: str = field(repr=False)
    html: str = field(repr=False)
    """The same as `text`."""
    written_at: datetime


class MailRefused(Exception):
    """Nobody takes this mail for this reader, however often it is sent. `str()` says why, without the address."""


class Mailer(Protocol):
    """Sends mails."""

    def send(self, mail: Mail) -> None:
        """Returns once somebody else answers for the mail.

        Raises MailRefused, and BackendUnavailable when it is worth trying again: somebody may have taken it all the
        same.
        """
        ...

    def close(self) -> None:
        """What is being sent breaks off."""
        ...
