"""Every enum that the contract and the domain share."""

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
from absense_server.domain.records import Source
from absense_server.domain.sessions import SessionState
from absense_server.domain.verdicts import Check, Outcome, Reason
from absense_server.ports.findings import MatchKind
from absense_server.rpc.convert.enums import EnumPair

ROLE = EnumPair(Role, role_pb2.Role, "ROLE")
USER_STATE = EnumPair(UserState, user_pb2.UserState, "USER_STATE")
PLATFORM = EnumPair(Platform, device_pb2.DevicePlatform, "DEVICE_PLATFORM")
RESET_STATE = EnumPair(ResetState, device_pb2.DeviceResetState, "DEVICE_RESET_STATE")
TERM_STATE = EnumPair(TermState, term_pb2.TermState, "TERM_STATE")
COURSE_CLAIM_STATE = EnumPair(CourseClaimState, course_claim_pb2.CourseClaimState, "COURSE_CLAIM_STATE")
SESSION_STATE = EnumPair(SessionState, attendance_session_pb2.SessionState, "SESSION_STATE")
REQUIREMENT = EnumPair(Requirement, attendance_session_pb2.Requirement, "REQUIREMENT")
STAND_IN = EnumPair(StandIn, attendance_session_pb2.FaceStandIn, "FACE_STAND_IN")
FACE_TRUST = EnumPair(TemplateTrust, face_pb2.FaceTrust, "FACE_TRUST")
STATUS = EnumPair(RecordStatus, attendance_record_pb2.RecordStatus, "RECORD_STATUS")
ATTENTION = EnumPair(Attention, attendance_record_pb2.Attention, "ATTENTION")
SOURCE = EnumPair(Source, attendance_record_pb2.RecordSource, "RECORD_SOURCE")
APPEAL_STATE = EnumPair(AppealState, appeal_pb2.AppealState, "APPEAL_STATE")
APPEAL_OUTCOME = EnumPair(AppealOutcome, appeal_pb2.AppealOutcome, "APPEAL_OUTCOME")
CHECK = EnumPair(Check, verdict_pb2.Check, "CHECK")
INTERVAL = EnumPair(Interval, attendance_figures_pb2.ReportInterval, "REPORT_INTERVAL")
OUTCOME = EnumPair(Outcome, verdict_pb2.Outcome, "OUTCOME")
REASON = EnumPair(Reason, verdict_pb2.VerdictReason, "VERDICT_REASON")
AUDIT_ACTION = EnumPair(Action, audit_pb2.AuditAction, "AUDIT_ACTION")
AUDIT_BREAK_KIND = EnumPair(BreakKind, audit_pb2.AuditBreakKind, "AUDIT_BREAK_KIND")
MATCH_KIND = EnumPair(MatchKind, verification_log_pb2.MatchKind, "MATCH_KIND")
