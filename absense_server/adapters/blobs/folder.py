"""Blobs in a folder."""

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from hashlib import sha256
from itertools import product
from pathlib import Path

from absense_server.adapters.blobs import is_name, require_name
from absense_server.adapters.files import UNFINISHED, sync_folder, write_whole
from absense_server.domain.errors.calls import BackendUnavailable
from absense_server.ports.outside import OPAQUE

_PAGE = 1000

_BLOCK = 4096
_LITTLE_SPACE = 64 * 1024**2


class FolderBlobs:
    """A file for each blob, readable by the server's user alone.

    A blob is there whole or not at all, and once `put` returns it survives a power cut: the file is written
    under another name in the same folder, synced, renamed, and the folder synced. Files are spread over 16 x
    16 folders by a hash of their names, which begin with the time and would fill one folder after another by
    themselves.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._lasting: set[Path] = set()
        root.mkdir(mode=0o700, parents=True, exist_ok=True)

    def put(self, name: str, data: bytes, media_type: str = OPAQUE) -> None:  # noqa: ARG002 - a file has none
        """Write a blob. Raises BackendUnavailable, also when the disk is full."""
        path = self._path(name)
        with _unavailable():
            if path.parent in self._lasting:
                # it was there before: no need to ask
                with suppress(FileNotFoundError):
                    write_whole(path, data)
                    return
            self._make(path.parent.parent)
            self._make(path.parent)
            write_whole(path, data)

    def get(self, name: str) -> bytes | None:
        """The blob; None when it is not there. Raises BackendUnavailable, also when the root is gone."""
        path = self._path(name)
        with _unavailable():
            try:
                return path.read_bytes()
            except FileNotFoundError:
                self._root.stat()
                return None

    def delete(self, name: str) -> None:
        """Remove the blob if it is there. Raises BackendUnavailable."""
        path = self._path(name)
        with _unavailable():
            path.unlink(missing_ok=True)

    def check(self) -> None:
        """Raise BackendUnavailable unless the folder is there, can be written, and has room for some more."""
        with _unavailable():
            with tempfile.TemporaryFile(dir=self._root) as file:
                file.write(bytes(_BLOCK))
                file.flush()
            if shutil.disk_usage(self._root).free < _LITTLE_SPACE:
                raise OSError(errno.ENOSPC, f"less than {_LITTLE_SPACE // 1024**2} MiB are free", str(self._root))

    def older_than(self, age: timedelta) -> Iterator[Sequence[str]]:
        """Names of blobs written longer ago than `age`, folder by folder. Raises BackendUnavailable."""
        for files in self._old_files(age):
            names = [
                name for file in files if is_name(name := file.name.replace(".", "/")) and self._path(name) == file
            ]
            for start in range(0, len(names), _PAGE):
                yield names[start : start + _PAGE]

    def clear_unfinished(self, age: timedelta) -> int:
        """Remove what writes left that a crash ended longer ago than `age`. Raises BackendUnavailable."""
        left = [file for files in self._old_files(age) for file in files if file.name.startswith(UNFINISHED)]
        with _unavailable():
            for file in left:
                file.unlink(missing_ok=True)
        return len(left)

    def link(self, name: str, life: timedelta, media_type: str, file_name: str) -> None:
        """None: nobody reaches a folder but the server."""

    def _old_files(self, age: timedelta) -> Iterator[Sequence[Path]]:
        """The files of one folder after another that were written longer ago than `age`."""
        with _unavailable(), tempfile.TemporaryFile(dir=self._root) as new:
            # what the file system says is now: on a network it has a clock of its own
            limit = os.fstat(new.fileno()).st_mtime - age.total_seconds()
        for first, second in product("0123456789abcdef", repeat=2):
            with _unavailable():
                yield _written_before(limit, self._root / first / second)

    def _path(self, name: str) -> Path:
        digest = sha256(require_name(name).encode()).hexdigest()
        return self._root / digest[0] / digest[1] / name.replace("/", ".")

    def _make(self, folder: Path) -> None:
        """Make `folder` unless it is there, and see to it, once, that it lasts."""
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            if folder in self._lasting:
                return
        sync_folder(folder.parent)
        self._lasting.add(folder)


def _written_before(limit: float, folder: Path) -> Sequence[Path]:
    files = []
    try:
        for entry in os.scandir(folder):
            with suppress(FileNotFoundError):  # deleted meanwhile
                if entry.is_file(follow_symlinks=False) and entry.stat(follow_symlinks=False).st_mtime < limit:
                    files.append(folder / entry.name)
    except FileNotFoundError:  # nothing was put there yet
        return []
    return files


@contextmanager
def _unavailable() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise BackendUnavailable from error
