"""What can go wrong, as a sentence with the fix, and the exit code that tells a script."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final, TypeVar

import grpc
from google.protobuf.message import Message
from google.rpc import error_details_pb2
from grpc_status import rpc_status


class ExitCode(IntEnum):
    """What `absense` ends with."""

    OK = 0
    REFUSED = 1
    """The server refused, or what was looked for is wrong: errors in a file, a broken audit log."""
    USAGE = 2
    NOT_SIGNED_IN = 3
    UNREACHABLE = 4
    """The server does not answer, or cannot at the moment."""
    SERVER_FAULT = 5
    INTERRUPTED = 130


class CliError(Exception):
    """Ends the command: a sentence for the person and an exit code for the script."""

    def __init__(self, text: str, code: ExitCode = ExitCode.REFUSED, hint: str = "", reason: str = "") -> None:
        super().__init__(text)
        self.text = text
        self.code = code
        self.hint = hint
        self.reason = reason
        """Of the contract's ErrorReason, where the server gave one."""


class Interrupted(BaseException):
    """Ctrl-C. Not KeyboardInterrupt, which the command-line library ends with another exit code."""


@dataclass(frozen=True)
class Failure:
    """A call that failed, as the server told it."""

    status: grpc.StatusCode
    text: str
    reason: str
    """Of ErrorInfo; empty where the server itself said nothing."""
    violations: tuple[tuple[str, str], ...]
    """Field and what is wrong with it."""
    retry_after: float | None
    """Seconds."""


SIGN_IN: Final = "Run `absense login`."
FORGET: Final = frozenset({"SIGN_IN_ENDED", "REFRESH_TOKEN_REUSED", "REFRESH_TOKEN_INVALID"})
"""After these the tokens are of no more use."""

HINTS: Final = {
    "NOT_SIGNED_IN": SIGN_IN,
    "TOKEN_INVALID": SIGN_IN,
    "TOKEN_EXPIRED": SIGN_IN,
    "SIGN_IN_ENDED": SIGN_IN,
    "REFRESH_TOKEN_INVALID": SIGN_IN,
    "REFRESH_TOKEN_REUSED": f"{SIGN_IN} If you did not use these tokens elsewhere, change your password.",
    "RECENT_SIGN_IN_REQUIRED": "This needs your password anew: run `absense login` again, then repeat it.",
    "WRONG_ROLE": "`absense whoami` says who you are here; sign in as somebody who may.",
    "REVISION_MISMATCH": "Somebody changed it meanwhile: look at it again, then repeat.",
    "SESSION_OVERLAPS": "Close the other session, or give --allow-parallel.",
    "SESSION_NOT_FOUND": "`absense sessions list` shows yours.",
    "COURSE_NOT_FOUND": "`absense courses list` shows yours.",
    "RECORD_NOT_FOUND": "`absense flagged list` shows those that wait.",
    "USER_NOT_FOUND": "`absense users list --query NAME` finds people.",
    "TERM_NOT_FOUND": "`absense terms list` shows them.",
    "PROGRAMME_NOT_FOUND": "`absense programmes list` shows them.",
    "APPEAL_NOT_FOUND": "`absense appeals list` shows them.",
    "DEVICE_RESET_REQUEST_NOT_FOUND": "`absense devices list` shows those that wait.",
    "DEVICE_NOT_FOUND": "Bind one with `absense student bind`.",
    "TERM_HAS_UNDECIDED": "`absense flagged list` and `absense appeals list` show what waits.",
    "QR_CODE_EXPIRED": "The code has turned: scan the one on the screen now.",
    "TYPED_CODE_WRONG": "The code turns: type the one on the screen now.",
    "IMPORT_TOO_LARGE": "Split the file, or ask who runs the server for IMPORT_MAX_MB.",
    "RATE_LIMITED": "Wait a little, then repeat.",
}

_SIGNED_OUT: Final = FORGET | {"NOT_SIGNED_IN", "TOKEN_INVALID", "TOKEN_EXPIRED", "RECENT_SIGN_IN_REQUIRED"}
_UNREACHABLE: Final = {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED}
_FAULTS: Final = {
    grpc.StatusCode.INTERNAL,
    grpc.StatusCode.UNKNOWN,
    grpc.StatusCode.UNIMPLEMENTED,
    grpc.StatusCode.DATA_LOSS,
}

Detail = TypeVar("Detail", bound=Message)


def read(error: Any) -> Failure:
    """What a failed call says. `error`: the grpc.RpcError, which is a grpc.Call as well."""
    details = _details(error)
    info = details(error_details_pb2.ErrorInfo)
    retry = details(error_details_pb2.RetryInfo)
    request = details(error_details_pb2.BadRequest)
    return Failure(
        status=error.code(),
        text=error.details() or "",
        reason="" if info is None or info.domain != "absense" else info.reason,
        violations=() if request is None else tuple((v.field, v.description) for v in request.field_violations),
        retry_after=None if retry is None else max(0.0, retry.retry_delay.ToTimedelta().total_seconds()),
    )


def explain(failure: Failure, server: str) -> CliError:
    """The failure as a sentence, with the fix where there is one."""
    hint = HINTS.get(failure.reason, "")
    if failure.reason in _SIGNED_OUT:
        return CliError(failure.text, ExitCode.NOT_SIGNED_IN, hint, failure.reason)
    if failure.status in _UNREACHABLE:
        if failure.reason:
            return CliError(failure.text, ExitCode.UNREACHABLE, "Try again in a moment.", failure.reason)
        # of a connection that failed gRPC tells addresses and numbers of errors
        return CliError(
            f"The server at {server} does not answer.",
            ExitCode.UNREACHABLE,
            "Check the address, --tls or --plaintext, and that the server runs (--verbose shows what was said).",
        )
    if failure.status is grpc.StatusCode.UNIMPLEMENTED:
        return CliError(
            f"The server at {server} does not know this call: it is older than this client.", ExitCode.SERVER_FAULT
        )
    if failure.status in _FAULTS:
        return CliError(failure.text or "The server made a mistake.", ExitCode.SERVER_FAULT)
    text = failure.text or failure.status.name
    for field, description in failure.violations:
        told = f"{field}: {description}"
        text += "" if told in text else f"\n  {told}"
    if failure.retry_after and not hint.startswith("Wait"):
        hint = f"{hint} Try again in {failure.retry_after:.0f} s.".strip()
    elif failure.retry_after:
        hint = "" if "Wait " in text else f"Wait {failure.retry_after:.0f} s, then repeat."
    return CliError(text, ExitCode.REFUSED, hint, failure.reason)


def _details(error: Any) -> Callable[[type[Detail]], Detail | None]:
    try:
        status = rpc_status.from_call(error)
    except ValueError:  # its details are not about this status
        status = None

    def find(kind: type[Detail]) -> Detail | None:
        for packed in [] if status is None else status.details:
            message = kind()
            if packed.Unpack(message):
                return message
        return None

    return find
