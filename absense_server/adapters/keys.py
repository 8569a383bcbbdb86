"""Keys for every purpose, derived from SECRET_KEY."""

from collections.abc import Sequence

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_KEY_ID_PURPOSE = "absense/key-id/v1"
_KEY_ID_BYTES = 6


class KeyRing:
    """The SECRET_KEYs: the current one writes, the older ones only read.

    Each purpose has its own key, HKDF-SHA256 (RFC 5869, no salt) of a SECRET_KEY with the purpose as info, so
    that none tells anything about another. A purpose is a text like "absense/access-token/v1". A SECRET_KEY
    must be random (settings check its length): HKDF is fast, and does not slow down the search for a
    guessable one.
    """

    def __init__(self, current: str, older: Sequence[str] = ()) -> None:
        self._secrets: dict[str, bytes] = {}
        for text in (current, *older):
            if not text:
                raise ValueError("a SECRET_KEY is empty")
            secret = text.encode()
            self._secrets.setdefault(_derive(secret, _KEY_ID_PURPOSE, _KEY_ID_BYTES).hex(), secret)
        self.key_id = next(iter(self._secrets))

    def derive(self, purpose: str) -> bytes:
        """32 bytes for one purpose, from the current SECRET_KEY."""
        return self.derive_all(purpose)[self.key_id]

    def derive_all(self, purpose: str) -> dict[str, bytes]:
        """32 bytes for one purpose from every SECRET_KEY, by key id, the current one first."""
        return {key_id: _derive(secret, purpose, 32) for key_id, secret in self._secrets.items()}

    @property
    def key_ids(self) -> frozenset[str]:
        """The ids of all SECRET_KEYs."""
        return frozenset(self._secrets)

    def __repr__(self) -> str:
        return f"KeyRing({', '.join(self._secrets)})"


def _derive(secret: bytes, purpose: str, length: int) -> bytes:
    return HKDF(SHA256(), length, salt=None, info=purpose.encode()).derive(secret)
