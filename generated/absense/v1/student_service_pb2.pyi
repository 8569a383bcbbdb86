import datetime

from absense.v1 import access_pb2 as _access_pb2
from absense.v1 import advice_pb2 as _advice_pb2
from absense.v1 import appeal_pb2 as _appeal_pb2
from absense.v1 import attendance_figures_pb2 as _attendance_figures_pb2
from absense.v1 import attendance_record_pb2 as _attendance_record_pb2
from absense.v1 import attendance_session_pb2 as _attendance_session_pb2
from absense.v1 import claim_upload_pb2 as _claim_upload_pb2
from absense.v1 import course_pb2 as _course_pb2
from absense.v1 import device_pb2 as _device_pb2
from absense.v1 import error_reason_pb2 as _error_reason_pb2
from absense.v1 import face_pb2 as _face_pb2
from absense.v1 import image_pb2 as _image_pb2
from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class BindDeviceRequest(_message.Message):
    __slots__ = ("identifier", "platform", "model", "key")
    IDENTIFIER_FIELD_NUMBER: _ClassVar[int]
    PLATFORM_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    identifier: str
    platform: _device_pb2.DevicePlatform
    model: str
    key: _device_pb2.DeviceKey
    def __init__(self, identifier: _Optional[str] = ..., platform: _Optional[_Union[_device_pb2.DevicePlatform, str]] = ..., model: _Optional[str] = ..., key: _Optional[_Union[_device_pb2.DeviceKey, _Mapping]] = ...) -> None: ...

class BindDeviceResponse(_message.Message):
    __slots__ = ("device",)
    DEVICE_FIELD_NUMBER: _ClassVar[int]
    device: _device_pb2.Device
    def __init__(self, device: _Optional[_Union[_device_pb2.Device, _Mapping]] = ...) -> None: ...

class GetDeviceRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetDeviceResponse(_message.Message):
    __slots__ = ("device", "reset_request")
    DEVICE_FIELD_NUMBER: _ClassVar[int]
    RESET_REQUEST_FIELD_NUMBER: _ClassVar[int]
    device: _device_pb2.Device
    reset_request: _device_pb2.DeviceResetRequest
    def __init__(self, device: _Optional[_Union[_device_pb2.Device, _Mapping]] = ..., reset_request: _Optional[_Union[_device_pb2.DeviceResetRequest, _Mapping]] = ...) -> None: ...

class RequestDeviceResetRequest(_message.Message):
    __slots__ = ("reason",)
    REASON_FIELD_NUMBER: _ClassVar[int]
    reason: str
    def __init__(self, reason: _Optional[str] = ...) -> None: ...

class RequestDeviceResetResponse(_message.Message):
    __slots__ = ("reset_request",)
    RESET_REQUEST_FIELD_NUMBER: _ClassVar[int]
    reset_request: _device_pb2.DeviceResetRequest
    def __init__(self, reset_request: _Optional[_Union[_device_pb2.DeviceResetRequest, _Mapping]] = ...) -> None: ...

class EnrollFaceRequest(_message.Message):
    __slots__ = ("header", "chunk")
    HEADER_FIELD_NUMBER: _ClassVar[int]
    CHUNK_FIELD_NUMBER: _ClassVar[int]
    header: EnrollFaceHeader
    chunk: bytes
    def __init__(self, header: _Optional[_Union[EnrollFaceHeader, _Mapping]] = ..., chunk: _Optional[bytes] = ...) -> None: ...

class EnrollFaceHeader(_message.Message):
    __slots__ = ("enrollment", "photograph")
    ENROLLMENT_FIELD_NUMBER: _ClassVar[int]
    PHOTOGRAPH_FIELD_NUMBER: _ClassVar[int]
    enrollment: _face_pb2.FaceEnrollment
    photograph: _image_pb2.ImageUpload
    def __init__(self, enrollment: _Optional[_Union[_face_pb2.FaceEnrollment, _Mapping]] = ..., photograph: _Optional[_Union[_image_pb2.ImageUpload, _Mapping]] = ...) -> None: ...

class EnrollFaceResponse(_message.Message):
    __slots__ = ("template", "quality")
    TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    QUALITY_FIELD_NUMBER: _ClassVar[int]
    template: _face_pb2.FaceTemplate
    quality: _face_pb2.FaceQuality
    def __init__(self, template: _Optional[_Union[_face_pb2.FaceTemplate, _Mapping]] = ..., quality: _Optional[_Union[_face_pb2.FaceQuality, _Mapping]] = ...) -> None: ...

class EnrollFaceInlineRequest(_message.Message):
    __slots__ = ("enrollment", "photograph")
    ENROLLMENT_FIELD_NUMBER: _ClassVar[int]
    PHOTOGRAPH_FIELD_NUMBER: _ClassVar[int]
    enrollment: _face_pb2.FaceEnrollment
    photograph: bytes
    def __init__(self, enrollment: _Optional[_Union[_face_pb2.FaceEnrollment, _Mapping]] = ..., photograph: _Optional[bytes] = ...) -> None: ...

class EnrollFaceInlineResponse(_message.Message):
    __slots__ = ("template", "quality")
    TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    QUALITY_FIELD_NUMBER: _ClassVar[int]
    template: _face_pb2.FaceTemplate
    quality: _face_pb2.FaceQuality
    def __init__(self, template: _Optional[_Union[_face_pb2.FaceTemplate, _Mapping]] = ..., quality: _Optional[_Union[_face_pb2.FaceQuality, _Mapping]] = ...) -> None: ...

class VerifyFaceRequest(_message.Message):
    __slots__ = ("header", "chunk")
    HEADER_FIELD_NUMBER: _ClassVar[int]
    CHUNK_FIELD_NUMBER: _ClassVar[int]
    header: VerifyFaceHeader
    chunk: bytes
    def __init__(self, header: _Optional[_Union[VerifyFaceHeader, _Mapping]] = ..., chunk: _Optional[bytes] = ...) -> None: ...

class VerifyFaceHeader(_message.Message):
    __slots__ = ("photograph",)
    PHOTOGRAPH_FIELD_NUMBER: _ClassVar[int]
    photograph: _image_pb2.ImageUpload
    def __init__(self, photograph: _Optional[_Union[_image_pb2.ImageUpload, _Mapping]] = ...) -> None: ...

class VerifyFaceResponse(_message.Message):
    __slots__ = ("trial",)
    TRIAL_FIELD_NUMBER: _ClassVar[int]
    trial: _face_pb2.FaceTrial
    def __init__(self, trial: _Optional[_Union[_face_pb2.FaceTrial, _Mapping]] = ...) -> None: ...

class VerifyFaceInlineRequest(_message.Message):
    __slots__ = ("photograph",)
    PHOTOGRAPH_FIELD_NUMBER: _ClassVar[int]
    photograph: bytes
    def __init__(self, photograph: _Optional[bytes] = ...) -> None: ...

class VerifyFaceInlineResponse(_message.Message):
    __slots__ = ("trial",)
    TRIAL_FIELD_NUMBER: _ClassVar[int]
    trial: _face_pb2.FaceTrial
    def __init__(self, trial: _Optional[_Union[_face_pb2.FaceTrial, _Mapping]] = ...) -> None: ...

class WithdrawFaceConsentRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class WithdrawFaceConsentResponse(_message.Message):
    __slots__ = ("erased",)
    ERASED_FIELD_NUMBER: _ClassVar[int]
    erased: _face_pb2.ErasedFace
    def __init__(self, erased: _Optional[_Union[_face_pb2.ErasedFace, _Mapping]] = ...) -> None: ...

class ScanQrRequest(_message.Message):
    __slots__ = ("scanned_text", "session_code", "typed_code")
    SCANNED_TEXT_FIELD_NUMBER: _ClassVar[int]
    SESSION_CODE_FIELD_NUMBER: _ClassVar[int]
    TYPED_CODE_FIELD_NUMBER: _ClassVar[int]
    scanned_text: str
    session_code: str
    typed_code: _claim_upload_pb2.TypedCode
    def __init__(self, scanned_text: _Optional[str] = ..., session_code: _Optional[str] = ..., typed_code: _Optional[_Union[_claim_upload_pb2.TypedCode, _Mapping]] = ...) -> None: ...

class ScanQrResponse(_message.Message):
    __slots__ = ("session", "code_good", "problem", "advice", "scan_ticket", "scan_ticket_expire_time", "enrolled", "record_status", "record_id", "selfie_wanted")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    CODE_GOOD_FIELD_NUMBER: _ClassVar[int]
    PROBLEM_FIELD_NUMBER: _ClassVar[int]
    ADVICE_FIELD_NUMBER: _ClassVar[int]
    SCAN_TICKET_FIELD_NUMBER: _ClassVar[int]
    SCAN_TICKET_EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    ENROLLED_FIELD_NUMBER: _ClassVar[int]
    RECORD_STATUS_FIELD_NUMBER: _ClassVar[int]
    RECORD_ID_FIELD_NUMBER: _ClassVar[int]
    SELFIE_WANTED_FIELD_NUMBER: _ClassVar[int]
    session: _attendance_session_pb2.SessionContext
    code_good: bool
    problem: _error_reason_pb2.ErrorReason
    advice: str
    scan_ticket: str
    scan_ticket_expire_time: _timestamp_pb2.Timestamp
    enrolled: bool
    record_status: _attendance_record_pb2.RecordStatus
    record_id: str
    selfie_wanted: bool
    def __init__(self, session: _Optional[_Union[_attendance_session_pb2.SessionContext, _Mapping]] = ..., code_good: _Optional[bool] = ..., problem: _Optional[_Union[_error_reason_pb2.ErrorReason, str]] = ..., advice: _Optional[str] = ..., scan_ticket: _Optional[str] = ..., scan_ticket_expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., enrolled: _Optional[bool] = ..., record_status: _Optional[_Union[_attendance_record_pb2.RecordStatus, str]] = ..., record_id: _Optional[str] = ..., selfie_wanted: _Optional[bool] = ...) -> None: ...

class SubmitAttendanceRequest(_message.Message):
    __slots__ = ("header", "chunk")
    HEADER_FIELD_NUMBER: _ClassVar[int]
    CHUNK_FIELD_NUMBER: _ClassVar[int]
    header: _claim_upload_pb2.ClaimHeader
    chunk: bytes
    def __init__(self, header: _Optional[_Union[_claim_upload_pb2.ClaimHeader, _Mapping]] = ..., chunk: _Optional[bytes] = ...) -> None: ...

class SubmitAttendanceResponse(_message.Message):
    __slots__ = ("record", "already_recorded", "can_retry", "tries_left", "advice")
    RECORD_FIELD_NUMBER: _ClassVar[int]
    ALREADY_RECORDED_FIELD_NUMBER: _ClassVar[int]
    CAN_RETRY_FIELD_NUMBER: _ClassVar[int]
    TRIES_LEFT_FIELD_NUMBER: _ClassVar[int]
    ADVICE_FIELD_NUMBER: _ClassVar[int]
    record: _attendance_record_pb2.AttendanceRecord
    already_recorded: bool
    can_retry: bool
    tries_left: int
    advice: _containers.RepeatedCompositeFieldContainer[_advice_pb2.Advice]
    def __init__(self, record: _Optional[_Union[_attendance_record_pb2.AttendanceRecord, _Mapping]] = ..., already_recorded: _Optional[bool] = ..., can_retry: _Optional[bool] = ..., tries_left: _Optional[int] = ..., advice: _Optional[_Iterable[_Union[_advice_pb2.Advice, _Mapping]]] = ...) -> None: ...

class SubmitAttendanceInlineRequest(_message.Message):
    __slots__ = ("header", "selfie")
    HEADER_FIELD_NUMBER: _ClassVar[int]
    SELFIE_FIELD_NUMBER: _ClassVar[int]
    header: _claim_upload_pb2.ClaimHeader
    selfie: bytes
    def __init__(self, header: _Optional[_Union[_claim_upload_pb2.ClaimHeader, _Mapping]] = ..., selfie: _Optional[bytes] = ...) -> None: ...

class SubmitAttendanceInlineResponse(_message.Message):
    __slots__ = ("record", "already_recorded", "can_retry", "tries_left", "advice")
    RECORD_FIELD_NUMBER: _ClassVar[int]
    ALREADY_RECORDED_FIELD_NUMBER: _ClassVar[int]
    CAN_RETRY_FIELD_NUMBER: _ClassVar[int]
    TRIES_LEFT_FIELD_NUMBER: _ClassVar[int]
    ADVICE_FIELD_NUMBER: _ClassVar[int]
    record: _attendance_record_pb2.AttendanceRecord
    already_recorded: bool
    can_retry: bool
    tries_left: int
    advice: _containers.RepeatedCompositeFieldContainer[_advice_pb2.Advice]
    def __init__(self, record: _Optional[_Union[_attendance_record_pb2.AttendanceRecord, _Mapping]] = ..., already_recorded: _Optional[bool] = ..., can_retry: _Optional[bool] = ..., tries_left: _Optional[int] = ..., advice: _Optional[_Iterable[_Union[_advice_pb2.Advice, _Mapping]]] = ...) -> None: ...

class StudentServiceGetAttendanceRecordRequest(_message.Message):
    __slots__ = ("record_id", "session_id")
    RECORD_ID_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    record_id: str
    session_id: str
    def __init__(self, record_id: _Optional[str] = ..., session_id: _Optional[str] = ...) -> None: ...

class StudentServiceGetAttendanceRecordResponse(_message.Message):
    __slots__ = ("record", "can_retry", "tries_left", "advice")
    RECORD_FIELD_NUMBER: _ClassVar[int]
    CAN_RETRY_FIELD_NUMBER: _ClassVar[int]
    TRIES_LEFT_FIELD_NUMBER: _ClassVar[int]
    ADVICE_FIELD_NUMBER: _ClassVar[int]
    record: _attendance_record_pb2.AttendanceRecord
    can_retry: bool
    tries_left: int
    advice: _containers.RepeatedCompositeFieldContainer[_advice_pb2.Advice]
    def __init__(self, record: _Optional[_Union[_attendance_record_pb2.AttendanceRecord, _Mapping]] = ..., can_retry: _Optional[bool] = ..., tries_left: _Optional[int] = ..., advice: _Optional[_Iterable[_Union[_advice_pb2.Advice, _Mapping]]] = ...) -> None: ...

class WatchAttendanceRecordRequest(_message.Message):
    __slots__ = ("record_id",)
    RECORD_ID_FIELD_NUMBER: _ClassVar[int]
    record_id: str
    def __init__(self, record_id: _Optional[str] = ...) -> None: ...

class WatchAttendanceRecordResponse(_message.Message):
    __slots__ = ("record", "can_retry", "tries_left", "advice")
    RECORD_FIELD_NUMBER: _ClassVar[int]
    CAN_RETRY_FIELD_NUMBER: _ClassVar[int]
    TRIES_LEFT_FIELD_NUMBER: _ClassVar[int]
    ADVICE_FIELD_NUMBER: _ClassVar[int]
    record: _attendance_record_pb2.AttendanceRecord
    can_retry: bool
    tries_left: int
    advice: _containers.RepeatedCompositeFieldContainer[_advice_pb2.Advice]
    def __init__(self, record: _Optional[_Union[_attendance_record_pb2.AttendanceRecord, _Mapping]] = ..., can_retry: _Optional[bool] = ..., tries_left: _Optional[int] = ..., advice: _Optional[_Iterable[_Union[_advice_pb2.Advice, _Mapping]]] = ...) -> None: ...

class ListOpenSessionsRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListOpenSessionsResponse(_message.Message):
    __slots__ = ("sessions", "next_page_token")
    SESSIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    sessions: _containers.RepeatedCompositeFieldContainer[OpenSession]
    next_page_token: str
    def __init__(self, sessions: _Optional[_Iterable[_Union[OpenSession, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class OpenSession(_message.Message):
    __slots__ = ("session", "remaining", "record_status", "record_id")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    REMAINING_FIELD_NUMBER: _ClassVar[int]
    RECORD_STATUS_FIELD_NUMBER: _ClassVar[int]
    RECORD_ID_FIELD_NUMBER: _ClassVar[int]
    session: _attendance_session_pb2.SessionContext
    remaining: _duration_pb2.Duration
    record_status: _attendance_record_pb2.RecordStatus
    record_id: str
    def __init__(self, session: _Optional[_Union[_attendance_session_pb2.SessionContext, _Mapping]] = ..., remaining: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., record_status: _Optional[_Union[_attendance_record_pb2.RecordStatus, str]] = ..., record_id: _Optional[str] = ...) -> None: ...

class SearchCoursesRequest(_message.Message):
    __slots__ = ("query", "page_size", "page_token")
    QUERY_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    query: str
    page_size: int
    page_token: str
    def __init__(self, query: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class SearchCoursesResponse(_message.Message):
    __slots__ = ("courses", "next_page_token")
    COURSES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    courses: _containers.RepeatedCompositeFieldContainer[_course_pb2.Course]
    next_page_token: str
    def __init__(self, courses: _Optional[_Iterable[_Union[_course_pb2.Course, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListMyCoursesRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListMyCoursesResponse(_message.Message):
    __slots__ = ("enrollments", "next_page_token")
    ENROLLMENTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    enrollments: _containers.RepeatedCompositeFieldContainer[_course_pb2.Enrollment]
    next_page_token: str
    def __init__(self, enrollments: _Optional[_Iterable[_Union[_course_pb2.Enrollment, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class EnrollInCourseRequest(_message.Message):
    __slots__ = ("course_id",)
    COURSE_ID_FIELD_NUMBER: _ClassVar[int]
    course_id: str
    def __init__(self, course_id: _Optional[str] = ...) -> None: ...

class EnrollInCourseResponse(_message.Message):
    __slots__ = ("enrollment",)
    ENROLLMENT_FIELD_NUMBER: _ClassVar[int]
    enrollment: _course_pb2.Enrollment
    def __init__(self, enrollment: _Optional[_Union[_course_pb2.Enrollment, _Mapping]] = ...) -> None: ...

class DropCourseRequest(_message.Message):
    __slots__ = ("course_id",)
    COURSE_ID_FIELD_NUMBER: _ClassVar[int]
    course_id: str
    def __init__(self, course_id: _Optional[str] = ...) -> None: ...

class DropCourseResponse(_message.Message):
    __slots__ = ("enrollment",)
    ENROLLMENT_FIELD_NUMBER: _ClassVar[int]
    enrollment: _course_pb2.Enrollment
    def __init__(self, enrollment: _Optional[_Union[_course_pb2.Enrollment, _Mapping]] = ...) -> None: ...

class ExportMyDataRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ExportMyDataResponse(_message.Message):
    __slots__ = ("header", "chunk")
    HEADER_FIELD_NUMBER: _ClassVar[int]
    CHUNK_FIELD_NUMBER: _ClassVar[int]
    header: ExportHeader
    chunk: bytes
    def __init__(self, header: _Optional[_Union[ExportHeader, _Mapping]] = ..., chunk: _Optional[bytes] = ...) -> None: ...

class ExportHeader(_message.Message):
    __slots__ = ("file_name", "media_type")
    FILE_NAME_FIELD_NUMBER: _ClassVar[int]
    MEDIA_TYPE_FIELD_NUMBER: _ClassVar[int]
    file_name: str
    media_type: str
    def __init__(self, file_name: _Optional[str] = ..., media_type: _Optional[str] = ...) -> None: ...

class ListAttendanceHistoryRequest(_message.Message):
    __slots__ = ("course_id", "page_size", "page_token", "appealed_only")
    COURSE_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    APPEALED_ONLY_FIELD_NUMBER: _ClassVar[int]
    course_id: str
    page_size: int
    page_token: str
    appealed_only: bool
    def __init__(self, course_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., appealed_only: _Optional[bool] = ...) -> None: ...

class ListAttendanceHistoryResponse(_message.Message):
    __slots__ = ("sessions", "next_page_token")
    SESSIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    sessions: _containers.RepeatedCompositeFieldContainer[PastSession]
    next_page_token: str
    def __init__(self, sessions: _Optional[_Iterable[_Union[PastSession, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class PastSession(_message.Message):
    __slots__ = ("session", "record_status", "late", "record_id", "absent", "appeal", "appeal_end_time")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    RECORD_STATUS_FIELD_NUMBER: _ClassVar[int]
    LATE_FIELD_NUMBER: _ClassVar[int]
    RECORD_ID_FIELD_NUMBER: _ClassVar[int]
    ABSENT_FIELD_NUMBER: _ClassVar[int]
    APPEAL_FIELD_NUMBER: _ClassVar[int]
    APPEAL_END_TIME_FIELD_NUMBER: _ClassVar[int]
    session: _attendance_session_pb2.SessionContext
    record_status: _attendance_record_pb2.RecordStatus
    late: bool
    record_id: str
    absent: bool
    appeal: _appeal_pb2.Appeal
    appeal_end_time: _timestamp_pb2.Timestamp
    def __init__(self, session: _Optional[_Union[_attendance_session_pb2.SessionContext, _Mapping]] = ..., record_status: _Optional[_Union[_attendance_record_pb2.RecordStatus, str]] = ..., late: _Optional[bool] = ..., record_id: _Optional[str] = ..., absent: _Optional[bool] = ..., appeal: _Optional[_Union[_appeal_pb2.Appeal, _Mapping]] = ..., appeal_end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class StudentServiceGetDashboardRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class StudentServiceGetDashboardResponse(_message.Message):
    __slots__ = ("courses", "open_session_count", "at_risk_threshold")
    COURSES_FIELD_NUMBER: _ClassVar[int]
    OPEN_SESSION_COUNT_FIELD_NUMBER: _ClassVar[int]
    AT_RISK_THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    courses: _containers.RepeatedCompositeFieldContainer[_attendance_figures_pb2.CourseFigures]
    open_session_count: int
    at_risk_threshold: float
    def __init__(self, courses: _Optional[_Iterable[_Union[_attendance_figures_pb2.CourseFigures, _Mapping]]] = ..., open_session_count: _Optional[int] = ..., at_risk_threshold: _Optional[float] = ...) -> None: ...

class FileAppealRequest(_message.Message):
    __slots__ = ("session_id", "text")
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    text: str
    def __init__(self, session_id: _Optional[str] = ..., text: _Optional[str] = ...) -> None: ...

class FileAppealResponse(_message.Message):
    __slots__ = ("appeal",)
    APPEAL_FIELD_NUMBER: _ClassVar[int]
    appeal: _appeal_pb2.Appeal
    def __init__(self, appeal: _Optional[_Union[_appeal_pb2.Appeal, _Mapping]] = ...) -> None: ...
