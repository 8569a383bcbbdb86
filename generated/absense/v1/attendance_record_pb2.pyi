import datetime

from absense.v1 import appeal_pb2 as _appeal_pb2
from absense.v1 import attendance_session_pb2 as _attendance_session_pb2
from absense.v1 import fix_pb2 as _fix_pb2
from absense.v1 import user_pb2 as _user_pb2
from absense.v1 import verdict_pb2 as _verdict_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class RecordStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RECORD_STATUS_UNSPECIFIED: _ClassVar[RecordStatus]
    RECORD_STATUS_PENDING_VERIFICATION: _ClassVar[RecordStatus]
    RECORD_STATUS_CONFIRMED: _ClassVar[RecordStatus]
    RECORD_STATUS_FLAGGED: _ClassVar[RecordStatus]
    RECORD_STATUS_REJECTED: _ClassVar[RecordStatus]
    RECORD_STATUS_EXCUSED: _ClassVar[RecordStatus]

class Attention(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ATTENTION_UNSPECIFIED: _ClassVar[Attention]
    ATTENTION_NEEDS_LOOK: _ClassVar[Attention]
    ATTENTION_SUSPICIOUS: _ClassVar[Attention]

class RecordSource(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RECORD_SOURCE_UNSPECIFIED: _ClassVar[RecordSource]
    RECORD_SOURCE_CLAIM: _ClassVar[RecordSource]
    RECORD_SOURCE_MANUAL: _ClassVar[RecordSource]
    RECORD_SOURCE_OFFLINE: _ClassVar[RecordSource]
RECORD_STATUS_UNSPECIFIED: RecordStatus
RECORD_STATUS_PENDING_VERIFICATION: RecordStatus
RECORD_STATUS_CONFIRMED: RecordStatus
RECORD_STATUS_FLAGGED: RecordStatus
RECORD_STATUS_REJECTED: RecordStatus
RECORD_STATUS_EXCUSED: RecordStatus
ATTENTION_UNSPECIFIED: Attention
ATTENTION_NEEDS_LOOK: Attention
ATTENTION_SUSPICIOUS: Attention
RECORD_SOURCE_UNSPECIFIED: RecordSource
RECORD_SOURCE_CLAIM: RecordSource
RECORD_SOURCE_MANUAL: RecordSource
RECORD_SOURCE_OFFLINE: RecordSource

class Claim(_message.Message):
    __slots__ = ("claim_id", "number", "claim_time", "receive_time", "verdicts", "fix", "image_id", "awaited_checks")
    CLAIM_ID_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    CLAIM_TIME_FIELD_NUMBER: _ClassVar[int]
    RECEIVE_TIME_FIELD_NUMBER: _ClassVar[int]
    VERDICTS_FIELD_NUMBER: _ClassVar[int]
    FIX_FIELD_NUMBER: _ClassVar[int]
    IMAGE_ID_FIELD_NUMBER: _ClassVar[int]
    AWAITED_CHECKS_FIELD_NUMBER: _ClassVar[int]
    claim_id: str
    number: int
    claim_time: _timestamp_pb2.Timestamp
    receive_time: _timestamp_pb2.Timestamp
    verdicts: _containers.RepeatedCompositeFieldContainer[_verdict_pb2.Verdict]
    fix: _fix_pb2.LocationFix
    image_id: str
    awaited_checks: _containers.RepeatedScalarFieldContainer[_verdict_pb2.Check]
    def __init__(self, claim_id: _Optional[str] = ..., number: _Optional[int] = ..., claim_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., receive_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., verdicts: _Optional[_Iterable[_Union[_verdict_pb2.Verdict, _Mapping]]] = ..., fix: _Optional[_Union[_fix_pb2.LocationFix, _Mapping]] = ..., image_id: _Optional[str] = ..., awaited_checks: _Optional[_Iterable[_Union[_verdict_pb2.Check, str]]] = ...) -> None: ...

class Decision(_message.Message):
    __slots__ = ("id", "decided_by", "decide_time", "reason", "from_status", "to_status")
    ID_FIELD_NUMBER: _ClassVar[int]
    DECIDED_BY_FIELD_NUMBER: _ClassVar[int]
    DECIDE_TIME_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    FROM_STATUS_FIELD_NUMBER: _ClassVar[int]
    TO_STATUS_FIELD_NUMBER: _ClassVar[int]
    id: str
    decided_by: _user_pb2.Person
    decide_time: _timestamp_pb2.Timestamp
    reason: str
    from_status: RecordStatus
    to_status: RecordStatus
    def __init__(self, id: _Optional[str] = ..., decided_by: _Optional[_Union[_user_pb2.Person, _Mapping]] = ..., decide_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., reason: _Optional[str] = ..., from_status: _Optional[_Union[RecordStatus, str]] = ..., to_status: _Optional[_Union[RecordStatus, str]] = ...) -> None: ...

class AttendanceRecord(_message.Message):
    __slots__ = ("id", "session_id", "student", "status", "attention", "source", "late", "claims", "deciding_claim_id", "decisions", "policy", "revision", "create_time", "update_time", "appeal", "reference_image_ids", "course_id", "course_code", "session_open_time")
    ID_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    STUDENT_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    ATTENTION_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    LATE_FIELD_NUMBER: _ClassVar[int]
    CLAIMS_FIELD_NUMBER: _ClassVar[int]
    DECIDING_CLAIM_ID_FIELD_NUMBER: _ClassVar[int]
    DECISIONS_FIELD_NUMBER: _ClassVar[int]
    POLICY_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    APPEAL_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_IMAGE_IDS_FIELD_NUMBER: _ClassVar[int]
    COURSE_ID_FIELD_NUMBER: _ClassVar[int]
    COURSE_CODE_FIELD_NUMBER: _ClassVar[int]
    SESSION_OPEN_TIME_FIELD_NUMBER: _ClassVar[int]
    id: str
    session_id: str
    student: _user_pb2.Person
    status: RecordStatus
    attention: Attention
    source: RecordSource
    late: bool
    claims: _containers.RepeatedCompositeFieldContainer[Claim]
    deciding_claim_id: str
    decisions: _containers.RepeatedCompositeFieldContainer[Decision]
    policy: _attendance_session_pb2.CheckPolicy
    revision: int
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    appeal: _appeal_pb2.Appeal
    reference_image_ids: _containers.RepeatedScalarFieldContainer[str]
    course_id: str
    course_code: str
    session_open_time: _timestamp_pb2.Timestamp
    def __init__(self, id: _Optional[str] = ..., session_id: _Optional[str] = ..., student: _Optional[_Union[_user_pb2.Person, _Mapping]] = ..., status: _Optional[_Union[RecordStatus, str]] = ..., attention: _Optional[_Union[Attention, str]] = ..., source: _Optional[_Union[RecordSource, str]] = ..., late: _Optional[bool] = ..., claims: _Optional[_Iterable[_Union[Claim, _Mapping]]] = ..., deciding_claim_id: _Optional[str] = ..., decisions: _Optional[_Iterable[_Union[Decision, _Mapping]]] = ..., policy: _Optional[_Union[_attendance_session_pb2.CheckPolicy, _Mapping]] = ..., revision: _Optional[int] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., appeal: _Optional[_Union[_appeal_pb2.Appeal, _Mapping]] = ..., reference_image_ids: _Optional[_Iterable[str]] = ..., course_id: _Optional[str] = ..., course_code: _Optional[str] = ..., session_open_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
