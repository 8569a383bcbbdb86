"""What a phone keeps: its key, its tokens, and a claim that has no answer yet. On a phone: the keystore and a file."""

import json
import os
import uuid
from dataclasses import asdict, dataclass
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from absense.v1 import student_service_pb2

_BINDING_CONTEXT = b"absense.binding.v1\0"
_CLAIM_CONTEXT = b"absense.claim.v1\0"


@dataclass
class SignIn:
    """Somebody who has signed in."""

    user_id: str
    access_token: str
    access_token_expires: float
    """The server's time, seconds since 1970."""
    refresh_token: str
    request_id: str = ""
    """Of an exchange of the refresh token that was begun, and may not have been answered."""


class Keystore:
    """A folder that only its owner reads."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._key_file, self._identifier_file = folder / "device.pem", folder / "device.txt"
        self._sign_in_file, self._claim_file = folder / "sign-in.json", folder / "claim.bin"
        if not self._key_file.exists():
            self._make_device()
        self.identifier = self._identifier_file.read_text(encoding="ascii")
        """Of this installation of the app."""

    def _make_device(self) -> None:
        # on a phone the keystore makes the key, and it cannot be taken out
        key = ec.generate_private_key(ec.SECP256R1())
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        _write(self._identifier_file, f"installation-{uuid.uuid4()}".encode("ascii"))
        _write(self._key_file, pem)

    @property
    def public_key(self) -> bytes:
        """DER SubjectPublicKeyInfo, as DeviceKey wants it."""
        return (
            self._key()
            .public_key()
            .public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        )

    def sign_binding(self, statement: bytes) -> bytes:
        """The signature of a serialized BindingStatement."""
        return self._key().sign(_BINDING_CONTEXT + statement, ec.ECDSA(hashes.SHA256()))

    def sign_claim(self, statement: bytes) -> bytes:
        """The signature of a serialized ClaimStatement."""
        return self._key().sign(_CLAIM_CONTEXT + statement, ec.ECDSA(hashes.SHA256()))

    def _key(self) -> ec.EllipticCurvePrivateKey:
        key = serialization.load_pem_private_key(self._key_file.read_bytes(), None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise TypeError(f"{self._key_file} holds no P-256 key: remove it, and bind the device anew.")
        return key

    @property
    def sign_in(self) -> SignIn | None:
        """Who is signed in; None: nobody."""
        if not self._sign_in_file.exists():
            return None
        return SignIn(**json.loads(self._sign_in_file.read_bytes()))

    @sign_in.setter
    def sign_in(self, sign_in: SignIn | None) -> None:
        if sign_in is None:
            self._sign_in_file.unlink(missing_ok=True)
        else:
            _write(self._sign_in_file, json.dumps(asdict(sign_in)).encode())

    @property
    def claim(self) -> student_service_pb2.SubmitAttendanceInlineRequest | None:
        """A claim, with its selfie, that has no answer yet; None: there is none."""
        if not self._claim_file.exists():
            return None
        return student_service_pb2.SubmitAttendanceInlineRequest.FromString(self._claim_file.read_bytes())

    @claim.setter
    def claim(self, claim: student_service_pb2.SubmitAttendanceInlineRequest | None) -> None:
        if claim is None:
            self._claim_file.unlink(missing_ok=True)
        else:
            _write(self._claim_file, claim.SerializeToString())


def _write(file: Path, content: bytes) -> None:
    """Whole or not at all, whatever happens meanwhile."""
    new = file.with_suffix(".new")
    with open(new, "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    new.replace(file)
