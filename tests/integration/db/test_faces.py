"""Enrolled faces, the queue of verifications, and photographs that go."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select
from uuid_utils.compat import uuid7

from absense_server.adapters.db.tables import face_consents, verification_log
from absense_server.domain.errors.claims import ImageNotFound
from absense_server.domain.faces import Consent, ConsentEnd, FaceModel, TemplateTrust
from absense_server.domain.ids import ConsentId, ImageId, VerificationId
from absense_server.domain.records import AttendanceRecord
from absense_server.domain.verdicts import Check, Outcome, Reason, Verdict
from absense_server.ports.findings import Backlog, MatchEntry, MatchKind, Race, StoredFace, Verification
from tests.integration.db.world import MINUTE, NOW, World, a_claim, a_face, at_once

LATER = NOW + timedelta(days=2)


def found(world: World, face: StoredFace) -> StoredFace | None:
    with world.uow(read_only=True) as tx:
        return tx.faces.find(face.template.student_id)


# Faces


def test_a_face_is_found_as_it_was_added(world: World) -> None:
    face = world.face(world.user(), views=3, trust=TemplateTrust.UNVERIFIED)
    world.face(world.user())
    assert found(world, face) == face
    with world.uow(read_only=True) as tx:
        assert tx.faces.find(world.user().id) is None


def test_a_student_has_one_face(world: World) -> None:
    face = world.face(student := world.user())
    another = a_face(student, [world.image(student)])
    with world.uow() as tx, pytest.raises(Race):
        tx.faces.add(another)
    assert found(world, face) == face


def test_of_two_first_faces_at_once_one_is_kept(world: World) -> None:
    student = world.user()
    faces = [a_face(student, [world.image(student)]) for _ in range(8)]

    def add(number: int) -> bool:
        try:
            with world.uow() as tx:
                tx.faces.add(faces[number])
                tx.commit()
        except Race:
            return False
        return True

    kept = [answer for answer in at_once(8, add) if isinstance(answer, bool)]
    assert sorted(kept) == [False] * 7 + [True]


def test_views_are_added_trust_and_consent_change(world: World) -> None:
    face = world.face(student := world.user())
    other = a_face(student, [world.image(student)]).views[0]
    consent = Consent(ConsentId(uuid7()), student.id, "2027-01", LATER)
    with world.uow() as tx:
        tx.faces.add_view(face.template, other)
        tx.faces.renew_consent(face.template, consent)
        tx.faces.set_trust(face.template.id, TemplateTrust.VERIFIED)
        tx.commit()
    template = replace(face.template, trust=TemplateTrust.VERIFIED, consent=consent, views=2)
    assert found(world, face) == StoredFace(template, (*face.views, other))
    with world.uow(read_only=True) as tx:
        assert tx.faces.has_ended(student.id, frozenset({ConsentEnd.RENEWED}))
        assert not tx.faces.has_ended(student.id, frozenset({ConsentEnd.WITHDRAWN, ConsentEnd.CLEARED}))


def test_a_face_that_is_removed_leaves_the_consent_that_was_given(world: World) -> None:
    face = world.face(student := world.user())
    with world.uow() as tx:
        tx.faces.remove(face.template, LATER, ConsentEnd.WITHDRAWN)
        tx.commit()
    assert found(world, face) is None
    with world.uow(read_only=True) as tx:
        assert tx.faces.has_ended(student.id, frozenset({ConsentEnd.WITHDRAWN}))
        assert not tx.faces.has_ended(world.user().id, frozenset(ConsentEnd))
        row = tx._connection.execute(select(face_consents)).one()
    assert (row.version, row.given_at, row.ended_at) == ("2026-11", NOW, LATER)


def test_use_is_written_once_a_day(world: World) -> None:
    face = world.face(world.user())
    for used_at, expected in ((NOW + timedelta(hours=23), NOW), (LATER, LATER), (NOW, LATER)):
        with world.uow() as tx:
            tx.faces.touch([face.template.id], used_at)
            tx.commit()
        now = found(world, face)
        assert now is not None
        assert now.template.used_at == expected


def test_who_has_not_used_it_longest_comes_first(world: World) -> None:
    old, older, new = (
        world.face(world.user(), used_at=NOW - days * timedelta(days=1)).template for days in (20, 30, 10)
    )
    with world.uow(read_only=True) as tx:
        assert tx.faces.unused_since(old.used_at, 10) == [older]
        assert tx.faces.unused_since(NOW, 2) == [older, old]
        assert tx.faces.unused_since(NOW, 10) == [older, old, new]


def test_a_claim_sees_the_students_face(world: World) -> None:
    _, _, session = world.lesson()
    face = world.face(student := world.user(), views=2)
    with world.uow(read_only=True) as tx:
        view = tx.records.view(student.id, None, session_id=session.id, session_code=None)
    assert view.face == face.template


# The queue


def a_waiting_claim(world: World, *, face: bool = True) -> tuple[AttendanceRecord, StoredFace | None]:
    _, _, session = world.lesson()
    student = world.user()
    image = world.image(student)
    record = world.record(session, student, claims=(a_claim(1, image_id=image.id),))
    world.queued(record)
    return record, world.face(student) if face else None


def take(world: World, limit: int = 10, *, minute: float = 0) -> list[Verification]:
    now = NOW + minute * MINUTE
    with world.uow() as tx:
        taken = list(tx.verifications.take(now, now + MINUTE, limit))
        tx.commit()
    return taken


def test_what_is_taken_comes_with_all_it_needs(world: World) -> None:
    record, face = a_waiting_claim(world)
    other, _ = a_waiting_claim(world, face=False)
    first, second = take(world)
    assert (first.record_id, first.number, first.session_id) == (record.id, 1, record.session_id)
    assert (first.claim_id, first.student_id) == (record.claims[0].claim_id, record.student.id)
    assert first.face == face
    assert first.image is not None
    assert first.image.id == record.claims[0].image_id
    assert (first.leases, first.failures, first.queued_at) == (1, 0, NOW)
    assert (second.record_id, second.face) == (other.id, None)


def test_a_lease_keeps_others_off_until_it_ends(world: World) -> None:
    a_waiting_claim(world)
    assert [one.leases for one in take(world)] == [1]
    assert take(world, minute=0.99) == []
    assert [one.leases for one in take(world, minute=1)] == [2]


def test_what_is_at_work_here_is_not_taken_again(world: World) -> None:
    a_waiting_claim(world)
    [first] = take(world)
    other, _ = a_waiting_claim(world)
    with world.uow() as tx:
        later = NOW + 2 * MINUTE
        taken = tx.verifications.take(later, later, 10, {first.id})
    assert [one.record_id for one in taken] == [other.id]


def test_many_who_take_at_once_share(world: World) -> None:
    for _ in range(12):
        a_waiting_claim(world)
    shares = at_once(6, lambda _: take(world, 4))
    taken = [one.id for share in shares if isinstance(share, list) for one in share]
    assert len(taken) == len(set(taken)) == 12


def test_what_is_given_back_comes_again_and_its_failures_count(world: World) -> None:
    a_waiting_claim(world)
    seen = []
    for minute, failed in ((1, True), (2, False), (3, True), (4, False)):
        [one] = take(world, minute=minute)
        seen.append((one.leases, one.failures))
        with world.uow() as tx:
            tx.verifications.postpone([one.id], NOW, failed=failed)
            tx.commit()
    assert seen == [(1, 0), (1, 1), (1, 1), (1, 2)]


def test_each_ends_once(world: World) -> None:
    a_waiting_claim(world)
    a_waiting_claim(world)
    ids = [one.id for one in take(world)]

    def end(_: int) -> frozenset[VerificationId]:
        with world.uow() as tx:
            ended = tx.verifications.end(ids)
            tx.commit()
        return ended

    ended = [len(ids) for ids in at_once(5, end) if isinstance(ids, frozenset)]
    assert sorted(ended) == [0, 0, 0, 0, 2]
    with world.uow(read_only=True) as tx:
        assert tx.verifications.backlog().waiting == 0
    with world.uow() as tx:
        assert tx.verifications.end([]) == frozenset()


def test_the_backlog_says_since_when_and_what_nobody_has_taken_up(world: World) -> None:
    with world.uow(read_only=True) as tx:
        assert tx.verifications.backlog() == Backlog(0, None, None)
    a_waiting_claim(world)
    with world.uow(read_only=True) as tx:
        assert tx.verifications.backlog() == Backlog(1, NOW, NOW)
    later = NOW + timedelta(seconds=30)
    with world.uow() as tx:
        assert tx.verifications.take(NOW, later, 10)
        tx.commit()
    with world.uow(read_only=True) as tx:
        assert tx.verifications.backlog() == Backlog(1, NOW, later)


def test_a_students_own_ones(world: World) -> None:
    record, _ = a_waiting_claim(world)
    a_waiting_claim(world)
    with world.uow(read_only=True) as tx:
        [own] = tx.verifications.of_student(record.student.id)
        assert tx.verifications.backlog().waiting == 2
    assert (own.record_id, own.number, own.queued_at) == (record.id, 1, NOW)


def test_the_log_keeps_what_was_measured(world: World) -> None:
    verdict = Verdict(Check.FACE, Outcome.FAILED, Reason.FACE_MISMATCH, 0.9, 0.593, "cosine distance")
    model = FaceModel("SFace", "yunet", 0.593, "")
    student = world.user()
    entry = MatchEntry(uuid7(), MatchKind.TRIAL, student.id, NOW, verdict, model, timedelta(milliseconds=54.4))
    with world.uow() as tx:
        tx.verifications.log([])
        tx.verifications.log([entry])
        tx.commit()
    with world.uow(read_only=True) as tx:
        row = tx._connection.execute(select(verification_log)).one()
    assert (row.id, row.kind, row.student_id, row.record_id, row.at) == (
        entry.id,
        MatchKind.TRIAL,
        student.id,
        None,
        NOW,
    )
    assert (row.distance, row.threshold, row.model, row.detector, row.took_ms) == (0.9, 0.593, "SFace", "yunet", 54)


# Photographs that go


def test_a_photograph_that_goes_leaves_its_blobs_name_and_no_key(world: World) -> None:
    record, face = a_waiting_claim(world)
    student = record.student.id
    selfie = record.claims[0].image_id
    assert face is not None
    assert selfie is not None
    with world.uow() as tx:
        assert set(tx.images.of_owner(student)) == {selfie, face.views[0].image_id}
        name = tx.images.get(selfie).blob_name
        assert tx.images.remove([selfie], NOW) == {selfie: name}
        assert tx.images.remove([selfie], NOW) == {}
        tx.commit()
    with world.uow(read_only=True) as tx:
        with pytest.raises(ImageNotFound):
            tx.images.get(selfie)
        assert tx.images.doomed(10) == [name]
        assert tx.records.for_student(student, record_id=record.id).claims[0].image_id is None
    [one] = take(world)
    assert one.image is None
    with world.uow() as tx:
        tx.images.forget_doomed([name])
        assert tx.images.doomed(10) == []


def test_a_photograph_that_many_remove_is_removed_once(world: World) -> None:
    record, _ = a_waiting_claim(world)
    selfie = record.claims[0].image_id
    assert selfie is not None

    def remove(_: int) -> int:
        with world.uow() as tx:
            gone = tx.images.remove([selfie], NOW)
            tx.commit()
        return len(gone)

    removed = at_once(6, remove)
    assert sorted(number for number in removed if isinstance(number, int)) == [0, 0, 0, 0, 0, 1]


def test_blobs_that_cannot_be_deleted_come_last(world: World) -> None:
    names: list[str] = []
    for minute in range(3):
        record, _ = a_waiting_claim(world)
        with world.uow() as tx:
            names += tx.images.remove([record.claims[0].image_id or ImageId(uuid4())], NOW + minute * MINUTE).values()
            tx.commit()
    with world.uow() as tx:
        tx.images.defer_doomed(names[:1], LATER)
        assert list(tx.images.doomed(10)) == [*names[1:], names[0]]


def test_selfies_are_old_references_are_not(world: World) -> None:
    record, _ = a_waiting_claim(world)
    with world.uow(read_only=True) as tx:
        image = tx.images.get(record.claims[0].image_id or ImageId(uuid4()))
        assert tx.images.selfies_before(image.stored_at, 10) == []
        assert tx.images.selfies_before(image.stored_at + MINUTE, 10) == [image.id]
        assert tx.images.selfies_before(image.stored_at + MINUTE, 0) == []


def test_many_records_by_their_ids(world: World) -> None:
    records = [a_waiting_claim(world)[0] for _ in range(3)]
    with world.uow(read_only=True) as tx:
        seen = tx.records.with_ids([records[0].id, records[2].id])
    assert {record.id for record in seen} == {records[0].id, records[2].id}
