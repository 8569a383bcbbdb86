"""Records with claims, verdicts and decisions; what is known when a claim arrives; images."""

import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import delete

from absense_server.adapters.db.tables import images, users
from absense_server.domain.devices import DeviceEvidence
from absense_server.domain.errors.accounts import SignInEnded
from absense_server.domain.errors.claims import ImageNotFound, RecordNotFound
from absense_server.domain.ids import ClaimId, ImageId, RecordId, SessionId, UserId
from absense_server.domain.people import Role
from absense_server.domain.places import Fix, LatLng
from absense_server.domain.policy import Attention, RecordStatus
from absense_server.domain.records import (
    AttendanceRecord,
    Claim,
    Source,
    judge_enrollment,
    with_claim,
    with_enrollment,
)
from absense_server.domain.sessions import AttendanceSession
from absense_server.domain.verdicts import Check, Reason, failed, passed
from absense_server.ports.findings import ClaimView, Coverage, FlaggedFilter, KnownClaim, Race
from tests.integration.db.world import (
    MINUTE,
    NOW,
    POLICY,
    VERDICTS,
    World,
    a_claim,
    a_decision,
    a_record,
    a_user,
    all_pages,
    confirmed,
    stored,
)


def read(world: World, record_id: RecordId) -> AttendanceRecord:
    with world.uow(read_only=True) as tx:
        return stored(tx, record_id)


def save(world: World, before: AttendanceRecord, after: AttendanceRecord) -> None:
    with world.uow() as tx:
        tx.records.save(before, after)
        tx.commit()


def test_a_record_comes_back_whole(world: World) -> None:
    lecturer, _, session = world.lesson()
    student = world.user(institution_number="4711")
    image = world.image(student)
    claims = (a_claim(1, image_id=image.id), a_claim(2, verdicts=VERDICTS[:2]))
    decisions = (a_decision(lecturer.person, RecordStatus.REJECTED), a_decision(world.user(Role.ADMIN).person))
    record = world.record(
        session, student, claims=claims, deciding_claim_id=claims[1].claim_id, decisions=decisions, revision=4
    )
    assert read(world, record.id) == record


@pytest.mark.parametrize(
    "claim",
    [
        a_claim(fix=None),
        a_claim(fix=None, identifier_mac=None, verdicts=()),
        a_claim(device=DeviceEvidence(*([True] * 7))),
        a_claim(fix=Fix(LatLng(5e-324, -180.0), sys.float_info.max, datetime(2099, 12, 31, tzinfo=UTC), mock=True)),
        a_claim(fix=Fix(LatLng(-90.0, 1 / 3), -sys.float_info.max, datetime(2000, 1, 1, tzinfo=UTC))),
        a_claim(verdicts=(failed(Check.LOCATION, Reason.OUTSIDE, 5e-324, 0.1, 'm\\u0000 "%s" :x {} é 🎓'),)),
        a_claim(fingerprint=bytes(range(256)), identifier_mac=b"", verdicts=()),
    ],
    ids=["no fix", "bare", "device evidence", "largest", "lowest", "odd text", "bytes"],
)
def test_a_claim_comes_back_as_it_was(world: World, claim: Claim) -> None:
    _, _, session = world.lesson()
    record = world.record(session, world.user(), claims=(claim,), deciding_claim_id=claim.claim_id)
    assert read(world, record.id) == record


def test_a_record_without_claims(world: World) -> None:
    lecturer, _, session = world.lesson()
    record = world.record(
        session,
        world.user(),
        claims=(),
        deciding_claim_id=None,
        attention=None,
        status=RecordStatus.EXCUSED,
        source=Source.MANUAL,
        decisions=(replace(a_decision(lecturer.person, RecordStatus.EXCUSED), from_status=None),),
    )
    assert read(world, record.id) == record


def test_a_student_has_one_record_in_a_session(world: World) -> None:
    _, _, session = world.lesson()
    student = world.user()
    world.record(session, student)
    with pytest.raises(Race), world.uow() as tx:
        tx.records.add(a_record(session, student))


def test_a_claim_id_counts_once_for_each_student(world: World) -> None:
    lecturer, course, session = world.lesson()
    elsewhere = world.session(course, lecturer)
    student, other = world.user(), world.user()
    record = world.record(session, student)
    again = a_claim(claim_id=record.claims[0].claim_id)
    with pytest.raises(Race), world.uow() as tx:
        tx.records.add(a_record(elsewhere, student, claims=(again,)))
    with world.uow(read_only=True) as tx, pytest.raises(RecordNotFound):
        tx.records.for_student(student.id, session_id=elsewhere.id)
    theirs = world.record(session, other, claims=(again,), deciding_claim_id=again.claim_id)
    assert read(world, theirs.id) == theirs


# Saving


def test_another_claim_is_saved(world: World) -> None:
    _, _, session = world.lesson()
    before = world.record(session, world.user())
    after = with_claim(before, session, a_claim(2), NOW + MINUTE)
    save(world, before, after)
    assert read(world, before.id) == after


def test_verdicts_judged_again_are_saved(world: World) -> None:
    _, _, session = world.lesson()
    claims = (a_claim(1), a_claim(2))
    before = world.record(session, world.user(), claims=claims, deciding_claim_id=claims[1].claim_id, enrolled=False)
    after = with_enrollment(before, NOW + MINUTE)
    assert after.claims[0].verdicts[1] == judge_enrollment(enrolled=True)
    save(world, before, after)
    assert read(world, before.id) == after


def test_a_verdict_that_came_late_is_saved(world: World) -> None:
    _, _, session = world.lesson()
    claim = a_claim(verdicts=VERDICTS[:5])
    before = world.record(session, world.user(), claims=(claim,), deciding_claim_id=claim.claim_id)
    judged = replace(claim, verdicts=(*claim.verdicts, passed(Check.FACE, Reason.INSIDE, 0.2, 0.5, "cosine")))
    after = replace(before, claims=(judged,), status=RecordStatus.CONFIRMED, attention=None, revision=2)
    save(world, before, after)
    assert read(world, before.id) == after


def test_a_decision_is_saved(world: World) -> None:
    lecturer, _, session = world.lesson()
    before = world.record(session, world.user())
    after = confirmed(before, lecturer.person)
    save(world, before, after)
    assert read(world, before.id) == after


def test_what_is_read_under_an_older_revision_is_not_saved(world: World) -> None:
    lecturer, _, session = world.lesson()
    before = world.record(session, world.user())
    after = confirmed(before, lecturer.person)
    save(world, before, after)
    with pytest.raises(Race):
        save(world, before, with_claim(before, session, a_claim(2), NOW))
    assert read(world, before.id) == after
    with pytest.raises(Race):
        save(world, replace(before, id=RecordId(uuid4())), after)


def test_a_claim_id_taken_elsewhere_is_not_saved(world: World) -> None:
    lecturer, course, session = world.lesson()
    student = world.user()
    other = world.record(world.session(course, lecturer), student)
    before = world.record(session, student)
    again = a_claim(2, claim_id=other.claims[0].claim_id)
    with pytest.raises(Race):
        save(world, before, with_claim(before, session, again, NOW))
    assert read(world, before.id) == before


# Whose it is


def test_records_are_shown_to_their_student_and_lecturers(world: World) -> None:
    lecturer, _, session = world.lesson()
    student = world.user()
    record = world.record(session, student)
    stranger = world.lecturer()
    with world.uow(read_only=True) as tx:
        assert tx.records.for_student(student.id, record_id=record.id) == record
        assert tx.records.for_student(student.id, session_id=session.id) == record
        assert tx.records.for_lecturer(lecturer.id, record.id) == record
        for nobody in (stranger.id, UserId(uuid4())):
            with pytest.raises(RecordNotFound):
                tx.records.for_student(nobody, record_id=record.id)
            with pytest.raises(RecordNotFound):
                tx.records.for_student(nobody, session_id=session.id)
            with pytest.raises(RecordNotFound):
                tx.records.for_lecturer(nobody, record.id)
        with pytest.raises(RecordNotFound):
            tx.records.for_student(student.id)


def test_images_are_shown_to_lecturers_of_the_claim_s_course(world: World) -> None:
    lecturer, _, session = world.lesson()
    student = world.user()
    image, unused = world.image(student), world.image(student)
    world.record(session, student, claims=(a_claim(image_id=image.id),))
    with world.uow(read_only=True) as tx:
        assert tx.images.for_lecturer(lecturer.id, image.id) == image
        for who, what in (
            (world.lecturer().id, image.id),
            (lecturer.id, unused.id),
            (student.id, image.id),
            (lecturer.id, ImageId(uuid4())),
        ):
            with pytest.raises(ImageNotFound):
                tx.images.for_lecturer(who, what)


def test_an_erased_image_leaves_the_claim(world: World) -> None:
    _, _, session = world.lesson()
    student = world.user()
    record = world.record(session, student, claims=(a_claim(image_id=world.image(student).id),))
    with world.uow() as tx:
        tx._connection.execute(delete(images))
        tx.commit()
    assert read(world, record.id) == replace(record, claims=(replace(record.claims[0], image_id=None),))


def test_attendance_holds_its_people(world: World) -> None:
    _, _, session = world.lesson()
    student = world.user()
    world.record(session, student)
    for user in (student.id, session.created_by.id):
        with pytest.raises(Exception, match=r"(?i)foreign key"), world.uow() as tx:
            tx._connection.execute(delete(users).where(users.c.id == user))


# Lists


@pytest.mark.parametrize("size", [1, 2, 50])
def test_a_session_s_records_page_by_page(world: World, size: int) -> None:
    lecturer, course, session = world.lesson()
    statuses = [RecordStatus.FLAGGED, RecordStatus.CONFIRMED, RecordStatus.PENDING_VERIFICATION] * 2
    records = [world.record(session, world.user(), status=status) for status in statuses]
    world.record(world.session(course, lecturer), world.user())

    def listed(*asked: RecordStatus) -> list[AttendanceRecord]:
        with world.uow(read_only=True) as tx:
            return all_pages(
                lambda after, limit: tx.records.list_of_session(session.id, frozenset(asked), after=after, limit=limit),
                lambda record: record.id,
                size,
            )

    assert listed() == records
    for asked in ([RecordStatus.FLAGGED], [RecordStatus.FLAGGED, RecordStatus.CONFIRMED], [RecordStatus.EXCUSED]):
        assert listed(*asked) == [record for record in records if record.status in asked]


@pytest.mark.parametrize("size", [1, 2, 50])
def test_flagged_records_page_by_page(world: World, size: int) -> None:
    lecturer, _, session = world.lesson()
    other_course = world.course(world.lecturer(), lecturer)
    other = world.session(other_course, lecturer)
    records = [
        world.record(where, world.user(), status=status, attention=attention)
        for where in (session, other)
        for status, attention in (
            (RecordStatus.FLAGGED, Attention.NEEDS_LOOK),
            (RecordStatus.CONFIRMED, None),
            (RecordStatus.FLAGGED, Attention.SUSPICIOUS),
        )
    ]
    _, _, strange = world.lesson()
    world.record(strange, world.user())

    def listed(which: FlaggedFilter) -> list[AttendanceRecord]:
        with world.uow(read_only=True) as tx:
            return all_pages(
                lambda after, limit: tx.records.list_flagged(lecturer.id, which, after=after, limit=limit),
                lambda record: record.id,
                size,
            )

    flagged = [record for record in records if record.status is RecordStatus.FLAGGED]
    assert listed(FlaggedFilter()) == flagged
    assert listed(FlaggedFilter(session_id=session.id)) == flagged[:2]
    assert listed(FlaggedFilter(course_id=other_course.id)) == flagged[2:]
    assert listed(FlaggedFilter(attention=Attention.SUSPICIOUS)) == flagged[1::2]
    assert listed(FlaggedFilter(session_id=session.id, course_id=other_course.id)) == []
    assert listed(FlaggedFilter(session_id=strange.id)) == []


def test_records_that_a_running_enrollment_now_covers(world: World) -> None:
    lecturer, course, session = world.lesson()
    student = world.user()
    before = world.session(course, lecturer, opens_at=NOW - 90 * MINUTE, ends_at=NOW - 80 * MINUTE)
    judged = world.session(course, lecturer)
    waiting = world.record(session, student, enrolled=False)
    world.record(before, student, enrolled=False)
    world.record(judged, student, enrolled=True)
    world.record(session, world.user(), enrolled=False)
    _, other_course, elsewhere = world.lesson()
    world.record(elsewhere, student, enrolled=False)
    with world.uow(read_only=True) as tx:
        assert tx.records.list_unenrolled(student.id, course.id) == []
    enrollment = world.enrollment(student, course, from_at=NOW)
    world.enrollment(student, other_course, from_at=NOW - 90 * MINUTE, until_at=NOW + 90 * MINUTE)
    with world.uow(read_only=True) as tx:
        assert tx.records.list_unenrolled(student.id, course.id) == [waiting]
        assert tx.records.list_unenrolled(student.id, other_course.id) == []
    with world.uow() as tx:
        tx.enrollments.end(enrollment.id, NOW + MINUTE)
        assert tx.records.list_unenrolled(student.id, course.id) == []


def test_records_judged_without_an_enrollment_are_counted(world: World) -> None:
    student = world.user()
    for minutes in (-1, 0, 1):
        _, _, session = world.lesson()
        world.record(session, student, enrolled=False, created_at=NOW + minutes * MINUTE)
    _, _, session = world.lesson()
    world.record(session, student)
    world.record(session, world.user(), enrolled=False)
    with world.uow(read_only=True) as tx:
        found = [tx.records.count_unenrolled(student.id, NOW + m * MINUTE) for m in (-1, 0, 1, 2)]
    assert found == [3, 2, 1, 0]


# What is known when a claim arrives


def view(world: World, student: UserId, session: AttendanceSession, claim: ClaimId | None = None) -> ClaimView:
    """By id, having made sure that it is the same by code."""
    with world.uow(read_only=True) as tx:
        by_id = tx.records.view(student, claim, session_id=session.id, session_code=None)
        by_code = tx.records.view(student, claim, session_id=None, session_code=session.session_code)
    assert by_id == by_code
    return by_id


def without_names(session: AttendanceSession) -> AttendanceSession:
    return replace(session, course=replace(session.course, lecturer_names=()))


def test_nothing_is_known(world: World) -> None:
    student = world.user()
    expected = ClaimView(student.person, None, None, None, None, None, None)
    with world.uow(read_only=True) as tx:
        for session_id, code in ((SessionId(uuid4()), None), (None, "NOSUCH"), (None, None)):
            for claim_id in (ClaimId(uuid4()), None):
                found = tx.records.view(student.id, claim_id, session_id=session_id, session_code=code)
                assert found == expected
        with pytest.raises(SignInEnded):
            tx.records.view(a_user().id, None, session_id=None, session_code=None)


def test_everything_is_known(world: World) -> None:
    lecturer, course, session = world.lesson()
    student = world.user(institution_number="4711")
    device = world.device(student)
    programme = world.programme()
    world.enrollment(student, course, programme_id=programme.id)
    claim_id = ClaimId(uuid4())
    person, seen = student.person, without_names(session)
    assert view(world, student.id, session, claim_id) == ClaimView(
        person, None, seen, Coverage(programme.id), device, None, None
    )
    record = world.record(
        session,
        student,
        claims=(a_claim(1), a_claim(2)),
        decisions=(a_decision(lecturer.person),),
        revision=2,
    )
    known = KnownClaim(record.id, record.claims[1].fingerprint)
    assert view(world, student.id, session, record.claims[1].claim_id) == ClaimView(
        person, known, seen, Coverage(programme.id), device, None, record
    )
    assert view(world, student.id, session, claim_id).known is None
    assert view(world, student.id, session).known is None
    other = world.user()
    assert view(world, other.id, session, record.claims[0].claim_id) == ClaimView(
        other.person, None, seen, None, None, None, None
    )


def test_a_claim_is_known_wherever_it_was_made(world: World) -> None:
    lecturer, course, session = world.lesson()
    elsewhere = world.session(course, lecturer)
    student = world.user()
    record = world.record(elsewhere, student)
    found = view(world, student.id, session, record.claims[0].claim_id)
    assert found.known == KnownClaim(record.id, record.claims[0].fingerprint)
    assert found.record is None
    with world.uow(read_only=True) as tx:
        lost = tx.records.view(student.id, record.claims[0].claim_id, session_id=None, session_code="NOSUCH")
    assert lost.known == found.known
    assert lost.session is None


MICROSECOND = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("begins", "ends", "covered"),
    [
        (-60 * MINUTE, None, True),
        (-60 * MINUTE, -5 * MINUTE, False),
        (-60 * MINUTE, -5 * MINUTE + MICROSECOND, True),
        (10 * MINUTE - MICROSECOND, None, True),
        (10 * MINUTE, None, False),
        (0 * MINUTE, 1 * MINUTE, True),
    ],
)
def test_an_enrollment_covers_what_it_overlaps(
    world: World, begins: timedelta, ends: timedelta | None, *, covered: bool
) -> None:
    _, course, session = world.lesson()
    student = world.user()
    world.enrollment(student, course, from_at=NOW + begins, until_at=None if ends is None else NOW + ends)
    assert (view(world, student.id, session).coverage == Coverage(None)) is covered


def test_of_several_enrollments_the_newest_in_the_scope_covers(world: World) -> None:
    lecturer, course, session = world.lesson()
    student = world.user()
    programmes = [world.programme().id for _ in range(3)]
    world.enrollment(student, course, programme_id=programmes[1], from_at=NOW - MINUTE)
    world.enrollment(student, course, programme_id=programmes[0], from_at=NOW - 60 * MINUTE, until_at=NOW - MINUTE)
    world.enrollment(student, course, programme_id=programmes[2], from_at=NOW + 60 * MINUTE, until_at=NOW + 61 * MINUTE)
    assert view(world, student.id, session).coverage == Coverage(programmes[1])
    scoped = world.session(course, lecturer, programme_id=programmes[0])
    assert view(world, student.id, scoped).coverage == Coverage(programmes[0])


def test_closing_early_takes_nobody_out(world: World) -> None:
    lecturer = world.lecturer()
    course = world.course(lecturer)
    session = world.session(course, lecturer, closed_at=NOW - 4 * MINUTE)
    student = world.user()
    record = world.record(session, student, enrolled=False, policy=POLICY)
    world.enrollment(student, course, from_at=NOW)
    assert view(world, student.id, session).coverage == Coverage(None)
    with world.uow(read_only=True) as tx:
        assert tx.records.list_unenrolled(student.id, course.id) == [record]
