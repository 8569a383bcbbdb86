"""What is written down of who did what."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from uuid import UUID

from absense_server.domain.ids import UserId
from absense_server.domain.people import Caller


class Action(Enum):
    """What was done."""

    USER_REGISTERED = "USER_REGISTERED"
    USER_CREATED = "USER_CREATED"
    REGISTRATION_EXPIRED = "REGISTRATION_EXPIRED"
    SIGNED_IN = "SIGNED_IN"
    SIGN_IN_REFUSED = "SIGN_IN_REFUSED"
    REAUTHENTICATED = "REAUTHENTICATED"
    SIGN_IN_ENDED = "SIGN_IN_ENDED"
    REFRESH_TOKEN_REUSED = "REFRESH_TOKEN_REUSED"
    EMAIL_CONFIRMED = "EMAIL_CONFIRMED"
    PROFILE_CHANGED = "PROFILE_CHANGED"
    PASSWORD_CHANGED = "PASSWORD_CHANGED"
    PASSWORD_RESET = "PASSWORD_RESET"
    PASSWORD_RESET_REQUESTED = "PASSWORD_RESET_REQUESTED"
    MAIL_SENT = "MAIL_SENT"
    USER_CHANGED = "USER_CHANGED"
    USER_ERASED = "USER_ERASED"
    IDENTITY_ERASED = "IDENTITY_ERASED"
    DATA_EXPORTED = "DATA_EXPORTED"
    DEVICE_BOUND = "DEVICE_BOUND"
    DEVICE_RESET_REQUESTED = "DEVICE_RESET_REQUESTED"
    DEVICE_RESET_APPROVED = "DEVICE_RESET_APPROVED"
    DEVICE_RESET_REJECTED = "DEVICE_RESET_REJECTED"
    COURSE_CREATED = "COURSE_CREATED"
    ENROLLED = "ENROLLED"
    ENROLLMENT_ENDED = "ENROLLMENT_ENDED"
    SESSION_CREATED = "SESSION_CREATED"
    SESSION_CLOSED = "SESSION_CLOSED"
    SESSION_CANCELLED = "SESSION_CANCELLED"
    SESSION_SEALED = "SESSION_SEALED"
    QR_ROTATED = "QR_ROTATED"
    CLAIM_KEPT = "CLAIM_KEPT"
    CLAIM_REFUSED = "CLAIM_REFUSED"
    SCAN_REFUSED = "SCAN_REFUSED"
    RECORD_JUDGED_AGAIN = "RECORD_JUDGED_AGAIN"
    RECORD_CONFIRMED = "RECORD_CONFIRMED"
    IMAGE_SEEN = "IMAGE_SEEN"
    FACE_ENROLLED = "FACE_ENROLLED"
    FACE_VIEW_ADDED = "FACE_VIEW_ADDED"
    FACE_REPLACED = "FACE_REPLACED"
    FACE_CONSENT_WITHDRAWN = "FACE_CONSENT_WITHDRAWN"
    FACE_CLEARED = "FACE_CLEARED"
    FACE_VERIFIED = "FACE_VERIFIED"
    FACE_EXPIRED = "FACE_EXPIRED"
    SELFIE_ERASED = "SELFIE_ERASED"
    RECORD_VERIFIED = "RECORD_VERIFIED"
    COURSE_CHANGED = "COURSE_CHANGED"
    COURSE_ARCHIVED = "COURSE_ARCHIVED"
    COURSE_CLAIMED = "COURSE_CLAIMED"
    COURSE_CLAIM_APPROVED = "COURSE_CLAIM_APPROVED"
    COURSE_CLAIM_REJECTED = "COURSE_CLAIM_REJECTED"
    LECTURER_ADDED = "LECTURER_ADDED"
    LECTURER_REMOVED = "LECTURER_REMOVED"
    PROGRAMME_CREATED = "PROGRAMME_CREATED"
    PROGRAMME_DELETED = "PROGRAMME_DELETED"
    TERM_CREATED = "TERM_CREATED"
    TERM_CLOSED = "TERM_CLOSED"
    TERM_CHANGED = "TERM_CHANGED"
    SETTINGS_CHANGED = "SETTINGS_CHANGED"
    SESSION_CHANGED = "SESSION_CHANGED"
    SESSION_REOPENED = "SESSION_REOPENED"
    SESSION_CODE_CHANGED = "SESSION_CODE_CHANGED"
    RECORD_REJECTED = "RECORD_REJECTED"
    RECORD_MARKED = "RECORD_MARKED"
    RECORD_EXCUSED = "RECORD_EXCUSED"
    RECORD_CHECKED_AGAIN = "RECORD_CHECKED_AGAIN"
    APPEAL_FILED = "APPEAL_FILED"
    APPEAL_ACCEPTED = "APPEAL_ACCEPTED"
    APPEAL_DECLINED = "APPEAL_DECLINED"
    ATTENDANCE_EXPORTED = "ATTENDANCE_EXPORTED"
    ENROLLMENTS_IMPORTED = "ENROLLMENTS_IMPORTED"
    USERS_IMPORTED = "USERS_IMPORTED"
    AUDIT_VERIFIED = "AUDIT_VERIFIED"


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One act. The event holds ids and codes only; what can name a person is in `private`, erasable on its own."""

    action: Action
    at: datetime
    actor_id: UserId | None
    subject_id: UUID | None
    request_id: str
    facts: Mapping[str, str] = field(default_factory=dict)
    private: Mapping[str, str] = field(default_factory=dict)

    def with_note(self, note: str) -> "AuditEvent":
        """The same with a person's words, where they can be erased."""
        return self.with_private(note=note) if note else self

    def with_private(self, **texts: str) -> "AuditEvent":
        """The same with what can name a person, where it can be erased."""
        return replace(self, private={**self.private, **texts})


def event(action: Action, caller: Caller, at: datetime, subject_id: UUID | None, **facts: str) -> AuditEvent:
    """What `caller` did; the caller's address goes where it can be erased."""
    return AuditEvent(action, at, caller.user_id, subject_id, caller.request_id, facts, {"address": caller.address})


def machine_event(action: Action, at: datetime, subject_id: UUID | None, **facts: str) -> AuditEvent:
    """What the server did by itself."""
    return AuditEvent(action, at, None, subject_id, "", facts)
