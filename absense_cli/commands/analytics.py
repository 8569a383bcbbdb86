"""`absense analytics`: how it goes, for who is signed in."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from absense.v1 import attendance_figures_pb2
from absense_cli import output
from absense_cli.client import Client
from absense_cli.commands.courses import FIGURES_COLUMNS, interval_columns, rate
from absense_cli.commands.sessions import counts
from absense_cli.common import AsJson, connect, enum_value, zone_of
from absense_cli.text import day_after, parse_time, when, word

_BAR = 30


def analytics(
    session: Annotated[str, typer.Option("--session", help="Of one session: arrivals and checks (lecturers).")] = "",
    from_: Annotated[str, typer.Option("--from", help="Sessions from this day or time on (administrators).")] = "",
    until: Annotated[str, typer.Option("--until", help="Sessions up to this day or time (administrators).")] = "",
    interval: Annotated[str, typer.Option(help="day, week or month (administrators).")] = "",
    as_json: AsJson = False,
) -> None:
    """Show the institution (administrators), your courses (lecturers, students), or one session."""
    with connect() as client:
        if session:
            _session(client, client.call("GetSessionAnalytics", session_id=session), as_json)
        elif not client.is_admin:
            _dashboard(client, client.call("GetDashboard"), as_json)
        else:
            where = zone_of(client)
            answer = client.call(
                "GetAnalytics",
                from_time=parse_time(from_, where) if from_ else None,
                until_time=day_after(until, where) if until else None,
                interval=enum_value(attendance_figures_pb2.ReportInterval.DESCRIPTOR, interval),
            )
            _institution(client, answer, as_json)


def _institution(client: Client, answer: Any, as_json: bool) -> None:
    if as_json:
        output.as_json(answer)
        return
    where = zone_of(client)
    said = when(answer, "refresh_time", where)
    output.say(
        f"{answer.session_count} sessions, rate {rate(answer.figures) or '-'}{f'; as of {said}' if said else ''}."
    )
    output.table(interval_columns(where), answer.intervals)
    _verdicts(answer.verdicts)


def _dashboard(client: Client, answer: Any, as_json: bool) -> None:
    if as_json:
        output.as_json(answer)
        return
    columns: list[output.Column] = [
        ("course", lambda one: one.course.code),
        ("sessions", lambda one: one.session_count),
        *FIGURES_COLUMNS,
        ("at risk", lambda one: one.at_risk_count or ("yes" if one.at_risk else "")),
        ("flagged", lambda one: one.flagged_count or ""),
    ]
    output.table(columns, answer.courses, empty="No courses.")
    for one in getattr(answer, "sessions", ()):
        output.say(
            f"{one.course_code} {word(one, 'state')}, {when(one, 'open_time', zone_of(client))}, {counts(one)} there"
        )
    if getattr(answer, "flagged_count", 0):
        output.say(f"{answer.flagged_count} records wait for a look: `absense flagged list`.")
    if getattr(answer, "pending_appeal_count", 0):
        output.say(f"{answer.pending_appeal_count} appeals wait: `absense appeals list`.")


def _session(client: Client, answer: Any, as_json: bool) -> None:
    if as_json:
        output.as_json(answer)
        return
    session, where = answer.session, zone_of(client)
    output.say(
        f"{session.course_code} {when(session, 'open_time', where)}: {answer.figures.present} of "
        f"{answer.expected_count} there, {answer.figures.late} late, rate {rate(answer.figures) or '-'}."
    )
    most = max((one.count for one in answer.arrivals), default=0)
    output.table(
        [
            ("from", lambda one: when(one, "start_time", where, "%H:%M:%S")),
            ("arrived", lambda one: one.count),
            ("so far", lambda one: one.total_count),
            ("", lambda one: "#" * round(_BAR * one.count / most) if most else ""),
        ],
        answer.arrivals,
        empty="Nobody has come.",
    )
    _verdicts(answer.verdicts)


def _verdicts(found: Sequence[attendance_figures_pb2.VerdictCount]) -> None:
    output.table(
        [
            ("check", lambda one: word(one, "check")),
            ("outcome", lambda one: word(one, "outcome")),
            ("count", lambda one: one.count),
        ],
        found,
        empty="No checks.",
    )
