"""Records and appeals, domain objects to messages."""

from collections.abc import Iterable

from absense.v1 import (
    advice_pb2,
    appeal_pb2,
    attendance_record_pb2,
    fix_pb2,
    student_service_pb2,
    verdict_pb2,
)
from absense_server.domain.advice import Advice
from absense_server.domain.appeals import Appeal
from absense_server.domain.people import Caller
from absense_server.domain.places import Fix
from absense_server.domain.records import AttendanceRecord, Claim, Decision
from absense_server.domain.verdicts import Check, Verdict
from absense_server.ports.findings import ReviewedRecord
from absense_server.rpc.convert import pairs, to_proto
from absense_server.services.earlier_claims import Submission
from absense_server.services.outlook import Outlook


def verdict(value: Verdict, policy_version: str, *, for_review: bool) -> verdict_pb2.Verdict:
    """What a check found. How near a face came is told to reviewers only: it would teach a cheat to come nearer."""
    measured = for_review or value.check is not Check.FACE
    return verdict_pb2.Verdict(
        check=pairs.CHECK.number(value.check),
        outcome=pairs.OUTCOME.number(value.outcome),
        reason=pairs.REASON.number(value.reason),
        measured=value.measured if measured else None,
        threshold=value.threshold if measured else None,
        unit=value.unit if measured else "",
        policy_version=policy_version,
    )


def fix(value: Fix | None) -> fix_pb2.LocationFix | None:
    """Where the phone said it was; None stays absent."""
    if value is None:
        return None
    return fix_pb2.LocationFix(
        position=to_proto.lat_lng(value.position),
        accuracy_meters=value.accuracy_m,
        fix_time=to_proto.time(value.fixed_at),
        mock=value.mock,
    )


def claim(value: Claim, policy_version: str, *, for_review: bool) -> attendance_record_pb2.Claim:
    """One try."""
    return attendance_record_pb2.Claim(
        claim_id=str(value.claim_id),
        number=value.number,
        claim_time=to_proto.time(value.claimed_at),
        receive_time=to_proto.time(value.received_at),
        verdicts=[verdict(v, policy_version, for_review=for_review) for v in value.verdicts],
        fix=fix(value.fix),
        image_id=to_proto.ident(value.image_id) if for_review else "",
        awaited_checks=[verdict_pb2.CHECK_FACE] if value.awaits_face else [],
    )


def decision(value: Decision) -> attendance_record_pb2.Decision:
    """A person's word."""
    return attendance_record_pb2.Decision(
        id=str(value.id),
        decided_by=to_proto.person(value.decided_by),
        decide_time=to_proto.time(value.decided_at),
        reason=value.reason,
        from_status=pairs.STATUS.number(value.from_status),
        to_status=pairs.STATUS.number(value.to_status),
    )


def student_record(value: Outlook) -> attendance_record_pb2.AttendanceRecord:
    """A record as its student sees it."""
    session = value.session
    message = _record(value.record, for_review=False)
    message.MergeFrom(
        attendance_record_pb2.AttendanceRecord(
            course_code="" if session is None else session.course.code,
            session_open_time=to_proto.time(None if session is None else session.opens_at),
            appeal=None if value.appeal is None else own_appeal(value.appeal),
        )
    )
    return message


def reviewed_record(value: ReviewedRecord, caller: Caller) -> attendance_record_pb2.AttendanceRecord:
    """A record as those see it who look at it and decide."""
    message = _record(value.record, for_review=True)
    message.MergeFrom(
        attendance_record_pb2.AttendanceRecord(
            course_code=value.course_code,
            session_open_time=to_proto.time(value.session_opened_at),
            appeal=None if value.appeal is None else appeal(value.appeal, caller),
            reference_image_ids=[str(image_id) for image_id in value.reference_ids],
        )
    )
    return message


def appeal(value: Appeal, caller: Caller) -> appeal_pb2.Appeal:
    """An appeal as those see it who decide."""
    message = own_appeal(value)
    message.decidable = value.is_decidable_by(caller.id)
    if value.decided_by is not None:
        message.decided_by.CopyFrom(to_proto.person(value.decided_by))
    return message


def own_appeal(value: Appeal) -> appeal_pb2.Appeal:
    """An appeal as its student sees it: not who decided."""
    return appeal_pb2.Appeal(
        id=str(value.id),
        session_id=str(value.session_id),
        course_id=str(value.course_id),
        course_code=value.course_code,
        session_open_time=to_proto.time(value.session_opened_at),
        student=to_proto.person(value.student),
        text=value.text,
        state=pairs.APPEAL_STATE.number(value.state),
        create_time=to_proto.time(value.created_at),
        decide_time=to_proto.time(value.decided_at),
        decision_reason=value.reason,
        record_id=to_proto.ident(value.record_id),
        record_revision=value.record_revision,
        outcome=pairs.APPEAL_OUTCOME.number(value.outcome),
    )


def _record(value: AttendanceRecord, *, for_review: bool) -> attendance_record_pb2.AttendanceRecord:
    """A record, without what is beside it."""
    return attendance_record_pb2.AttendanceRecord(
        id=str(value.id),
        session_id=str(value.session_id),
        course_id=str(value.course_id),
        student=to_proto.person(value.student),
        status=pairs.STATUS.number(value.status),
        attention=pairs.ATTENTION.number(value.attention),
        source=pairs.SOURCE.number(value.source),
        late=value.late,
        claims=[claim(c, value.policy.version, for_review=for_review) for c in value.claims],
        deciding_claim_id=to_proto.ident(value.deciding_claim_id),
        decisions=[decision(d) for d in value.decisions],
        policy=to_proto.policy(value.policy),
        revision=value.revision,
        create_time=to_proto.time(value.created_at),
        update_time=to_proto.time(value.updated_at),
    )


def advice(values: Iterable[Advice]) -> list[advice_pb2.Advice]:
    """What the student is told."""
    return [
        advice_pb2.Advice(
            check=pairs.CHECK.number(value.check), reason=pairs.REASON.number(value.reason), text=value.text
        )
        for value in values
    ]


def submission(value: Submission) -> student_service_pb2.SubmitAttendanceResponse:
    """What became of a claim."""
    return student_service_pb2.SubmitAttendanceResponse(
        record=student_record(value.outlook),
        already_recorded=value.already_recorded,
        can_retry=value.outlook.tries_left > 0,
        tries_left=value.outlook.tries_left,
        advice=advice(value.outlook.advice),
    )


def inline_submission(value: Submission) -> student_service_pb2.SubmitAttendanceInlineResponse:
    """What became of a claim that came in one message."""
    return student_service_pb2.SubmitAttendanceInlineResponse(
        record=student_record(value.outlook),
        already_recorded=value.already_recorded,
        can_retry=value.outlook.tries_left > 0,
        tries_left=value.outlook.tries_left,
        advice=advice(value.outlook.advice),
    )


def own_record(value: Outlook) -> student_service_pb2.StudentServiceGetAttendanceRecordResponse:
    """A student's own record, with what can still be done about it."""
    return student_service_pb2.StudentServiceGetAttendanceRecordResponse(
        record=student_record(value),
        can_retry=value.tries_left > 0,
        tries_left=value.tries_left,
        advice=advice(value.advice),
    )


def watched_record(value: Outlook) -> student_service_pb2.WatchAttendanceRecordResponse:
    """The same, while it is watched."""
    return student_service_pb2.WatchAttendanceRecordResponse(
        record=student_record(value),
        can_retry=value.tries_left > 0,
        tries_left=value.tries_left,
        advice=advice(value.advice),
    )
