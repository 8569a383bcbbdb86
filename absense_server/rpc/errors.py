"""Domain errors as gRPC statuses: one table, and details that a client can act on (DESIGN.md, Walls)."""

from datetime import timedelta
from typing import Final

import grpc
from google.protobuf import duration_pb2
from google.rpc import code_pb2, error_details_pb2, status_pb2

from absense_server.domain.errors.base import DomainError, Kind

DOMAIN: Final = "absense"
"""`google.rpc.ErrorInfo.domain` of every reason."""

CODES: Final[dict[Kind, grpc.StatusCode]] = {
    Kind.INVALID: grpc.StatusCode.INVALID_ARGUMENT,
    Kind.UNAUTHENTICATED: grpc.StatusCode.UNAUTHENTICATED,
    Kind.FORBIDDEN: grpc.StatusCode.PERMISSION_DENIED,
    Kind.NOT_FOUND: grpc.StatusCode.NOT_FOUND,
    Kind.EXISTS: grpc.StatusCode.ALREADY_EXISTS,
    Kind.PRECONDITION: grpc.StatusCode.FAILED_PRECONDITION,
    Kind.CONFLICT: grpc.StatusCode.ABORTED,
    Kind.EXHAUSTED: grpc.StatusCode.RESOURCE_EXHAUSTED,
    Kind.UNAVAILABLE: grpc.StatusCode.UNAVAILABLE,
    Kind.DEADLINE: grpc.StatusCode.DEADLINE_EXCEEDED,
}

_CODES_BY_NUMBER: Final = {code.value[0]: code for code in grpc.StatusCode}


def to_status(error: DomainError) -> status_pb2.Status:
    """The status of `error`, with ErrorInfo and, where it has them, BadRequest and RetryInfo."""
    status = status_pb2.Status(code=CODES[error.kind].value[0], message=str(error))
    status.details.add().Pack(error_details_pb2.ErrorInfo(reason=error.reason, domain=DOMAIN, metadata=error.metadata))
    if error.violations:
        bad_request = error_details_pb2.BadRequest()
        for violation in error.violations:
            bad_request.field_violations.add(field=violation.field, description=violation.description)
        status.details.add().Pack(bad_request)
    if error.retry_after is not None:
        retry_info = error_details_pb2.RetryInfo(retry_delay=_duration(error.retry_after))
        status.details.add().Pack(retry_info)
    return status


def internal(request_id: str) -> status_pb2.Status:
    """What a client gets for a fault of ours: nothing of the fault, and the id under which the log has it."""
    status = status_pb2.Status(
        code=code_pb2.INTERNAL,
        message=f"Something went wrong on the server. If it goes on, quote request {request_id}.",
    )
    status.details.add().Pack(error_details_pb2.ErrorInfo(reason="INTERNAL", domain=DOMAIN))
    status.details.add().Pack(error_details_pb2.RequestInfo(request_id=request_id))
    return status


def code_of(code: int | grpc.StatusCode | None) -> grpc.StatusCode:
    """A context's code as a StatusCode; grpc.aio gives None for OK, and numbers for some others."""
    if isinstance(code, grpc.StatusCode):
        return code
    return _CODES_BY_NUMBER.get(code or 0, grpc.StatusCode.UNKNOWN)


def _duration(delay: timedelta) -> duration_pb2.Duration:
    duration = duration_pb2.Duration()
    duration.FromTimedelta(delay)
    return duration
