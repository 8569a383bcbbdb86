from absense.v1 import access_pb2 as _access_pb2
from absense.v1 import face_pb2 as _face_pb2
from absense.v1 import image_pb2 as _image_pb2
from absense.v1 import user_pb2 as _user_pb2
from buf.validate import validate_pb2 as _validate_pb2
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
