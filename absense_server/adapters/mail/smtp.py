"""Mails by a mail server (RFC 5321)."""

import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.headerregistry import Address
from time import monotonic
from typing import Any, Final, Literal, NoReturn

from absense_server.adapters.mail.message import message_of, reader_of
from absense_server.domain.errors.calls import BackendUnavailable
from absense_server.ports.mail import Mail, MailRefused

Security = Literal["starttls", "tls", "none"]

_PATIENCE: Final = 60.0
"""Seconds that one mail may take: some servers look at it for long before they answer for it."""
_CONNECTING: Final = 10.0
_GOODBYE: Final = 1.0
_LAST_WORD: Final = 0.1
_FOR_GOOD: Final = 500
_ABOUT_US: Final = frozenset({503, 530, 534, 535, 538})
"""Who sends has not signed in, or not as the server wants it: that can be mended."""


class MailServerProblem(Exception):
    """What is wrong with the mail server; nothing that it said is in it, which may name the reader."""


class SmtpMailer:
    """Hands each mail to the mail server, on a connection of its own. May be used from several threads."""

    def __init__(
        self,
        host: str,
        port: int,
        security: Security,
        sender: Address,
        *,
        user: str = "",
        password: str = "",
        trust: ssl.SSLContext | None = None,
        patience: float = _PATIENCE,
    ) -> None:
        """`trust`: whose certificates are believed, if not those that the machine believes."""
        self._host = host
        self._port = port
        self._security = security
        self._sender = sender
        self._user = user
        self._password = password
        self._trust = trust or ssl.create_default_context()
        self._trust.minimum_version = ssl.TLSVersion.TLSv1_2
        self._patience = patience
        self._lines = _Lines()

    def send(self, mail: Mail) -> None:
        """Returns once the server answers for the mail.

        Raises MailRefused when it refuses reader or mail for good; BackendUnavailable when it does not answer, is not
        who it should be, or says to come again.
        """
        content, reader = message_of(mail, self._sender).as_bytes(), reader_of(mail)
        with self._connected() as smtp:
            try:
                # `send_message` would change lines that begin with From
                smtp.sendmail(self._sender.addr_spec, [reader], content)
            except smtplib.SMTPRecipientsRefused as error:
                _refuse("the reader", next(iter(error.recipients.values()))[0])
            except smtplib.SMTPDataError as error:
                _refuse("the mail", error.smtp_code)

    def check(self) -> None:
        """Raise BackendUnavailable, caused by a MailServerProblem, unless the server would take a mail from us."""
        with self._connected() as smtp:
            smtp.noop()

    def close(self) -> None:
        """What is being sent breaks off, and nothing more is."""
        self._lines.cut()

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        """A connection ready for a mail. Raises BackendUnavailable for what goes wrong, also within."""
        smtp: smtplib.SMTP | None = None
        try:
            smtp = self._open()
            yield smtp
            # the mail is sent, whatever comes of saying goodbye
            with suppress(OSError, smtplib.SMTPException):
                smtp.quit()
        except (OSError, ValueError, smtplib.SMTPException) as error:
            # not the error itself, which may hold the server's words
            raise BackendUnavailable from MailServerProblem(_problem(error))
        finally:
            if smtp is not None:
                smtp.close()

    def _open(self) -> smtplib.SMTP:
        deadline = monotonic() + self._patience
        where = {"host": self._host, "port": self._port, "timeout": min(_CONNECTING, self._patience)}
        if self._security == "tls":
            smtp: smtplib.SMTP = _TlsFromTheStart(self._lines, deadline, context=self._trust, **where)
        else:
            smtp = _Plain(self._lines, deadline, **where)
        try:
            if self._security == "starttls":
                smtp.starttls(context=self._trust)
            smtp.ehlo_or_helo_if_needed()
            if self._user:
                smtp.login(self._user, self._password)
        except BaseException:
            smtp.close()
            raise
        return smtp


class _Lines:
    """The connections that are open, to be cut from another thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._cut = False

    def add(self, sock: socket.socket) -> socket.socket | None:
        """Another handle on the connection, to be given back; None after `cut`: no more are opened."""
        with self._lock:
            if self._cut:
                return None
            # TLS takes the connection over from one socket to the next: this one stays
            line = socket.fromfd(sock.fileno(), sock.family, sock.type)
            self._open.add(line)
            return line

    def forget(self, line: socket.socket) -> None:
        with self._lock:
            self._open.discard(line)
            line.close()

    def cut(self) -> None:
        with self._lock:
            self._cut = True
            for line in self._open:
                with suppress(OSError):
                    line.shutdown(socket.SHUT_RDWR)


class _Bounded(smtplib.SMTP):
    """A connection that has until a deadline for everything, and can be cut."""

    def __init__(self, lines: _Lines, deadline: float, **options: Any) -> None:
        self._lines = lines
        self._line: socket.socket | None = None
        self._deadline = deadline
        super().__init__(**options)

    def getreply(self) -> tuple[int, bytes]:
        if self.sock is not None:
            self._line = self._line or self._lines.add(self.sock)
            if self._line is None:
                self.close()
                raise smtplib.SMTPServerDisconnected
            self.sock.settimeout(max(_LAST_WORD, self._deadline - monotonic()))
        return super().getreply()

    def quit(self) -> tuple[int, bytes]:
        self._deadline = min(self._deadline, monotonic() + _GOODBYE)
        return super().quit()

    def close(self) -> None:
        super().close()
        if self._line is not None:
            self._lines.forget(self._line)
            self._line = None


class _Plain(_Bounded):
    """One that begins without TLS."""


class _TlsFromTheStart(_Bounded, smtplib.SMTP_SSL):
    """One that begins with TLS."""


def _refuse(what: str, code: int) -> NoReturn:
    """Raise what it means that the server said `code` to `what`."""
    if code >= _FOR_GOOD and code not in _ABOUT_US:
        raise MailRefused(f"the mail server does not take {what} ({code})") from None
    raise BackendUnavailable from MailServerProblem(f"it does not take {what} now ({code})")


def _problem(error: Exception) -> str:
    match error:
        case ssl.SSLCertVerificationError():
            return f"its certificate is not trusted: {error.verify_message}"
        case smtplib.SMTPNotSupportedError():
            return "it does not offer what SMTP_SECURITY or SMTP_USER asks for"
        case smtplib.SMTPAuthenticationError():
            return f"it does not accept SMTP_USER and SMTP_PASSWORD ({error.smtp_code})"
        case smtplib.SMTPSenderRefused():
            return f"it takes no mails from MAIL_FROM ({error.smtp_code})"
        case smtplib.SMTPResponseException():
            return f"it answered {error.smtp_code}"
        case smtplib.SMTPServerDisconnected():
            return "it ended the connection"
        case _:
            return f"it cannot be talked to ({type(error).__name__})"
