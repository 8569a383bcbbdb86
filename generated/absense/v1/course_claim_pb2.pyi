import datetime

from absense.v1 import course_pb2 as _course_pb2
from absense.v1 import user_pb2 as _user_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CourseClaimState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    COURSE_CLAIM_STATE_UNSPECIFIED: _ClassVar[CourseClaimState]
    COURSE_CLAIM_STATE_PENDING: _ClassVar[CourseClaimState]
    COURSE_CLAIM_STATE_APPROVED: _ClassVar[CourseClaimState]
    COURSE_CLAIM_STATE_REJECTED: _ClassVar[CourseClaimState]
COURSE_CLAIM_STATE_UNSPECIFIED: CourseClaimState
COURSE_CLAIM_STATE_PENDING: CourseClaimState
COURSE_CLAIM_STATE_APPROVED: CourseClaimState
COURSE_CLAIM_STATE_REJECTED: CourseClaimState

class CourseClaim(_message.Message):
    __slots__ = ("id", "course", "lecturer", "note", "state", "create_time", "decide_time", "decided_by", "decision_note")
    ID_FIELD_NUMBER: _ClassVar[int]
    COURSE_FIELD_NUMBER: _ClassVar[int]
    LECTURER_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    DECIDE_TIME_FIELD_NUMBER: _ClassVar[int]
    DECIDED_BY_FIELD_NUMBER: _ClassVar[int]
    DECISION_NOTE_FIELD_NUMBER: _ClassVar[int]
    id: str
    course: _course_pb2.Course
    lecturer: _user_pb2.Person
    note: str
    state: CourseClaimState
    create_time: _timestamp_pb2.Timestamp
    decide_time: _timestamp_pb2.Timestamp
    decided_by: _user_pb2.Person
    decision_note: str
    def __init__(self, id: _Optional[str] = ..., course: _Optional[_Union[_course_pb2.Course, _Mapping]] = ..., lecturer: _Optional[_Union[_user_pb2.Person, _Mapping]] = ..., note: _Optional[str] = ..., state: _Optional[_Union[CourseClaimState, str]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., decide_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., decided_by: _Optional[_Union[_user_pb2.Person, _Mapping]] = ..., decision_note: _Optional[str] = ...) -> None: ...
