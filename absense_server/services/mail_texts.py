"""What mails say: what happened, what to do and by when, and what to do if it was not the reader."""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from textwrap import fill
from typing import Final

from absense_server.domain.mails import MailKind

_WIDTH: Final = 72
_WHAT_WE_ARE: Final = "Absense, which keeps attendance at your university"
_ASK_THEM: Final = "tell an administrator of your university"
_FOOT: Final = "This mail was sent by Absense. Nobody reads what is answered to it."
_CODE: Final = "This is the code for it, to be typed into the app:"
_STYLE: Final = "font-family: sans-serif; line-height: 1.5; max-width: 36em; margin: 1em; color: #222; background: #fff"


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail's words, in plain text and the same in HTML."""

    subject: str
    text: str = field(repr=False)
    html: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Wording:
    subject: str
    happened: str
    to_do: str
    if_not_you: str
    page: str = ""
    """Where the link with the token leads."""
    link: str = ""
    """What somebody does who follows it."""
    afterwards: str = ""
    """What to do when the token is no longer good."""
    note: str = "The reason given:"


_WORDINGS: Final[Mapping[MailKind, _Wording]] = {
    MailKind.CONFIRM_EMAIL: _Wording(
        subject="Welcome to Absense: confirm your e-mail address",
        happened=f"Welcome to {_WHAT_WE_ARE}. Somebody, probably you, made an account with this e-mail address.",
        to_do="Confirm that it is yours, with the password that you chose:",
        link="Confirm my address",
        page="confirm-email",
        afterwards='After that, ask for another mail under "forgot password".',
        if_not_you="If it was not you, do nothing: without you nobody can use the account, and it will be deleted.",
    ),
    MailKind.CHANGE_EMAIL: _Wording(
        subject="Confirm your new e-mail address",
        happened=f"Somebody, probably you, wants this to be the e-mail address of an account with {_WHAT_WE_ARE}.",
        to_do="Confirm that it is yours:",
        link="Confirm my address",
        page="confirm-email",
        afterwards="After that, change the address in your profile again. Until it is confirmed, the old one counts.",
        if_not_you="If it was not you, do nothing: the account keeps its old address.",
    ),
    MailKind.RESET_PASSWORD: _Wording(
        subject="Choose a new password",
        happened=f"Somebody, probably you, asked for a new password for your account with {_WHAT_WE_ARE}.",
        to_do="Choose one, which signs you out on every device:",
        link="Choose a new password",
        page="reset-password",
        afterwards='After that, ask for another mail under "forgot password".',
        if_not_you="If it was not you, do nothing: your password stays, and nobody can change it without this mail.",
    ),
    MailKind.INVITATION: _Wording(
        subject="Welcome to Absense: choose your password",
        happened=f"Welcome to {_WHAT_WE_ARE}. An account with this e-mail address was made for you.",
        to_do="Choose a password, and you can sign in:",
        link="Choose my password",
        page="reset-password",
        afterwards='After that, ask for another invitation under "forgot password", with this e-mail address.',
        if_not_you="If you expect no such account, do nothing: without a password nobody can use it.",
    ),
    MailKind.EMAIL_CHANGED: _Wording(
        subject="Another e-mail address for your account",
        happened="Your account with Absense was given another e-mail address, which takes the place of this one, at "
        "once or when it is confirmed.",
        to_do="If that is what you wanted, there is nothing to do here.",
        if_not_you=f"If it was not you, change your password now, and {_ASK_THEM} today. Without your password, choose "
        'a new one under "forgot password".',
    ),
    MailKind.PASSWORD_CHANGED: _Wording(
        subject="Your password was changed",
        happened="The password of your account with Absense was changed, and its other sign-ins were ended.",
        to_do="If it was you, there is nothing to do, but to sign in again on your other devices.",
        if_not_you='If it was not you, choose a new password under "forgot password" now, and see to it that nobody '
        f"else reads your mail. If that does not work, {_ASK_THEM} today.",
    ),
    MailKind.SIGN_IN_REUSED: _Wording(
        subject="You were signed out on one device",
        happened="Two parties used one sign-in of your account with Absense. It was ended, for both.",
        to_do="This happens when a phone is set up from the backup of another, for example. If that may be it, just "
        "sign in again.",
        if_not_you="If not, somebody may have copied it: change your password now, and end the sign-ins that you do "
        "not know.",
        note="The device:",
    ),
    MailKind.APPROVED: _Wording(
        subject="Welcome to Absense: your account was approved",
        happened=f"Welcome to {_WHAT_WE_ARE}. An administrator approved your account.",
        to_do="You can sign in now, with this e-mail address and the password that you chose.",
        if_not_you=f"If you never asked for an account, {_ASK_THEM}.",
    ),
    MailKind.DEVICE_RESET_REQUESTED: _Wording(
        subject="Another phone for your account?",
        happened="Somebody, probably you, asked to use another phone with your account with Absense. An administrator "
        "decides; until then your phone stays as it is.",
        to_do="If it was you, there is nothing to do: you will hear by mail.",
        if_not_you=f"If it was not you, {_ASK_THEM} before they approve it, and change your password now.",
    ),
    MailKind.DEVICE_RESET_APPROVED: _Wording(
        subject="You can use another phone now",
        happened="An administrator approved another phone for your account with Absense. The one that you had is no "
        "longer good for claiming attendance.",
        to_do="Sign in on the phone that you will use, and bind it, before your next lecture.",
        if_not_you=f"If you did not ask for it, change your password now, and {_ASK_THEM} today.",
        note="What they wrote:",
    ),
    MailKind.DEVICE_RESET_REJECTED: _Wording(
        subject="Your phone stays as it is",
        happened="An administrator did not approve another phone for your account with Absense. You keep the one that "
        "you have.",
        to_do="If you need another, talk to them, and ask for it again.",
        if_not_you="If you did not ask for it, change your password now: somebody else did, as you.",
        note="What they wrote:",
    ),
    MailKind.APPEAL_ACCEPTED: _Wording(
        subject="Your appeal was accepted",
        happened="Somebody looked at what you wrote about your attendance, and agreed: you are present there now, or "
        "excused.",
        to_do="There is nothing to do. The app shows how it counts.",
        if_not_you=f"If you did not write anything, {_ASK_THEM}.",
        note="Course and day of the session, and what they wrote:",
    ),
    MailKind.APPEAL_DECLINED: _Wording(
        subject="Your appeal was declined",
        happened="Somebody looked at what you wrote about your attendance, and did not agree.",
        to_do="If you do not see why, talk to the lecturer of the course: in the app it cannot be asked again.",
        if_not_you=f"If you did not write anything, {_ASK_THEM}.",
        note="Course and day of the session, and what they wrote:",
    ),
    MailKind.ACCOUNT_ERASED: _Wording(
        subject="Your account was erased",
        happened="Your account with Absense was erased. Sign-ins, phone, face and photographs are gone. Your name, "
        "address and number go when the term closes, if they have not; records of attendance stay, without them.",
        to_do="There is nothing to do. No other mail follows.",
        if_not_you=f"If it was not you who asked for it, {_ASK_THEM}: it cannot be brought back, but you can have a "
        "new one, until the term closes with another address.",
    ),
}


class MailTexts:
    """Writes mails."""

    def __init__(self, web_url: str) -> None:
        """`web_url`: where the pages are that links lead to; without one, mails hold the token to be typed."""
        self._web_url = web_url.rstrip("/")

    def letter(self, kind: MailKind, name: str, token: str, expires_at: datetime, note: str = "") -> Letter:
        """A mail's words. `name` and `note` are people's own; without a token nothing expires."""
        wording = _WORDINGS[kind]
        name = _on_one_line(name)
        note = "\n".join(filter(None, map(_on_one_line, note.splitlines())))
        # behind the #, a browser sends it to no server, and no log has it
        url = f"{self._web_url}/{wording.page}#token={token}" if token and self._web_url else ""
        until = f"This works once, until {_written(expires_at)}. {wording.afterwards}" if token else ""
        parts = _Parts(wording, f"Hello {name}," if name else "Hello,", note, token, url, until)
        return Letter(wording.subject, _as_text(parts), _as_html(parts))


@dataclass(frozen=True, slots=True)
class _Parts:
    wording: _Wording
    greeting: str
    note: str
    token: str = field(repr=False)
    url: str = field(repr=False)
    until: str


def _as_text(parts: _Parts) -> str:
    return "\n\n".join(_text_blocks(parts)) + "\n"


def _text_blocks(parts: _Parts) -> Iterator[str]:
    wording = parts.wording
    yield _filled(parts.greeting)
    yield _filled(wording.happened)
    if parts.note:
        yield _filled(wording.note)
        yield "\n".join(f"> {line}" for line in parts.note.split("\n"))
    yield _filled(wording.to_do)
    if parts.token:
        # on a line of its own and whole, so that it can be clicked, or copied
        yield parts.url or f"{_CODE}\n\n{parts.token}"
        yield _filled(parts.until)
    yield _filled(wording.if_not_you)
    yield f"-- \n{_FOOT}"


def _as_html(parts: _Parts) -> str:
    body = "\n".join(_html_blocks(parts))
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head><meta charset="utf-8"><title>{escape(parts.wording.subject)}</title>'
        f'</head>\n<body style="{_STYLE}">\n{body}\n</body>\n</html>\n'
    )


def _html_blocks(parts: _Parts) -> Iterator[str]:
    wording = parts.wording
    yield _paragraph(parts.greeting)
    yield _paragraph(wording.happened)
    if parts.note:
        yield _paragraph(wording.note)
        yield f"<blockquote>{'<br>'.join(map(escape, parts.note.split(chr(10))))}</blockquote>"
    yield _paragraph(wording.to_do)
    if parts.url:
        url = escape(parts.url)
        yield f'<p><a href="{url}">{escape(wording.link)}</a></p>'
        yield f'<p>Or copy this into your browser:<br><span style="word-break: break-all">{url}</span></p>'
    elif parts.token:
        yield f"<p>{_CODE}</p>\n<pre>{escape(parts.token)}</pre>"
    if parts.token:
        yield _paragraph(parts.until)
    yield _paragraph(wording.if_not_you)
    yield f"<hr>\n<p><small>{escape(_FOOT)}</small></p>"


def _paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>"


def _filled(text: str) -> str:
    return fill(text, _WIDTH, break_long_words=False, break_on_hyphens=False)


def _on_one_line(text: str) -> str:
    """What a person typed, without what would break a line or turn the writing round."""
    return " ".join("".join(" " if unicodedata.category(c) in {"Cc", "Cf", "Zl", "Zp"} else c for c in text).split())


def _written(instant: datetime) -> str:
    return f"{instant:%H:%M} UTC on {instant.day} {instant:%B %Y}"
