"""Holds every message that comes in against the rules in the contract."""

from collections.abc import Iterable
from typing import Any, Final

from google.protobuf.descriptor import Descriptor
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

_DESCRIPTIONS: Final = {
    "string.pattern": "has characters or a form that is not allowed",
}
"""Instead of protovalidate's, for rules that a person cannot read."""


class Validation(Interceptor):
    """Refuses messages that break a rule, before the handler sees them."""

    async def on_message(self, call: Call, message: Any) -> None:
        violations = _validator.collect_violations(message)
        if violations:
            raise InvalidRequest(*(_readable(violation) for violation in violations[:_MOST_VIOLATIONS]))


def warm_up(services: Iterable[str]) -> None:
    """Compile the rules of every request of the services (full names).

    So the first caller does not wait for it, and a rule that does not compile stops the server from starting.
    """
    seen: set[str] = set()
    for service in services:
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
