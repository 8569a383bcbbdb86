"""What reviewers ask for, messages to domain objects, and what became of batches."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol, TypeAlias
from uuid import UUID

from absense.v1 import admin_service_pb2, error_reason_pb2, lecturer_service_pb2
from absense_server.domain.ids import CourseId, RecordId, SessionId, TermId
from absense_server.domain.policy import RecordStatus
from absense_server.ports.findings import AppealFilter, FlaggedFilter
from absense_server.rpc.convert import pairs, to_proto
from absense_server.services.appeals import AppealWish
from absense_server.services.decisions import Decided, Wish

_Flagged: TypeAlias = (
    lecturer_service_pb2.LecturerServiceListFlaggedRequest | admin_service_pb2.AdminServiceListFlaggedRequest
)
_Appeals: TypeAlias = (
    lecturer_service_pb2.LecturerServiceListAppealsRequest | admin_service_pb2.AdminServiceListAppealsRequest
)
_DecideAppeal: TypeAlias = (
    lecturer_service_pb2.LecturerServiceDecideAppealRequest | admin_service_pb2.AdminServiceDecideAppealRequest
)
_Late: TypeAlias = (
    lecturer_service_pb2.MarkAttendanceRequest | admin_service_pb2.SetAttendanceStatusRequest | _DecideAppeal
)


class _Decision(Protocol):
    @property
    def expected_revision(self) -> int: ...
    @property
    def reason(self) -> str: ...


def flagged_filter(request: _Flagged) -> FlaggedFilter:
    """Which records that wait for a look to list."""
    which = FlaggedFilter(
        session_id=SessionId(UUID(request.session_id)) if request.session_id else None,
        course_id=CourseId(UUID(request.course_id)) if request.course_id else None,
        attention=pairs.ATTENTION.member(request.attention),
    )
    if isinstance(request, lecturer_service_pb2.LecturerServiceListFlaggedRequest):
        return which
    term_id = TermId(UUID(request.term_id)) if request.term_id else None
    return replace(which, term_id=term_id, include_pending=request.include_pending)


def appeal_filter(request: _Appeals) -> AppealFilter:
    """Which appeals to list."""
    which = AppealFilter(
        course_id=CourseId(UUID(request.course_id)) if request.course_id else None,
        state=pairs.APPEAL_STATE.member(request.state),
    )
    if isinstance(request, lecturer_service_pb2.LecturerServiceListAppealsRequest):
        return which
    return replace(which, term_id=TermId(UUID(request.term_id)) if request.term_id else None)


def wish(request: _Decision, status: RecordStatus, late: bool | None = None) -> Wish:
    """What a record is to be."""
    return Wish(status, request.expected_revision, request.reason.strip(), late)


def appeal_wish(request: _DecideAppeal) -> AppealWish:
    """What is to be made of an appeal."""
    outcome = pairs.APPEAL_OUTCOME.member(request.outcome)
    if outcome is None:
        raise ValueError("no outcome: the rules in the contract let none through")
    return AppealWish(outcome, request.expected_revision, request.reason.strip(), late(request))


def late(request: _Late) -> bool | None:
    """Whether the student is to be late; None: as it was."""
    return request.late if request.HasField("late") else None


def status(number: int) -> RecordStatus:
    """A status."""
    member = pairs.STATUS.member(number)
    if member is None:
        raise ValueError("no status: the rules in the contract let none through")
    return member


def revisions(request: lecturer_service_pb2.BatchDecideAttendanceRequest) -> list[tuple[RecordId, int]]:
    """Which records a batch is about, and on what revisions."""
    return [(RecordId(UUID(one.record_id)), one.expected_revision) for one in request.records]


def batch(decided: Sequence[Decided]) -> lecturer_service_pb2.BatchDecideAttendanceResponse:
    """What became of each record."""
    return lecturer_service_pb2.BatchDecideAttendanceResponse(decisions=[_batch_decision(one) for one in decided])


def _batch_decision(one: Decided) -> lecturer_service_pb2.BatchDecision:
    reason: error_reason_pb2.ErrorReason = to_proto.error_reason(one.problem)
    if one.record is None:
        return lecturer_service_pb2.BatchDecision(record_id=str(one.record_id), reason=reason)
    return lecturer_service_pb2.BatchDecision(
        record_id=str(one.record_id),
        status=pairs.STATUS.number(one.record.status),
        revision=one.record.revision,
        reason=reason,
    )
