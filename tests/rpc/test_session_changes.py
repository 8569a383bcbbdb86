"""Sessions changed after they were made: times, place, policy, code; reopened and called off."""

from __future__ import annotations  # the stubs' async types exist for type checkers only

import asyncio
import threading
import uuid
from collections.abc import Awaitable
from datetime import timedelta
from typing import Any

import grpc.aio
import pytest
from google.rpc import error_details_pb2
from sqlalchemy import event, select, update

from absense.v1 import admin_service_pb2, attendance_session_pb2, lecturer_service_pb2, student_service_pb2
from absense_server.adapters.db.tables import audit_events, terms
from absense_server.domain.audit import Action
from absense_server.domain.courses import TermState
from tests.rpc.test_check_in import CONFIRMED, FLAGGED
from tests.rpc.test_sessions import CANCELLED, CLOSED, OFF, OPEN, REQUIRED, SCHEDULED, Policy, create, get, open_to
from tests.support.hall import (
    GREAT_HALL,
    TWO_KM_AWAY,
    Hall,
    Lecturer,
    Session,
    detail,
    geofence_at,
    reason_of,
    seconds,
    timestamp,
    verdicts,
)

Message = attendance_session_pb2.AttendanceSession
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
NOT_THERE = str(uuid.UUID(int=1))


async def change(
    lecturer: Lecturer, session: Message, revision: int | None = None, *, parallel: bool = False, **fields: Any
) -> Message:
    """UpdateSession of these fields; a field that is None is named without a value."""
    request = lecturer_service_pb2.UpdateSessionRequest(
        session_id=session.id,
        expected_revision=revision or session.revision,
        allow_parallel=parallel,
        **{name: value for name, value in fields.items() if value is not None},
    )
    request.update_mask.paths.extend(fields)
    return (await lecturer.stub.UpdateSession(request, metadata=lecturer.metadata)).session


async def reopen(lecturer: Lecturer, session: Message, **fields: Any) -> Message:
    request = lecturer_service_pb2.ReopenSessionRequest(session_id=session.id, **fields)
    return (await lecturer.stub.ReopenSession(request, metadata=lecturer.metadata)).session


async def cancel(lecturer: Lecturer, session: Message, reason: str = "I am ill") -> Message:
    request = lecturer_service_pb2.LecturerServiceCancelSessionRequest(session_id=session.id, reason=reason)
    return (await lecturer.stub.CancelSession(request, metadata=lecturer.metadata)).session


async def new_code(lecturer: Lecturer, session: Message) -> Message:
    request = lecturer_service_pb2.RegenerateSessionCodeRequest(session_id=session.id)
    return (await lecturer.stub.RegenerateSessionCode(request, metadata=lecturer.metadata)).session


async def refused(call: Awaitable[Any]) -> tuple[str, list[str]]:
    """The reason, and the fields at fault."""
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await call
    bad = detail(error.value, error_details_pb2.BadRequest)
    return reason_of(error.value), [] if bad is None else [violation.field for violation in bad.field_violations]


def acts(hall: Hall, session: Message) -> list[Action]:
    """What was written down of the session."""
    query = select(audit_events.c.action).where(audit_events.c.subject_id == uuid.UUID(session.id))
    with hall.app.engine.connect() as connection:
        return list(connection.execute(query.order_by(audit_events.c.seq)).scalars())


async def test_before_it_opens_everything_can_be_changed(hall: Hall) -> None:
    teacher, now = hall.teacher, hall.clock.now()
    session = await create(teacher, open_time=timestamp(now + HOUR), duration=seconds(1800), late_after=seconds(300))
    moved = await change(teacher, session, open_time=timestamp(now + 2 * HOUR))
    assert moved.open_time == timestamp(now + 2 * HOUR)
    assert moved.end_time == timestamp(now + 2.5 * HOUR)
    assert moved.late_after_time == timestamp(now + 2 * HOUR + 5 * MINUTE)
    assert (moved.revision, moved.state) == (2, SCHEDULED)
    assert not moved.HasField("expected_count")
    other = await change(
        teacher,
        moved,
        room="Annex",
        late_after=None,
        geofence=geofence_at(GREAT_HALL),
        policy=Policy(location=REQUIRED),
        code_life=seconds(20),
        code_overlap=seconds(5),
        typed_code_allowed=False,
    )
    assert (other.room, other.typed_code_allowed, other.policy.location) == ("Annex", False, REQUIRED)
    assert (other.code_life, other.code_overlap) == (seconds(20), seconds(5))
    assert not other.HasField("late_after_time")
    assert await get(teacher, session.id) == other
    assert acts(hall, session) == [Action.SESSION_CREATED, Action.SESSION_CHANGED, Action.SESSION_CHANGED]
    # its codes count from the opening
    now_open = await change(teacher, other, open_time=timestamp(now - MINUTE / 2))
    assert (now_open.state, now_open.open_time) == (OPEN, timestamp(now))
    held = Session(teacher, now_open)
    code = await held.code()
    assert (code.issue_time, code.generation, code.step) == (timestamp(now), 1, 0)
    ama = await hall.student()
    assert (await ama.submit(held)).record.status == CONFIRMED


async def test_what_a_change_needs(hall: Hall) -> None:
    teacher, now = hall.teacher, hall.clock.now()
    session = await create(teacher, duration=seconds(1800))
    assert await refused(change(teacher, session, revision=7, room="Annex")) == ("REVISION_MISMATCH", [])
    # what is so already is no change, whatever it was made on
    assert await change(teacher, session, revision=7, room="", end_time=session.end_time) == session
    assert await refused(
        change(teacher, session, open_time=timestamp(now + MINUTE), code_life=seconds(30), typed_code_allowed=False)
    ) == ("SESSION_STARTED", ["open_time", "code_life", "typed_code_allowed"])
    for end in (now - MINUTE, now + MINUTE / 2, now + 25 * HOUR):
        found = await refused(change(teacher, session, end_time=timestamp(end)))
        assert found[0] == "SESSION_TIMES_INVALID"
        assert set(found[1]) == {"end_time"}
    assert (await refused(change(teacher, session, policy=Policy(location=REQUIRED))))[0] == "CHECK_UNAVAILABLE"
    with_place = await change(teacher, session, geofence=geofence_at(GREAT_HALL), policy=Policy())
    assert with_place.policy.location == REQUIRED
    assert (await refused(change(teacher, with_place, geofence=None)))[0] == "CHECK_UNAVAILABLE"
    without = await change(teacher, with_place, geofence=None, policy=Policy())
    assert (without.HasField("geofence"), without.policy.location) == (False, OFF)
    to_come = await create(teacher, open_time=timestamp(now + HOUR))
    assert (await refused(change(teacher, to_come, programme_id=NOT_THERE)))[0] == "PROGRAMME_NOT_FOUND"
    assert (await refused(change(teacher, to_come, code_overlap=seconds(40))))[0] == "CODE_TIMES_INVALID"
    assert (await refused(change(teacher, without, end_time=timestamp(now + 2 * HOUR))))[0] == "SESSION_OVERLAPS"
    longer = await change(teacher, without, parallel=True, end_time=timestamp(now + 2 * HOUR))
    # what reaches no further meets nothing new
    shorter = await change(teacher, longer, end_time=timestamp(now + 1.5 * HOUR))
    stranger = await hall.lecturer()
    for call in (change(stranger, shorter, room="x"), reopen(stranger, shorter), cancel(stranger, shorter)):
        assert (await refused(call))[0] == "SESSION_NOT_FOUND"
    await hall.turn(1.5 * 3600)
    await teacher.refresh()
    assert (await refused(change(teacher, shorter, room="x")))[0] == "SESSION_CLOSED"
    assert (await refused(new_code(teacher, shorter)))[0] == "SESSION_CLOSED"
    to_come = await create(teacher, open_time=timestamp(hall.clock.now() + HOUR))
    with hall.app.engine.begin() as connection:
        connection.execute(update(terms).values(state=TermState.CLOSED))
    assert (await refused(change(teacher, to_come, room="x")))[0] == "TERM_CLOSED"
    assert (await refused(cancel(teacher, to_come)))[0] == "TERM_CLOSED"


async def test_another_place_judges_again_and_back_again(hall: Hall) -> None:
    teacher = hall.teacher
    held = await hall.open_session(late_after=seconds(600))
    session = held.message
    here, away, nowhere, seen = [await hall.student() for _ in range(4)]
    await here.submit(held)
    await away.submit(held, fix=TWO_KM_AWAY)
    await away.submit(held)
    await nowhere.submit(held, fix=None)
    await seen.submit(held, fix=TWO_KM_AWAY)
    decided = await teacher.confirm(await held.record_of(seen))
    before = {record.student.user_id: record for record in await held.records()}
    moved = await change(teacher, session, geofence=geofence_at(TWO_KM_AWAY))
    after = {record.student.user_id: record for record in await held.records()}
    assert after[here.id].status == FLAGGED
    assert verdicts(after[here.id])["LOCATION"] == ("FAILED", "OUTSIDE")
    # the latest try decides still
    assert (after[away.id].status, verdicts(after[away.id], 0)["LOCATION"][0]) == (FLAGGED, "PASSED")
    assert after[nowhere.id] == before[nowhere.id]
    assert after[seen.id] == decided
    assert (await get(teacher, session.id)).counts.confirmed == 1
    # whoever still tries is judged by the place as it is
    ada = await hall.student()
    assert (await ada.submit(held, fix=TWO_KM_AWAY)).record.status == CONFIRMED
    back = await change(teacher, moved, geofence=session.geofence)
    again = {record.student.user_id: record for record in await held.records()}
    assert again[ada.id].status == FLAGGED
    for student in (here, away, nowhere, seen):
        record, was = again[student.id], before[student.id]
        for field in ("status", "attention", "late", "claims", "policy", "deciding_claim_id"):
            assert getattr(record, field) == getattr(was, field)
    # off: nothing stands against those who were elsewhere
    await change(teacher, back, policy=Policy(location=OFF))
    assert (await held.record_of(ada)).status == CONFIRMED
    assert verdicts(await held.record_of(ada))["LOCATION"] == ("SKIPPED", "CHECK_OFF")


async def test_lateness_follows_a_change_for_everybody(hall: Hall) -> None:
    held = await hall.open_session()
    ama, kwame = await hall.student(), await hall.student()
    await ama.submit(held)
    await hall.turn(120)
    await kwame.submit(held, fix=None)
    await hall.teacher.confirm(await held.record_of(kwame))
    session = await change(hall.teacher, held.message, late_after=seconds(60))
    assert (session.counts.confirmed, session.counts.late) == (2, 1)
    assert (await held.record_of(kwame)).late
    session = await change(hall.teacher, session, late_after=None)
    assert session.counts.late == 0


async def test_a_session_closed_by_hand_opens_again(hall: Hall) -> None:
    teacher, now = hall.teacher, hall.clock.now()
    session = await create(teacher, duration=seconds(1800))
    assert await reopen(teacher, session) == session
    held = Session(teacher, session)
    old = await held.code()
    await held.close()
    await hall.app.jobs.seal_ended()
    await hall.turn(60)
    other = await create(teacher, duration=seconds(3600))
    assert (await refused(reopen(teacher, session)))[0] == "SESSION_OVERLAPS"
    again = await reopen(teacher, session, allow_parallel=True)
    assert (again.state, again.end_time, again.HasField("close_time")) == (OPEN, session.end_time, False)
    assert (await held.code()).generation == 2
    scan = student_service_pb2.ScanQrRequest(scanned_text=old.text)
    ama = await hall.student()
    assert not (await ama.stub.ScanQr(scan, metadata=ama.metadata)).code_good
    assert (await ama.submit(held)).record.status == CONFIRMED
    await held.close()
    await hall.app.jobs.seal_ended()
    assert acts(hall, session).count(Action.SESSION_SEALED) == 2
    await hall.turn(901)
    await teacher.refresh()
    assert (await refused(reopen(teacher, session, allow_parallel=True)))[0] == "REOPEN_TOO_LATE"
    await hall.turn(3600)
    await teacher.refresh()
    assert (await refused(reopen(teacher, other)))[0] == "REOPEN_TOO_LATE"  # it ended by itself
    short = await create(teacher, duration=seconds(60))
    await hall.turn(50)
    await Session(teacher, short).close()
    await hall.turn(600)
    found = await refused(reopen(teacher, short, end_time=timestamp(now)))
    assert found[0] == "SESSION_TIMES_INVALID"
    assert (await reopen(teacher, short)).end_time == timestamp(hall.clock.now() + 15 * MINUTE)


async def test_a_session_called_off(hall: Hall) -> None:
    teacher, admin = hall.teacher, await hall.admin()
    held, ama = await hall.open_session(), await hall.student()
    await ama.submit(held)
    code = (await held.code()).text
    screen = aiter(
        teacher.stub.WatchQrCodes(
            lecturer_service_pb2.WatchQrCodesRequest(session_id=held.id), metadata=teacher.metadata
        )
    )
    await anext(screen)
    called_off = await cancel(teacher, held.message, "the projector is broken")
    assert (called_off.state, called_off.cancel_reason) == (CANCELLED, "the projector is broken")
    assert called_off.cancel_time == timestamp(hall.clock.now())
    with pytest.raises(StopAsyncIteration):
        await asyncio.wait_for(anext(screen), 10)
    assert await cancel(teacher, held.message, "again") == called_off
    assert not (await open_to(ama)).sessions
    scan = await ama.stub.ScanQr(student_service_pb2.ScanQrRequest(scanned_text=code), metadata=ama.metadata)
    assert (scan.code_good, scan.session.cancel_reason) == (False, "the projector is broken")
    assert (await refused(change(teacher, called_off, room="x")))[0] == "SESSION_CANCELLED"
    assert (await refused(reopen(teacher, called_off)))[0] == "SESSION_CANCELLED"
    assert (await refused(new_code(teacher, called_off)))[0] == "SESSION_CANCELLED"
    assert len(await held.records()) == 1
    # administrators: any course, and closed terms too
    open_one, to_come = await create(teacher), await create(teacher, open_time=timestamp(hall.clock.now() + HOUR))
    close = admin_service_pb2.AdminServiceCloseSessionRequest(session_id=open_one.id)
    assert (await admin.stub.CloseSession(close, metadata=admin.metadata)).session.state == CLOSED
    assert (await admin.stub.CloseSession(close, metadata=admin.metadata)).session.state == CLOSED
    with hall.app.engine.begin() as connection:
        connection.execute(update(terms).values(state=TermState.CLOSED))
    off = admin_service_pb2.AdminServiceCancelSessionRequest(session_id=to_come.id, reason="holiday")
    assert (await admin.stub.CancelSession(off, metadata=admin.metadata)).session.cancel_reason == "holiday"
    one = admin_service_pb2.AdminServiceGetSessionRequest(session_id=held.id)
    found = (await admin.stub.GetSession(one, metadata=admin.metadata)).session
    assert (found.expected_count, found.counts.confirmed, found.state) == (1, 1, CANCELLED)
    for call in (
        admin.stub.GetSession(
            admin_service_pb2.AdminServiceGetSessionRequest(session_id=NOT_THERE), metadata=admin.metadata
        ),
        admin.stub.CancelSession(
            admin_service_pb2.AdminServiceCancelSessionRequest(session_id=NOT_THERE, reason="x"),
            metadata=admin.metadata,
        ),
    ):
        assert (await refused(call))[0] == "SESSION_NOT_FOUND"


async def test_administrators_list_all_sessions(hall: Hall) -> None:
    admin, other = await hall.admin(), await hall.lecturer()
    theirs = await other.course()
    open_one = await create(hall.teacher)
    to_come = await create(other, theirs, open_time=timestamp(hall.clock.now() + HOUR))
    over = await create(hall.teacher, allow_parallel=True, duration=seconds(60))
    off = await create(other, theirs)
    await cancel(other, off)
    await hall.turn(60)
    await hall.app.jobs.seal_ended()

    async def listed(**fields: Any) -> list[str]:
        request = admin_service_pb2.AdminServiceListSessionsRequest(**fields)
        answer = await admin.stub.ListSessions(request, metadata=admin.metadata)
        if answer.next_page_token:
            return [answer.sessions[0].id, *await listed(**{**fields, "page_token": answer.next_page_token})]
        return [session.id for session in answer.sessions]

    assert await listed(page_size=1) == [off.id, over.id, to_come.id, open_one.id]
    for state, session in ((OPEN, open_one), (SCHEDULED, to_come), (CLOSED, over), (CANCELLED, off)):
        assert await listed(states=[state]) == [session.id]
    assert await listed(states=[OPEN, CANCELLED]) == [off.id, open_one.id]
    assert await listed(course_id=theirs.id, term_id=theirs.term_id) == [off.id, to_come.id]
    assert await listed(from_time=timestamp(hall.clock.now())) == [to_come.id]
    assert (await refused(listed(course_id=NOT_THERE)))[0] == "COURSE_NOT_FOUND"
    assert (await refused(listed(term_id=NOT_THERE)))[0] == "TERM_NOT_FOUND"


async def test_a_session_gets_another_code(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = await create(hall.teacher)
    session = await create(hall.teacher, allow_parallel=True)
    texts = iter([taken.session_code, "WWWWWW"])
    monkeypatch.setattr(hall.app.ids, "text", lambda *_: next(texts))
    changed = await new_code(hall.teacher, session)
    assert (changed.session_code, changed.revision) == ("WWWWWW", 2)
    assert acts(hall, session)[-1] is Action.SESSION_CODE_CHANGED


async def test_a_claim_kept_meanwhile_is_judged_by_the_place_as_it_is(hall: Hall) -> None:
    """The change is committed between the claims' looking up and their being kept: first ones and another try."""
    held = await hall.open_session()
    first, second = await hall.student(), await hall.student()
    await second.submit(held, fix=None)
    headers = [(one, await one.header(held, fix=TWO_KM_AWAY)) for one in (first, second)]
    looking, go_on = threading.Semaphore(0), threading.Event()
    keep = hall.app.use_cases.check_in._keeping

    async def held_up(*args: Any) -> Any:
        looking.release()
        await asyncio.to_thread(go_on.wait, 30)
        return await original(*args)

    original, keep.keep = keep.keep, held_up  # type: ignore[method-assign,assignment]
    sent = [asyncio.create_task(student.send(header)) for student, header in headers]
    for _ in sent:
        assert await asyncio.to_thread(looking.acquire, timeout=30)
    await change(hall.teacher, held.message, geofence=geofence_at(TWO_KM_AWAY))
    go_on.set()
    for answer in await asyncio.gather(*sent):
        assert answer.record.status == CONFIRMED
    assert [record.status for record in await held.records()] == [CONFIRMED, CONFIRMED]


async def test_a_change_waits_for_the_claims_that_are_being_committed(hall: Hall) -> None:
    held, ama = await hall.open_session(), await hall.student()
    header = await ama.header(held)
    reached, go_on, waits = threading.Event(), threading.Event(), threading.Event()

    def hold(_: object) -> None:
        if not reached.is_set():
            reached.set()
            go_on.wait(30)

    def note(_c: object, _cur: object, statement: str, *_: object) -> None:
        if reached.is_set() and ("FOR UPDATE" in statement or statement.startswith("BEGIN IMMEDIATE")):
            waits.set()

    event.listen(hall.app.engine, "commit", hold)
    event.listen(hall.app.engine, "before_cursor_execute", note)
    try:
        claim = asyncio.create_task(ama.send(header))
        assert await asyncio.to_thread(reached.wait, 30)
        changing = asyncio.create_task(change(hall.teacher, held.message, geofence=geofence_at(TWO_KM_AWAY)))
        assert await asyncio.to_thread(waits.wait, 30)
        go_on.set()
        assert (await claim).record.status == CONFIRMED
        await changing
    finally:
        go_on.set()
        event.remove(hall.app.engine, "commit", hold)
        event.remove(hall.app.engine, "before_cursor_execute", note)
    assert [record.status for record in await held.records()] == [FLAGGED]
