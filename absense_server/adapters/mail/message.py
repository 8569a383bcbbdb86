"""A mail as it travels (RFC 5322)."""

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final
from uuid import uuid4

from email_validator import EmailNotValidError, validate_email

from absense_server.ports.mail import Mail, MailRefused

_LONGEST_LINE: Final = 998
"""That mail servers let pass (RFC 5322)."""


def reader_of(mail: Mail) -> str:
    """The reader's address as mail servers know it: in ASCII.

    Raises MailRefused.
    """
    try:
        valid = validate_email(mail.to, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        raise MailRefused("the address cannot be one") from None
    return valid.ascii_email or valid.normalized


def message_of(mail: Mail, sender: Address) -> EmailMessage:
    """The mail in plain text, and the same in HTML for who prefers it.

    Raises MailRefused.
    """
    message = EmailMessage(SMTP)
    message["From"] = sender
    message["To"] = Address(addr_spec=reader_of(mail))
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(mail.written_at)
    # another each time: sent again, a mail has another token
    message["Message-ID"] = f"<{uuid4()}@{sender.domain}>"
    # nobody's holiday answers it (RFC 3834)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text, cte=_encoding(mail.text))
    message.add_alternative(mail.html, subtype="html", cte=_encoding(mail.html))
    return message


def _encoding(text: str) -> str:
    """One that no server on the way has to change; none where it can be, so that a file can be read as it is."""
    plain = text.isascii() and all(len(line) <= _LONGEST_LINE for line in text.splitlines())
    return "7bit" if plain else "quoted-printable"
