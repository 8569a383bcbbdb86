"""The audit log."""

import secrets

from sqlalchemy import Connection
from uuid_utils.compat import uuid7

from absense_server.adapters.db.prepared import PreparedInsert
from absense_server.adapters.db.tables import audit_events, audit_private
from absense_server.domain.audit import AuditEvent

_SALT_BYTES = 16
_ADD_EVENTS = PreparedInsert(audit_events, "id", "action", "at", "actor_id", "subject_id", "request_id", "facts")
_ADD_PRIVATE = PreparedInsert(audit_private, "event_id", "salt", "content")


class SqlAudit:
    """ports.data.Audit."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, *new: AuditEvent) -> None:
        events = [(uuid7(), event) for event in new]
        _ADD_EVENTS.run(
            self._connection,
            [
                {
                    "id": event_id,
                    "action": event.action,
                    "at": event.at,
                    "actor_id": event.actor_id,
                    "subject_id": event.subject_id,
                    "request_id": event.request_id,
                    "facts": dict(event.facts),
                }
                for event_id, event in events
            ],
        )
        if private := [
            # the salt keeps a guess at an erased row from being tested against the chain
            {"event_id": event_id, "salt": secrets.token_bytes(_SALT_BYTES), "content": dict(event.private)}
            for event_id, event in events
            if event.private
        ]:
            _ADD_PRIVATE.run(self._connection, private)
