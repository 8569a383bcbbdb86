from absense.v1 import access_pb2 as _access_pb2
from absense.v1 import device_pb2 as _device_pb2
from absense.v1 import face_pb2 as _face_pb2
from absense.v1 import image_pb2 as _image_pb2
from absense.v1 import role_pb2 as _role_pb2
from absense.v1 import user_pb2 as _user_pb2
from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import field_mask_pb2 as _field_mask_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

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
