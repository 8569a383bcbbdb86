"""Blob stores: a folder, or S3."""

import re

_NAME = re.compile(r"[0-9a-f-]{1,64}(?:/[0-9a-f-]{1,64}){0,3}")


def require_name(name: str) -> str:
    """`name`, if the server makes such: hexadecimal digits and dashes, in up to four parts between slashes.

    Raises ValueError otherwise: no name ever comes from a caller, so that a wrong one is a fault of ours.
    """
    if _NAME.fullmatch(name) is None:
        raise ValueError(f"{name!r} is not the name of a blob")
    return name
