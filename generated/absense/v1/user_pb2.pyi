import datetime

from absense.v1 import role_pb2 as _role_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class UserState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    USER_STATE_UNSPECIFIED: _ClassVar[UserState]
    USER_STATE_PENDING_EMAIL: _ClassVar[UserState]
    USER_STATE_PENDING_APPROVAL: _ClassVar[UserState]
    USER_STATE_INVITED: _ClassVar[UserState]
    USER_STATE_ACTIVE: _ClassVar[UserState]
    USER_STATE_DEACTIVATED: _ClassVar[UserState]
    USER_STATE_ERASED: _ClassVar[UserState]
USER_STATE_UNSPECIFIED: UserState
USER_STATE_PENDING_EMAIL: UserState
USER_STATE_PENDING_APPROVAL: UserState
USER_STATE_INVITED: UserState
USER_STATE_ACTIVE: UserState
USER_STATE_DEACTIVATED: UserState
USER_STATE_ERASED: UserState

class User(_message.Message):
    __slots__ = ("id", "email", "full_name", "role", "state", "institution_number", "programme_id", "level", "create_time", "claimed_number")
    ID_FIELD_NUMBER: _ClassVar[int]
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    FULL_NAME_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    INSTITUTION_NUMBER_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    CLAIMED_NUMBER_FIELD_NUMBER: _ClassVar[int]
    id: str
    email: str
    full_name: str
    role: _role_pb2.Role
    state: UserState
    institution_number: str
    programme_id: str
    level: int
    create_time: _timestamp_pb2.Timestamp
    claimed_number: str
    def __init__(self, id: _Optional[str] = ..., email: _Optional[str] = ..., full_name: _Optional[str] = ..., role: _Optional[_Union[_role_pb2.Role, str]] = ..., state: _Optional[_Union[UserState, str]] = ..., institution_number: _Optional[str] = ..., programme_id: _Optional[str] = ..., level: _Optional[int] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., claimed_number: _Optional[str] = ...) -> None: ...

class Person(_message.Message):
    __slots__ = ("user_id", "full_name", "institution_number")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    FULL_NAME_FIELD_NUMBER: _ClassVar[int]
    INSTITUTION_NUMBER_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    full_name: str
    institution_number: str
    def __init__(self, user_id: _Optional[str] = ..., full_name: _Optional[str] = ..., institution_number: _Optional[str] = ...) -> None: ...

class ErasedAccount(_message.Message):
    __slots__ = ("device", "face_template", "photograph_count", "ended_sign_in_count", "identity_kept")
    DEVICE_FIELD_NUMBER: _ClassVar[int]
    FACE_TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    PHOTOGRAPH_COUNT_FIELD_NUMBER: _ClassVar[int]
    ENDED_SIGN_IN_COUNT_FIELD_NUMBER: _ClassVar[int]
    IDENTITY_KEPT_FIELD_NUMBER: _ClassVar[int]
    device: bool
    face_template: bool
    photograph_count: int
    ended_sign_in_count: int
    identity_kept: bool
    def __init__(self, device: _Optional[bool] = ..., face_template: _Optional[bool] = ..., photograph_count: _Optional[int] = ..., ended_sign_in_count: _Optional[int] = ..., identity_kept: _Optional[bool] = ...) -> None: ...
