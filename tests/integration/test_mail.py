"""Where mails go: one suite over a real mail server and the outbox folder, then what is particular to each."""

import asyncio
import re
import ssl
import stat
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.headerregistry import Address
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from absense_server import checkup
from absense_server.adapters.mail.outbox import OutboxFolder
from absense_server.adapters.mail.smtp import SmtpMailer
from absense_server.app import App
from absense_server.domain.errors.calls import BackendUnavailable
from absense_server.domain.ids import UserId
from absense_server.domain.mails import MailKind
from absense_server.domain.people import Role, User, UserState
from absense_server.ports.data import Transaction
from absense_server.ports.mail import Mail, Mailer, MailRefused
from absense_server.settings import Settings
from tests.support.certificates import issue
from tests.support.mails import ReadMail, mails_in
from tests.support.smtp import PASSWORD, USER, mail_server, scripted_server

SENDER = Address("Absense, Légon", addr_spec="absense@legon.example.edu")
TEXT = "Hello Àdjoa,\n.\n..\nFrom here on\n" + "a long line " * 100 + "\n"
MAIL = Mail(
    "ama@example.edu", "Choose a new password", TEXT, "<p>Àdjoa</p>\n", datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
)
CA = issue("root")
SERVER = issue("server", CA)
PATIENCE_S = 60


@dataclass
class Post:
    """A mailer, and what arrived."""

    mailer: Mailer
    arrived: Callable[[], list[ReadMail]]


def smtp(port: int, security: Any = "none", **options: Any) -> SmtpMailer:
    return SmtpMailer("127.0.0.1", port, security, SENDER, **options)


def trusting(pem: bytes) -> ssl.SSLContext:
    return ssl.create_default_context(cadata=pem.decode())


@pytest.fixture(params=["smtp", "outbox"])
def post(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Post]:
    if request.param == "outbox":
        folder = tmp_path / "var" / "outbox"
        yield Post(OutboxFolder(folder, SENDER), lambda: mails_in(folder))
        return
    with mail_server(tmp_path) as box:
        yield Post(smtp(box.port), lambda: box.mails)


def problem(mailer: SmtpMailer, mail: Mail = MAIL) -> str:
    """Why a mail is not sent now."""
    with pytest.raises(BackendUnavailable) as unavailable:
        mailer.send(mail)
    said = str(unavailable.value.__cause__)
    assert not re.search(f"{MAIL.to}|{PASSWORD}|nobody wants", said)
    return said


# Wherever they go


def test_a_mail_arrives_whole(post: Post) -> None:
    post.mailer.send(replace(MAIL, text="From ASCII.\n", html="a long line" * 100))
    post.mailer.send(MAIL)
    short, mail = post.arrived()
    assert [part["Content-Transfer-Encoding"] for part in short.message.iter_parts()] == ["7bit", "quoted-printable"]
    assert (short.text, short.html) == ("From ASCII.\n", "a long line" * 100 + "\n")
    headers = {name.lower(): str(value) for name, value in mail.message.items()}
    assert {name: headers[name] for name in ("from", "to", "subject", "date", "auto-submitted")} == {
        "from": '"Absense, Légon" <absense@legon.example.edu>',
        "to": MAIL.to,
        "subject": MAIL.subject,
        "date": "Mon, 23 Nov 2026 10:00:00 +0000",
        "auto-submitted": "auto-generated",
    }
    assert re.fullmatch(r"<[0-9a-f-]{36}@legon\.example\.edu>", headers["message-id"])
    assert (mail.text, mail.html) == (MAIL.text, MAIL.html)
    assert mail.message.get_content_type() == "multipart/alternative"


def test_sent_again_it_is_another_mail(post: Post) -> None:
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(post.mailer.send, [MAIL, MAIL]))
    assert len({mail.message["Message-ID"] for mail in post.arrived()}) == 2


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ama",
        "ama@example.edu\r\nBcc: kofi@example.edu",
        "ama@example.edu\nX: y",
        "ama@example.edu, kofi@example.edu",
    ],
)
def test_what_is_no_address_is_refused_for_good(post: Post, address: str) -> None:
    with pytest.raises(MailRefused) as refused:
        post.mailer.send(replace(MAIL, to=address))
    assert str(refused.value) == "the address cannot be one"
    assert post.arrived() == []


def test_a_subject_brings_no_header(post: Post) -> None:
    with pytest.raises(ValueError, match="may not contain linefeed"):
        post.mailer.send(replace(MAIL, subject="Hello\r\nBcc: kofi@example.edu"))
    assert post.arrived() == []


def test_a_domain_of_any_script_travels_in_ascii(post: Post) -> None:
    post.mailer.send(replace(MAIL, to="ama@bücher.example.edu"))
    assert [mail.to for mail in post.arrived()] == ["ama@xn--bcher-kva.example.edu"]


def test_a_mail_shows_neither_reader_nor_words() -> None:
    assert str(MAIL) == f"Mail(subject={MAIL.subject!r}, written_at={MAIL.written_at!r})"


# The folder


def test_files_are_the_servers_alone_and_none_is_half_there(tmp_path: Path) -> None:
    folder = tmp_path / "outbox"
    OutboxFolder(folder, SENDER).send(MAIL)
    [file] = folder.iterdir()
    assert re.fullmatch(r"20261123T100000Z-[0-9a-f-]{36}\.eml", file.name)
    assert [stat.S_IMODE(path.stat().st_mode) for path in (folder, file)] == [0o700, 0o600]


def test_a_folder_that_cannot_be_made_is_no_reason_to_lose_mails(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("in the way")
    with pytest.raises(BackendUnavailable):
        OutboxFolder(tmp_path / "outbox", SENDER).send(MAIL)


# The mail server


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_encrypted_and_signed_in(tmp_path: Path, security: str) -> None:
    with mail_server(tmp_path, SERVER, security=security, with_users=True) as box:
        mailer = smtp(box.port, security, user=USER, password=PASSWORD, trust=trusting(CA.pem))
        mailer.check()
        assert box.mails == []
        mailer.send(MAIL)
        assert box.seen == [(True, SENDER.addr_spec, [MAIL.to])] if security == "starttls" else box.mails
        assert box.tried == [PASSWORD.encode()] * 2


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize("stranger", [True, False], ids=["unknown", "of another host"])
def test_no_password_and_no_mail_for_a_server_that_is_another(tmp_path: Path, security: str, stranger: bool) -> None:
    with mail_server(tmp_path, SERVER, security=security, with_users=True) as box:
        mailer = SmtpMailer(
            "127.0.0.1" if stranger else "localhost",
            box.port,
            security,  # type: ignore[arg-type]
            SENDER,
            user=USER,
            password=PASSWORD,
            trust=None if stranger else trusting(CA.pem),
        )
        assert problem(mailer).startswith("its certificate is not trusted: ")
        assert (box.tried, box.mails) == ([], [])


def test_nothing_is_sent_in_the_clear_where_it_shall_not(tmp_path: Path) -> None:
    with mail_server(tmp_path) as box:
        assert problem(smtp(box.port, "starttls")) == "it does not offer what SMTP_SECURITY or SMTP_USER asks for"
        assert problem(smtp(box.port, user=USER, password=PASSWORD)).startswith("it does not offer")
        assert problem(smtp(box.port, "tls")).startswith("it cannot be talked to (SSL")
        assert box.mails == []


def test_a_password_that_is_wrong(tmp_path: Path) -> None:
    with mail_server(tmp_path, SERVER, security="starttls", with_users=True) as box:
        mailer = smtp(box.port, "starttls", user=USER, password="wrong", trust=trusting(CA.pem))
        assert problem(mailer) == "it does not accept SMTP_USER and SMTP_PASSWORD (535)"


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        ("RCPT", 550, "the mail server does not take the reader (550)"),
        ("RCPT", 450, "it does not take the reader now (450)"),
        ("RCPT", 530, "it does not take the reader now (530)"),
        ("RCPT", 421, "it does not take the reader now (421)"),
        ("DATA", 554, "the mail server does not take the mail (554)"),
        ("DATA", 451, "it does not take the mail now (451)"),
        # of every mail, and not of this one
        ("MAIL", 553, "it takes no mails from MAIL_FROM (553)"),
    ],
)
def test_what_is_refused_for_good_and_what_is_tried_again(tmp_path: Path, command: str, code: int, said: str) -> None:
    with mail_server(tmp_path) as box:
        box.answers[command] = f"{code} nobody wants {MAIL.to}"
        if said.startswith("the mail server"):
            with pytest.raises(MailRefused) as refused:
                smtp(box.port).send(MAIL)
            assert str(refused.value) == said
        else:
            assert problem(smtp(box.port)) == said
        box.answers.clear()
        smtp(box.port).send(MAIL)
        assert len(box.mails) == 1


@pytest.mark.parametrize("heard", range(6))
@pytest.mark.parametrize("hangs", [True, False], ids=["hangs", "dies"])
def test_a_server_that_stops_in_the_middle(hangs: bool, heard: int) -> None:
    lines = ["220 hello", "250 well met", "250 sender", "250 reader", "354 go on", "250 taken"]
    with scripted_server(*lines[:heard], hangs=hangs) as server:
        mailer = smtp(server.port, patience=0.2)
        assert problem(mailer) in {"it ended the connection", "it cannot be talked to (ConnectionResetError)"}


@pytest.mark.parametrize("hangs", [True, False], ids=["hangs", "dies"])
def test_a_mail_that_was_taken_is_sent_whatever_comes_of_saying_goodbye(hangs: bool) -> None:
    lines = ["220 hello", "250 well met", "250 sender", "250 reader", "354 go on", "250 taken"]
    with scripted_server(*lines, hangs=hangs) as server:
        began = monotonic()
        smtp(server.port, patience=PATIENCE_S).send(MAIL)
        assert monotonic() - began < PATIENCE_S / 2


def test_nobody_answers() -> None:
    with scripted_server(hangs=False) as server:
        pass
    assert problem(smtp(server.port)) == "it cannot be talked to (ConnectionRefusedError)"


@pytest.mark.parametrize(
    ("security", "lines"),
    [("none", ["250 well met"]), ("starttls", ["250-well met\r\n250 STARTTLS", "220 go on"])],
    ids=["a reply", "a handshake"],
)
def test_what_hangs_breaks_off_when_it_is_told(security: str, lines: list[str]) -> None:
    with scripted_server("220 hello", *lines, hangs=True) as server:
        mailer = smtp(server.port, security, patience=PATIENCE_S)
        with ThreadPoolExecutor(1) as threads:
            sent = threads.submit(problem, mailer)
            assert server.reached.wait(PATIENCE_S)
            mailer.close()
            assert re.fullmatch(r"it ended the connection|it cannot be talked to \(\w+\)", sent.result())
        assert problem(mailer) == "it ended the connection"


# The postman


async def test_mails_go_by_themselves_and_a_server_that_hangs_keeps_nobody(
    make_settings: Callable[..., Settings],
) -> None:
    with scripted_server("220 hello", hangs=True) as server:
        app = App(make_settings(smtp_host="127.0.0.1", smtp_port=server.port, smtp_security="none"))
        with app.uow() as tx:
            app.use_cases.mails.queue(tx, MailKind.APPROVED, add_lecturer(app, tx))
            tx.commit()
        await app.start()
        assert await asyncio.to_thread(server.reached.wait, PATIENCE_S)
        began = monotonic()
        await app.stop(grace=0)
        assert monotonic() - began < PATIENCE_S / 2
    with app.uow(read_only=True) as tx:  # what broke off is sent when its lease ends
        assert not tx.mails.is_due(app.clock.now())
        assert tx.mails.is_due(app.clock.now() + timedelta(minutes=6))
    app.engine.dispose()


def add_lecturer(app: App, tx: Transaction) -> UserId:
    user_id = UserId(app.ids.new())
    email = f"kofi-{user_id}@example.edu"
    tx.users.add(User(user_id, email, "Kofi", Role.LECTURER, UserState.ACTIVE, app.clock.now()), None)
    return user_id


# What the doctor says


def said_of_mail(settings: Settings) -> list[tuple[bool, str]]:
    """Whether it is well, and what is said, of mail."""
    checkup.prepare_folders(settings)
    findings = checkup.examine(settings)
    assert not any(PASSWORD in finding.text for finding in findings)
    about = re.compile(r"mail:|MAIL_FROM|SMTP_|WEB_URL")
    return [(finding.ok, finding.text) for finding in findings if about.search(finding.text)]


def test_the_doctor_says_that_mails_reach_nobody(make_settings: Callable[..., Settings], tmp_path: Path) -> None:
    settings = make_settings()
    folder = tmp_path / "outbox"
    nobody = f"mail: is put into the folder {folder} and reaches nobody; set SMTP_HOST"
    codes = (True, "mail: holds codes to be typed; with WEB_URL, links")
    assert said_of_mail(settings) == [(True, nobody), codes]
    production = {"demo_mode": False, "secret_key": "k" * 32, "password_rounds": 600_000}
    assert said_of_mail(make_settings(**production))[0] == (False, nobody)
    folder.rmdir()
    assert [finding.text for finding in checkup.examine(settings) if str(folder) in finding.text] == [
        f"mail: {folder} is not there; run `absense-server migrate`, which makes it, or set SMTP_HOST"
    ]


def test_the_doctor_tries_the_mail_server(
    make_settings: Callable[..., Settings], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ca.pem").write_bytes(CA.pem)
    with mail_server(tmp_path, SERVER, security="starttls", with_users=True) as box:
        where = f"mail: 127.0.0.1:{box.port}"
        good = {
            "smtp_host": "127.0.0.1",
            "smtp_port": box.port,
            "smtp_user": USER,
            "smtp_password": PASSWORD,
            "mail_from": SENDER.addr_spec,
            "web_url": "https://attendance.example.edu",
        }
        [(well, text)] = said_of_mail(make_settings(**good))
        assert (well, text.partition(":")[0]) == (False, "mail")
        assert text.startswith(f"{where}: its certificate is not trusted: ")
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        assert said_of_mail(make_settings(**good)) == [(True, f"{where} answers, with STARTTLS, signed in")]
        assert said_of_mail(make_settings(**good, smtp_security="tls"))[0][0] is False
        open_ways = said_of_mail(
            make_settings(
                **{
                    **good,
                    "smtp_host": "localhost",
                    "mail_from": "absense@localhost",
                    "web_url": "http://a.example.edu",
                },
                smtp_security="none",
            )
        )
    offers = "it does not offer what SMTP_SECURITY or SMTP_USER asks for"
    assert [text for _, text in open_ways] == [
        f"mail: localhost:{box.port}: {offers}; check the SMTP_ settings: mails wait, for a day at most",
        "MAIL_FROM is absense@localhost, which other mail servers refuse; set it",
        "WEB_URL is not https: whoever is on the way can take the links in mails over",
    ]
    far = said_of_mail(make_settings(**{**good, "smtp_host": "mail.invalid"}, smtp_security="none"))
    assert far[1][1].startswith("SMTP_SECURITY is none: SMTP_PASSWORD and the tokens in mails can be read by")
    assert not any(well for well, _ in open_ways + far)
