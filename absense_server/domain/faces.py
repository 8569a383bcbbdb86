"""Faces: what makes a photograph good enough, and when two faces are one person's."""

import math
import sys
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from absense_server.domain.ids import ConsentId, FaceTemplateId, UserId
from absense_server.domain.verdicts import Check, Reason, Verdict, failed, inconclusive, passed, skipped

MAX_VIEWS = 5
"""Photographs of one person in a template; a claim is held against the nearest."""

UNIT = "cosine distance"

UNCLEAR_MARGIN = 0.1
"""Cosine distance above the threshold up to which a mismatch is not clear: another photograph may mend it."""


@dataclass(frozen=True, slots=True)
class FaceModel:
    """What turns a face into a vector, and how near two vectors of one person are."""

    name: str
    """The embedding model, by DeepFace's name."""
    detector: str
    """What finds the face, by DeepFace's name."""
    threshold: float
    """Largest cosine distance of two photographs taken for one person's."""
    threshold_origin: str
    """Where the threshold comes from: "DeepFace 0.0.103", "settings"."""

    def is_comparable(self, other: "FaceModel") -> bool:
        """Whether vectors of the two can be held against each other."""
        return (self.name, self.detector) == (other.name, other.detector)


@dataclass(frozen=True, slots=True)
class Quality:
    """What can be measured of the main face."""

    width_px: float
    """Width of the face in the picture as it was detected in (longest side at most 640)."""
    brightness: float
    """Mean luma of the face, 0 (black) to 1 (white)."""
    sharpness: float
    """Variance of the Laplacian of the face in 8-bit grey, aligned in 112 x 112 (Pech-Pacheco et al., 2000), over its
    brightness squared: else a dim photograph would count as a blurred one."""
    yaw: float
    """Nose's offset from between the eyes over the eyes' distance: 0 straight ahead, 0.5 well to a side."""
    roll_deg: float
    """Turn in the image plane before it was straightened, degrees, -180 to 180."""


@dataclass(frozen=True, slots=True)
class FaceFinding:
    """What the engine saw in one photograph."""

    readable: bool
    """The bytes could be decoded."""
    faces: int = 0
    """Faces at least half as wide as the largest: people behind are not counted."""
    quality: Quality | None = None
    """Of the largest face."""
    vector: bytes = b""
    """Of the largest face: unit length, float32, little-endian; empty where there is none."""
    took: timedelta = timedelta()
    """Time in the worker, decoding to vector."""


@dataclass(frozen=True, slots=True)
class QualityLimits:
    """What a face must at least be; see Quality for the measures."""

    width_px: float
    brightness: float
    sharpness: float
    yaw: float

    def broken_by(self, quality: Quality) -> Reason | None:
        """The first limit that the face does not keep: what to mend first."""
        if quality.width_px < self.width_px:
            return Reason.FACE_TOO_SMALL
        if quality.brightness < self.brightness:
            return Reason.FACE_TOO_DARK
        if abs(quality.yaw) > self.yaw:
            return Reason.FACE_TURNED_AWAY
        if quality.sharpness < self.sharpness:
            return Reason.FACE_TOO_BLURRED
        return None


FOR_ENROLLMENT = QualityLimits(width_px=60, brightness=0.2, sharpness=100, yaw=0.35)
"""A reference is used for years: it has to be good."""
FOR_CLAIMS = QualityLimits(width_px=30, brightness=0.06, sharpness=40, yaw=0.6)
"""A selfie that does not match is only held against the student when it keeps these."""


class TemplateTrust(Enum):
    """How far an enrolled face is believed to be the student's own."""

    TRUSTED = "TRUSTED"
    """On first use."""
    UNVERIFIED = "UNVERIFIED"
    """A person has to compare it first."""
    VERIFIED = "VERIFIED"
    """A person has compared it."""


class ConsentEnd(Enum):
    """How a consent ended."""

    WITHDRAWN = "WITHDRAWN"
    CLEARED = "CLEARED"
    EXPIRED = "EXPIRED"
    RENEWED = "RENEWED"
    ERASED = "ERASED"
    """With the account."""


@dataclass(frozen=True, slots=True)
class Consent:
    """What a student agreed to, and when."""

    id: ConsentId
    student_id: UserId
    version: str
    given_at: datetime


@dataclass(frozen=True, slots=True)
class FaceTemplate:
    """A student's enrolled face, without its vectors."""

    id: FaceTemplateId
    student_id: UserId
    trust: TemplateTrust
    model: FaceModel
    """As it was when the face was enrolled."""
    consent: Consent
    enrolled_at: datetime
    used_at: datetime
    """About when it last passed a check; at first, when it was enrolled."""
    views: int
    """Photographs in it."""


class SelfieState(Enum):
    """What came of a claim's selfie."""

    MISSING = "MISSING"
    DAMAGED = "DAMAGED"
    KEPT = "KEPT"


@dataclass(frozen=True, slots=True)
class FaceEvidence:
    """What is known of a claim's face before anybody looks at it."""

    selfie: SelfieState
    template_model: FaceModel | None
    """Of the student's template; None: there is none."""
    engine_model: FaceModel | None
    """None: there is no engine."""
    without_engine: Reason = Reason.ENGINE_OFF
    """Why not."""


NO_FACE_EVIDENCE = FaceEvidence(SelfieState.MISSING, None, None)


def judge_face(evidence: FaceEvidence) -> Verdict | None:
    """The FACE verdict where it takes no look at the selfie; None: it awaits one (DESIGN.md, Claims)."""
    damaged = evidence.selfie is SelfieState.DAMAGED
    if evidence.engine_model is None:
        return inconclusive(Check.FACE, Reason.IMAGE_DAMAGED if damaged else evidence.without_engine)
    if evidence.template_model is None:
        return skipped(Check.FACE, Reason.NO_CONSENT)
    if not evidence.engine_model.is_comparable(evidence.template_model):
        return inconclusive(Check.FACE, Reason.MODEL_CHANGED)
    if evidence.selfie is SelfieState.MISSING:
        return inconclusive(Check.FACE, Reason.NO_SELFIE)
    if damaged:
        return inconclusive(Check.FACE, Reason.IMAGE_DAMAGED)
    return None


def compare(finding: FaceFinding, views: Sequence[bytes], model: FaceModel, trust: TemplateTrust) -> Verdict:
    """The FACE verdict on what the engine saw in a selfie; `views`: the template's vectors, by the same model.

    A poor photograph of the right face passes; one that does not match is only inconclusive. Just above the threshold
    a mismatch is not clear, either.
    """
    problem = problem_with(finding, None)
    if problem is not None:
        return inconclusive(Check.FACE, problem)
    found, limit = nearest(finding.vector, views), model.threshold
    if found <= limit:
        if trust is TemplateTrust.UNVERIFIED:
            return inconclusive(Check.FACE, Reason.TEMPLATE_UNVERIFIED, found, limit, UNIT)
        return passed(Check.FACE, Reason.FACE_MATCHES, found, limit, UNIT)
    problem = problem_with(finding, FOR_CLAIMS)
    if problem is not None:
        return inconclusive(Check.FACE, problem, found, limit, UNIT)
    if found <= limit + UNCLEAR_MARGIN:
        return inconclusive(Check.FACE, Reason.FACE_UNCLEAR, found, limit, UNIT)
    return failed(Check.FACE, Reason.FACE_MISMATCH, found, limit, UNIT)


def problem_with(finding: FaceFinding, limits: QualityLimits | None) -> Reason | None:
    """What keeps a photograph from being used; without limits, only what leaves no one face to look at."""
    if not finding.readable:
        return Reason.IMAGE_DAMAGED
    if finding.faces == 0 or finding.quality is None:
        return Reason.NO_FACE
    if finding.faces > 1:
        return Reason.SEVERAL_FACES
    return None if limits is None else limits.broken_by(finding.quality)


def nearest(vector: bytes, views: Iterable[bytes]) -> float:
    """The distance of the nearest view; 2, the largest there is, when there is none."""
    return min((distance(vector, view) for view in views), default=2.0)


def distance(a: bytes, b: bytes) -> float:
    """The cosine distance of two unit vectors (float32, little-endian), 0 to 2."""
    return 1.0 - math.fsum(x * y for x, y in zip(_floats(a), _floats(b), strict=True))


def _floats(vector: bytes) -> "array[float]":
    floats = array("f", vector)
    if sys.byteorder == "big":
        floats.byteswap()
    return floats
