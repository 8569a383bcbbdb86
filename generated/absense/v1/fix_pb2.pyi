import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.type import latlng_pb2 as _latlng_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class LocationFix(_message.Message):
    __slots__ = ("position", "accuracy_meters", "fix_time", "mock")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    ACCURACY_METERS_FIELD_NUMBER: _ClassVar[int]
    FIX_TIME_FIELD_NUMBER: _ClassVar[int]
    MOCK_FIELD_NUMBER: _ClassVar[int]
    position: _latlng_pb2.LatLng
    accuracy_meters: float
    fix_time: _timestamp_pb2.Timestamp
    mock: bool
    def __init__(self, position: _Optional[_Union[_latlng_pb2.LatLng, _Mapping]] = ..., accuracy_meters: _Optional[float] = ..., fix_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., mock: _Optional[bool] = ...) -> None: ...
