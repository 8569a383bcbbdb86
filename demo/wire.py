"""What both sides of the demonstration need to talk to a server."""

from datetime import datetime, timedelta
from typing import NamedTuple

import grpc.aio
from google.protobuf import duration_pb2, timestamp_pb2
from google.rpc import error_details_pb2
from google.type import latlng_pb2
from grpc_status import rpc_status

from absense.v1 import auth_service_pb2, auth_service_pb2_grpc

CALL_SECONDS = 20.0
"""The deadline of every call: a server that does not answer must not stop the show."""
Metadata = tuple[tuple[str, str], ...]


class Place(NamedTuple):
    """A place on Earth, WGS 84 degrees."""

    latitude: float
    longitude: float

    def message(self) -> latlng_pb2.LatLng:
        """As the contract has it."""
        return latlng_pb2.LatLng(latitude=self.latitude, longitude=self.longitude)


def channel_to(address: str) -> grpc.aio.Channel:
    """A channel to a server on this machine, whatever proxy the shell names."""
    return grpc.aio.insecure_channel(address, options=[("grpc.enable_http_proxy", 0)])


async def sign_in(channel: grpc.aio.Channel, login: str, password: str) -> auth_service_pb2.LoginResponse:
    """Sign in with a password."""
    request = auth_service_pb2.LoginRequest(login=login, password=password, device_name="demo")
    return await auth_service_pb2_grpc.AuthServiceStub(channel).Login(request, timeout=CALL_SECONDS)


def bearer(token: str) -> Metadata:
    """The metadata of a signed-in call."""
    return (("authorization", f"Bearer {token}"),)


def reason_of(error: grpc.aio.AioRpcError) -> str:
    """Why a call failed: the reason in its ErrorInfo, else its status."""
    status = rpc_status.from_call(error)  # type: ignore[arg-type]  # reads the same three attributes
    for detail in [] if status is None else status.details:
        info = error_details_pb2.ErrorInfo()
        if detail.Unpack(info):
            return info.reason
    return f"{error.code().name} ({error.details()})"


def timestamp(instant: datetime) -> timestamp_pb2.Timestamp:
    """As the contract has it."""
    message = timestamp_pb2.Timestamp()
    message.FromDatetime(instant)
    return message


def seconds(number: float) -> duration_pb2.Duration:
    """As the contract has it."""
    message = duration_pb2.Duration()
    message.FromTimedelta(timedelta(seconds=number))
    return message
