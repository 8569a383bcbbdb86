import datetime

from absense.v1 import fix_pb2 as _fix_pb2
from absense.v1 import image_pb2 as _image_pb2
from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ClaimHeader(_message.Message):
    __slots__ = ("claim_id", "proof", "fix", "device_identifier", "signed_statement", "selfie")
    CLAIM_ID_FIELD_NUMBER: _ClassVar[int]
    PROOF_FIELD_NUMBER: _ClassVar[int]
    FIX_FIELD_NUMBER: _ClassVar[int]
    DEVICE_IDENTIFIER_FIELD_NUMBER: _ClassVar[int]
    SIGNED_STATEMENT_FIELD_NUMBER: _ClassVar[int]
    SELFIE_FIELD_NUMBER: _ClassVar[int]
    claim_id: str
    proof: CodeProof
    fix: _fix_pb2.LocationFix
    device_identifier: str
    signed_statement: SignedStatement
    selfie: _image_pb2.ImageUpload
    def __init__(self, claim_id: _Optional[str] = ..., proof: _Optional[_Union[CodeProof, _Mapping]] = ..., fix: _Optional[_Union[_fix_pb2.LocationFix, _Mapping]] = ..., device_identifier: _Optional[str] = ..., signed_statement: _Optional[_Union[SignedStatement, _Mapping]] = ..., selfie: _Optional[_Union[_image_pb2.ImageUpload, _Mapping]] = ...) -> None: ...

class CodeProof(_message.Message):
    __slots__ = ("scan_ticket", "scanned_text", "typed_code")
    SCAN_TICKET_FIELD_NUMBER: _ClassVar[int]
    SCANNED_TEXT_FIELD_NUMBER: _ClassVar[int]
    TYPED_CODE_FIELD_NUMBER: _ClassVar[int]
    scan_ticket: str
    scanned_text: str
    typed_code: TypedCode
    def __init__(self, scan_ticket: _Optional[str] = ..., scanned_text: _Optional[str] = ..., typed_code: _Optional[_Union[TypedCode, _Mapping]] = ...) -> None: ...

class TypedCode(_message.Message):
    __slots__ = ("session_code", "session_id", "digits")
    SESSION_CODE_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    DIGITS_FIELD_NUMBER: _ClassVar[int]
    session_code: str
    session_id: str
    digits: str
    def __init__(self, session_code: _Optional[str] = ..., session_id: _Optional[str] = ..., digits: _Optional[str] = ...) -> None: ...

class SignedStatement(_message.Message):
    __slots__ = ("statement", "signature")
    STATEMENT_FIELD_NUMBER: _ClassVar[int]
    SIGNATURE_FIELD_NUMBER: _ClassVar[int]
    statement: bytes
    signature: bytes
    def __init__(self, statement: _Optional[bytes] = ..., signature: _Optional[bytes] = ...) -> None: ...

class ClaimStatement(_message.Message):
    __slots__ = ("claim_id", "student_id", "session_id", "proof", "device_identifier", "sign_time", "fix", "selfie_sha256")
    CLAIM_ID_FIELD_NUMBER: _ClassVar[int]
    STUDENT_ID_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    PROOF_FIELD_NUMBER: _ClassVar[int]
    DEVICE_IDENTIFIER_FIELD_NUMBER: _ClassVar[int]
    SIGN_TIME_FIELD_NUMBER: _ClassVar[int]
    FIX_FIELD_NUMBER: _ClassVar[int]
    SELFIE_SHA256_FIELD_NUMBER: _ClassVar[int]
    claim_id: str
    student_id: str
    session_id: str
    proof: str
    device_identifier: str
    sign_time: _timestamp_pb2.Timestamp
    fix: _fix_pb2.LocationFix
    selfie_sha256: bytes
    def __init__(self, claim_id: _Optional[str] = ..., student_id: _Optional[str] = ..., session_id: _Optional[str] = ..., proof: _Optional[str] = ..., device_identifier: _Optional[str] = ..., sign_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., fix: _Optional[_Union[_fix_pb2.LocationFix, _Mapping]] = ..., selfie_sha256: _Optional[bytes] = ...) -> None: ...
