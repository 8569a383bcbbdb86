"""Requests made from the contract alone: the smallest that its rules let through, and where ids stand in them."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from protovalidate import Validator, Violation

from buf.validate import validate_pb2

VALIDATOR: Final = Validator()
AN_ID: Final = "019a0000-0000-7000-8000-000000000001"
"""Of nothing."""
_RULES: Final[Any] = validate_pb2.field
_ONEOF: Final[Any] = validate_pb2.oneof

# What to try for a field that may not be empty, in this order, until the rules let one through.
_CANDIDATES: Final[dict[int, Sequence[Any]]] = {
    FieldDescriptor.CPPTYPE_STRING: (
        "a",
        AN_ID,
        "abcdefgh",
        "ama@example.edu",
        "12345678",
        "ABC234",
        *(b"a" * length for length in (1, 8, 32)),
    ),
    FieldDescriptor.CPPTYPE_INT32: (1, 60),
    FieldDescriptor.CPPTYPE_INT64: (1, 60),
    FieldDescriptor.CPPTYPE_UINT32: (1, 60),
    FieldDescriptor.CPPTYPE_UINT64: (1, 60),
    FieldDescriptor.CPPTYPE_DOUBLE: (1.0, 60.0),
    FieldDescriptor.CPPTYPE_FLOAT: (1.0, 60.0),
    FieldDescriptor.CPPTYPE_BOOL: (True,),
}
_WELL_KNOWN: Final[dict[str, dict[str, Any]]] = {
    "google.protobuf.Timestamp": {"seconds": 1_777_888_800},
    "google.protobuf.Duration": {"seconds": 60},
    "google.type.LatLng": {"latitude": 5.65, "longitude": -0.19},
}
_MASK: Final = "google.protobuf.FieldMask"

Path = tuple[FieldDescriptor, ...]
"""The way to a field through the messages it is in."""


class CannotMake(AssertionError):
    """The rules of a message let through nothing that is tried here."""


def rules_of(field: FieldDescriptor) -> validate_pb2.FieldRules:
    """What the contract demands of the field."""
    rules: validate_pb2.FieldRules = field.GetOptions().Extensions[_RULES]
    return rules


def numbers_of(field: FieldDescriptor) -> list[int]:
    """The values of the field's enum."""
    enum: Any = field.enum_type
    return [value.number for value in enum.values]


def mask_paths(field: FieldDescriptor) -> list[str]:
    """What the rules let a field mask name."""
    return [name for rule in rules_of(field).cel for name in re.findall(r"'(\w+)'", rule.expression)]


def spelt(path: Path) -> str:
    """As a caller would write it: "header.proof.typed_code.session_id"."""
    return ".".join(field.name for field in path)


def fields_of(message: Descriptor, before: Path = ()) -> Iterator[Path]:
    """Every field of the message, and of the messages in it that are ours."""
    for field in message.fields:
        yield (*before, field)
        if field.message_type is not None and field.message_type.file.package == message.file.package:
            yield from fields_of(field.message_type, (*before, field))


def ids_in(message: Descriptor) -> list[Path]:
    """The fields that hold ids: by their names, which the contract's style gives them."""
    return [path for path in fields_of(message) if re.search(r"(^|_)ids?$", path[-1].name)]


def minimal(descriptor: Descriptor, path: Path = (), value: Any = None) -> Message:
    """The smallest message that the rules let through; with `value` in the field at `path`, if one is given.

    Raises CannotMake where the rules let through none of what is tried.
    """
    message = GetMessageClass(descriptor)()
    if path:
        *way, last = path
        inner = message
        for field in way:
            inner = getattr(inner, field.name)
            if field.is_repeated:
                inner = inner.add()
            else:
                inner.SetInParent()
        _put(inner, last, value)
    refused: set[str] = set()
    while violations := VALIDATOR.collect_violations(message):
        where = _where(violations[0])
        if not where or str(where) in refused:
            raise CannotMake(
                f"tests/support/messages.py makes no {descriptor.full_name}: {violations[0].proto.message} "
                f"({'.'.join(where)}). Add a value to try."
            )
        refused.add(str(where))
        _mend(message, where)
    return message


def _mend(message: Message, where: list[str]) -> None:
    """Put something into the field that the rules let through."""
    inner: Any = message
    for name in where[:-1]:
        inner = getattr(inner, name)
        if inner.__class__.__name__.startswith("Repeated"):
            inner = inner[0]
    field = _field(inner, where[-1])
    for candidate in _candidates(field):
        inner.ClearField(field.name)
        try:
            _put(inner, field, candidate)
        except TypeError:
            continue  # for bytes, not text, or the other way round
        if field.message_type is not None and field.message_type.full_name == _MASK:
            # what the mask is about may lie in a message beside it, which is there by then
            named = inner.DESCRIPTOR.fields_by_name.get(candidate["paths"][0])
            if named is not None and not getattr(inner, named.name):
                _mend(inner, [named.name])
        if where not in map(_where, VALIDATOR.collect_violations(message)):
            return


def _field(message: Message, name: str) -> FieldDescriptor:
    """The field of that name or, where it is that of a oneof, the first one in it."""
    descriptor: Any = message.DESCRIPTOR
    if name in descriptor.oneofs_by_name:
        name = descriptor.oneofs_by_name[name].fields[0].name
    field: FieldDescriptor = descriptor.fields_by_name[name]
    return field


def _candidates(field: FieldDescriptor) -> Iterable[Any]:
    if field.cpp_type == FieldDescriptor.CPPTYPE_ENUM:
        return numbers_of(field)
    if field.message_type is None:
        return _CANDIDATES[field.cpp_type]
    if field.message_type.full_name == _MASK:
        return [{"paths": [name]} for name in mask_paths(field)]
    return [_WELL_KNOWN.get(field.message_type.full_name, {})]


def _put(message: Any, field: FieldDescriptor, value: Any) -> None:
    if field.is_repeated and field.message_type is not None:
        getattr(message, field.name).add(**value)
    elif field.is_repeated:
        getattr(message, field.name).append(value)
    elif field.message_type is not None:
        inner = getattr(message, field.name)
        inner.SetInParent()
        inner.MergeFrom(type(inner)(**value))
    else:
        setattr(message, field.name, value)


def _where(violation: Violation) -> list[str]:
    path = violation.proto.field
    return [] if path is None else [element.field_name for element in path.elements]
