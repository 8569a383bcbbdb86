"""`faces evaluate` without its engine: the folder, the looks, the report."""

import asyncio
import json
import struct
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest

from absense_server.adapters.face.pairs import compare_all
from absense_server.adapters.face.plots import plot_distances
from absense_server.cli.evaluation import Look, Looks, Sample, UnusableFolder, look_at, samples_in
from absense_server.cli.evaluation_report import Report, as_json, as_text
from absense_server.domain.face_accuracy import Comparisons
from absense_server.domain.faces import FaceFinding, FaceModel, Quality
from absense_server.ports.faces import EngineFailed

MODEL = FaceModel("SFace", "yunet", 0.593, "DeepFace 0.0.103")
QUALITY = Quality(width_px=200, brightness=0.5, sharpness=100, yaw=0, roll_deg=0)
PNG = cv2.imencode(".png", np.zeros((2, 3), np.uint8))[1].tobytes()


class Engine:
    """A face engine that answers as it is told."""

    def __init__(self, answer: Callable[[], Awaitable[FaceFinding]], workers: int = 2) -> None:
        self.model = MODEL
        self.workers = workers
        self.at_once = self.most_at_once = 0
        self._answer = answer

    async def examine(self, photograph: bytes) -> FaceFinding:
        assert photograph.startswith(b"\x89PNG")
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0)
        self.at_once -= 1
        return await self._answer()

    def expected_wait(self, ahead: int = 0) -> timedelta:
        return timedelta()


def answers(*findings: FaceFinding | EngineFailed) -> Callable[[], Awaitable[FaceFinding]]:
    left = list(findings)

    async def answer() -> FaceFinding:
        finding = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(finding, EngineFailed):
            raise finding
        return finding

    return answer


def at(angle_cosine: float) -> bytes:
    """A unit vector at this cosine from (1, 0)."""
    return struct.pack("<2f", angle_cosine, (1 - angle_cosine**2) ** 0.5)


def face(vector: bytes = at(1), faces: int = 1) -> FaceFinding:
    return FaceFinding(readable=True, faces=faces, quality=QUALITY, vector=vector)


def fill(folder: Path, *names: str) -> None:
    for name in names:
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(PNG)


# --- the folder ---


def test_photographs_are_found_by_person_and_suffix(tmp_path: Path) -> None:
    fill(tmp_path, "bo/2.JPG", "bo/1.jpeg", "amy/x.Png", "bo/notes.txt", "bo/.hidden.jpg", ".git/a.jpg", "stray.jpg")
    (tmp_path / "bo" / "folder.jpg").mkdir()
    assert samples_in(tmp_path) == [
        Sample("amy", tmp_path / "amy" / "x.Png"),
        Sample("bo", tmp_path / "bo" / "1.jpeg"),
        Sample("bo", tmp_path / "bo" / "2.JPG"),
    ]


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(UnusableFolder, match=r"nowhere cannot be read: No such file"):
        samples_in(tmp_path / "nowhere")


def test_a_file_in_place_of_the_folder_is_said(tmp_path: Path) -> None:
    fill(tmp_path, "a.jpg")
    with pytest.raises(UnusableFolder, match="Not a directory"):
        samples_in(tmp_path / "a.jpg")


def test_photographs_outside_any_persons_folder_are_not_enough(tmp_path: Path) -> None:
    fill(tmp_path, "a.jpg", "b.jpg")
    with pytest.raises(UnusableFolder, match="make one for each person"):
        samples_in(tmp_path)


@pytest.mark.parametrize("names", [["a/1.txt"], ["a/1.jpg", "b/1.jpg"]])
def test_somebody_needs_two_photographs(tmp_path: Path, names: list[str]) -> None:
    fill(tmp_path, *names)
    with pytest.raises(UnusableFolder, match="has two photographs"):
        samples_in(tmp_path)


# --- the looks ---


async def test_what_cannot_be_used_is_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    names = [f"a/{n}.png" for n in range(5)]
    fill(tmp_path, *names)
    findings: list[FaceFinding | EngineFailed] = [
        FaceFinding(readable=False),
        FaceFinding(readable=True),
        face(faces=2),
        EngineFailed("a worker died of it"),
        face(at(0.5)),
    ]
    told: list[None] = []
    engine = Engine(answers(*findings), workers=1)
    # One at a time, so that the answers come in order.
    looks = [
        await look_at(engine, [Sample("a", tmp_path / name)], max_pixels=100, tell=lambda: told.append(None))
        for name in names
    ]
    assert [look.problem for each in looks for look in each.unusable] == [
        "the photograph is damaged",
        "no face found",
        "several faces: whose is meant?",
        "the engine failed: a worker died of it",
    ]
    assert [look.vector for each in looks for look in each.usable] == [at(0.5)]
    assert len(told) == 5


async def test_files_no_engine_should_see_do_not_reach_it(tmp_path: Path) -> None:
    fill(tmp_path, "a/big.png")
    (tmp_path / "a/text.jpg").write_text("no photograph")
    samples = [Sample("a", tmp_path / "a" / name) for name in ("big.png", "gone.jpg", "text.jpg")]
    looks = await look_at(Engine(answers(face())), samples, max_pixels=5)
    assert [look.problem for look in looks.unusable] == [
        "3 x 2 is more than 5 pixels",
        "cannot be read: No such file or directory",
        "neither JPEG nor PNG",
    ]
    assert looks.failure_to_acquire.value == 1


async def test_looks_keep_the_order_and_are_bounded(tmp_path: Path) -> None:
    names = [f"p{n:03}/{i}.png" for n in range(50) for i in range(2)]
    fill(tmp_path, *names)
    engine = Engine(answers(face()), workers=3)
    looks = await look_at(engine, samples_in(tmp_path), max_pixels=100)
    assert [look.sample.file.relative_to(tmp_path).as_posix() for look in looks.usable] == names
    assert engine.most_at_once <= 6


# --- the report ---


def report_on(cosines: dict[str, float], wished_fmr: float = 0.001) -> Report:
    """Of photographs "person/file" whose vectors are at these cosines from (1, 0), and one without a face."""
    folder = Path("set")
    usable = [Look(Sample(name.split("/")[0], folder / name), at(cosine)) for name, cosine in cosines.items()]
    unusable = [Look(Sample("cat", folder / "cat/1.jpg"), problem="no face found")]
    pairs = compare_all([look.vector for look in usable], [look.sample.person for look in usable])
    return Report(MODEL, Looks(usable, unusable), pairs, wished_fmr)


SET = {"amy/1.jpg": 1.0, "amy/2.jpg": 0.8, "bo/1.jpg": 0.0, "bo/2.jpg": 0.2}


def test_the_report_says_all_there_is_to_say() -> None:
    text = as_text(report_on(SET))
    assert text.splitlines()[:12] == [
        "SFace with yunet, threshold 0.593 (from DeepFace 0.0.103)",
        "",
        "People                          3",
        "Photographs                     5",
        "Without a usable face           20 % (1 of 5; 95 % interval 3.62 % to 62.4 %)",
        "    cat/1.jpg: no face found",
        "Mated comparisons               2 (both photographs of one person)",
        "Non-mated comparisons           4 (of two people)",
        "",
        "At threshold 0.593",
        "  False match rate, FMR         50 % (2 of 4; 95 % interval 15 % to 85 %)",
        "  False non-match rate, FNMR    0 % (0 of 2; 95 % interval 0 % to 65.8 %)",
    ]
    assert "One person, least alike         0.2000  amy/1.jpg  amy/2.jpg" in text
    assert "Two people, most alike          0.2521  amy/2.jpg  bo/2.jpg" in text


def test_a_set_too_small_for_the_wish_says_so_and_proposes_nothing() -> None:
    text = as_text(report_on(SET))
    assert "This set is too small to say so: 4 comparisons of two people vouch for" in text
    assert "an FMR of 75 % at best (3/n, the rule of three). 0.1 % takes 3,000 of them." in text
    assert "FACE_THRESHOLD=" not in text


def test_a_set_large_enough_proposes_a_threshold_that_is_rounded_down() -> None:
    report = report_on(SET, wished_fmr=0.75)
    distances = report.pairs.comparisons.non_mated
    assert report.proposed_threshold is not None
    assert distances[3] - 0.0001 <= report.proposed_threshold < distances[3]
    assert f"FACE_THRESHOLD={report.proposed_threshold:.4f}" in as_text(report)


def test_without_a_second_person_false_matches_are_unknown() -> None:
    report = report_on({"amy/1.jpg": 1.0, "amy/2.jpg": 0.8})
    text = as_text(report)
    assert "False match rate, FMR         unknown: there are no such comparisons" in text
    assert "Threshold                     unknown without photographs of two people" in text
    assert "Two people, most alike" not in text
    assert "Equal error rate" not in text
    assert as_json(report)["false_match_rate"] is None
    assert as_json(report)["for_wished_fmr"]["threshold"] is None


def test_one_photograph_in_two_peoples_folders_leaves_no_threshold() -> None:
    report = report_on({"amy/1.jpg": 1.0, "amy/2.jpg": 1.0, "bo/1.jpg": 1.0})
    assert "none: even at 0 more comparisons of two people match" in as_text(report)


def test_small_shares_are_written_out() -> None:
    report = report_on(SET, wished_fmr=0.00000123)
    assert "For an FMR of 0.000123 % at most" in as_text(report)


def test_json_says_the_same() -> None:
    read = json.loads(json.dumps(as_json(report_on(SET))))
    assert read["people"] == 3
    assert read["photographs"] == 5
    assert read["unusable"] == [{"file": "cat/1.jpg", "problem": "no face found"}]
    assert read["false_match_rate"]["errors"] == 2
    assert read["false_match_rate"]["trials"] == read["non_mated_comparisons"] == 4
    assert read["false_non_match_rate"]["value"] == 0
    assert read["equal_error_rate"]["value"] == 0
    assert read["for_wished_fmr"]["is_vouched_for"] is False
    assert read["for_wished_fmr"]["smallest_fmr_vouched_for"] == 0.75
    assert read["nearest_non_mated"]["files"] == ["amy/2.jpg", "bo/2.jpg"]
    assert read["farthest_mated"]["distance"] == pytest.approx(0.2)


# --- the picture ---


@pytest.mark.parametrize(
    ("mated", "non_mated"), [([0.2, 0.3], [0.7, 0.9, 1.1]), ([0.2], []), ([], [0.9]), ([], []), ([0.0], [2.0])]
)
def test_whatever_there_is_can_be_drawn(tmp_path: Path, mated: list[float], non_mated: list[float]) -> None:
    file = tmp_path / "distances.png"
    plot_distances(Comparisons(mated, non_mated), 0.593, "A test", file)
    picture = cv2.imread(str(file))
    assert picture is not None
    assert picture.shape == (1200, 1500, 3)


def test_the_kinds_are_drawn_where_they_are_and_in_their_colours(tmp_path: Path) -> None:
    file = tmp_path / "distances.png"
    plot_distances(Comparisons([0.2] * 9, [0.9] * 9), 0.593, "A test", file)
    picture = cv2.imread(str(file))
    assert picture is not None
    inside = picture[120:520, 250:].astype(int)
    blue, red = inside[..., 0], inside[..., 2]
    bluish, reddish = np.flatnonzero((blue > red + 40).any(0)), np.flatnonzero((red > blue + 40).any(0))
    threshold = np.flatnonzero((inside.sum(2) < 90).sum(0) > 100)
    assert bluish.max() < threshold.min() <= threshold.max() < reddish.min()
