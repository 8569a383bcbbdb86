import datetime

from absense.v1 import course_pb2 as _course_pb2
from absense.v1 import user_pb2 as _user_pb2
from absense.v1 import verdict_pb2 as _verdict_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ReportInterval(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REPORT_INTERVAL_UNSPECIFIED: _ClassVar[ReportInterval]
    REPORT_INTERVAL_DAY: _ClassVar[ReportInterval]
    REPORT_INTERVAL_WEEK: _ClassVar[ReportInterval]
    REPORT_INTERVAL_MONTH: _ClassVar[ReportInterval]
REPORT_INTERVAL_UNSPECIFIED: ReportInterval
REPORT_INTERVAL_DAY: ReportInterval
REPORT_INTERVAL_WEEK: ReportInterval
REPORT_INTERVAL_MONTH: ReportInterval

class AttendanceFigures(_message.Message):
    __slots__ = ("held", "present", "late", "excused", "undecided", "absent", "rate")
    HELD_FIELD_NUMBER: _ClassVar[int]
    PRESENT_FIELD_NUMBER: _ClassVar[int]
    LATE_FIELD_NUMBER: _ClassVar[int]
    EXCUSED_FIELD_NUMBER: _ClassVar[int]
    UNDECIDED_FIELD_NUMBER: _ClassVar[int]
    ABSENT_FIELD_NUMBER: _ClassVar[int]
    RATE_FIELD_NUMBER: _ClassVar[int]
    held: int
    present: int
    late: int
    excused: int
    undecided: int
    absent: int
    rate: float
    def __init__(self, held: _Optional[int] = ..., present: _Optional[int] = ..., late: _Optional[int] = ..., excused: _Optional[int] = ..., undecided: _Optional[int] = ..., absent: _Optional[int] = ..., rate: _Optional[float] = ...) -> None: ...

class IntervalFigures(_message.Message):
    __slots__ = ("start_time", "end_time", "session_count", "figures")
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    SESSION_COUNT_FIELD_NUMBER: _ClassVar[int]
    FIGURES_FIELD_NUMBER: _ClassVar[int]
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    session_count: int
    figures: AttendanceFigures
    def __init__(self, start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., session_count: _Optional[int] = ..., figures: _Optional[_Union[AttendanceFigures, _Mapping]] = ...) -> None: ...

class StudentFigures(_message.Message):
    __slots__ = ("student", "figures", "at_risk", "enrolled")
    STUDENT_FIELD_NUMBER: _ClassVar[int]
    FIGURES_FIELD_NUMBER: _ClassVar[int]
    AT_RISK_FIELD_NUMBER: _ClassVar[int]
    ENROLLED_FIELD_NUMBER: _ClassVar[int]
    student: _user_pb2.Person
    figures: AttendanceFigures
    at_risk: bool
    enrolled: bool
    def __init__(self, student: _Optional[_Union[_user_pb2.Person, _Mapping]] = ..., figures: _Optional[_Union[AttendanceFigures, _Mapping]] = ..., at_risk: _Optional[bool] = ..., enrolled: _Optional[bool] = ...) -> None: ...

class CourseFigures(_message.Message):
    __slots__ = ("course", "session_count", "figures", "at_risk", "at_risk_count", "flagged_count", "pending_appeal_count")
    COURSE_FIELD_NUMBER: _ClassVar[int]
    SESSION_COUNT_FIELD_NUMBER: _ClassVar[int]
    FIGURES_FIELD_NUMBER: _ClassVar[int]
    AT_RISK_FIELD_NUMBER: _ClassVar[int]
    AT_RISK_COUNT_FIELD_NUMBER: _ClassVar[int]
    FLAGGED_COUNT_FIELD_NUMBER: _ClassVar[int]
    PENDING_APPEAL_COUNT_FIELD_NUMBER: _ClassVar[int]
    course: _course_pb2.Course
    session_count: int
    figures: AttendanceFigures
    at_risk: bool
    at_risk_count: int
    flagged_count: int
    pending_appeal_count: int
    def __init__(self, course: _Optional[_Union[_course_pb2.Course, _Mapping]] = ..., session_count: _Optional[int] = ..., figures: _Optional[_Union[AttendanceFigures, _Mapping]] = ..., at_risk: _Optional[bool] = ..., at_risk_count: _Optional[int] = ..., flagged_count: _Optional[int] = ..., pending_appeal_count: _Optional[int] = ...) -> None: ...

class VerdictCount(_message.Message):
    __slots__ = ("check", "outcome", "count")
    CHECK_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    check: _verdict_pb2.Check
    outcome: _verdict_pb2.Outcome
    count: int
    def __init__(self, check: _Optional[_Union[_verdict_pb2.Check, str]] = ..., outcome: _Optional[_Union[_verdict_pb2.Outcome, str]] = ..., count: _Optional[int] = ...) -> None: ...

class ArrivalCount(_message.Message):
    __slots__ = ("start_time", "end_time", "count", "total_count")
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    TOTAL_COUNT_FIELD_NUMBER: _ClassVar[int]
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    count: int
    total_count: int
    def __init__(self, start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., count: _Optional[int] = ..., total_count: _Optional[int] = ...) -> None: ...
