"""The audit log: who did what, listed; sealed; and what was tampered with, found."""

from __future__ import annotations  # the stubs' async types exist for type checkers only

import uuid
from dataclasses import dataclass, field
from typing import Any, Final

import pytest
from sqlalchemy import text

from absense.v1 import admin_service_pb2, audit_pb2
from absense_server.domain import audit
from absense_server.domain.audit import Action
from absense_server.domain.ids import UserId
from absense_server.domain.people import Caller
from tests.support.hall import Admin, Hall

NOTE: Final = "Kofi said: “it fell into the sea”"
EVENTS: Final = 12
"""In a log made by hand; the even ones have something private."""


@dataclass
class Log:
    """The log of a hall, in the hands of an administrator and of somebody who has the database."""

    hall: Hall
    admin: Admin
    before: list[Any] = field(default_factory=list)

    def seal(self) -> None:
        while self.hall.app.use_cases.audit_log.seal():
            pass

    def write(self, number: int) -> None:
        """So many events, sealed."""
        at, caller = self.hall.clock.now(), Caller("request", "10.0.0.7", UserId(uuid.uuid4()))
        with self.hall.app.uow() as tx:
            for count in range(number):
                event = audit.event(Action.COURSE_CHANGED, caller, at, uuid.uuid4(), title="é\u2028", n=str(count))
                tx.audit.add(
                    event.with_note(NOTE) if count % 2 else audit.machine_event(Action.MAIL_SENT, at, uuid.uuid4())
                )
            tx.commit()
        self.seal()

    def sql(self, statement: str, **values: object) -> list[Any]:
        with self.hall.app.engine.begin() as connection:
            found = connection.execute(text(statement), values)
            return list(found) if found.returns_rows else []

    async def verify(self, **fields: Any) -> admin_service_pb2.VerifyAuditLogResponse:
        request = admin_service_pb2.VerifyAuditLogRequest(**fields)
        return await self.admin.stub.VerifyAuditLog(request, metadata=self.admin.metadata)

    async def broken(self, **fields: Any) -> tuple[int, str]:
        """Where, and how."""
        answer = await self.verify(**fields)
        kind = audit_pb2.AuditBreakKind.Name(answer.broken.kind).removeprefix("AUDIT_BREAK_KIND_")
        return answer.broken.number, kind

    async def list(self, **fields: Any) -> list[audit_pb2.AuditEvent]:
        """All pages."""
        events: list[audit_pb2.AuditEvent] = []
        request = admin_service_pb2.ListAuditEventsRequest(page_size=3, **fields)
        while not events or request.page_token:
            page = await self.admin.stub.ListAuditEvents(request, metadata=self.admin.metadata)
            events += page.events
            request.page_token = page.next_page_token
            if not page.next_page_token:
                break
        return events


@pytest.fixture
async def log(hall: Hall) -> Log:
    log = Log(hall, await hall.admin())
    log.seal()
    return log


async def test_a_sealed_log_is_whole(log: Log) -> None:
    log.write(EVENTS)
    found = await log.verify()
    assert not found.HasField("broken")
    assert found.checked_count == found.last_number > EVENTS
