"""A student's own face, through the contract: enrolled, tried out, withdrawn, looked after by administrators."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import cv2
import grpc.aio
import numpy as np
import pytest
from sqlalchemy import select, update

from absense.v1 import admin_service_pb2, auth_service_pb2, face_pb2, student_service_pb2, verdict_pb2
from absense_server.adapters.db.tables import (
    audit_events,
    doomed_blobs,
    face_consents,
    face_templates,
    face_views,
    images,
    verification_log,
    verifications,
)
from absense_server.domain.audit import Action
from absense_server.domain.errors.calls import BackendUnavailable
from absense_server.domain.faces import ConsentEnd
from absense_server.domain.ids import UserId
from tests.rpc.test_erasure import delete
from tests.support import faces
from tests.support.hall import CONSENT, Admin, Hall, Student, announce, chunks_of, iter_async, reason_of, verdicts
from tests.support.held_engine import HeldEngine
from tests.support.written import written

Portraits = dict[str, bytes]


@pytest.fixture
async def ama(hall: Hall) -> Student:
    return await hall.student()


async def refused(call: Any) -> str:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    assert caught.value.code() is not grpc.StatusCode.INTERNAL, caught.value.details()
    return reason_of(caught.value)


async def current(student: Student) -> auth_service_pb2.GetCurrentUserResponse:
    return await student.hall.auth.GetCurrentUser(auth_service_pb2.GetCurrentUserRequest(), metadata=student.metadata)


def rows(hall: Hall, table: Any) -> list[Any]:
    with hall.app.engine.connect() as connection:
        return list(connection.execute(select(table)))


def blobs(hall: Hall) -> set[str]:
    return {path.name for path in Path(hall.app.settings.storage_folder).rglob("*") if path.is_file()}


def actions(hall: Hall) -> list[Action]:
    return [row.action for row in rows(hall, audit_events) if row.action.value.startswith("FACE_")]


def brighter(photograph: bytes, factor: float = 1.1) -> bytes:
    """Another photograph of the same person, as good as."""
    return faces.jpeg(np.clip(faces.decode(photograph) * factor, 0, 255).astype(np.uint8))


# Enrolling


async def test_the_first_face_is_trusted_on_first_use(hall: Hall, ama: Student, portraits: Portraits) -> None:
    assert not (await current(ama)).HasField("face_template")
    enrolled = await ama.enroll_face(portraits["obama"])
    template = enrolled.template
    assert (template.trust, template.usable, template.view_count) == (face_pb2.FACE_TRUST_TRUSTED, True, 1)
    assert (template.model, template.consent_version) == ("SFace", CONSENT.version)
    assert uuid.UUID(template.id).version == 7
    assert enrolled.quality.width_pixels > 100
    assert 0.2 < enrolled.quality.brightness < 0.9
    assert (await current(ama)).face_template == template
    assert actions(hall) == [Action.FACE_ENROLLED]


async def test_one_message_does_as_well(ama: Student, portraits: Portraits) -> None:
    request = student_service_pb2.EnrollFaceInlineRequest(
        enrollment=face_pb2.FaceEnrollment(consent_version=CONSENT.version), photograph=portraits["obama"]
    )
    inline = await ama.stub.EnrollFaceInline(request, metadata=ama.metadata)
    streamed = await ama.enroll_face(portraits["obama"])
    assert streamed.template == inline.template


async def test_the_server_says_what_it_demands(hall: Hall) -> None:
    info = await hall.auth.GetServerInfo(auth_service_pb2.GetServerInfoRequest())
    assert info.features.face_verification
    assert info.face_rules.max_views == 5
    assert info.face_rules.min_width_pixels == 60


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda p: faces.plain(), "NO_FACE"),
        (lambda p: faces.side_by_side(p["obama"], p["biden"]), "SEVERAL_FACES"),
        (lambda p: faces.far_away(p["obama"]), "FACE_TOO_SMALL"),
        (lambda p: faces.fitted(p["obama"]) // 5, "FACE_TOO_DARK"),
        (lambda p: cv2.GaussianBlur(faces.fitted(p["obama"]), (0, 0), 5), "FACE_TOO_BLURRED"),
    ],
)
async def test_a_photograph_that_is_no_good_says_what_to_do(
    hall: Hall, ama: Student, portraits: Portraits, spoil: Callable[[Portraits], Any], reason: str
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await ama.enroll_face(faces.jpeg(spoil(portraits)))
    assert (caught.value.code(), reason_of(caught.value)) == (grpc.StatusCode.INVALID_ARGUMENT, reason)
    assert (caught.value.details() or "").endswith(".")
    assert rows(hall, images) == rows(hall, face_templates) == rows(hall, face_consents) == []
    assert blobs(hall) == set()


async def test_a_damaged_photograph_is_refused(ama: Student, portraits: Portraits) -> None:
    assert await refused(ama.enroll_face(portraits["obama"][:50_000])) == "IMAGE_DAMAGED"
    assert await refused(ama.enroll_face(b"\xff\xd8\xff" + b"nonsense" * 1000)) == "IMAGE_NOT_SUPPORTED"


async def test_the_consent_has_to_be_the_one_in_force(hall: Hall, ama: Student, portraits: Portraits) -> None:
    assert await refused(ama.enroll_face(portraits["obama"], consent="2019-01")) == "CONSENT_OUTDATED"
    assert rows(hall, face_consents) == []


async def test_chunks_before_the_header_and_another_header_are_out_of_order(ama: Student, portraits: Portraits) -> None:
    chunk = student_service_pb2.EnrollFaceRequest(chunk=b"x")
    assert await refused(ama.stub.EnrollFace(iter_async([chunk]), metadata=ama.metadata)) == "UPLOAD_OUT_OF_ORDER"
    trial = student_service_pb2.VerifyFaceRequest(
        header=student_service_pb2.VerifyFaceHeader(photograph=announce(portraits["obama"]))
    )
    await ama.enroll_face(portraits["obama"])
    assert (
        await refused(ama.stub.VerifyFace(iter_async([trial, trial]), metadata=ama.metadata)) == "UPLOAD_OUT_OF_ORDER"
    )


async def test_further_photographs_are_views_up_to_five(hall: Hall, ama: Student, portraits: Portraits) -> None:
    first = await ama.enroll_face(portraits["obama"])
    others = [portraits["obama2"], portraits["obama3"], brighter(portraits["obama"]), brighter(portraits["obama2"])]
    for number, photograph in enumerate(others, 2):
        enrolled = await ama.enroll_face(photograph)
        assert (enrolled.template.id, enrolled.template.view_count) == (first.template.id, number)
    assert await refused(ama.enroll_face(brighter(portraits["obama3"]))) == "FACE_VIEWS_FULL"
    assert (await ama.enroll_face(others[-1])).template.view_count == 5  # enrolled already: a retry
    assert len(rows(hall, images)) == len(blobs(hall)) == 5


async def test_the_same_photograph_changes_nothing(hall: Hall, ama: Student, portraits: Portraits) -> None:
    first = await ama.enroll_face(portraits["obama"])
    again = await ama.enroll_face(portraits["obama"])
    assert again.template == first.template
    assert not again.HasField("quality")
    assert len(rows(hall, images)) == 1
    assert actions(hall) == [Action.FACE_ENROLLED]


async def test_somebody_elses_face_is_not_added_and_does_not_replace(
    hall: Hall, ama: Student, portraits: Portraits
) -> None:
    first = await ama.enroll_face(portraits["obama"])
    assert await refused(ama.enroll_face(portraits["biden"])) == "FACE_DIFFERS"
    assert await refused(ama.enroll_face(portraits["biden"], replace=True)) == "FACE_DIFFERS"
    assert (await current(ama)).face_template == first.template
    assert len(rows(hall, images)) == len(blobs(hall)) == 1
    assert [row.outcome.value for row in rows(hall, verification_log)] == ["FAILED", "FAILED"]


async def test_a_further_photograph_has_to_match_the_first_whatever_came_since(
    hall: Hall, ama: Student, portraits: Portraits
) -> None:
    """Else somebody could get from one face to another in steps."""
    await ama.enroll_face(portraits["obama"])
    await ama.enroll_face(portraits["obama2"])
    yaw = await hall.student()
    await yaw.enroll_face(portraits["biden"])
    vector, template = await vector_of(hall, yaw), await template_of(ama)
    first = min(view.id for view in rows(hall, face_views) if view.template_id == template)
    sealed = hall.app.outside.vector_vault.seal(vector, first.bytes)
    with hall.app.engine.begin() as connection:
        connection.execute(
            update(face_views)
            .where(face_views.c.id == first)
            .values(vector=sealed.ciphertext, wrapped_key=sealed.wrapped_key, key_id=sealed.key_id)
        )
    assert await refused(ama.enroll_face(portraits["obama3"])) == "FACE_DIFFERS"
    assert await refused(ama.enroll_face(portraits["obama3"], replace=True)) == "FACE_DIFFERS"


async def test_a_new_start_erases_the_photographs_before(hall: Hall, ama: Student, portraits: Portraits) -> None:
    first = await ama.enroll_face(portraits["obama"])
    await ama.enroll_face(portraits["obama2"])
    before = blobs(hall)
    second = await ama.enroll_face(portraits["obama3"], replace=True)
    assert second.template.id != first.template.id
    assert (second.template.view_count, second.template.trust) == (1, face_pb2.FACE_TRUST_TRUSTED)
    assert len(rows(hall, images)) == 1
    await hall.app.jobs.sweep()
    assert len(blobs(hall)) == 1
    assert blobs(hall) & before == set()
    assert actions(hall)[-1] is Action.FACE_REPLACED


async def test_two_photographs_at_once_are_both_kept(hall: Hall, ama: Student, portraits: Portraits) -> None:
    await asyncio.gather(ama.enroll_face(portraits["obama"]), ama.enroll_face(portraits["obama2"]))
    assert (await current(ama)).face_template.view_count == 2
    assert len(rows(hall, face_templates)) == 1


async def test_two_people_at_once_are_not(hall: Hall, ama: Student, portraits: Portraits) -> None:
    """Two phones with one account: whoever comes second has to match."""
    tries = await asyncio.gather(
        ama.enroll_face(portraits["obama"]), ama.enroll_face(portraits["biden"]), return_exceptions=True
    )
    failed = [error for error in tries if isinstance(error, grpc.aio.AioRpcError)]
    assert [reason_of(error) for error in failed] == ["FACE_DIFFERS"]
    assert (await current(ama)).face_template.view_count == 1


@pytest.mark.parametrize("face_settings", [{"face_first_enrollment": "look"}])
async def test_a_setting_demands_a_persons_look_at_the_first_face_too(
    hall: Hall, ama: Student, portraits: Portraits
) -> None:
    assert (await ama.enroll_face(portraits["obama"])).template.trust == face_pb2.FACE_TRUST_UNVERIFIED
    answer = await ama.submit(await hall.open_session(), selfie=portraits["obama2"])
    assert verdicts(answer.record)["FACE"] == ("INCONCLUSIVE", "TEMPLATE_UNVERIFIED")
    assert not answer.can_retry


async def test_a_face_of_another_model_is_enrolled_anew_and_has_to_match(
    hall: Hall, ama: Student, portraits: Portraits
) -> None:
    first = await ama.enroll_face(portraits["obama"])
    with hall.app.engine.begin() as connection:
        connection.execute(update(face_templates).values(model="ArcFace"))
    assert not (await current(ama)).face_template.usable
    session = await hall.open_session()
    assert not (await ama.scan((await session.code()).text)).selfie_wanted
    answer = await ama.submit(session, selfie=portraits["obama2"])
    assert verdicts(answer.record)["FACE"] == ("INCONCLUSIVE", "MODEL_CHANGED")
    assert (await ama.try_face(portraits["obama2"])).reason == verdict_pb2.VERDICT_REASON_MODEL_CHANGED
    assert await refused(ama.enroll_face(portraits["biden"])) == "FACE_DIFFERS"
    second = await ama.enroll_face(portraits["obama"])  # the very same photograph: its vector was another model's
    assert second.template.id != first.template.id
    assert (second.template.model, second.template.usable) == ("SFace", True)
    again = await ama.submit(session, selfie=portraits["obama2"])
    assert verdicts(again.record)["FACE"] == ("PASSED", "FACE_MATCHES")


async def test_an_engine_that_cannot_look_says_when_to_try_again(
    hall: Hall, engine: HeldEngine, ama: Student, portraits: Portraits
) -> None:
    engine.failing.add(faces.stored(portraits["obama"]))
    assert await refused(ama.enroll_face(portraits["obama"])) == "FACE_ENGINE_UNAVAILABLE"
    engine.queue = timedelta(minutes=5)
    assert await refused(ama.enroll_face(portraits["obama2"])) == "OVERLOADED"
    assert rows(hall, images) == []


# What is kept, and how


async def test_vectors_are_kept_encrypted_and_never_shown(
    hall: Hall, engine: HeldEngine, ama: Student, portraits: Portraits, capfd: pytest.CaptureFixture[str]
) -> None:
    await ama.enroll_face(portraits["obama"])
    vector = (await engine.examine(faces.stored(portraits["obama"]))).vector
    [view] = rows(hall, face_views)
    assert await vector_of(hall, ama) == vector
    assert len(vector) == 4 * 128
    assert view.vector != vector
    assert view.key_id == hall.app.outside.vector_vault._current
    assert all(vector[:64] not in content for content in written(hall).values())
    shown = capfd.readouterr()
    assert vector[:8].hex() not in shown.out + shown.err
    assert "vector" not in shown.out + shown.err


# Trying out


async def test_a_trial_says_what_a_claim_would_say_and_keeps_nothing(
    hall: Hall, ama: Student, portraits: Portraits
) -> None:
    assert await refused(ama.try_face(portraits["obama2"])) == "FACE_NOT_ENROLLED"
    template = (await ama.enroll_face(portraits["obama"])).template
    good = await ama.try_face(portraits["obama2"])
    assert (good.outcome, good.reason, good.advice) == (
        verdict_pb2.OUTCOME_PASSED,
        verdict_pb2.VERDICT_REASON_FACE_MATCHES,
        "",
    )
    assert good.template == template
    assert good.quality.width_pixels > 0
    bad = await ama.try_face(portraits["biden"])
    assert (bad.outcome, bad.reason) == (verdict_pb2.OUTCOME_FAILED, verdict_pb2.VERDICT_REASON_FACE_MISMATCH)
    assert bad.advice
    none = await ama.try_face(faces.jpeg(faces.plain()))
    assert none.reason == verdict_pb2.VERDICT_REASON_NO_FACE
    assert not none.HasField("quality")
    assert len(rows(hall, images)) == len(blobs(hall)) == 1


async def test_a_streamed_trial(ama: Student, portraits: Portraits) -> None:
    await ama.enroll_face(portraits["obama"])
    header = student_service_pb2.VerifyFaceHeader(photograph=announce(portraits["obama2"]))
    messages = [
        student_service_pb2.VerifyFaceRequest(header=header),
        *(
            student_service_pb2.VerifyFaceRequest(chunk=portraits["obama2"][start : start + 65_536])
            for start in range(0, len(portraits["obama2"]), 65_536)
        ),
    ]
    answer = await ama.stub.VerifyFace(iter_async(messages), metadata=ama.metadata)
    assert answer.trial.outcome == verdict_pb2.OUTCOME_PASSED


async def test_a_face_cannot_be_approached_by_trying_without_end(ama: Student, portraits: Portraits) -> None:
    await ama.enroll_face(portraits["obama"])
    for _ in range(6):
        await ama.try_face(portraits["obama2"])
    assert await refused(ama.try_face(portraits["obama2"])) == "RATE_LIMITED"


# Withdrawing


async def test_withdrawing_erases_face_and_photographs(hall: Hall, ama: Student, portraits: Portraits) -> None:
    session = await hall.open_session()
    await ama.enroll_face(portraits["obama"])
    await ama.enroll_face(portraits["obama3"])
    answer = await ama.submit(session, selfie=portraits["obama2"])
    image_id = (await session.record_of(ama)).claims[0].image_id
    erased = await ama.withdraw_face()
    assert (erased.template, erased.photograph_count, erased.cancelled_check_count) == (True, 3, 0)
    for table in (face_templates, face_views, images, doomed_blobs):
        assert rows(hall, table) == []
    assert blobs(hall) == set()
    [given] = rows(hall, face_consents)
    assert (given.version, given.ended_how, given.ended_at) == (
        CONSENT.version,
        ConsentEnd.WITHDRAWN,
        hall.clock.now(),
    )
    assert actions(hall)[-1] is Action.FACE_CONSENT_WITHDRAWN
    record = await session.record_of(ama)
    assert record.status == answer.record.status  # what was decided stays
    assert verdicts(record)["FACE"] == ("PASSED", "FACE_MATCHES")
    assert record.claims[0].image_id == ""
    assert await refused(hall.teacher.image(image_id)) == "IMAGE_NOT_FOUND"
    assert not (await current(ama)).HasField("face_template")
    assert await refused(ama.withdraw_face()) == "FACE_NOT_ENROLLED"


async def test_erasing_the_account_erases_the_face(
    hall: Hall, ama: Student, portraits: Portraits, engine: HeldEngine
) -> None:
    """With it goes what waits to be looked at; that there was a consent stays, and that it ended."""
    session, efua = await hall.open_session(), await hall.student()
    await ama.enroll_face(portraits["obama"])
    await engine.asked.acquire()
    engine.queue = timedelta(minutes=1)
    engine.hold()
    await ama.submit(session, selfie=portraits["obama2"])
    engine.queue = timedelta()
    enrolling = asyncio.ensure_future(efua.enroll_face(portraits["biden"]))
    for _ in range(2):
        await engine.asked.acquire()
    erased = [await delete(student) for student in (ama, efua)]
    assert [(one.face_template, one.photograph_count) for one in erased] == [(True, 2), (False, 0)]
    engine.release()
    assert await refused(enrolling) == "SIGN_IN_ENDED"
    for table in (face_templates, face_views, images, doomed_blobs, verifications):
        assert rows(hall, table) == []
    assert blobs(hall) == set()
    [given] = rows(hall, face_consents)
    assert (given.ended_how, given.ended_at) == (ConsentEnd.ERASED, hall.clock.now())
    assert verdicts(await session.record_of(ama))["FACE"] == ("SKIPPED", "NO_CONSENT")


async def test_withdrawing_touches_nobody_else(hall: Hall, ama: Student, portraits: Portraits) -> None:
    yaw = await hall.student()
    await yaw.enroll_face(portraits["biden"])
    await ama.enroll_face(portraits["obama"])
    await ama.withdraw_face()
    assert (await current(yaw)).face_template.view_count == 1
    assert len(blobs(hall)) == 1


async def test_storage_that_does_not_answer_keeps_nobody_from_withdrawing(
    hall: Hall, ama: Student, portraits: Portraits, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ama.enroll_face(portraits["obama"])
    with monkeypatch.context() as broken:

        def unavailable(name: str) -> None:
            raise BackendUnavailable

        broken.setattr(hall.app.outside.blobs, "delete", unavailable)
        assert (await ama.withdraw_face()).template
        await hall.app.jobs.sweep()
    assert rows(hall, images) == []  # with the row went the key: the blob is noise
    assert len(blobs(hall)) == len(rows(hall, doomed_blobs)) == 1
    await hall.app.jobs.sweep()
    assert blobs(hall) == set()
    assert rows(hall, doomed_blobs) == []


async def test_a_photograph_on_its_way_while_consent_is_withdrawn_is_not_enrolled(
    hall: Hall, ama: Student, portraits: Portraits, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ama.enroll_face(portraits["obama"])
    reading = asyncio.Event()
    receive = hall.app.use_cases.face_uploads.receive

    def told(*args: Any) -> Any:
        reading.set()
        return receive(*args)

    monkeypatch.setattr(hall.app.use_cases.face_uploads, "receive", told)
    wish = face_pb2.FaceEnrollment(consent_version=CONSENT.version)
    header = student_service_pb2.EnrollFaceHeader(enrollment=wish, photograph=announce(portraits["obama2"]))

    async def withdrawn_meanwhile() -> AsyncIterator[Any]:
        yield student_service_pb2.EnrollFaceRequest(header=header)
        await reading.wait()
        hall.clock.turn(1)
        await ama.withdraw_face()
        for chunk in chunks_of(portraits["obama2"]):
            yield student_service_pb2.EnrollFaceRequest(chunk=chunk)

    assert await refused(ama.stub.EnrollFace(withdrawn_meanwhile(), metadata=ama.metadata)) == "CONSENT_WITHDRAWN"
    assert rows(hall, images) == rows(hall, face_templates) == []
    assert blobs(hall) == set()


async def test_one_blob_that_cannot_be_deleted_keeps_no_other(
    hall: Hall, ama: Student, portraits: Portraits, monkeypatch: pytest.MonkeyPatch
) -> None:
    yaw = await hall.student()
    await ama.enroll_face(portraits["obama"])
    await yaw.enroll_face(portraits["biden"])
    stuck = {row.blob_name for row in rows(hall, images) if str(row.owner_id) == ama.id}
    delete = hall.app.outside.blobs.delete

    def partly(name: str) -> None:
        if name in stuck:
            raise BackendUnavailable
        delete(name)

    monkeypatch.setattr(hall.app.outside.blobs, "delete", partly)
    await ama.withdraw_face()
    await yaw.withdraw_face()
    await hall.app.jobs.sweep()
    assert blobs(hall) == stuck
    assert {row.blob_name for row in rows(hall, doomed_blobs)} == stuck


# After an end, a person has to compare


async def test_a_face_after_a_withdrawal_waits_for_a_persons_look(
    hall: Hall, ama: Student, portraits: Portraits
) -> None:
    await ama.enroll_face(portraits["obama"])
    await ama.withdraw_face()
    enrolled = await ama.enroll_face(portraits["biden"])  # whoever that is
    assert enrolled.template.trust == face_pb2.FACE_TRUST_UNVERIFIED
    session = await hall.open_session()
    answer = await ama.submit(session, selfie=brighter(portraits["biden"]))
    assert verdicts(answer.record)["FACE"] == ("INCONCLUSIVE", "TEMPLATE_UNVERIFIED")
    admin = await hall.admin()
    seen = await face_of(admin, ama)
    assert (seen.student.user_id, seen.template) == (ama.id, enrolled.template)
    header, content = await image(admin, seen.image_ids[0])
    assert (header.media_type, content) == ("image/jpeg", faces.stored(portraits["biden"]))
    vouched = await vouch(admin, ama, seen.template.id, *seen.image_ids)
    assert vouched.template.trust == face_pb2.FACE_TRUST_VERIFIED
    assert (await vouch(admin, ama, seen.template.id, *seen.image_ids)).template == vouched.template
    later = await hall.open_session(allow_parallel=True)
    assert verdicts((await ama.submit(later, selfie=brighter(portraits["biden"]))).record)["FACE"][0] == "PASSED"
    added = await ama.enroll_face(brighter(portraits["biden"], 1.2))  # nobody has compared that one
    assert added.template.trust == face_pb2.FACE_TRUST_UNVERIFIED
    assert [row.actor_id for row in rows(hall, audit_events) if row.action is Action.IMAGE_SEEN] == [
        uuid.UUID(admin.id)
    ]


async def test_a_person_vouches_for_what_was_looked_at_only(hall: Hall, ama: Student, portraits: Portraits) -> None:
    await ama.enroll_face(portraits["obama"])
    admin = await hall.admin()
    seen = await face_of(admin, ama)
    await ama.enroll_face(portraits["obama2"])
    assert await refused(vouch(admin, ama, seen.template.id, *seen.image_ids)) == "REVISION_MISMATCH"
    await ama.enroll_face(portraits["obama3"], replace=True)
    assert await refused(vouch(admin, ama, seen.template.id, *seen.image_ids)) == "REVISION_MISMATCH"
    yaw = await hall.student()
    assert await refused(vouch(admin, yaw, seen.template.id, *seen.image_ids)) == "FACE_NOT_ENROLLED"
    assert await refused(face_of(admin, yaw)) == "FACE_NOT_ENROLLED"


async def test_an_administrator_clears_a_face(hall: Hall, ama: Student, portraits: Portraits) -> None:
    session = await hall.open_session()
    first = await ama.enroll_face(portraits["obama"])
    await ama.submit(session, selfie=portraits["obama2"])
    admin = await hall.admin()
    erased = await clear(admin, ama, first.template.id)
    assert (erased.template, erased.photograph_count) == (True, 1)
    assert (await session.record_of(ama)).claims[0].image_id  # the selfie is evidence, and stays for its time
    assert len(blobs(hall)) == 1
    assert await refused(clear(admin, ama, first.template.id)) == "FACE_NOT_ENROLLED"
    second = await ama.enroll_face(portraits["biden"])
    assert second.template.trust == face_pb2.FACE_TRUST_UNVERIFIED
    assert await refused(clear(admin, ama, first.template.id)) == "REVISION_MISMATCH"
    assert actions(hall)[-2:] == [Action.FACE_CLEARED, Action.FACE_ENROLLED]


async def test_others_are_no_administrators(hall: Hall, ama: Student, portraits: Portraits) -> None:
    await ama.enroll_face(portraits["obama"])
    stub = (await hall.admin()).stub
    for somebody in (ama, hall.teacher):
        call = stub.GetFaceTemplate(
            admin_service_pb2.GetFaceTemplateRequest(user_id=ama.id), metadata=somebody.metadata
        )
        assert await refused(call) == "WRONG_ROLE"


async def test_lecturers_do_not_see_enrolled_photographs(hall: Hall, ama: Student, portraits: Portraits) -> None:
    await ama.enroll_face(portraits["obama"])
    [reference] = rows(hall, images)
    assert await refused(hall.teacher.image(str(reference.id))) == "IMAGE_NOT_FOUND"


# Helpers


async def template_of(student: Student) -> uuid.UUID:
    return uuid.UUID((await current(student)).face_template.id)


async def vector_of(hall: Hall, student: Student) -> bytes:
    with hall.app.uow(read_only=True) as tx:
        face = tx.faces.find(UserId(uuid.UUID(student.id)))
    assert face is not None
    return hall.app.use_cases.face_templates._vectors.open(face)[0]


async def face_of(admin: Admin, student: Student) -> admin_service_pb2.GetFaceTemplateResponse:
    request = admin_service_pb2.GetFaceTemplateRequest(user_id=student.id)
    return await admin.stub.GetFaceTemplate(request, metadata=admin.metadata)


async def image(admin: Admin, image_id: str) -> tuple[Any, bytes]:
    request = admin_service_pb2.AdminServiceGetImageRequest(image_id=image_id)
    messages = [part async for part in admin.stub.GetImage(request, metadata=admin.metadata)]
    return messages[0].header, b"".join(part.chunk for part in messages[1:])


async def vouch(
    admin: Admin, student: Student, template_id: str, *image_ids: str
) -> admin_service_pb2.VerifyFaceTemplateResponse:
    request = admin_service_pb2.VerifyFaceTemplateRequest(
        user_id=student.id, template_id=template_id, image_ids=image_ids
    )
    return await admin.stub.VerifyFaceTemplate(request, metadata=admin.metadata)


async def clear(admin: Admin, student: Student, template_id: str) -> face_pb2.ErasedFace:
    request = admin_service_pb2.ClearFaceReferenceRequest(
        user_id=student.id, template_id=template_id, reason="another person's face"
    )
    return (await admin.stub.ClearFaceReference(request, metadata=admin.metadata)).erased
