"""Finding faces: YuNet through the model that DeepFace keeps, the others through DeepFace's own interface."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from deepface.modules import modeling

from absense_server.adapters.face.alignment import Points
from absense_server.adapters.face.picture import Picture

_YUNET_SCORE = 0.6
"""DeepFace asks YuNet for 0.9, at which it misses every seventh face."""


@dataclass(frozen=True, slots=True)
class Face:
    """A face found, in pixels of the picture it was looked for in."""

    x: float
    y: float
    width: float
    height: float
    score: float
    points: Points | None
    """Five, or eyes and nose, or eyes, or none: what the detector tells."""


class Detector(Protocol):
    """Finds faces."""

    def find(self, picture: Picture) -> list[Face]:
        """Every face in a picture."""
        ...


def build(name: str) -> Detector:
    """The detector of that name, loaded."""
    model = modeling.build_model("face_detector", name)
    return YuNet(model.model) if name == "yunet" else _Other(model)


class YuNet:
    """OpenCV's YuNet. DeepFace's own call drops the nose and the mouth and rounds the rest to pixels."""

    def __init__(self, model: Any) -> None:
        self._model = model
        model.setScoreThreshold(_YUNET_SCORE)

    def find(self, picture: Picture) -> list[Face]:
        height, width = picture.shape[:2]
        self._model.setInputSize((width, height))
        _, rows = self._model.detect(picture)
        # A row: box (x, y, width, height), five points (x, y each), score.
        return [
            Face(
                x=float(row[0]),
                y=float(row[1]),
                width=float(row[2]),
                height=float(row[3]),
                score=float(row[14]),
                points=row[4:14].reshape(5, 2).astype(np.float64),
            )
            for row in (() if rows is None else rows)
        ]


class _Other:
    def __init__(self, model: Any) -> None:
        self._model = model

    def find(self, picture: Picture) -> list[Face]:
        return [
            Face(region.x, region.y, region.w, region.h, float(region.confidence or 0), _points(region))
            for region in self._model.detect_faces(picture)
            if region.w > 0 and region.h > 0
        ]


def _points(region: Any) -> Points | None:
    # DeepFace's left is the person's. The corners of the mouth are left out: the detectors do not agree on whose left
    # that is, and the eyes and the nose are enough.
    if region.left_eye is None or region.right_eye is None:
        return None
    nose = [] if region.nose is None else [region.nose]
    return np.array([region.right_eye, region.left_eye, *nose], np.float64)
