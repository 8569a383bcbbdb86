"""`absense import`: people and enrollments from files."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from google.protobuf.message import Message

from absense.v1 import admin_service_pb2, file_import_pb2, lecturer_service_pb2
from absense_cli import output
from absense_cli.client import Client
from absense_cli.common import AsJson, connect, course_id
from absense_cli.errors import CliError, ExitCode
from absense_cli.text import word

imports = typer.Typer(help="Files of people and enrollments; all of a file or nothing.")
File = Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, readable=True)]
DryRun = Annotated[bool, typer.Option("--dry-run", "-n", help="Only show the difference.")]
Invite = Annotated[bool, typer.Option("--invite", help="Send each new account a mail.")]
CHUNK = 64 * 1024
_SHOWN = 40


@imports.command()
def users(file: File, dry_run: DryRun = False, invite: Invite = False, as_json: AsJson = False) -> None:
    """Make and change accounts from a CSV file: email, full_name, role, institution_number, programme, level."""
    _import_people(file, admin_service_pb2.USER_IMPORT_FORMAT_CSV, dry_run, invite, as_json)


@imports.command()
def oneroster(file: File, dry_run: DryRun = False, invite: Invite = False, as_json: AsJson = False) -> None:
    """Import a whole school from a OneRoster 1.2 CSV bundle (zip)."""
    _import_people(file, admin_service_pb2.USER_IMPORT_FORMAT_ONEROSTER, dry_run, invite, as_json)


@imports.command()
def enrollments(
    course: Annotated[str, typer.Argument(metavar="COURSE", help="Code or id.")],
    file: File,
    dry_run: DryRun = False,
    end_missing: Annotated[bool, typer.Option("--end-missing", help="Who is not in the file leaves.")] = False,
    pass_over_unknown: Annotated[
        bool, typer.Option("--pass-over-unknown", help="Unknown people are no error.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Enroll students in a course from a CSV file (lecturers)."""
    with connect() as client:
        header = lecturer_service_pb2.ImportEnrollmentsHeader(
            course_id=course_id(client, course),
            file=_announce(file),
            dry_run=dry_run,
            end_missing=end_missing,
            pass_over_unknown=pass_over_unknown,
        )
        _import(client, "ImportEnrollments", header, file, as_json)


def _import_people(
    file: Path, form: admin_service_pb2.UserImportFormat, dry_run: bool, invite: bool, as_json: bool
) -> None:
    header = admin_service_pb2.ImportUsersHeader(
        format=form, file=_announce(file), dry_run=dry_run, send_invitations=invite
    )
    with connect() as client:
        _import(client, "ImportUsers", header, file, as_json)


def _announce(file: Path) -> file_import_pb2.ImportFile:
    with file.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").digest()
    return file_import_pb2.ImportFile(size=file.stat().st_size, sha256=digest)


def _import(client: Client, call: str, header: Message, file: Path, as_json: bool) -> None:
    with output.progress(f"Sending {file.name}", file.stat().st_size) as advance:
        report = client.upload(call, header, lambda: _chunks(file, advance)).report
    if as_json:
        output.as_json(report)
    else:
        _show(report)
    if report.error_count:
        raise CliError(
            f"{report.error_count} error{'s' * (report.error_count > 1)} in {file.name}; nothing was changed.",
            ExitCode.REFUSED,
            "Correct the file and import it again.",
        )


def _chunks(file: Path, advance: Callable[[int], None]) -> Iterator[bytes]:
    with file.open("rb") as content:
        while chunk := content.read(CHUNK):
            yield chunk
            advance(len(chunk))


def _show(report: file_import_pb2.ImportReport) -> None:
    if report.errors:
        output.table(
            [
                ("file", lambda one: one.file),
                ("line", lambda one: one.line or ""),
                ("column", lambda one: one.column),
                ("value", lambda one: one.value),
                ("what is wrong", lambda one: one.message),
            ][0 if any(one.file for one in report.errors) else 1 :],
            report.errors,
        )
        return
    rows: list[Any] = list(report.changes)
    shown = rows[:_SHOWN] if output.console().is_terminal else rows
    in_files: list[output.Column] = [("file", lambda one: one.file)] if any(one.file for one in shown) else []
    output.table(
        [
            ("change", lambda one: word(one, "kind")),
            ("what", lambda one: word(one, "subject")),
            ("which", lambda one: one.name),
            ("fields", lambda one: ", ".join(one.fields)),
            *in_files,
            ("line", lambda one: one.line or ""),
        ],
        shown,
        empty="The file says what is there already.",
    )
    total = report.created_count + report.changed_count + report.ended_count
    if total > len(shown):
        output.note(f"... and {total - len(shown)} more.")
    done = "Done" if report.applied else "Nothing was changed (dry run)"
    output.say(
        f"{done}: {report.row_count} rows; {report.created_count} new, {report.changed_count} changed, "
        f"{report.ended_count} ended, {report.unchanged_count} as they were."
    )
    if report.encoding not in {"", "utf-8"}:
        output.note(f"The text was read as {report.encoding}.")
