import datetime

from absense.v1 import access_pb2 as _access_pb2
from absense.v1 import appeal_pb2 as _appeal_pb2
from absense.v1 import attendance_export_pb2 as _attendance_export_pb2
from absense.v1 import attendance_figures_pb2 as _attendance_figures_pb2
from absense.v1 import attendance_record_pb2 as _attendance_record_pb2
from absense.v1 import attendance_session_pb2 as _attendance_session_pb2
from absense.v1 import audit_pb2 as _audit_pb2
from absense.v1 import course_pb2 as _course_pb2
from absense.v1 import course_claim_pb2 as _course_claim_pb2
from absense.v1 import device_pb2 as _device_pb2
from absense.v1 import face_pb2 as _face_pb2
from absense.v1 import file_import_pb2 as _file_import_pb2
from absense.v1 import image_pb2 as _image_pb2
from absense.v1 import institution_settings_pb2 as _institution_settings_pb2
from absense.v1 import role_pb2 as _role_pb2
from absense.v1 import term_pb2 as _term_pb2
from absense.v1 import user_pb2 as _user_pb2
from absense.v1 import verdict_pb2 as _verdict_pb2
from absense.v1 import verification_log_pb2 as _verification_log_pb2
from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import field_mask_pb2 as _field_mask_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class UserImportFormat(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    USER_IMPORT_FORMAT_UNSPECIFIED: _ClassVar[UserImportFormat]
    USER_IMPORT_FORMAT_CSV: _ClassVar[UserImportFormat]
    USER_IMPORT_FORMAT_ONEROSTER: _ClassVar[UserImportFormat]
USER_IMPORT_FORMAT_UNSPECIFIED: UserImportFormat
USER_IMPORT_FORMAT_CSV: UserImportFormat
USER_IMPORT_FORMAT_ONEROSTER: UserImportFormat

class GetFaceTemplateRequest(_message.Message):
    __slots__ = ("user_id",)
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    def __init__(self, user_id: _Optional[str] = ...) -> None: ...

class GetFaceTemplateResponse(_message.Message):
    __slots__ = ("template", "image_ids", "student")
    TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    IMAGE_IDS_FIELD_NUMBER: _ClassVar[int]
    STUDENT_FIELD_NUMBER: _ClassVar[int]
    template: _face_pb2.FaceTemplate
    image_ids: _containers.RepeatedScalarFieldContainer[str]
    student: _user_pb2.Person
    def __init__(self, template: _Optional[_Union[_face_pb2.FaceTemplate, _Mapping]] = ..., image_ids: _Optional[_Iterable[str]] = ..., student: _Optional[_Union[_user_pb2.Person, _Mapping]] = ...) -> None: ...

class VerifyFaceTemplateRequest(_message.Message):
    __slots__ = ("user_id", "template_id", "image_ids")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    IMAGE_IDS_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    template_id: str
    image_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, user_id: _Optional[str] = ..., template_id: _Optional[str] = ..., image_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class VerifyFaceTemplateResponse(_message.Message):
    __slots__ = ("template",)
    TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    template: _face_pb2.FaceTemplate
    def __init__(self, template: _Optional[_Union[_face_pb2.FaceTemplate, _Mapping]] = ...) -> None: ...

class ClearFaceReferenceRequest(_message.Message):
    __slots__ = ("user_id", "template_id", "reason")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    template_id: str
    reason: str
    def __init__(self, user_id: _Optional[str] = ..., template_id: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class ClearFaceReferenceResponse(_message.Message):
    __slots__ = ("erased",)
    ERASED_FIELD_NUMBER: _ClassVar[int]
    erased: _face_pb2.ErasedFace
    def __init__(self, erased: _Optional[_Union[_face_pb2.ErasedFace, _Mapping]] = ...) -> None: ...

class AdminServiceGetImageRequest(_message.Message):
    __slots__ = ("image_id", "accept_download_url")
    IMAGE_ID_FIELD_NUMBER: _ClassVar[int]
    ACCEPT_DOWNLOAD_URL_FIELD_NUMBER: _ClassVar[int]
    image_id: str
    accept_download_url: bool
    def __init__(self, image_id: _Optional[str] = ..., accept_download_url: _Optional[bool] = ...) -> None: ...

class AdminServiceGetImageResponse(_message.Message):
    __slots__ = ("header", "chunk")
    HEADER_FIELD_NUMBER: _ClassVar[int]
    CHUNK_FIELD_NUMBER: _ClassVar[int]
    header: _image_pb2.ImageHeader
    chunk: bytes
    def __init__(self, header: _Optional[_Union[_image_pb2.ImageHeader, _Mapping]] = ..., chunk: _Optional[bytes] = ...) -> None: ...

class ListUsersRequest(_message.Message):
    __slots__ = ("role", "states", "query", "page_size", "page_token")
    ROLE_FIELD_NUMBER: _ClassVar[int]
    STATES_FIELD_NUMBER: _ClassVar[int]
    QUERY_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    role: _role_pb2.Role
    states: _containers.RepeatedScalarFieldContainer[_user_pb2.UserState]
    query: str
    page_size: int
    page_token: str
    def __init__(self, role: _Optional[_Union[_role_pb2.Role, str]] = ..., states: _Optional[_Iterable[_Union[_user_pb2.UserState, str]]] = ..., query: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListUsersResponse(_message.Message):
    __slots__ = ("users", "next_page_token")
    USERS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    users: _containers.RepeatedCompositeFieldContainer[_user_pb2.User]
    next_page_token: str
    def __init__(self, users: _Optional[_Iterable[_Union[_user_pb2.User, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetUserRequest(_message.Message):
    __slots__ = ("user_id",)
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    def __init__(self, user_id: _Optional[str] = ...) -> None: ...

class GetUserResponse(_message.Message):
    __slots__ = ("user", "device")
    USER_FIELD_NUMBER: _ClassVar[int]
    DEVICE_FIELD_NUMBER: _ClassVar[int]
    user: _user_pb2.User
    device: _device_pb2.Device
    def __init__(self, user: _Optional[_Union[_user_pb2.User, _Mapping]] = ..., device: _Optional[_Union[_device_pb2.Device, _Mapping]] = ...) -> None: ...

class CreateUserRequest(_message.Message):
    __slots__ = ("email", "full_name", "role", "institution_number", "programme_id", "level", "request_id")
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    FULL_NAME_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    INSTITUTION_NUMBER_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    email: str
    full_name: str
    role: _role_pb2.Role
    institution_number: str
    programme_id: str
    level: int
    request_id: str
    def __init__(self, email: _Optional[str] = ..., full_name: _Optional[str] = ..., role: _Optional[_Union[_role_pb2.Role, str]] = ..., institution_number: _Optional[str] = ..., programme_id: _Optional[str] = ..., level: _Optional[int] = ..., request_id: _Optional[str] = ...) -> None: ...

class CreateUserResponse(_message.Message):
    __slots__ = ("user",)
    USER_FIELD_NUMBER: _ClassVar[int]
    user: _user_pb2.User
    def __init__(self, user: _Optional[_Union[_user_pb2.User, _Mapping]] = ...) -> None: ...

class UpdateUserRequest(_message.Message):
    __slots__ = ("user_id", "email", "full_name", "role", "state", "institution_number", "programme_id", "level", "update_mask")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    FULL_NAME_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    INSTITUTION_NUMBER_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    email: str
    full_name: str
    role: _role_pb2.Role
    state: _user_pb2.UserState
    institution_number: str
    programme_id: str
    level: int
    update_mask: _field_mask_pb2.FieldMask
    def __init__(self, user_id: _Optional[str] = ..., email: _Optional[str] = ..., full_name: _Optional[str] = ..., role: _Optional[_Union[_role_pb2.Role, str]] = ..., state: _Optional[_Union[_user_pb2.UserState, str]] = ..., institution_number: _Optional[str] = ..., programme_id: _Optional[str] = ..., level: _Optional[int] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ...) -> None: ...

class UpdateUserResponse(_message.Message):
    __slots__ = ("user",)
    USER_FIELD_NUMBER: _ClassVar[int]
    user: _user_pb2.User
    def __init__(self, user: _Optional[_Union[_user_pb2.User, _Mapping]] = ...) -> None: ...

class SendPasswordResetRequest(_message.Message):
    __slots__ = ("user_id",)
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    def __init__(self, user_id: _Optional[str] = ...) -> None: ...

class SendPasswordResetResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class EraseUserRequest(_message.Message):
    __slots__ = ("user_id", "reason")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    reason: str
    def __init__(self, user_id: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class EraseUserResponse(_message.Message):
    __slots__ = ("erased",)
    ERASED_FIELD_NUMBER: _ClassVar[int]
    erased: _user_pb2.ErasedAccount
    def __init__(self, erased: _Optional[_Union[_user_pb2.ErasedAccount, _Mapping]] = ...) -> None: ...

class ListDeviceResetRequestsRequest(_message.Message):
    __slots__ = ("state", "user_id", "page_size", "page_token")
    STATE_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    state: _device_pb2.DeviceResetState
    user_id: str
    page_size: int
    page_token: str
    def __init__(self, state: _Optional[_Union[_device_pb2.DeviceResetState, str]] = ..., user_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListDeviceResetRequestsResponse(_message.Message):
    __slots__ = ("reset_requests", "next_page_token")
    RESET_REQUESTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    reset_requests: _containers.RepeatedCompositeFieldContainer[_device_pb2.DeviceResetRequest]
    next_page_token: str
    def __init__(self, reset_requests: _Optional[_Iterable[_Union[_device_pb2.DeviceResetRequest, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ApproveDeviceResetRequest(_message.Message):
    __slots__ = ("reset_request_id", "note")
    RESET_REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    reset_request_id: str
    note: str
    def __init__(self, reset_request_id: _Optional[str] = ..., note: _Optional[str] = ...) -> None: ...

class ApproveDeviceResetResponse(_message.Message):
    __slots__ = ("reset_request",)
    RESET_REQUEST_FIELD_NUMBER: _ClassVar[int]
    reset_request: _device_pb2.DeviceResetRequest
    def __init__(self, reset_request: _Optional[_Union[_device_pb2.DeviceResetRequest, _Mapping]] = ...) -> None: ...

class RejectDeviceResetRequest(_message.Message):
    __slots__ = ("reset_request_id", "note")
    RESET_REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    reset_request_id: str
    note: str
    def __init__(self, reset_request_id: _Optional[str] = ..., note: _Optional[str] = ...) -> None: ...

class RejectDeviceResetResponse(_message.Message):
    __slots__ = ("reset_request",)
    RESET_REQUEST_FIELD_NUMBER: _ClassVar[int]
    reset_request: _device_pb2.DeviceResetRequest
    def __init__(self, reset_request: _Optional[_Union[_device_pb2.DeviceResetRequest, _Mapping]] = ...) -> None: ...

class AdminServiceListFlaggedRequest(_message.Message):
    __slots__ = ("session_id", "course_id", "term_id", "attention", "page_size", "page_token", "include_pending")
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    COURSE_ID_FIELD_NUMBER: _ClassVar[int]
    TERM_ID_FIELD_NUMBER: _ClassVar[int]
    ATTENTION_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_PENDING_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    course_id: str
    term_id: str
    attention: _attendance_record_pb2.Attention
    page_size: int
    page_token: str
    include_pending: bool
    def __init__(self, session_id: _Optional[str] = ..., course_id: _Optional[str] = ..., term_id: _Optional[str] = ..., attention: _Optional[_Union[_attendance_record_pb2.Attention, str]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., include_pending: _Optional[bool] = ...) -> None: ...

class AdminServiceListFlaggedResponse(_message.Message):
    __slots__ = ("records", "next_page_token")
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    records: _containers.RepeatedCompositeFieldContainer[_attendance_record_pb2.AttendanceRecord]
    next_page_token: str
    def __init__(self, records: _Optional[_Iterable[_Union[_attendance_record_pb2.AttendanceRecord, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class SetAttendanceStatusRequest(_message.Message):
    __slots__ = ("record_id", "session_student", "late", "status", "expected_revision", "reason")
    RECORD_ID_FIELD_NUMBER: _ClassVar[int]
    SESSION_STUDENT_FIELD_NUMBER: _ClassVar[int]
    LATE_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_REVISION_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    record_id: str
    session_student: SessionStudent
    late: bool
    status: _attendance_record_pb2.RecordStatus
    expected_revision: int
    reason: str
    def __init__(self, record_id: _Optional[str] = ..., session_student: _Optional[_Union[SessionStudent, _Mapping]] = ..., late: _Optional[bool] = ..., status: _Optional[_Union[_attendance_record_pb2.RecordStatus, str]] = ..., expected_revision: _Optional[int] = ..., reason: _Optional[str] = ...) -> None: ...

class SessionStudent(_message.Message):
    __slots__ = ("session_id", "student_id")
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    STUDENT_ID_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    student_id: str
    def __init__(self, session_id: _Optional[str] = ..., student_id: _Optional[str] = ...) -> None: ...

class SetAttendanceStatusResponse(_message.Message):
    __slots__ = ("record",)
    RECORD_FIELD_NUMBER: _ClassVar[int]
    record: _attendance_record_pb2.AttendanceRecord
    def __init__(self, record: _Optional[_Union[_attendance_record_pb2.AttendanceRecord, _Mapping]] = ...) -> None: ...

class VerifyAttendanceRequest(_message.Message):
    __slots__ = ("record_id", "expected_revision", "confirm", "reason")
    RECORD_ID_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_REVISION_FIELD_NUMBER: _ClassVar[int]
    CONFIRM_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    record_id: str
    expected_revision: int
    confirm: bool
    reason: str
    def __init__(self, record_id: _Optional[str] = ..., expected_revision: _Optional[int] = ..., confirm: _Optional[bool] = ..., reason: _Optional[str] = ...) -> None: ...

class VerifyAttendanceResponse(_message.Message):
    __slots__ = ("record",)
    RECORD_FIELD_NUMBER: _ClassVar[int]
    record: _attendance_record_pb2.AttendanceRecord
    def __init__(self, record: _Optional[_Union[_attendance_record_pb2.AttendanceRecord, _Mapping]] = ...) -> None: ...

class AdminServiceListAppealsRequest(_message.Message):
    __slots__ = ("course_id", "state", "page_size", "page_token", "term_id")
    COURSE_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    TERM_ID_FIELD_NUMBER: _ClassVar[int]
    course_id: str
    state: _appeal_pb2.AppealState
    page_size: int
    page_token: str
    term_id: str
    def __init__(self, course_id: _Optional[str] = ..., state: _Optional[_Union[_appeal_pb2.AppealState, str]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., term_id: _Optional[str] = ...) -> None: ...

class AdminServiceListAppealsResponse(_message.Message):
    __slots__ = ("appeals", "next_page_token")
    APPEALS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    appeals: _containers.RepeatedCompositeFieldContainer[_appeal_pb2.Appeal]
    next_page_token: str
    def __init__(self, appeals: _Optional[_Iterable[_Union[_appeal_pb2.Appeal, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class AdminServiceDecideAppealRequest(_message.Message):
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

class AdminServiceDecideAppealResponse(_message.Message):
    __slots__ = ("appeal", "record")
    APPEAL_FIELD_NUMBER: _ClassVar[int]
    RECORD_FIELD_NUMBER: _ClassVar[int]
    appeal: _appeal_pb2.Appeal
    record: _attendance_record_pb2.AttendanceRecord
    def __init__(self, appeal: _Optional[_Union[_appeal_pb2.Appeal, _Mapping]] = ..., record: _Optional[_Union[_attendance_record_pb2.AttendanceRecord, _Mapping]] = ...) -> None: ...

class ImportUsersRequest(_message.Message):
    __slots__ = ("header", "chunk")
    HEADER_FIELD_NUMBER: _ClassVar[int]
    CHUNK_FIELD_NUMBER: _ClassVar[int]
    header: ImportUsersHeader
    chunk: bytes
    def __init__(self, header: _Optional[_Union[ImportUsersHeader, _Mapping]] = ..., chunk: _Optional[bytes] = ...) -> None: ...

class ImportUsersHeader(_message.Message):
    __slots__ = ("format", "file", "dry_run", "send_invitations")
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    FILE_FIELD_NUMBER: _ClassVar[int]
    DRY_RUN_FIELD_NUMBER: _ClassVar[int]
    SEND_INVITATIONS_FIELD_NUMBER: _ClassVar[int]
    format: UserImportFormat
    file: _file_import_pb2.ImportFile
    dry_run: bool
    send_invitations: bool
    def __init__(self, format: _Optional[_Union[UserImportFormat, str]] = ..., file: _Optional[_Union[_file_import_pb2.ImportFile, _Mapping]] = ..., dry_run: _Optional[bool] = ..., send_invitations: _Optional[bool] = ...) -> None: ...

class ImportUsersResponse(_message.Message):
    __slots__ = ("report",)
    REPORT_FIELD_NUMBER: _ClassVar[int]
    report: _file_import_pb2.ImportReport
    def __init__(self, report: _Optional[_Union[_file_import_pb2.ImportReport, _Mapping]] = ...) -> None: ...

class ImportUsersInlineRequest(_message.Message):
    __slots__ = ("header", "file")
    HEADER_FIELD_NUMBER: _ClassVar[int]
    FILE_FIELD_NUMBER: _ClassVar[int]
    header: ImportUsersHeader
    file: bytes
    def __init__(self, header: _Optional[_Union[ImportUsersHeader, _Mapping]] = ..., file: _Optional[bytes] = ...) -> None: ...

class ImportUsersInlineResponse(_message.Message):
    __slots__ = ("report",)
    REPORT_FIELD_NUMBER: _ClassVar[int]
    report: _file_import_pb2.ImportReport
    def __init__(self, report: _Optional[_Union[_file_import_pb2.ImportReport, _Mapping]] = ...) -> None: ...

class AdminServiceListSessionsRequest(_message.Message):
    __slots__ = ("course_id", "states", "from_time", "until_time", "page_size", "page_token", "term_id")
    COURSE_ID_FIELD_NUMBER: _ClassVar[int]
    STATES_FIELD_NUMBER: _ClassVar[int]
    FROM_TIME_FIELD_NUMBER: _ClassVar[int]
    UNTIL_TIME_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    TERM_ID_FIELD_NUMBER: _ClassVar[int]
    course_id: str
    states: _containers.RepeatedScalarFieldContainer[_attendance_session_pb2.SessionState]
    from_time: _timestamp_pb2.Timestamp
    until_time: _timestamp_pb2.Timestamp
    page_size: int
    page_token: str
    term_id: str
    def __init__(self, course_id: _Optional[str] = ..., states: _Optional[_Iterable[_Union[_attendance_session_pb2.SessionState, str]]] = ..., from_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., until_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., term_id: _Optional[str] = ...) -> None: ...

class AdminServiceListSessionsResponse(_message.Message):
    __slots__ = ("sessions", "next_page_token")
    SESSIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    sessions: _containers.RepeatedCompositeFieldContainer[_attendance_session_pb2.AttendanceSession]
    next_page_token: str
    def __init__(self, sessions: _Optional[_Iterable[_Union[_attendance_session_pb2.AttendanceSession, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class AdminServiceGetSessionRequest(_message.Message):
    __slots__ = ("session_id",)
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    def __init__(self, session_id: _Optional[str] = ...) -> None: ...

class AdminServiceGetSessionResponse(_message.Message):
    __slots__ = ("session",)
    SESSION_FIELD_NUMBER: _ClassVar[int]
    session: _attendance_session_pb2.AttendanceSession
    def __init__(self, session: _Optional[_Union[_attendance_session_pb2.AttendanceSession, _Mapping]] = ...) -> None: ...

class AdminServiceCloseSessionRequest(_message.Message):
    __slots__ = ("session_id",)
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    def __init__(self, session_id: _Optional[str] = ...) -> None: ...

class AdminServiceCloseSessionResponse(_message.Message):
    __slots__ = ("session",)
    SESSION_FIELD_NUMBER: _ClassVar[int]
    session: _attendance_session_pb2.AttendanceSession
    def __init__(self, session: _Optional[_Union[_attendance_session_pb2.AttendanceSession, _Mapping]] = ...) -> None: ...

class AdminServiceCancelSessionRequest(_message.Message):
    __slots__ = ("session_id", "reason")
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    reason: str
    def __init__(self, session_id: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class AdminServiceCancelSessionResponse(_message.Message):
    __slots__ = ("session",)
    SESSION_FIELD_NUMBER: _ClassVar[int]
    session: _attendance_session_pb2.AttendanceSession
    def __init__(self, session: _Optional[_Union[_attendance_session_pb2.AttendanceSession, _Mapping]] = ...) -> None: ...

class AdminServiceGetAttendanceRecordRequest(_message.Message):
    __slots__ = ("record_id",)
    RECORD_ID_FIELD_NUMBER: _ClassVar[int]
    record_id: str
    def __init__(self, record_id: _Optional[str] = ...) -> None: ...

class AdminServiceGetAttendanceRecordResponse(_message.Message):
    __slots__ = ("record",)
    RECORD_FIELD_NUMBER: _ClassVar[int]
    record: _attendance_record_pb2.AttendanceRecord
    def __init__(self, record: _Optional[_Union[_attendance_record_pb2.AttendanceRecord, _Mapping]] = ...) -> None: ...

class AdminServiceListAttendanceRequest(_message.Message):
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

class AdminServiceListAttendanceResponse(_message.Message):
    __slots__ = ("records", "next_page_token")
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    records: _containers.RepeatedCompositeFieldContainer[_attendance_record_pb2.AttendanceRecord]
    next_page_token: str
    def __init__(self, records: _Optional[_Iterable[_Union[_attendance_record_pb2.AttendanceRecord, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class AdminServiceExportAttendanceRequest(_message.Message):
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

class AdminServiceExportAttendanceResponse(_message.Message):
    __slots__ = ("header", "chunk")
    HEADER_FIELD_NUMBER: _ClassVar[int]
    CHUNK_FIELD_NUMBER: _ClassVar[int]
    header: _attendance_export_pb2.AttendanceExportHeader
    chunk: bytes
    def __init__(self, header: _Optional[_Union[_attendance_export_pb2.AttendanceExportHeader, _Mapping]] = ..., chunk: _Optional[bytes] = ...) -> None: ...

class AdminServiceListCoursesRequest(_message.Message):
    __slots__ = ("term_id", "query", "include_archived", "without_lecturers", "page_size", "page_token")
    TERM_ID_FIELD_NUMBER: _ClassVar[int]
    QUERY_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_ARCHIVED_FIELD_NUMBER: _ClassVar[int]
    WITHOUT_LECTURERS_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    term_id: str
    query: str
    include_archived: bool
    without_lecturers: bool
    page_size: int
    page_token: str
    def __init__(self, term_id: _Optional[str] = ..., query: _Optional[str] = ..., include_archived: _Optional[bool] = ..., without_lecturers: _Optional[bool] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class AdminServiceListCoursesResponse(_message.Message):
    __slots__ = ("courses", "next_page_token")
    COURSES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    courses: _containers.RepeatedCompositeFieldContainer[_course_pb2.Course]
    next_page_token: str
    def __init__(self, courses: _Optional[_Iterable[_Union[_course_pb2.Course, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class AdminServiceCreateCourseRequest(_message.Message):
    __slots__ = ("request_id", "code", "title", "term_id", "level", "programme_ids", "enrollment_open", "enrollment_start_time", "enrollment_end_time", "lecturer_ids")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    TERM_ID_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_IDS_FIELD_NUMBER: _ClassVar[int]
    ENROLLMENT_OPEN_FIELD_NUMBER: _ClassVar[int]
    ENROLLMENT_START_TIME_FIELD_NUMBER: _ClassVar[int]
    ENROLLMENT_END_TIME_FIELD_NUMBER: _ClassVar[int]
    LECTURER_IDS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    code: str
    title: str
    term_id: str
    level: int
    programme_ids: _containers.RepeatedScalarFieldContainer[str]
    enrollment_open: bool
    enrollment_start_time: _timestamp_pb2.Timestamp
    enrollment_end_time: _timestamp_pb2.Timestamp
    lecturer_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, request_id: _Optional[str] = ..., code: _Optional[str] = ..., title: _Optional[str] = ..., term_id: _Optional[str] = ..., level: _Optional[int] = ..., programme_ids: _Optional[_Iterable[str]] = ..., enrollment_open: _Optional[bool] = ..., enrollment_start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., enrollment_end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., lecturer_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class AdminServiceCreateCourseResponse(_message.Message):
    __slots__ = ("course",)
    COURSE_FIELD_NUMBER: _ClassVar[int]
    course: _course_pb2.Course
    def __init__(self, course: _Optional[_Union[_course_pb2.Course, _Mapping]] = ...) -> None: ...

class AdminServiceUpdateCourseRequest(_message.Message):
    __slots__ = ("course_id", "code", "title", "level", "programme_ids", "enrollment_open", "enrollment_start_time", "enrollment_end_time", "lecturer_ids", "archived", "update_mask", "expected_revision")
    COURSE_ID_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_IDS_FIELD_NUMBER: _ClassVar[int]
    ENROLLMENT_OPEN_FIELD_NUMBER: _ClassVar[int]
    ENROLLMENT_START_TIME_FIELD_NUMBER: _ClassVar[int]
    ENROLLMENT_END_TIME_FIELD_NUMBER: _ClassVar[int]
    LECTURER_IDS_FIELD_NUMBER: _ClassVar[int]
    ARCHIVED_FIELD_NUMBER: _ClassVar[int]
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
    lecturer_ids: _containers.RepeatedScalarFieldContainer[str]
    archived: bool
    update_mask: _field_mask_pb2.FieldMask
    expected_revision: int
    def __init__(self, course_id: _Optional[str] = ..., code: _Optional[str] = ..., title: _Optional[str] = ..., level: _Optional[int] = ..., programme_ids: _Optional[_Iterable[str]] = ..., enrollment_open: _Optional[bool] = ..., enrollment_start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., enrollment_end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., lecturer_ids: _Optional[_Iterable[str]] = ..., archived: _Optional[bool] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., expected_revision: _Optional[int] = ...) -> None: ...

class AdminServiceUpdateCourseResponse(_message.Message):
    __slots__ = ("course",)
    COURSE_FIELD_NUMBER: _ClassVar[int]
    course: _course_pb2.Course
    def __init__(self, course: _Optional[_Union[_course_pb2.Course, _Mapping]] = ...) -> None: ...

class ArchiveCourseRequest(_message.Message):
    __slots__ = ("course_id",)
    COURSE_ID_FIELD_NUMBER: _ClassVar[int]
    course_id: str
    def __init__(self, course_id: _Optional[str] = ...) -> None: ...

class ArchiveCourseResponse(_message.Message):
    __slots__ = ("course",)
    COURSE_FIELD_NUMBER: _ClassVar[int]
    course: _course_pb2.Course
    def __init__(self, course: _Optional[_Union[_course_pb2.Course, _Mapping]] = ...) -> None: ...

class ListCourseClaimsRequest(_message.Message):
    __slots__ = ("state", "page_size", "page_token")
    STATE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    state: _course_claim_pb2.CourseClaimState
    page_size: int
    page_token: str
    def __init__(self, state: _Optional[_Union[_course_claim_pb2.CourseClaimState, str]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListCourseClaimsResponse(_message.Message):
    __slots__ = ("course_claims", "next_page_token")
    COURSE_CLAIMS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    course_claims: _containers.RepeatedCompositeFieldContainer[_course_claim_pb2.CourseClaim]
    next_page_token: str
    def __init__(self, course_claims: _Optional[_Iterable[_Union[_course_claim_pb2.CourseClaim, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ApproveCourseClaimRequest(_message.Message):
    __slots__ = ("course_claim_id", "note")
    COURSE_CLAIM_ID_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    course_claim_id: str
    note: str
    def __init__(self, course_claim_id: _Optional[str] = ..., note: _Optional[str] = ...) -> None: ...

class ApproveCourseClaimResponse(_message.Message):
    __slots__ = ("course_claim",)
    COURSE_CLAIM_FIELD_NUMBER: _ClassVar[int]
    course_claim: _course_claim_pb2.CourseClaim
    def __init__(self, course_claim: _Optional[_Union[_course_claim_pb2.CourseClaim, _Mapping]] = ...) -> None: ...

class RejectCourseClaimRequest(_message.Message):
    __slots__ = ("course_claim_id", "note")
    COURSE_CLAIM_ID_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    course_claim_id: str
    note: str
    def __init__(self, course_claim_id: _Optional[str] = ..., note: _Optional[str] = ...) -> None: ...

class RejectCourseClaimResponse(_message.Message):
    __slots__ = ("course_claim",)
    COURSE_CLAIM_FIELD_NUMBER: _ClassVar[int]
    course_claim: _course_claim_pb2.CourseClaim
    def __init__(self, course_claim: _Optional[_Union[_course_claim_pb2.CourseClaim, _Mapping]] = ...) -> None: ...

class ListProgrammesRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListProgrammesResponse(_message.Message):
    __slots__ = ("programmes", "next_page_token")
    PROGRAMMES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    programmes: _containers.RepeatedCompositeFieldContainer[_term_pb2.Programme]
    next_page_token: str
    def __init__(self, programmes: _Optional[_Iterable[_Union[_term_pb2.Programme, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class CreateProgrammeRequest(_message.Message):
    __slots__ = ("code", "name")
    CODE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    code: str
    name: str
    def __init__(self, code: _Optional[str] = ..., name: _Optional[str] = ...) -> None: ...

class CreateProgrammeResponse(_message.Message):
    __slots__ = ("programme",)
    PROGRAMME_FIELD_NUMBER: _ClassVar[int]
    programme: _term_pb2.Programme
    def __init__(self, programme: _Optional[_Union[_term_pb2.Programme, _Mapping]] = ...) -> None: ...

class DeleteProgrammeRequest(_message.Message):
    __slots__ = ("programme_id",)
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    def __init__(self, programme_id: _Optional[str] = ...) -> None: ...

class DeleteProgrammeResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListTermsRequest(_message.Message):
    __slots__ = ("state", "page_size", "page_token")
    STATE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    state: _term_pb2.TermState
    page_size: int
    page_token: str
    def __init__(self, state: _Optional[_Union[_term_pb2.TermState, str]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListTermsResponse(_message.Message):
    __slots__ = ("terms", "next_page_token")
    TERMS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    terms: _containers.RepeatedCompositeFieldContainer[_term_pb2.Term]
    next_page_token: str
    def __init__(self, terms: _Optional[_Iterable[_Union[_term_pb2.Term, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class CreateTermRequest(_message.Message):
    __slots__ = ("request_id", "name", "start_time", "end_time")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    name: str
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    def __init__(self, request_id: _Optional[str] = ..., name: _Optional[str] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class CreateTermResponse(_message.Message):
    __slots__ = ("term",)
    TERM_FIELD_NUMBER: _ClassVar[int]
    term: _term_pb2.Term
    def __init__(self, term: _Optional[_Union[_term_pb2.Term, _Mapping]] = ...) -> None: ...

class UpdateTermRequest(_message.Message):
    __slots__ = ("term_id", "name", "start_time", "end_time", "update_mask")
    TERM_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    term_id: str
    name: str
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    update_mask: _field_mask_pb2.FieldMask
    def __init__(self, term_id: _Optional[str] = ..., name: _Optional[str] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ...) -> None: ...

class UpdateTermResponse(_message.Message):
    __slots__ = ("term",)
    TERM_FIELD_NUMBER: _ClassVar[int]
    term: _term_pb2.Term
    def __init__(self, term: _Optional[_Union[_term_pb2.Term, _Mapping]] = ...) -> None: ...

class CloseTermRequest(_message.Message):
    __slots__ = ("term_id", "dry_run")
    TERM_ID_FIELD_NUMBER: _ClassVar[int]
    DRY_RUN_FIELD_NUMBER: _ClassVar[int]
    term_id: str
    dry_run: bool
    def __init__(self, term_id: _Optional[str] = ..., dry_run: _Optional[bool] = ...) -> None: ...

class CloseTermResponse(_message.Message):
    __slots__ = ("term", "undecided_record_count", "pending_appeal_count", "unfinished_session_count")
    TERM_FIELD_NUMBER: _ClassVar[int]
    UNDECIDED_RECORD_COUNT_FIELD_NUMBER: _ClassVar[int]
    PENDING_APPEAL_COUNT_FIELD_NUMBER: _ClassVar[int]
    UNFINISHED_SESSION_COUNT_FIELD_NUMBER: _ClassVar[int]
    term: _term_pb2.Term
    undecided_record_count: int
    pending_appeal_count: int
    unfinished_session_count: int
    def __init__(self, term: _Optional[_Union[_term_pb2.Term, _Mapping]] = ..., undecided_record_count: _Optional[int] = ..., pending_appeal_count: _Optional[int] = ..., unfinished_session_count: _Optional[int] = ...) -> None: ...

class GetSettingsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetSettingsResponse(_message.Message):
    __slots__ = ("settings", "current_term", "effective_policy", "max_selfie_retention_days", "max_face_retention_days")
    SETTINGS_FIELD_NUMBER: _ClassVar[int]
    CURRENT_TERM_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_POLICY_FIELD_NUMBER: _ClassVar[int]
    MAX_SELFIE_RETENTION_DAYS_FIELD_NUMBER: _ClassVar[int]
    MAX_FACE_RETENTION_DAYS_FIELD_NUMBER: _ClassVar[int]
    settings: _institution_settings_pb2.InstitutionSettings
    current_term: _term_pb2.Term
    effective_policy: _attendance_session_pb2.CheckPolicy
    max_selfie_retention_days: int
    max_face_retention_days: int
    def __init__(self, settings: _Optional[_Union[_institution_settings_pb2.InstitutionSettings, _Mapping]] = ..., current_term: _Optional[_Union[_term_pb2.Term, _Mapping]] = ..., effective_policy: _Optional[_Union[_attendance_session_pb2.CheckPolicy, _Mapping]] = ..., max_selfie_retention_days: _Optional[int] = ..., max_face_retention_days: _Optional[int] = ...) -> None: ...

class UpdateSettingsRequest(_message.Message):
    __slots__ = ("settings", "update_mask")
    SETTINGS_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    settings: _institution_settings_pb2.InstitutionSettings
    update_mask: _field_mask_pb2.FieldMask
    def __init__(self, settings: _Optional[_Union[_institution_settings_pb2.InstitutionSettings, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ...) -> None: ...

class UpdateSettingsResponse(_message.Message):
    __slots__ = ("settings",)
    SETTINGS_FIELD_NUMBER: _ClassVar[int]
    settings: _institution_settings_pb2.InstitutionSettings
    def __init__(self, settings: _Optional[_Union[_institution_settings_pb2.InstitutionSettings, _Mapping]] = ...) -> None: ...

class GetAnalyticsRequest(_message.Message):
    __slots__ = ("from_time", "until_time", "interval")
    FROM_TIME_FIELD_NUMBER: _ClassVar[int]
    UNTIL_TIME_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_FIELD_NUMBER: _ClassVar[int]
    from_time: _timestamp_pb2.Timestamp
    until_time: _timestamp_pb2.Timestamp
    interval: _attendance_figures_pb2.ReportInterval
    def __init__(self, from_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., until_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., interval: _Optional[_Union[_attendance_figures_pb2.ReportInterval, str]] = ...) -> None: ...

class GetAnalyticsResponse(_message.Message):
    __slots__ = ("session_count", "figures", "intervals", "verdicts", "refresh_time")
    SESSION_COUNT_FIELD_NUMBER: _ClassVar[int]
    FIGURES_FIELD_NUMBER: _ClassVar[int]
    INTERVALS_FIELD_NUMBER: _ClassVar[int]
    VERDICTS_FIELD_NUMBER: _ClassVar[int]
    REFRESH_TIME_FIELD_NUMBER: _ClassVar[int]
    session_count: int
    figures: _attendance_figures_pb2.AttendanceFigures
    intervals: _containers.RepeatedCompositeFieldContainer[_attendance_figures_pb2.IntervalFigures]
    verdicts: _containers.RepeatedCompositeFieldContainer[_attendance_figures_pb2.VerdictCount]
    refresh_time: _timestamp_pb2.Timestamp
    def __init__(self, session_count: _Optional[int] = ..., figures: _Optional[_Union[_attendance_figures_pb2.AttendanceFigures, _Mapping]] = ..., intervals: _Optional[_Iterable[_Union[_attendance_figures_pb2.IntervalFigures, _Mapping]]] = ..., verdicts: _Optional[_Iterable[_Union[_attendance_figures_pb2.VerdictCount, _Mapping]]] = ..., refresh_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ListVerificationLogsRequest(_message.Message):
    __slots__ = ("student_id", "outcome", "kind", "from_time", "until_time", "page_size", "page_token")
    STUDENT_ID_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    FROM_TIME_FIELD_NUMBER: _ClassVar[int]
    UNTIL_TIME_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    student_id: str
    outcome: _verdict_pb2.Outcome
    kind: _verification_log_pb2.MatchKind
    from_time: _timestamp_pb2.Timestamp
    until_time: _timestamp_pb2.Timestamp
    page_size: int
    page_token: str
    def __init__(self, student_id: _Optional[str] = ..., outcome: _Optional[_Union[_verdict_pb2.Outcome, str]] = ..., kind: _Optional[_Union[_verification_log_pb2.MatchKind, str]] = ..., from_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., until_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListVerificationLogsResponse(_message.Message):
    __slots__ = ("verification_logs", "next_page_token")
    VERIFICATION_LOGS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    verification_logs: _containers.RepeatedCompositeFieldContainer[_verification_log_pb2.VerificationLog]
    next_page_token: str
    def __init__(self, verification_logs: _Optional[_Iterable[_Union[_verification_log_pb2.VerificationLog, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListAuditEventsRequest(_message.Message):
    __slots__ = ("actor_id", "subject_id", "actions", "from_time", "until_time", "page_size", "page_token")
    ACTOR_ID_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTIONS_FIELD_NUMBER: _ClassVar[int]
    FROM_TIME_FIELD_NUMBER: _ClassVar[int]
    UNTIL_TIME_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    actor_id: str
    subject_id: str
    actions: _containers.RepeatedScalarFieldContainer[_audit_pb2.AuditAction]
    from_time: _timestamp_pb2.Timestamp
    until_time: _timestamp_pb2.Timestamp
    page_size: int
    page_token: str
    def __init__(self, actor_id: _Optional[str] = ..., subject_id: _Optional[str] = ..., actions: _Optional[_Iterable[_Union[_audit_pb2.AuditAction, str]]] = ..., from_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., until_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListAuditEventsResponse(_message.Message):
    __slots__ = ("events", "next_page_token")
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    events: _containers.RepeatedCompositeFieldContainer[_audit_pb2.AuditEvent]
    next_page_token: str
    def __init__(self, events: _Optional[_Iterable[_Union[_audit_pb2.AuditEvent, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class VerifyAuditLogRequest(_message.Message):
    __slots__ = ("from_number", "known_number", "known_seal")
    FROM_NUMBER_FIELD_NUMBER: _ClassVar[int]
    KNOWN_NUMBER_FIELD_NUMBER: _ClassVar[int]
    KNOWN_SEAL_FIELD_NUMBER: _ClassVar[int]
    from_number: int
    known_number: int
    known_seal: bytes
    def __init__(self, from_number: _Optional[int] = ..., known_number: _Optional[int] = ..., known_seal: _Optional[bytes] = ...) -> None: ...

class VerifyAuditLogResponse(_message.Message):
    __slots__ = ("first_number", "last_number", "last_seal", "next_number", "checked_count", "erased_count", "unsealed_count", "broken")
    FIRST_NUMBER_FIELD_NUMBER: _ClassVar[int]
    LAST_NUMBER_FIELD_NUMBER: _ClassVar[int]
    LAST_SEAL_FIELD_NUMBER: _ClassVar[int]
    NEXT_NUMBER_FIELD_NUMBER: _ClassVar[int]
    CHECKED_COUNT_FIELD_NUMBER: _ClassVar[int]
    ERASED_COUNT_FIELD_NUMBER: _ClassVar[int]
    UNSEALED_COUNT_FIELD_NUMBER: _ClassVar[int]
    BROKEN_FIELD_NUMBER: _ClassVar[int]
    first_number: int
    last_number: int
    last_seal: bytes
    next_number: int
    checked_count: int
    erased_count: int
    unsealed_count: int
    broken: _audit_pb2.AuditBreak
    def __init__(self, first_number: _Optional[int] = ..., last_number: _Optional[int] = ..., last_seal: _Optional[bytes] = ..., next_number: _Optional[int] = ..., checked_count: _Optional[int] = ..., erased_count: _Optional[int] = ..., unsealed_count: _Optional[int] = ..., broken: _Optional[_Union[_audit_pb2.AuditBreak, _Mapping]] = ...) -> None: ...
