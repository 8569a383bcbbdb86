"""`absense users`."""

import uuid
from typing import Annotated, Any

import typer

from absense.v1 import role_pb2, user_pb2
from absense_cli import output
from absense_cli.client import Client
from absense_cli.common import (
    AsJson,
    Limit,
    Reason,
    Yes,
    confirm,
    connect,
    enum_value,
    programme_id,
    show_list,
    user_id,
    zone_of,
)
from absense_cli.text import when, word

users = typer.Typer(help="Accounts (administrators).")
Who = Annotated[str, typer.Argument(metavar="WHO", help="Address, number or id.")]


@users.command("list")
def list_users(
    role: Annotated[str, typer.Option(help="student, lecturer or admin.")] = "",
    state: Annotated[
        list[str] | None, typer.Option(help="active, invited, pending-approval ...; may be repeated.")
    ] = None,
    query: Annotated[str, typer.Option("--query", "-q", help="Part of a name, address or number.")] = "",
    limit: Limit = 0,
    as_json: AsJson = False,
) -> None:
    """List accounts, the newest first."""
    columns: list[output.Column] = [
        ("name", lambda user: user.full_name),
        ("address", lambda user: user.email),
        ("number", lambda user: user.institution_number),
        ("role", lambda user: word(user, "role")),
        ("state", lambda user: word(user, "state")),
    ]
    with connect() as client:
        show_list(
            client,
            "ListUsers",
            "users",
            columns,
            as_json,
            limit,
            role=enum_value(role_pb2.Role.DESCRIPTOR, role),
            states=[enum_value(user_pb2.UserState.DESCRIPTOR, one) for one in state or ()],
            query=query,
        )


@users.command()
def show(who: Who, as_json: AsJson = False) -> None:
    """Show an account and its phone."""
    with connect() as client:
        answer = client.call("GetUser", user_id=user_id(client, who))
        if as_json:
            output.as_json(answer)
            return
        _card(client, answer.user)
        if answer.HasField("device"):
            output.card([("Phone", f"{word(answer.device, 'platform')} {answer.device.model}")])


@users.command()
def create(
    email: Annotated[str, typer.Argument(help="Where the invitation goes.")],
    full_name: Annotated[str, typer.Option("--full-name", help="As people know them.")],
    role: Annotated[str, typer.Option(help="student, lecturer or admin.")] = "student",
    number: Annotated[str, typer.Option(help="Student or staff number.")] = "",
    programme: Annotated[str, typer.Option(help="Code or id of a programme.")] = "",
    level: Annotated[int, typer.Option(help="Year or level of study.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Make an account; the person gets a mail with which a password can be set."""
    with connect() as client:
        answer = client.call(
            "CreateUser",
            email=email,
            full_name=full_name,
            role=enum_value(role_pb2.Role.DESCRIPTOR, role),
            institution_number=number,
            programme_id=programme_id(client, programme),
            level=level,
            request_id=str(uuid.uuid4()),
        )
        _show(client, answer, as_json, f"{answer.user.full_name} is invited by mail to {answer.user.email}.")


@users.command()
def approve(who: Who, as_json: AsJson = False) -> None:
    """Let somebody in: who waits for approval, or was deactivated."""
    _set_state(who, user_pb2.USER_STATE_ACTIVE, as_json)


@users.command()
def deactivate(who: Who, yes: Yes = False, as_json: AsJson = False) -> None:
    """Switch an account off; its sign-ins end at once, its attendance stays."""
    confirm(f"Deactivate {who}?", yes)
    _set_state(who, user_pb2.USER_STATE_DEACTIVATED, as_json)


@users.command("reset-password")
def reset_password(who: Who) -> None:
    """Send a mail with which a new password can be set."""
    with connect() as client:
        client.call("SendPasswordReset", user_id=user_id(client, who))
        output.say(f"A mail is on its way to {who}.")


@users.command()
def erase(who: Who, reason: Reason, yes: Yes = False, as_json: AsJson = False) -> None:
    """Erase a person for good: name, address, photographs. It cannot be undone. Do not name them in the reason."""
    with connect() as client:
        user = client.call("GetUser", user_id=user_id(client, who)).user
        confirm(f"Erase {user.full_name} ({user.email}) for good?", yes)
        answer = client.call("EraseUser", user_id=user.id, reason=reason)
        if as_json:
            output.as_json(answer)
            return
        kept = " What of them has to be kept is kept for its time." if answer.erased.identity_kept else ""
        output.say(f"Erased, with {answer.erased.photograph_count} photographs.{kept}")


def _set_state(who: str, state: int, as_json: bool) -> None:
    with connect() as client:
        answer = client.call("UpdateUser", user_id=user_id(client, who), state=state, update_mask={"paths": ["state"]})
        _show(client, answer, as_json, f"{answer.user.full_name} is {word(answer.user, 'state')}.")


def _show(client: Client, answer: Any, as_json: bool, sentence: str) -> None:
    if as_json:
        output.as_json(answer)
        return
    output.say(sentence)
    _card(client, answer.user)


def _card(client: Client, user: user_pb2.User) -> None:
    output.card(
        [
            ("Name", user.full_name),
            ("Address", user.email),
            ("Number", user.institution_number),
            ("Claimed number", user.claimed_number),
            ("Role", word(user, "role")),
            ("State", word(user, "state")),
            ("Level", user.level or ""),
            ("Since", when(user, "create_time", zone_of(client))),
            ("Id", user.id),
        ]
    )
