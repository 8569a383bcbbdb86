"""What a person is given of what is held on them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from textwrap import dedent, fill
from typing import Any, Final

MEDIA_TYPE: Final = "application/zip"


class Part(Enum):
    """A file of the archive, and what is in it."""

    ACCOUNT = "account", "your account: address, name, numbers, role, state"
    SIGN_INS = "sign_ins", "where you are signed in"
    REFRESH_TOKENS = "refresh_tokens", "when these sign-ins were renewed; not the tokens"
    ENDED_SIGN_INS = "ended_sign_ins", "sign-ins that were ended a short while ago"
    MAILS_WAITING = "mails_waiting", "mails to you that wait to be sent"
    MAIL_TOKENS = "mail_tokens", "mails to you with a token that is still good; not the token"
    DEVICES = "devices", "phones bound to your account, now and before"
    DEVICE_RESETS = "device_resets", "your requests for another phone, and what was answered"
    REQUESTS = "requests", "requests of yours that made something, by which a repeated one is known"
    TYPED_CODES = "typed_codes", "how many codes you typed in for each session"
    ENROLLMENTS = "enrollments", "courses you are or were enrolled in"
    RECORDS = "attendance_records", "your attendance: one record for each session"
    CLAIMS = "claims", "what your phone sent for these records: one claim for each try"
    VERDICTS = "verdicts", "what each check found in each claim"
    DECISIONS = "decisions", "what persons decided about these records, in their words"
    APPEALS = "appeals", "your appeals, and what was answered"
    CONSENTS = "face_consents", "consents to the face check, given and ended"
    FACE_TEMPLATE = "face_template", "your enrolled face: what is known of it; not the numbers computed from it"
    FACE_VIEWS = "face_views", "which photographs it was made from"
    WAITING_CHECKS = "waiting_checks", "selfies that wait to be compared"
    COMPARISONS = "comparisons", "every comparison of a photograph of yours"
    AUDIT_BY_YOU = "audit_by_you", "what you did, as the audit log has it"
    AUDIT_ABOUT_YOU = "audit_about_you", "what others, or the server, did to your account"
    LOOKS = "looks_at_your_photographs", "when somebody looked at a photograph of yours"
    COURSES_TAUGHT = "courses_taught", "courses you teach"
    COURSE_CLAIMS = "course_claims", "your requests to teach courses, and what was answered"
    COURSE_CLAIMS_DECIDED = "course_claims_decided", "requests of others to teach courses that you decided"
    SESSIONS_MADE = "sessions_made", "attendance sessions you made"
    DECISIONS_MADE = "decisions_made", "what you decided about the attendance of others"
    APPEALS_DECIDED = "appeals_decided", "appeals of others that you decided; not what they wrote"
    RESETS_DECIDED = "device_resets_decided", "requests of others for another phone that you decided"
    IMAGES = "images", "your photographs; each is in the folder images/, unless a `problem` is said"

    def __init__(self, title: str, explanation: str) -> None:
        self.title = title
        self.explanation = explanation

    @property
    def file_name(self) -> str:
        """Its name in the archive."""
        return f"{self.title}.json"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a part."""

    key: tuple[Any, ...]
    """Pages go by it."""
    content: Mapping[str, object]
    """As JSON has it."""


def archive_name(now: datetime) -> str:
    """What to call an archive made now."""
    return f"absense-export-{now:%Y-%m-%d}.zip"


def readme(now: datetime) -> str:
    """README.txt."""
    return "\n".join(_paragraphs(now)) + "\n"


def _paragraphs(now: datetime) -> Iterator[str]:
    yield f"What Absense held on you on {now:%d %B %Y, %H:%M} UTC."
    yield ""
    yield _text("""
        Each file is JSON (UTF-8): a list, empty where there is nothing. Times are UTC. Rows refer to each other by
        ids: `record_id` and `number` say which claim a verdict is about, `image_id` which file in images/.
    """)
    yield ""
    for part in Part:
        yield f"{part.file_name:32}{part.explanation}"
    yield f"{'images/':32}the photographs"
    yield ""
    yield "What is held and not in here:"
    yield ""
    for reason in _LEFT_OUT:
        yield fill(" ".join(reason.split()), 88, initial_indent="- ", subsequent_indent="  ")
    yield ""
    yield _text("""
        The archive was made while it was sent, over some seconds: what changed meanwhile may be in one file and not
        yet in another. If the download broke off it is not whole: ask for it again.
    """)


def _text(text: str) -> str:
    return fill(" ".join(dedent(text).split()), 88)


_LEFT_OUT: Final = (
    """
    Hashes: of your password, of tokens, of your phone's identifier, of claims and photographs. They tell nothing but
    whether a guess was right, and whoever finds this archive shall not be able to guess.
    """,
    """
    The numbers computed from your enrolled photographs (face vectors), and the keys under which these are encrypted:
    with them somebody could pass for you.
    """,
    """
    How near a photograph came to your enrolled face, and how near it has to be: with that a stranger's photograph
    could be tuned until it passes. Ask your institution's data protection officer.
    """,
    """
    Who decided, looked or acted, where it was somebody else, and from which network address: that is about them.
    """,
    """
    Codes of sessions that you made: they were for everybody in the hall.
    """,
    """
    The server's log, and the counts of calls by which their number is limited: your institution says how long it
    keeps the one; the others are gone within hours.
    """,
)
