"""Fetch photographs in the public domain for demo and tests: `python -m demo.photographs`.

They are not ours to keep in the repository, and packages on the Python package index carry them: portraits
made by the US government, and NASA's astronaut (Eileen Collins). The archives' hashes are checked by pip
before anything in them runs, the photographs' own by us.
"""

import hashlib
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "var" / "photographs"


class PhotographsError(Exception):
    """A photograph could not be had; the message says which and why."""


@dataclass(frozen=True)
class Archive:
    """A package of the index and the photographs in it: path inside the archive -> SHA-256."""

    requirement: str
    sha256: str
    options: tuple[str, ...]
    photographs: dict[str, str]


ARCHIVES = (
    Archive(
        "face_recognition==1.3.0",
        "5e5efdd1686aa566af0d3cc1313b131e4b197657a8ffd03669e6d3fad92705ec",
        ("--no-binary=face_recognition",),  # its wheel leaves the tests out
        {
            "face_recognition-1.3.0/tests/test_images/biden.jpg": (
                "3c17508bb91554c637a2eabddfae790e5bb1caba93130814fc2ac50be9760c4c"
            ),
            "face_recognition-1.3.0/tests/test_images/obama.jpg": (
                "0930e3aa8cae5920329c0c8cbc6a2ab70f47b0e67b432875beaa95cbf7e741f6"
            ),
            "face_recognition-1.3.0/tests/test_images/obama2.jpg": (
                "a7efcc907375274796f39646510704aa86672d59f6d5469d69af3c85590976a6"
            ),
            "face_recognition-1.3.0/tests/test_images/obama3.jpg": (
                "76ac6bf97c36dc2da0ad16a537d6a5ac1b10f48d49aac29a0cca9a17cdbc3ca3"
            ),
        },
    ),
    Archive(
        "scikit-image==0.26.0",
        "74aa5518ccea28121f57a95374581d3b979839adc25bb03f289b1bc9b99c58af",
        # One wheel by name, whatever machine this is: only its picture is wanted.
        (
            "--only-binary=:all:",
            "--platform=manylinux_2_28_x86_64",
            "--implementation=cp",
            "--python-version=3.11",
            "--abi=cp311",
        ),
        {"skimage/data/astronaut.png": "88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5"},
    ),
)


def fetch(folder: Path, say: Callable[[str], None] = print) -> dict[str, Path]:
    """Make sure that folder holds every photograph, and return them by file name.

    What is there and whole is kept; the index is asked only for what is missing or damaged.

    Raises:
        PhotographsError: an archive cannot be downloaded, or does not hold what it should.
    """
    folder.mkdir(parents=True, exist_ok=True)
    found: dict[str, Path] = {}
    for archive in ARCHIVES:
        wanted = {folder / Path(member).name: member for member in archive.photographs}
        found |= {path.name: path for path in wanted}
        missing = {path: m for path, m in wanted.items() if not is_whole(path, archive.photographs[m])}
        if missing:
            say(f"Fetching {', '.join(sorted(path.name for path in missing))} from {archive.requirement} ...")
            unpack(archive, missing)
    say(f"{len(found)} photographs in {folder}")
    return found


def is_whole(path: Path, sha256: str) -> bool:
    """Say whether the file is there with the content it should have."""
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == sha256


def unpack(archive: Archive, wanted: dict[Path, str]) -> None:
    """Download the archive and put the wanted members where they belong."""
    with tempfile.TemporaryDirectory() as temporary:
        contents = read(download(archive, Path(temporary)), set(wanted.values()))
    for path, member in wanted.items():
        data = contents.get(member)
        if data is None or hashlib.sha256(data).hexdigest() != archive.photographs[member]:
            raise PhotographsError(f"{archive.requirement} does not hold the {path.name} that was expected.")
        partial = path.with_name(path.name + ".part")
        partial.write_bytes(data)
        partial.replace(path)


def download(archive: Archive, folder: Path) -> Path:
    """Let pip fetch one archive, from whatever index it is set up for."""
    requirements = folder / "requirements.txt"
    requirements.write_text(f"{archive.requirement} --hash=sha256:{archive.sha256}\n", encoding="utf-8")
    target = folder / "archive"
    command = [
        *(sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--quiet", "--no-deps"),
        *("--require-hashes", "--requirement", str(requirements), "--dest", str(target), *archive.options),
    ]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != 0:
        raise PhotographsError(f"pip could not download {archive.requirement}:\n{done.stdout.strip()}")
    (path,) = target.iterdir()
    return path


def read(archive: Path, members: set[str]) -> dict[str, bytes]:
    """Read some members of a wheel or source distribution into memory."""
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as wheel:
            return {name: wheel.read(name) for name in wheel.namelist() if name in members}
    contents = {}
    with tarfile.open(archive) as sdist:
        for member in sdist:
            if member.name in members and (file := sdist.extractfile(member)):
                contents[member.name] = file.read()
    return contents


def main() -> int:
    """Run the command line."""
    try:
        fetch(FOLDER)
    except PhotographsError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
