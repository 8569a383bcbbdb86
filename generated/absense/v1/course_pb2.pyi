import datetime

from absense.v1 import user_pb2 as _user_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Course(_message.Message):
    __slots__ = ("id", "code", "title", "term_id", "term_name", "level", "programme_ids", "lecturers", "archived", "enrollment_open", "revision", "create_time", "enrollment_start_time", "enrollment_end_time")
    ID_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    TERM_ID_FIELD_NUMBER: _ClassVar[int]
    TERM_NAME_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_IDS_FIELD_NUMBER: _ClassVar[int]
    LECTURERS_FIELD_NUMBER: _ClassVar[int]
    ARCHIVED_FIELD_NUMBER: _ClassVar[int]
    ENROLLMENT_OPEN_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    ENROLLMENT_START_TIME_FIELD_NUMBER: _ClassVar[int]
    ENROLLMENT_END_TIME_FIELD_NUMBER: _ClassVar[int]
    id: str
    code: str
    title: str
    term_id: str
    term_name: str
    level: int
    programme_ids: _containers.RepeatedScalarFieldContainer[str]
    lecturers: _containers.RepeatedCompositeFieldContainer[_user_pb2.Person]
    archived: bool
    enrollment_open: bool
    revision: int
    create_time: _timestamp_pb2.Timestamp
    enrollment_start_time: _timestamp_pb2.Timestamp
    enrollment_end_time: _timestamp_pb2.Timestamp
    def __init__(self, id: _Optional[str] = ..., code: _Optional[str] = ..., title: _Optional[str] = ..., term_id: _Optional[str] = ..., term_name: _Optional[str] = ..., level: _Optional[int] = ..., programme_ids: _Optional[_Iterable[str]] = ..., lecturers: _Optional[_Iterable[_Union[_user_pb2.Person, _Mapping]]] = ..., archived: _Optional[bool] = ..., enrollment_open: _Optional[bool] = ..., revision: _Optional[int] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., enrollment_start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., enrollment_end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Enrollment(_message.Message):
    __slots__ = ("id", "student", "course", "programme_id", "level", "from_time", "until_time")
    ID_FIELD_NUMBER: _ClassVar[int]
    STUDENT_FIELD_NUMBER: _ClassVar[int]
    COURSE_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    FROM_TIME_FIELD_NUMBER: _ClassVar[int]
    UNTIL_TIME_FIELD_NUMBER: _ClassVar[int]
    id: str
    student: _user_pb2.Person
    course: Course
    programme_id: str
    level: int
    from_time: _timestamp_pb2.Timestamp
    until_time: _timestamp_pb2.Timestamp
    def __init__(self, id: _Optional[str] = ..., student: _Optional[_Union[_user_pb2.Person, _Mapping]] = ..., course: _Optional[_Union[Course, _Mapping]] = ..., programme_id: _Optional[str] = ..., level: _Optional[int] = ..., from_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., until_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
