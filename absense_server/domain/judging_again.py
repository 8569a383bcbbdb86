"""Records judged again under another place or policy, from what their claims left (DESIGN.md, Claims)."""

from dataclasses import replace
from datetime import datetime

from absense_server.domain.faces import FaceEvidence, SelfieState
from absense_server.domain.policy import Requirement, standing_of
from absense_server.domain.records import AttendanceRecord, Claim, Evidence, judge, lateness
from absense_server.domain.sessions import AttendanceSession
from absense_server.domain.verdicts import Check, Outcome, Reason, Verdict


def judged_under(
    record: AttendanceRecord,
    session: AttendanceSession,
    face: FaceEvidence,
    now: datetime,
    *,
    other_lateness: bool,
) -> AttendanceRecord:
    """The record as `session` with its place, policy and lateness has it now; itself where nothing changes.

    All claims are judged again, and the same one decides. CONFIRMED may be lowered by this: the lecturer said what
    counts. What a person has decided stays as it is, but for lateness where that has changed (`other_lateness`): a
    person may have said otherwise than the clock. `face`: what is known of the student's face; each claim tells of its
    own selfie.
    """
    deciding = record.deciding_claim
    if deciding is None:
        return record
    again = record
    if not record.decisions:
        claims = tuple(_judged(claim, session, face) for claim in record.claims)
        again = replace(record, policy=session.policy, claims=claims)
        standing = standing_of(again.policy, (again.deciding_claim or deciding).verdicts)
        again = replace(again, status=standing.status, attention=standing.attention)
    if other_lateness or not record.decisions:
        again = replace(again, late=lateness(session, again.claims, again.deciding_claim or deciding))
    return record if again == record else replace(again, updated_at=now, revision=record.revision + 1)


def came_to_await_face(before: AttendanceRecord, after: AttendanceRecord) -> tuple[Claim, ...]:
    """The claims whose selfies have to be looked at now, and had not before."""
    awaited = {claim.number for claim in before.claims if claim.awaits_face}
    return tuple(claim for claim in after.claims if claim.awaits_face and claim.number not in awaited)


def needs_no_look(before: AttendanceRecord, after: AttendanceRecord) -> bool:
    """Whether a look at a selfie was awaited, and is no more: FACE is off."""
    return any(claim.awaits_face for claim in before.claims) and after.policy.face is Requirement.OFF


def _judged(claim: Claim, session: AttendanceSession, face: FaceEvidence) -> Claim:
    selfie = SelfieState.MISSING if claim.image_id is None else SelfieState.KEPT
    evidence = Evidence(
        sighting=claim.sighting,
        received_at=claim.received_at,
        enrolled=claim.outcome(Check.ENROLLMENT) is Outcome.PASSED,
        device=claim.device,
        fix=claim.fix,
        face=replace(face, selfie=selfie),
    )
    found = judge(session, session.policy, evidence)
    if session.policy.face is Requirement.OFF:
        return replace(claim, verdicts=found)
    # what was seen of a face does not depend on the policy; only where nobody looked it is judged by what is known now
    seen = next((verdict for verdict in claim.verdicts if verdict.check is Check.FACE), None)
    if seen is None or seen.reason is not Reason.CHECK_OFF:
        found = _with_face(found, seen)
    return replace(claim, verdicts=found)


def _with_face(found: tuple[Verdict, ...], seen: Verdict | None) -> tuple[Verdict, ...]:
    others = tuple(verdict for verdict in found if verdict.check is not Check.FACE)
    return others if seen is None else (*others, seen)
