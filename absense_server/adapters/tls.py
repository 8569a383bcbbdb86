"""The certificates that a server shows, and their key: read from files and held against each other."""

import stat
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

EXPIRES_SOON: Final = timedelta(days=30)
_LEAST_RSA_BITS: Final = 2048
_CURVES: Final = (ec.SECP256R1, ec.SECP384R1)
_READABLE_BY_ANYONE: Final = stat.S_IROTH | stat.S_IWOTH


class TlsUnusable(Exception):
    """Nobody can be served with these files; `str()` says why and what to do."""


@dataclass(frozen=True, slots=True)
class TlsKeys:
    """What a server proves with who it is."""

    chain: bytes
    """PEM, the server's own certificate first."""
    private_key: bytes = field(repr=False)
    """PEM."""
    expires_at: datetime
    """When the first certificate of the chain does."""
    readable_by_anyone: bool
    """The file of the key."""

    def expires_soon(self, now: datetime) -> bool:
        """Whether it is time for another certificate."""
        return self.expires_at - now < EXPIRES_SOON


def read(certificate_file: Path, key_file: Path, now: datetime) -> TlsKeys:
    """The certificates and the key in the files.

    Raises TlsUnusable unless they belong together and are good at `now`.
    """
    chain, private_key = _bytes(certificate_file, "TLS_CERTIFICATE_FILE"), _bytes(key_file, "TLS_KEY_FILE")
    certificates = _certificates(chain)
    _require_pair(certificates, _public_half(private_key))
    for certificate in certificates:
        _require_current(certificate, now)
    return TlsKeys(
        chain,
        private_key,
        min(certificate.not_valid_after_utc for certificate in certificates),
        bool(key_file.stat().st_mode & _READABLE_BY_ANYONE),
    )


def _bytes(file: Path, setting: str) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise TlsUnusable(f"{setting}: {file} cannot be read: {error.strerror}.") from None


def _certificates(chain: bytes) -> Sequence[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(chain)
    except ValueError:
        raise TlsUnusable(
            "TLS_CERTIFICATE_FILE: has no certificates that can be read. It has to be a PEM file: the server's own "
            "certificate, then those that lead to the root."
        ) from None


def _public_half(private_key: bytes) -> PublicKeyTypes:
    try:
        public: PublicKeyTypes = load_pem_private_key(private_key, password=None).public_key()
    except TypeError:
        raise TlsUnusable(
            "TLS_KEY_FILE: the key is encrypted, and nobody is there to type its password. Write it decrypted "
            "(openssl pkey), into a file that only the server can read."
        ) from None
    except Exception:  # noqa: BLE001 - ValueError, UnsupportedAlgorithm and more; none may show a part of the key
        raise TlsUnusable("TLS_KEY_FILE: has no private key that can be read. It has to be a PEM file.") from None
    if isinstance(public, rsa.RSAPublicKey) and public.key_size >= _LEAST_RSA_BITS:
        return public
    if isinstance(public, ec.EllipticCurvePublicKey) and isinstance(public.curve, _CURVES):
        return public
    raise TlsUnusable(
        "TLS_KEY_FILE: not every client can use such a key. Make one on the curve P-256 or P-384, or an RSA key of at "
        f"least {_LEAST_RSA_BITS} bits."
    )


def _require_pair(certificates: Sequence[x509.Certificate], public: PublicKeyTypes) -> None:
    ours = [_spelt(certificate.public_key()) == _spelt(public) for certificate in certificates]
    if not any(ours):
        raise TlsUnusable("TLS_CERTIFICATE_FILE, TLS_KEY_FILE: the key is not that of the certificate.")
    if not ours[0]:
        raise TlsUnusable("TLS_CERTIFICATE_FILE: the server's own certificate, that of the key, has to come first.")


def _spelt(public: object) -> bytes:
    spelt: bytes = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)  # type: ignore[attr-defined]
    return spelt


def _require_current(certificate: x509.Certificate, now: datetime) -> None:
    name = certificate.subject.rfc4514_string() or "the certificate"
    if now >= certificate.not_valid_after_utc:
        raise TlsUnusable(f"TLS_CERTIFICATE_FILE: {name} expired on {certificate.not_valid_after_utc:%Y-%m-%d}.")
    if now < certificate.not_valid_before_utc:
        begins = certificate.not_valid_before_utc
        raise TlsUnusable(f"TLS_CERTIFICATE_FILE: {name} is not good before {begins:%Y-%m-%d %H:%M} UTC.")
