import datetime

from absense.v1 import user_pb2 as _user_pb2
from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.type import latlng_pb2 as _latlng_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class SessionState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SESSION_STATE_UNSPECIFIED: _ClassVar[SessionState]
    SESSION_STATE_SCHEDULED: _ClassVar[SessionState]
    SESSION_STATE_OPEN: _ClassVar[SessionState]
    SESSION_STATE_CLOSED: _ClassVar[SessionState]
    SESSION_STATE_CANCELLED: _ClassVar[SessionState]

class Requirement(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REQUIREMENT_UNSPECIFIED: _ClassVar[Requirement]
    REQUIREMENT_REQUIRED: _ClassVar[Requirement]
    REQUIREMENT_ADVISORY: _ClassVar[Requirement]
    REQUIREMENT_OFF: _ClassVar[Requirement]

class FaceStandIn(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FACE_STAND_IN_UNSPECIFIED: _ClassVar[FaceStandIn]
    FACE_STAND_IN_LOOK: _ClassVar[FaceStandIn]
    FACE_STAND_IN_SIGNED_DEVICE: _ClassVar[FaceStandIn]
SESSION_STATE_UNSPECIFIED: SessionState
SESSION_STATE_SCHEDULED: SessionState
SESSION_STATE_OPEN: SessionState
SESSION_STATE_CLOSED: SessionState
SESSION_STATE_CANCELLED: SessionState
REQUIREMENT_UNSPECIFIED: Requirement
REQUIREMENT_REQUIRED: Requirement
REQUIREMENT_ADVISORY: Requirement
REQUIREMENT_OFF: Requirement
FACE_STAND_IN_UNSPECIFIED: FaceStandIn
FACE_STAND_IN_LOOK: FaceStandIn
FACE_STAND_IN_SIGNED_DEVICE: FaceStandIn

class CheckPolicy(_message.Message):
    __slots__ = ("device", "location", "face", "liveness", "version", "face_stand_in")
    DEVICE_FIELD_NUMBER: _ClassVar[int]
    LOCATION_FIELD_NUMBER: _ClassVar[int]
    FACE_FIELD_NUMBER: _ClassVar[int]
    LIVENESS_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    FACE_STAND_IN_FIELD_NUMBER: _ClassVar[int]
    device: Requirement
    location: Requirement
    face: Requirement
    liveness: Requirement
    version: str
    face_stand_in: FaceStandIn
    def __init__(self, device: _Optional[_Union[Requirement, str]] = ..., location: _Optional[_Union[Requirement, str]] = ..., face: _Optional[_Union[Requirement, str]] = ..., liveness: _Optional[_Union[Requirement, str]] = ..., version: _Optional[str] = ..., face_stand_in: _Optional[_Union[FaceStandIn, str]] = ...) -> None: ...

class Geofence(_message.Message):
    __slots__ = ("center", "radius_meters")
    CENTER_FIELD_NUMBER: _ClassVar[int]
    RADIUS_METERS_FIELD_NUMBER: _ClassVar[int]
    center: _latlng_pb2.LatLng
    radius_meters: float
    def __init__(self, center: _Optional[_Union[_latlng_pb2.LatLng, _Mapping]] = ..., radius_meters: _Optional[float] = ...) -> None: ...

class SessionCounts(_message.Message):
    __slots__ = ("confirmed", "late", "flagged", "pending", "rejected", "excused")
    CONFIRMED_FIELD_NUMBER: _ClassVar[int]
    LATE_FIELD_NUMBER: _ClassVar[int]
    FLAGGED_FIELD_NUMBER: _ClassVar[int]
    PENDING_FIELD_NUMBER: _ClassVar[int]
    REJECTED_FIELD_NUMBER: _ClassVar[int]
    EXCUSED_FIELD_NUMBER: _ClassVar[int]
    confirmed: int
    late: int
    flagged: int
    pending: int
    rejected: int
    excused: int
    def __init__(self, confirmed: _Optional[int] = ..., late: _Optional[int] = ..., flagged: _Optional[int] = ..., pending: _Optional[int] = ..., rejected: _Optional[int] = ..., excused: _Optional[int] = ...) -> None: ...

class SessionContext(_message.Message):
    __slots__ = ("session_id", "course_id", "course_code", "course_title", "lecturer_names", "room", "geofence", "open_time", "end_time", "late_after_time", "state", "policy", "typed_code_allowed", "cancel_reason")
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    COURSE_ID_FIELD_NUMBER: _ClassVar[int]
    COURSE_CODE_FIELD_NUMBER: _ClassVar[int]
    COURSE_TITLE_FIELD_NUMBER: _ClassVar[int]
    LECTURER_NAMES_FIELD_NUMBER: _ClassVar[int]
    ROOM_FIELD_NUMBER: _ClassVar[int]
    GEOFENCE_FIELD_NUMBER: _ClassVar[int]
    OPEN_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    LATE_AFTER_TIME_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    POLICY_FIELD_NUMBER: _ClassVar[int]
    TYPED_CODE_ALLOWED_FIELD_NUMBER: _ClassVar[int]
    CANCEL_REASON_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    course_id: str
    course_code: str
    course_title: str
    lecturer_names: _containers.RepeatedScalarFieldContainer[str]
    room: str
    geofence: Geofence
    open_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    late_after_time: _timestamp_pb2.Timestamp
    state: SessionState
    policy: CheckPolicy
    typed_code_allowed: bool
    cancel_reason: str
    def __init__(self, session_id: _Optional[str] = ..., course_id: _Optional[str] = ..., course_code: _Optional[str] = ..., course_title: _Optional[str] = ..., lecturer_names: _Optional[_Iterable[str]] = ..., room: _Optional[str] = ..., geofence: _Optional[_Union[Geofence, _Mapping]] = ..., open_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., late_after_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., state: _Optional[_Union[SessionState, str]] = ..., policy: _Optional[_Union[CheckPolicy, _Mapping]] = ..., typed_code_allowed: _Optional[bool] = ..., cancel_reason: _Optional[str] = ...) -> None: ...

class AttendanceSession(_message.Message):
    __slots__ = ("id", "course_id", "course_code", "course_title", "room", "programme_id", "open_time", "end_time", "late_after_time", "close_time", "state", "geofence", "policy", "code_life", "code_overlap", "typed_code_allowed", "session_code", "counts", "revision", "create_time", "created_by", "cancel_time", "cancel_reason", "expected_count")
    ID_FIELD_NUMBER: _ClassVar[int]
    COURSE_ID_FIELD_NUMBER: _ClassVar[int]
    COURSE_CODE_FIELD_NUMBER: _ClassVar[int]
    COURSE_TITLE_FIELD_NUMBER: _ClassVar[int]
    ROOM_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    OPEN_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    LATE_AFTER_TIME_FIELD_NUMBER: _ClassVar[int]
    CLOSE_TIME_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    GEOFENCE_FIELD_NUMBER: _ClassVar[int]
    POLICY_FIELD_NUMBER: _ClassVar[int]
    CODE_LIFE_FIELD_NUMBER: _ClassVar[int]
    CODE_OVERLAP_FIELD_NUMBER: _ClassVar[int]
    TYPED_CODE_ALLOWED_FIELD_NUMBER: _ClassVar[int]
    SESSION_CODE_FIELD_NUMBER: _ClassVar[int]
    COUNTS_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    CREATED_BY_FIELD_NUMBER: _ClassVar[int]
    CANCEL_TIME_FIELD_NUMBER: _ClassVar[int]
    CANCEL_REASON_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_COUNT_FIELD_NUMBER: _ClassVar[int]
    id: str
    course_id: str
    course_code: str
    course_title: str
    room: str
    programme_id: str
    open_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    late_after_time: _timestamp_pb2.Timestamp
    close_time: _timestamp_pb2.Timestamp
    state: SessionState
    geofence: Geofence
    policy: CheckPolicy
    code_life: _duration_pb2.Duration
    code_overlap: _duration_pb2.Duration
    typed_code_allowed: bool
    session_code: str
    counts: SessionCounts
    revision: int
    create_time: _timestamp_pb2.Timestamp
    created_by: _user_pb2.Person
    cancel_time: _timestamp_pb2.Timestamp
    cancel_reason: str
    expected_count: int
    def __init__(self, id: _Optional[str] = ..., course_id: _Optional[str] = ..., course_code: _Optional[str] = ..., course_title: _Optional[str] = ..., room: _Optional[str] = ..., programme_id: _Optional[str] = ..., open_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., late_after_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., close_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., state: _Optional[_Union[SessionState, str]] = ..., geofence: _Optional[_Union[Geofence, _Mapping]] = ..., policy: _Optional[_Union[CheckPolicy, _Mapping]] = ..., code_life: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., code_overlap: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., typed_code_allowed: _Optional[bool] = ..., session_code: _Optional[str] = ..., counts: _Optional[_Union[SessionCounts, _Mapping]] = ..., revision: _Optional[int] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., created_by: _Optional[_Union[_user_pb2.Person, _Mapping]] = ..., cancel_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., cancel_reason: _Optional[str] = ..., expected_count: _Optional[int] = ...) -> None: ...
