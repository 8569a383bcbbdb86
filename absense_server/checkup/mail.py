"""Mail."""

import tempfile
from collections.abc import Iterator
from urllib.parse import urlsplit

from absense_server.adapters.mail.smtp import SmtpMailer
from absense_server.checkup.findings import Finding
from absense_server.domain.errors.calls import BackendUnavailable
from absense_server.settings import Settings

_PATIENCE = 10.0
"""Seconds that a mail server has to answer."""


def mail(settings: Settings) -> Iterator[Finding]:
    """Whether mails reach people."""
    yield from _mail_server(settings) if settings.smtp_host else _outbox(settings)
    if not settings.web_url:
        yield Finding(ok=True, text="mail: holds codes to be typed; with WEB_URL, links")
    elif _in_the_open(urlsplit(settings.web_url).scheme == "http", urlsplit(settings.web_url).hostname):
        yield Finding(ok=False, text="WEB_URL is not https: whoever is on the way can take the links in mails over")


def _outbox(settings: Settings) -> Iterator[Finding]:
    folder = settings.mail_outbox_folder.resolve()
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except FileNotFoundError:
        text = f"mail: {folder} is not there; run `absense-server migrate`, which makes it, or set SMTP_HOST"
        yield Finding(ok=False, text=text)
        return
    except OSError as error:
        reason = error.strerror or "cannot be written"
        yield Finding(ok=False, text=f"mail: {folder}: {reason}; make it, or set MAIL_OUTBOX_FOLDER or SMTP_HOST")
        return
    text = f"mail: is put into the folder {folder} and reaches nobody; set SMTP_HOST"
    yield Finding(ok=settings.demo_mode, text=text)


def _mail_server(settings: Settings) -> Iterator[Finding]:
    where = f"{settings.smtp_host}:{settings.smtp_port}"
    try:
        SmtpMailer(sender=settings.mail_sender, patience=_PATIENCE, **settings.smtp).check()
    except BackendUnavailable as error:
        text = f"mail: {where}: {error.__cause__}; check the SMTP_ settings: mails wait, for a day at most"
        yield Finding(ok=False, text=text)
    else:
        how = {"starttls": "STARTTLS", "tls": "TLS", "none": "no encryption"}[settings.smtp_security]
        who = "signed in" if settings.smtp_user else "not signed in"
        yield Finding(ok=True, text=f"mail: {where} answers, with {how}, {who}")
    if _in_the_open(settings.smtp_security == "none", settings.smtp_host):
        what = "SMTP_PASSWORD and the tokens in mails" if settings.smtp_user else "the tokens in mails"
        yield Finding(ok=False, text=f"SMTP_SECURITY is none: {what} can be read by whoever is on the way")
    if settings.mail_sender.domain == "localhost":
        yield Finding(ok=False, text=f"MAIL_FROM is {settings.mail_sender}, which other mail servers refuse; set it")


def _in_the_open(plain: bool, host: str | None) -> bool:
    """Whether something goes over a network unencrypted."""
    return plain and host not in {"localhost", "127.0.0.1", "::1"}
