"""Rules of the domain: what a record becomes, where a phone was, how a claim is taken again."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from absense_server.domain.advice import SENTENCES
from absense_server.domain.codes import CodeTimes, Generation
from absense_server.domain.devices import DeviceEvidence, judge_device
from absense_server.domain.errors.sessions import CheckUnavailable, CodeTimesInvalid, SessionTimesInvalid
from absense_server.domain.ids import CourseId, SessionId, UserId
from absense_server.domain.people import Person
from absense_server.domain.places import Fix, Geofence, LatLng, distance_m, judge_place
from absense_server.domain.policy import (
    Attention,
    Engines,
    Policy,
    PolicyWishes,
    RecordStatus,
    Requirement,
    policy_for,
    standing_of,
)
from absense_server.domain.sessions import AttendanceSession, NewSession, SessionCourse, SessionState, window_for
from absense_server.domain.verdicts import Check, Outcome, Reason, Verdict

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
requirements = st.sampled_from(Requirement)
policies = st.builds(Policy, device=requirements, location=requirements, face=requirements, liveness=requirements)
outcomes = st.dictionaries(st.sampled_from(Check), st.sampled_from(Outcome))
places = st.builds(LatLng, st.floats(-90, 90), st.floats(-180, 180))


def verdicts_of(found: dict[Check, Outcome]) -> list[Verdict]:
    return [Verdict(check, outcome, Reason.CHECK_OFF) for check, outcome in found.items()]


@given(policies, outcomes)
def test_status_is_as_the_design_says(policy: Policy, found: dict[Check, Outcome]) -> None:
    required = [found.get(check) for check in Check if policy.requirement(check) is Requirement.REQUIRED]
    standing = standing_of(policy, verdicts_of(found))
    if Outcome.FAILED in required or Outcome.INCONCLUSIVE in required:
        assert standing.status is RecordStatus.FLAGGED
        assert standing.attention is (Attention.SUSPICIOUS if Outcome.FAILED in required else Attention.NEEDS_LOOK)
    else:
        awaited = None in required
        assert standing.status is (RecordStatus.PENDING_VERIFICATION if awaited else RecordStatus.CONFIRMED)
        assert standing.attention is None


@given(policies, outcomes, st.randoms())
def test_status_does_not_depend_on_the_order_of_verdicts(policy: Policy, found: dict[Check, Outcome], random) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    verdicts = verdicts_of(found)
    shuffled = random.sample(verdicts, len(verdicts))
    assert standing_of(policy, verdicts) == standing_of(policy, shuffled)


@given(policies, outcomes, st.sampled_from(Check))
def test_what_is_skipped_never_flags(policy: Policy, found: dict[Check, Outcome], check: Check) -> None:
    others = {c: o for c, o in found.items() if c is not check}
    skipped = standing_of(policy, verdicts_of({**others, check: Outcome.SKIPPED}))
    if standing_of(policy, verdicts_of(others)).status is not RecordStatus.FLAGGED:
        assert skipped.status is not RecordStatus.FLAGGED


@given(policies, outcomes, st.sampled_from(Check))
def test_a_better_outcome_never_makes_it_worse(policy: Policy, found: dict[Check, Outcome], check: Check) -> None:
    worse = standing_of(policy, verdicts_of({**found, check: Outcome.FAILED})).status
    better = standing_of(policy, verdicts_of({**found, check: Outcome.PASSED})).status
    assert better is not RecordStatus.FLAGGED or worse is RecordStatus.FLAGGED


@pytest.mark.parametrize(
    ("wishes", "has_place", "engines", "check"),
    [
        (PolicyWishes(location=Requirement.REQUIRED), False, Engines(), Check.LOCATION),
        (PolicyWishes(face=Requirement.REQUIRED), True, Engines(), Check.FACE),
        (PolicyWishes(liveness=Requirement.REQUIRED), True, Engines(face=True), Check.LIVENESS),
    ],
)
def test_what_cannot_be_checked_cannot_be_required(
    wishes: PolicyWishes, has_place: bool, engines: Engines, check: Check
) -> None:
    with pytest.raises(CheckUnavailable) as refused:
        policy_for(wishes, has_place=has_place, engines=engines)
    assert refused.value.check == check.value


def test_default_policy() -> None:
    required, advisory, off = Requirement.REQUIRED, Requirement.ADVISORY, Requirement.OFF
    nothing = PolicyWishes()
    assert policy_for(nothing, has_place=True, engines=Engines()) == Policy(required, required, advisory, off)
    assert policy_for(nothing, has_place=False, engines=Engines()) == Policy(required, off, advisory, off)
    assert policy_for(nothing, has_place=True, engines=Engines(face=True)) == Policy(required, required, required, off)


@pytest.mark.parametrize(
    ("a", "b", "metres"),
    [
        (LatLng(5.6506, -0.1869), LatLng(5.6506, -0.1869), 0),
        (LatLng(0, 0), LatLng(0, 1), 111_195),
        (LatLng(0, 179.5), LatLng(0, -179.5), 111_195),
        (LatLng(90, 0), LatLng(-90, 0), 20_015_115),
        (LatLng(51.5007, -0.1246), LatLng(40.6892, -74.0445), 5_574_840),
    ],
)
def test_distances(a: LatLng, b: LatLng, metres: float) -> None:
    assert distance_m(a, b) == pytest.approx(metres, rel=1e-4, abs=1e-3)


@given(places, places, places)
def test_distance_is_a_metric(a: LatLng, b: LatLng, c: LatLng) -> None:
    assert distance_m(a, b) == pytest.approx(distance_m(b, a))
    assert 0 <= distance_m(a, b) <= math.pi * 6_371_009
    assert distance_m(a, c) <= distance_m(a, b) + distance_m(b, c) + 1e-3


@given(st.floats(0, 0.01), st.floats(0, 0.01), st.floats(1, 10_000), st.floats(-1, 1e9))
def test_nearer_is_never_worse(near: float, far: float, radius: float, accuracy: float) -> None:
    near, far = sorted((near, far))
    rank = {Outcome.PASSED: 0, Outcome.INCONCLUSIVE: 1, Outcome.FAILED: 2}
    fence = Geofence(LatLng(5, 5), radius)

    def outcome(offset: float) -> int:
        fix = Fix(LatLng(5 + offset, 5), accuracy, NOW)
        return rank[judge_place(fence, fix, claimed_at=NOW, received_at=NOW).outcome]

    assert outcome(near) <= outcome(far)


def test_accuracy_stretches_the_circle_by_a_hundred_metres_at_most() -> None:
    fence = Geofence(LatLng(5, 5), 100)
    a_kilometre_off = Fix(LatLng(5.009, 5), 100_000, NOW)
    assert judge_place(fence, a_kilometre_off, claimed_at=NOW, received_at=NOW).reason is Reason.OUTSIDE


evidence = st.builds(DeviceEvidence, *([st.booleans()] * 7))


@given(evidence)
def test_a_phone_passes_only_when_nothing_speaks_against_it(shown: DeviceEvidence) -> None:
    verdict = judge_device(shown)
    if verdict.outcome is Outcome.PASSED:
        assert shown.bound
        assert shown.identifier_matches
        assert not shown.key_bound or (shown.signed and shown.signature_holds and shown.statement_matches)
        assert verdict.reason is (Reason.KEY_SIGNED if shown.key_bound else Reason.IDENTIFIER_ONLY)
    if shown.bound and shown.identifier_given and not shown.identifier_matches:
        assert verdict.outcome is Outcome.FAILED


def test_every_fault_has_its_sentence() -> None:
    never_faults = {
        Reason.SCANNED, Reason.TICKET, Reason.TYPED, Reason.ENROLLED, Reason.KEY_SIGNED, Reason.IDENTIFIER_ONLY,
        Reason.INSIDE, Reason.NO_PLACE, Reason.CHECK_OFF, Reason.FACE_MATCHES,
    }  # fmt: skip
    assert set(SENTENCES) == set(Reason) - never_faults
    assert all(sentence.endswith(".") for sentence in SENTENCES.values())


SESSION = AttendanceSession(
    id=SessionId(UUID(int=1)),
    course=SessionCourse(CourseId(UUID(int=2)), "CS101", "Computing"),
    room="",
    opens_at=NOW,
    ends_at=NOW + timedelta(minutes=15),
    policy=Policy(Requirement.REQUIRED, Requirement.OFF, Requirement.OFF, Requirement.OFF),
    code_times=CodeTimes(timedelta(seconds=60), timedelta(seconds=10)),
    generation=Generation(1, NOW),
    session_code="ABCDEF",
    created_at=NOW,
    created_by=Person(UserId(UUID(int=3)), "Kofi"),
)


@pytest.mark.parametrize(
    ("session", "at", "state"),
    [
        (SESSION, NOW - timedelta(microseconds=1), SessionState.SCHEDULED),
        (SESSION, NOW, SessionState.OPEN),
        (SESSION, NOW + timedelta(minutes=15, microseconds=-1), SessionState.OPEN),
        (SESSION, NOW + timedelta(minutes=15), SessionState.CLOSED),
        (replace(SESSION, closed_at=NOW + timedelta(minutes=1)), NOW + timedelta(minutes=1), SessionState.CLOSED),
        (replace(SESSION, closed_at=NOW + timedelta(minutes=1)), NOW, SessionState.OPEN),
        (replace(SESSION, closed_at=NOW + timedelta(hours=9)), NOW + timedelta(hours=1), SessionState.CLOSED),
        (replace(SESSION, cancelled_at=NOW), NOW, SessionState.CANCELLED),
    ],
)
def test_states_are_computed(session: AttendanceSession, at: datetime, state: SessionState) -> None:
    assert session.state(at) is state


def wish(**fields: object) -> NewSession:
    return NewSession(CourseId(UUID(int=2)), **fields)  # type: ignore[arg-type]  # a table


@pytest.mark.parametrize(
    ("fields", "fields_at_fault"),
    [
        ({"opens_at": NOW - timedelta(minutes=2)}, ["open_time"]),
        ({"opens_at": NOW + timedelta(days=367)}, ["open_time"]),
        ({"duration": timedelta(seconds=59)}, ["duration"]),
        ({"duration": timedelta(hours=25), "late_after": timedelta(seconds=-1)}, ["duration", "late_after"]),
    ],
)
def test_times_that_do_not_fit(fields: dict[str, object], fields_at_fault: list[str]) -> None:
    with pytest.raises(SessionTimesInvalid) as refused:
        window_for(wish(**fields), NOW)
    assert [violation.field for violation in refused.value.violations] == fields_at_fault


def test_a_slow_clock_means_now() -> None:
    window = window_for(wish(opens_at=NOW - timedelta(seconds=59), late_after=timedelta(minutes=5)), NOW)
    assert (window.opens_at, window.ends_at) == (NOW, NOW + timedelta(minutes=15))
    assert window.late_after_at == NOW + timedelta(minutes=5)


@pytest.mark.parametrize(
    ("life", "overlap"), [(4.999, 0), (300.001, 0), (60, 30.001), (60, -1), (60, 10.0005), (5, 2.501)]
)
def test_code_times_that_do_not_fit(life: float, overlap: float) -> None:
    with pytest.raises(CodeTimesInvalid):
        CodeTimes(timedelta(seconds=life), timedelta(seconds=overlap)).require_sound()
