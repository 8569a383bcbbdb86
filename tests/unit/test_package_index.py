import hashlib
import io
import subprocess
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from absense_server.adapters import package_index
from absense_server.adapters.package_index import Archive, ArchiveError

CONTENT = b"the file"
ARCHIVE = Archive(
    "thing==1.0", "0" * 64, {"thing/a.bin": hashlib.sha256(CONTENT).hexdigest()}, ("--only-binary=:all:",)
)
Pip = Callable[[bytes], list[list[str]]]


@pytest.fixture
def pip(monkeypatch: pytest.MonkeyPatch) -> Pip:
    """Let pip "download" these bytes; returns the commands it was given."""

    def set_up(archive: bytes) -> list[list[str]]:
        commands: list[list[str]] = []

        def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
            commands.append(command)
            folder = Path(command[command.index("--dest") + 1])
            folder.mkdir()
            (folder / "thing-1.0.archive").write_bytes(archive)
            return subprocess.CompletedProcess(command, 0, "")

        monkeypatch.setattr(subprocess, "run", run)
        return commands

    return set_up


def wheel(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name, data in members.items():
            file.writestr(name, data)
    return buffer.getvalue()


def sdist(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as file:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            file.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


@pytest.mark.parametrize("pack", [wheel, sdist])
def test_the_wanted_members_come_out(pip: Pip, pack: Callable[..., bytes]) -> None:
    commands = pip(pack(**{"thing/a.bin": CONTENT, "thing/b.bin": b"another"}))
    assert package_index.fetch(ARCHIVE, {"thing/a.bin"}) == {"thing/a.bin": CONTENT}
    (command,) = commands
    assert {"--no-deps", "--require-hashes", "--only-binary=:all:"} <= set(command)
    assert not any("://" in word for word in command)


@pytest.mark.parametrize("members", [{"thing/a.bin": b"tampered with"}, {"thing/b.bin": CONTENT}])
def test_what_is_not_as_it_should_be_is_refused(pip: Pip, members: dict[str, bytes]) -> None:
    pip(wheel(**members))
    with pytest.raises(ArchiveError, match=r"thing==1\.0 does not hold the a\.bin that was expected"):
        package_index.fetch(ARCHIVE, {"thing/a.bin"})


def test_pips_own_words_are_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    failed = subprocess.CompletedProcess([], 1, "ERROR: No matching distribution\n")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: failed)
    with pytest.raises(ArchiveError, match=r"could not download thing==1\.0:\nERROR: No matching distribution"):
        package_index.fetch(ARCHIVE, {"thing/a.bin"})


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    package_index.write(path, b"one")
    assert package_index.is_whole(path, hashlib.sha256(b"one").hexdigest())

    def full(_: int) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        package_index.write(path, b"two")
    assert path.read_bytes() == b"one"
    assert list(tmp_path.iterdir()) == [path]
