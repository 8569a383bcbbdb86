from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Check(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CHECK_UNSPECIFIED: _ClassVar[Check]
    CHECK_QR_CODE: _ClassVar[Check]
    CHECK_DEVICE: _ClassVar[Check]
    CHECK_LOCATION: _ClassVar[Check]
    CHECK_LIVENESS: _ClassVar[Check]
    CHECK_FACE: _ClassVar[Check]
    CHECK_ENROLLMENT: _ClassVar[Check]

class Outcome(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    OUTCOME_UNSPECIFIED: _ClassVar[Outcome]
    OUTCOME_PASSED: _ClassVar[Outcome]
    OUTCOME_FAILED: _ClassVar[Outcome]
    OUTCOME_INCONCLUSIVE: _ClassVar[Outcome]
    OUTCOME_SKIPPED: _ClassVar[Outcome]

class VerdictReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    VERDICT_REASON_UNSPECIFIED: _ClassVar[VerdictReason]
    VERDICT_REASON_SCANNED: _ClassVar[VerdictReason]
    VERDICT_REASON_TICKET: _ClassVar[VerdictReason]
    VERDICT_REASON_TYPED: _ClassVar[VerdictReason]
    VERDICT_REASON_ENROLLED: _ClassVar[VerdictReason]
    VERDICT_REASON_NOT_ENROLLED: _ClassVar[VerdictReason]
    VERDICT_REASON_KEY_SIGNED: _ClassVar[VerdictReason]
    VERDICT_REASON_IDENTIFIER_ONLY: _ClassVar[VerdictReason]
    VERDICT_REASON_OTHER_DEVICE: _ClassVar[VerdictReason]
    VERDICT_REASON_BAD_SIGNATURE: _ClassVar[VerdictReason]
    VERDICT_REASON_STATEMENT_MISMATCH: _ClassVar[VerdictReason]
    VERDICT_REASON_NOT_SIGNED: _ClassVar[VerdictReason]
    VERDICT_REASON_NO_DEVICE_IDENTIFIER: _ClassVar[VerdictReason]
    VERDICT_REASON_NO_DEVICE_BOUND: _ClassVar[VerdictReason]
    VERDICT_REASON_INSIDE: _ClassVar[VerdictReason]
    VERDICT_REASON_OUTSIDE: _ClassVar[VerdictReason]
    VERDICT_REASON_WITHIN_ACCURACY: _ClassVar[VerdictReason]
    VERDICT_REASON_MOCK_LOCATION: _ClassVar[VerdictReason]
    VERDICT_REASON_FIX_TOO_OLD: _ClassVar[VerdictReason]
    VERDICT_REASON_FIX_FROM_FUTURE: _ClassVar[VerdictReason]
    VERDICT_REASON_NO_FIX: _ClassVar[VerdictReason]
    VERDICT_REASON_NO_PLACE: _ClassVar[VerdictReason]
    VERDICT_REASON_ENGINE_OFF: _ClassVar[VerdictReason]
    VERDICT_REASON_IMAGE_DAMAGED: _ClassVar[VerdictReason]
    VERDICT_REASON_CHECK_OFF: _ClassVar[VerdictReason]
    VERDICT_REASON_ENGINE_MISSING: _ClassVar[VerdictReason]
    VERDICT_REASON_ENGINE_FAILED: _ClassVar[VerdictReason]
    VERDICT_REASON_NO_CONSENT: _ClassVar[VerdictReason]
    VERDICT_REASON_NO_SELFIE: _ClassVar[VerdictReason]
    VERDICT_REASON_FACE_MATCHES: _ClassVar[VerdictReason]
    VERDICT_REASON_FACE_MISMATCH: _ClassVar[VerdictReason]
    VERDICT_REASON_FACE_UNCLEAR: _ClassVar[VerdictReason]
    VERDICT_REASON_NO_FACE: _ClassVar[VerdictReason]
    VERDICT_REASON_SEVERAL_FACES: _ClassVar[VerdictReason]
    VERDICT_REASON_FACE_TOO_SMALL: _ClassVar[VerdictReason]
    VERDICT_REASON_FACE_TOO_DARK: _ClassVar[VerdictReason]
    VERDICT_REASON_FACE_TOO_BLURRED: _ClassVar[VerdictReason]
    VERDICT_REASON_FACE_TURNED_AWAY: _ClassVar[VerdictReason]
    VERDICT_REASON_TEMPLATE_UNVERIFIED: _ClassVar[VerdictReason]
    VERDICT_REASON_MODEL_CHANGED: _ClassVar[VerdictReason]
CHECK_UNSPECIFIED: Check
CHECK_QR_CODE: Check
CHECK_DEVICE: Check
CHECK_LOCATION: Check
CHECK_LIVENESS: Check
CHECK_FACE: Check
CHECK_ENROLLMENT: Check
OUTCOME_UNSPECIFIED: Outcome
OUTCOME_PASSED: Outcome
OUTCOME_FAILED: Outcome
OUTCOME_INCONCLUSIVE: Outcome
OUTCOME_SKIPPED: Outcome
VERDICT_REASON_UNSPECIFIED: VerdictReason
VERDICT_REASON_SCANNED: VerdictReason
VERDICT_REASON_TICKET: VerdictReason
VERDICT_REASON_TYPED: VerdictReason
VERDICT_REASON_ENROLLED: VerdictReason
VERDICT_REASON_NOT_ENROLLED: VerdictReason
VERDICT_REASON_KEY_SIGNED: VerdictReason
VERDICT_REASON_IDENTIFIER_ONLY: VerdictReason
VERDICT_REASON_OTHER_DEVICE: VerdictReason
VERDICT_REASON_BAD_SIGNATURE: VerdictReason
VERDICT_REASON_STATEMENT_MISMATCH: VerdictReason
VERDICT_REASON_NOT_SIGNED: VerdictReason
VERDICT_REASON_NO_DEVICE_IDENTIFIER: VerdictReason
VERDICT_REASON_NO_DEVICE_BOUND: VerdictReason
VERDICT_REASON_INSIDE: VerdictReason
VERDICT_REASON_OUTSIDE: VerdictReason
VERDICT_REASON_WITHIN_ACCURACY: VerdictReason
VERDICT_REASON_MOCK_LOCATION: VerdictReason
VERDICT_REASON_FIX_TOO_OLD: VerdictReason
VERDICT_REASON_FIX_FROM_FUTURE: VerdictReason
VERDICT_REASON_NO_FIX: VerdictReason
VERDICT_REASON_NO_PLACE: VerdictReason
VERDICT_REASON_ENGINE_OFF: VerdictReason
VERDICT_REASON_IMAGE_DAMAGED: VerdictReason
VERDICT_REASON_CHECK_OFF: VerdictReason
VERDICT_REASON_ENGINE_MISSING: VerdictReason
VERDICT_REASON_ENGINE_FAILED: VerdictReason
VERDICT_REASON_NO_CONSENT: VerdictReason
VERDICT_REASON_NO_SELFIE: VerdictReason
VERDICT_REASON_FACE_MATCHES: VerdictReason
VERDICT_REASON_FACE_MISMATCH: VerdictReason
VERDICT_REASON_FACE_UNCLEAR: VerdictReason
VERDICT_REASON_NO_FACE: VerdictReason
VERDICT_REASON_SEVERAL_FACES: VerdictReason
VERDICT_REASON_FACE_TOO_SMALL: VerdictReason
VERDICT_REASON_FACE_TOO_DARK: VerdictReason
VERDICT_REASON_FACE_TOO_BLURRED: VerdictReason
VERDICT_REASON_FACE_TURNED_AWAY: VerdictReason
VERDICT_REASON_TEMPLATE_UNVERIFIED: VerdictReason
VERDICT_REASON_MODEL_CHANGED: VerdictReason

class Verdict(_message.Message):
    __slots__ = ("check", "outcome", "reason", "measured", "threshold", "unit", "policy_version")
    CHECK_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    MEASURED_FIELD_NUMBER: _ClassVar[int]
    THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    POLICY_VERSION_FIELD_NUMBER: _ClassVar[int]
    check: Check
    outcome: Outcome
    reason: VerdictReason
    measured: float
    threshold: float
    unit: str
    policy_version: str
    def __init__(self, check: _Optional[_Union[Check, str]] = ..., outcome: _Optional[_Union[Outcome, str]] = ..., reason: _Optional[_Union[VerdictReason, str]] = ..., measured: _Optional[float] = ..., threshold: _Optional[float] = ..., unit: _Optional[str] = ..., policy_version: _Optional[str] = ...) -> None: ...
