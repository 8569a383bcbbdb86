"""`absense sessions`, less the roll call."""

import uuid
from typing import Annotated, Any

import typer

from absense.v1 import attendance_session_pb2
from absense_cli import output
from absense_cli.client import Client
from absense_cli.common import (
    AsJson,
    Limit,
    Reason,
    Yes,
    confirm,
    connect,
    course_id,
    enum_value,
    programme_id,
    session_id,
    show_list,
    zone_of,
)
from absense_cli.errors import CliError, ExitCode
from absense_cli.text import day_after, minutes, parse_time, when, word

sessions = typer.Typer(help="Attendance sessions: open, close, watch.")
Session = Annotated[str, typer.Argument(metavar="[SESSION]", help="Id; without it, the only one that is open.")]


def counts(session: attendance_session_pb2.AttendanceSession) -> str:
    """How many are there, of how many."""
    expected = f"/{session.expected_count}" if session.HasField("expected_count") else ""
    return f"{session.counts.confirmed}{expected}"


@sessions.command("list")
def list_sessions(
    course: Annotated[str, typer.Option("--course", "-c", help="Code or id.")] = "",
    state: Annotated[
        list[str] | None, typer.Option(help="scheduled, open, closed or cancelled; may be repeated.")
    ] = None,
    from_: Annotated[str, typer.Option("--from", help="Opening from this day or time on.")] = "",
    until: Annotated[str, typer.Option("--until", help="Opening up to this day or time.")] = "",
    limit: Limit = 20,
    as_json: AsJson = False,
) -> None:
    """List sessions, the newest first."""
    with connect() as client:
        where = zone_of(client)
        columns: list[output.Column] = [
            ("course", lambda one: one.course_code),
            ("opens", lambda one: when(one, "open_time", where, "%m-%d %H:%M")),
            ("state", lambda one: word(one, "state")),
            ("there", counts),
            ("flagged", lambda one: one.counts.flagged or ""),
            ("session id", lambda one: one.id),
        ]
        show_list(
            client,
            "ListSessions",
            "sessions",
            columns,
            as_json,
            limit,
            course_id=course_id(client, course),
            states=[enum_value(attendance_session_pb2.SessionState.DESCRIPTOR, one) for one in state or ()],
            from_time=parse_time(from_, where) if from_ else None,
            until_time=day_after(until, where) if until else None,
        )


@sessions.command("open")
def open_session(
    course: Annotated[str, typer.Argument(metavar="COURSE", help="Code or id.")],
    room: Annotated[str, typer.Option(help="Where, for people.")] = "",
    duration: Annotated[float, typer.Option("--minutes", "-m", help="How long.")] = 15,
    late_after: Annotated[float | None, typer.Option(help="Late after so many minutes.")] = None,
    at: Annotated[str, typer.Option(help="When it opens; without it, now.")] = "",
    lat: Annotated[float | None, typer.Option(help="The hall's latitude, WGS 84 degrees.")] = None,
    lng: Annotated[float | None, typer.Option(help="Its longitude.")] = None,
    radius: Annotated[float, typer.Option(help="Metres around it that count as there.")] = 100,
    programme: Annotated[str, typer.Option(help="Only for students of this programme: id.")] = "",
    allow_parallel: Annotated[bool, typer.Option("--allow-parallel", help="Beside another open one.")] = False,
    as_json: AsJson = False,
) -> None:
    """Open a session now, or at a time; the code is shown by `absense qr show`."""
    if (lat is None) != (lng is None):
        raise CliError("--lat and --lng come together.", ExitCode.USAGE)
    with connect() as client:
        fields: dict[str, Any] = {}
        if late_after is not None:
            fields["late_after"] = minutes(late_after)
        if at:
            fields["open_time"] = parse_time(at, zone_of(client))
        if lat is not None:
            fields["geofence"] = {"center": {"latitude": lat, "longitude": lng}, "radius_meters": radius}
        answer = client.call(
            "CreateSession",
            request_id=str(uuid.uuid4()),
            course_id=course_id(client, course),
            room=room,
            duration=minutes(duration),
            programme_id=programme_id(client, programme),
            allow_parallel=allow_parallel,
            **fields,
        )
        show(client, answer, as_json)


@sessions.command()
def close(session: Session = "", as_json: AsJson = False) -> None:
    """End a session now: its codes are dead at once."""
    with connect() as client:
        show(client, client.call("CloseSession", session_id=session_id(client, session)), as_json)


@sessions.command()
def extend(
    session: Session = "",
    by: Annotated[float, typer.Option("--minutes", "-m", help="So much longer than planned.")] = 10,
    as_json: AsJson = False,
) -> None:
    """Let a session run longer."""
    with connect() as client:
        chosen = session_id(client, session)
        now = client.call("GetSession", session_id=chosen).session
        end = now.end_time
        end.FromNanoseconds(end.ToNanoseconds() + round(by * 60e9))
        answer = client.call(
            "UpdateSession",
            session_id=chosen,
            end_time=end,
            update_mask={"paths": ["end_time"]},
            expected_revision=now.revision,
        )
        show(client, answer, as_json)


@sessions.command()
def reopen(
    session: Annotated[str, typer.Argument(metavar="SESSION", help="Id.")],
    as_json: AsJson = False,
) -> None:
    """Open a closed session again: until its planned end, or for 15 minutes where that is past."""
    with connect() as client:
        show(client, client.call("ReopenSession", session_id=session), as_json)


@sessions.command()
def cancel(
    session: Annotated[str, typer.Argument(metavar="SESSION", help="Id.")],
    reason: Reason,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Call a session off: nobody is absent from it."""
    confirm(f"Call off session {session}?", yes)
    with connect() as client:
        show(client, client.call("CancelSession", session_id=session, reason=reason), as_json)


def show(client: Client, answer: Any, as_json: bool) -> None:
    """A session, as a card."""
    if as_json:
        output.as_json(answer)
        return
    session, where = answer.session, zone_of(client)
    output.card(
        [
            ("Course", f"{session.course_code} {session.course_title}"),
            ("Room", session.room),
            ("State", word(session, "state")),
            ("Opens", when(session, "open_time", where)),
            ("Ends", when(session, "close_time" if session.HasField("close_time") else "end_time", where)),
            ("Late after", when(session, "late_after_time", where)),
            ("There", counts(session)),
            ("Flagged", session.counts.flagged or ""),
            ("Session code", session.session_code),
            ("Called off", session.cancel_reason),
            ("Id", session.id),
        ]
    )
