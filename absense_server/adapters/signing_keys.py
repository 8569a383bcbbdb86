"""Keys of access tokens: Ed25519 from PEM files (RFC 8410), or a secret that SECRET_KEY gives."""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Final, Literal

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from absense_server.adapters.keys import KeyRing
from absense_server.ports.outside import SigningKey

PURPOSE: Final = "absense/access-token/v1"
_MAKE_ONE = "Make one with: openssl genpkey -algorithm ed25519 -out signing-key.pem"


class SigningKeyUnusable(Exception):
    """A file that a setting names is not the key it should be; `str()` says what to do."""


@dataclass(frozen=True, slots=True)
class TokenKeys:
    """What tokens are signed with, and all that they are verified with, by `kid`."""

    algorithm: Literal["HS256", "EdDSA"]
    key_id: str
    signing: bytes | Ed25519PrivateKey = field(repr=False)
    verifying: Mapping[str, bytes | Ed25519PublicKey] = field(repr=False)

    @property
    def public(self) -> Sequence[SigningKey]:
        """Those that partners may know, the one that is signed with first."""
        return [
            SigningKey(key_id, self.algorithm, jwk_of(key), current=key_id == self.key_id)
            for key_id, key in self.verifying.items()
            if isinstance(key, Ed25519PublicKey)
        ]


def secret_keys(ring: KeyRing) -> TokenKeys:
    """HS256 under keys derived from the SECRET_KEYs."""
    keys = ring.derive_all(PURPOSE)
    return TokenKeys("HS256", ring.key_id, keys[ring.key_id], keys)


def ed25519_keys(signing_file: Path, verifying_files: Sequence[Path]) -> TokenKeys:
    """EdDSA under the private key in one file; those in the others, private or public, only verify.

    Raises SigningKeyUnusable.
    """
    signing = _File("SIGNING_KEY_FILE", signing_file).private()
    others = [_File("VERIFYING_KEY_FILES", file).public() for file in verifying_files]
    verifying = {thumbprint(key): key for key in (signing.public_key(), *others)}
    return TokenKeys("EdDSA", next(iter(verifying)), signing, verifying)


def thumbprint(key: Ed25519PublicKey) -> str:
    """RFC 7638, as RFC 8037 has it for such keys."""
    needed = {"crv": "Ed25519", "kty": "OKP", "x": _x(key)}
    return _base64url(sha256(json.dumps(needed, separators=(",", ":"), sort_keys=True).encode()).digest())


def jwk_of(key: Ed25519PublicKey) -> str:
    """The key as a JSON Web Key (RFC 7517, RFC 8037)."""
    return json.dumps(
        {"kty": "OKP", "crv": "Ed25519", "x": _x(key), "kid": thumbprint(key), "use": "sig", "alg": "EdDSA"}
    )


def _x(key: Ed25519PublicKey) -> str:
    return _base64url(key.public_bytes(Encoding.Raw, PublicFormat.Raw))


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


@dataclass(frozen=True, slots=True)
class _File:
    """A file that a setting names."""

    setting: str
    path: Path

    def private(self) -> Ed25519PrivateKey:
        """The private key in it."""
        return self._private(self._content())

    def public(self) -> Ed25519PublicKey:
        """The public key in it, or that of the private key in it."""
        content = self._content()
        if b"PRIVATE KEY" in content:
            return self._private(content).public_key()
        try:
            key = load_pem_public_key(content)
        except (ValueError, UnsupportedAlgorithm):
            raise self._unusable("is no key in PEM") from None
        if not isinstance(key, Ed25519PublicKey):
            raise self._unusable("is a key of another kind than Ed25519")
        return key

    def _content(self) -> bytes:
        try:
            return self.path.read_bytes()
        except OSError as error:
            raise self._unusable(f"cannot be read: {error.strerror}") from None

    def _private(self, content: bytes) -> Ed25519PrivateKey:
        try:
            key = load_pem_private_key(content, password=None)
        except TypeError:
            raise self._unusable("is under a pass phrase, which nobody is there to type") from None
        except (ValueError, UnsupportedAlgorithm):
            raise self._unusable("is no private key in PEM") from None
        if not isinstance(key, Ed25519PrivateKey):
            raise self._unusable("is a key of another kind than Ed25519")
        return key

    def _unusable(self, problem: str) -> SigningKeyUnusable:
        return SigningKeyUnusable(f"{self.setting}: {self.path} {problem}. {_MAKE_ONE}")
