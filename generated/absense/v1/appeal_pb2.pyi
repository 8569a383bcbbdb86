import datetime

from absense.v1 import user_pb2 as _user_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AppealState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    APPEAL_STATE_UNSPECIFIED: _ClassVar[AppealState]
    APPEAL_STATE_PENDING: _ClassVar[AppealState]
    APPEAL_STATE_ACCEPTED: _ClassVar[AppealState]
    APPEAL_STATE_DECLINED: _ClassVar[AppealState]

class AppealOutcome(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    APPEAL_OUTCOME_UNSPECIFIED: _ClassVar[AppealOutcome]
    APPEAL_OUTCOME_PRESENT: _ClassVar[AppealOutcome]
    APPEAL_OUTCOME_EXCUSED: _ClassVar[AppealOutcome]
    APPEAL_OUTCOME_DECLINED: _ClassVar[AppealOutcome]
APPEAL_STATE_UNSPECIFIED: AppealState
APPEAL_STATE_PENDING: AppealState
APPEAL_STATE_ACCEPTED: AppealState
APPEAL_STATE_DECLINED: AppealState
APPEAL_OUTCOME_UNSPECIFIED: AppealOutcome
APPEAL_OUTCOME_PRESENT: AppealOutcome
APPEAL_OUTCOME_EXCUSED: AppealOutcome
APPEAL_OUTCOME_DECLINED: AppealOutcome

class Appeal(_message.Message):
    __slots__ = ("id", "session_id", "course_id", "course_code", "session_open_time", "student", "text", "state", "create_time", "decide_time", "decided_by", "decision_reason", "record_id", "record_revision", "outcome", "decidable")
    ID_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    COURSE_ID_FIELD_NUMBER: _ClassVar[int]
    COURSE_CODE_FIELD_NUMBER: _ClassVar[int]
    SESSION_OPEN_TIME_FIELD_NUMBER: _ClassVar[int]
    STUDENT_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    DECIDE_TIME_FIELD_NUMBER: _ClassVar[int]
    DECIDED_BY_FIELD_NUMBER: _ClassVar[int]
    DECISION_REASON_FIELD_NUMBER: _ClassVar[int]
    RECORD_ID_FIELD_NUMBER: _ClassVar[int]
    RECORD_REVISION_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    DECIDABLE_FIELD_NUMBER: _ClassVar[int]
    id: str
    session_id: str
    course_id: str
    course_code: str
    session_open_time: _timestamp_pb2.Timestamp
    student: _user_pb2.Person
    text: str
    state: AppealState
    create_time: _timestamp_pb2.Timestamp
    decide_time: _timestamp_pb2.Timestamp
    decided_by: _user_pb2.Person
    decision_reason: str
    record_id: str
    record_revision: int
    outcome: AppealOutcome
    decidable: bool
    def __init__(self, id: _Optional[str] = ..., session_id: _Optional[str] = ..., course_id: _Optional[str] = ..., course_code: _Optional[str] = ..., session_open_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., student: _Optional[_Union[_user_pb2.Person, _Mapping]] = ..., text: _Optional[str] = ..., state: _Optional[_Union[AppealState, str]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., decide_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., decided_by: _Optional[_Union[_user_pb2.Person, _Mapping]] = ..., decision_reason: _Optional[str] = ..., record_id: _Optional[str] = ..., record_revision: _Optional[int] = ..., outcome: _Optional[_Union[AppealOutcome, str]] = ..., decidable: _Optional[bool] = ...) -> None: ...
