import datetime

from absense.v1 import user_pb2 as _user_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AuditAction(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    AUDIT_ACTION_UNSPECIFIED: _ClassVar[AuditAction]
    AUDIT_ACTION_USER_REGISTERED: _ClassVar[AuditAction]
    AUDIT_ACTION_USER_CREATED: _ClassVar[AuditAction]
    AUDIT_ACTION_REGISTRATION_EXPIRED: _ClassVar[AuditAction]
    AUDIT_ACTION_SIGNED_IN: _ClassVar[AuditAction]
    AUDIT_ACTION_SIGN_IN_REFUSED: _ClassVar[AuditAction]
    AUDIT_ACTION_REAUTHENTICATED: _ClassVar[AuditAction]
    AUDIT_ACTION_SIGN_IN_ENDED: _ClassVar[AuditAction]
    AUDIT_ACTION_REFRESH_TOKEN_REUSED: _ClassVar[AuditAction]
    AUDIT_ACTION_EMAIL_CONFIRMED: _ClassVar[AuditAction]
    AUDIT_ACTION_PROFILE_CHANGED: _ClassVar[AuditAction]
    AUDIT_ACTION_PASSWORD_CHANGED: _ClassVar[AuditAction]
    AUDIT_ACTION_PASSWORD_RESET: _ClassVar[AuditAction]
    AUDIT_ACTION_PASSWORD_RESET_REQUESTED: _ClassVar[AuditAction]
    AUDIT_ACTION_MAIL_SENT: _ClassVar[AuditAction]
    AUDIT_ACTION_USER_CHANGED: _ClassVar[AuditAction]
    AUDIT_ACTION_USER_ERASED: _ClassVar[AuditAction]
    AUDIT_ACTION_IDENTITY_ERASED: _ClassVar[AuditAction]
    AUDIT_ACTION_DATA_EXPORTED: _ClassVar[AuditAction]
    AUDIT_ACTION_DEVICE_BOUND: _ClassVar[AuditAction]
    AUDIT_ACTION_DEVICE_RESET_REQUESTED: _ClassVar[AuditAction]
    AUDIT_ACTION_DEVICE_RESET_APPROVED: _ClassVar[AuditAction]
    AUDIT_ACTION_DEVICE_RESET_REJECTED: _ClassVar[AuditAction]
    AUDIT_ACTION_COURSE_CREATED: _ClassVar[AuditAction]
    AUDIT_ACTION_ENROLLED: _ClassVar[AuditAction]
    AUDIT_ACTION_ENROLLMENT_ENDED: _ClassVar[AuditAction]
    AUDIT_ACTION_SESSION_CREATED: _ClassVar[AuditAction]
    AUDIT_ACTION_SESSION_CLOSED: _ClassVar[AuditAction]
    AUDIT_ACTION_SESSION_CANCELLED: _ClassVar[AuditAction]
    AUDIT_ACTION_SESSION_SEALED: _ClassVar[AuditAction]
    AUDIT_ACTION_QR_ROTATED: _ClassVar[AuditAction]
    AUDIT_ACTION_CLAIM_KEPT: _ClassVar[AuditAction]
    AUDIT_ACTION_CLAIM_REFUSED: _ClassVar[AuditAction]
    AUDIT_ACTION_SCAN_REFUSED: _ClassVar[AuditAction]
    AUDIT_ACTION_RECORD_JUDGED_AGAIN: _ClassVar[AuditAction]
    AUDIT_ACTION_RECORD_CONFIRMED: _ClassVar[AuditAction]
    AUDIT_ACTION_IMAGE_SEEN: _ClassVar[AuditAction]
    AUDIT_ACTION_FACE_ENROLLED: _ClassVar[AuditAction]
    AUDIT_ACTION_FACE_VIEW_ADDED: _ClassVar[AuditAction]
    AUDIT_ACTION_FACE_REPLACED: _ClassVar[AuditAction]
    AUDIT_ACTION_FACE_CONSENT_WITHDRAWN: _ClassVar[AuditAction]
    AUDIT_ACTION_FACE_CLEARED: _ClassVar[AuditAction]
    AUDIT_ACTION_FACE_VERIFIED: _ClassVar[AuditAction]
    AUDIT_ACTION_FACE_EXPIRED: _ClassVar[AuditAction]
    AUDIT_ACTION_SELFIE_ERASED: _ClassVar[AuditAction]
    AUDIT_ACTION_RECORD_VERIFIED: _ClassVar[AuditAction]
    AUDIT_ACTION_COURSE_CHANGED: _ClassVar[AuditAction]
    AUDIT_ACTION_COURSE_ARCHIVED: _ClassVar[AuditAction]
    AUDIT_ACTION_COURSE_CLAIMED: _ClassVar[AuditAction]
    AUDIT_ACTION_COURSE_CLAIM_APPROVED: _ClassVar[AuditAction]
    AUDIT_ACTION_COURSE_CLAIM_REJECTED: _ClassVar[AuditAction]
    AUDIT_ACTION_LECTURER_ADDED: _ClassVar[AuditAction]
    AUDIT_ACTION_LECTURER_REMOVED: _ClassVar[AuditAction]
    AUDIT_ACTION_PROGRAMME_CREATED: _ClassVar[AuditAction]
    AUDIT_ACTION_PROGRAMME_DELETED: _ClassVar[AuditAction]
    AUDIT_ACTION_TERM_CREATED: _ClassVar[AuditAction]
    AUDIT_ACTION_TERM_CLOSED: _ClassVar[AuditAction]
    AUDIT_ACTION_SETTINGS_CHANGED: _ClassVar[AuditAction]
    AUDIT_ACTION_SESSION_CHANGED: _ClassVar[AuditAction]
    AUDIT_ACTION_SESSION_REOPENED: _ClassVar[AuditAction]
    AUDIT_ACTION_SESSION_CODE_CHANGED: _ClassVar[AuditAction]
    AUDIT_ACTION_RECORD_REJECTED: _ClassVar[AuditAction]
    AUDIT_ACTION_RECORD_MARKED: _ClassVar[AuditAction]
    AUDIT_ACTION_RECORD_EXCUSED: _ClassVar[AuditAction]
    AUDIT_ACTION_RECORD_CHECKED_AGAIN: _ClassVar[AuditAction]
    AUDIT_ACTION_APPEAL_FILED: _ClassVar[AuditAction]
    AUDIT_ACTION_APPEAL_ACCEPTED: _ClassVar[AuditAction]
    AUDIT_ACTION_APPEAL_DECLINED: _ClassVar[AuditAction]
    AUDIT_ACTION_ATTENDANCE_EXPORTED: _ClassVar[AuditAction]
    AUDIT_ACTION_ENROLLMENTS_IMPORTED: _ClassVar[AuditAction]
    AUDIT_ACTION_USERS_IMPORTED: _ClassVar[AuditAction]
    AUDIT_ACTION_AUDIT_VERIFIED: _ClassVar[AuditAction]
    AUDIT_ACTION_TERM_CHANGED: _ClassVar[AuditAction]

class AuditBreakKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    AUDIT_BREAK_KIND_UNSPECIFIED: _ClassVar[AuditBreakKind]
    AUDIT_BREAK_KIND_ALTERED: _ClassVar[AuditBreakKind]
    AUDIT_BREAK_KIND_MISSING: _ClassVar[AuditBreakKind]
    AUDIT_BREAK_KIND_SWAPPED: _ClassVar[AuditBreakKind]
    AUDIT_BREAK_KIND_CUT_OFF: _ClassVar[AuditBreakKind]
    AUDIT_BREAK_KIND_KEY_UNKNOWN: _ClassVar[AuditBreakKind]
    AUDIT_BREAK_KIND_REWRITTEN: _ClassVar[AuditBreakKind]
AUDIT_ACTION_UNSPECIFIED: AuditAction
AUDIT_ACTION_USER_REGISTERED: AuditAction
AUDIT_ACTION_USER_CREATED: AuditAction
AUDIT_ACTION_REGISTRATION_EXPIRED: AuditAction
AUDIT_ACTION_SIGNED_IN: AuditAction
AUDIT_ACTION_SIGN_IN_REFUSED: AuditAction
AUDIT_ACTION_REAUTHENTICATED: AuditAction
AUDIT_ACTION_SIGN_IN_ENDED: AuditAction
AUDIT_ACTION_REFRESH_TOKEN_REUSED: AuditAction
AUDIT_ACTION_EMAIL_CONFIRMED: AuditAction
AUDIT_ACTION_PROFILE_CHANGED: AuditAction
AUDIT_ACTION_PASSWORD_CHANGED: AuditAction
AUDIT_ACTION_PASSWORD_RESET: AuditAction
AUDIT_ACTION_PASSWORD_RESET_REQUESTED: AuditAction
AUDIT_ACTION_MAIL_SENT: AuditAction
AUDIT_ACTION_USER_CHANGED: AuditAction
AUDIT_ACTION_USER_ERASED: AuditAction
AUDIT_ACTION_IDENTITY_ERASED: AuditAction
AUDIT_ACTION_DATA_EXPORTED: AuditAction
AUDIT_ACTION_DEVICE_BOUND: AuditAction
AUDIT_ACTION_DEVICE_RESET_REQUESTED: AuditAction
AUDIT_ACTION_DEVICE_RESET_APPROVED: AuditAction
AUDIT_ACTION_DEVICE_RESET_REJECTED: AuditAction
AUDIT_ACTION_COURSE_CREATED: AuditAction
AUDIT_ACTION_ENROLLED: AuditAction
AUDIT_ACTION_ENROLLMENT_ENDED: AuditAction
AUDIT_ACTION_SESSION_CREATED: AuditAction
AUDIT_ACTION_SESSION_CLOSED: AuditAction
AUDIT_ACTION_SESSION_CANCELLED: AuditAction
AUDIT_ACTION_SESSION_SEALED: AuditAction
AUDIT_ACTION_QR_ROTATED: AuditAction
AUDIT_ACTION_CLAIM_KEPT: AuditAction
AUDIT_ACTION_CLAIM_REFUSED: AuditAction
AUDIT_ACTION_SCAN_REFUSED: AuditAction
AUDIT_ACTION_RECORD_JUDGED_AGAIN: AuditAction
AUDIT_ACTION_RECORD_CONFIRMED: AuditAction
AUDIT_ACTION_IMAGE_SEEN: AuditAction
AUDIT_ACTION_FACE_ENROLLED: AuditAction
AUDIT_ACTION_FACE_VIEW_ADDED: AuditAction
AUDIT_ACTION_FACE_REPLACED: AuditAction
AUDIT_ACTION_FACE_CONSENT_WITHDRAWN: AuditAction
AUDIT_ACTION_FACE_CLEARED: AuditAction
AUDIT_ACTION_FACE_VERIFIED: AuditAction
AUDIT_ACTION_FACE_EXPIRED: AuditAction
AUDIT_ACTION_SELFIE_ERASED: AuditAction
AUDIT_ACTION_RECORD_VERIFIED: AuditAction
AUDIT_ACTION_COURSE_CHANGED: AuditAction
AUDIT_ACTION_COURSE_ARCHIVED: AuditAction
AUDIT_ACTION_COURSE_CLAIMED: AuditAction
AUDIT_ACTION_COURSE_CLAIM_APPROVED: AuditAction
AUDIT_ACTION_COURSE_CLAIM_REJECTED: AuditAction
AUDIT_ACTION_LECTURER_ADDED: AuditAction
AUDIT_ACTION_LECTURER_REMOVED: AuditAction
AUDIT_ACTION_PROGRAMME_CREATED: AuditAction
AUDIT_ACTION_PROGRAMME_DELETED: AuditAction
AUDIT_ACTION_TERM_CREATED: AuditAction
AUDIT_ACTION_TERM_CLOSED: AuditAction
AUDIT_ACTION_SETTINGS_CHANGED: AuditAction
AUDIT_ACTION_SESSION_CHANGED: AuditAction
AUDIT_ACTION_SESSION_REOPENED: AuditAction
AUDIT_ACTION_SESSION_CODE_CHANGED: AuditAction
AUDIT_ACTION_RECORD_REJECTED: AuditAction
AUDIT_ACTION_RECORD_MARKED: AuditAction
AUDIT_ACTION_RECORD_EXCUSED: AuditAction
AUDIT_ACTION_RECORD_CHECKED_AGAIN: AuditAction
AUDIT_ACTION_APPEAL_FILED: AuditAction
AUDIT_ACTION_APPEAL_ACCEPTED: AuditAction
AUDIT_ACTION_APPEAL_DECLINED: AuditAction
AUDIT_ACTION_ATTENDANCE_EXPORTED: AuditAction
AUDIT_ACTION_ENROLLMENTS_IMPORTED: AuditAction
AUDIT_ACTION_USERS_IMPORTED: AuditAction
AUDIT_ACTION_AUDIT_VERIFIED: AuditAction
AUDIT_ACTION_TERM_CHANGED: AuditAction
AUDIT_BREAK_KIND_UNSPECIFIED: AuditBreakKind
AUDIT_BREAK_KIND_ALTERED: AuditBreakKind
AUDIT_BREAK_KIND_MISSING: AuditBreakKind
AUDIT_BREAK_KIND_SWAPPED: AuditBreakKind
AUDIT_BREAK_KIND_CUT_OFF: AuditBreakKind
AUDIT_BREAK_KIND_KEY_UNKNOWN: AuditBreakKind
AUDIT_BREAK_KIND_REWRITTEN: AuditBreakKind

class AuditEvent(_message.Message):
    __slots__ = ("id", "number", "action", "create_time", "actor_id", "subject_id", "request_id", "facts", "private_facts", "erased", "actor")
    class FactsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    class PrivateFactsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    ID_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    ACTOR_ID_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    FACTS_FIELD_NUMBER: _ClassVar[int]
    PRIVATE_FACTS_FIELD_NUMBER: _ClassVar[int]
    ERASED_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    id: str
    number: int
    action: AuditAction
    create_time: _timestamp_pb2.Timestamp
    actor_id: str
    subject_id: str
    request_id: str
    facts: _containers.ScalarMap[str, str]
    private_facts: _containers.ScalarMap[str, str]
    erased: bool
    actor: _user_pb2.Person
    def __init__(self, id: _Optional[str] = ..., number: _Optional[int] = ..., action: _Optional[_Union[AuditAction, str]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., actor_id: _Optional[str] = ..., subject_id: _Optional[str] = ..., request_id: _Optional[str] = ..., facts: _Optional[_Mapping[str, str]] = ..., private_facts: _Optional[_Mapping[str, str]] = ..., erased: _Optional[bool] = ..., actor: _Optional[_Union[_user_pb2.Person, _Mapping]] = ...) -> None: ...

class AuditBreak(_message.Message):
    __slots__ = ("number", "event_id", "kind")
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    number: int
    event_id: str
    kind: AuditBreakKind
    def __init__(self, number: _Optional[int] = ..., event_id: _Optional[str] = ..., kind: _Optional[_Union[AuditBreakKind, str]] = ...) -> None: ...
