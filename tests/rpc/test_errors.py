"""Every reason is in the contract, every reason in the contract has its error, and each says something useful."""

import importlib
import pkgutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.rpc import error_details_pb2

from absense.v1.error_reason_pb2 import ErrorReason
from absense_server.domain import errors
from absense_server.domain.errors.accounts import WeakPassword
from absense_server.domain.errors.base import AboutFields, DomainError, FieldViolation, Kind, RetryLater
from absense_server.domain.errors.calls import Overloaded
from absense_server.domain.verdicts import Check
from absense_server.rpc.errors import CODES, code_of, internal, to_status

# What an error needs to be made, where it needs something.
ARGUMENTS: dict[str, tuple[Any, ...]] = {
    "ACCOUNT_NOT_ACTIVE": ("PENDING_APPROVAL", "Wait for an administrator."),
    "CHECK_UNAVAILABLE": (Check.FACE,),
    "CONSENT_OUTDATED": ("2026-11",),
    "EMAIL_NOT_ACCEPTED": ("it has no domain",),
    "FACE_VIEWS_FULL": (5,),
    "CODE_TIMES_INVALID": (FieldViolation("code_life", "is too short"),),
    "DECISION_NOT_ALLOWED": ("CONFIRMED",),
    "IMAGE_NOT_SUPPORTED": ("image/jpeg",),
    "IMAGE_TOO_MANY_PIXELS": (1,),
    "IMPORT_MALFORMED": ("it is no zip archive.",),
    "IMPORT_TOO_LARGE": (1,),
    "INVALID_REQUEST": (FieldViolation("login", "is missing"),),
    "KEY_PROOF_INVALID": ("it is no key",),
    "TERM_HAS_UNDECIDED": (1, 2, 3),
    "SESSION_TIMES_INVALID": (FieldViolation("open_time", "is past"),),
    "TYPED_CODE_WRONG": (3,),
    "UPLOAD_OUT_OF_ORDER": ("a second header",),
    "UPLOAD_SIZE_MISMATCH": (2, 1),
    "UPLOAD_TOO_LARGE": (1,),
    "USER_STATE_NOT_ALLOWED": ("INVITED", "it cannot be made ACTIVE"),
    "WEAK_PASSWORD": (FieldViolation("password", "is too short"),),
}


def subclasses(of: type[DomainError]) -> list[type[DomainError]]:
    return [kind for direct in of.__subclasses__() for kind in (direct, *subclasses(direct))]


for module in pkgutil.iter_modules(errors.__path__):
    importlib.import_module(f"{errors.__name__}.{module.name}")
REASONED = [kind for kind in subclasses(DomainError) if hasattr(kind, "reason")]


def test_the_reasons_are_those_of_the_contract() -> None:
    in_contract = set(ErrorReason.keys()) - {"ERROR_REASON_UNSPECIFIED", "ERROR_REASON_INTERNAL"}
    assert sorted(f"ERROR_REASON_{kind.reason}" for kind in REASONED) == sorted(in_contract)


def test_every_error_of_the_domain_has_a_reason() -> None:
    assert set(subclasses(DomainError)) - set(REASONED) == {AboutFields, RetryLater}
    assert {kind.__module__.rpartition(".")[0] for kind in REASONED} == {errors.__name__}


def test_every_kind_has_a_code_of_its_own() -> None:
    assert set(CODES) == set(Kind)
    assert len(set(CODES.values())) == len(Kind)


@pytest.mark.parametrize("kind", REASONED, ids=lambda kind: kind.reason)
def test_every_error_says_what_to_do_in_a_sentence(kind: type[DomainError]) -> None:
    error = kind(*ARGUMENTS.get(kind.reason, ()))
    sentence = str(error)
    assert sentence[0].isupper() or sentence[0].isdigit()
    assert sentence.endswith(".")
    assert not set("{}") & set(sentence), "filled in"

    status = to_status(error)
    assert (status.code, status.message) == (CODES[kind.kind].value[0], sentence)
    info = error_details_pb2.ErrorInfo()
    assert status.details[0].Unpack(info)
    assert (info.reason, info.domain) == (kind.reason, "absense")


def test_the_comment_in_the_contract_names_the_code_that_comes() -> None:
    """error_reason.proto says of each reason which status it comes with."""
    comments = reasons_with_codes()
    assert comments == {kind.reason: CODES[kind.kind].name for kind in REASONED} | {"INTERNAL": "INTERNAL"}


def reasons_with_codes() -> dict[str, str]:
    lines = Path(__file__).parents[2].joinpath("protos/absense/v1/error_reason.proto").read_text().splitlines()
    found: dict[str, str] = {}
    code = ""
    for line in map(str.strip, lines):
        first = line.removeprefix("// ").split(":")[0]
        if line.startswith("//") and first in grpc.StatusCode.__members__:
            code = first
        elif line.startswith("ERROR_REASON_") and code:
            found[line.split()[0].removeprefix("ERROR_REASON_")] = code
    return found


def test_fields_and_waiting_come_along() -> None:
    status = to_status(WeakPassword(FieldViolation("password", "is too short")))
    bad_request = error_details_pb2.BadRequest()
    assert status.details[1].Unpack(bad_request)
    [violation] = bad_request.field_violations
    assert (violation.field, violation.description) == ("password", "is too short")

    status = to_status(Overloaded(timedelta(milliseconds=1500)))
    retry = error_details_pb2.RetryInfo()
    assert status.details[1].Unpack(retry)
    assert (retry.retry_delay.seconds, retry.retry_delay.nanos) == (1, 500_000_000)


def test_a_fault_of_ours_says_only_how_to_find_it() -> None:
    status = internal("r1")
    assert status.code == grpc.StatusCode.INTERNAL.value[0]
    assert status.message == "Something went wrong on the server. If it goes on, quote request r1."
    info, request = error_details_pb2.ErrorInfo(), error_details_pb2.RequestInfo()
    assert status.details[0].Unpack(info)
    assert status.details[1].Unpack(request)
    assert (info.reason, request.request_id) == ("INTERNAL", "r1")


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (None, grpc.StatusCode.OK),
        (0, grpc.StatusCode.OK),
        (5, grpc.StatusCode.NOT_FOUND),
        (grpc.StatusCode.ABORTED, grpc.StatusCode.ABORTED),
        (99, grpc.StatusCode.UNKNOWN),
    ],
)
def test_codes_are_read_in_every_form_grpc_gives_them(
    given: int | grpc.StatusCode | None, code: grpc.StatusCode
) -> None:
    assert code_of(given) is code
