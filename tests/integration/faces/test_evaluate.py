"""`absense-server models ...` and `faces evaluate` as those who run them meet them, with the real engine."""

import json
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from absense_server.cli import cli, faces
from demo.server import ServerProcess

PEOPLE = {"obama": ("obama", "obama2", "obama3"), "biden": ("biden",), "collins": ("astronaut",)}

MakeProgram = Callable[..., ServerProcess]


@pytest.fixture
def people(tmp_path: Path, portraits: dict[str, bytes]) -> Path:
    """A folder for each person; that a PNG is named .jpg is none of the engine's business."""
    folder = tmp_path / "people"
    for person, names in PEOPLE.items():
        (folder / person).mkdir(parents=True)
        for name in names:
            (folder / person / f"{name}.jpg").write_bytes(portraits[name])
    return folder


@pytest.fixture
def make_program(tmp_path: Path, face_models: Path) -> MakeProgram:
    """`absense-server` in a folder of its own, with the models, and without a secret key: none of this needs one."""

    def make(**given: str) -> ServerProcess:
        folder = tmp_path / "here"
        folder.mkdir()
        return ServerProcess(
            folder, **{"DEMO_MODE": "false", "FACE_MODELS_FOLDER": str(face_models), "FACE_WORKERS": "1", **given}
        )

    return make


def test_five_photographs_of_three_people(make_program: MakeProgram, people: Path) -> None:
    program = make_program()
    done = program.run("faces", "evaluate", str(people))
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "SFace with yunet, threshold 0.593 (from DeepFace 0.0.103)"
    assert lines[2:5] == [
        "People                          3",
        "Photographs                     5",
        "Without a usable face           0 % (0 of 5; 95 % interval 0 % to 43.4 %)",
    ]
    assert "  False match rate, FMR         0 % (0 of 7; 95 % interval 0 % to 35.4 %)" in lines
    assert "  False non-match rate, FNMR    0 % (0 of 3; 95 % interval 0 % to 56.1 %)" in lines
    assert "  This set is too small to say so: 7 comparisons of two people vouch for" in lines
    assert "Looking at photographs" in done.stderr
    png = np.frombuffer((program.folder / "distances.png").read_bytes(), np.uint8)
    picture = cv2.imdecode(png, cv2.IMREAD_COLOR)
    assert picture is not None
    assert picture.shape == (1200, 1500, 3)


def test_json_and_an_own_threshold_without_a_picture(make_program: MakeProgram, people: Path) -> None:
    # Not a photograph, and no face on it: named, and the rest goes on.
    (people / "biden" / "broken.jpg").write_text("no photograph")
    cv2.imwrite(str(people / "biden" / "nobody.PNG"), np.full((300, 200), 128, np.uint8))
    program = make_program()
    done = program.run("faces", "evaluate", str(people), "--threshold", "0.01", "--plot", "", "--fmr", "0.5", "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert (report["threshold"], report["threshold_origin"]) == (0.01, "settings")
    assert {each["file"] for each in report["unusable"]} == {"biden/broken.jpg", "biden/nobody.PNG"}
    assert report["failure_to_acquire_rate"]["errors"] == 2
    assert report["photographs"] == 7
    # Nobody is that much like themselves.
    assert report["false_non_match_rate"]["value"] == 1
    assert report["false_match_rate"]["value"] == 0
    assert report["equal_error_rate"]["value"] == 0
    assert 0 < report["farthest_mated"]["distance"] < 0.593 < report["nearest_non_mated"]["distance"] < 2
    assert all(file.startswith("obama/") for file in report["farthest_mated"]["files"])
    assert report["for_wished_fmr"]["is_vouched_for"] is True
    assert list(program.folder.iterdir()) == []


def test_photographs_without_any_face_are_said(make_program: MakeProgram) -> None:
    program = make_program()
    (program.folder / "people" / "amy").mkdir(parents=True)
    for name in ("1.jpg", "2.jpg"):
        (program.folder / "people" / "amy" / name).write_text("no photograph")
    done = program.run("faces", "evaluate", "people")
    assert done.returncode == 1
    assert "No photograph has a usable face, such as amy/1.jpg: neither JPEG nor PNG." in done.stderr
    assert done.stdout == ""


def test_models_that_are_there_are_ready(make_program: MakeProgram) -> None:
    program = make_program()
    assert program.run("models", "check").stdout.startswith("SFace and yunet are ready in ")
    fetched = program.run("models", "fetch")
    assert fetched.returncode == 0, fetched.stderr


# --- what is said before anything is looked at: in this process, which is faster ---


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, face_models: Path) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FACE_MODELS_FOLDER", str(face_models))
    return tmp_path


def refusal(*arguments: str) -> str:
    """What a command that fails says on stderr."""
    done = CliRunner().invoke(cli, arguments)
    assert (done.exit_code, done.stdout) == (1, "")
    return done.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nowhere"], "The folder nowhere cannot be read: No such file or directory."),
        (["empty"], "empty has no folders in it: make one for each person"),
        (["alone"], "Nobody in alone has two photographs"),
        (["alone", "--fmr", "0"], "--fmr has to be above 0 and at most 1"),
        (["alone", "--fmr", "nan"], "--fmr has to be above 0 and at most 1"),
        (["alone", "--threshold", "2.5"], "FACE_THRESHOLD: Input should be less than 2"),
        (["alone", "--plot", "nowhere/distances.png"], "nowhere/distances.png cannot be written"),
        (["alone", "--plot", "empty"], "empty cannot be written"),
    ],
)
def test_what_cannot_be_evaluated_is_said(here: Path, arguments: list[str], says: str) -> None:
    (here / "empty").mkdir()
    (here / "alone" / "amy").mkdir(parents=True)
    (here / "alone" / "amy" / "1.jpg").write_text("no photograph")
    assert says in refusal("faces", "evaluate", *arguments)


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("command", [["models", "check"], ["faces", "evaluate", "."]])
def test_models_that_are_missing_are_named_with_what_to_do(monkeypatch: pytest.MonkeyPatch, command: list[str]) -> None:
    monkeypatch.setenv("FACE_MODELS_FOLDER", "nothing")
    said = refusal(*command)
    assert "face_recognition_sface_2021dec.onnx" in said
    assert "face_detection_yunet_2023mar.onnx" in said
    assert "absense-server models fetch" in said


@pytest.mark.usefixtures("here")
def test_a_model_nobody_knows_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FACE_MODEL", "FaceNess")
    assert "DeepFace has no model FaceNess; it has SFace" in refusal("models", "check")


@pytest.mark.usefixtures("here")
def test_without_the_evaluate_extra_the_picture_is_refused_and_how_to_do_without(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(faces, "find_spec", lambda name: None)
    said = refusal("faces", "evaluate", ".")
    assert "pip install '.[evaluate]' in the folder of Absense" in said
    assert "--plot ''" in said
