"""`absense terms` and `absense programmes`."""

import uuid
from datetime import tzinfo
from typing import Annotated

import typer

from absense.v1 import term_pb2
from absense_cli import output
from absense_cli.common import (
    AsJson,
    Limit,
    Yes,
    confirm,
    connect,
    enum_value,
    programme_id,
    show_list,
    term_id,
    zone_of,
)
from absense_cli.errors import HINTS, CliError, ExitCode
from absense_cli.text import day_after, parse_time, when, word

terms = typer.Typer(help="Terms (administrators).")
programmes = typer.Typer(help="Programmes of study (administrators).")


@terms.command("list")
def list_terms(
    state: Annotated[str, typer.Option(help="open or closed.")] = "", limit: Limit = 0, as_json: AsJson = False
) -> None:
    """List terms."""
    with connect() as client:
        where = zone_of(client)
        columns: list[output.Column] = [
            ("name", lambda one: one.name),
            ("from", lambda one: when(one, "start_time", where, "%Y-%m-%d")),
            ("until", lambda one: _last_day(one, where)),
            ("state", lambda one: word(one, "state")),
            ("term id", lambda one: one.id),
        ]
        show_list(
            client,
            "ListTerms",
            "terms",
            columns,
            as_json,
            limit,
            state=enum_value(term_pb2.TermState.DESCRIPTOR, state),
        )


def _last_day(term: term_pb2.Term, where: tzinfo) -> str:
    """The last day of a term, as `--until` takes it: its end is the first instant after it."""
    if not term.HasField("end_time"):
        return ""
    last = term_pb2.Term()
    last.end_time.FromNanoseconds(term.end_time.ToNanoseconds() - 1000)
    return when(last, "end_time", where, "%Y-%m-%d")


@terms.command()
def create(
    name: Annotated[str, typer.Argument(help="Such as '2026/27, first half'.")],
    start: Annotated[str, typer.Option("--from", help="Its first day.")],
    end: Annotated[str, typer.Option("--until", help="Its last day.")],
    as_json: AsJson = False,
) -> None:
    """Make a term."""
    with connect() as client:
        where = zone_of(client)
        answer = client.call(
            "CreateTerm",
            request_id=str(uuid.uuid4()),
            name=name,
            start_time=parse_time(start, where),
            end_time=day_after(end, where),
        )
        if as_json:
            output.as_json(answer)
        else:
            output.say(f"{answer.term.name} is there: {answer.term.id}")


@terms.command()
def close(
    term: Annotated[str, typer.Argument(metavar="TERM", help="Name or id.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", "-n", help="Only say what is in the way.")] = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Close a term: what is in it is decided for good."""
    if not dry_run:
        confirm(f"Close {term}?", yes)
    with connect() as client:
        answer = client.call("CloseTerm", term_id=term_id(client, term), dry_run=dry_run)
    if as_json:
        output.as_json(answer)
    else:
        output.card(
            [
                ("Term", answer.term.name),
                ("State", word(answer.term, "state")),
                ("Undecided records", answer.undecided_record_count),
                ("Pending appeals", answer.pending_appeal_count),
                ("Unfinished sessions", answer.unfinished_session_count),
            ]
        )
    in_the_way = answer.undecided_record_count + answer.pending_appeal_count + answer.unfinished_session_count
    if dry_run and in_the_way:
        raise CliError("The term cannot be closed yet.", ExitCode.REFUSED, HINTS["TERM_HAS_UNDECIDED"])


@programmes.command("list")
def list_programmes(limit: Limit = 0, as_json: AsJson = False) -> None:
    """List programmes."""
    columns: list[output.Column] = [
        ("code", lambda one: one.code),
        ("name", lambda one: one.name),
        ("programme id", lambda one: one.id),
    ]
    with connect() as client:
        show_list(client, "ListProgrammes", "programmes", columns, as_json, limit)


@programmes.command("create")
def create_programme(
    code: Annotated[str, typer.Argument(help="Such as BSC-CS.")],
    name: Annotated[str, typer.Argument(help="Such as 'BSc Computer Science'.")],
    as_json: AsJson = False,
) -> None:
    """Make a programme."""
    with connect() as client:
        answer = client.call("CreateProgramme", code=code, name=name)
        if as_json:
            output.as_json(answer)
        else:
            output.say(f"{answer.programme.code} is there: {answer.programme.id}")


@programmes.command()
def delete(
    programme: Annotated[str, typer.Argument(metavar="PROGRAMME", help="Code or id.")], yes: Yes = False
) -> None:
    """Delete a programme that nobody is in."""
    confirm(f"Delete {programme}?", yes)
    with connect() as client:
        client.call("DeleteProgramme", programme_id=programme_id(client, programme))
        output.say(f"{programme} is deleted.")
