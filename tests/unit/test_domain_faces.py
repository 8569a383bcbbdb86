"""The rules of faces, by tables and properties."""

import math
from array import array
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from absense_server.domain.errors.faces import UNFIT
from absense_server.domain.faces import (
    FOR_CLAIMS,
    FOR_ENROLLMENT,
    UNCLEAR_MARGIN,
    FaceEvidence,
    FaceFinding,
    FaceModel,
    Quality,
    QualityLimits,
    SelfieState,
    TemplateTrust,
    compare,
    distance,
    judge_face,
    nearest,
    problem_with,
)
from absense_server.domain.policy import (
    Attention,
    Policy,
    RecordStatus,
    Requirement,
    StandIn,
    lacks_stand_in,
    standing_of,
)
from absense_server.domain.verdicts import Check, Outcome, Reason, Verdict, failed, inconclusive, passed, skipped

MODEL = FaceModel("SFace", "yunet", 0.6, "settings")
GOOD = Quality(width_px=200, brightness=0.5, sharpness=1000, yaw=0, roll_deg=0)
REQUIRED, ADVISORY, OFF = Requirement.REQUIRED, Requirement.ADVISORY, Requirement.OFF


def vector(*numbers: float) -> bytes:
    """A unit vector in this direction."""
    length = math.hypot(*numbers)
    return array("f", [number / length for number in numbers]).tobytes()


def at_distance(cosine_distance: float) -> bytes:
    """A unit vector so far from (1, 0)."""
    cosine = 1 - cosine_distance
    return vector(cosine, math.sqrt(max(0.0, 1 - cosine * cosine)))


REFERENCE = vector(1, 0)


def seen(found: bytes = REFERENCE, quality: Quality = GOOD, faces: int = 1) -> FaceFinding:
    return FaceFinding(readable=True, faces=faces, quality=quality, vector=found, took=timedelta(milliseconds=50))


directions = st.lists(st.floats(-1, 1), min_size=8, max_size=8).filter(lambda n: math.hypot(*n) > 0.01)
vectors = directions.map(lambda numbers: vector(*numbers))
qualities = st.builds(
    Quality, st.floats(0, 640), st.floats(0, 1), st.floats(0, 10_000), st.floats(-2, 2), st.floats(-180, 180)
)


# Distances


@given(vectors, vectors)
def test_distances_are_symmetric_and_between_zero_and_two(a: bytes, b: bytes) -> None:
    assert distance(a, b) == distance(b, a)
    assert -1e-6 <= distance(a, b) <= 2 + 1e-6
    assert distance(a, a) == pytest.approx(0, abs=1e-6)


def test_distances_that_are_known() -> None:
    assert distance(vector(1, 0), vector(0, 1)) == pytest.approx(1)
    assert distance(vector(1, 0), vector(-1, 0)) == pytest.approx(2)
    assert distance(vector(1, 0), vector(1, 1)) == pytest.approx(1 - math.sqrt(0.5))


@given(vectors, st.lists(vectors, min_size=1, max_size=5))
def test_the_nearest_view_counts(found: bytes, views: Sequence[bytes]) -> None:
    assert nearest(found, views) == min(distance(found, view) for view in views)


def test_without_views_everybody_is_far_away() -> None:
    assert nearest(REFERENCE, []) == 2


# What a photograph is good for


@pytest.mark.parametrize(
    ("finding", "reason"),
    [
        (FaceFinding(readable=False), Reason.IMAGE_DAMAGED),
        (FaceFinding(readable=True), Reason.NO_FACE),
        (seen(faces=2), Reason.SEVERAL_FACES),
        (seen(quality=replace(GOOD, width_px=59)), Reason.FACE_TOO_SMALL),
        (seen(quality=replace(GOOD, brightness=0.19)), Reason.FACE_TOO_DARK),
        (seen(quality=replace(GOOD, yaw=0.36)), Reason.FACE_TURNED_AWAY),
        (seen(quality=replace(GOOD, yaw=-0.36)), Reason.FACE_TURNED_AWAY),
        (seen(quality=replace(GOOD, sharpness=99)), Reason.FACE_TOO_BLURRED),
        (seen(), None),
    ],
)
def test_what_keeps_a_face_from_being_enrolled(finding: FaceFinding, reason: Reason | None) -> None:
    assert problem_with(finding, FOR_ENROLLMENT) is reason
    assert reason is None or reason in UNFIT


@given(qualities, st.sampled_from([FOR_ENROLLMENT, FOR_CLAIMS]))
def test_what_breaks_a_limit_is_named_and_what_breaks_none_is_not(quality: Quality, limits: QualityLimits) -> None:
    broken = (
        quality.width_px < limits.width_px
        or quality.brightness < limits.brightness
        or quality.sharpness < limits.sharpness
        or abs(quality.yaw) > limits.yaw
    )
    assert (limits.broken_by(quality) is not None) == broken


@given(qualities)
def test_what_is_good_enough_to_be_enrolled_is_good_enough_to_be_compared(quality: Quality) -> None:
    if FOR_ENROLLMENT.broken_by(quality) is None:
        assert FOR_CLAIMS.broken_by(quality) is None


# Comparing


@pytest.mark.parametrize(
    ("far", "outcome", "reason"),
    [
        (0.0, Outcome.PASSED, Reason.FACE_MATCHES),
        (0.59, Outcome.PASSED, Reason.FACE_MATCHES),
        (0.61, Outcome.INCONCLUSIVE, Reason.FACE_UNCLEAR),
        (0.69, Outcome.INCONCLUSIVE, Reason.FACE_UNCLEAR),
        (0.71, Outcome.FAILED, Reason.FACE_MISMATCH),
        (2.0, Outcome.FAILED, Reason.FACE_MISMATCH),
    ],
)
def test_how_far_makes_which_verdict(far: float, outcome: Outcome, reason: Reason) -> None:
    verdict = compare(seen(at_distance(far)), [REFERENCE], MODEL, TemplateTrust.TRUSTED)
    assert (verdict.check, verdict.outcome, verdict.reason) == (Check.FACE, outcome, reason)
    assert verdict.measured == pytest.approx(far, abs=1e-6)
    assert verdict.threshold == 0.6


def test_a_poor_photograph_of_the_right_face_passes_and_of_another_is_inconclusive() -> None:
    blurred = replace(GOOD, sharpness=10)
    right = compare(seen(quality=blurred), [REFERENCE], MODEL, TemplateTrust.TRUSTED)
    assert right.reason is Reason.FACE_MATCHES
    wrong = compare(seen(at_distance(1), blurred), [REFERENCE], MODEL, TemplateTrust.TRUSTED)
    assert (wrong.outcome, wrong.reason) == (Outcome.INCONCLUSIVE, Reason.FACE_TOO_BLURRED)


def test_a_face_that_nobody_has_compared_passes_nothing_and_condemns() -> None:
    right = compare(seen(), [REFERENCE], MODEL, TemplateTrust.UNVERIFIED)
    assert (right.outcome, right.reason) == (Outcome.INCONCLUSIVE, Reason.TEMPLATE_UNVERIFIED)
    wrong = compare(seen(at_distance(1)), [REFERENCE], MODEL, TemplateTrust.UNVERIFIED)
    assert wrong.outcome is Outcome.FAILED


@given(
    st.floats(0, 2),
    qualities,
    st.integers(0, 3),
    st.booleans(),
    st.sampled_from(TemplateTrust),
    st.lists(vectors, max_size=0) | st.just([REFERENCE]),
)
def test_only_a_near_face_passes_and_only_a_far_one_fails(
    far: float, quality: Quality, faces: int, readable: bool, trust: TemplateTrust, views: list[bytes]
) -> None:
    finding = FaceFinding(readable, faces, quality if faces else None, at_distance(far) if faces else b"")
    verdict = compare(finding, views, MODEL, trust)
    if verdict.outcome is Outcome.PASSED:
        assert views
        assert far <= MODEL.threshold + 1e-6
        assert trust is not TemplateTrust.UNVERIFIED
    if verdict.outcome is Outcome.FAILED:
        assert readable
        assert faces == 1
        assert not views or far > MODEL.threshold + UNCLEAR_MARGIN - 1e-6
        assert FOR_CLAIMS.broken_by(quality) is None
    assert verdict.is_fault or verdict.outcome is Outcome.PASSED


# Before anybody looks


@pytest.mark.parametrize(
    ("evidence", "outcome", "reason"),
    [
        (FaceEvidence(SelfieState.KEPT, MODEL, MODEL), None, None),
        (FaceEvidence(SelfieState.KEPT, MODEL, replace(MODEL, threshold=0.5)), None, None),
        (FaceEvidence(SelfieState.MISSING, MODEL, MODEL), Outcome.INCONCLUSIVE, Reason.NO_SELFIE),
        (FaceEvidence(SelfieState.DAMAGED, MODEL, MODEL), Outcome.INCONCLUSIVE, Reason.IMAGE_DAMAGED),
        (FaceEvidence(SelfieState.KEPT, None, MODEL), Outcome.SKIPPED, Reason.NO_CONSENT),
        (FaceEvidence(SelfieState.DAMAGED, None, MODEL), Outcome.SKIPPED, Reason.NO_CONSENT),
        (FaceEvidence(SelfieState.KEPT, None, None), Outcome.INCONCLUSIVE, Reason.ENGINE_OFF),
        (
            FaceEvidence(SelfieState.KEPT, MODEL, None, Reason.ENGINE_MISSING),
            Outcome.INCONCLUSIVE,
            Reason.ENGINE_MISSING,
        ),
        (
            FaceEvidence(SelfieState.KEPT, replace(MODEL, name="ArcFace"), MODEL),
            Outcome.INCONCLUSIVE,
            Reason.MODEL_CHANGED,
        ),
        (
            FaceEvidence(SelfieState.KEPT, replace(MODEL, detector="opencv"), MODEL),
            Outcome.INCONCLUSIVE,
            Reason.MODEL_CHANGED,
        ),
    ],
)
def test_what_is_known_without_looking(evidence: FaceEvidence, outcome: Outcome | None, reason: Reason | None) -> None:
    verdict = judge_face(evidence)
    assert (verdict and verdict.outcome, verdict and verdict.reason) == (outcome, reason)


@given(
    st.builds(
        FaceEvidence,
        st.sampled_from(SelfieState),
        st.none() | st.just(MODEL),
        st.none() | st.just(MODEL),
        st.sampled_from([Reason.ENGINE_OFF, Reason.ENGINE_MISSING]),
    )
)
def test_nothing_passes_unseen(evidence: FaceEvidence) -> None:
    verdict = judge_face(evidence)
    assert verdict is None or verdict.outcome is not Outcome.PASSED


# What stands in for a face


ALL_WELL = (
    passed(Check.QR_CODE, Reason.SCANNED),
    passed(Check.ENROLLMENT, Reason.ENROLLED),
    passed(Check.LOCATION, Reason.INSIDE),
    skipped(Check.LIVENESS, Reason.CHECK_OFF),
)
SIGNED, WEAK = passed(Check.DEVICE, Reason.KEY_SIGNED), passed(Check.DEVICE, Reason.IDENTIFIER_ONLY)
UNSIGNED = inconclusive(Check.DEVICE, Reason.NOT_SIGNED)
NO_CONSENT = skipped(Check.FACE, Reason.NO_CONSENT)


def policy(face: Requirement, stand_in: StandIn, device: Requirement = REQUIRED) -> Policy:
    return Policy(device, REQUIRED, face, OFF, stand_in=stand_in)


@pytest.mark.parametrize(
    ("rules", "device", "status"),
    [
        (policy(REQUIRED, StandIn.LOOK), SIGNED, RecordStatus.FLAGGED),
        (policy(REQUIRED, StandIn.SIGNED_DEVICE), SIGNED, RecordStatus.CONFIRMED),
        (policy(REQUIRED, StandIn.SIGNED_DEVICE), WEAK, RecordStatus.FLAGGED),
        (policy(REQUIRED, StandIn.SIGNED_DEVICE, ADVISORY), UNSIGNED, RecordStatus.FLAGGED),
        (policy(REQUIRED, StandIn.SIGNED_DEVICE, OFF), skipped(Check.DEVICE, Reason.CHECK_OFF), RecordStatus.FLAGGED),
        (policy(ADVISORY, StandIn.LOOK), SIGNED, RecordStatus.CONFIRMED),
    ],
)
def test_what_stands_in_for_a_face_that_is_not_enrolled(rules: Policy, device: Verdict, status: RecordStatus) -> None:
    standing = standing_of(rules, (*ALL_WELL, device, NO_CONSENT))
    assert standing.status is status
    assert standing.attention is (Attention.NEEDS_LOOK if status is RecordStatus.FLAGGED else None)


def test_a_stand_in_stands_in_for_no_other_fault() -> None:
    rules = policy(REQUIRED, StandIn.SIGNED_DEVICE)
    outside = failed(Check.LOCATION, Reason.OUTSIDE)
    verdicts = [v for v in (*ALL_WELL, SIGNED, NO_CONSENT) if v.check is not Check.LOCATION]
    assert standing_of(rules, (*verdicts, outside)).attention is Attention.SUSPICIOUS
    mismatch = failed(Check.FACE, Reason.FACE_MISMATCH)
    assert standing_of(rules, (*ALL_WELL, SIGNED, mismatch)).status is RecordStatus.FLAGGED
    assert not lacks_stand_in(rules, (*ALL_WELL, SIGNED, mismatch))
