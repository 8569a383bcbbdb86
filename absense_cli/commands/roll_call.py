"""`absense sessions watch`: the roll call as it happens."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Annotated, Any

import typer
from rich.console import Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from absense.v1 import attendance_record_pb2, attendance_session_pb2
from absense_cli import output
from absense_cli.client import Client
from absense_cli.commands.sessions import Session, counts
from absense_cli.common import connect, session_id, zone_of
from absense_cli.errors import CliError, ExitCode
from absense_cli.text import clean, when, word

_LAST_WAIT_SECONDS = 10.0
_LINES_AROUND = 8
_STYLES = {"confirmed": "green", "excused": "green", "flagged": "yellow", "rejected": "red"}
_OVER = {attendance_session_pb2.SESSION_STATE_CLOSED, attendance_session_pb2.SESSION_STATE_CANCELLED}


@dataclass
class RollCall:
    """What has come so far."""

    records: dict[str, attendance_record_pb2.AttendanceRecord] = field(default_factory=dict)
    session: attendance_session_pb2.AttendanceSession | None = None
    caught_up: bool = False
    trouble: str = ""

    def take(self, event: Any) -> bool:
        """Take an event in; False: it tells nothing new."""
        kind = event.WhichOneof("event")
        if kind == "record":
            known = self.records.get(event.record.id)
            if known is not None and known.revision >= event.record.revision:
                return False
            self.records[event.record.id] = event.record
        elif kind == "session":
            self.session = event.session
        elif kind == "caught_up":
            self.caught_up = True
        return kind in {"record", "session", "caught_up"}

    @property
    def over(self) -> bool:
        """The session has ended, and all of it was seen."""
        return self.caught_up and self.session is not None and self.session.state in _OVER

    def picture(self, where: tzinfo, height: int) -> Group:
        """The counts, and the newest arrivals, as many as fit."""
        newest = sorted(self.records.values(), key=_arrival, reverse=True)
        grid = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
        for heading in ("time", "name", "number", "standing"):
            grid.add_column(heading, overflow="ellipsis", no_wrap=True)
        for record in newest[: max(1, height - _LINES_AROUND)]:
            status = word(record, "status")
            standing = f"{status}{', late' if record.late else ''}"
            grid.add_row(
                when(record, "create_time", where, "%H:%M:%S"),
                Text(clean(record.student.full_name)),
                Text(clean(record.student.institution_number)),
                Text(standing, style=_STYLES.get(status, "")),
            )
        return Group(self._heading(where), self._tally(), Text(), grid, Text(self.trouble, style="yellow"))

    def _heading(self, where: tzinfo) -> Text:
        if self.session is None:
            return Text("Connecting ...")
        one = self.session
        room = f", {one.room}" if one.room else ""
        end = when(one, "end_time", where, "%H:%M")
        line = f"{one.course_code} {one.course_title}{room}: {word(one, 'state')} until {end}"
        return Text(clean(line), style="bold", no_wrap=True, overflow="ellipsis")

    def _tally(self) -> Text:
        if self.session is None:
            return Text()
        tally = self.session.counts
        line = Text(f"{counts(self.session)} there", style="bold green")
        for number, what in (
            (tally.late, "late"),
            (tally.flagged, "flagged"),
            (tally.pending, "pending"),
            (tally.rejected, "rejected"),
            (tally.excused, "excused"),
        ):
            line.append(f"  {number} {what}", style="not bold default" if number else "not bold dim")
        return line


def watch(
    session: Session = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line for each event.")] = False,
    until_closed: Annotated[bool, typer.Option("--until-closed", help="End when the session has.")] = False,
) -> None:
    """Show who arrives, live, until Ctrl-C. A broken connection is taken up where it broke."""
    with connect() as client:
        chosen = session_id(client, session)
        roll = RollCall()
        if as_json or not output.console().is_terminal:
            for event in _events(client, chosen, roll):
                if event is not None and roll.take(event):
                    _tell(event, zone_of(client), as_json=as_json)
                if until_closed and roll.over:
                    return
            return
        out = output.console()
        where = zone_of(client)
        with Live(roll.picture(where, out.height), console=out, refresh_per_second=4, vertical_overflow="crop") as live:
            for event in _events(client, chosen, roll):
                if event is not None:
                    roll.take(event)
                live.update(roll.picture(where, out.height))
                if until_closed and roll.over:
                    return


def _events(client: Client, session: str, roll: RollCall) -> Iterator[Any]:
    """Events for ever; None: the connection broke, and roll.trouble says so."""
    token = ""
    wait = 0.5
    while True:
        try:
            for event in client.stream("WatchAttendance", session_id=session, resume_token=token):
                token = event.resume_token
                roll.trouble, wait = "", 0.5
                yield event
        except CliError as error:
            if token and error.reason == "RESUME_TOKEN_INVALID":
                token = ""
            elif not token or not (error.code is ExitCode.UNREACHABLE or error.reason == "WATCHER_TOO_SLOW"):
                raise
            roll.trouble = f"{error.text} Trying again ..."
            output.verbose(roll.trouble)
            yield None
        time.sleep(wait)
        wait = min(wait * 2, _LAST_WAIT_SECONDS)


def _tell(event: Any, where: tzinfo, *, as_json: bool) -> None:
    if as_json:
        output.as_json(event, one_line=True)
    elif event.WhichOneof("event") == "record":
        record = event.record
        output.line([when(record, "update_time", where, "%H:%M:%S"), record.student.full_name, word(record, "status")])


def _arrival(record: attendance_record_pb2.AttendanceRecord) -> int:
    return record.create_time.ToNanoseconds()
