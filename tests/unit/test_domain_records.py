"""What becomes of a record: another try, lateness, an enrollment that comes later, a person's decision."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from absense_server.domain import decisions
from absense_server.domain.advice import SENTENCES, advice_on
from absense_server.domain.codes import CodeTimes, Generation
from absense_server.domain.decisions import Word
from absense_server.domain.devices import DeviceEvidence
from absense_server.domain.errors.appeals import SelfDecision
from absense_server.domain.errors.calls import RevisionMismatch
from absense_server.domain.errors.claims import DecisionNotAllowed
from absense_server.domain.faces import FaceEvidence, FaceModel, SelfieState
from absense_server.domain.ids import ClaimId, CourseId, DecisionId, RecordId, SessionId, UserId
from absense_server.domain.people import Person
from absense_server.domain.places import Fix, Geofence, LatLng
from absense_server.domain.policy import Attention, Policy, RecordStatus, Requirement, StandIn, lacks_stand_in
from absense_server.domain.records import (
    MAX_CLAIMS,
    AttendanceRecord,
    Claim,
    Evidence,
    ProofKind,
    Sighting,
    Source,
    awaiting_face,
    judge,
    lateness,
    with_claim,
    with_enrollment,
    with_face,
)
from absense_server.domain.sessions import AttendanceSession, SessionCourse
from absense_server.domain.verdicts import Check, Outcome, Reason, Verdict, failed, inconclusive, passed, skipped

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
REQUIRED, ADVISORY, OFF = Requirement.REQUIRED, Requirement.ADVISORY, Requirement.OFF
POLICY = Policy(device=REQUIRED, location=REQUIRED, face=ADVISORY, liveness=OFF)
HALL = LatLng(5.6506, -0.1869)
SESSION = AttendanceSession(
    id=SessionId(UUID(int=1)),
    course=SessionCourse(CourseId(UUID(int=2)), "CS101", "Computing"),
    room="",
    opens_at=NOW,
    ends_at=NOW + timedelta(minutes=15),
    policy=POLICY,
    code_times=CodeTimes(timedelta(seconds=60), timedelta(seconds=10)),
    generation=Generation(1, NOW),
    session_code="ABCDEF",
    created_at=NOW,
    created_by=Person(UserId(UUID(int=3)), "Kofi"),
    late_after_at=NOW + timedelta(minutes=5),
    geofence=Geofence(HALL, 100),
)
EMPTY = AttendanceRecord(
    id=RecordId(UUID(int=4)),
    session_id=SESSION.id,
    course_id=SESSION.course.id,
    student=Person(UserId(UUID(int=5)), "Ama"),
    status=RecordStatus.PENDING_VERIFICATION,
    source=Source.CLAIM,
    late=False,
    enrolled=False,
    policy=POLICY,
    created_at=NOW,
    updated_at=NOW,
    revision=0,
)
GOOD = (
    passed(Check.QR_CODE, Reason.SCANNED),
    passed(Check.ENROLLMENT, Reason.ENROLLED),
    passed(Check.DEVICE, Reason.KEY_SIGNED),
    passed(Check.LOCATION, Reason.INSIDE, 12.0, 100.0, "m"),
    skipped(Check.LIVENESS, Reason.CHECK_OFF),
    inconclusive(Check.FACE, Reason.ENGINE_OFF),
)
NO_FIX = inconclusive(Check.LOCATION, Reason.NO_FIX)
OUTSIDE = failed(Check.LOCATION, Reason.OUTSIDE, 2000.0, 100.0, "m")
MOCK = failed(Check.LOCATION, Reason.MOCK_LOCATION)
OTHER_DEVICE = failed(Check.DEVICE, Reason.OTHER_DEVICE)
NOT_SIGNED = inconclusive(Check.DEVICE, Reason.NOT_SIGNED)
NOT_ENROLLED = failed(Check.ENROLLMENT, Reason.NOT_ENROLLED)

minutes = st.integers(0, 14)


def a_claim(*found: Verdict, minute: float = 0, number: int = 1) -> Claim:
    """A claim that found all well, but for the verdicts given."""
    instead = {verdict.check: verdict for verdict in found}
    seen_at = NOW + timedelta(minutes=minute)
    return Claim(
        claim_id=ClaimId(UUID(int=100 + number)),
        number=number,
        sighting=Sighting(ProofKind.SCANNED, 1, 0, seen_at),
        received_at=seen_at,
        verdicts=tuple(instead.get(verdict.check, verdict) for verdict in GOOD),
        fingerprint=b"",
    )


def a_record(*claims: Claim) -> AttendanceRecord:
    """A record that took these claims, one after the other."""
    record = EMPTY
    for number, claim in enumerate(claims, 1):
        numbered = replace(claim, number=number, claim_id=ClaimId(UUID(int=100 + number)))
        record = with_claim(record, SESSION, numbered, numbered.received_at)
    return record


A_DECISION = DecisionId(UUID(int=9))


def a_word(status: RecordStatus) -> Word:
    return Word(status, Person(UserId(UUID(int=3)), "Kofi"), NOW, "I saw her")


def decided(record: AttendanceRecord, word: Word | None = None) -> AttendanceRecord:
    return decisions.decided(record, word or a_word(RecordStatus.CONFIRMED), A_DECISION, record.revision)


# Another try


@pytest.mark.parametrize(
    ("faults", "left"),
    [
        ([()], 0),  # confirmed
        ([(NO_FIX,)], 2),
        ([(OUTSIDE,)], 2),
        ([(NOT_SIGNED,)], 2),
        ([(NO_FIX,), (OUTSIDE,)], 1),
        ([(NO_FIX,), (NO_FIX,), (NO_FIX,)], 0),
        ([(MOCK,)], 0),
        ([(OTHER_DEVICE,)], 0),
        ([(failed(Check.DEVICE, Reason.BAD_SIGNATURE),)], 0),
        ([(failed(Check.DEVICE, Reason.STATEMENT_MISMATCH),)], 0),
        ([(NOT_ENROLLED,)], 0),
        ([(NO_FIX, OTHER_DEVICE)], 0),
        ([(MOCK, NOT_SIGNED)], 0),
        ([(OTHER_DEVICE,), (NO_FIX,)], 0),  # once failed for good, always failed for good
        ([(NO_FIX,), ()], 0),  # mended
    ],
)
def test_another_try_is_taken_while_it_may_mend_something(faults: list[tuple[Verdict, ...]], left: int) -> None:
    record = a_record(*(a_claim(*found) for found in faults))
    assert record.tries_left() == left
    assert record.takes_another_claim() == (left > 0)


@given(st.lists(st.sampled_from([NO_FIX, OUTSIDE, MOCK, OTHER_DEVICE, NOT_SIGNED]), min_size=1, max_size=3))
def test_what_a_person_decided_takes_no_other_try(faults: list[Verdict]) -> None:
    record = decided(a_record(*(a_claim(fault) for fault in faults)))
    assert not record.takes_another_claim()
    assert record.tries_left() == 0


@pytest.mark.parametrize("status", [status for status in RecordStatus if status is not RecordStatus.FLAGGED])
def test_only_a_flagged_record_takes_another_try(status: RecordStatus) -> None:
    assert not replace(a_record(a_claim(NO_FIX)), status=status).takes_another_claim()


@given(st.integers(0, MAX_CLAIMS))
def test_three_tries_and_no_more(number: int) -> None:
    claims = (a_claim(NO_FIX),) * number
    record = replace(EMPTY, status=RecordStatus.FLAGGED, claims=claims, deciding_claim_id=a_claim().claim_id)
    assert record.tries_left() == (MAX_CLAIMS - number if number else 0)


# What a claim makes of a record


def test_a_claim_is_judged_alone_and_decides() -> None:
    first = a_record(a_claim(NO_FIX))
    assert (first.status, first.attention, first.revision) == (RecordStatus.FLAGGED, Attention.NEEDS_LOOK, 1)
    second = a_record(a_claim(NO_FIX), a_claim(OUTSIDE))
    assert (second.status, second.attention, second.revision) == (RecordStatus.FLAGGED, Attention.SUSPICIOUS, 2)
    third = a_record(a_claim(NO_FIX), a_claim(OUTSIDE), a_claim())
    assert (third.status, third.attention, third.revision) == (RecordStatus.CONFIRMED, None, 3)
    assert third.deciding_claim == third.claims[2]
    assert [claim.number for claim in third.claims] == [1, 2, 3]


def test_the_records_own_policy_counts() -> None:
    lenient = replace(EMPTY, policy=replace(POLICY, location=ADVISORY))
    assert with_claim(lenient, SESSION, a_claim(OUTSIDE), NOW).status is RecordStatus.CONFIRMED


# Lateness


@pytest.mark.parametrize(
    ("tries", "late"),
    [
        ([(0, ())], False),
        ([(4.99, ())], False),
        ([(5, ())], True),
        ([(1, (NO_FIX,)), (6, ())], False),  # on the spot in time, and mended later
        ([(1, (NOT_SIGNED,)), (6, ())], False),
        ([(1, (OUTSIDE,)), (6, ())], True),  # in time from elsewhere is not in time
        ([(1, (MOCK,)), (6, ())], True),
        ([(1, (OTHER_DEVICE,)), (6, ())], True),
        ([(1, (OUTSIDE,)), (2, (NO_FIX,)), (6, ())], False),
        ([(6, (OUTSIDE,))], True),  # none on the spot: the deciding one
        ([(1, (OUTSIDE,)), (6, (OUTSIDE,))], True),
        ([(1, (OUTSIDE,)), (2, (OUTSIDE,))], False),
        ([(1, (NOT_ENROLLED,))], False),
    ],
)
def test_lateness_is_that_of_the_first_try_on_the_spot(
    tries: list[tuple[float, tuple[Verdict, ...]]], late: bool
) -> None:
    record = a_record(*(a_claim(*found, minute=minute) for minute, found in tries))
    assert record.late is late


@given(st.lists(st.tuples(minutes, st.sampled_from([NO_FIX, OUTSIDE, OTHER_DEVICE, None])), min_size=1, max_size=3))
def test_a_later_try_makes_nobody_late_who_was_on_the_spot_in_time(tries: list[tuple[int, Verdict | None]]) -> None:
    claims = [
        a_claim(*([] if fault is None else [fault]), minute=minute, number=number)
        for number, (minute, fault) in enumerate(sorted(tries, key=lambda each: each[0]), 1)
    ]
    in_time = [claim for claim in claims if not SESSION.is_late(claim.claimed_at)]
    on_the_spot = [
        claim
        for claim in in_time
        if claim.outcome(Check.LOCATION) is not Outcome.FAILED and claim.outcome(Check.DEVICE) is not Outcome.FAILED
    ]
    late = lateness(SESSION, claims, claims[-1])
    assert not (on_the_spot and late)
    if not in_time:
        assert late


def test_nobody_is_late_where_nothing_is_said_about_it() -> None:
    assert not replace(SESSION, late_after_at=None).is_late(SESSION.ends_at)


def test_the_claims_own_time_is_the_scans() -> None:
    claim = replace(a_claim(minute=4), received_at=NOW + timedelta(minutes=7))
    assert not with_claim(EMPTY, SESSION, claim, claim.received_at).late


# An enrollment that comes later


def test_an_enrollment_that_comes_later_mends_what_it_can() -> None:
    only = a_record(a_claim(NOT_ENROLLED))
    assert (only.status, only.attention, only.enrolled) == (RecordStatus.FLAGGED, Attention.SUSPICIOUS, False)
    again = with_enrollment(only, NOW + timedelta(hours=1))
    assert (again.status, again.attention, again.enrolled) == (RecordStatus.CONFIRMED, None, True)
    assert (again.revision, again.updated_at) == (only.revision + 1, NOW + timedelta(hours=1))
    also_no_fix = with_enrollment(a_record(a_claim(NOT_ENROLLED, NO_FIX)), NOW)
    assert (also_no_fix.status, also_no_fix.attention) == (RecordStatus.FLAGGED, Attention.NEEDS_LOOK)


def test_an_enrollment_that_comes_later_leaves_a_persons_word() -> None:
    record = decided(a_record(a_claim(NOT_ENROLLED, OUTSIDE)))
    again = with_enrollment(record, NOW)
    assert (again.status, again.attention, again.enrolled) == (RecordStatus.CONFIRMED, None, True)
    assert again.claims[0].outcome(Check.ENROLLMENT) is Outcome.PASSED
    assert again.claims[0].outcome(Check.LOCATION) is Outcome.FAILED


@given(st.sets(st.sampled_from([NOT_ENROLLED, OUTSIDE, OTHER_DEVICE])))
def test_an_enrollment_that_comes_later_never_makes_it_worse(faults: set[Verdict]) -> None:
    record = a_record(a_claim(*faults))
    again = with_enrollment(record, NOW)
    assert record.status is RecordStatus.FLAGGED or again.status is RecordStatus.CONFIRMED
    assert again.late is record.late


# Decisions


CONFIRMED, REJECTED, EXCUSED = RecordStatus.CONFIRMED, RecordStatus.REJECTED, RecordStatus.EXCUSED


@pytest.mark.parametrize("before", RecordStatus)
@pytest.mark.parametrize("status", [CONFIRMED, REJECTED, EXCUSED])
@pytest.mark.parametrize("late", [None, True, False])
def test_what_may_be_made_of_what(before: RecordStatus, status: RecordStatus, late: bool | None) -> None:
    record = replace(a_record(a_claim(NO_FIX)), status=before, late=True)
    word = replace(a_word(status), late=late)
    if before is status and not (status is CONFIRMED and late is False):
        with pytest.raises(DecisionNotAllowed):
            decided(record, word)
        return
    after = decided(record, word)
    assert (after.status, after.attention, after.revision) == (status, None, record.revision + 1)
    assert after.late is not (status is CONFIRMED and late is False)
    assert (after.decisions[-1].from_status, after.decisions[-1].to_status) == (before, status)
    assert decisions.is_decided_so(after, word, record.revision)
    for other in (replace(word, by=Person(UserId(UUID(int=77)), "")), replace(word, late=not after.late)):
        assert decisions.is_decided_so(after, other, record.revision) == (
            other.by == word.by and status is not CONFIRMED
        )
    # a verdict that comes later is kept with its claim and moves nothing
    later = with_face(after, 1, failed(Check.FACE, Reason.FACE_MISMATCH), NOW)
    assert (later.status, later.revision) == (status, after.revision + 1)
    assert later.claims[0].outcome(Check.FACE) is Outcome.FAILED


@pytest.mark.parametrize("off", [-1, 1, 100])
def test_a_decision_on_another_revision_is_none(off: int) -> None:
    record = a_record(a_claim(NO_FIX))
    with pytest.raises(RevisionMismatch):
        decisions.decided(record, a_word(CONFIRMED), A_DECISION, record.revision + off)


def test_nobody_decides_the_own_record_or_makes_it() -> None:
    record = a_record(a_claim(NO_FIX))
    own = replace(a_word(CONFIRMED), by=record.student)
    with pytest.raises(SelfDecision):
        decided(record, own)
    with pytest.raises(SelfDecision):
        decisions.entered(SESSION, record.student, own, record.id, A_DECISION)


def test_a_record_made_by_hand_has_no_claims_and_takes_none() -> None:
    made = decisions.entered(SESSION, EMPTY.student, replace(a_word(EXCUSED), late=True), EMPTY.id, A_DECISION)
    assert (made.source, made.late, made.decisions[0].from_status) == (Source.MANUAL, False, None)
    assert (made.takes_another_claim(), made.tries_left(), advice_on(made)) == (False, 0, ())
    assert with_enrollment(made, NOW).status is EXCUSED


def test_a_face_that_is_looked_at_again_is_awaited_like_the_first_time() -> None:
    policy = replace(POLICY, face=REQUIRED)
    other_face = failed(Check.FACE, Reason.FACE_MISMATCH)
    record = with_claim(replace(EMPTY, policy=policy), SESSION, a_claim(other_face), NOW)
    again = awaiting_face(record, NOW)
    assert (again.status, again.revision) == (RecordStatus.PENDING_VERIFICATION, record.revision + 1)
    assert again.claims[0].awaits_face
    assert not again.takes_another_claim()
    assert with_face(again, 1, other_face, NOW).status is RecordStatus.FLAGGED


# Judging


fixes = st.none() | st.builds(
    Fix,
    st.builds(LatLng, st.floats(-90, 90), st.floats(-180, 180)),
    st.floats(-10, 1e6),
    st.timedeltas(timedelta(minutes=-5), timedelta(minutes=5)).map(lambda off: NOW + off),
    st.booleans(),
)
requirements = st.sampled_from(Requirement)
face_models = st.builds(FaceModel, st.sampled_from(["SFace", "ArcFace"]), st.just("yunet"), st.just(0.6), st.just(""))
without_engine = st.sampled_from([Reason.ENGINE_OFF, Reason.ENGINE_MISSING])
evidence = st.builds(
    Evidence,
    sighting=st.builds(Sighting, st.sampled_from(ProofKind), st.just(1), st.just(0), st.just(NOW)),
    received_at=st.just(NOW),
    enrolled=st.booleans(),
    device=st.builds(DeviceEvidence, *([st.booleans()] * 7)),
    fix=fixes,
    face=st.builds(
        FaceEvidence, st.sampled_from(SelfieState), st.none() | face_models, st.none() | face_models, without_engine
    ),
)
policies = st.builds(
    Policy,
    device=requirements,
    location=requirements,
    face=requirements,
    liveness=requirements,
    stand_in=st.sampled_from(StandIn),
)


@given(policies, evidence, st.booleans())
def test_every_check_has_one_verdict_and_every_fault_its_advice(
    policy: Policy, shown: Evidence, has_place: bool
) -> None:
    session = SESSION if has_place else replace(SESSION, geofence=None)
    found = judge(session, policy, shown)
    judged = [verdict.check for verdict in found]
    assert judged in (list(Check), list(Check)[:-1])  # the face may have to be looked at
    for verdict in found:
        if policy.requirement(verdict.check) is OFF:
            assert (verdict.outcome, verdict.reason) == (Outcome.SKIPPED, Reason.CHECK_OFF)
        if verdict.is_fault:
            assert verdict.reason in SENTENCES
        assert (verdict.measured is None) == (verdict.threshold is None)
        assert bool(verdict.unit) == (verdict.measured is not None)
    record = with_claim(replace(EMPTY, policy=policy), session, replace(a_claim(), verdicts=found), NOW)
    advised = {advice.check for advice in advice_on(record)}
    at_fault = {v.check for v in found if v.is_fault and policy.requirement(v.check) is REQUIRED}
    if lacks_stand_in(policy, found):
        at_fault |= {Check.FACE}
    assert advised == at_fault
    assert bool(at_fault) == (record.status is RecordStatus.FLAGGED)
    awaited = policy.face is REQUIRED and Check.FACE not in judged and not at_fault
    assert awaited == (record.status is RecordStatus.PENDING_VERIFICATION)
