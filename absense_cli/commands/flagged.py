"""`absense flagged`: the records that wait for a person's look."""

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from absense.v1 import attendance_record_pb2, lecturer_service_pb2, verdict_pb2
from absense_cli import output
from absense_cli.client import Client
from absense_cli.common import AsJson, Limit, Reason, Yes, confirm, connect, course_id, enum_value, show_list, zone_of
from absense_cli.errors import CliError, ExitCode
from absense_cli.text import clean, short_name, when, word

flagged = typer.Typer(help="Records that wait for your look.")
Records = Annotated[list[str] | None, typer.Argument(metavar="RECORD...", help="Ids of records.")]
OfSession = Annotated[str, typer.Option("--session", help="Of this session.")]
OfCourse = Annotated[str, typer.Option("--course", "-c", help="Of this course: code or id.")]
All = Annotated[bool, typer.Option("--all", help="All that wait in --session or --course.")]
_BATCH = 500


def doubts(record: attendance_record_pb2.AttendanceRecord) -> str:
    """What did not pass in the claim that decides: `location outside 2,104 m`."""
    claims = [one for one in record.claims if one.claim_id == record.deciding_claim_id] or list(record.claims[-1:])
    return "; ".join(_doubt(v) for one in claims for v in one.verdicts if v.outcome in {2, 3})


@flagged.command("list")
def list_flagged(
    session: OfSession = "",
    course: OfCourse = "",
    attention: Annotated[str, typer.Option(help="needs-look or suspicious.")] = "",
    limit: Limit = 0,
    as_json: AsJson = False,
) -> None:
    """List what waits, the oldest first, with what is doubtful about it."""
    with connect() as client:
        columns: list[output.Column] = [
            ("name", lambda one: one.student.full_name),
            (
                "session",
                lambda one: f"{one.course_code} {when(one, 'session_open_time', zone_of(client), '%m-%d %H:%M')}",
            ),
            ("doubt", doubts),
            ("record id", lambda one: one.id),
        ]
        show_list(
            client,
            "ListFlagged",
            "records",
            columns,
            as_json,
            limit,
            attention=enum_value(attendance_record_pb2.Attention.DESCRIPTOR, attention),
            **_scope(client, session, course),
        )


@flagged.command()
def show(
    record: Annotated[str, typer.Argument(metavar="RECORD", help="Id.")],
    save: Annotated[
        Path | None, typer.Option("--save", help="Folder for the selfie and the enrolled photographs.", file_okay=False)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show a record with every try and verdict; with --save, selfie and enrolled face as files side by side."""
    with connect() as client:
        found = client.call("GetAttendanceRecord", record_id=record).record
        if as_json:
            output.as_json(found)
        else:
            _show(client, found)
        if save is not None:
            for image_id, name in _images(found):
                output.note(f"Saved {_save_image(client, image_id, save / name)}.")


@flagged.command("confirm")
def confirm_records(
    reason: Reason,
    records: Records = None,
    session: OfSession = "",
    course: OfCourse = "",
    everything: All = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Confirm records: these people were there."""
    _decide("RECORD_STATUS_CONFIRMED", records or [], reason, session, course, everything, yes, as_json)


@flagged.command()
def reject(
    reason: Reason,
    records: Records = None,
    session: OfSession = "",
    course: OfCourse = "",
    everything: All = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Reject records: these people were not there."""
    _decide("RECORD_STATUS_REJECTED", records or [], reason, session, course, everything, yes, as_json)


def _decide(
    status: str, ids: list[str], reason: str, session: str, course: str, everything: bool, yes: bool, as_json: bool
) -> None:
    if everything == bool(ids) or (everything and not (session or course)):
        raise CliError("Name records, or give --all with --session or --course.", ExitCode.USAGE)
    with connect() as client:
        if everything:
            found = list(client.pages("ListFlagged", "records", **_scope(client, session, course)).records)
            if not found:
                output.note("Nothing waits.")
                return
            confirm(f"{len(found)} records: {status.removeprefix('RECORD_STATUS_').lower()}?", yes)
        else:
            found = [client.call("GetAttendanceRecord", record_id=one).record for one in ids]
        decisions = (
            _as_admin(client, status, found, reason) if client.is_admin else _batch(client, status, found, reason)
        )
    answer = lecturer_service_pb2.BatchDecideAttendanceResponse(decisions=decisions)
    if as_json:
        output.as_json(answer)
    else:
        names = {one.id: one.student.full_name for one in found}
        columns: list[output.Column] = [
            ("name", lambda one: names.get(one.record_id, "")),
            ("standing", lambda one: word(one, "status")),
            ("refused because", lambda one: word(one, "reason")),
            ("record id", lambda one: one.record_id),
        ]
        output.table(columns, answer.decisions)
    if any(one.reason for one in answer.decisions):
        raise CliError(
            "Not all could be decided.", hint="Look at those again: somebody may have decided them meanwhile."
        )


def _batch(client: Client, status: str, found: list[Any], reason: str) -> list[Any]:
    if len(found) == 1:
        call = "ConfirmAttendance" if status == "RECORD_STATUS_CONFIRMED" else "RejectAttendance"
        one = client.call(call, record_id=found[0].id, expected_revision=found[0].revision, reason=reason).record
        return [lecturer_service_pb2.BatchDecision(record_id=one.id, status=one.status, revision=one.revision)]
    decisions: list[Any] = []
    for start in range(0, len(found), _BATCH):
        records = [{"record_id": one.id, "expected_revision": one.revision} for one in found[start : start + _BATCH]]
        answer = client.call("BatchDecideAttendance", records=records, status=status, reason=reason)
        decisions.extend(answer.decisions)
    return decisions


def _as_admin(client: Client, status: str, found: list[Any], reason: str) -> list[Any]:
    done = [
        client.call(
            "SetAttendanceStatus", record_id=one.id, status=status, expected_revision=one.revision, reason=reason
        ).record
        for one in found
    ]
    return [lecturer_service_pb2.BatchDecision(record_id=r.id, status=r.status, revision=r.revision) for r in done]


def _scope(client: Client, session: str, course: str) -> dict[str, str]:
    if session and course:
        raise CliError("Give --session or --course, not both.", ExitCode.USAGE)
    scope = {"session_id": session, "course_id": course_id(client, course)}
    return {name: value for name, value in scope.items() if value}


def _doubt(verdict: verdict_pb2.Verdict) -> str:
    measured = f" {verdict.measured:,.3g} {verdict.unit}".rstrip() if verdict.HasField("measured") else ""
    return f"{word(verdict, 'check')} {word(verdict, 'reason')}{measured}"


def _show(client: Client, record: attendance_record_pb2.AttendanceRecord) -> None:
    where = zone_of(client)
    output.card(
        [
            ("Student", f"{record.student.full_name} {record.student.institution_number}".strip()),
            ("Session", f"{record.course_code} {when(record, 'session_open_time', where)}"),
            ("Standing", f"{word(record, 'status')}{', late' if record.late else ''}"),
            ("Look", word(record, "attention")),
            ("Revision", record.revision),
            ("Id", record.id),
        ]
    )
    rows = [(one, verdict) for one in record.claims for verdict in one.verdicts]
    output.table(
        [
            ("try", lambda row: row[0].number),
            ("at", lambda row: when(row[0], "receive_time", where, "%H:%M:%S")),
            ("check", lambda row: word(row[1], "check")),
            ("outcome", lambda row: word(row[1], "outcome")),
            ("because", lambda row: word(row[1], "reason")),
            ("measured", lambda row: f"{row[1].measured:,.4g} {row[1].unit}" if row[1].HasField("measured") else ""),
            ("limit", lambda row: f"{row[1].threshold:,.4g}" if row[1].HasField("threshold") else ""),
        ],
        rows,
    )
    for one in record.decisions:
        status = short_name(attendance_record_pb2.RecordStatus.DESCRIPTOR, one.to_status)
        output.say(f"{when(one, 'decide_time', where)} {one.decided_by.full_name}: {status}: {one.reason}")


def _images(record: attendance_record_pb2.AttendanceRecord) -> list[tuple[str, str]]:
    selfies = [(one.image_id, f"{record.id}-try-{one.number}") for one in record.claims if one.image_id]
    enrolled = [(image, f"{record.id}-enrolled-{n}") for n, image in enumerate(record.reference_image_ids, 1)]
    return selfies + enrolled


def _save_image(client: Client, image_id: str, path: Path) -> str:
    """Save a photograph for the user alone; the server writes down that it was seen."""
    parts = client.stream("GetImage", image_id=image_id)
    kind = next(parts).header.media_type
    path = path.with_name(f"{path.name}.{'png' if kind == 'image/png' else 'jpg'}")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        for part in parts:
            file.write(part.chunk)
    return clean(str(path))
