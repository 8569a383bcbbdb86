"""Where photographs are kept."""

import shutil
import tempfile
from collections.abc import Iterator

from absense_server.adapters.blobs.s3 import S3Blobs
from absense_server.adapters.extras import ExtraMissing
from absense_server.checkup.findings import Finding
from absense_server.settings import Settings

_LITTLE_SPACE = 1024**3


def storage(settings: Settings) -> Iterator[Finding]:
    """Whether it can be written and read."""
    if settings.storage_backend == "s3":
        yield from _s3(settings)
        return
    folder = settings.storage_folder.resolve()
    try:
        with tempfile.TemporaryFile(dir=folder):
            free = shutil.disk_usage(folder).free
    except FileNotFoundError:
        text = f"storage: {folder} is not there; run `absense-server migrate`, which makes it, or set STORAGE_FOLDER"
        yield Finding(ok=False, text=text, fatal=True)
        return
    except OSError as error:
        reason = error.strerror or "cannot be written"
        yield Finding(ok=False, text=f"storage: {folder}: {reason}; make it, or set STORAGE_FOLDER", fatal=True)
        return
    yield Finding(ok=free >= _LITTLE_SPACE, text=f"storage: folder {folder}, {free // 1024**2} MiB free")


def _s3(settings: Settings) -> Iterator[Finding]:
    bucket = f"bucket {settings.s3_bucket}"
    try:
        problem = S3Blobs(**settings.s3).problem()
    except ExtraMissing as error:
        yield Finding(ok=False, text=f"storage: {error}", fatal=True)
        return
    if problem is None:
        yield Finding(ok=True, text=f"storage: {bucket}, where blobs can be written, listed, read and deleted")
    else:
        yield Finding(ok=False, text=f"storage: {bucket}: {problem} Check the S3_ settings.", fatal=True)
    if not settings.blob_encryption:
        by = settings.s3_server_side_encryption
        yield Finding(
            ok=False,
            text=f"BLOB_ENCRYPTION is off: photographs are left to the storage's encryption ({by}), whose operator can "
            "see them, and erasing them reaches no backup; docs/PRIVACY.md",
        )
