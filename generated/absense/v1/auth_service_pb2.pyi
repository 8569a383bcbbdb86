import datetime

from absense.v1 import access_pb2 as _access_pb2
from absense.v1 import face_pb2 as _face_pb2
from absense.v1 import role_pb2 as _role_pb2
from absense.v1 import user_pb2 as _user_pb2
from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GetServerInfoRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetServerInfoResponse(_message.Message):
    __slots__ = ("server_time", "version", "upload", "features", "consent", "password_rules", "face_rules", "oldest_client_version")
    SERVER_TIME_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    UPLOAD_FIELD_NUMBER: _ClassVar[int]
    FEATURES_FIELD_NUMBER: _ClassVar[int]
    CONSENT_FIELD_NUMBER: _ClassVar[int]
    PASSWORD_RULES_FIELD_NUMBER: _ClassVar[int]
    FACE_RULES_FIELD_NUMBER: _ClassVar[int]
    OLDEST_CLIENT_VERSION_FIELD_NUMBER: _ClassVar[int]
    server_time: _timestamp_pb2.Timestamp
    version: str
    upload: UploadLimits
    features: Features
    consent: ConsentText
    password_rules: PasswordRules
    face_rules: FaceRules
    oldest_client_version: str
    def __init__(self, server_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., version: _Optional[str] = ..., upload: _Optional[_Union[UploadLimits, _Mapping]] = ..., features: _Optional[_Union[Features, _Mapping]] = ..., consent: _Optional[_Union[ConsentText, _Mapping]] = ..., password_rules: _Optional[_Union[PasswordRules, _Mapping]] = ..., face_rules: _Optional[_Union[FaceRules, _Mapping]] = ..., oldest_client_version: _Optional[str] = ...) -> None: ...

class UploadLimits(_message.Message):
    __slots__ = ("max_image_bytes", "image_types", "max_chunk_bytes", "max_image_pixels")
    MAX_IMAGE_BYTES_FIELD_NUMBER: _ClassVar[int]
    IMAGE_TYPES_FIELD_NUMBER: _ClassVar[int]
    MAX_CHUNK_BYTES_FIELD_NUMBER: _ClassVar[int]
    MAX_IMAGE_PIXELS_FIELD_NUMBER: _ClassVar[int]
    max_image_bytes: int
    image_types: _containers.RepeatedScalarFieldContainer[str]
    max_chunk_bytes: int
    max_image_pixels: int
    def __init__(self, max_image_bytes: _Optional[int] = ..., image_types: _Optional[_Iterable[str]] = ..., max_chunk_bytes: _Optional[int] = ..., max_image_pixels: _Optional[int] = ...) -> None: ...

class Features(_message.Message):
    __slots__ = ("face_verification", "liveness")
    FACE_VERIFICATION_FIELD_NUMBER: _ClassVar[int]
    LIVENESS_FIELD_NUMBER: _ClassVar[int]
    face_verification: bool
    liveness: bool
    def __init__(self, face_verification: _Optional[bool] = ..., liveness: _Optional[bool] = ...) -> None: ...

class ConsentText(_message.Message):
    __slots__ = ("version", "text")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    version: str
    text: str
    def __init__(self, version: _Optional[str] = ..., text: _Optional[str] = ...) -> None: ...

class FaceRules(_message.Message):
    __slots__ = ("max_views", "min_width_pixels", "min_brightness", "min_sharpness", "max_yaw")
    MAX_VIEWS_FIELD_NUMBER: _ClassVar[int]
    MIN_WIDTH_PIXELS_FIELD_NUMBER: _ClassVar[int]
    MIN_BRIGHTNESS_FIELD_NUMBER: _ClassVar[int]
    MIN_SHARPNESS_FIELD_NUMBER: _ClassVar[int]
    MAX_YAW_FIELD_NUMBER: _ClassVar[int]
    max_views: int
    min_width_pixels: float
    min_brightness: float
    min_sharpness: float
    max_yaw: float
    def __init__(self, max_views: _Optional[int] = ..., min_width_pixels: _Optional[float] = ..., min_brightness: _Optional[float] = ..., min_sharpness: _Optional[float] = ..., max_yaw: _Optional[float] = ...) -> None: ...

class PasswordRules(_message.Message):
    __slots__ = ("min_length", "max_length", "refuses_common")
    MIN_LENGTH_FIELD_NUMBER: _ClassVar[int]
    MAX_LENGTH_FIELD_NUMBER: _ClassVar[int]
    REFUSES_COMMON_FIELD_NUMBER: _ClassVar[int]
    min_length: int
    max_length: int
    refuses_common: bool
    def __init__(self, min_length: _Optional[int] = ..., max_length: _Optional[int] = ..., refuses_common: _Optional[bool] = ...) -> None: ...

class RegisterRequest(_message.Message):
    __slots__ = ("email", "password", "full_name", "role", "institution_number")
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    PASSWORD_FIELD_NUMBER: _ClassVar[int]
    FULL_NAME_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    INSTITUTION_NUMBER_FIELD_NUMBER: _ClassVar[int]
    email: str
    password: str
    full_name: str
    role: _role_pb2.Role
    institution_number: str
    def __init__(self, email: _Optional[str] = ..., password: _Optional[str] = ..., full_name: _Optional[str] = ..., role: _Optional[_Union[_role_pb2.Role, str]] = ..., institution_number: _Optional[str] = ...) -> None: ...

class RegisterResponse(_message.Message):
    __slots__ = ("user",)
    USER_FIELD_NUMBER: _ClassVar[int]
    user: _user_pb2.User
    def __init__(self, user: _Optional[_Union[_user_pb2.User, _Mapping]] = ...) -> None: ...

class LoginRequest(_message.Message):
    __slots__ = ("login", "password", "device_name")
    LOGIN_FIELD_NUMBER: _ClassVar[int]
    PASSWORD_FIELD_NUMBER: _ClassVar[int]
    DEVICE_NAME_FIELD_NUMBER: _ClassVar[int]
    login: str
    password: str
    device_name: str
    def __init__(self, login: _Optional[str] = ..., password: _Optional[str] = ..., device_name: _Optional[str] = ...) -> None: ...

class LoginResponse(_message.Message):
    __slots__ = ("access_token", "access_token_expire_time", "user")
    ACCESS_TOKEN_FIELD_NUMBER: _ClassVar[int]
    ACCESS_TOKEN_EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    USER_FIELD_NUMBER: _ClassVar[int]
    access_token: str
    access_token_expire_time: _timestamp_pb2.Timestamp
    user: _user_pb2.User
    def __init__(self, access_token: _Optional[str] = ..., access_token_expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., user: _Optional[_Union[_user_pb2.User, _Mapping]] = ...) -> None: ...

class GetCurrentUserRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetCurrentUserResponse(_message.Message):
    __slots__ = ("user", "face_template")
    USER_FIELD_NUMBER: _ClassVar[int]
    FACE_TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    user: _user_pb2.User
    face_template: _face_pb2.FaceTemplate
    def __init__(self, user: _Optional[_Union[_user_pb2.User, _Mapping]] = ..., face_template: _Optional[_Union[_face_pb2.FaceTemplate, _Mapping]] = ...) -> None: ...
