from absense.v1 import role_pb2 as _role_pb2
from google.protobuf import descriptor_pb2 as _descriptor_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor
ACCESS_FIELD_NUMBER: _ClassVar[int]
access: _descriptor.FieldDescriptor

class Access(_message.Message):
    __slots__ = ("public", "roles", "recent_sign_in")
    PUBLIC_FIELD_NUMBER: _ClassVar[int]
    ROLES_FIELD_NUMBER: _ClassVar[int]
    RECENT_SIGN_IN_FIELD_NUMBER: _ClassVar[int]
    public: bool
    roles: _containers.RepeatedScalarFieldContainer[_role_pb2.Role]
    recent_sign_in: bool
    def __init__(self, public: _Optional[bool] = ..., roles: _Optional[_Iterable[_Union[_role_pb2.Role, str]]] = ..., recent_sign_in: _Optional[bool] = ...) -> None: ...
