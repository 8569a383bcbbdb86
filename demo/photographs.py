"""Fetch photographs in the public domain for demo and tests: `python -m demo.photographs`.

They are not ours to keep in the repository, and packages on the Python package index carry them: portraits
made by the US government, and NASA's astronaut (Eileen Collins). The archives' hashes are checked by pip
before anything in them runs, the photographs' own by us.
"""

import sys
from collections.abc import Callable
from pathlib import Path

from absense_server.adapters import package_index
from absense_server.adapters.package_index import Archive, ArchiveError, is_whole

FOLDER = Path(__file__).resolve().parent.parent / "var" / "photographs"


class PhotographsError(Exception):
    """A photograph could not be had; the message says which and why."""


# Of each the photographs: path inside the archive -> SHA-256.
ARCHIVES = (
    Archive(
        "face_recognition==1.3.0",
        "5e5efdd1686aa566af0d3cc1313b131e4b197657a8ffd03669e6d3fad92705ec",
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
        ("--no-binary=face_recognition",),  # its wheel leaves the tests out
    ),
    Archive(
        "scikit-image==0.26.0",
        "74aa5518ccea28121f57a95374581d3b979839adc25bb03f289b1bc9b99c58af",
        {"skimage/data/astronaut.png": "88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5"},
        # One wheel by name, whatever machine this is: only its picture is wanted.
        (
            "--only-binary=:all:",
            "--platform=manylinux_2_28_x86_64",
            "--implementation=cp",
            "--python-version=3.11",
            "--abi=cp311",
        ),
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
        paths = {member: folder / Path(member).name for member in archive.members}
        found |= {path.name: path for path in paths.values()}
        missing = {member for member, path in paths.items() if not is_whole(path, archive.members[member])}
        if missing:
            say(f"Fetching {', '.join(sorted(paths[m].name for m in missing))} from {archive.requirement} ...")
            try:
                contents = package_index.fetch(archive, missing)
            except ArchiveError as error:
                raise PhotographsError(str(error)) from error
            for member, data in contents.items():
                package_index.write(paths[member], data)
    say(f"{len(found)} photographs in {folder}")
    return found


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
