import datetime

from absense.v1 import user_pb2 as _user_pb2
from absense.v1 import verdict_pb2 as _verdict_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class MatchKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MATCH_KIND_UNSPECIFIED: _ClassVar[MatchKind]
    MATCH_KIND_CLAIM: _ClassVar[MatchKind]
    MATCH_KIND_ENROLLMENT: _ClassVar[MatchKind]
    MATCH_KIND_TRIAL: _ClassVar[MatchKind]
MATCH_KIND_UNSPECIFIED: MatchKind
MATCH_KIND_CLAIM: MatchKind
MATCH_KIND_ENROLLMENT: MatchKind
MATCH_KIND_TRIAL: MatchKind

class VerificationLog(_message.Message):
    __slots__ = ("id", "kind", "student", "record_id", "claim_number", "create_time", "outcome", "reason", "distance", "threshold", "model", "detector", "duration_millis")
    ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    STUDENT_FIELD_NUMBER: _ClassVar[int]
    RECORD_ID_FIELD_NUMBER: _ClassVar[int]
    CLAIM_NUMBER_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    DISTANCE_FIELD_NUMBER: _ClassVar[int]
    THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    DETECTOR_FIELD_NUMBER: _ClassVar[int]
    DURATION_MILLIS_FIELD_NUMBER: _ClassVar[int]
    id: str
    kind: MatchKind
    student: _user_pb2.Person
    record_id: str
    claim_number: int
    create_time: _timestamp_pb2.Timestamp
    outcome: _verdict_pb2.Outcome
    reason: _verdict_pb2.VerdictReason
    distance: float
    threshold: float
    model: str
    detector: str
    duration_millis: int
    def __init__(self, id: _Optional[str] = ..., kind: _Optional[_Union[MatchKind, str]] = ..., student: _Optional[_Union[_user_pb2.Person, _Mapping]] = ..., record_id: _Optional[str] = ..., claim_number: _Optional[int] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., outcome: _Optional[_Union[_verdict_pb2.Outcome, str]] = ..., reason: _Optional[_Union[_verdict_pb2.VerdictReason, str]] = ..., distance: _Optional[float] = ..., threshold: _Optional[float] = ..., model: _Optional[str] = ..., detector: _Optional[str] = ..., duration_millis: _Optional[int] = ...) -> None: ...
