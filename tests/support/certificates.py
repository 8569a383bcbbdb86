"""A certificate authority for a test, and what it signs."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

LIFE = timedelta(days=90)


def new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@dataclass(frozen=True)
class Issued:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: CertificateIssuerPrivateKeyTypes

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    def key_pem(self, password: bytes = b"") -> bytes:
        return self.key.private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(password) if password else NoEncryption()
        )


def issue(
    name: str,
    by: Issued | None = None,
    *,
    key: CertificateIssuerPrivateKeyTypes | None = None,
    begins: datetime | None = None,
    life: timedelta = LIFE,
) -> Issued:
    """A certificate for 127.0.0.1; without an issuer one that signs itself, and others."""
    key = key or new_key()
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    begins = begins or datetime.now(UTC) - timedelta(minutes=1)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if by is None else by.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + life)
        .add_extension(x509.BasicConstraints(ca=not name.startswith("server"), path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
    )
    return Issued(builder.sign(key if by is None else by.key, hashes.SHA256()), key)


@dataclass(frozen=True)
class Files:
    """Where a server finds its certificates and their key."""

    chain: Path
    key: Path

    def write(self, *chain: Issued, key: bytes | None = None) -> "Files":
        self.chain.write_bytes(b"".join(issued.pem for issued in chain))
        self.key.touch(mode=0o600)
        self.key.write_bytes(chain[0].key_pem() if key is None else key)
        return self


def files_in(folder: Path) -> Files:
    return Files(folder / "chain.pem", folder / "key.pem")
