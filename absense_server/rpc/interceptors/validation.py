"""Holds every message that comes in against the rules in the contract."""

from collections.abc import Iterable
from functools import cache
from typing import Any, Final

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message_factory import GetMessageClass
from protovalidate import Validator, Violation

from absense_server.domain.errors.base import FieldViolation
from absense_server.domain.errors.calls import InvalidRequest
from absense_server.rpc.interceptors.base import Call, Interceptor
from absense_server.rpc.policy import find_service

# They keep what they have compiled: one for the process.
_validator: Final = Validator()

# The answer travels in HTTP/2 headers, of which clients take 8 KiB.
_MOST_VIOLATIONS: Final = 10

# A list of millions is told item by item, which would hold up everybody: what is large is told of its first fault only,
# and what carries no photograph has no need to be very large.
_LARGE: Final = 2048
_LARGEST_WITHOUT_BYTES: Final = 64 * 1024

_DESCRIPTIONS: Final = {
    "string.pattern": "has characters or a form that is not allowed",
}
"""Instead of protovalidate's, for rules that a person cannot read."""


class Validation(Interceptor):
    """Refuses messages that break a rule, before the handler sees them."""

    async def on_message(self, call: Call, message: Any) -> None:
        size = message.ByteSize()
        if size > _LARGEST_WITHOUT_BYTES and not _carries_bytes(message.DESCRIPTOR):
            raise InvalidRequest(FieldViolation("request", "is larger than this call can have use for"))
        violations = _validator.collect_violations(message, fail_fast=size > _LARGE)
        if violations:
            raise InvalidRequest(*(_readable(violation) for violation in violations[:_MOST_VIOLATIONS]))


@cache
def _carries_bytes(message: Descriptor) -> bool:
    """Whether it can hold a photograph, or a piece of one; no message of the contract is in itself."""
    return any(
        field.type == FieldDescriptor.TYPE_BYTES
        or (field.message_type is not None and _carries_bytes(field.message_type))
        for field in message.fields
    )


def warm_up(services: Iterable[str]) -> None:
    """Compile the rules of every request of the services (full names).

    So the first caller does not wait for it, and a rule that does not compile stops the server from starting.
    """
    for service in services:
        _warm_up_service(service)


@cache  # as the validator is one for the process
def _warm_up_service(service: str) -> None:
    seen: set[str] = set()
    for method in find_service(service).methods:
        _warm_up(method.input_type, seen)


def _warm_up(message: Descriptor, seen: set[str]) -> None:
    if message.full_name in seen:
        return
    seen.add(message.full_name)
    _validator.collect_violations(GetMessageClass(message)())
    for field in message.fields:
        if field.message_type is not None:
            _warm_up(field.message_type, seen)


def _readable(violation: Violation) -> FieldViolation:
    rule = violation.proto
    return FieldViolation(_path(rule), _DESCRIPTIONS.get(rule.rule_id, rule.message or "is not allowed"))


def _path(rule: Any) -> str:
    """As a caller would write it: "header.fix.position", "programme_ids[2]"; "request" for the whole of it."""
    if rule.field is None:
        return "request"
    parts = []
    for element in rule.field.elements:
        subscript = element.subscript
        parts.append(element.field_name if subscript is None else f"{element.field_name}[{subscript.value}]")
    return ".".join(parts)
