from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ImportChangeKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    IMPORT_CHANGE_KIND_UNSPECIFIED: _ClassVar[ImportChangeKind]
    IMPORT_CHANGE_KIND_CREATED: _ClassVar[ImportChangeKind]
    IMPORT_CHANGE_KIND_CHANGED: _ClassVar[ImportChangeKind]
    IMPORT_CHANGE_KIND_ENDED: _ClassVar[ImportChangeKind]

class ImportErrorKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    IMPORT_ERROR_KIND_UNSPECIFIED: _ClassVar[ImportErrorKind]
    IMPORT_ERROR_KIND_MISSING: _ClassVar[ImportErrorKind]
    IMPORT_ERROR_KIND_BAD_VALUE: _ClassVar[ImportErrorKind]
    IMPORT_ERROR_KIND_UNKNOWN: _ClassVar[ImportErrorKind]
    IMPORT_ERROR_KIND_DUPLICATE: _ClassVar[ImportErrorKind]
    IMPORT_ERROR_KIND_CONFLICT: _ClassVar[ImportErrorKind]

class ImportSubject(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    IMPORT_SUBJECT_UNSPECIFIED: _ClassVar[ImportSubject]
    IMPORT_SUBJECT_USER: _ClassVar[ImportSubject]
    IMPORT_SUBJECT_COURSE: _ClassVar[ImportSubject]
    IMPORT_SUBJECT_ENROLLMENT: _ClassVar[ImportSubject]
    IMPORT_SUBJECT_LECTURER: _ClassVar[ImportSubject]
    IMPORT_SUBJECT_TERM: _ClassVar[ImportSubject]
    IMPORT_SUBJECT_PROGRAMME: _ClassVar[ImportSubject]
IMPORT_CHANGE_KIND_UNSPECIFIED: ImportChangeKind
IMPORT_CHANGE_KIND_CREATED: ImportChangeKind
IMPORT_CHANGE_KIND_CHANGED: ImportChangeKind
IMPORT_CHANGE_KIND_ENDED: ImportChangeKind
IMPORT_ERROR_KIND_UNSPECIFIED: ImportErrorKind
IMPORT_ERROR_KIND_MISSING: ImportErrorKind
IMPORT_ERROR_KIND_BAD_VALUE: ImportErrorKind
IMPORT_ERROR_KIND_UNKNOWN: ImportErrorKind
IMPORT_ERROR_KIND_DUPLICATE: ImportErrorKind
IMPORT_ERROR_KIND_CONFLICT: ImportErrorKind
IMPORT_SUBJECT_UNSPECIFIED: ImportSubject
IMPORT_SUBJECT_USER: ImportSubject
IMPORT_SUBJECT_COURSE: ImportSubject
IMPORT_SUBJECT_ENROLLMENT: ImportSubject
IMPORT_SUBJECT_LECTURER: ImportSubject
IMPORT_SUBJECT_TERM: ImportSubject
IMPORT_SUBJECT_PROGRAMME: ImportSubject

class ImportFile(_message.Message):
    __slots__ = ("size", "sha256")
    SIZE_FIELD_NUMBER: _ClassVar[int]
    SHA256_FIELD_NUMBER: _ClassVar[int]
    size: int
    sha256: bytes
    def __init__(self, size: _Optional[int] = ..., sha256: _Optional[bytes] = ...) -> None: ...

class ImportChange(_message.Message):
    __slots__ = ("subject", "kind", "name", "fields", "file", "line")
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    FIELDS_FIELD_NUMBER: _ClassVar[int]
    FILE_FIELD_NUMBER: _ClassVar[int]
    LINE_FIELD_NUMBER: _ClassVar[int]
    subject: ImportSubject
    kind: ImportChangeKind
    name: str
    fields: _containers.RepeatedScalarFieldContainer[str]
    file: str
    line: int
    def __init__(self, subject: _Optional[_Union[ImportSubject, str]] = ..., kind: _Optional[_Union[ImportChangeKind, str]] = ..., name: _Optional[str] = ..., fields: _Optional[_Iterable[str]] = ..., file: _Optional[str] = ..., line: _Optional[int] = ...) -> None: ...

class ImportError(_message.Message):
    __slots__ = ("file", "line", "column", "message", "value", "kind")
    FILE_FIELD_NUMBER: _ClassVar[int]
    LINE_FIELD_NUMBER: _ClassVar[int]
    COLUMN_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    file: str
    line: int
    column: str
    message: str
    value: str
    kind: ImportErrorKind
    def __init__(self, file: _Optional[str] = ..., line: _Optional[int] = ..., column: _Optional[str] = ..., message: _Optional[str] = ..., value: _Optional[str] = ..., kind: _Optional[_Union[ImportErrorKind, str]] = ...) -> None: ...

class ImportReport(_message.Message):
    __slots__ = ("applied", "row_count", "created_count", "changed_count", "ended_count", "unchanged_count", "error_count", "changes", "errors", "encoding")
    APPLIED_FIELD_NUMBER: _ClassVar[int]
    ROW_COUNT_FIELD_NUMBER: _ClassVar[int]
    CREATED_COUNT_FIELD_NUMBER: _ClassVar[int]
    CHANGED_COUNT_FIELD_NUMBER: _ClassVar[int]
    ENDED_COUNT_FIELD_NUMBER: _ClassVar[int]
    UNCHANGED_COUNT_FIELD_NUMBER: _ClassVar[int]
    ERROR_COUNT_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    ERRORS_FIELD_NUMBER: _ClassVar[int]
    ENCODING_FIELD_NUMBER: _ClassVar[int]
    applied: bool
    row_count: int
    created_count: int
    changed_count: int
    ended_count: int
    unchanged_count: int
    error_count: int
    changes: _containers.RepeatedCompositeFieldContainer[ImportChange]
    errors: _containers.RepeatedCompositeFieldContainer[ImportError]
    encoding: str
    def __init__(self, applied: _Optional[bool] = ..., row_count: _Optional[int] = ..., created_count: _Optional[int] = ..., changed_count: _Optional[int] = ..., ended_count: _Optional[int] = ..., unchanged_count: _Optional[int] = ..., error_count: _Optional[int] = ..., changes: _Optional[_Iterable[_Union[ImportChange, _Mapping]]] = ..., errors: _Optional[_Iterable[_Union[ImportError, _Mapping]]] = ..., encoding: _Optional[str] = ...) -> None: ...
