"""What is demanded of a password (NIST SP 800-63B: length and a list of common ones, no composition rules)."""

import unicodedata

MIN_LENGTH = 8
MAX_LENGTH = 256


def password_faults(password: str, email: str, *, is_common: bool) -> list[str]:
    """What is wrong with `password` for the account of `email` (normalized); nothing if it may be used."""
    normalized = unicodedata.normalize("NFKC", password)
    faults = []
    if len(normalized) < MIN_LENGTH:
        faults.append(f"it has fewer than {MIN_LENGTH} characters")
    if len(normalized) > MAX_LENGTH:
        faults.append(f"it has more than {MAX_LENGTH} characters")
    if normalized.casefold() in {email, email.partition("@")[0]}:
        faults.append("it is the e-mail address")
    if is_common:
        faults.append("it is on a list of common passwords")
    return faults
