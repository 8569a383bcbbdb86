"""Every RPC of the contract, called by bytes: so a new one is in it as soon as the contract has it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import grpc
import grpc.aio
from google.protobuf.descriptor import Descriptor, MethodDescriptor
from google.rpc import error_details_pb2, status_pb2

from absense_server.app import SERVICES
from absense_server.rpc.policy import AccessPolicy, AccessRule, find_service, path_of
from tests.support.hall import iter_async

SECONDS: Final = 60
"""A net."""
_MESSAGES: Final = 3
"""What is read of a stream: some never end by themselves."""

Metadata = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Rpc:
    """A method of the contract, and who may call it."""

    method: MethodDescriptor
    rule: AccessRule

    @property
    def path(self) -> str:
        return path_of(self.method)

    @property
    def name(self) -> str:
        """As in AuthService/Login."""
        return f"{self.method.containing_service.name}/{self.method.name}"

    @property
    def request(self) -> Descriptor:
        descriptor: Descriptor = self.method.input_type
        return descriptor


def _all() -> list[Rpc]:
    rules = AccessPolicy.from_services(SERVICES).rules
    methods = [method for name in SERVICES for method in find_service(name).methods]
    return [Rpc(method, rules[path_of(method)]) for method in methods]


RPCS: Final = _all()


class Answer(NamedTuple):
    """All that a caller learns, less the time it took."""

    code: grpc.StatusCode
    message: str
    details: bytes
    responses: tuple[bytes, ...]

    @property
    def reason(self) -> str:
        """That of its ErrorInfo; empty where there is none."""
        info = error_details_pb2.ErrorInfo()
        for detail in status_pb2.Status.FromString(self.details).details:
            if detail.Unpack(info):
                return str(info.reason)
        return ""


async def call(channel: grpc.aio.Channel, rpc: Rpc, data: bytes, metadata: Metadata = ()) -> Answer:
    """Send the bytes as the one request, and read what comes."""
    up, down = rpc.method.client_streaming, rpc.method.server_streaming
    make: Any = getattr(channel, f"{'stream' if up else 'unary'}_{'stream' if down else 'unary'}")
    running = make(rpc.path)(iter_async([data]) if up else data, metadata=metadata, timeout=SECONDS)
    responses: list[bytes] = []
    try:
        if down:
            while len(responses) < _MESSAGES and (message := await running.read()) is not grpc.aio.EOF:
                responses.append(message)
            if not running.done():
                running.cancel()
        else:
            responses.append(await running)
    except grpc.aio.AioRpcError as error:
        trailing = dict(error.trailing_metadata() or ())
        details = trailing.get("grpc-status-details-bin", b"")
        return Answer(error.code(), error.details() or "", bytes(details), tuple(responses))
    except asyncio.CancelledError:
        if not running.done():
            raise
    return Answer(grpc.StatusCode.OK, "", b"", tuple(responses))
