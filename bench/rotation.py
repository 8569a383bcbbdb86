"""What turning a photograph in its plane does to recognition, and what straightening mends: `python -m bench.rotation`.

Each photograph of a folder (var/photographs unless one is named) is turned by several angles, bordered so that nothing
is cut off, and held against the other photographs as they are: of the same person (obama.jpg, obama2.jpg, ...) and of
others. Without and with straightening, side by side: the shares of false rejections and of faces not found, the number
of false matches, the largest distance of two photographs of one person, and milliseconds for each photograph.
"""

import math
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

import cv2
import numpy as np

from absense_server.adapters.face.models import face_model
from absense_server.adapters.face.process import environment
from absense_server.domain.faces import FaceFinding, distance

os.environ |= environment(Path("var/models"))  # before anything of DeepFace's reads it

from absense_server.adapters.face import pipeline

ANGLES = (0, 15, -15, 30, -30, 45, -45, 60, -60, 90, -90, 120, 150, 180)
TIMES = 3
THRESHOLD = face_model("SFace", "yunet").threshold


@dataclass
class Tally:
    """What came of one angle in one way."""

    photographs: int = 0
    not_found: int = 0
    same: list[float] = field(default_factory=list)
    others: list[float] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)

    def __str__(self) -> str:
        rejected = sum(found > THRESHOLD for found in self.same)
        matched = sum(found <= THRESHOLD for found in self.others)
        largest = f"{max(self.same):.3f}" if self.same else "-"
        return (
            f"{rejected:>3} of {len(self.same):<3} {self.not_found:>3} of {self.photographs:<3}"
            f"{matched:>3} of {len(self.others):<4} {largest:>6} {np.mean(self.milliseconds):>6.0f}"
        )


def main() -> int:
    """Run the command line."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "var/photographs")
    photographs = {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
    pipeline.use_one_thread()
    ways = [pipeline.Pipeline("SFace", "yunet", straighten=straighten) for straighten in (False, True)]
    for way in ways:
        way.warm_up()
    upright = [{name: way.examine(data) for name, data in photographs.items()} for way in ways]
    head = f"{'rejected':<10} {'not found':<10} {'matched':<9} {'max':>6} {'ms':>6}"
    print(f"{len(photographs)} photographs, threshold {THRESHOLD}")
    print(f"{'':>6} | {'as found':<45} | straightened\n{'angle':>6} | {head:<45} | {head}")
    for angle in ANGLES:
        tallies = [Tally(), Tally()]
        for name, data in photographs.items():
            turned = turn(data, angle)
            for way, references, tally in zip(ways, upright, tallies, strict=True):
                count(tally, way, turned, name, references)
        print(f"{angle:>6} | {tallies[0]!s:<45} | {tallies[1]}")
    return 0


def turn(data: bytes, angle: float) -> bytes:
    """The photograph turned clockwise by degrees, as JPEG, in a frame that holds all of it."""
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        raise ValueError("not a photograph")
    height, width = picture.shape[:2]
    across, down = abs(math.cos(math.radians(angle))), abs(math.sin(math.radians(angle)))
    size = round(width * across + height * down), round(width * down + height * across)
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -angle, 1).astype(np.float64)
    matrix[:, 2] += (size[0] - width) / 2, (size[1] - height) / 2
    return cv2.imencode(".jpg", cv2.warpAffine(picture, matrix, size))[1].tobytes()


def count(tally: Tally, way: pipeline.Pipeline, turned: bytes, name: str, references: dict[str, FaceFinding]) -> None:
    """Examine a turned photograph and hold it against the others."""
    started = perf_counter()
    for _ in range(TIMES):
        finding = way.examine(turned)
    tally.milliseconds.append((perf_counter() - started) * 1000 / TIMES)
    tally.photographs += 1
    if not finding.vector:
        tally.not_found += 1
        return
    for other, reference in references.items():
        if other != name and reference.vector:
            distances = tally.same if person(other) == person(name) else tally.others
            distances.append(distance(finding.vector, reference.vector))


def person(name: str) -> str:
    """Who is in the photograph, by its file's name."""
    return Path(name).stem.partition("_partial")[0].rstrip("0123456789")


if __name__ == "__main__":
    sys.exit(main())
