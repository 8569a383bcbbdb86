"""Passwords: PBKDF2-HMAC-SHA256 by passlib, and zxcvbn's list of common ones."""

import functools
import unicodedata
import warnings
from hashlib import sha256

with warnings.catch_warnings():
    # passlib 1.7.4 imports crypt, deprecated from Python 3.11 and gone from 3.13 (passlib does without it
    # there). It is not used: PBKDF2 is hashlib's.
    warnings.simplefilter("ignore", DeprecationWarning)
    from passlib.context import CryptContext

_HMAC_BLOCK = 64


class Pbkdf2Passwords:
    """Hashes and verifies passwords. Each takes as long as `rounds` make it: never call it on the event loop.

    A password is the same password however its characters are composed (NFKC).
    """

    def __init__(self, rounds: int = 600_000) -> None:
        self._context = CryptContext(["pbkdf2_sha256"], pbkdf2_sha256__rounds=rounds)
        # Salt and hash as long as real ones, all bits zero: nobody's, but it costs the same to check.
        self._nobodys = f"$pbkdf2-sha256${rounds}${'.' * 22}${'.' * 43}"

    def hash(self, password: str) -> str:
        """A salted hash, with rounds and salt in its text."""
        return self._context.hash(_secret(password))

    def verify(self, password: str, hashed: str | None) -> bool:
        """Whether `password` is the one `hashed`; for None, False at the cost of one hash."""
        same = self._context.verify(_secret(password), hashed or self._nobodys)
        return same and bool(hashed)

    def needs_update(self, hashed: str) -> bool:
        """Whether it was hashed in another number of rounds than new ones are."""
        return self._context.needs_update(hashed)

    def is_common(self, password: str) -> bool:
        """Whether it is among the 30,000 most common, in any case."""
        return _folded(password) in _common()


def _secret(password: str) -> bytes:
    """The bytes that are hashed.

    What is longer than a block of HMAC is replaced by its SHA-256, as HMAC itself does with a long key: the
    result is the same, and passlib's limit of 4,096 characters, which NFKC could exceed, is never met. So is one that
    ends in zeros: HMAC fills short keys up with them (RFC 2104), and could not tell it from one without.
    """
    # on a command line half a character can come in; nobody chose it, but it must not stop a check
    data = unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
    return sha256(data).digest() if len(data) > _HMAC_BLOCK or data.endswith(b"\0") else data


@functools.cache
def _common() -> frozenset[str]:
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # noqa: PLC0415 - takes 3 MB and a while, and not all need it

    return frozenset(map(_folded, FREQUENCY_LISTS["passwords"]))


def _folded(password: str) -> str:
    return unicodedata.normalize("NFKC", password).casefold()
