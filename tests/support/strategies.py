"""Requests for fuzzing, made from the contract alone: some keep its rules, some break them, some are none at all."""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from buf.validate import validate_pb2
from tests.support.messages import VALIDATOR, CannotMake, mask_paths, minimal, numbers_of, rules_of

Known = Mapping[str, Sequence[str]]
"""Texts that mean something to the server, by the name of the field."""

_MASK: Final = "google.protobuf.FieldMask"
_INTEGERS: Final = {
    FieldDescriptor.CPPTYPE_INT32: (-(2**31), 2**31 - 1),
    FieldDescriptor.CPPTYPE_INT64: (-(2**63), 2**63 - 1),
    FieldDescriptor.CPPTYPE_UINT32: (0, 2**32 - 1),
    FieldDescriptor.CPPTYPE_UINT64: (0, 2**64 - 1),
    FieldDescriptor.CPPTYPE_ENUM: (-(2**31), 2**31 - 1),
}
_LONG: Final = 3000
_HUGE: Final = 20_000

# Of what people and machines write: other scripts, what is above the BMP, what joins and turns, and NUL.
_ODD: Final = ("", "\0", "a\0b", "Ọmọ", "Łódź", "🙂" * 3, "e\u0301", "\u202eabc", "a" * 200, "%", "_", "'", '"', "\\")
any_text: Final = st.one_of(st.sampled_from(_ODD), st.text(max_size=40))
_printable: Final = st.text(st.characters(exclude_categories=("Cc", "Cf", "Cs")), max_size=40)


@st.composite
def well_formed(draw: DrawFn, descriptor: Descriptor, known: Known) -> bytes:
    """A message that keeps the rules: beside what has to be there, whatever may be."""
    message = minimal(descriptor)
    _add(draw, message, known)
    return message.SerializeToString()


def _add(draw: DrawFn, message: Any, known: Known) -> None:
    """Put something into each field, or leave it; what the rules refuse is taken back."""
    for field in message.DESCRIPTOR.fields:
        is_needed = any(field is one for one, _ in message.ListFields())
        if not (is_needed or draw(st.booleans())):
            continue
        before = type(message)()
        before.CopyFrom(message)
        if field.message_type is None:
            _set(message, field, draw(_kept(field, known)))
        elif field.message_type.full_name == _MASK:
            message.ClearField(field.name)
            getattr(message, field.name).paths.extend(draw(st.sets(st.sampled_from(mask_paths(field)), min_size=1)))
        elif field.is_repeated:
            getattr(message, field.name).append(minimal(field.message_type))
        elif field.message_type.file.package != message.DESCRIPTOR.file.package:
            message.ClearField(field.name)
            getattr(message, field.name).MergeFrom(draw(_foreign(field.message_type)))
        else:
            inner = getattr(message, field.name)
            if not message.HasField(field.name):
                inner.CopyFrom(minimal(field.message_type))
            _add(draw, inner, known)
        if VALIDATOR.collect_violations(message):
            message.CopyFrom(before)


def _kept(field: FieldDescriptor, known: Known) -> SearchStrategy[Any]:
    """Values of which the rules let most through."""
    rules = rules_of(field)
    if field.is_repeated:
        return st.lists(_single(field, rules.repeated.items, known), max_size=5)
    return _single(field, rules, known)


def _single(field: FieldDescriptor, rules: validate_pb2.FieldRules, known: Known) -> SearchStrategy[Any]:
    if field.type == FieldDescriptor.TYPE_BYTES:
        length = rules.bytes.len or None
        return st.binary(min_size=length or rules.bytes.min_len, max_size=length or 100)
    match field.cpp_type:
        case FieldDescriptor.CPPTYPE_STRING:
            return _text(field.name, rules.string, known)
        case FieldDescriptor.CPPTYPE_BOOL:
            return st.booleans()
        case FieldDescriptor.CPPTYPE_ENUM:
            return st.sampled_from(numbers_of(field))
        case FieldDescriptor.CPPTYPE_DOUBLE | FieldDescriptor.CPPTYPE_FLOAT:
            return st.one_of(st.floats(allow_nan=False, allow_infinity=False), st.floats(0, 200))
        case kind:
            least, most = _INTEGERS[kind]
            return st.one_of(st.integers(0, 20), st.sampled_from([0, 1, 20, 200, most]), st.integers(least, most))


def _text(name: str, rules: validate_pb2.StringRules, known: Known) -> SearchStrategy[str]:
    meant = [st.sampled_from(list(known[name]))] * 2 if known.get(name) else []
    if rules.uuid:
        ids = st.uuids().map(str)
        return st.one_of(*meant, ids, ids.map(str.upper))
    if rules.email:
        return st.one_of(*meant, st.emails().map(lambda address: address[:254]))
    if rules.pattern and "\\p" not in rules.pattern:  # which Python does not know
        return st.from_regex(re.compile(rules.pattern, re.ASCII), fullmatch=True)
    if rules.pattern:
        longest = (rules.max_len or 100) - 1
        return st.one_of(*meant, _printable.map(lambda text: f"a{text}"[:longest].strip()), st.just("ß" * longest))
    most = rules.max_len or rules.max_bytes or _LONG
    return st.one_of(*meant, any_text.map(lambda text: text[:most]), st.just("a" * most))


def _foreign(descriptor: Descriptor) -> SearchStrategy[Message]:
    """A message of Google's with the values that such a one usually has."""
    make: Any = GetMessageClass(descriptor)
    match descriptor.full_name:
        case "google.protobuf.Timestamp":
            return st.builds(make, seconds=st.integers(946_684_800, 4_102_444_799), nanos=st.integers(0, 999_999_999))
        case "google.protobuf.Duration":
            seconds = st.one_of(st.integers(0, 300), st.integers(0, 86_400))
            return st.builds(make, seconds=seconds, nanos=st.sampled_from([0, 1, 999_999_999]))
        case "google.type.LatLng":
            return st.builds(make, latitude=st.floats(-90, 90), longitude=st.floats(-180, 180))
    raise CannotMake(f"tests/support/strategies.py has no values for {descriptor.full_name}: add some.")


@st.composite
def malformed(draw: DrawFn, descriptor: Descriptor) -> bytes:
    """A message of the right kind, with whatever in its fields: some rules are broken, as a rule."""
    message: Message = draw(_anything(descriptor, depth=0))
    return message.SerializeToString()


@st.composite
def _anything(draw: DrawFn, descriptor: Descriptor, depth: int) -> Any:
    message: Any = GetMessageClass(descriptor)()
    for field in descriptor.fields:
        if not draw(st.booleans()):
            continue
        times = draw(st.sampled_from([0, 1, 2, 300])) if field.is_repeated else 1
        if field.message_type is None:
            value = draw(_any_value(field))
            _set(message, field, [value] * times if field.is_repeated else value)
        elif depth < 5:
            inner = draw(_anything(field.message_type, depth=depth + 1))
            if field.is_repeated:
                getattr(message, field.name).extend([inner] * times)
            else:
                getattr(message, field.name).CopyFrom(inner)
    return message


def _any_value(field: FieldDescriptor) -> SearchStrategy[Any]:
    if field.type == FieldDescriptor.TYPE_BYTES:
        return st.one_of(st.binary(max_size=100), st.sampled_from([b"", b"\0" * 70_000]))
    match field.cpp_type:
        case FieldDescriptor.CPPTYPE_STRING:
            return st.one_of(any_text, st.sampled_from(["\0" * 40, "a" * _HUGE, "\U0010ffff" * 300]))
        case FieldDescriptor.CPPTYPE_BOOL:
            return st.booleans()
        case FieldDescriptor.CPPTYPE_DOUBLE:
            return st.one_of(st.sampled_from([math.nan, math.inf, -math.inf, 5e-324, 1.7e308]), st.floats())
        case FieldDescriptor.CPPTYPE_FLOAT:
            return st.floats(width=32)
        case kind:
            least, most = _INTEGERS[kind]
            return st.one_of(st.sampled_from([least, -1, 0, 1, most]), st.integers(least, most))


@st.composite
def mangled(draw: DrawFn, descriptor: Descriptor, known: Known) -> bytes:
    """The bytes of a message that keeps the rules, cut off, overwritten, or with what nobody knows behind them."""
    data = draw(well_formed(descriptor, known))
    where = draw(st.integers(0, len(data)))
    splinter = draw(
        st.one_of(
            st.binary(max_size=20),
            # no UTF-8, though some write it: a lone surrogate, a NUL in two bytes; and text that ends in its middle
            st.sampled_from([b"\xed\xa0\x80", b"\xc0\x80", b"\xf0\x9f"]),
            # a field that nobody knows, a varint without an end, groups within groups
            st.sampled_from([b"\xfa\xff\xff\xff\x0f\x01x", b"\x80" * 11, b"\x0b" * 200, b"\xff\xff\xff\xff\x0f"]),
        )
    )
    match draw(st.sampled_from(["cut off", "overwritten", "inserted", "added"])):
        case "cut off":
            return data[:where]
        case "overwritten":
            return data[:where] + splinter + data[where + len(splinter) :]
        case "inserted":
            return data[:where] + splinter + data[where:]
        case _:
            return data + splinter


def requests(descriptor: Descriptor, known: Known) -> SearchStrategy[bytes]:
    """Whatever may come over the wire as this message."""
    return st.one_of(
        well_formed(descriptor, known),
        malformed(descriptor),
        mangled(descriptor, known),
        st.binary(max_size=200),
    )


def _set(message: Any, field: FieldDescriptor, value: Any) -> None:
    if field.is_repeated:
        message.ClearField(field.name)
        getattr(message, field.name).extend(value)
    else:
        setattr(message, field.name, value)
