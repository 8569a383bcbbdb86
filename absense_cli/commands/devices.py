"""`absense devices`: students' wishes for another phone."""

from typing import Annotated

import typer

from absense.v1 import device_pb2
from absense_cli import output
from absense_cli.common import AsJson, Limit, connect, enum_value, show_list, user_id, zone_of
from absense_cli.text import when, word

devices = typer.Typer(help="Students' wishes for another phone (administrators).")
Wish = Annotated[str, typer.Argument(metavar="REQUEST", help="Id of the request.")]


@devices.command("list")
def list_requests(
    state: Annotated[str, typer.Option(help="pending, approved, rejected or any.")] = "pending",
    user: Annotated[str, typer.Option("--user", help="Only of this student: address, number or id.")] = "",
    limit: Limit = 0,
    as_json: AsJson = False,
) -> None:
    """List wishes, the oldest first."""
    with connect() as client:
        columns: list[output.Column] = [
            ("student", lambda one: one.student.full_name),
            ("asked", lambda one: when(one, "create_time", zone_of(client), "%m-%d %H:%M")),
            ("why", lambda one: one.reason),
            ("before", lambda one: one.earlier_approved_count or ""),
            ("state", lambda one: word(one, "state")),
            ("request id", lambda one: one.id),
        ]
        show_list(
            client,
            "ListDeviceResetRequests",
            "reset_requests",
            columns,
            as_json,
            limit,
            state=enum_value(device_pb2.DeviceResetState.DESCRIPTOR, "" if state == "any" else state),
            user_id=user_id(client, user),
        )


@devices.command()
def approve(
    request: Wish,
    note: Annotated[str, typer.Option(help="For the student.")] = "",
    as_json: AsJson = False,
) -> None:
    """Unbind the student's phone, so that another can be bound."""
    _decide("ApproveDeviceReset", request, note, as_json)


@devices.command()
def reject(
    request: Wish, note: Annotated[str, typer.Option(help="Why, for the student.")], as_json: AsJson = False
) -> None:
    """Leave the student's phone bound."""
    _decide("RejectDeviceReset", request, note, as_json)


def _decide(call: str, request: str, note: str, as_json: bool) -> None:
    with connect() as client:
        answer = client.call(call, reset_request_id=request, note=note)
        if as_json:
            output.as_json(answer)
        else:
            output.say(f"{answer.reset_request.student.full_name}: {word(answer.reset_request, 'state')}.")
