"""Another phone: asked for by the student, granted or refused by an administrator, once."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import grpc.aio
import pytest
from sqlalchemy import select, update

from absense.v1 import admin_service_pb2, device_pb2, student_service_pb2
from absense_server.adapters.db.tables import audit_events, audit_private, devices
from absense_server.domain.errors.devices import DeviceResetDecided
from absense_server.domain.ids import DeviceResetId
from absense_server.domain.mails import MailKind
from tests.integration.db.world import at_once
from tests.support.hall import Admin, Hall, Student, reason_of, timestamp, verdicts

PENDING, APPROVED, REJECTED = (
    device_pb2.DEVICE_RESET_STATE_PENDING,
    device_pb2.DEVICE_RESET_STATE_APPROVED,
    device_pb2.DEVICE_RESET_STATE_REJECTED,
)


async def refused(call: Any) -> str:
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await call
    return reason_of(error.value)


async def phone_of(student: Student) -> student_service_pb2.GetDeviceResponse:
    return await student.stub.GetDevice(student_service_pb2.GetDeviceRequest(), metadata=student.metadata)


async def listed(admin: Admin, **fields: Any) -> admin_service_pb2.ListDeviceResetRequestsResponse:
    request = admin_service_pb2.ListDeviceResetRequestsRequest(**fields)
    return await admin.stub.ListDeviceResetRequests(request, metadata=admin.metadata)


def audited(hall: Hall) -> list[tuple[str, dict[str, str], dict[str, str]]]:
    """The acts about resets, oldest first: what was done, what is said of it in ids, and what can be erased."""
    acts = (
        select(audit_events.c.action, audit_events.c.facts, audit_private.c.content)
        .join(audit_private, audit_private.c.event_id == audit_events.c.id)
        .where(audit_events.c.action.startswith("DEVICE_RESET"))
        .order_by(audit_events.c.seq)
    )
    with hall.app.engine.connect() as connection:
        return [(row.action.value, row.facts, row.content) for row in connection.execute(acts)]


async def sent(hall: Hall, student: Student) -> Counter[MailKind]:
    return Counter(mail.kind for mail in await hall.mails() if mail.to == student.email)


async def test_a_lost_phone_makes_way_for_another(hall: Hall) -> None:
    ama, kwame, admin = await hall.student(), await hall.student(phone=False), await hall.admin()
    first, old_identifier, old_key = (await phone_of(ama)).device, ama.identifier, ama.key
    reset = await ama.request_reset(" Stolen in the tram ")
    assert (reset.state, reset.reason, reset.device) == (PENDING, "Stolen in the tram", first)
    assert (reset.student.user_id, reset.create_time) == (ama.id, timestamp(hall.clock.now()))
    assert not reset.HasField("decide_time")
    assert (await phone_of(ama)).reset_request == reset
    await hall.mail_to(ama.email, MailKind.DEVICE_RESET_REQUESTED)
    assert list((await listed(admin, state=PENDING)).reset_requests) == [reset]

    # until it is granted, nothing changes
    assert verdicts((await ama.submit(await hall.open_session())).record)["DEVICE"] == ("PASSED", "KEY_SIGNED")
    assert await refused(ama.bind(identifier="another phone")) == "DEVICE_ALREADY_BOUND"

    await hall.turn(60)
    granted = await admin.approve_reset(reset.id, "Bind it today")
    assert (granted.state, granted.note, granted.decide_time) == (
        APPROVED,
        "Bind it today",
        timestamp(hall.clock.now()),
    )
    assert "Bind it today" in (await hall.mail_to(ama.email, MailKind.DEVICE_RESET_APPROVED)).text
    assert await refused(phone_of(ama)) == "DEVICE_NOT_FOUND"
    assert await refused(ama.request_reset()) == "DEVICE_NOT_FOUND"

    async def device_verdict(**fields: Any) -> tuple[str, str]:
        session = await hall.open_session(allow_parallel=True)
        return verdicts((await ama.submit(session, **fields)).record)["DEVICE"]

    assert await device_verdict() == ("INCONCLUSIVE", "NO_DEVICE_BOUND")
    ama.identifier = "the new phone"
    await ama.bind()
    assert await device_verdict() == ("PASSED", "KEY_SIGNED")
    new_key, ama.key = ama.key, old_key
    assert await device_verdict(identifier=old_identifier) == ("FAILED", "OTHER_DEVICE")
    assert await device_verdict() == ("FAILED", "BAD_SIGNATURE")
    ama.key = new_key

    # the old phone, found again, is anybody's to bind, but hers no more
    assert await refused(ama.bind(identifier=old_identifier)) == "DEVICE_ALREADY_BOUND"
    await kwame.bind(identifier=old_identifier)
    assert not (await phone_of(ama)).HasField("reset_request"), "it was about another phone"
    await ama.request_reset()
    (again,) = (await listed(admin, user_id=ama.id, state=PENDING)).reset_requests
    assert again.earlier_approved_count == 1
    assert (await phone_of(ama)).reset_request.earlier_approved_count == 0, "only administrators see it"


async def test_deciding_again_changes_nothing_and_otherwise_is_refused(hall: Hall) -> None:
    ama, kwame, admin = await hall.student(), await hall.student(), await hall.admin()
    hers, his = await ama.request_reset("Lost"), await kwame.request_reset("New one")
    granted, denied = await admin.approve_reset(hers.id, "Yes"), await admin.reject_reset(his.id, "No: come by")
    await hall.turn(60)
    assert await admin.approve_reset(hers.id, "once more") == granted
    assert await admin.reject_reset(his.id, "once more") == denied
    assert await refused(admin.reject_reset(hers.id)) == "DEVICE_RESET_DECIDED"
    assert await refused(admin.approve_reset(his.id)) == "DEVICE_RESET_DECIDED"
    assert await refused(admin.approve_reset(ama.id)) == "DEVICE_RESET_REQUEST_NOT_FOUND"

    shown = (await phone_of(kwame)).reset_request
    assert (shown.state, shown.note) == (REJECTED, "No: come by")
    assert "No: come by" in (await hall.mail_to(kwame.email, MailKind.DEVICE_RESET_REJECTED)).text
    assert await sent(hall, ama) == {MailKind.DEVICE_RESET_REQUESTED: 1, MailKind.DEVICE_RESET_APPROVED: 1}
    assert await sent(hall, kwame) == {MailKind.DEVICE_RESET_REQUESTED: 1, MailKind.DEVICE_RESET_REJECTED: 1}
    where = {"address": "127.0.0.1"}
    assert audited(hall) == [
        ("DEVICE_RESET_REQUESTED", {"device": hers.device.id}, {**where, "note": "Lost"}),
        ("DEVICE_RESET_REQUESTED", {"device": his.device.id}, {**where, "note": "New one"}),
        ("DEVICE_RESET_APPROVED", {"student": ama.id, "device": hers.device.id}, {**where, "note": "Yes"}),
        ("DEVICE_RESET_REJECTED", {"student": kwame.id, "device": his.device.id}, {**where, "note": "No: come by"}),
    ]
    # who was refused may ask anew
    assert (await kwame.request_reset()).id != his.id


async def test_one_request_waits_at_a_time_however_many_ask_at_once(hall: Hall) -> None:
    ama = await hall.student()
    asked = await asyncio.gather(*(ama.request_reset(f"Lost it, {number}") for number in range(10)))
    assert len({(reset.id, reset.reason) for reset in asked}) == 1
    assert await ama.request_reset("Once more") == asked[0]
    assert await sent(hall, ama) == {MailKind.DEVICE_RESET_REQUESTED: 1}
    assert len(audited(hall)) == 1


async def test_of_two_who_decide_at_once_one_wins(hall: Hall) -> None:
    ama, admin = await hall.student(), await hall.admin()
    reset = await ama.request_reset()
    caller = admin.caller
    resets, reset_id = hall.app.use_cases.device_resets, DeviceResetId(UUID(reset.id))

    def decide(number: int) -> str:
        decided = (resets.approve, resets.reject)[number % 2](replace(caller, request_id=str(number)), reset_id, "")
        return decided.state.value

    ends = await asyncio.to_thread(at_once, 8, decide)
    won = {end for end in ends if isinstance(end, str)}
    assert len(won) == 1, ends
    assert [type(end) for end in ends].count(DeviceResetDecided) == 4
    assert len(audited(hall)) == 2
    if won == {"APPROVED"}:
        assert await refused(phone_of(ama)) == "DEVICE_NOT_FOUND"
    else:
        assert (await phone_of(ama)).reset_request.state == REJECTED


async def test_a_request_about_a_phone_that_is_not_bound_any_more_takes_no_other_one(hall: Hall) -> None:
    """Nothing of ours leaves one: whatever does, the phone that is bound since stays."""
    ama, admin = await hall.student(), await hall.admin()
    reset = await ama.request_reset()
    with hall.app.engine.begin() as connection:
        connection.execute(update(devices).values(unbound_at=hall.clock.now()))
    second = await ama.bind(identifier="the second phone")
    assert await refused(admin.approve_reset(reset.id)) == "DEVICE_RESET_DECIDED"
    assert (await phone_of(ama)).device == second
    assert (await admin.reject_reset(reset.id)).state == REJECTED


async def test_requests_are_listed_oldest_first_and_by_filter(hall: Hall) -> None:
    admin = await hall.admin()
    students = [await hall.student() for _ in range(4)]
    resets = [await student.request_reset() for student in students]
    await admin.approve_reset(resets[0].id)
    await admin.reject_reset(resets[1].id)

    async def ids(**fields: Any) -> list[str]:
        return [reset.id for reset in (await listed(admin, **fields)).reset_requests]

    everything = [reset.id for reset in resets]
    assert await ids() == everything
    assert await ids(state=APPROVED) == everything[:1]
    assert await ids(state=REJECTED) == everything[1:2]
    assert await ids(state=PENDING) == everything[2:]
    assert await ids(user_id=students[3].id) == everything[3:]
    assert await ids(user_id=admin.id) == []
    page = await listed(admin, page_size=3)
    assert await ids(page_size=3, page_token=page.next_page_token) == everything[3:]
    assert await refused(listed(admin, state=PENDING, page_token=page.next_page_token)) == "PAGE_TOKEN_INVALID"


async def test_who_was_signed_in_long_ago_asks_and_decides_nothing(hall: Hall) -> None:
    ama, admin = await hall.student(), await hall.admin()
    reset = await ama.request_reset()
    await hall.turn(timedelta(minutes=10, seconds=1).total_seconds())
    for call in (ama.request_reset(), admin.approve_reset(reset.id), admin.reject_reset(reset.id)):
        assert await refused(call) == "RECENT_SIGN_IN_REQUIRED"
