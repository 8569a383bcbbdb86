"""Flagged faces: what reviewers hold beside each other, a second look of the engine, a decision before the verdict."""

from datetime import timedelta
from typing import Any

import pytest

from absense.v1 import admin_service_pb2, attendance_record_pb2, verdict_pb2
from absense_server.domain.audit import Action
from tests.rpc.faces.test_claims import Portraits, enrolled, until
from tests.rpc.test_check_in import CONFIRMED, FLAGGED
from tests.rpc.test_decisions import MISMATCH, REJECTED, mark, reject
from tests.rpc.test_review import own, seen_by
from tests.rpc.test_sessions import audited, outcome
from tests.support.hall import Admin, Hall, Record, Session, verdicts
from tests.support.held_engine import HeldEngine

PENDING = attendance_record_pb2.RECORD_STATUS_PENDING_VERIFICATION


@pytest.fixture
async def session(hall: Hall) -> Session:
    return await hall.open_session()


async def look_again(admin: Admin, record: Record, **fields: Any) -> Record:
    request = admin_service_pb2.VerifyAttendanceRequest(
        record_id=record.id, expected_revision=record.revision, **fields
    )
    return (await admin.stub.VerifyAttendance(request, metadata=admin.metadata)).record


async def test_a_decision_before_the_verdict_stands(
    hall: Hall, session: Session, portraits: Portraits, engine: HeldEngine
) -> None:
    ama = await enrolled(hall, portraits["obama"])
    engine.hold()
    engine.queue = timedelta(seconds=4)  # which nobody waits for
    record = (await ama.submit(session, selfie=portraits["biden"])).record
    assert record.status == PENDING
    decided = await hall.teacher.confirm(record)
    assert decided.status == CONFIRMED
    engine.release()
    while "FACE" not in verdicts(await own(ama, record_id=record.id)):
        continue  # each look lets the others on
    after = await seen_by(hall.teacher, record.id)
    assert verdicts(after)["FACE"] == ("FAILED", "FACE_MISMATCH")
    assert (after.status, len(after.decisions), after.revision) == (CONFIRMED, 1, decided.revision + 1)


async def test_a_flagged_selfie_is_seen_beside_the_enrolled_face_and_looked_at_again(
    hall: Hall, session: Session, portraits: Portraits, engine: HeldEngine
) -> None:
    admin, stranger = await hall.admin(), await hall.lecturer()
    ama = await enrolled(hall, portraits["obama"])
    flagged = (await ama.submit(session, selfie=portraits["biden"])).record
    assert (flagged.status, list(flagged.reference_image_ids)) == (FLAGGED, [])
    [reference] = (await session.record_of(ama)).reference_image_ids
    _, photograph = await hall.teacher.image(reference)
    assert photograph.startswith(b"\xff\xd8")
    assert [event.facts["owner"] for event in audited(hall, Action.IMAGE_SEEN)] == [ama.id]
    assert await outcome(stranger.image(reference)) == "NOT_FOUND IMAGE_NOT_FOUND"
    # a second look, awaited once, while which no other claim is taken
    engine.hold()
    awaited = await look_again(admin, flagged)
    assert (awaited.status, list(awaited.claims[0].awaited_checks)) == (PENDING, [verdict_pb2.CHECK_FACE])
    assert await look_again(admin, flagged) == await look_again(admin, awaited) == awaited
    assert (await ama.submit(session, selfie=portraits["obama2"])).already_recorded
    engine.release()
    told = await until(ama, flagged, FLAGGED)
    assert (told.record.revision, verdicts(told.record)["FACE"]) == (awaited.revision + 1, ("FAILED", "FACE_MISMATCH"))
    [event] = audited(hall, Action.RECORD_CHECKED_AGAIN)
    assert str(event.subject_id) == flagged.id
    assert await outcome(look_again(admin, flagged)) == MISMATCH
    # once a person has decided there is nothing to hold beside each other, and nothing to look at again
    rejected = await reject(hall.teacher, await seen_by(hall.teacher, flagged.id))
    assert (rejected.status, list(rejected.reference_image_ids)) == (REJECTED, [])
    assert await outcome(hall.teacher.image(reference)) == "NOT_FOUND IMAGE_NOT_FOUND"
    assert await outcome(look_again(admin, rejected)) == "FAILED_PRECONDITION DECISION_NOT_ALLOWED"


async def test_there_has_to_be_something_to_look_at(hall: Hall, session: Session, portraits: Portraits) -> None:
    admin = await hall.admin()
    without_selfie, withdrawn = await enrolled(hall, portraits["obama"]), await enrolled(hall, portraits["obama"])
    by_hand = await mark(hall.teacher, session, await hall.student(), CONFIRMED)
    gone = (await without_selfie.submit(session)).record
    flagged = (await withdrawn.submit(session, selfie=portraits["biden"])).record
    await withdrawn.withdraw_face()
    found = [await outcome(look_again(admin, record)) for record in (by_hand, gone)]
    assert found == ["FAILED_PRECONDITION DECISION_NOT_ALLOWED", "FAILED_PRECONDITION SELFIE_GONE"]
    flagged = await seen_by(hall.teacher, flagged.id)
    assert await outcome(look_again(admin, flagged)) in {
        "FAILED_PRECONDITION SELFIE_GONE",
        "NOT_FOUND FACE_NOT_ENROLLED",
    }
