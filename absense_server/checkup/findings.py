"""What was found."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. A fatal one that is not ok keeps the server from serving."""

    ok: bool
    text: str
    fatal: bool = False
