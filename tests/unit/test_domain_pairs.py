"""Enums that the contract and the domain share have the same members, both ways."""

from typing import Any

import pytest

from absense.v1 import (
    appeal_pb2,
    attendance_figures_pb2,
    attendance_record_pb2,
    attendance_session_pb2,
    audit_pb2,
    course_claim_pb2,
    device_pb2,
    face_pb2,
    role_pb2,
    term_pb2,
    user_pb2,
    verdict_pb2,
    verification_log_pb2,
)
from absense_server.domain.appeals import AppealOutcome, AppealState
from absense_server.domain.audit import Action
from absense_server.domain.audit_chain import BreakKind
from absense_server.domain.course_claims import CourseClaimState
from absense_server.domain.courses import TermState
from absense_server.domain.devices import Platform, ResetState
from absense_server.domain.faces import TemplateTrust
from absense_server.domain.intervals import Interval
from absense_server.domain.people import Role, UserState
from absense_server.domain.policy import Attention, RecordStatus, Requirement, StandIn
from absense_server.domain.records import ProofKind, Source
from absense_server.domain.sessions import SessionState
from absense_server.domain.verdicts import Check, Outcome, Reason
from absense_server.ports.findings import MatchKind
from absense_server.rpc.convert import pairs
from absense_server.rpc.convert.enums import EnumPair

PAIRS = {name: pair for name, pair in vars(pairs).items() if isinstance(pair, EnumPair)}


@pytest.mark.parametrize("name", PAIRS)
def test_every_member_has_a_number_and_every_number_a_member(name: str) -> None:
    pair: EnumPair[Any, Any] = PAIRS[name]
    members, wrapper, prefix = ENUMS[name]
    numbers = {pair.number(member): member for member in members}
    assert {f"{prefix}_{member.name}": number for number, member in numbers.items()} == {
        value: number for value, number in wrapper.items() if number != 0
    }
    assert {number: pair.member(number) for number in numbers} == numbers


@pytest.mark.parametrize("name", PAIRS)
def test_unspecified_is_nothing_and_so_is_the_unknown(name: str) -> None:
    pair: EnumPair[Any, Any] = PAIRS[name]
    assert pair.number(None) == 0
    assert pair.member(0) is None
    assert pair.member(10_000) is None


def test_every_pair_is_tested() -> None:
    assert set(ENUMS) == set(PAIRS)


def test_a_member_without_a_counterpart_is_a_fault() -> None:
    with pytest.raises(ValueError, match="ROLE_SCANNED"):
        EnumPair(ProofKind, role_pb2.Role, "ROLE")


def test_every_kind_of_proof_is_a_reason_to_pass() -> None:
    assert {kind.value for kind in ProofKind} <= set(Reason.__members__)


ENUMS: dict[str, tuple[Any, Any, str]] = {
    "APPEAL_STATE": (AppealState, appeal_pb2.AppealState, "APPEAL_STATE"),
    "APPEAL_OUTCOME": (AppealOutcome, appeal_pb2.AppealOutcome, "APPEAL_OUTCOME"),
    "COURSE_CLAIM_STATE": (CourseClaimState, course_claim_pb2.CourseClaimState, "COURSE_CLAIM_STATE"),
    "TERM_STATE": (TermState, term_pb2.TermState, "TERM_STATE"),
    "INTERVAL": (Interval, attendance_figures_pb2.ReportInterval, "REPORT_INTERVAL"),
    "AUDIT_ACTION": (Action, audit_pb2.AuditAction, "AUDIT_ACTION"),
    "AUDIT_BREAK_KIND": (BreakKind, audit_pb2.AuditBreakKind, "AUDIT_BREAK_KIND"),
    "MATCH_KIND": (MatchKind, verification_log_pb2.MatchKind, "MATCH_KIND"),
    "STAND_IN": (StandIn, attendance_session_pb2.FaceStandIn, "FACE_STAND_IN"),
    "FACE_TRUST": (TemplateTrust, face_pb2.FaceTrust, "FACE_TRUST"),
    "ROLE": (Role, role_pb2.Role, "ROLE"),
    "USER_STATE": (UserState, user_pb2.UserState, "USER_STATE"),
    "RESET_STATE": (ResetState, device_pb2.DeviceResetState, "DEVICE_RESET_STATE"),
    "PLATFORM": (Platform, device_pb2.DevicePlatform, "DEVICE_PLATFORM"),
    "SESSION_STATE": (SessionState, attendance_session_pb2.SessionState, "SESSION_STATE"),
    "REQUIREMENT": (Requirement, attendance_session_pb2.Requirement, "REQUIREMENT"),
    "STATUS": (RecordStatus, attendance_record_pb2.RecordStatus, "RECORD_STATUS"),
    "ATTENTION": (Attention, attendance_record_pb2.Attention, "ATTENTION"),
    "SOURCE": (Source, attendance_record_pb2.RecordSource, "RECORD_SOURCE"),
    "CHECK": (Check, verdict_pb2.Check, "CHECK"),
    "OUTCOME": (Outcome, verdict_pb2.Outcome, "OUTCOME"),
    "REASON": (Reason, verdict_pb2.VerdictReason, "VERDICT_REASON"),
}
