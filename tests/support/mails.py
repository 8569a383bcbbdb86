"""Mails as their readers have them."""

import email
import re
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from absense_server.domain.mails import TOKEN_LENGTH, MailKind
from absense_server.services.mail_texts import _WORDINGS

_TOKEN = re.compile(rf"(?:#token=|^)([A-Za-z0-9]{{{TOKEN_LENGTH}}})$", re.MULTILINE)


@dataclass(frozen=True)
class ReadMail:
    """A mail that arrived."""

    message: EmailMessage

    @property
    def to(self) -> str:
        return str(self.message["To"])

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def kind(self) -> MailKind:
        return next(kind for kind, wording in _WORDINGS.items() if wording.subject == self.subject)

    @property
    def text(self) -> str:
        return self._part("plain")

    @property
    def html(self) -> str:
        return self._part("html")

    @property
    def token(self) -> str:
        """What its link or code is good for."""
        found = _TOKEN.search(self.text)
        assert found is not None, f"{self.subject}: no token"
        return found[1]

    def _part(self, kind: str) -> str:
        part = self.message.get_body([kind])
        assert part is not None, self.subject
        return str(part.get_content()).replace("\r\n", "\n")


def read_mail(data: bytes) -> ReadMail:
    message = email.message_from_bytes(data, policy=default)
    assert isinstance(message, EmailMessage)
    return ReadMail(message)


def mails_in(folder: Path) -> list[ReadMail]:
    """All mails in an outbox folder, the newest last."""
    return [read_mail(path.read_bytes()) for path in sorted(folder.glob("*.eml"))]
