import datetime

from absense.v1 import access_pb2 as _access_pb2
from absense.v1 import face_pb2 as _face_pb2
from absense.v1 import role_pb2 as _role_pb2
from absense.v1 import sign_in_pb2 as _sign_in_pb2
from absense.v1 import user_pb2 as _user_pb2
from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import field_mask_pb2 as _field_mask_pb2
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
    __slots__ = ("server_time", "version", "upload", "features", "consent", "password_rules", "face_rules", "oldest_client_version", "registration_rules", "confirms_email", "time_zone", "max_import_bytes", "max_inline_import_bytes")
    SERVER_TIME_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    UPLOAD_FIELD_NUMBER: _ClassVar[int]
    FEATURES_FIELD_NUMBER: _ClassVar[int]
    CONSENT_FIELD_NUMBER: _ClassVar[int]
    PASSWORD_RULES_FIELD_NUMBER: _ClassVar[int]
    FACE_RULES_FIELD_NUMBER: _ClassVar[int]
    OLDEST_CLIENT_VERSION_FIELD_NUMBER: _ClassVar[int]
    REGISTRATION_RULES_FIELD_NUMBER: _ClassVar[int]
    CONFIRMS_EMAIL_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    MAX_IMPORT_BYTES_FIELD_NUMBER: _ClassVar[int]
    MAX_INLINE_IMPORT_BYTES_FIELD_NUMBER: _ClassVar[int]
    server_time: _timestamp_pb2.Timestamp
    version: str
    upload: UploadLimits
    features: Features
    consent: ConsentText
    password_rules: PasswordRules
    face_rules: FaceRules
    oldest_client_version: str
    registration_rules: _containers.RepeatedCompositeFieldContainer[RegistrationRule]
    confirms_email: bool
    time_zone: str
    max_import_bytes: int
    max_inline_import_bytes: int
    def __init__(self, server_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., version: _Optional[str] = ..., upload: _Optional[_Union[UploadLimits, _Mapping]] = ..., features: _Optional[_Union[Features, _Mapping]] = ..., consent: _Optional[_Union[ConsentText, _Mapping]] = ..., password_rules: _Optional[_Union[PasswordRules, _Mapping]] = ..., face_rules: _Optional[_Union[FaceRules, _Mapping]] = ..., oldest_client_version: _Optional[str] = ..., registration_rules: _Optional[_Iterable[_Union[RegistrationRule, _Mapping]]] = ..., confirms_email: _Optional[bool] = ..., time_zone: _Optional[str] = ..., max_import_bytes: _Optional[int] = ..., max_inline_import_bytes: _Optional[int] = ...) -> None: ...

class RegistrationRule(_message.Message):
    __slots__ = ("role", "email_domains", "number_pattern")
    ROLE_FIELD_NUMBER: _ClassVar[int]
    EMAIL_DOMAINS_FIELD_NUMBER: _ClassVar[int]
    NUMBER_PATTERN_FIELD_NUMBER: _ClassVar[int]
    role: _role_pb2.Role
    email_domains: _containers.RepeatedScalarFieldContainer[str]
    number_pattern: str
    def __init__(self, role: _Optional[_Union[_role_pb2.Role, str]] = ..., email_domains: _Optional[_Iterable[str]] = ..., number_pattern: _Optional[str] = ...) -> None: ...

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
    __slots__ = ("login", "password", "device_name", "refresh_token_in_cookie")
    LOGIN_FIELD_NUMBER: _ClassVar[int]
    PASSWORD_FIELD_NUMBER: _ClassVar[int]
    DEVICE_NAME_FIELD_NUMBER: _ClassVar[int]
    REFRESH_TOKEN_IN_COOKIE_FIELD_NUMBER: _ClassVar[int]
    login: str
    password: str
    device_name: str
    refresh_token_in_cookie: bool
    def __init__(self, login: _Optional[str] = ..., password: _Optional[str] = ..., device_name: _Optional[str] = ..., refresh_token_in_cookie: _Optional[bool] = ...) -> None: ...

class LoginResponse(_message.Message):
    __slots__ = ("access_token", "access_token_expire_time", "user", "refresh_token", "refresh_token_expire_time", "sign_in_id")
    ACCESS_TOKEN_FIELD_NUMBER: _ClassVar[int]
    ACCESS_TOKEN_EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    USER_FIELD_NUMBER: _ClassVar[int]
    REFRESH_TOKEN_FIELD_NUMBER: _ClassVar[int]
    REFRESH_TOKEN_EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    SIGN_IN_ID_FIELD_NUMBER: _ClassVar[int]
    access_token: str
    access_token_expire_time: _timestamp_pb2.Timestamp
    user: _user_pb2.User
    refresh_token: str
    refresh_token_expire_time: _timestamp_pb2.Timestamp
    sign_in_id: str
    def __init__(self, access_token: _Optional[str] = ..., access_token_expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., user: _Optional[_Union[_user_pb2.User, _Mapping]] = ..., refresh_token: _Optional[str] = ..., refresh_token_expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., sign_in_id: _Optional[str] = ...) -> None: ...

class ConfirmEmailRequest(_message.Message):
    __slots__ = ("token", "password")
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    PASSWORD_FIELD_NUMBER: _ClassVar[int]
    token: str
    password: str
    def __init__(self, token: _Optional[str] = ..., password: _Optional[str] = ...) -> None: ...

class ConfirmEmailResponse(_message.Message):
    __slots__ = ("user",)
    USER_FIELD_NUMBER: _ClassVar[int]
    user: _user_pb2.User
    def __init__(self, user: _Optional[_Union[_user_pb2.User, _Mapping]] = ...) -> None: ...

class RefreshTokenRequest(_message.Message):
    __slots__ = ("refresh_token", "request_id")
    REFRESH_TOKEN_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    refresh_token: str
    request_id: str
    def __init__(self, refresh_token: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class RefreshTokenResponse(_message.Message):
    __slots__ = ("access_token", "access_token_expire_time", "user", "refresh_token", "refresh_token_expire_time")
    ACCESS_TOKEN_FIELD_NUMBER: _ClassVar[int]
    ACCESS_TOKEN_EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    USER_FIELD_NUMBER: _ClassVar[int]
    REFRESH_TOKEN_FIELD_NUMBER: _ClassVar[int]
    REFRESH_TOKEN_EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    access_token: str
    access_token_expire_time: _timestamp_pb2.Timestamp
    user: _user_pb2.User
    refresh_token: str
    refresh_token_expire_time: _timestamp_pb2.Timestamp
    def __init__(self, access_token: _Optional[str] = ..., access_token_expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., user: _Optional[_Union[_user_pb2.User, _Mapping]] = ..., refresh_token: _Optional[str] = ..., refresh_token_expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ReauthenticateRequest(_message.Message):
    __slots__ = ("password",)
    PASSWORD_FIELD_NUMBER: _ClassVar[int]
    password: str
    def __init__(self, password: _Optional[str] = ...) -> None: ...

class ReauthenticateResponse(_message.Message):
    __slots__ = ("access_token", "access_token_expire_time")
    ACCESS_TOKEN_FIELD_NUMBER: _ClassVar[int]
    ACCESS_TOKEN_EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    access_token: str
    access_token_expire_time: _timestamp_pb2.Timestamp
    def __init__(self, access_token: _Optional[str] = ..., access_token_expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class LogoutRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class LogoutResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListSignInsRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListSignInsResponse(_message.Message):
    __slots__ = ("sign_ins", "next_page_token")
    SIGN_INS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    sign_ins: _containers.RepeatedCompositeFieldContainer[_sign_in_pb2.SignIn]
    next_page_token: str
    def __init__(self, sign_ins: _Optional[_Iterable[_Union[_sign_in_pb2.SignIn, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class RevokeSignInRequest(_message.Message):
    __slots__ = ("sign_in_id",)
    SIGN_IN_ID_FIELD_NUMBER: _ClassVar[int]
    sign_in_id: str
    def __init__(self, sign_in_id: _Optional[str] = ...) -> None: ...

class RevokeSignInResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

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

class UpdateProfileRequest(_message.Message):
    __slots__ = ("full_name", "email", "update_mask")
    FULL_NAME_FIELD_NUMBER: _ClassVar[int]
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    full_name: str
    email: str
    update_mask: _field_mask_pb2.FieldMask
    def __init__(self, full_name: _Optional[str] = ..., email: _Optional[str] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ...) -> None: ...

class UpdateProfileResponse(_message.Message):
    __slots__ = ("user", "pending_email")
    USER_FIELD_NUMBER: _ClassVar[int]
    PENDING_EMAIL_FIELD_NUMBER: _ClassVar[int]
    user: _user_pb2.User
    pending_email: str
    def __init__(self, user: _Optional[_Union[_user_pb2.User, _Mapping]] = ..., pending_email: _Optional[str] = ...) -> None: ...

class ChangePasswordRequest(_message.Message):
    __slots__ = ("current_password", "new_password")
    CURRENT_PASSWORD_FIELD_NUMBER: _ClassVar[int]
    NEW_PASSWORD_FIELD_NUMBER: _ClassVar[int]
    current_password: str
    new_password: str
    def __init__(self, current_password: _Optional[str] = ..., new_password: _Optional[str] = ...) -> None: ...

class ChangePasswordResponse(_message.Message):
    __slots__ = ("ended_sign_in_count",)
    ENDED_SIGN_IN_COUNT_FIELD_NUMBER: _ClassVar[int]
    ended_sign_in_count: int
    def __init__(self, ended_sign_in_count: _Optional[int] = ...) -> None: ...

class RequestPasswordResetRequest(_message.Message):
    __slots__ = ("login",)
    LOGIN_FIELD_NUMBER: _ClassVar[int]
    login: str
    def __init__(self, login: _Optional[str] = ...) -> None: ...

class RequestPasswordResetResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ResetPasswordRequest(_message.Message):
    __slots__ = ("token", "new_password")
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    NEW_PASSWORD_FIELD_NUMBER: _ClassVar[int]
    token: str
    new_password: str
    def __init__(self, token: _Optional[str] = ..., new_password: _Optional[str] = ...) -> None: ...

class ResetPasswordResponse(_message.Message):
    __slots__ = ("user",)
    USER_FIELD_NUMBER: _ClassVar[int]
    user: _user_pb2.User
    def __init__(self, user: _Optional[_Union[_user_pb2.User, _Mapping]] = ...) -> None: ...

class DeleteAccountRequest(_message.Message):
    __slots__ = ("password",)
    PASSWORD_FIELD_NUMBER: _ClassVar[int]
    password: str
    def __init__(self, password: _Optional[str] = ...) -> None: ...

class DeleteAccountResponse(_message.Message):
    __slots__ = ("erased",)
    ERASED_FIELD_NUMBER: _ClassVar[int]
    erased: _user_pb2.ErasedAccount
    def __init__(self, erased: _Optional[_Union[_user_pb2.ErasedAccount, _Mapping]] = ...) -> None: ...

class ListSigningKeysRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListSigningKeysResponse(_message.Message):
    __slots__ = ("keys", "next_page_token")
    KEYS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    keys: _containers.RepeatedCompositeFieldContainer[_sign_in_pb2.SigningKey]
    next_page_token: str
    def __init__(self, keys: _Optional[_Iterable[_Union[_sign_in_pb2.SigningKey, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...
