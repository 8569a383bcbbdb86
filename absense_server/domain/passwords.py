"""What is demanded of a password (NIST SP 800-63B: length and a list of common ones, no composition rules)."""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

MIN_LENGTH = 8
MAX_LENGTH = 256
_SURROGATE = re.compile("[\ud800-\udfff]")
"""Half of a character: no text, and nothing that a client could send again."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose password it is to be."""

    email: str
    """Normalized."""
    full_name: str
    numbers: Collection[str] = ()
    """Institution numbers, held or claimed."""


def password_faults(password: str, owner: Owner, *, is_common: bool) -> list[str]:
    """What is wrong with `password` for the account of `owner`; nothing if it may be used."""
    normalized = unicodedata.normalize("NFKC", password)
    faults = []
    if len(normalized) < MIN_LENGTH:
        faults.append(f"it has fewer than {MIN_LENGTH} characters")
    if len(normalized) > MAX_LENGTH:
        faults.append(f"it has more than {MAX_LENGTH} characters")
    if _SURROGATE.search(normalized):
        faults.append("it has characters that are none")
    bare = _bare(password)
    if bare in {_bare(owner.email), _bare(owner.email.rpartition("@")[0])}:
        faults.append("it is the e-mail address")
    if bare in {_bare(number) for number in owner.numbers if number}:
        faults.append("it is the institution number")
    if bare == _bare(owner.full_name):
        faults.append("it is the name")
    if is_common:
        faults.append("it is on a list of common passwords")
    return faults


def _bare(text: str) -> str:
    """Without what makes no other word of it: composition, case, spaces."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
