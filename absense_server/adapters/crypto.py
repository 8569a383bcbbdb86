"""Signatures of phones, keyed hashes of identifiers, encryption of blobs."""

import hmac
import re
import secrets
import unicodedata
from collections.abc import Iterable, Mapping
from hashlib import sha256

from cryptography.exceptions import InvalidSignature, InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from absense_server.ports.outside import BlobDamaged, Sealed, Vault

_IMEI = re.compile(r"[0-9]{15}")
_IMEI_SEPARATORS = re.compile(r"[ /.-]")
_KEY_BYTES = 32
_NONCE_BYTES = 12
# What is authenticated begins with what it is, so that a wrapped key is never taken for a blob.
_BLOB = b"absense.blob.v1\0"
_BLOB_KEY = b"absense.blob-key.v1\0"


class P256Signatures:
    """ECDSA with P-256 and SHA-256; keys are DER SubjectPublicKeyInfo, signatures DER."""

    def canonical(self, public_key: bytes) -> bytes | None:
        """The key in the one form of DER SubjectPublicKeyInfo (point uncompressed); None unless it is P-256."""
        key = _p256(public_key)
        return None if key is None else key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    def verify(self, public_key: bytes, message: bytes, signature: bytes) -> bool:
        """Whether `signature` over `message` is by `public_key`; False for anything malformed."""
        key = _p256(public_key)
        if key is None:
            return False
        try:
            key.verify(signature, message, ECDSA(SHA256()))
        except InvalidSignature:
            return False
        return True


def _p256(public_key: bytes) -> EllipticCurvePublicKey | None:
    try:
        key = load_der_public_key(public_key)
    except (ValueError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1) else None


class HmacIdentifierKeys:
    """HMAC-SHA256 of device identifiers, so that the few there are cannot be searched without a key."""

    def __init__(self, keys: Iterable[bytes]) -> None:
        """`keys`: the one in use first, then older ones."""
        self._keys = tuple(keys)

    def macs(self, identifier: str) -> tuple[bytes, ...]:
        """32 bytes under each key, whatever the text's composition (NFC), the space around it, an IMEI's grouping."""
        text = unicodedata.normalize("NFC", identifier).strip()
        digits = _IMEI_SEPARATORS.sub("", text)
        if _IMEI.fullmatch(digits):
            text = digits
        return tuple(hmac.digest(key, text.encode(), sha256) for key in self._keys)


class AesGcmVault:
    """AES-256-GCM with a random key for each blob, itself encrypted under a master key.

    - ciphertext: nonce (12 bytes) | plaintext encrypted under the blob's key | tag (16 bytes)
    - wrapped key: nonce (12 bytes) | the blob's key (32 bytes) encrypted under the master key | tag (16
    bytes)

    Each also authenticates the context, behind a prefix of its own (`_BLOB`, `_BLOB_KEY`).

    Nonces are random: good for 2^32 blobs under one master key (NIST SP 800-38D, 8.3), some 400 a second for
    a year.
    """

    def __init__(self, master_keys: Mapping[str, bytes], current: str) -> None:
        self._masters = {key_id: AESGCM(key) for key_id, key in master_keys.items()}
        self._current = current
        if current not in self._masters:
            raise ValueError("the current master key is not among the master keys")

    def seal(self, plaintext: bytes, context: bytes) -> Sealed:
        """Encrypt under a new key, wrapped under the current master key."""
        key = secrets.token_bytes(_KEY_BYTES)
        wrapped = _encrypt(self._masters[self._current], key, _BLOB_KEY + context)
        return Sealed(_encrypt(AESGCM(key), plaintext, _BLOB + context), wrapped, self._current)

    def open(self, sealed: Sealed, context: bytes) -> bytes:
        """What was sealed under `context`.

        Raises BlobDamaged when it was altered, belongs elsewhere, or its master key is not known.
        """
        master = self._masters.get(sealed.key_id)
        if master is None:
            raise BlobDamaged(f"the master key {sealed.key_id!r} is not known")
        try:
            key = AESGCM(_decrypt(master, sealed.wrapped_key, _BLOB_KEY + context))
            return _decrypt(key, sealed.ciphertext, _BLOB + context)
        except (InvalidTag, ValueError) as error:  # ValueError: shorter than a nonce and a tag
            raise BlobDamaged("a blob, its key or its context is not what was written") from error


class OptionalVault:
    """A vault that may be switched off: what is sealed from then on stays as it is, with no key. It opens both."""

    def __init__(self, vault: Vault, *, sealing: bool) -> None:
        self._vault = vault
        self._sealing = sealing

    def seal(self, plaintext: bytes, context: bytes) -> Sealed:
        return self._vault.seal(plaintext, context) if self._sealing else Sealed(plaintext, b"", "")

    def open(self, sealed: Sealed, context: bytes) -> bytes:
        """What was sealed under `context`. Raises BlobDamaged; nothing tells whether what has no key was altered."""
        return self._vault.open(sealed, context) if sealed.key_id else sealed.ciphertext


def _encrypt(key: AESGCM, plaintext: bytes, context: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + key.encrypt(nonce, plaintext, context)


def _decrypt(key: AESGCM, data: bytes, context: bytes) -> bytes:
    return key.decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], context)
