"""What the commands share: who is meant, which options look alike everywhere, how lists are shown."""

import re
import sys
from collections.abc import Sequence
from contextvars import ContextVar
from datetime import tzinfo
from typing import Annotated, Any

import typer
from google.protobuf.message import Message

from absense_cli import output
from absense_cli.client import Client
from absense_cli.errors import CliError, ExitCode
from absense_cli.output import Column
from absense_cli.profiles import Profile, Profiles
from absense_cli.text import zone

AsJson = Annotated[bool, typer.Option("--json", help="One JSON document, as the contract names things.")]
Limit = Annotated[int, typer.Option("--limit", min=0, help="At most this many; 0: all.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
Reason = Annotated[str, typer.Option("--reason", "-r", help="Why, in your words.")]

_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
wanted_profile: ContextVar[str] = ContextVar("wanted_profile", default="")
"""What --server says; empty: the one that was signed in last."""


def connect() -> Client:
    """The server that is meant, as who is signed in there."""
    profiles = Profiles()
    name = wanted_profile.get() or profiles.current()
    profile = profiles.load(name) if name else None
    if profile is None or not profile.signed_in:
        at = f" at {name}" if name else ""
        raise CliError(
            f"You are not signed in{at}.", ExitCode.NOT_SIGNED_IN, f"Run `absense login {name}`".strip() + "."
        )
    return Client(profiles, profile)


def zone_of(client: Client) -> tzinfo:
    """The institution's time zone, in which times are read and shown."""
    return zone(client.profile.time_zone)


def show_list(  # noqa: PLR0917 - the last two are what most lists leave out
    client: Client, call: str, field: str, columns: Sequence[Column], as_json: bool, limit: int = 0, **fields: Any
) -> Message:
    """All of a list, or its first so many."""
    whole = client.pages(call, field, limit, **fields)
    if as_json:
        output.as_json(whole)
    else:
        output.table(columns, getattr(whole, field))
        if whole.next_page_token:
            output.note(f"There are more than {limit}.")
    found: Message = whole
    return found


def confirm(question: str, yes: bool) -> None:
    """Ask before what cannot be undone."""
    if yes:
        return
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise CliError("This asks before it is done, and nobody is there to answer.", ExitCode.USAGE, "Give --yes.")
    if not typer.confirm(question, err=True):
        raise CliError("Nothing was done.")


def enum_value(described: Any, text: str) -> int:
    """A value of an enum from what a person types (`pending`, `needs-look`); empty: unspecified."""
    if not text:
        return 0
    prefix = described.values_by_number[0].name.removesuffix("UNSPECIFIED")
    names = {
        value.name.removeprefix(prefix).lower().replace("_", "-"): value.number
        for value in described.values
        if value.number
    }
    wish = text.lower().replace("_", "-").replace(" ", "-")
    if wish not in names:
        raise CliError(f"{text} is none of: {', '.join(names)}.", ExitCode.USAGE)
    return int(names[wish])


def is_id(text: str) -> bool:
    """Whether it is an id, and not a code or a name."""
    return _UUID.fullmatch(text) is not None


def course_id(client: Client, text: str) -> str:
    """A course's id from its id or its code; empty stays."""
    if not text or is_id(text):
        return text
    found = [c for c in client.pages("ListCourses", "courses", query=text).courses if c.code.lower() == text.lower()]
    return _only(found, f"course {text}", "`absense courses list` shows yours.")


def term_id(client: Client, text: str) -> str:
    """A term's id from its id or its name; empty stays."""
    if not text or is_id(text):
        return text
    found = [term for term in client.pages("ListTerms", "terms").terms if term.name.lower() == text.lower()]
    return _only(found, f"term {text}", "`absense terms list` shows them.")


def programme_id(client: Client, text: str) -> str:
    """A programme's id from its id or its code; empty stays."""
    if not text or is_id(text):
        return text
    found = [p for p in client.pages("ListProgrammes", "programmes").programmes if p.code.lower() == text.lower()]
    return _only(found, f"programme {text}", "`absense programmes list` shows them.")


def user_id(client: Client, text: str) -> str:
    """A person's id from their id, address or number; empty stays."""
    if not text or is_id(text):
        return text
    found = [
        user
        for user in client.pages("ListUsers", "users", query=text).users
        if text.lower() in {user.email.lower(), user.institution_number.lower()}
    ]
    return _only(found, f"person {text}", "`absense users list --query NAME` finds people.")


def session_id(client: Client, text: str) -> str:
    """A session's id; empty: the only one that is open."""
    if text:
        return text
    found = client.pages("ListSessions", "sessions", states=["SESSION_STATE_OPEN"]).sessions
    if len(found) > 1:
        names = "".join(f"\n  {one.id}  {one.course_code} {one.room}" for one in found)
        raise CliError(f"Several sessions are open; say which:{names}", ExitCode.USAGE)
    return _only(found, "open session", "`absense sessions open COURSE` opens one.")


def profile_named(name: str) -> Profile | None:
    """What is kept under the name."""
    return Profiles().load(name)


def _only(found: Sequence[Any], what: str, hint: str) -> str:
    if len(found) == 1:
        return str(found[0].id)
    if found:
        raise CliError(f"There is more than one {what}.", ExitCode.USAGE, f"Give the id. {hint}")
    raise CliError(f"There is no {what}.", ExitCode.REFUSED, hint)
