"""Gives every call an id: for the log, for the client, for the person who reports a fault."""

from typing import Any

from structlog.contextvars import bind_contextvars

from absense_server.ports.outside import Ids
from absense_server.rpc.calls import REQUEST_ID_KEY, request_id_of, set_request_id
from absense_server.rpc.interceptors.base import Call, Interceptor, Proceed


class RequestId(Interceptor):
    """Takes the client's `x-request-id` or makes one, and sends it back.

    It comes in the trailing metadata of every call, whatever its end; for response streams, which may stay
    open for hours, in the initial metadata too (an extra message, which would cost a short call a fifth of
    its time: measured).
    """

    def __init__(self, ids: Ids) -> None:
        self._ids = ids

    async def around(self, call: Call, proceed: Proceed) -> Any:
        call.request_id = request_id = request_id_of(call.metadata, self._ids)
        set_request_id(request_id)
        bind_contextvars(request_id=request_id)
        metadata = ((REQUEST_ID_KEY, request_id),)
        call.context.set_trailing_metadata(metadata)
        if call.response_streaming:
            # Also what lets a stream be ended while its first message is on its way: gRPC tries to send the
            # initial metadata twice otherwise, and the client never hears of the end.
            await call.context.send_initial_metadata(metadata)
        return await proceed(call)
