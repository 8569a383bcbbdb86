"""Requests that make something: a retry with the same request_id makes nothing twice."""

from dataclasses import dataclass
from uuid import UUID

from absense_server.domain.errors.calls import RequestIdReused
from absense_server.domain.ids import UserId
from absense_server.ports.data import Transaction
from absense_server.ports.findings import DoneRequest


@dataclass(frozen=True, slots=True)
class RequestKey:
    """A client's request_id, with the SHA-256 of what it asks for."""

    id: UUID
    fingerprint: bytes

    def done(self, resource_id: UUID) -> DoneRequest:
        """The request with what it has made."""
        return DoneRequest(self.fingerprint, resource_id)


def made_before(tx: Transaction, user_id: UserId, request: RequestKey | None) -> UUID | None:
    """What this request has made already.

    Raises RequestIdReused when the same request_id asked for something else.
    """
    if request is None:
        return None
    done = tx.requests.find(user_id, request.id)
    if done is None:
        return None
    if done.fingerprint != request.fingerprint:
        raise RequestIdReused
    return done.resource_id
