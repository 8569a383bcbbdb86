"""`absense settings`: what the institution has decided."""

from typing import Annotated, Any

import typer

from absense.v1 import attendance_session_pb2
from absense_cli import output
from absense_cli.common import AsJson, connect, enum_value, term_id
from absense_cli.errors import CliError, ExitCode
from absense_cli.text import word

settings = typer.Typer(help="What the institution has decided (administrators).")
_CHECKS = ("device", "location", "face", "liveness")
Check = Annotated[str, typer.Option(help="required, advisory or off.")]


@settings.command()
def show(as_json: AsJson = False) -> None:
    """Show the settings, and the policy that comes of them."""
    with connect() as client:
        answer = client.call("GetSettings")
        if as_json:
            output.as_json(answer)
            return
        kept = answer.settings
        output.card(
            [
                ("Current term", answer.current_term.name),
                ("Enrollment", "open" if kept.enrollment_open else "closed"),
                ("Selfies kept", f"{kept.selfie_retention_days} days (at most {answer.max_selfie_retention_days})"),
                ("Faces kept", f"{kept.face_retention_days} days (at most {answer.max_face_retention_days})"),
                ("At risk below", f"{kept.at_risk_threshold:.0%}"),
                *((f"Check of {check}", word(answer.effective_policy, check)) for check in _CHECKS),
                ("Face stand-in", word(answer.effective_policy, "face_stand_in")),
            ]
        )


@settings.command("set")
def set_settings(
    term: Annotated[str | None, typer.Option(help="The current term: name or id; empty: by date.")] = None,
    enrollment: Annotated[
        bool | None, typer.Option("--enrollment/--no-enrollment", help="Students may enroll.")
    ] = None,
    selfie_days: Annotated[int | None, typer.Option(help="How long selfies are kept.")] = None,
    face_days: Annotated[int | None, typer.Option(help="How long enrolled faces are kept.")] = None,
    at_risk: Annotated[float | None, typer.Option(help="Rate below which a student is at risk, 0 to 1.")] = None,
    device: Check = "",
    location: Check = "",
    face: Check = "",
    liveness: Check = "",
    face_stand_in: Annotated[str, typer.Option(help="look or signed-device: who enrolls no face.")] = "",
    as_json: AsJson = False,
) -> None:
    """Change what is named, and nothing else."""
    with connect() as client:
        fields: dict[str, Any] = {
            "current_term_id": None if term is None else term_id(client, term),
            "enrollment_open": enrollment,
            "selfie_retention_days": selfie_days,
            "face_retention_days": face_days,
            "at_risk_threshold": at_risk,
        }
        changed = {name: value for name, value in fields.items() if value is not None}
        checks = {"device": device, "location": location, "face": face, "liveness": liveness}
        wishes = {
            name: enum_value(attendance_session_pb2.Requirement.DESCRIPTOR, wish)
            for name, wish in checks.items()
            if wish
        }
        if face_stand_in:
            wishes["face_stand_in"] = enum_value(attendance_session_pb2.FaceStandIn.DESCRIPTOR, face_stand_in)
        if wishes:
            policy = client.call("GetSettings").settings.default_policy
            for name, value in wishes.items():
                setattr(policy, name, value)
            changed["default_policy"] = policy
        if not changed:
            raise CliError("Change what?", ExitCode.USAGE, "`absense settings set --help` lists what there is.")
        answer = client.call("UpdateSettings", settings=changed, update_mask={"paths": sorted(changed)})
        if as_json:
            output.as_json(answer)
        else:
            output.say(f"Changed: {', '.join(sorted(changed))}.")
