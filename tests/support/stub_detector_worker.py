"""A real face worker with a detector that tells less than YuNet: a command for ProcessFaceEngine.

It stands in DeepFace's list in the place of "mtcnn" (eyes) and of "fastmtcnn" (boxes only), whose packages are not
installed here.
"""

import sys
from dataclasses import replace
from typing import Any

from deepface.models.Detector import Detector
from deepface.modules import modeling

from absense_server.adapters.face import models, worker


class Eyes(Detector):  # type: ignore[misc]
    """DeepFace's own YuNet client, which gives boxes and eyes."""

    def detect_faces(self, img: Any) -> list[Any]:
        found: list[Any] = modeling.build_model("face_detector", "yunet").detect_faces(img)
        return found


class Boxes(Eyes):
    def detect_faces(self, img: Any) -> list[Any]:
        return [replace(face, left_eye=None, right_eye=None) for face in super().detect_faces(img)]


if __name__ == "__main__":
    for name, stub in (("mtcnn", Eyes), ("fastmtcnn", Boxes)):
        del models.PACKAGES[name]
        modeling.AVAILABLE_MODELS["face_detector"][name] = {"any": f"__main__.{stub.__name__}"}
    sys.exit(worker.main())
