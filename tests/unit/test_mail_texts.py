"""What mails say: every kind in full, and what people typed stays text."""

import re
from datetime import UTC, datetime
from html import unescape

import pytest

from absense_server.domain.mails import CONFIRMS_EMAIL, WITH_TOKEN, MailKind
from absense_server.services.mail_texts import Letter, MailTexts

TOKEN = "k" * 43
UNTIL = datetime(2026, 11, 3, 9, 5, tzinfo=UTC)
WEB = "https://attendance.example.edu/app"


def letter(kind: MailKind, *, name: str = "Ama", note: str = "", web_url: str = WEB) -> Letter:
    return MailTexts(web_url).letter(kind, name, TOKEN if kind in WITH_TOKEN else "", UNTIL, note)


def words(html: str) -> str:
    """What a reader of the HTML sees."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html.partition("<body")[2].partition(">")[2])).split())


@pytest.mark.parametrize("kind", MailKind)
@pytest.mark.parametrize("web_url", ["", WEB, WEB + "/"])
def test_every_mail_says_what_to_do_in_both_forms(kind: MailKind, web_url: str) -> None:
    mail = letter(kind, web_url=web_url)
    text, html = " ".join(mail.text.split()), words(mail.html)
    assert mail.text.startswith("Hello Ama,\n\n")
    assert html.startswith("Hello Ama,")
    # in both: what happened, what to do and by when, what if it was not the reader
    for sentence in re.split(r"(?<=[.:?]) ", text.replace("> ", "")):
        if TOKEN not in sentence and not sentence.startswith("--"):
            assert sentence in html
    assert re.search(r"If (it was not|you|not|that)", text)
    assert max(map(len, mail.text.splitlines())) <= 72 + len(WEB)
    assert (TOKEN in text, TOKEN in html) == (kind in WITH_TOKEN,) * 2
    if kind in WITH_TOKEN:
        assert "This works once, until 09:05 UTC on 3 November 2026. After that," in text
        page = "confirm-email" if kind in CONFIRMS_EMAIL else "reset-password"
        # the token stands on a line of its own, and behind the #, which no browser sends to a server
        own_line = f"\n{WEB}/{page}#token={TOKEN}\n" if web_url else f"\n{TOKEN}\n"
        assert own_line in mail.text
        assert (f'<a href="{own_line.strip()}">' in mail.html) == bool(web_url)


@pytest.mark.parametrize("kind", MailKind)
def test_nothing_is_loaded_from_elsewhere(kind: MailKind) -> None:
    html = letter(kind).html
    assert not re.search(r"<(img|link|script|style|iframe|object|form)|url\(|src=|@import", html)
    assert set(re.findall(r'https?://[^"<#]*', html)) <= {f"{WEB}/confirm-email", f"{WEB}/reset-password"}


def test_what_people_typed_stays_text() -> None:
    name = 'Ama\r\nBcc: x <b onclick="x()">&amp;\u202egnp.exe\x00'
    note = "Come to room 5.\n<script>alert(1)</script>\n\n\u2028-- \n${token} {token} %s"
    mail = letter(MailKind.DEVICE_RESET_REJECTED, name=name, note=note)
    assert mail.text.startswith('Hello Ama Bcc: x <b onclick="x()">&amp; gnp.exe,\n\n')
    assert "\n> Come to room 5.\n> <script>alert(1)</script>\n> --\n> ${token} {token} %s\n" in mail.text
    assert "<b" not in mail.html.replace("<body", "").replace("<blockquote", "").replace("<br>", "")
    assert "<script" not in mail.html
    assert "Hello Ama Bcc: x &lt;b onclick=&quot;x()&quot;&gt;&amp;amp; gnp.exe," in mail.html
    assert "\r" not in mail.text + mail.html + mail.subject


def test_who_is_not_known_is_not_named() -> None:
    assert letter(MailKind.CONFIRM_EMAIL, name="").text.startswith("Hello,\n")
