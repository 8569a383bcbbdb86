import datetime

from absense.v1 import attendance_session_pb2 as _attendance_session_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class QrCode(_message.Message):
    __slots__ = ("text", "typed_code", "png", "svg", "context", "issue_time", "expire_time", "next_rotation_time", "generation", "step", "session_code")
    TEXT_FIELD_NUMBER: _ClassVar[int]
    TYPED_CODE_FIELD_NUMBER: _ClassVar[int]
    PNG_FIELD_NUMBER: _ClassVar[int]
    SVG_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    ISSUE_TIME_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    NEXT_ROTATION_TIME_FIELD_NUMBER: _ClassVar[int]
    GENERATION_FIELD_NUMBER: _ClassVar[int]
    STEP_FIELD_NUMBER: _ClassVar[int]
    SESSION_CODE_FIELD_NUMBER: _ClassVar[int]
    text: str
    typed_code: str
    png: bytes
    svg: str
    context: _attendance_session_pb2.SessionContext
    issue_time: _timestamp_pb2.Timestamp
    expire_time: _timestamp_pb2.Timestamp
    next_rotation_time: _timestamp_pb2.Timestamp
    generation: int
    step: int
    session_code: str
    def __init__(self, text: _Optional[str] = ..., typed_code: _Optional[str] = ..., png: _Optional[bytes] = ..., svg: _Optional[str] = ..., context: _Optional[_Union[_attendance_session_pb2.SessionContext, _Mapping]] = ..., issue_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., next_rotation_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., generation: _Optional[int] = ..., step: _Optional[int] = ..., session_code: _Optional[str] = ...) -> None: ...
