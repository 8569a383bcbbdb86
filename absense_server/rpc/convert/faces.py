"""Enrolled faces, messages to domain objects and back."""

from absense.v1 import face_pb2
from absense_server.domain.advice import advice_on_trial
from absense_server.domain.faces import FaceModel, FaceTemplate, Quality
from absense_server.rpc.convert import pairs, to_proto
from absense_server.services.erasure import Erased
from absense_server.services.face_enrollment import EnrollmentWish
from absense_server.services.face_templates import Trial


def enrollment_wish(message: face_pb2.FaceEnrollment) -> EnrollmentWish:
    """A face to be enrolled."""
    return EnrollmentWish(message.consent_version, message.replace)


def template(value: FaceTemplate | None, model: FaceModel | None) -> face_pb2.FaceTemplate | None:
    """An enrolled face; `model`: what faces are compared with now. None stays absent."""
    if value is None:
        return None
    return face_pb2.FaceTemplate(
        id=str(value.id),
        trust=pairs.FACE_TRUST.number(value.trust),
        model=value.model.name,
        usable=model is None or model.is_comparable(value.model),
        view_count=value.views,
        consent_version=value.consent.version,
        consent_time=to_proto.time(value.consent.given_at),
        enroll_time=to_proto.time(value.enrolled_at),
    )


def quality(value: Quality | None) -> face_pb2.FaceQuality | None:
    """What was measured of a face; None stays absent."""
    if value is None:
        return None
    return face_pb2.FaceQuality(
        width_pixels=value.width_px,
        brightness=value.brightness,
        sharpness=value.sharpness,
        yaw=value.yaw,
        roll_degrees=value.roll_deg,
    )


def trial(value: Trial, model: FaceModel | None) -> face_pb2.FaceTrial:
    """What came of a trial."""
    return face_pb2.FaceTrial(
        outcome=pairs.OUTCOME.number(value.verdict.outcome),
        reason=pairs.REASON.number(value.verdict.reason),
        advice=advice_on_trial(value.verdict),
        template=template(value.template, model),
        quality=quality(value.quality),
    )


def erased(value: Erased) -> face_pb2.ErasedFace:
    """What was erased."""
    return face_pb2.ErasedFace(
        template=value.template, photograph_count=len(value.blobs), cancelled_check_count=value.checks
    )
