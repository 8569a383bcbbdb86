"""`absense audit`: what was done, by whom, and whether the log of it is whole."""

from typing import Annotated, Any

import typer

from absense.v1 import admin_service_pb2, audit_pb2
from absense_cli import output
from absense_cli.common import AsJson, Limit, connect, enum_value, show_list, user_id, zone_of
from absense_cli.errors import CliError, ExitCode
from absense_cli.text import day_after, parse_time, when, word

audit = typer.Typer(help="What was done, by whom (administrators).")


@audit.command("list")
def list_events(
    actor: Annotated[str, typer.Option(help="Who did it: address, number or id.")] = "",
    subject: Annotated[str, typer.Option(help="What it was done to: id.")] = "",
    action: Annotated[list[str] | None, typer.Option(help="Such as record-confirmed; may be repeated.")] = None,
    from_: Annotated[str, typer.Option("--from", help="From this day or time on.")] = "",
    until: Annotated[str, typer.Option("--until", help="Up to this day or time.")] = "",
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """List events, the newest first."""
    with connect() as client:
        where = zone_of(client)
        columns: list[output.Column] = [
            ("number", lambda one: one.number),
            ("time", lambda one: when(one, "create_time", where, "%m-%d %H:%M:%S")),
            ("action", lambda one: word(one, "action")),
            ("by", lambda one: one.actor.full_name or one.actor_id),
            ("facts", _facts),
        ]
        show_list(
            client,
            "ListAuditEvents",
            "events",
            columns,
            as_json,
            limit,
            actor_id=user_id(client, actor),
            subject_id=subject,
            actions=[enum_value(audit_pb2.AuditAction.DESCRIPTOR, one) for one in action or ()],
            from_time=parse_time(from_, where) if from_ else None,
            until_time=day_after(until, where) if until else None,
        )


@audit.command()
def verify(
    known_number: Annotated[int, typer.Option(help="A last number that you kept ...")] = 0,
    known_seal: Annotated[str, typer.Option(help="... and its seal, in hexadecimal.")] = "",
    as_json: AsJson = False,
) -> None:
    """Look whether the log is whole: nothing altered, missing or swapped. Exits 1 if it is not.

    Keep the number and the seal that it prints somewhere else: with them a log that was written anew is found out.
    """
    try:
        seal = bytes.fromhex(known_seal)
    except ValueError:
        raise CliError("The seal is not hexadecimal.", ExitCode.USAGE) from None
    if bool(known_number) != bool(seal):
        raise CliError("--known-number and --known-seal come together.", ExitCode.USAGE)
    with connect() as client, output.progress("Events", None) as _:
        whole = client.call("VerifyAuditLog", known_number=known_number, known_seal=seal)
        while whole.next_number and not whole.HasField("broken"):
            part = client.call(
                "VerifyAuditLog", from_number=whole.next_number, known_number=known_number, known_seal=seal
            )
            whole = _joined(whole, part)
            output.verbose(f"{whole.checked_count} events looked at")
    if as_json:
        output.as_json(whole)
    else:
        output.card(
            [
                ("Events looked at", whole.checked_count),
                ("Of them erased in part", whole.erased_count or ""),
                ("Not sealed yet", whole.unsealed_count or ""),
                ("Last number", whole.last_number),
                ("Its seal", whole.last_seal.hex()),
            ]
        )
    if whole.HasField("broken"):
        raise CliError(
            f"The log is broken at number {whole.broken.number}: {word(whole.broken, 'kind')}.",
            ExitCode.REFUSED,
            "Tell who answers for the data; keep the database as it is.",
        )
    if not as_json:
        output.say("The log is whole.")


def _joined(
    first: admin_service_pb2.VerifyAuditLogResponse, then: admin_service_pb2.VerifyAuditLogResponse
) -> admin_service_pb2.VerifyAuditLogResponse:
    """Two parts as one."""
    whole = admin_service_pb2.VerifyAuditLogResponse()
    whole.CopyFrom(then)
    whole.first_number = first.first_number
    whole.checked_count += first.checked_count
    whole.erased_count += first.erased_count
    return whole


def _facts(event: Any) -> str:
    facts = {**event.facts, **event.private_facts}
    return " ".join(f"{name}={value}" for name, value in sorted(facts.items()))
