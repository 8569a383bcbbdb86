"""From a photograph's bytes to what is in it: one decode, one detection, one embedding. Runs in a worker only."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import cv2
import numpy as np
import onnxruntime
from deepface import DeepFace
from deepface.modules import modeling

from absense_server.adapters.face import alignment, detectors, picture, straightening
from absense_server.adapters.face.detectors import Face, YuNet
from absense_server.adapters.face.picture import Picture
from absense_server.domain.faces import FaceFinding, Quality

_MAIN_SHARE = 0.5
"""People in the background are narrower than this part of the main face."""

_DARKEST = 1 / 255


def use_one_thread() -> None:
    """Keep OpenCV and onnxruntime to the calling thread: the workers side by side are what uses the cores.

    DeepFace makes onnxruntime's sessions itself and takes no options, so that the default options are changed; nothing
    else makes a session in this process.
    """
    cv2.setNumThreads(1)
    options: Callable[[], onnxruntime.SessionOptions] = onnxruntime.SessionOptions

    def single() -> onnxruntime.SessionOptions:
        made = options()
        made.intra_op_num_threads = made.inter_op_num_threads = 1
        return made

    onnxruntime.SessionOptions = single


class Pipeline:
    """One model and one detector, loaded; not to be shared between threads."""

    def __init__(self, model: str, detector: str, *, straighten: bool = True) -> None:
        """Load them. `straighten` mends faces that are turned in the image plane; only the bench does without."""
        self._model = model
        self._detector = detectors.build(detector)
        width, height = modeling.build_model("facial_recognition", model).input_shape
        self._side = min(width, height)
        self._straighten = straighten

    def warm_up(self) -> None:
        """Look at something, once, so that the first photograph does not wait for what the libraries put off."""
        self._find(np.zeros((480, 640, 3), np.uint8))
        self._embed(np.full((self._side, self._side, 3), 127, np.uint8))

    def examine(self, data: bytes) -> FaceFinding:
        """What is in a JPEG or PNG file."""
        started = time.perf_counter()
        finding = self._examine(data)
        return replace(finding, took=timedelta(seconds=time.perf_counter() - started))

    def _examine(self, data: bytes) -> FaceFinding:
        pixels = picture.read(data)
        if pixels is None:
            return FaceFinding(readable=False)
        pixels, faces, turn = self._find(pixels)
        if not faces:
            return FaceFinding(readable=True)
        main = max(faces, key=lambda face: face.width)
        count = sum(face.width >= _MAIN_SHARE * main.width for face in faces)
        if self._straighten and isinstance(self._detector, YuNet):
            main = straightening.straightened(self._detector, pixels, main)
        return FaceFinding(
            readable=True,
            faces=count,
            quality=_quality(pixels, main, turn),
            vector=self._embed(_cut(pixels, main, self._side)),
        )

    def _find(self, pixels: Picture) -> tuple[Picture, list[Face], int]:
        """The faces, in the picture as it is; where there is none, turned by the quarters that show one best."""
        if (faces := self._detector.find(pixels)) or not self._straighten:
            return pixels, faces, 0
        turned = {quarters: np.ascontiguousarray(np.rot90(pixels, quarters)) for quarters in (1, 2, 3)}  # anticlockwise
        found = {quarters: self._detector.find(picture) for quarters, picture in turned.items()}
        best = max(found, key=lambda quarters: max((face.score for face in found[quarters]), default=0.0))
        return turned[best], found[best], best

    def _embed(self, chip: Picture) -> bytes:
        """The unit vector of an aligned face. Raises ValueError where the model gives none."""
        (found,) = DeepFace.represent(chip, model_name=self._model, detector_backend="skip", enforce_detection=False)
        vector = np.asarray(found["embedding"], np.float64)
        length = np.linalg.norm(vector)
        if not 0.0 < length < np.inf:
            raise ValueError(f"{self._model} gave a vector of length {length}")
        return (vector / length).astype("<f4").tobytes()


def _cut(pixels: Picture, face: Face, side: int) -> Picture:
    """What the model is to see: the face aligned by its points, or where there are none its box."""
    if face.points is not None:
        return alignment.chip(pixels, face.points, side)
    x, y = max(0, round(face.x)), max(0, round(face.y))
    box = pixels[y : round(face.y + face.height), x : round(face.x + face.width)]
    return cv2.resize(box, (side, side), interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def _quality(pixels: Picture, face: Face, quarters: int) -> Quality:
    # its middle: hair, background and the picture's own edges say nothing of the face
    middle = slice(alignment.CHIP_SIDE // 5, -alignment.CHIP_SIDE // 5)
    grey = cv2.cvtColor(_cut(pixels, face, alignment.CHIP_SIDE)[middle, middle], cv2.COLOR_BGR2GRAY)
    roll = 0.0 if face.points is None else alignment.roll(face.points)
    brightness = float(grey.mean()) / 255
    return Quality(
        width_px=face.width,
        brightness=brightness,
        sharpness=float(cv2.Laplacian(grey, cv2.CV_64F).var()) / max(brightness, _DARKEST) ** 2,
        yaw=0.0 if face.points is None else alignment.yaw(face.points),
        roll_deg=(roll + 90 * quarters + 180) % 360 - 180,
    )
