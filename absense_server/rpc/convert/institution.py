"""The institution's settings: messages to domain objects and back."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from absense.v1 import admin_service_pb2, attendance_session_pb2, institution_settings_pb2
from absense_server.domain.ids import TermId
from absense_server.domain.institution import InstitutionSettings
from absense_server.domain.policy import PolicyWishes
from absense_server.rpc.convert import from_proto, pairs, teaching, to_proto
from absense_server.services.institution import Effective


def settings(value: InstitutionSettings) -> institution_settings_pb2.InstitutionSettings:
    """The settings, every number told."""
    return institution_settings_pb2.InstitutionSettings(
        current_term_id=to_proto.ident(value.current_term_id),
        enrollment_open=value.enrollment_open,
        selfie_retention_days=value.selfie_retention_days or 0,
        face_retention_days=value.face_retention_days or 0,
        at_risk_threshold=value.at_risk_threshold,
        default_policy=_wishes(value.default_policy),
    )


def _wishes(value: PolicyWishes) -> attendance_session_pb2.CheckPolicy:
    return attendance_session_pb2.CheckPolicy(
        device=pairs.REQUIREMENT.number(value.device),
        location=pairs.REQUIREMENT.number(value.location),
        face=pairs.REQUIREMENT.number(value.face),
        liveness=pairs.REQUIREMENT.number(value.liveness),
    )


def effective(value: Effective) -> admin_service_pb2.GetSettingsResponse:
    """The settings, and what they come to."""
    return admin_service_pb2.GetSettingsResponse(
        settings=settings(value.settings),
        current_term=None if value.current_term is None else teaching.term(value.current_term),
        effective_policy=to_proto.policy(value.policy),
        max_selfie_retention_days=value.promises.selfie_days,
        max_face_retention_days=value.promises.face_days,
    )


def change(request: admin_service_pb2.UpdateSettingsRequest) -> Mapping[str, Any]:
    """What the mask names."""
    asked = request.settings
    values: Mapping[str, Any] = {
        "current_term_id": TermId(UUID(asked.current_term_id)) if asked.current_term_id else None,
        "enrollment_open": asked.enrollment_open,
        "selfie_retention_days": asked.selfie_retention_days,
        "face_retention_days": asked.face_retention_days,
        "at_risk_threshold": asked.at_risk_threshold,
        "default_policy": from_proto.policy_wishes(asked.default_policy),
    }
    return {path: values[path] for path in request.update_mask.paths}
