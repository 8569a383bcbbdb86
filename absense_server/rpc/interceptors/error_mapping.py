"""Turns what was raised into what the client gets; nothing else in the server does."""

import asyncio
from typing import Any, Final

import grpc
import grpc.aio
import structlog
from google.rpc import status_pb2

from absense_server.domain.errors.base import DomainError
from absense_server.domain.errors.calls import Overloaded
from absense_server.ports.findings import Race
from absense_server.rpc.calls import REQUEST_ID_KEY
from absense_server.rpc.errors import code_of, internal, to_status
from absense_server.rpc.interceptors.base import Call, Interceptor, Proceed

DETAILS_KEY: Final = "grpc-status-details-bin"

_log = structlog.get_logger()


class ErrorMapping(Interceptor):
    """Domain errors become their status; anything else is logged and becomes INTERNAL, telling nothing of itself."""

    async def around(self, call: Call, proceed: Proceed) -> Any:
        try:
            response = await proceed(call)
        except (grpc.aio.AbortError, asyncio.CancelledError):
            raise
        except grpc.aio.InternalError as error:
            # A message could not be sent: the client has gone, and gRPC is about to cancel this task for it.
            _log.info("rpc_not_sent", request_id=call.request_id, method=call.method)
            raise asyncio.CancelledError from error
        except DomainError as error:
            status = to_status(error)
        except Race:
            # a use case that decides nothing anew was chosen by the database to give way; sent again, it may go through
            _log.info("rpc_gave_way", request_id=call.request_id, method=call.method)
            status = to_status(Overloaded())
        except Exception as error:  # noqa: BLE001 - whatever it is, no client may see it
            if isinstance(error, NotImplementedError) and _set_unimplemented(call):
                status = status_pb2.Status(
                    code=grpc.StatusCode.UNIMPLEMENTED.value[0],
                    message="This server does not offer this call.",
                )
            else:
                _log.error("rpc_failed", request_id=call.request_id, method=call.method, exc_info=True)
                status = internal(call.request_id)
        else:
            return response
        if call.context.done():
            # The handler failed once more after it had answered; the client has its status.
            raise asyncio.CancelledError
        return await call.context.abort(
            code_of(status.code),
            status.message,
            ((REQUEST_ID_KEY, call.request_id), (DETAILS_KEY, status.SerializeToString())),
        )


def _set_unimplemented(call: Call) -> bool:
    """Whether it is the stub's own method that was called, because the servicer has none."""
    return code_of(call.context.code()) is grpc.StatusCode.UNIMPLEMENTED
