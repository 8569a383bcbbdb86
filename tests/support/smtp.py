"""A real mail server on loopback, and what only looks like one."""

import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from backing.ports import free_ports
from tests.support.certificates import Issued, files_in
from tests.support.mails import ReadMail, read_mail

USER = "absense"
PASSWORD = "a password that nobody shall read"


@dataclass
class Mailbox:
    """What a mail server took, and what it answers."""

    port: int
    answers: dict[str, str] = field(default_factory=dict)
    """By command, where it is not to accept: such as {"RCPT": "550 no such user"}."""
    mails: list[ReadMail] = field(default_factory=list)
    seen: list[tuple[bool, str, Sequence[str]]] = field(default_factory=list)
    """For each mail: whether it came encrypted, who it was from, and for whom, as the envelope has it."""
    tried: list[bytes] = field(default_factory=list)
    """The passwords that were given."""

    def authenticate(self, server: SMTP, session: Session, envelope: Envelope, how: str, given: Any) -> AuthResult:
        assert isinstance(given, LoginPassword)
        self.tried.append(given.password)
        known = (given.login, given.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=known, handled=known)

    async def handle_MAIL(  # noqa: N802 - aiosmtpd names them
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self.answers.get("MAIL", "250 OK")

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.answers.get("RCPT", "250 OK")

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if "DATA" not in self.answers:
            assert isinstance(envelope.content, bytes)
            self.mails.append(read_mail(envelope.content))
            self.seen.append((session.ssl is not None, str(envelope.mail_from), list(envelope.rcpt_tos)))
        return self.answers.get("DATA", "250 OK")


@contextmanager
def mail_server(
    folder: Path, certificate: Issued | None = None, *, security: str = "none", with_users: bool = False, port: int = 0
) -> Iterator[Mailbox]:
    """aiosmtpd at 127.0.0.1; `with_users`: it takes mails only from USER."""
    box = Mailbox(port or free_ports(1)[0])
    context = None
    if certificate is not None:
        files = files_in(folder).write(certificate)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(files.chain, files.key)
    options: dict[str, dict[str, Any]] = {
        "none": {},
        "starttls": {"tls_context": context, "require_starttls": True, "auth_required": with_users},
        "tls": {"ssl_context": context, "auth_require_tls": False},  # of STARTTLS, it means
    }
    controller = Controller(
        box,
        hostname="127.0.0.1",
        port=box.port,
        authenticator=box.authenticate if with_users else None,
        **options[security],
    )
    controller.start()
    try:
        yield box
    finally:
        controller.stop()


@dataclass
class Script:
    """What a server says, whatever it hears: a line for each that comes, and then nothing, or the end."""

    port: int
    reached: threading.Event = field(default_factory=threading.Event)
    """All was said."""


@contextmanager
def scripted_server(*lines: str, hangs: bool) -> Iterator[Script]:
    """A server that says one line for each that it is sent (a mail's text counts as one), and then hangs or goes."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        script = Script(listener.getsockname()[1])
        over = threading.Event()

        def serve() -> None:
            with suppress(OSError):
                connection, _ = listener.accept()
                with connection, connection.makefile("rwb") as talk:
                    for number, line in enumerate(lines):
                        if number and not _heard(talk, whole=lines[number - 1].startswith("354")):
                            return
                        talk.write(line.encode() + b"\r\n")
                        talk.flush()
                    script.reached.set()
                    if hangs:
                        over.wait(60)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield script
        finally:
            over.set()
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
            thread.join()


def _heard(talk: Any, *, whole: bool) -> bool:
    """One line, or the lines of a mail up to its end."""
    while True:
        line = talk.readline()
        if not line or not whole or line == b".\r\n":
            return bool(line)
