"""Records judged again under another place or policy."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from absense_server.domain.devices import NO_EVIDENCE
from absense_server.domain.faces import FaceEvidence, FaceModel, SelfieState
from absense_server.domain.ids import ClaimId, ImageId
from absense_server.domain.judging_again import came_to_await_face, judged_under, needs_no_look
from absense_server.domain.places import Fix, Geofence, LatLng
from absense_server.domain.policy import Policy, RecordStatus, Requirement
from absense_server.domain.records import (
    AttendanceRecord,
    Claim,
    Evidence,
    ProofKind,
    Sighting,
    judge,
    with_claim,
    with_face,
)
from absense_server.domain.sessions import AttendanceSession
from absense_server.domain.verdicts import Check, Reason, failed, inconclusive, passed
from tests.unit.test_domain_records import EMPTY, HALL, NOW, SESSION, decided

LATER = NOW + timedelta(minutes=30)
MODEL = FaceModel("SFace", "yunet", 0.593, "DeepFace")
REQUIRED, ADVISORY, OFF = Requirement.REQUIRED, Requirement.ADVISORY, Requirement.OFF
FACE_OFF = Policy(device=REQUIRED, location=REQUIRED, face=OFF, liveness=OFF)

places = st.sampled_from([None, Geofence(HALL, 100), Geofence(HALL, 400), Geofence(LatLng(5.66, -0.18), 100)])
weights = st.sampled_from(Requirement)
policies = st.builds(Policy, device=weights, location=weights, face=weights, liveness=st.sampled_from([ADVISORY, OFF]))
sessions = st.builds(
    lambda place, policy, late: replace(SESSION, geofence=place, policy=policy, late_after_at=late),
    places,
    policies,
    st.none() | st.integers(0, 10).map(lambda minute: NOW + timedelta(minutes=minute)),
)
fixes = st.none() | st.builds(
    lambda north, accuracy, mock: Fix(LatLng(HALL.latitude + north, HALL.longitude), accuracy, NOW, mock),
    st.sampled_from([0.0, 0.0012, 0.003, 0.01]),
    st.sampled_from([0.0, 30.0, 90.0]),
    st.booleans(),
)
DEVICES = [
    NO_EVIDENCE,
    replace(NO_EVIDENCE, bound=True, identifier_given=True),
    replace(NO_EVIDENCE, bound=True, identifier_given=True, signed=True),
]
SIGHTING = Sighting(ProofKind.SCANNED, 1, 0, NOW)
LOOKS = [
    passed(Check.FACE, Reason.FACE_MATCHES, 0.2, 0.593, "cosine distance"),
    failed(Check.FACE, Reason.FACE_MISMATCH, 0.9, 0.593, "cosine distance"),
    inconclusive(Check.FACE, Reason.NO_FACE),
]
templates = st.sampled_from([None, MODEL])


@st.composite
def a_try(draw: st.DrawFn, session: AttendanceSession, template: FaceModel | None, number: int) -> Claim:
    """A claim in the session, judged, with its face looked at or not."""
    base = Claim(
        claim_id=ClaimId(UUID(int=100 + number)),
        number=number,
        sighting=replace(SIGHTING, seen_at=NOW + timedelta(minutes=draw(st.integers(0, 14)))),
        received_at=NOW,
        verdicts=(),
        fingerprint=b"",
        fix=draw(fixes),
        image_id=draw(st.sampled_from([None, ImageId(UUID(int=900 + number))])),
        device=draw(st.sampled_from(DEVICES)),
    )
    selfie = SelfieState.MISSING if base.image_id is None else SelfieState.KEPT
    evidence = Evidence(
        base.sighting, base.received_at, draw(st.booleans()), base.device, base.fix,
        FaceEvidence(selfie, template, MODEL),
    )  # fmt: skip
    return replace(base, verdicts=judge(session, session.policy, evidence))


@st.composite
def lectures(draw: st.DrawFn) -> tuple[AttendanceSession, AttendanceRecord, FaceEvidence]:
    """A session, a record in it, and what is known of the student's face."""
    session, template = draw(sessions), draw(templates)
    record = replace(EMPTY, policy=session.policy)
    for number in range(1, draw(st.integers(1, 3)) + 1):
        record = with_claim(record, session, draw(a_try(session, template, number)), NOW)
    for claim in record.claims:
        if claim.awaits_face and draw(st.booleans()):
            record = with_face(record, claim.number, draw(st.sampled_from(LOOKS)), NOW)
    return session, record, FaceEvidence(SelfieState.MISSING, template, MODEL)


@given(lectures())
def test_judged_under_the_same_session_nothing_changes(
    lecture: tuple[AttendanceSession, AttendanceRecord, FaceEvidence],
) -> None:
    session, record, face = lecture
    assert judged_under(record, session, face, LATER, other_lateness=True) is record


@given(lectures(), sessions)
def test_there_and_back_is_where_it_was(
    lecture: tuple[AttendanceSession, AttendanceRecord, FaceEvidence], other: AttendanceSession
) -> None:
    """But for faces: nobody remembers what was seen in one, where FACE was off meanwhile; it is looked at again."""
    session, record, face = lecture
    there = judged_under(record, other, face, LATER, other_lateness=True)
    back = judged_under(there, session, face, LATER, other_lateness=True)
    for claim in came_to_await_face(there, back):
        was = record.claims[claim.number - 1]
        seen = next((verdict for verdict in was.verdicts if verdict.check is Check.FACE), None)
        if seen is not None:
            back = with_face(back, claim.number, seen, LATER)
    assert replace(back, revision=record.revision, updated_at=record.updated_at) == record


@given(lectures(), sessions)
def test_what_a_person_decided_stays_but_for_lateness(
    lecture: tuple[AttendanceSession, AttendanceRecord, FaceEvidence], other: AttendanceSession
) -> None:
    _, record, face = lecture
    seen = decided(replace(record, status=RecordStatus.FLAGGED))
    again = judged_under(seen, other, face, LATER, other_lateness=True)
    assert replace(again, late=seen.late, revision=seen.revision, updated_at=seen.updated_at) == seen
    assert judged_under(seen, other, face, LATER, other_lateness=False) is seen


def test_a_face_that_comes_to_be_required() -> None:
    """It is looked at where a selfie was kept; else it is missing, or there is none enrolled."""
    off = replace(SESSION, policy=FACE_OFF)
    on = replace(SESSION, policy=replace(FACE_OFF, face=REQUIRED))
    with_selfie = judged_first(off, ImageId(UUID(int=9)))
    without = judged_first(off, None)
    enrolled, nobody = FaceEvidence(SelfieState.MISSING, MODEL, MODEL), FaceEvidence(SelfieState.MISSING, None, MODEL)
    again = judged_under(with_selfie, on, enrolled, LATER, other_lateness=True)
    assert again.status is RecordStatus.PENDING_VERIFICATION
    assert [claim.number for claim in came_to_await_face(with_selfie, again)] == [1]
    assert needs_no_look(again, judged_under(again, off, enrolled, LATER, other_lateness=True))
    for record, face, reason in (
        (without, enrolled, Reason.NO_SELFIE),
        (without, nobody, Reason.NO_CONSENT),
        (with_selfie, nobody, Reason.NO_CONSENT),
    ):
        again = judged_under(record, on, face, LATER, other_lateness=True)
        assert again.status is RecordStatus.FLAGGED
        assert again.claims[0].verdicts[-1].reason is reason
        assert not came_to_await_face(record, again)


def judged_first(session: AttendanceSession, image_id: ImageId | None) -> AttendanceRecord:
    """A good claim, with or without a selfie."""
    fix, device = Fix(HALL, 5.0, NOW), replace(NO_EVIDENCE, bound=True, identifier_given=True, identifier_matches=True)
    evidence = Evidence(SIGHTING, NOW, enrolled=True, device=device, fix=fix)
    verdicts = judge(session, session.policy, evidence)
    claim = Claim(ClaimId(UUID(int=1)), 1, SIGHTING, NOW, verdicts, b"", fix=fix, image_id=image_id, device=device)
    return with_claim(replace(EMPTY, policy=session.policy), session, claim, NOW)
