import datetime

from absense.v1 import access_pb2 as _access_pb2
from absense.v1 import attendance_record_pb2 as _attendance_record_pb2
from absense.v1 import attendance_session_pb2 as _attendance_session_pb2
from absense.v1 import course_pb2 as _course_pb2
from absense.v1 import image_pb2 as _image_pb2
from absense.v1 import qr_code_pb2 as _qr_code_pb2
from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class LecturerServiceCreateCourseRequest(_message.Message):
    __slots__ = ("request_id", "code", "title", "term_id", "level", "programme_ids", "enrollment_open")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    TERM_ID_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_IDS_FIELD_NUMBER: _ClassVar[int]
    ENROLLMENT_OPEN_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    code: str
    title: str
    term_id: str
    level: int
    programme_ids: _containers.RepeatedScalarFieldContainer[str]
    enrollment_open: bool
    def __init__(self, request_id: _Optional[str] = ..., code: _Optional[str] = ..., title: _Optional[str] = ..., term_id: _Optional[str] = ..., level: _Optional[int] = ..., programme_ids: _Optional[_Iterable[str]] = ..., enrollment_open: _Optional[bool] = ...) -> None: ...

class LecturerServiceCreateCourseResponse(_message.Message):
    __slots__ = ("course",)
    COURSE_FIELD_NUMBER: _ClassVar[int]
    course: _course_pb2.Course
    def __init__(self, course: _Optional[_Union[_course_pb2.Course, _Mapping]] = ...) -> None: ...

class LecturerServiceListCoursesRequest(_message.Message):
    __slots__ = ("page_size", "page_token", "include_archived")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_ARCHIVED_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    include_archived: bool
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., include_archived: _Optional[bool] = ...) -> None: ...

class LecturerServiceListCoursesResponse(_message.Message):
    __slots__ = ("courses", "next_page_token")
    COURSES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    courses: _containers.RepeatedCompositeFieldContainer[_course_pb2.Course]
    next_page_token: str
    def __init__(self, courses: _Optional[_Iterable[_Union[_course_pb2.Course, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetCourseRequest(_message.Message):
    __slots__ = ("course_id",)
    COURSE_ID_FIELD_NUMBER: _ClassVar[int]
    course_id: str
    def __init__(self, course_id: _Optional[str] = ...) -> None: ...

class GetCourseResponse(_message.Message):
    __slots__ = ("course",)
    COURSE_FIELD_NUMBER: _ClassVar[int]
    course: _course_pb2.Course
    def __init__(self, course: _Optional[_Union[_course_pb2.Course, _Mapping]] = ...) -> None: ...

class CreateSessionRequest(_message.Message):
    __slots__ = ("request_id", "course_id", "room", "programme_id", "open_time", "duration", "late_after", "geofence", "policy", "code_life", "code_overlap", "typed_code_allowed", "allow_parallel")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    COURSE_ID_FIELD_NUMBER: _ClassVar[int]
    ROOM_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    OPEN_TIME_FIELD_NUMBER: _ClassVar[int]
    DURATION_FIELD_NUMBER: _ClassVar[int]
    LATE_AFTER_FIELD_NUMBER: _ClassVar[int]
    GEOFENCE_FIELD_NUMBER: _ClassVar[int]
    POLICY_FIELD_NUMBER: _ClassVar[int]
    CODE_LIFE_FIELD_NUMBER: _ClassVar[int]
    CODE_OVERLAP_FIELD_NUMBER: _ClassVar[int]
    TYPED_CODE_ALLOWED_FIELD_NUMBER: _ClassVar[int]
    ALLOW_PARALLEL_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    course_id: str
    room: str
    programme_id: str
    open_time: _timestamp_pb2.Timestamp
    duration: _duration_pb2.Duration
    late_after: _duration_pb2.Duration
    geofence: _attendance_session_pb2.Geofence
    policy: _attendance_session_pb2.CheckPolicy
    code_life: _duration_pb2.Duration
    code_overlap: _duration_pb2.Duration
    typed_code_allowed: bool
    allow_parallel: bool
    def __init__(self, request_id: _Optional[str] = ..., course_id: _Optional[str] = ..., room: _Optional[str] = ..., programme_id: _Optional[str] = ..., open_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., duration: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., late_after: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., geofence: _Optional[_Union[_attendance_session_pb2.Geofence, _Mapping]] = ..., policy: _Optional[_Union[_attendance_session_pb2.CheckPolicy, _Mapping]] = ..., code_life: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., code_overlap: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., typed_code_allowed: _Optional[bool] = ..., allow_parallel: _Optional[bool] = ...) -> None: ...

class CreateSessionResponse(_message.Message):
    __slots__ = ("session",)
    SESSION_FIELD_NUMBER: _ClassVar[int]
    session: _attendance_session_pb2.AttendanceSession
    def __init__(self, session: _Optional[_Union[_attendance_session_pb2.AttendanceSession, _Mapping]] = ...) -> None: ...

class LecturerServiceGetSessionRequest(_message.Message):
    __slots__ = ("session_id",)
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    def __init__(self, session_id: _Optional[str] = ...) -> None: ...

class LecturerServiceGetSessionResponse(_message.Message):
    __slots__ = ("session",)
    SESSION_FIELD_NUMBER: _ClassVar[int]
    session: _attendance_session_pb2.AttendanceSession
    def __init__(self, session: _Optional[_Union[_attendance_session_pb2.AttendanceSession, _Mapping]] = ...) -> None: ...

class LecturerServiceListSessionsRequest(_message.Message):
    __slots__ = ("course_id", "states", "from_time", "until_time", "page_size", "page_token")
    COURSE_ID_FIELD_NUMBER: _ClassVar[int]
    STATES_FIELD_NUMBER: _ClassVar[int]
    FROM_TIME_FIELD_NUMBER: _ClassVar[int]
    UNTIL_TIME_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    course_id: str
    states: _containers.RepeatedScalarFieldContainer[_attendance_session_pb2.SessionState]
    from_time: _timestamp_pb2.Timestamp
    until_time: _timestamp_pb2.Timestamp
    page_size: int
    page_token: str
    def __init__(self, course_id: _Optional[str] = ..., states: _Optional[_Iterable[_Union[_attendance_session_pb2.SessionState, str]]] = ..., from_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., until_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class LecturerServiceListSessionsResponse(_message.Message):
    __slots__ = ("sessions", "next_page_token")
    SESSIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    sessions: _containers.RepeatedCompositeFieldContainer[_attendance_session_pb2.AttendanceSession]
    next_page_token: str
    def __init__(self, sessions: _Optional[_Iterable[_Union[_attendance_session_pb2.AttendanceSession, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class LecturerServiceCloseSessionRequest(_message.Message):
    __slots__ = ("session_id",)
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    def __init__(self, session_id: _Optional[str] = ...) -> None: ...

class LecturerServiceCloseSessionResponse(_message.Message):
    __slots__ = ("session",)
    SESSION_FIELD_NUMBER: _ClassVar[int]
    session: _attendance_session_pb2.AttendanceSession
    def __init__(self, session: _Optional[_Union[_attendance_session_pb2.AttendanceSession, _Mapping]] = ...) -> None: ...

class WatchQrCodesRequest(_message.Message):
    __slots__ = ("session_id",)
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    def __init__(self, session_id: _Optional[str] = ...) -> None: ...

class WatchQrCodesResponse(_message.Message):
    __slots__ = ("code", "waiting")
    CODE_FIELD_NUMBER: _ClassVar[int]
    WAITING_FIELD_NUMBER: _ClassVar[int]
    code: _qr_code_pb2.QrCode
    waiting: _attendance_session_pb2.SessionContext
    def __init__(self, code: _Optional[_Union[_qr_code_pb2.QrCode, _Mapping]] = ..., waiting: _Optional[_Union[_attendance_session_pb2.SessionContext, _Mapping]] = ...) -> None: ...

class GetQrCodeRequest(_message.Message):
    __slots__ = ("session_id",)
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    def __init__(self, session_id: _Optional[str] = ...) -> None: ...

class GetQrCodeResponse(_message.Message):
    __slots__ = ("code",)
    CODE_FIELD_NUMBER: _ClassVar[int]
    code: _qr_code_pb2.QrCode
    def __init__(self, code: _Optional[_Union[_qr_code_pb2.QrCode, _Mapping]] = ...) -> None: ...

class GetQrStatusRequest(_message.Message):
    __slots__ = ("session_id",)
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    def __init__(self, session_id: _Optional[str] = ...) -> None: ...

class GetQrStatusResponse(_message.Message):
    __slots__ = ("state", "generation", "step", "issue_time", "expire_time", "next_rotation_time", "remaining")
    STATE_FIELD_NUMBER: _ClassVar[int]
    GENERATION_FIELD_NUMBER: _ClassVar[int]
    STEP_FIELD_NUMBER: _ClassVar[int]
    ISSUE_TIME_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    NEXT_ROTATION_TIME_FIELD_NUMBER: _ClassVar[int]
    REMAINING_FIELD_NUMBER: _ClassVar[int]
    state: _attendance_session_pb2.SessionState
    generation: int
    step: int
    issue_time: _timestamp_pb2.Timestamp
    expire_time: _timestamp_pb2.Timestamp
    next_rotation_time: _timestamp_pb2.Timestamp
    remaining: _duration_pb2.Duration
    def __init__(self, state: _Optional[_Union[_attendance_session_pb2.SessionState, str]] = ..., generation: _Optional[int] = ..., step: _Optional[int] = ..., issue_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., next_rotation_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., remaining: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class RotateQrCodeRequest(_message.Message):
    __slots__ = ("session_id",)
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    def __init__(self, session_id: _Optional[str] = ...) -> None: ...

class RotateQrCodeResponse(_message.Message):
    __slots__ = ("code",)
    CODE_FIELD_NUMBER: _ClassVar[int]
    code: _qr_code_pb2.QrCode
    def __init__(self, code: _Optional[_Union[_qr_code_pb2.QrCode, _Mapping]] = ...) -> None: ...

class LecturerServiceListAttendanceRequest(_message.Message):
    __slots__ = ("session_id", "statuses", "page_size", "page_token")
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    STATUSES_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    statuses: _containers.RepeatedScalarFieldContainer[_attendance_record_pb2.RecordStatus]
    page_size: int
    page_token: str
    def __init__(self, session_id: _Optional[str] = ..., statuses: _Optional[_Iterable[_Union[_attendance_record_pb2.RecordStatus, str]]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class LecturerServiceListAttendanceResponse(_message.Message):
    __slots__ = ("records", "next_page_token")
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    records: _containers.RepeatedCompositeFieldContainer[_attendance_record_pb2.AttendanceRecord]
    next_page_token: str
    def __init__(self, records: _Optional[_Iterable[_Union[_attendance_record_pb2.AttendanceRecord, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class LecturerServiceListFlaggedRequest(_message.Message):
    __slots__ = ("session_id", "course_id", "attention", "page_size", "page_token")
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    COURSE_ID_FIELD_NUMBER: _ClassVar[int]
    ATTENTION_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    course_id: str
    attention: _attendance_record_pb2.Attention
    page_size: int
    page_token: str
    def __init__(self, session_id: _Optional[str] = ..., course_id: _Optional[str] = ..., attention: _Optional[_Union[_attendance_record_pb2.Attention, str]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class LecturerServiceListFlaggedResponse(_message.Message):
    __slots__ = ("records", "next_page_token")
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    records: _containers.RepeatedCompositeFieldContainer[_attendance_record_pb2.AttendanceRecord]
    next_page_token: str
    def __init__(self, records: _Optional[_Iterable[_Union[_attendance_record_pb2.AttendanceRecord, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class LecturerServiceGetAttendanceRecordRequest(_message.Message):
    __slots__ = ("record_id",)
    RECORD_ID_FIELD_NUMBER: _ClassVar[int]
    record_id: str
    def __init__(self, record_id: _Optional[str] = ...) -> None: ...

class LecturerServiceGetAttendanceRecordResponse(_message.Message):
    __slots__ = ("record",)
    RECORD_FIELD_NUMBER: _ClassVar[int]
    record: _attendance_record_pb2.AttendanceRecord
    def __init__(self, record: _Optional[_Union[_attendance_record_pb2.AttendanceRecord, _Mapping]] = ...) -> None: ...

class LecturerServiceGetImageRequest(_message.Message):
    __slots__ = ("image_id", "accept_download_url")
    IMAGE_ID_FIELD_NUMBER: _ClassVar[int]
    ACCEPT_DOWNLOAD_URL_FIELD_NUMBER: _ClassVar[int]
    image_id: str
    accept_download_url: bool
    def __init__(self, image_id: _Optional[str] = ..., accept_download_url: _Optional[bool] = ...) -> None: ...

class LecturerServiceGetImageResponse(_message.Message):
    __slots__ = ("header", "chunk")
    HEADER_FIELD_NUMBER: _ClassVar[int]
    CHUNK_FIELD_NUMBER: _ClassVar[int]
    header: _image_pb2.ImageHeader
    chunk: bytes
    def __init__(self, header: _Optional[_Union[_image_pb2.ImageHeader, _Mapping]] = ..., chunk: _Optional[bytes] = ...) -> None: ...

class ConfirmAttendanceRequest(_message.Message):
    __slots__ = ("record_id", "expected_revision", "reason")
    RECORD_ID_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_REVISION_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    record_id: str
    expected_revision: int
    reason: str
    def __init__(self, record_id: _Optional[str] = ..., expected_revision: _Optional[int] = ..., reason: _Optional[str] = ...) -> None: ...

class ConfirmAttendanceResponse(_message.Message):
    __slots__ = ("record",)
    RECORD_FIELD_NUMBER: _ClassVar[int]
    record: _attendance_record_pb2.AttendanceRecord
    def __init__(self, record: _Optional[_Union[_attendance_record_pb2.AttendanceRecord, _Mapping]] = ...) -> None: ...
