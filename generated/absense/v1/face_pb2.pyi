import datetime

from absense.v1 import verdict_pb2 as _verdict_pb2
from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class FaceTrust(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FACE_TRUST_UNSPECIFIED: _ClassVar[FaceTrust]
    FACE_TRUST_TRUSTED: _ClassVar[FaceTrust]
    FACE_TRUST_UNVERIFIED: _ClassVar[FaceTrust]
    FACE_TRUST_VERIFIED: _ClassVar[FaceTrust]
FACE_TRUST_UNSPECIFIED: FaceTrust
FACE_TRUST_TRUSTED: FaceTrust
FACE_TRUST_UNVERIFIED: FaceTrust
FACE_TRUST_VERIFIED: FaceTrust

class FaceTemplate(_message.Message):
    __slots__ = ("id", "trust", "model", "usable", "view_count", "consent_version", "consent_time", "enroll_time")
    ID_FIELD_NUMBER: _ClassVar[int]
    TRUST_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    USABLE_FIELD_NUMBER: _ClassVar[int]
    VIEW_COUNT_FIELD_NUMBER: _ClassVar[int]
    CONSENT_VERSION_FIELD_NUMBER: _ClassVar[int]
    CONSENT_TIME_FIELD_NUMBER: _ClassVar[int]
    ENROLL_TIME_FIELD_NUMBER: _ClassVar[int]
    id: str
    trust: FaceTrust
    model: str
    usable: bool
    view_count: int
    consent_version: str
    consent_time: _timestamp_pb2.Timestamp
    enroll_time: _timestamp_pb2.Timestamp
    def __init__(self, id: _Optional[str] = ..., trust: _Optional[_Union[FaceTrust, str]] = ..., model: _Optional[str] = ..., usable: _Optional[bool] = ..., view_count: _Optional[int] = ..., consent_version: _Optional[str] = ..., consent_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., enroll_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class FaceQuality(_message.Message):
    __slots__ = ("width_pixels", "brightness", "sharpness", "yaw", "roll_degrees")
    WIDTH_PIXELS_FIELD_NUMBER: _ClassVar[int]
    BRIGHTNESS_FIELD_NUMBER: _ClassVar[int]
    SHARPNESS_FIELD_NUMBER: _ClassVar[int]
    YAW_FIELD_NUMBER: _ClassVar[int]
    ROLL_DEGREES_FIELD_NUMBER: _ClassVar[int]
    width_pixels: float
    brightness: float
    sharpness: float
    yaw: float
    roll_degrees: float
    def __init__(self, width_pixels: _Optional[float] = ..., brightness: _Optional[float] = ..., sharpness: _Optional[float] = ..., yaw: _Optional[float] = ..., roll_degrees: _Optional[float] = ...) -> None: ...

class FaceTrial(_message.Message):
    __slots__ = ("outcome", "reason", "advice", "template", "quality")
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    ADVICE_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    QUALITY_FIELD_NUMBER: _ClassVar[int]
    outcome: _verdict_pb2.Outcome
    reason: _verdict_pb2.VerdictReason
    advice: str
    template: FaceTemplate
    quality: FaceQuality
    def __init__(self, outcome: _Optional[_Union[_verdict_pb2.Outcome, str]] = ..., reason: _Optional[_Union[_verdict_pb2.VerdictReason, str]] = ..., advice: _Optional[str] = ..., template: _Optional[_Union[FaceTemplate, _Mapping]] = ..., quality: _Optional[_Union[FaceQuality, _Mapping]] = ...) -> None: ...

class FaceEnrollment(_message.Message):
    __slots__ = ("consent_version", "replace")
    CONSENT_VERSION_FIELD_NUMBER: _ClassVar[int]
    REPLACE_FIELD_NUMBER: _ClassVar[int]
    consent_version: str
    replace: bool
    def __init__(self, consent_version: _Optional[str] = ..., replace: _Optional[bool] = ...) -> None: ...

class ErasedFace(_message.Message):
    __slots__ = ("template", "photograph_count", "cancelled_check_count")
    TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    PHOTOGRAPH_COUNT_FIELD_NUMBER: _ClassVar[int]
    CANCELLED_CHECK_COUNT_FIELD_NUMBER: _ClassVar[int]
    template: bool
    photograph_count: int
    cancelled_check_count: int
    def __init__(self, template: _Optional[bool] = ..., photograph_count: _Optional[int] = ..., cancelled_check_count: _Optional[int] = ...) -> None: ...
