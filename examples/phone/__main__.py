"""Play a student's phone: `python -m examples.phone --help`."""

import argparse
import getpass
import ipaddress
import sys
from pathlib import Path

import grpc

from absense.v1 import attendance_record_pb2, claim_upload_pb2, fix_pb2, student_service_pb2
from examples.phone.account import Account, SignedOut
from examples.phone.calls import CallFailed
from examples.phone.keystore import Keystore
from examples.phone.student import NoClaim, Student, is_awaited

_OPTIONS = [
    # a connection that died silently under a watch is noticed; the server allows a ping every ten seconds
    ("grpc.keepalive_time_ms", 60_000),
    ("grpc.keepalive_timeout_ms", 20_000),
]


def main() -> int:
    """Run the command line; 0 when the server did what was asked."""
    arguments = _parser().parse_args()
    keystore = Keystore(arguments.keep)
    try:
        with _connected(arguments.server) as channel:
            account = Account(channel, keystore)
            _COMMANDS[arguments.command](arguments, account, Student(channel, keystore, account))
    except SignedOut as ended:
        print(f"{ended} Run sign-in.", file=sys.stderr)
        return 1
    except CallFailed as failed:
        told = (
            f"{failed.reason}: {failed}" if failed.reason else "The server does not answer. Nothing is lost: try again."
        )
        print(told, file=sys.stderr)
        return 1
    except NoClaim as no:
        print(no, file=sys.stderr)
        return 1
    return 0


def sign_in(arguments: argparse.Namespace, account: Account, student: Student) -> None:
    """Sign in, and bind this phone while the password is fresh."""
    password = getpass.getpass() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    account.sign_in(arguments.login, password)
    device = student.bind()
    print(f"Signed in. Bound: {device.model}, {'with' if device.has_key else 'without'} a key.")


def enroll_face(arguments: argparse.Namespace, account: Account, student: Student) -> None:
    """Show the consent, and enroll a photograph once it is given."""
    consent = account.server.consent
    if not account.server.features.face_verification:
        print("This server checks no faces.")
    elif input(f"{consent.text}\n\nType yes to agree: ").strip() == "yes":
        template = student.enroll_face(arguments.photograph.read_bytes(), consent.version)
        print(f"Enrolled: {template.view_count} photograph(s).")
    else:
        print("Nothing was sent.")


def claim(arguments: argparse.Namespace, account: Account, student: Student) -> None:
    """Scan and claim, and say what came of it."""
    resume(arguments, account, student)
    typed = arguments.typed and claim_upload_pb2.TypedCode(
        session_code=arguments.typed[0], digits=arguments.typed[1].replace(" ", "")
    )
    seen = student.scan(typed or arguments.scanned)
    print(f"{seen.session.course_code} {seen.session.course_title}, {seen.session.room}. {seen.advice}".rstrip())
    # the camera is opened only where the server wants a selfie
    selfie = arguments.selfie.read_bytes() if seen.selfie_wanted and arguments.selfie else b""
    student.prepare(seen, selfie, _position(arguments, account))
    _show(student, student.send())


def resume(_: argparse.Namespace, __: Account, student: Student) -> None:
    """Send the claim that had no answer when the app ended, if there is one."""
    if not student.has_claim():
        return
    try:
        answer = student.send()
    except CallFailed as failed:
        if student.has_claim():
            raise
        print(f"Your last claim was not taken. {failed}")
    else:
        _show(student, answer)


def _show(student: Student, answer: student_service_pb2.SubmitAttendanceResponse) -> None:
    """The answer, and the verdict where it comes later."""
    record, advice = answer.record, answer.advice
    if is_awaited(record):
        print("Your selfie is being looked at ...")
        verdict = student.verdict(record.id)
        record, advice = verdict.record, verdict.advice
    known = " (was recorded before)" if answer.already_recorded else ""
    print(f"{attendance_record_pb2.RecordStatus.Name(record.status).removeprefix('RECORD_STATUS_')}{known}")
    for one in advice:
        print(one.text)


_COMMANDS = {"sign-in": sign_in, "enroll-face": enroll_face, "claim": claim, "resume": resume}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m examples.phone", description="Plays a student's phone.")
    parser.add_argument("--server", default="localhost:50051", metavar="HOST:PORT", help="TLS, but on this machine")
    parser.add_argument("--keep", type=Path, default=Path("var/phone"), metavar="FOLDER", help="its key and tokens")
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("sign-in", help="sign in, and bind the phone; the password is asked for")
    one.add_argument("login", help="e-mail address or institution number")
    one = commands.add_parser("enroll-face", help="give the consent, and enroll a photograph")
    one.add_argument("photograph", type=Path)
    one = commands.add_parser("claim", help="say that one is in the hall")
    code = one.add_mutually_exclusive_group(required=True)
    code.add_argument("--scanned", metavar="TEXT", help="what the QR code says")
    code.add_argument("--typed", nargs=2, metavar=("SESSION", "DIGITS"), help="the session code and the typed code")
    one.add_argument("--selfie", type=Path, help="sent if the server wants one")
    one.add_argument(
        "--at", nargs=3, type=float, metavar=("LATITUDE", "LONGITUDE", "ACCURACY"), help="where, in metres"
    )
    commands.add_parser("resume", help="send the claim that had no answer")
    return parser


def _connected(server: str) -> grpc.Channel:
    host = server.rpartition(":")[0].strip("[]")
    if host == "localhost" or _is_loopback(host):
        return grpc.insecure_channel(server, [*_OPTIONS, ("grpc.enable_http_proxy", 0)])
    return grpc.secure_channel(server, grpc.ssl_channel_credentials(), _OPTIONS)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _position(arguments: argparse.Namespace, account: Account) -> fix_pb2.LocationFix | None:
    if not arguments.at:
        return None
    latitude, longitude, accuracy = arguments.at
    fix = fix_pb2.LocationFix(accuracy_meters=accuracy)
    fix.position.latitude, fix.position.longitude = latitude, longitude
    fix.fix_time.FromSeconds(int(account.now()))
    return fix


if __name__ == "__main__":
    sys.exit(main())
