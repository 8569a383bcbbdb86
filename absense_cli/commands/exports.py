"""`absense export`."""

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import typer

from absense.v1 import attendance_export_pb2
from absense_cli import output
from absense_cli.common import connect, course_id, enum_value, term_id
from absense_cli.errors import CliError, ExitCode

exports = typer.Typer(help="Attendance as files.")


@exports.callback()
def _group() -> None:
    """Attendance as files."""


@exports.command()
def attendance(
    session: Annotated[str, typer.Option("--session", help="Of this session: id.")] = "",
    course: Annotated[str, typer.Option("--course", "-c", help="Of this course: code or id.")] = "",
    term: Annotated[str, typer.Option("--term", help="Of this term: name (administrators) or id.")] = "",
    form: Annotated[str, typer.Option("--format", "-f", help="csv or xlsx.")] = "",
    bom: Annotated[bool, typer.Option("--bom", help="CSV for Excel: begin with a byte order mark.")] = False,
    to: Annotated[str, typer.Option("--output", "-o", help="A file, or - for standard output.")] = "",
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
) -> None:
    """Write attendance to a CSV or Excel file; a file that breaks off is not left behind."""
    if [bool(session), bool(course), bool(term)].count(True) != 1:
        raise CliError("Of what? Give one of --session, --course, --term.", ExitCode.USAGE)
    form = form or ("xlsx" if to.lower().endswith(".xlsx") else "csv")
    if form == "xlsx" and to == "-" and sys.stdout.isatty():
        raise CliError("An Excel file is nothing for a terminal.", ExitCode.USAGE, "Give --output FILE.")
    with connect() as client:
        scope = {"session_id": session, "course_id": course_id(client, course), "term_id": term_id(client, term)}
        parts = client.stream(
            "ExportAttendance",
            format=enum_value(attendance_export_pb2.ExportFormat.DESCRIPTOR, form),
            byte_order_mark=bom,
            **{name: value for name, value in scope.items() if value},
        )
        if to not in {"", "-"}:
            _free(Path(to), force)  # before the server has worked for nothing
        header = next(parts).header
        if to == "-":
            for part in parts:
                sys.stdout.buffer.write(part.chunk)
            sys.stdout.buffer.flush()
            return
        path = Path(to) if to else Path(Path(header.file_name).name or f"attendance.{form}")
        _free(path, force)
        _write(path, parts)
        output.say(f"{path}: {output.size_of(path)}.")


def _free(path: Path, force: bool) -> None:
    if path.exists() and not force:
        raise CliError(f"{path} is there already.", ExitCode.USAGE, "Give another --output, or --force.")


def _write(path: Path, parts: Iterator[Any]) -> None:
    """Under another name until it is whole."""
    try:
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise CliError(f"{path.parent} cannot be written: {error.strerror}.", ExitCode.USAGE) from None
    try:
        with os.fdopen(descriptor, "wb") as file:
            _copy(parts, file, path.name)
        Path(temporary).replace(path)
    except OSError as error:
        raise CliError(f"{path} cannot be written: {error.strerror}.") from None
    finally:
        Path(temporary).unlink(missing_ok=True)


def _copy(parts: Iterator[Any], file: BinaryIO, name: str) -> None:
    with output.progress(f"Writing {name}", None) as advance:
        for part in parts:
            file.write(part.chunk)
            advance(len(part.chunk))
