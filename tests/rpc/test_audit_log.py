"""The audit log: who did what, listed; sealed; and what was tampered with, found."""

from __future__ import annotations  # the stubs' async types exist for type checkers only

import uuid
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import grpc.aio
import pytest
from sqlalchemy import Table, select, text, update

from absense.v1 import admin_service_pb2, audit_pb2, verdict_pb2, verification_log_pb2
from absense_server.adapters.db.tables import audit_events, audit_private
from absense_server.domain import audit
from absense_server.domain.audit import Action
from absense_server.domain.audit_chain import AuditChain
from absense_server.domain.faces import FaceModel
from absense_server.domain.ids import UserId
from absense_server.domain.people import Caller
from absense_server.domain.verdicts import Check, Reason, failed, passed
from absense_server.ports.findings import MatchEntry, MatchKind
from absense_server.services import audit_log
from absense_server.services.audit_log import AuditLog, LogNotSealable
from tests.support.hall import Admin, Hall, reason_of, timestamp

NOTE: Final = "Kofi said: “it fell into the sea”"
MORE: Final = 12
"""Events written by hand; every other one has something private beside it."""

KEPT: Final = ("audit_events", "audit_private", "audit_head")


@dataclass
class Log:
    """The log of a hall, in the hands of an administrator and of somebody who has the database."""

    hall: Hall
    admin: Admin
    last: int = 0
    """The number of the last event written by hand: the one with something private."""

    @property
    def ours(self) -> AuditLog:
        return self.hall.app.use_cases.audit_log

    def seal(self) -> None:
        while self.ours.seal():
            pass

    def write(self) -> None:
        """Some events, sealed."""
        at, caller = self.hall.clock.now(), Caller("request", "10.0.0.7", UserId(uuid.uuid4()))
        with self.hall.app.uow() as tx:
            for count in range(MORE):
                event = audit.event(
                    Action.COURSE_CHANGED, caller, at, uuid.uuid4(), title="é\u2028", b="", a=str(count)
                )
                plain = audit.machine_event(Action.SESSION_SEALED, at, uuid.uuid4())
                tx.audit.add(event.with_note(NOTE) if count % 2 else plain)
            tx.commit()
        self.seal()
        ((self.last,),) = self.sql("SELECT max(number) FROM audit_events")

    def sql(self, statement: Any, **values: object) -> list[Any]:
        statement = text(statement) if isinstance(statement, str) else statement
        with self.hall.app.engine.begin() as connection:
            found = connection.execute(statement, values)
            return list(found) if found.returns_rows else []

    def keep(self) -> None:
        """As it is, to be restored."""
        for table in KEPT:
            self.sql(f"CREATE TABLE kept_{table} AS SELECT * FROM {table}")  # noqa: S608 - ours

    def restore(self) -> None:
        anyway = "OVERRIDING SYSTEM VALUE" if self.hall.app.engine.dialect.name == "postgresql" else ""
        self.sql("DELETE FROM audit_head")
        self.sql("DELETE FROM audit_events")
        for table in KEPT:
            self.sql(f"INSERT INTO {table} {anyway} SELECT * FROM kept_{table}")  # noqa: S608 - ours

    async def verify(self, **fields: Any) -> admin_service_pb2.VerifyAuditLogResponse:
        request = admin_service_pb2.VerifyAuditLogRequest(**fields)
        return await self.admin.stub.VerifyAuditLog(request, metadata=self.admin.metadata)

    async def broken(self, **fields: Any) -> tuple[int, str]:
        """Where, and how; 0, UNSPECIFIED: it is whole."""
        found = (await self.verify(**fields)).broken
        return found.number, audit_pb2.AuditBreakKind.Name(found.kind).removeprefix("AUDIT_BREAK_KIND_")

    async def list(self, **fields: Any) -> list[audit_pb2.AuditEvent]:
        """All pages."""
        events: list[audit_pb2.AuditEvent] = []
        request = admin_service_pb2.ListAuditEventsRequest(page_size=5, **fields)
        while True:
            page = await self.admin.stub.ListAuditEvents(request, metadata=self.admin.metadata)
            events += page.events
            request.page_token = page.next_page_token
            if not page.next_page_token:
                return events


WHOLE: Final = (0, "UNSPECIFIED")


@pytest.fixture
async def log(hall: Hall) -> AsyncIterator[Log]:
    log = Log(hall, await hall.admin())
    log.write()
    yield log
    for table in KEPT:
        log.sql(f"DROP TABLE IF EXISTS kept_{table}")


def other(value: Any) -> Any:
    """Something else of the same type."""
    match value:
        case bytes():
            return bytes([value[0] ^ 1]) + value[1:]
        case uuid.UUID() | None:
            return uuid.uuid4()
        case Action():
            return Action.TERM_CLOSED
        case dict():
            return {**value, "b": " "}
        case str():
            return f"{value}x"
    return value + (timedelta(microseconds=1) if hasattr(value, "microsecond") else 1)


ALTERED: Final[Mapping[str, str]] = {"number": "MISSING", "key_id": "KEY_UNKNOWN"}
"""What altering a column is called, unless it is ALTERED."""


@pytest.mark.parametrize("table", [audit_events, audit_private])
async def test_whatever_is_altered_of_a_sealed_event_is_found(log: Log, table: Table) -> None:
    """Every column there is, of an event with something private: a new column has to be sealed, too."""
    log.keep()
    number = log.last - 2
    event_id = log.sql(select(audit_events.c.id).where(audit_events.c.number == number))[0].id
    key = audit_events.c.id if table is audit_events else audit_private.c.event_id
    [row] = log.sql(select(table).where(key == event_id))
    found, expected = {}, {}
    for column in table.c:
        changed = other(getattr(row, column.name))
        expected[column.name] = (number, ALTERED.get(column.name, "ALTERED"))
        if column.name == "id":
            log.sql("DELETE FROM audit_private")  # which would have to move with it
        if column.name == "event_id":
            # of all that could stand there: the event before has nothing private
            changed = log.sql(select(audit_events.c.id).where(audit_events.c.number == number - 1))[0].id
            expected[column.name] = (number - 1, "ALTERED")
        if column.name == "number":
            changed = None
        if column.name == "seq":
            changed = row.seq + 1_000
        if column.name == "seq" and log.hall.app.engine.dialect.name == "postgresql":
            changed = text("DEFAULT")
        log.sql(update(table).where(key == event_id).values({column.name: changed}))
        found[column.name] = await log.broken()
        log.restore()
    assert found == expected
    assert await log.broken() == WHOLE


async def test_whatever_is_taken_out_or_moved_is_found(log: Log) -> None:
    log.keep()
    n, last = log.last - 5, log.last
    private = log.sql("SELECT min(number) FROM audit_events WHERE length(private_digest) > 0")[0][0]
    swapped = (
        "UPDATE audit_events SET number = NULL WHERE number = :n",
        "UPDATE audit_events SET number = :n WHERE number = :n + 3",
        "UPDATE audit_events SET number = :n + 3 WHERE number IS NULL",
    )
    cases: dict[str, tuple[tuple[str, ...], tuple[int, str]]] = {
        "an event": (("DELETE FROM audit_events WHERE number = :n",), (n, "MISSING")),
        "the first": (("DELETE FROM audit_events WHERE number = 1",), (1, "MISSING")),
        "the end": (("DELETE FROM audit_events WHERE number > :n",), (n + 1, "CUT_OFF")),
        "the last": (("DELETE FROM audit_events WHERE number = :n + 5",), (last, "CUT_OFF")),
        "all events": (("DELETE FROM audit_events",), (1, "CUT_OFF")),
        "the head": (("DELETE FROM audit_head",), (last, "CUT_OFF")),
        "the end, and a head to match": (
            (
                "DELETE FROM audit_events WHERE number > :n",
                "UPDATE audit_head SET number = :n, seal = (SELECT seal FROM audit_events WHERE number = :n)",
            ),
            (n, "CUT_OFF"),
        ),
        "the head's number": (("UPDATE audit_head SET number = number + 1",), (last + 1, "CUT_OFF")),
        "the head's seal": (("UPDATE audit_head SET seal = mac",), (last, "CUT_OFF")),
        "the head's key": (("UPDATE audit_head SET key_id = 'other'",), (last, "KEY_UNKNOWN")),
        "a salt for all": (
            ("UPDATE audit_private SET salt = (SELECT seal FROM audit_events WHERE number = 1)",),
            (private, "ALTERED"),
        ),
        "two swapped": (swapped, (n, "SWAPPED")),
        "two swapped below their seals": (
            (
                *swapped,
                "UPDATE audit_events AS e SET seal = (SELECT seal FROM kept_audit_events k WHERE k.number = e.number)",
            ),
            (n, "SWAPPED"),
        ),
    }
    found = {}
    for name, (statements, _) in cases.items():
        for statement in statements:
            log.sql(statement, **({"n": n} if ":n" in statement else {}))
        found[name] = await log.broken()
        log.restore()
    assert found == {name: expected for name, (_, expected) in cases.items()}
    assert await log.broken() == WHOLE


@pytest.mark.parametrize(
    "how", ["DELETE FROM audit_head", "UPDATE audit_head SET number = 3", "UPDATE audit_head SET key_id = 'x'"]
)
async def test_a_log_with_another_head_is_not_sealed_on(log: Log, how: str) -> None:
    """It would look whole again."""
    log.sql(how)
    await log.verify()
    with pytest.raises(LogNotSealable):
        log.ours.seal()
    await log.hall.app.jobs.seal_log()
    assert (await log.verify()).unsealed_count > 0


async def test_an_erased_person_leaves_a_log_that_is_whole(log: Log) -> None:
    student = await log.hall.student()
    log.seal()
    [device] = await log.list(subject_id="", actor_id=student.id, actions=[audit_pb2.AUDIT_ACTION_DEVICE_BOUND])
    assert device.private_facts == {"address": "127.0.0.1"}
    assert device.actor.user_id == student.id
    before = await log.verify()
    with log.hall.app.uow() as tx:
        tx.erasures.account(UserId(uuid.UUID(student.id)), log.hall.clock.now())
        tx.erasures.identity(UserId(uuid.UUID(student.id)))
        tx.commit()
    after = await log.verify()
    assert not after.HasField("broken")
    assert after.erased_count > before.erased_count == 0
    [device] = await log.list(actor_id=student.id, actions=[audit_pb2.AUDIT_ACTION_DEVICE_BOUND])
    assert device.erased
    assert not device.private_facts
    assert not device.HasField("actor")


async def test_a_seal_kept_elsewhere_tells_a_log_that_was_written_anew(log: Log) -> None:
    """By somebody who has the key, too."""
    kept = await log.verify()
    known = {"known_number": kept.last_number, "known_seal": kept.last_seal}
    log.write()
    assert await log.broken(**known) == WHOLE
    assert await log.broken(from_number=kept.last_number + 1, **known) == WHOLE
    assert await log.broken(from_number=kept.last_number + 3, **known) == WHOLE
    log.sql("DELETE FROM audit_events WHERE number = 3")
    log.sql("DELETE FROM audit_head")
    log.sql("UPDATE audit_events SET number = NULL, seal = NULL, private_digest = NULL, key_id = NULL")
    log.seal()
    assert await log.broken() == WHOLE
    for first in (0, kept.last_number + 1, kept.last_number + 3):
        assert await log.broken(from_number=first, **known) == (kept.last_number, "REWRITTEN")
    beyond = {**known, "known_number": 1_000}
    assert await log.broken(**beyond) == (1_000, "CUT_OFF")
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await log.verify(known_number=1)
    assert reason_of(refused.value) == "INVALID_REQUEST"


async def test_a_long_log_is_looked_at_in_parts(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_log, "_AT_ONCE", 3)
    monkeypatch.setattr(audit_log, "_MOST", 7)
    whole, first, checked, seals = log.last, 0, 0, []
    while True:
        found = await log.verify(from_number=first)
        assert not found.HasField("broken")
        assert found.first_number == max(first, 1)
        checked += found.checked_count
        seals.append(found.last_seal)
        first = found.next_number
        if not first:
            break
    assert (checked, found.last_number) == (whole, whole)
    assert len(set(seals)) == len(seals) == -(-whole // 9)
    # each look is in the log, and not sealed yet
    assert found.unsealed_count == len(seals) - 1
    beyond = await log.verify(from_number=1_000)
    assert (beyond.checked_count, beyond.last_number, beyond.last_seal) == (0, whole, found.last_seal)
    log.sql("DELETE FROM audit_events WHERE number = :n", n=whole - 3)
    assert await log.broken(from_number=whole - 2) == (whole - 3, "MISSING")
    log.seal()
    [look, *_] = await log.list(actions=[audit_pb2.AUDIT_ACTION_AUDIT_VERIFIED])
    assert look.actor.user_id == log.admin.id
    assert look.facts["broken"] == "MISSING"


async def test_another_key_goes_on_where_the_old_one_ended(log: Log) -> None:
    app = log.hall.app
    chain, both = app.outside.audit_chain, {**app.outside.audit_chain._keys, "new": b"k" * 32}
    log.ours._chain = AuditChain(both, "new")
    log.write()
    assert await log.broken() == WHOLE
    log.ours._chain = chain
    assert await log.broken() == (log.last - MORE + 1, "KEY_UNKNOWN")


async def test_events_are_listed_by_who_what_and_when(log: Log) -> None:
    """Newest first, the same whatever the size of a page."""
    start = log.hall.clock.now()
    await log.hall.turn(60)
    student = await log.hall.student()
    await log.hall.turn(60)
    session = await log.hall.open_session()
    with pytest.raises(grpc.aio.AioRpcError):
        await student.scan("ABSENSE:1:nonsense")
    log.seal()
    everything = await log.list()
    assert [event.number for event in everything] == sorted((event.number for event in everything), reverse=True)
    assert len(everything) > log.last
    minute = timestamp(start + timedelta(seconds=60))
    of_a_minute = await log.list(from_time=minute, until_time=timestamp(start + timedelta(seconds=120)))
    assert {event.create_time.seconds for event in of_a_minute} == {minute.seconds}
    assert of_a_minute == [event for event in everything if event.create_time.seconds == minute.seconds]
    kinds = [audit_pb2.AUDIT_ACTION_DEVICE_BOUND, audit_pb2.AUDIT_ACTION_SESSION_CREATED]
    assert [event.action for event in await log.list(actions=kinds)] == kinds[::-1]
    assert [event.subject_id for event in await log.list(subject_id=session.id)] == [session.id]
    by_hand = [event for event in everything if event.private_facts.get("note") == NOTE]
    assert len(by_hand) == MORE // 2
    assert by_hand[-1].facts == {"title": "é\u2028", "b": "", "a": "1"}
    assert by_hand[-1].private_facts["address"] == "10.0.0.7"
    assert by_hand[-1].request_id == "request"
    request = admin_service_pb2.ListAuditEventsRequest(page_size=5)
    token = (await log.admin.stub.ListAuditEvents(request, metadata=log.admin.metadata)).next_page_token
    request = admin_service_pb2.ListAuditEventsRequest(page_token=token, actions=kinds)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await log.admin.stub.ListAuditEvents(request, metadata=log.admin.metadata)
    assert reason_of(refused.value) == "PAGE_TOKEN_INVALID"


async def test_looks_of_the_face_engine_are_listed(log: Log) -> None:
    ama, kofi = await log.hall.student(), await log.hall.student()
    model, start = FaceModel("SFace", "yunet", 0.593, "tests"), log.hall.clock.now()
    looks = [
        MatchEntry(
            id=log.hall.app.ids.new(),
            kind=[MatchKind.TRIAL, MatchKind.CLAIM][count % 2],
            student_id=UserId(uuid.UUID([ama.id, kofi.id][count % 3 == 0])),
            at=start + timedelta(seconds=count),
            verdict=(failed if count % 4 == 0 else passed)(Check.FACE, Reason.FACE_MISMATCH, 0.7, 0.593),
            model=model,
            took=timedelta(milliseconds=60),
        )
        for count in range(12)
    ]
    with log.hall.app.uow() as tx:
        tx.verifications.log(looks)
        tx.commit()

    async def listed(**fields: Any) -> list[int]:
        """Which of the looks."""
        found: list[verification_log_pb2.VerificationLog] = []
        request = admin_service_pb2.ListVerificationLogsRequest(page_size=2, **fields)
        while True:
            page = await log.admin.stub.ListVerificationLogs(request, metadata=log.admin.metadata)
            found += page.verification_logs
            request.page_token = page.next_page_token
            if not page.next_page_token:
                assert all(one.student.full_name and one.duration_millis == 60 for one in found)
                return [round(one.create_time.ToSeconds() - start.timestamp()) for one in found]

    assert await listed() == [*range(11, -1, -1)]
    assert await listed(student_id=kofi.id) == [9, 6, 3, 0]
    assert await listed(outcome=verdict_pb2.OUTCOME_FAILED) == [8, 4, 0]
    assert await listed(kind=verification_log_pb2.MATCH_KIND_TRIAL, student_id=ama.id) == [10, 8, 4, 2]
    some = {"from_time": timestamp(looks[3].at), "until_time": timestamp(looks[6].at)}
    assert await listed(**some) == [5, 4, 3]
