"""Blob stores: a folder, or S3."""

import re

_NAME = re.compile(r"[0-9a-f-]{1,64}(?:/[0-9a-f-]{1,64}){0,3}")


def is_name(name: str) -> bool:
    """Whether the server makes such: hexadecimal digits and dashes, in up to four parts between slashes."""
    return _NAME.fullmatch(name) is not None


def require_name(name: str) -> str:
    """`name`, if it is one that the server makes.

    Raises ValueError otherwise: no name ever comes from a caller, so that a wrong one is a fault of ours.
    """
    if not is_name(name):
        raise ValueError(f"{name!r} is not the name of a blob")
    return name
