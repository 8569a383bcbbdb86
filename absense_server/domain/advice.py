"""What a student is told about a verdict: what is wrong, what to do better, what happens next."""

from dataclasses import dataclass

from absense_server.domain.policy import RecordStatus, Requirement, lacks_stand_in
from absense_server.domain.records import AttendanceRecord
from absense_server.domain.verdicts import Check, Outcome, Reason, Verdict

SENTENCES: dict[Reason, str] = {
    Reason.NOT_ENROLLED: "You are not on this course's list. Enroll, and this is judged again by itself.",
    Reason.OTHER_DEVICE: "This is not the phone bound to your account. Your lecturer will look at it.",
    Reason.BAD_SIGNATURE: "The phone's signature does not hold. Your lecturer will look at it.",
    Reason.STATEMENT_MISMATCH: "What the phone signed is not what it sent. Your lecturer will look at it.",
    Reason.NOT_SIGNED: "Your phone has a key, but this was not signed with it. Update the app and try again.",
    Reason.NO_DEVICE_IDENTIFIER: "The app did not say which phone this is. Update the app and try again.",
    Reason.NO_DEVICE_BOUND: "No phone is bound to your account. Bind this one and try again.",
    Reason.OUTSIDE: "Your phone was outside the lecture hall. Go there, wait for a new fix and try again.",
    Reason.WITHIN_ACCURACY: "Your phone is not sure where it is. Move near a window, wait a moment and try again.",
    Reason.MOCK_LOCATION: "Your phone says its location is made up. Your lecturer will look at it.",
    Reason.FIX_TOO_OLD: "Your phone's location is too old. Wait for a new fix and try again.",
    Reason.FIX_FROM_FUTURE: "Your phone's clock is ahead. Let the phone set its time by itself and try again.",
    Reason.NO_FIX: "Your phone sent no location. Allow it for this app and try again.",
    Reason.ENGINE_OFF: "This could not be checked here. You need not do anything.",
    Reason.ENGINE_MISSING: "Faces could not be checked here. You need not do anything.",
    Reason.ENGINE_FAILED: "Your photograph could not be checked. Take another one and try again.",
    Reason.IMAGE_DAMAGED: "The photograph is damaged. Take another one.",
    Reason.NO_CONSENT: "You have no face enrolled, so your lecturer confirms you by sight. You need not do anything.",
    Reason.NO_SELFIE: "No photograph came with this. Let the app take one and try again.",
    Reason.FACE_MISMATCH: "The face in the photograph is not the one enrolled for you. Your lecturer will look at it.",
    Reason.FACE_UNCLEAR: "The face could not be recognized for certain. Look straight at the camera and try again.",
    Reason.NO_FACE: "There is no face in the photograph. Hold the phone in front of your face and try again.",
    Reason.SEVERAL_FACES: "There are several faces in the photograph. Take one of yourself alone.",
    Reason.FACE_TOO_SMALL: "The face is too small. Hold the phone closer and try again.",
    Reason.FACE_TOO_DARK: "The face is too dark. Turn to the light and try again.",
    Reason.FACE_TOO_BLURRED: "The photograph is blurred. Hold the phone still and try again.",
    Reason.FACE_TURNED_AWAY: "The face is turned away. Look straight at the camera and try again.",
    Reason.TEMPLATE_UNVERIFIED: "A person has to compare your enrolled face first. Until then your lecturer decides.",
    Reason.MODEL_CHANGED: "Your enrolled face can no longer be used. Enroll your face again, then try again.",
}
"""One sentence for each reason that can flag a record."""


def advice_on_trial(verdict: Verdict) -> str:
    """What is said about a photograph that was only tried out; empty when all is well. No lecturer looks at it."""
    if verdict.outcome is Outcome.PASSED:
        return ""
    if verdict.reason is Reason.FACE_MISMATCH:
        return "The face in the photograph is not the one enrolled for you. A claim with it would be flagged."
    if verdict.reason is Reason.TEMPLATE_UNVERIFIED:
        return "The face matches, but a person has to compare your enrolled face first. Ask an administrator."
    return SENTENCES[verdict.reason]


@dataclass(frozen=True, slots=True)
class Advice:
    """A sentence for the student about one verdict."""

    check: Check
    reason: Reason
    text: str


def advice_on(record: AttendanceRecord) -> tuple[Advice, ...]:
    """One piece of advice for each required check that flagged the record; none once it is settled."""
    deciding = record.deciding_claim
    if deciding is None or record.status is not RecordStatus.FLAGGED:
        return ()
    no_face = lacks_stand_in(record.policy, deciding.verdicts)
    return tuple(
        Advice(verdict.check, verdict.reason, SENTENCES[verdict.reason])
        for verdict in deciding.verdicts
        if (verdict.is_fault and record.policy.requirement(verdict.check) is Requirement.REQUIRED)
        or (no_face and verdict.reason is Reason.NO_CONSENT)
    )
