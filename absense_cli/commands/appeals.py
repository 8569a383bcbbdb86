"""`absense appeals`."""

from typing import Annotated, Any

import typer

from absense.v1 import appeal_pb2
from absense_cli import output
from absense_cli.common import AsJson, Limit, Reason, connect, course_id, enum_value, show_list, zone_of
from absense_cli.errors import CliError
from absense_cli.text import when, word

appeals = typer.Typer(help="Students who say that a record is wrong.")


@appeals.command("list")
def list_appeals(
    course: Annotated[str, typer.Option("--course", "-c", help="Code or id.")] = "",
    state: Annotated[str, typer.Option(help="pending, accepted, declined or any.")] = "pending",
    limit: Limit = 0,
    as_json: AsJson = False,
) -> None:
    """List appeals, the oldest first."""
    with connect() as client:
        where = zone_of(client)
        columns: list[output.Column] = [
            ("student", lambda one: one.student.full_name),
            ("session", lambda one: f"{one.course_code} {when(one, 'session_open_time', where, '%m-%d %H:%M')}"),
            ("says", lambda one: one.text),
            ("state", lambda one: word(one, "state")),
            ("appeal id", lambda one: one.id),
        ]
        show_list(
            client,
            "ListAppeals",
            "appeals",
            columns,
            as_json,
            limit,
            course_id=course_id(client, course),
            state=enum_value(appeal_pb2.AppealState.DESCRIPTOR, "" if state == "any" else state),
        )


@appeals.command()
def decide(
    appeal: Annotated[str, typer.Argument(metavar="APPEAL", help="Id.")],
    outcome: Annotated[str, typer.Argument(help="present, excused or declined.")],
    reason: Reason,
    late: Annotated[bool | None, typer.Option("--late/--in-time", help="Present, but late or not.")] = None,
    as_json: AsJson = False,
) -> None:
    """Decide an appeal; the student is told by mail."""
    with connect() as client:
        found = next((one for one in client.pages("ListAppeals", "appeals").appeals if one.id == appeal.lower()), None)
        if found is None:
            raise CliError("There is no such appeal.", hint="`absense appeals list` shows them.")
        fields: dict[str, Any] = {} if late is None else {"late": late}
        answer = client.call(
            "DecideAppeal",
            appeal_id=found.id,
            outcome=enum_value(appeal_pb2.AppealOutcome.DESCRIPTOR, outcome),
            expected_revision=found.record_revision,
            reason=reason,
            **fields,
        )
        if as_json:
            output.as_json(answer)
        else:
            output.say(f"{answer.appeal.student.full_name}: {word(answer.appeal, 'state')}.")
