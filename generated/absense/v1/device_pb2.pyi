import datetime

from absense.v1 import user_pb2 as _user_pb2
from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class DevicePlatform(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DEVICE_PLATFORM_UNSPECIFIED: _ClassVar[DevicePlatform]
    DEVICE_PLATFORM_ANDROID: _ClassVar[DevicePlatform]
    DEVICE_PLATFORM_IOS: _ClassVar[DevicePlatform]
    DEVICE_PLATFORM_OTHER: _ClassVar[DevicePlatform]

class DeviceResetState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DEVICE_RESET_STATE_UNSPECIFIED: _ClassVar[DeviceResetState]
    DEVICE_RESET_STATE_PENDING: _ClassVar[DeviceResetState]
    DEVICE_RESET_STATE_APPROVED: _ClassVar[DeviceResetState]
    DEVICE_RESET_STATE_REJECTED: _ClassVar[DeviceResetState]
DEVICE_PLATFORM_UNSPECIFIED: DevicePlatform
DEVICE_PLATFORM_ANDROID: DevicePlatform
DEVICE_PLATFORM_IOS: DevicePlatform
DEVICE_PLATFORM_OTHER: DevicePlatform
DEVICE_RESET_STATE_UNSPECIFIED: DeviceResetState
DEVICE_RESET_STATE_PENDING: DeviceResetState
DEVICE_RESET_STATE_APPROVED: DeviceResetState
DEVICE_RESET_STATE_REJECTED: DeviceResetState

class Device(_message.Message):
    __slots__ = ("id", "platform", "model", "has_key", "bind_time")
    ID_FIELD_NUMBER: _ClassVar[int]
    PLATFORM_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    HAS_KEY_FIELD_NUMBER: _ClassVar[int]
    BIND_TIME_FIELD_NUMBER: _ClassVar[int]
    id: str
    platform: DevicePlatform
    model: str
    has_key: bool
    bind_time: _timestamp_pb2.Timestamp
    def __init__(self, id: _Optional[str] = ..., platform: _Optional[_Union[DevicePlatform, str]] = ..., model: _Optional[str] = ..., has_key: _Optional[bool] = ..., bind_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class DeviceKey(_message.Message):
    __slots__ = ("public_key", "statement", "signature")
    PUBLIC_KEY_FIELD_NUMBER: _ClassVar[int]
    STATEMENT_FIELD_NUMBER: _ClassVar[int]
    SIGNATURE_FIELD_NUMBER: _ClassVar[int]
    public_key: bytes
    statement: bytes
    signature: bytes
    def __init__(self, public_key: _Optional[bytes] = ..., statement: _Optional[bytes] = ..., signature: _Optional[bytes] = ...) -> None: ...

class BindingStatement(_message.Message):
    __slots__ = ("user_id", "device_identifier", "sign_time")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    DEVICE_IDENTIFIER_FIELD_NUMBER: _ClassVar[int]
    SIGN_TIME_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    device_identifier: str
    sign_time: _timestamp_pb2.Timestamp
    def __init__(self, user_id: _Optional[str] = ..., device_identifier: _Optional[str] = ..., sign_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class DeviceResetRequest(_message.Message):
    __slots__ = ("id", "student", "device", "reason", "state", "create_time", "decide_time", "note", "earlier_approved_count")
    ID_FIELD_NUMBER: _ClassVar[int]
    STUDENT_FIELD_NUMBER: _ClassVar[int]
    DEVICE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    DECIDE_TIME_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    EARLIER_APPROVED_COUNT_FIELD_NUMBER: _ClassVar[int]
    id: str
    student: _user_pb2.Person
    device: Device
    reason: str
    state: DeviceResetState
    create_time: _timestamp_pb2.Timestamp
    decide_time: _timestamp_pb2.Timestamp
    note: str
    earlier_approved_count: int
    def __init__(self, id: _Optional[str] = ..., student: _Optional[_Union[_user_pb2.Person, _Mapping]] = ..., device: _Optional[_Union[Device, _Mapping]] = ..., reason: _Optional[str] = ..., state: _Optional[_Union[DeviceResetState, str]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., decide_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., note: _Optional[str] = ..., earlier_approved_count: _Optional[int] = ...) -> None: ...
