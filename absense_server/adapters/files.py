"""Files that are there whole or not at all."""

import os
import secrets
from pathlib import Path

UNFINISHED = ".new-"
"""How the name of a file begins that is being written."""

_BINARY = getattr(os, "O_BINARY", 0)  # of Windows, where files are text unless told


def write_whole(path: Path, data: bytes) -> None:
    """Write a file that only the server's user can read.

    It is written under another name in the same folder, synced, renamed, and the folder synced: once this returns, it
    survives a power cut. Raises OSError, with nothing left behind.
    """
    temporary = path.with_name(UNFINISHED + secrets.token_hex(8))
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, 0o600)
    try:
        with os.fdopen(descriptor, "wb", buffering=0) as file:
            left = memoryview(data)
            while left:
                left = left[file.write(left) :]
            os.fsync(descriptor)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """See to it that the names in it last."""
    if os.name == "nt":  # has no way to sync a folder
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
