"""Requests that made something."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, insert, select

from absense_server.adapters.db.errors import unless_taken
from absense_server.adapters.db.tables import requests
from absense_server.domain.ids import UserId
from absense_server.ports.findings import DoneRequest, Race


class SqlRequests:
    """ports.data.Requests."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, user_id: UserId, request_id: UUID) -> DoneRequest | None:
        row = self._connection.execute(
            select(requests.c.fingerprint, requests.c.resource_id).where(
                requests.c.user_id == user_id, requests.c.request_id == request_id
            )
        ).one_or_none()
        return None if row is None else DoneRequest(row.fingerprint, row.resource_id)

    def add(self, user_id: UserId, request_id: UUID, done: DoneRequest, at: datetime) -> None:
        with unless_taken(pk_requests=Race):
            self._connection.execute(
                insert(requests).values(
                    user_id=user_id,
                    request_id=request_id,
                    fingerprint=done.fingerprint,
                    resource_id=done.resource_id,
                    at=at,
                )
            )
