import datetime

from absense.v1 import access_pb2 as _access_pb2
from absense.v1 import appeal_pb2 as _appeal_pb2
from absense.v1 import attendance_export_pb2 as _attendance_export_pb2
from absense.v1 import attendance_figures_pb2 as _attendance_figures_pb2
from absense.v1 import attendance_record_pb2 as _attendance_record_pb2
from absense.v1 import attendance_session_pb2 as _attendance_session_pb2
from absense.v1 import course_pb2 as _course_pb2
from absense.v1 import course_claim_pb2 as _course_claim_pb2
from absense.v1 import error_reason_pb2 as _error_reason_pb2
from absense.v1 import file_import_pb2 as _file_import_pb2
from absense.v1 import image_pb2 as _image_pb2
from absense.v1 import qr_code_pb2 as _qr_code_pb2
from absense.v1 import user_pb2 as _user_pb2
from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import field_mask_pb2 as _field_mask_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class LecturerServiceCreateCourseRequest(_message.Message):
    __slots__ = ("request_id", "code", "title", "term_id", "level", "programme_ids", "enrollment_open", "enrollment_start_time", "enrollment_end_time")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    TERM_ID_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_IDS_FIELD_NUMBER: _ClassVar[int]
    ENROLLMENT_OPEN_FIELD_NUMBER: _ClassVar[int]
    ENROLLMENT_START_TIME_FIELD_NUMBER: _ClassVar[int]
    ENROLLMENT_END_TIME_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    code: str
    title: str
    term_id: str
    level: int
    programme_ids: _containers.RepeatedScalarFieldContainer[str]
    enrollment_open: bool
    enrollment_start_time: _timestamp_pb2.Timestamp
    enrollment_end_time: _timestamp_pb2.Timestamp
    def __init__(self, request_id: _Optional[str] = ..., code: _Optional[str] = ..., title: _Optional[str] = ..., term_id: _Optional[str] = ..., level: _Optional[int] = ..., programme_ids: _Optional[_Iterable[str]] = ..., enrollment_open: _Optional[bool] = ..., enrollment_start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., enrollment_end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class LecturerServiceCreateCourseResponse(_message.Message):
    __slots__ = ("course",)
    COURSE_FIELD_NUMBER: _ClassVar[int]
    course: _course_pb2.Course
    def __init__(self, course: _Optional[_Union[_course_pb2.Course, _Mapping]] = ...) -> None: ...

class LecturerServiceListCoursesRequest(_message.Message):
    __slots__ = ("page_size", "page_token", "include_archived", "without_lecturers", "query")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_ARCHIVED_FIELD_NUMBER: _ClassVar[int]
    WITHOUT_LECTURERS_FIELD_NUMBER: _ClassVar[int]
    QUERY_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    include_archived: bool
    without_lecturers: bool
    query: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., include_archived: _Optional[bool] = ..., without_lecturers: _Optional[bool] = ..., query: _Optional[str] = ...) -> None: ...

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

class LecturerServiceUpdateCourseRequest(_message.Message):
    __slots__ = ("course_id", "code", "title", "level", "programme_ids", "enrollment_open", "enrollment_start_time", "enrollment_end_time", "update_mask", "expected_revision")
    COURSE_ID_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_IDS_FIELD_NUMBER: _ClassVar[int]
    ENROLLMENT_OPEN_FIELD_NUMBER: _ClassVar[int]
    ENROLLMENT_START_TIME_FIELD_NUMBER: _ClassVar[int]
    ENROLLMENT_END_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_REVISION_FIELD_NUMBER: _ClassVar[int]
    course_id: str
    code: str
    title: str
    level: int
    programme_ids: _containers.RepeatedScalarFieldContainer[str]
    enrollment_open: bool
    enrollment_start_time: _timestamp_pb2.Timestamp
    enrollment_end_time: _timestamp_pb2.Timestamp
    update_mask: _field_mask_pb2.FieldMask
    expected_revision: int
    def __init__(self, course_id: _Optional[str] = ..., code: _Optional[str] = ..., title: _Optional[str] = ..., level: _Optional[int] = ..., programme_ids: _Optional[_Iterable[str]] = ..., enrollment_open: _Optional[bool] = ..., enrollment_start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., enrollment_end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., expected_revision: _Optional[int] = ...) -> None: ...

class LecturerServiceUpdateCourseResponse(_message.Message):
    __slots__ = ("course",)
    COURSE_FIELD_NUMBER: _ClassVar[int]
    course: _course_pb2.Course
    def __init__(self, course: _Optional[_Union[_course_pb2.Course, _Mapping]] = ...) -> None: ...

class ClaimCourseRequest(_message.Message):
    __slots__ = ("course_id", "note")
    COURSE_ID_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    course_id: str
    note: str
    def __init__(self, course_id: _Optional[str] = ..., note: _Optional[str] = ...) -> None: ...

class ClaimCourseResponse(_message.Message):
    __slots__ = ("course_claim",)
    COURSE_CLAIM_FIELD_NUMBER: _ClassVar[int]
    course_claim: _course_claim_pb2.CourseClaim
    def __init__(self, course_claim: _Optional[_Union[_course_claim_pb2.CourseClaim, _Mapping]] = ...) -> None: ...

class ListMyCourseClaimsRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListMyCourseClaimsResponse(_message.Message):
    __slots__ = ("course_claims", "next_page_token")
    COURSE_CLAIMS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    course_claims: _containers.RepeatedCompositeFieldContainer[_course_claim_pb2.CourseClaim]
    next_page_token: str
    def __init__(self, course_claims: _Optional[_Iterable[_Union[_course_claim_pb2.CourseClaim, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class AddCourseLecturerRequest(_message.Message):
    __slots__ = ("course_id", "user_id", "email")
    COURSE_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    course_id: str
    user_id: str
    email: str
    def __init__(self, course_id: _Optional[str] = ..., user_id: _Optional[str] = ..., email: _Optional[str] = ...) -> None: ...

class AddCourseLecturerResponse(_message.Message):
    __slots__ = ("course",)
    COURSE_FIELD_NUMBER: _ClassVar[int]
    course: _course_pb2.Course
    def __init__(self, course: _Optional[_Union[_course_pb2.Course, _Mapping]] = ...) -> None: ...

class RemoveCourseLecturerRequest(_message.Message):
    __slots__ = ("course_id", "user_id")
    COURSE_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    course_id: str
    user_id: str
    def __init__(self, course_id: _Optional[str] = ..., user_id: _Optional[str] = ...) -> None: ...

class RemoveCourseLecturerResponse(_message.Message):
    __slots__ = ("course",)
    COURSE_FIELD_NUMBER: _ClassVar[int]
    course: _course_pb2.Course
    def __init__(self, course: _Optional[_Union[_course_pb2.Course, _Mapping]] = ...) -> None: ...

class ListEnrollmentsRequest(_message.Message):
    __slots__ = ("course_id", "include_ended", "page_size", "page_token")
    COURSE_ID_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_ENDED_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    course_id: str
    include_ended: bool
    page_size: int
    page_token: str
    def __init__(self, course_id: _Optional[str] = ..., include_ended: _Optional[bool] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListEnrollmentsResponse(_message.Message):
    __slots__ = ("enrollments", "next_page_token")
    ENROLLMENTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    enrollments: _containers.RepeatedCompositeFieldContainer[_course_pb2.Enrollment]
    next_page_token: str
    def __init__(self, enrollments: _Optional[_Iterable[_Union[_course_pb2.Enrollment, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ImportEnrollmentsRequest(_message.Message):
    __slots__ = ("header", "chunk")
    HEADER_FIELD_NUMBER: _ClassVar[int]
    CHUNK_FIELD_NUMBER: _ClassVar[int]
    header: ImportEnrollmentsHeader
    chunk: bytes
    def __init__(self, header: _Optional[_Union[ImportEnrollmentsHeader, _Mapping]] = ..., chunk: _Optional[bytes] = ...) -> None: ...

class ImportEnrollmentsHeader(_message.Message):
    __slots__ = ("course_id", "file", "dry_run", "end_missing", "pass_over_unknown")
    COURSE_ID_FIELD_NUMBER: _ClassVar[int]
    FILE_FIELD_NUMBER: _ClassVar[int]
    DRY_RUN_FIELD_NUMBER: _ClassVar[int]
    END_MISSING_FIELD_NUMBER: _ClassVar[int]
    PASS_OVER_UNKNOWN_FIELD_NUMBER: _ClassVar[int]
    course_id: str
    file: _file_import_pb2.ImportFile
    dry_run: bool
    end_missing: bool
    pass_over_unknown: bool
    def __init__(self, course_id: _Optional[str] = ..., file: _Optional[_Union[_file_import_pb2.ImportFile, _Mapping]] = ..., dry_run: _Optional[bool] = ..., end_missing: _Optional[bool] = ..., pass_over_unknown: _Optional[bool] = ...) -> None: ...

class ImportEnrollmentsResponse(_message.Message):
    __slots__ = ("report",)
    REPORT_FIELD_NUMBER: _ClassVar[int]
    report: _file_import_pb2.ImportReport
    def __init__(self, report: _Optional[_Union[_file_import_pb2.ImportReport, _Mapping]] = ...) -> None: ...

class ImportEnrollmentsInlineRequest(_message.Message):
    __slots__ = ("header", "file")
    HEADER_FIELD_NUMBER: _ClassVar[int]
    FILE_FIELD_NUMBER: _ClassVar[int]
    header: ImportEnrollmentsHeader
    file: bytes
    def __init__(self, header: _Optional[_Union[ImportEnrollmentsHeader, _Mapping]] = ..., file: _Optional[bytes] = ...) -> None: ...

class ImportEnrollmentsInlineResponse(_message.Message):
    __slots__ = ("report",)
    REPORT_FIELD_NUMBER: _ClassVar[int]
    report: _file_import_pb2.ImportReport
    def __init__(self, report: _Optional[_Union[_file_import_pb2.ImportReport, _Mapping]] = ...) -> None: ...

class UpdateSessionRequest(_message.Message):
    __slots__ = ("session_id", "room", "end_time", "late_after", "geofence", "policy", "open_time", "programme_id", "code_life", "code_overlap", "typed_code_allowed", "update_mask", "expected_revision", "allow_parallel")
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    ROOM_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    LATE_AFTER_FIELD_NUMBER: _ClassVar[int]
    GEOFENCE_FIELD_NUMBER: _ClassVar[int]
    POLICY_FIELD_NUMBER: _ClassVar[int]
    OPEN_TIME_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    CODE_LIFE_FIELD_NUMBER: _ClassVar[int]
    CODE_OVERLAP_FIELD_NUMBER: _ClassVar[int]
    TYPED_CODE_ALLOWED_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_REVISION_FIELD_NUMBER: _ClassVar[int]
    ALLOW_PARALLEL_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    room: str
    end_time: _timestamp_pb2.Timestamp
    late_after: _duration_pb2.Duration
    geofence: _attendance_session_pb2.Geofence
    policy: _attendance_session_pb2.CheckPolicy
    open_time: _timestamp_pb2.Timestamp
    programme_id: str
    code_life: _duration_pb2.Duration
    code_overlap: _duration_pb2.Duration
    typed_code_allowed: bool
    update_mask: _field_mask_pb2.FieldMask
    expected_revision: int
    allow_parallel: bool
    def __init__(self, session_id: _Optional[str] = ..., room: _Optional[str] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., late_after: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., geofence: _Optional[_Union[_attendance_session_pb2.Geofence, _Mapping]] = ..., policy: _Optional[_Union[_attendance_session_pb2.CheckPolicy, _Mapping]] = ..., open_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., programme_id: _Optional[str] = ..., code_life: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., code_overlap: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., typed_code_allowed: _Optional[bool] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., expected_revision: _Optional[int] = ..., allow_parallel: _Optional[bool] = ...) -> None: ...

class UpdateSessionResponse(_message.Message):
    __slots__ = ("session",)
    SESSION_FIELD_NUMBER: _ClassVar[int]
    session: _attendance_session_pb2.AttendanceSession
    def __init__(self, session: _Optional[_Union[_attendance_session_pb2.AttendanceSession, _Mapping]] = ...) -> None: ...

class ReopenSessionRequest(_message.Message):
    __slots__ = ("session_id", "end_time", "allow_parallel")
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    ALLOW_PARALLEL_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    end_time: _timestamp_pb2.Timestamp
    allow_parallel: bool
    def __init__(self, session_id: _Optional[str] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., allow_parallel: _Optional[bool] = ...) -> None: ...

class ReopenSessionResponse(_message.Message):
    __slots__ = ("session",)
    SESSION_FIELD_NUMBER: _ClassVar[int]
    session: _attendance_session_pb2.AttendanceSession
    def __init__(self, session: _Optional[_Union[_attendance_session_pb2.AttendanceSession, _Mapping]] = ...) -> None: ...

class LecturerServiceCancelSessionRequest(_message.Message):
    __slots__ = ("session_id", "reason")
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    reason: str
    def __init__(self, session_id: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class LecturerServiceCancelSessionResponse(_message.Message):
    __slots__ = ("session",)
    SESSION_FIELD_NUMBER: _ClassVar[int]
    session: _attendance_session_pb2.AttendanceSession
    def __init__(self, session: _Optional[_Union[_attendance_session_pb2.AttendanceSession, _Mapping]] = ...) -> None: ...

class RegenerateSessionCodeRequest(_message.Message):
    __slots__ = ("session_id",)
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    def __init__(self, session_id: _Optional[str] = ...) -> None: ...

class RegenerateSessionCodeResponse(_message.Message):
    __slots__ = ("session",)
    SESSION_FIELD_NUMBER: _ClassVar[int]
    session: _attendance_session_pb2.AttendanceSession
    def __init__(self, session: _Optional[_Union[_attendance_session_pb2.AttendanceSession, _Mapping]] = ...) -> None: ...

class WatchAttendanceRequest(_message.Message):
    __slots__ = ("session_id", "resume_token")
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    resume_token: str
    def __init__(self, session_id: _Optional[str] = ..., resume_token: _Optional[str] = ...) -> None: ...

class WatchAttendanceResponse(_message.Message):
    __slots__ = ("record", "session", "caught_up", "heartbeat", "resume_token")
    RECORD_FIELD_NUMBER: _ClassVar[int]
    SESSION_FIELD_NUMBER: _ClassVar[int]
    CAUGHT_UP_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    record: _attendance_record_pb2.AttendanceRecord
    session: _attendance_session_pb2.AttendanceSession
    caught_up: CaughtUp
    heartbeat: Heartbeat
    resume_token: str
    def __init__(self, record: _Optional[_Union[_attendance_record_pb2.AttendanceRecord, _Mapping]] = ..., session: _Optional[_Union[_attendance_session_pb2.AttendanceSession, _Mapping]] = ..., caught_up: _Optional[_Union[CaughtUp, _Mapping]] = ..., heartbeat: _Optional[_Union[Heartbeat, _Mapping]] = ..., resume_token: _Optional[str] = ...) -> None: ...

class CaughtUp(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Heartbeat(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListAbsenteesRequest(_message.Message):
    __slots__ = ("session_id", "page_size", "page_token")
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    page_size: int
    page_token: str
    def __init__(self, session_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListAbsenteesResponse(_message.Message):
    __slots__ = ("absentees", "next_page_token")
    ABSENTEES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    absentees: _containers.RepeatedCompositeFieldContainer[Absentee]
    next_page_token: str
    def __init__(self, absentees: _Optional[_Iterable[_Union[Absentee, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class Absentee(_message.Message):
    __slots__ = ("student", "record_id", "appeal", "revision")
    STUDENT_FIELD_NUMBER: _ClassVar[int]
    RECORD_ID_FIELD_NUMBER: _ClassVar[int]
    APPEAL_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    student: _user_pb2.Person
    record_id: str
    appeal: _appeal_pb2.Appeal
    revision: int
    def __init__(self, student: _Optional[_Union[_user_pb2.Person, _Mapping]] = ..., record_id: _Optional[str] = ..., appeal: _Optional[_Union[_appeal_pb2.Appeal, _Mapping]] = ..., revision: _Optional[int] = ...) -> None: ...

class RejectAttendanceRequest(_message.Message):
    __slots__ = ("record_id", "expected_revision", "reason")
    RECORD_ID_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_REVISION_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    record_id: str
    expected_revision: int
    reason: str
    def __init__(self, record_id: _Optional[str] = ..., expected_revision: _Optional[int] = ..., reason: _Optional[str] = ...) -> None: ...

class RejectAttendanceResponse(_message.Message):
    __slots__ = ("record",)
    RECORD_FIELD_NUMBER: _ClassVar[int]
    record: _attendance_record_pb2.AttendanceRecord
    def __init__(self, record: _Optional[_Union[_attendance_record_pb2.AttendanceRecord, _Mapping]] = ...) -> None: ...

class MarkAttendanceRequest(_message.Message):
    __slots__ = ("session_id", "student_id", "status", "late", "expected_revision", "reason")
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    STUDENT_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    LATE_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_REVISION_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    student_id: str
    status: _attendance_record_pb2.RecordStatus
    late: bool
    expected_revision: int
    reason: str
    def __init__(self, session_id: _Optional[str] = ..., student_id: _Optional[str] = ..., status: _Optional[_Union[_attendance_record_pb2.RecordStatus, str]] = ..., late: _Optional[bool] = ..., expected_revision: _Optional[int] = ..., reason: _Optional[str] = ...) -> None: ...

class MarkAttendanceResponse(_message.Message):
    __slots__ = ("record",)
    RECORD_FIELD_NUMBER: _ClassVar[int]
    record: _attendance_record_pb2.AttendanceRecord
    def __init__(self, record: _Optional[_Union[_attendance_record_pb2.AttendanceRecord, _Mapping]] = ...) -> None: ...

class BatchDecideAttendanceRequest(_message.Message):
    __slots__ = ("records", "status", "reason")
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    records: _containers.RepeatedCompositeFieldContainer[RecordRevision]
    status: _attendance_record_pb2.RecordStatus
    reason: str
    def __init__(self, records: _Optional[_Iterable[_Union[RecordRevision, _Mapping]]] = ..., status: _Optional[_Union[_attendance_record_pb2.RecordStatus, str]] = ..., reason: _Optional[str] = ...) -> None: ...

class RecordRevision(_message.Message):
    __slots__ = ("record_id", "expected_revision")
    RECORD_ID_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_REVISION_FIELD_NUMBER: _ClassVar[int]
    record_id: str
    expected_revision: int
    def __init__(self, record_id: _Optional[str] = ..., expected_revision: _Optional[int] = ...) -> None: ...

class BatchDecideAttendanceResponse(_message.Message):
    __slots__ = ("decisions",)
    DECISIONS_FIELD_NUMBER: _ClassVar[int]
    decisions: _containers.RepeatedCompositeFieldContainer[BatchDecision]
    def __init__(self, decisions: _Optional[_Iterable[_Union[BatchDecision, _Mapping]]] = ...) -> None: ...

class BatchDecision(_message.Message):
    __slots__ = ("record_id", "status", "revision", "reason")
    RECORD_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    record_id: str
    status: _attendance_record_pb2.RecordStatus
    revision: int
    reason: _error_reason_pb2.ErrorReason
    def __init__(self, record_id: _Optional[str] = ..., status: _Optional[_Union[_attendance_record_pb2.RecordStatus, str]] = ..., revision: _Optional[int] = ..., reason: _Optional[_Union[_error_reason_pb2.ErrorReason, str]] = ...) -> None: ...

class LecturerServiceListAppealsRequest(_message.Message):
    __slots__ = ("course_id", "state", "page_size", "page_token")
    COURSE_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    course_id: str
    state: _appeal_pb2.AppealState
    page_size: int
    page_token: str
    def __init__(self, course_id: _Optional[str] = ..., state: _Optional[_Union[_appeal_pb2.AppealState, str]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class LecturerServiceListAppealsResponse(_message.Message):
    __slots__ = ("appeals", "next_page_token")
    APPEALS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    appeals: _containers.RepeatedCompositeFieldContainer[_appeal_pb2.Appeal]
    next_page_token: str
    def __init__(self, appeals: _Optional[_Iterable[_Union[_appeal_pb2.Appeal, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class LecturerServiceDecideAppealRequest(_message.Message):
    __slots__ = ("appeal_id", "outcome", "late", "expected_revision", "reason")
    APPEAL_ID_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    LATE_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_REVISION_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    appeal_id: str
    outcome: _appeal_pb2.AppealOutcome
    late: bool
    expected_revision: int
    reason: str
    def __init__(self, appeal_id: _Optional[str] = ..., outcome: _Optional[_Union[_appeal_pb2.AppealOutcome, str]] = ..., late: _Optional[bool] = ..., expected_revision: _Optional[int] = ..., reason: _Optional[str] = ...) -> None: ...

class LecturerServiceDecideAppealResponse(_message.Message):
    __slots__ = ("appeal", "record")
    APPEAL_FIELD_NUMBER: _ClassVar[int]
    RECORD_FIELD_NUMBER: _ClassVar[int]
    appeal: _appeal_pb2.Appeal
    record: _attendance_record_pb2.AttendanceRecord
    def __init__(self, appeal: _Optional[_Union[_appeal_pb2.Appeal, _Mapping]] = ..., record: _Optional[_Union[_attendance_record_pb2.AttendanceRecord, _Mapping]] = ...) -> None: ...

class LecturerServiceExportAttendanceRequest(_message.Message):
    __slots__ = ("session_id", "course_id", "term_id", "format", "byte_order_mark")
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    COURSE_ID_FIELD_NUMBER: _ClassVar[int]
    TERM_ID_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    BYTE_ORDER_MARK_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    course_id: str
    term_id: str
    format: _attendance_export_pb2.ExportFormat
    byte_order_mark: bool
    def __init__(self, session_id: _Optional[str] = ..., course_id: _Optional[str] = ..., term_id: _Optional[str] = ..., format: _Optional[_Union[_attendance_export_pb2.ExportFormat, str]] = ..., byte_order_mark: _Optional[bool] = ...) -> None: ...

class LecturerServiceExportAttendanceResponse(_message.Message):
    __slots__ = ("header", "chunk")
    HEADER_FIELD_NUMBER: _ClassVar[int]
    CHUNK_FIELD_NUMBER: _ClassVar[int]
    header: _attendance_export_pb2.AttendanceExportHeader
    chunk: bytes
    def __init__(self, header: _Optional[_Union[_attendance_export_pb2.AttendanceExportHeader, _Mapping]] = ..., chunk: _Optional[bytes] = ...) -> None: ...

class LecturerServiceGetDashboardRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class LecturerServiceGetDashboardResponse(_message.Message):
    __slots__ = ("courses", "sessions", "flagged_count", "pending_appeal_count")
    COURSES_FIELD_NUMBER: _ClassVar[int]
    SESSIONS_FIELD_NUMBER: _ClassVar[int]
    FLAGGED_COUNT_FIELD_NUMBER: _ClassVar[int]
    PENDING_APPEAL_COUNT_FIELD_NUMBER: _ClassVar[int]
    courses: _containers.RepeatedCompositeFieldContainer[_attendance_figures_pb2.CourseFigures]
    sessions: _containers.RepeatedCompositeFieldContainer[_attendance_session_pb2.AttendanceSession]
    flagged_count: int
    pending_appeal_count: int
    def __init__(self, courses: _Optional[_Iterable[_Union[_attendance_figures_pb2.CourseFigures, _Mapping]]] = ..., sessions: _Optional[_Iterable[_Union[_attendance_session_pb2.AttendanceSession, _Mapping]]] = ..., flagged_count: _Optional[int] = ..., pending_appeal_count: _Optional[int] = ...) -> None: ...

class GetSessionAnalyticsRequest(_message.Message):
    __slots__ = ("session_id", "step")
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    STEP_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    step: _duration_pb2.Duration
    def __init__(self, session_id: _Optional[str] = ..., step: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class GetSessionAnalyticsResponse(_message.Message):
    __slots__ = ("session", "figures", "expected_count", "arrivals", "verdicts")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    FIGURES_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_COUNT_FIELD_NUMBER: _ClassVar[int]
    ARRIVALS_FIELD_NUMBER: _ClassVar[int]
    VERDICTS_FIELD_NUMBER: _ClassVar[int]
    session: _attendance_session_pb2.AttendanceSession
    figures: _attendance_figures_pb2.AttendanceFigures
    expected_count: int
    arrivals: _containers.RepeatedCompositeFieldContainer[_attendance_figures_pb2.ArrivalCount]
    verdicts: _containers.RepeatedCompositeFieldContainer[_attendance_figures_pb2.VerdictCount]
    def __init__(self, session: _Optional[_Union[_attendance_session_pb2.AttendanceSession, _Mapping]] = ..., figures: _Optional[_Union[_attendance_figures_pb2.AttendanceFigures, _Mapping]] = ..., expected_count: _Optional[int] = ..., arrivals: _Optional[_Iterable[_Union[_attendance_figures_pb2.ArrivalCount, _Mapping]]] = ..., verdicts: _Optional[_Iterable[_Union[_attendance_figures_pb2.VerdictCount, _Mapping]]] = ...) -> None: ...

class GetCourseReportRequest(_message.Message):
    __slots__ = ("course_id", "from_time", "until_time", "interval", "at_risk_only")
    COURSE_ID_FIELD_NUMBER: _ClassVar[int]
    FROM_TIME_FIELD_NUMBER: _ClassVar[int]
    UNTIL_TIME_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_FIELD_NUMBER: _ClassVar[int]
    AT_RISK_ONLY_FIELD_NUMBER: _ClassVar[int]
    course_id: str
    from_time: _timestamp_pb2.Timestamp
    until_time: _timestamp_pb2.Timestamp
    interval: _attendance_figures_pb2.ReportInterval
    at_risk_only: bool
    def __init__(self, course_id: _Optional[str] = ..., from_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., until_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., interval: _Optional[_Union[_attendance_figures_pb2.ReportInterval, str]] = ..., at_risk_only: _Optional[bool] = ...) -> None: ...

class GetCourseReportResponse(_message.Message):
    __slots__ = ("course", "session_count", "figures", "intervals", "students", "at_risk_threshold")
    COURSE_FIELD_NUMBER: _ClassVar[int]
    SESSION_COUNT_FIELD_NUMBER: _ClassVar[int]
    FIGURES_FIELD_NUMBER: _ClassVar[int]
    INTERVALS_FIELD_NUMBER: _ClassVar[int]
    STUDENTS_FIELD_NUMBER: _ClassVar[int]
    AT_RISK_THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    course: _course_pb2.Course
    session_count: int
    figures: _attendance_figures_pb2.AttendanceFigures
    intervals: _containers.RepeatedCompositeFieldContainer[_attendance_figures_pb2.IntervalFigures]
    students: _containers.RepeatedCompositeFieldContainer[_attendance_figures_pb2.StudentFigures]
    at_risk_threshold: float
    def __init__(self, course: _Optional[_Union[_course_pb2.Course, _Mapping]] = ..., session_count: _Optional[int] = ..., figures: _Optional[_Union[_attendance_figures_pb2.AttendanceFigures, _Mapping]] = ..., intervals: _Optional[_Iterable[_Union[_attendance_figures_pb2.IntervalFigures, _Mapping]]] = ..., students: _Optional[_Iterable[_Union[_attendance_figures_pb2.StudentFigures, _Mapping]]] = ..., at_risk_threshold: _Optional[float] = ...) -> None: ...
