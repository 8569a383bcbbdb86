"""What a server says, made fit for a terminal: nothing in a name or a text moves the cursor or hides what is there."""

from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from absense_cli.errors import CliError, ExitCode

_BIDI: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_LINES: Final = frozenset("\u2028\u2029")
_FIRST_PRINTABLE, _DELETE, _LAST_CONTROL = 0x20, 0x7F, 0x9F


def clean(text: str) -> str:
    """Control characters, line breaks and marks of direction are written out, the rest stays."""
    return "".join(_written_out(character) if _acts(character) else character for character in text)


def clean_lines(text: str) -> str:
    """As clean, but line breaks stay."""
    return "\n".join(clean(line) for line in text.split("\n"))


def enum_name(message: Message, field: str) -> str:
    """The full name of an enum field's value; a value newer than this client is its number."""
    value = getattr(message, field)
    described: Any = message.DESCRIPTOR.fields_by_name[field].enum_type
    known = described.values_by_number.get(value)
    return str(value) if known is None else str(known.name)


def word(message: Message, field: str) -> str:
    """An enum's value as people read it: `pending verification`; unspecified: nothing."""
    described: Any = message.DESCRIPTOR.fields_by_name[field].enum_type
    known = described.values_by_number.get(getattr(message, field))
    return str(getattr(message, field)) if known is None else short_name(described, known.number)


def short_name(described: Any, number: int) -> str:
    """An enum's value without the enum's name; nothing for 0."""
    if number == 0:
        return ""
    prefix = described.values_by_number[0].name.removesuffix("UNSPECIFIED")
    return str(described.values_by_number[number].name.removeprefix(prefix).replace("_", " ").lower())


def zone(name: str) -> tzinfo:
    """The time zone, or UTC where this machine does not know it."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def when(message: Message, field: str, where: tzinfo, form: str = "%Y-%m-%d %H:%M") -> str:
    """A Timestamp field as people read it; absent: nothing."""
    if not message.HasField(field):
        return ""
    instant = getattr(message, field).ToDatetime(tzinfo=UTC)
    return str(instant.astimezone(where).strftime(form))


def parse_time(text: str, where: tzinfo) -> Timestamp:
    """`2026-11-24`, `2026-11-24 10:00`, either with an offset; without one it is meant at the institution."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise CliError(f"{text} is no time: write 2026-11-24 or '2026-11-24 10:00'.", ExitCode.USAGE) from None
    message = Timestamp()
    message.FromDatetime(instant if instant.tzinfo else instant.replace(tzinfo=where))
    return message


def day_after(text: str, where: tzinfo) -> Timestamp:
    """The end of what `text` names: the end of a day, or the instant."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return parse_time(text, where)
    return parse_time((day + timedelta(days=1)).isoformat(), where)


def minutes(number: float) -> Duration:
    """As the contract has it."""
    message = Duration()
    message.FromTimedelta(timedelta(minutes=number))
    return message


def _acts(character: str) -> bool:
    code = ord(character)
    return code < _FIRST_PRINTABLE or _DELETE <= code <= _LAST_CONTROL or character in _BIDI or character in _LINES


def _written_out(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code <= _LAST_CONTROL else f"\\u{code:04x}"
