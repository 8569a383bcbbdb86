"""Zip archives of CSV files. Nothing is unpacked to a disk: of a name only its last part counts, wherever it points."""

import zipfile
import zlib
from collections.abc import Collection, Mapping
from io import BytesIO
from typing import Final

from absense_server.domain.errors.imports import ImportMalformed, ImportTooLarge

UNPACKED_FACTOR: Final = 10
"""How many times the largest file an archive may hold, unpacked: CSV packs to about a tenth."""
MAX_FILES: Final = 1000
_METHODS: Final = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_ENTRY: Final = b"PK\x01\x02"
_ENCRYPTED: Final = 1
# what zipfile raises for archives that are none, are cut off, or lie about themselves
_BROKEN: Final = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OverflowError,
)


def unpacked(data: bytes, wanted: Collection[str], limit: int) -> Mapping[str, bytes]:
    """The files of an archive that are wanted, by their names without folders; together at most `limit` bytes.

    Raises ImportMalformed, ImportTooLarge.
    """
    if data.count(_ENTRY) > MAX_FILES:
        raise ImportMalformed(f"it is an archive of more than {MAX_FILES:,} files.")
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            return _read(archive, wanted, limit)
    except (ImportMalformed, ImportTooLarge):
        raise
    except _BROKEN as error:
        raise ImportMalformed("it is no zip archive, or a part of it is missing. Pack it again.") from error


def _read(archive: zipfile.ZipFile, wanted: Collection[str], limit: int) -> Mapping[str, bytes]:
    found: dict[str, zipfile.ZipInfo] = {}
    for entry in archive.infolist():
        folder, _, name = entry.filename.replace("\\", "/").rpartition("/")
        if name not in wanted or "__MACOSX" in folder:
            continue
        if name in found:
            raise ImportMalformed(f"it holds {name} twice.")
        if entry.flag_bits & _ENCRYPTED:
            raise ImportMalformed("it is encrypted. Pack it without a password.")
        if entry.compress_type not in _METHODS:
            raise ImportMalformed(
                f"{name} is packed in a way that few programs read. Pack it as an ordinary zip archive."
            )
        found[name] = entry
    left = limit
    files: dict[str, bytes] = {}
    for name, entry in found.items():
        if entry.file_size > left:
            raise ImportTooLarge(limit)
        with archive.open(entry) as packed:
            # an entry may hold more than it says
            files[name] = packed.read(left + 1)
        left -= len(files[name])
        if left < 0:
            raise ImportTooLarge(limit)
    return files
