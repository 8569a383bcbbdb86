"""`absense student`: claims from the command line, to try things with."""

import hashlib
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from google.protobuf.timestamp_pb2 import Timestamp

from absense.v1 import claim_upload_pb2, device_pb2, image_pb2
from absense_cli import output
from absense_cli.client import Client
from absense_cli.common import AsJson, Limit, connect, enum_value, show_list, zone_of
from absense_cli.errors import CliError, ExitCode
from absense_cli.text import when, word

student = typer.Typer(help="What a student's phone does, to try things.")
Text = Annotated[str, typer.Option("--text", help="The text in the QR code.")]
SessionCode = Annotated[str, typer.Option("--session-code", help="The six characters beside the code ...")]
TypedCode = Annotated[str, typer.Option("--typed-code", help="... and the eight digits.")]
_CHUNK = 64 * 1024


@student.command()
def bind(
    device: Annotated[str, typer.Argument(help="The device's identifier: at least 8 characters.")],
    platform: Annotated[str, typer.Option(help="android, ios or other.")] = "other",
    model: Annotated[str, typer.Option(help="Its name.")] = "absense",
    as_json: AsJson = False,
) -> None:
    """Bind a device, without a key."""
    with connect() as client:
        answer = client.call(
            "BindDevice",
            identifier=device,
            platform=enum_value(device_pb2.DevicePlatform.DESCRIPTOR, platform),
            model=model,
        )
        if as_json:
            output.as_json(answer)
        else:
            output.say(f"Bound: {word(answer.device, 'platform')} {answer.device.model}.")


@student.command()
def scan(text: Text = "", session_code: SessionCode = "", typed_code: TypedCode = "", as_json: AsJson = False) -> None:
    """Ask what a code is, before a claim. Exits 1 when it is not good."""
    wish: dict[str, Any] = {"scanned_text": text} if text else {"typed_code": _typed(session_code, typed_code)}
    if session_code and not typed_code and not text:
        wish = {"session_code": session_code}
    with connect() as client:
        answer = client.call("ScanQr", **wish)
        if as_json:
            output.as_json(answer)
        else:
            where = zone_of(client)
            session = answer.session
            output.card(
                [
                    ("Session", f"{session.course_code} {session.course_title}"),
                    ("Room", session.room),
                    ("Until", when(session, "end_time", where)),
                    ("Code", "good" if answer.code_good else f"{word(answer, 'problem')}"),
                    ("Enrolled", "yes" if answer.enrolled else "no"),
                    ("Record", word(answer, "record_status")),
                    ("Selfie", "wanted" if answer.selfie_wanted else "not wanted"),
                    ("Advice", answer.advice),
                ]
            )
    if answer.problem:
        raise typer.Exit(ExitCode.REFUSED)


@student.command()
def submit(
    text: Text = "",
    session_code: SessionCode = "",
    typed_code: TypedCode = "",
    selfie: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="JPEG or PNG.")] = None,
    lat: Annotated[float | None, typer.Option(help="Where the phone is: latitude, WGS 84 degrees ...")] = None,
    lng: Annotated[float | None, typer.Option(help="... longitude ...")] = None,
    accuracy: Annotated[float, typer.Option(help="... to so many metres.")] = 10,
    device: Annotated[str, typer.Option("--device", help="The device's identifier, as bound.")] = "",
    claim_id: Annotated[str, typer.Option(help="To repeat a claim: its id.")] = "",
    as_json: AsJson = False,
) -> None:
    """Claim attendance. Exits 1 when the record is not confirmed."""
    proof = {"scanned_text": text} if text else {"typed_code": _typed(session_code, typed_code)}
    if (lat is None) != (lng is None):
        raise CliError("--lat and --lng come together.", ExitCode.USAGE)
    picture = b"" if selfie is None else selfie.read_bytes()
    with connect() as client:
        header = claim_upload_pb2.ClaimHeader(
            claim_id=claim_id or str(uuid.uuid4()), proof=claim_upload_pb2.CodeProof(**proof), device_identifier=device
        )
        if lat is not None:
            header.fix.position.latitude, header.fix.position.longitude = lat, lng or 0.0
            header.fix.accuracy_meters = accuracy
            header.fix.fix_time.CopyFrom(_now(client))
        if picture:
            kind = "image/png" if picture.startswith(b"\x89PNG") else "image/jpeg"
            header.selfie.CopyFrom(
                image_pb2.ImageUpload(media_type=kind, size=len(picture), sha256=hashlib.sha256(picture).digest())
            )
        answer = client.upload("SubmitAttendance", header, lambda: _chunks(picture))
    if as_json:
        output.as_json(answer)
    else:
        _show(answer)
    if word(answer.record, "status") in {"flagged", "rejected"}:
        raise typer.Exit(ExitCode.REFUSED)


@student.command()
def history(limit: Limit = 20, as_json: AsJson = False) -> None:
    """List past sessions and how you stand in them."""
    with connect() as client:
        where = zone_of(client)
        columns: list[output.Column] = [
            ("course", lambda one: one.session.course_code),
            ("session", lambda one: when(one.session, "open_time", where)),
            ("standing", _standing),
            ("appeal", lambda one: word(one.appeal, "state")),
        ]
        show_list(client, "ListAttendanceHistory", "sessions", columns, as_json, limit)


def _standing(past: Any) -> str:
    if word(past.session, "state") == "cancelled":
        return "called off"
    return "absent" if past.absent else f"{word(past, 'record_status')}{', late' if past.late else ''}"


def _typed(session_code: str, digits: str) -> claim_upload_pb2.TypedCode:
    if not session_code:
        raise CliError("Which code? Give --text, or --session-code with --typed-code.", ExitCode.USAGE)
    return claim_upload_pb2.TypedCode(session_code=session_code, digits=digits.replace(" ", ""))


def _now(client: Client) -> Timestamp:
    message = Timestamp()
    message.FromNanoseconds(round(client.profile.now() * 1e9))
    return message


def _chunks(picture: bytes) -> Iterator[bytes]:
    return (picture[start : start + _CHUNK] for start in range(0, len(picture), _CHUNK))


def _show(answer: Any) -> None:
    record = answer.record
    again = " (as recorded before)" if answer.already_recorded else ""
    output.say(f"{word(record, 'status')}{', late' if record.late else ''}{again}")
    output.table(
        [
            ("check", lambda one: word(one, "check")),
            ("outcome", lambda one: word(one, "outcome")),
            ("because", lambda one: word(one, "reason")),
        ],
        record.claims[-1].verdicts if record.claims else [],
        empty="No checks.",
    )
    for one in answer.advice:
        output.say(one.text)
    if answer.can_retry:
        output.note(f"{answer.tries_left} tries left.")
