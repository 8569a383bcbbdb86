from absense.v1 import attendance_session_pb2 as _attendance_session_pb2
from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class InstitutionSettings(_message.Message):
    __slots__ = ("current_term_id", "enrollment_open", "selfie_retention_days", "face_retention_days", "at_risk_threshold", "default_policy")
    CURRENT_TERM_ID_FIELD_NUMBER: _ClassVar[int]
    ENROLLMENT_OPEN_FIELD_NUMBER: _ClassVar[int]
    SELFIE_RETENTION_DAYS_FIELD_NUMBER: _ClassVar[int]
    FACE_RETENTION_DAYS_FIELD_NUMBER: _ClassVar[int]
    AT_RISK_THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    DEFAULT_POLICY_FIELD_NUMBER: _ClassVar[int]
    current_term_id: str
    enrollment_open: bool
    selfie_retention_days: int
    face_retention_days: int
    at_risk_threshold: float
    default_policy: _attendance_session_pb2.CheckPolicy
    def __init__(self, current_term_id: _Optional[str] = ..., enrollment_open: _Optional[bool] = ..., selfie_retention_days: _Optional[int] = ..., face_retention_days: _Optional[int] = ..., at_risk_threshold: _Optional[float] = ..., default_policy: _Optional[_Union[_attendance_session_pb2.CheckPolicy, _Mapping]] = ...) -> None: ...
