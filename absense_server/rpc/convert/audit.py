"""The audit log and the log of the face engine's looks: messages to domain objects and back."""

from datetime import datetime, timedelta
from uuid import UUID

from google.protobuf import timestamp_pb2

from absense.v1 import admin_service_pb2, audit_pb2, verification_log_pb2
from absense_server.domain.audit_walk import KnownSeal
from absense_server.domain.errors.base import FieldViolation
from absense_server.domain.errors.calls import InvalidRequest
from absense_server.domain.ids import UserId
from absense_server.ports.findings import AuditFilter, LoggedEvent, LoggedMatch, MatchFilter
from absense_server.rpc.convert import from_proto, pairs, to_proto
from absense_server.services.audit_log import LogVerification


def audit_filter(request: admin_service_pb2.ListAuditEventsRequest) -> AuditFilter:
    """Which events to list."""
    actions = (pairs.AUDIT_ACTION.member(number) for number in request.actions)
    return AuditFilter(
        actor_id=UserId(UUID(request.actor_id)) if request.actor_id else None,
        subject_id=UUID(request.subject_id) if request.subject_id else None,
        actions=frozenset(action for action in actions if action is not None),
        from_at=_time(request, "from_time"),
        until_at=_time(request, "until_time"),
    )


def match_filter(request: admin_service_pb2.ListVerificationLogsRequest) -> MatchFilter:
    """Which looks to list."""
    return MatchFilter(
        student_id=UserId(UUID(request.student_id)) if request.student_id else None,
        outcome=pairs.OUTCOME.member(request.outcome),
        kind=pairs.MATCH_KIND.member(request.kind),
        from_at=_time(request, "from_time"),
        until_at=_time(request, "until_time"),
    )


def known_seal(request: admin_service_pb2.VerifyAuditLogRequest) -> KnownSeal | None:
    """The seal that the caller kept, if one.

    Raises InvalidRequest for a number without its seal.
    """
    if not request.known_number:
        return None
    if not request.known_seal:
        raise InvalidRequest(FieldViolation("known_seal", "must be given with known_number"))
    return KnownSeal(request.known_number, request.known_seal)


def event(value: LoggedEvent) -> audit_pb2.AuditEvent:
    """An audit event."""
    return audit_pb2.AuditEvent(
        id=str(value.id),
        number=value.number,
        action=pairs.AUDIT_ACTION.number(value.action),
        create_time=to_proto.time(value.at),
        actor_id=_text(value.actor_id),
        subject_id=_text(value.subject_id),
        request_id=value.request_id,
        facts=value.facts,
        private_facts=value.private,
        erased=value.erased,
        actor=None if value.actor is None else to_proto.person(value.actor),
    )


def match(value: LoggedMatch) -> verification_log_pb2.VerificationLog:
    """A look of the face engine."""
    entry = value.entry
    return verification_log_pb2.VerificationLog(
        id=str(entry.id),
        kind=pairs.MATCH_KIND.number(entry.kind),
        student=None if value.student is None else to_proto.person(value.student),
        record_id=_text(entry.record_id),
        claim_number=entry.number or 0,
        create_time=to_proto.time(entry.at),
        outcome=pairs.OUTCOME.number(entry.verdict.outcome),
        reason=pairs.REASON.number(entry.verdict.reason),
        distance=entry.verdict.measured,
        threshold=entry.verdict.threshold,
        model=entry.model.name,
        detector=entry.model.detector,
        duration_millis=round(entry.took / timedelta(milliseconds=1)),
    )


def verification(value: LogVerification) -> admin_service_pb2.VerifyAuditLogResponse:
    """What was found of the sealed log."""
    answer = admin_service_pb2.VerifyAuditLogResponse(
        first_number=value.first,
        last_number=value.last.number,
        last_seal=value.last.value if value.last.number else b"",
        next_number=value.next_number,
        checked_count=value.checked,
        erased_count=value.erased,
        unsealed_count=value.unsealed,
    )
    if value.broken is not None:
        answer.broken.number = value.broken.number
        answer.broken.event_id = _text(value.broken.event_id)
        answer.broken.kind = pairs.AUDIT_BREAK_KIND.number(value.broken.kind)
    return answer


def _time(
    request: admin_service_pb2.ListAuditEventsRequest | admin_service_pb2.ListVerificationLogsRequest, field: str
) -> datetime | None:
    timestamp: timestamp_pb2.Timestamp = getattr(request, field)
    return from_proto.time(timestamp, field) if request.HasField(field) else None


def _text(value: UUID | None) -> str:
    return "" if value is None else str(value)
