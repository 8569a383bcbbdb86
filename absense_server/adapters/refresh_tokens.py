"""Refresh tokens: random texts, of which only SHA-256 is kept."""

import re
import secrets
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from absense_server.ports.outside import NewRefreshToken

PREFIX: Final = "absr_"
"""So that one that lies about is recognized as what it is."""

_BYTES = 32
_NONCE_BYTES = 12
# 32 bytes in base64url: the last character carries 4 bits, and its other 2 are 0
_SHAPE = re.compile(rf"{PREFIX}[A-Za-z0-9_-]{{42}}[AEIMQUYcgkosw048]")
_PURPOSE = b"absense/refresh-token-successor/v1"


class RandomRefreshTokens:
    """256 random bits each.

    A successor is encrypted by AES-256-GCM under a key derived (HKDF-SHA256) from the token before it, which is not
    kept: whoever has but the database opens none.
    """

    def new(self) -> NewRefreshToken:
        """One that there never was."""
        text = PREFIX + secrets.token_urlsafe(_BYTES)
        return NewRefreshToken(text, _hash(text))

    def hash(self, text: str) -> bytes | None:
        """What is kept of a token; None for a text that is none."""
        return _hash(text) if _SHAPE.fullmatch(text) else None

    def seal(self, successor: str, under: str) -> bytes:
        """`successor`, encrypted under the token before it."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + _cipher(under).encrypt(nonce, successor.encode(), _hash(under))

    def open(self, sealed: bytes, under: str) -> str | None:
        """The successor of `under`; None where it was altered, or belongs to another."""
        try:
            opened = _cipher(under).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], _hash(under))
        except (InvalidTag, ValueError):  # ValueError: shorter than a nonce and a tag
            return None
        return opened.decode()


def _hash(text: str) -> bytes:
    return sha256(text.encode()).digest()


def _cipher(token: str) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt=None, info=_PURPOSE).derive(token.encode()))
