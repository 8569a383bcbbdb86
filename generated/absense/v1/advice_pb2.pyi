from absense.v1 import verdict_pb2 as _verdict_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Advice(_message.Message):
    __slots__ = ("check", "reason", "text")
    CHECK_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    check: _verdict_pb2.Check
    reason: _verdict_pb2.VerdictReason
    text: str
    def __init__(self, check: _Optional[_Union[_verdict_pb2.Check, str]] = ..., reason: _Optional[_Union[_verdict_pb2.VerdictReason, str]] = ..., text: _Optional[str] = ...) -> None: ...
