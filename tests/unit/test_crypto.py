"""Signatures, identifiers, encryption."""

import base64
import hmac
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256, SHA384
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from absense_server.adapters.crypto import AesGcmVault, HmacIdentifierKeys, OptionalVault, P256Signatures
from absense_server.ports.outside import BlobDamaged, Sealed

SIGNATURES = P256Signatures()
PHONE = ec.generate_private_key(ec.SECP256R1())
MESSAGE = b"absense.claim.v1\0statement"
SIGNATURE = PHONE.sign(MESSAGE, ec.ECDSA(SHA256()))


def der(key: ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey | rsa.RSAPublicKey) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


PUBLIC = der(PHONE.public_key())


class TestSignatures:
    def test_a_phones_signature_holds(self) -> None:
        assert SIGNATURES.canonical(PUBLIC) == PUBLIC
        assert SIGNATURES.verify(PUBLIC, MESSAGE, SIGNATURE)

    def test_one_made_elsewhere_holds(self) -> None:
        # RFC 6979, A.2.5: P-256, SHA-256, "sample"
        numbers = ec.EllipticCurvePublicNumbers(
            0x60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6,
            0x7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299,
            ec.SECP256R1(),
        )
        signature = bytes.fromhex(
            "3046022100EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716"
            "022100F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8"
        )
        assert SIGNATURES.verify(der(numbers.public_key()), b"sample", signature)

    def test_another_phones_does_not(self) -> None:
        other = ec.generate_private_key(ec.SECP256R1())
        assert not SIGNATURES.verify(der(other.public_key()), MESSAGE, SIGNATURE)

    def test_another_hash_does_not(self) -> None:
        assert not SIGNATURES.verify(PUBLIC, MESSAGE, PHONE.sign(MESSAGE, ec.ECDSA(SHA384())))

    @given(st.binary())
    def test_another_message_does_not(self, message: bytes) -> None:
        assert SIGNATURES.verify(PUBLIC, message, SIGNATURE) == (message == MESSAGE)

    @given(st.binary())
    def test_any_bytes_for_a_signature(self, signature: bytes) -> None:
        assert not SIGNATURES.verify(PUBLIC, MESSAGE, signature)

    @given(st.integers(0, len(SIGNATURE) - 1), st.integers(1, 255))
    def test_a_changed_signature(self, position: int, change: int) -> None:
        altered = bytearray(SIGNATURE)
        altered[position] ^= change
        assert not SIGNATURES.verify(PUBLIC, MESSAGE, bytes(altered))

    @given(st.binary())
    def test_any_bytes_for_a_key(self, public_key: bytes) -> None:
        assert SIGNATURES.canonical(public_key) is None
        assert not SIGNATURES.verify(public_key, MESSAGE, SIGNATURE)

    @given(st.integers(0, len(PUBLIC) - 1), st.integers(1, 255))
    def test_a_changed_key(self, position: int, change: int) -> None:
        altered = bytearray(PUBLIC)
        altered[position] ^= change
        SIGNATURES.canonical(bytes(altered))
        assert not SIGNATURES.verify(bytes(altered), MESSAGE, SIGNATURE)

    @pytest.mark.parametrize(
        "public_key",
        [
            der(ec.generate_private_key(ec.SECP384R1()).public_key()),
            der(ec.generate_private_key(ec.SECP256K1()).public_key()),
            der(ed25519.Ed25519PrivateKey.generate().public_key()),
            der(rsa.generate_private_key(65537, 2048).public_key()),
            PHONE.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
            PHONE.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint),
            PUBLIC[:-1],
            PUBLIC + b"\0",
            b"",
        ],
        ids=["P-384", "secp256k1", "Ed25519", "RSA", "PEM", "bare point", "cut", "longer", "empty"],
    )
    def test_other_keys(self, public_key: bytes) -> None:
        assert SIGNATURES.canonical(public_key) is None
        assert not SIGNATURES.verify(public_key, MESSAGE, SIGNATURE)

    def test_a_point_that_is_not_on_the_curve(self) -> None:
        assert SIGNATURES.canonical(PUBLIC[:-64] + bytes(63) + b"\1") is None


class TestIdentifiers:
    def test_it_is_hmac_sha256(self) -> None:
        mac = HmacIdentifierKeys([b"k" * 32]).macs("490154203237518")[0]
        assert mac == hmac.digest(b"k" * 32, b"490154203237518", "sha256")

    @pytest.mark.parametrize("same", [" 490154203237518", "490154203237518\n", "\t490154203237518 "])
    def test_space_around_it_does_not_count(self, same: str) -> None:
        keys = HmacIdentifierKeys([b"k" * 32])
        assert keys.macs(same) == keys.macs("490154203237518")

    def test_composition_does_not_count(self) -> None:
        keys = HmacIdentifierKeys([b"k" * 32])
        assert keys.macs("te\u0301le\u0301phone") == keys.macs("t\u00e9l\u00e9phone")

    def test_key_case_and_text_do(self) -> None:
        one, other = HmacIdentifierKeys([b"k" * 32]), HmacIdentifierKeys([b"l" * 32])
        assert len({one.macs("a"), one.macs("A"), one.macs("b"), other.macs("a")}) == 4


MASTERS = {"new": b"n" * 32, "old": b"o" * 32}
VAULT = AesGcmVault(MASTERS, "new")
CONTEXT = b"image 1"


class TestVault:
    @given(st.binary(), st.binary())
    def test_what_is_sealed_can_be_opened(self, plaintext: bytes, context: bytes) -> None:
        sealed = VAULT.seal(plaintext, context)
        assert VAULT.open(sealed, context) == plaintext
        assert (len(sealed.ciphertext), len(sealed.wrapped_key)) == (len(plaintext) + 28, 60)

    def test_the_format_is_as_documented(self) -> None:
        sealed = VAULT.seal(b"photograph", CONTEXT)
        wrapped, data = sealed.wrapped_key, sealed.ciphertext
        key = AESGCM(b"n" * 32).decrypt(wrapped[:12], wrapped[12:], b"absense.blob-key.v1\0" + CONTEXT)
        assert len(key) == 32
        assert AESGCM(key).decrypt(data[:12], data[12:], b"absense.blob.v1\0" + CONTEXT) == b"photograph"

    def test_it_reads_what_was_written_before(self) -> None:
        """A blob of the first version: the format may not change unnoticed."""
        sealed = replace(
            VAULT.seal(b"", CONTEXT),
            ciphertext=base64.b64decode(KEPT_CIPHERTEXT),
            wrapped_key=base64.b64decode(KEPT_KEY),
        )
        assert VAULT.open(sealed, CONTEXT) == b"a selfie"

    def test_the_same_bytes_are_never_sealed_alike(self) -> None:
        one, other = VAULT.seal(b"same", CONTEXT), VAULT.seal(b"same", CONTEXT)
        assert one.ciphertext != other.ciphertext
        assert one.wrapped_key != other.wrapped_key

    def test_an_older_master_key_still_opens(self) -> None:
        sealed = AesGcmVault(MASTERS, "old").seal(b"kept", CONTEXT)
        assert sealed.key_id == "old"
        assert VAULT.open(sealed, CONTEXT) == b"kept"
        assert VAULT.seal(b"kept", CONTEXT).key_id == "new"

    def test_an_unknown_master_key(self) -> None:
        sealed = replace(VAULT.seal(b"kept", CONTEXT), key_id="lost")
        with pytest.raises(BlobDamaged, match="lost"):
            VAULT.open(sealed, CONTEXT)

    def test_the_wrong_master_key(self) -> None:
        with pytest.raises(BlobDamaged):
            VAULT.open(replace(VAULT.seal(b"kept", CONTEXT), key_id="old"), CONTEXT)

    def test_another_context(self) -> None:
        with pytest.raises(BlobDamaged):
            VAULT.open(VAULT.seal(b"kept", CONTEXT), b"image 2")

    def test_another_blobs_key_or_bytes(self) -> None:
        one, other = VAULT.seal(b"one", CONTEXT), VAULT.seal(b"other", CONTEXT)
        with pytest.raises(BlobDamaged):
            VAULT.open(replace(one, ciphertext=other.ciphertext), CONTEXT)
        with pytest.raises(BlobDamaged):
            VAULT.open(replace(one, ciphertext=one.wrapped_key), CONTEXT)

    @pytest.mark.parametrize("part", ["ciphertext", "wrapped_key"])
    @given(data=st.data(), change=st.integers(1, 255))
    def test_one_changed_byte(self, part: str, data: st.DataObject, change: int) -> None:
        sealed = VAULT.seal(b"photograph", CONTEXT)
        altered = bytearray(getattr(sealed, part))
        altered[data.draw(st.integers(0, len(altered) - 1))] ^= change
        with pytest.raises(BlobDamaged):
            VAULT.open(with_part(sealed, part, bytes(altered)), CONTEXT)

    @pytest.mark.parametrize("part", ["ciphertext", "wrapped_key"])
    @given(other=st.binary(max_size=80))
    def test_any_bytes(self, part: str, other: bytes) -> None:
        with pytest.raises(BlobDamaged):
            VAULT.open(with_part(VAULT.seal(b"photograph", CONTEXT), part, other), CONTEXT)

    def test_the_current_key_must_be_there(self) -> None:
        with pytest.raises(ValueError, match="not among"):
            AesGcmVault(MASTERS, "lost")


def with_part(sealed: Sealed, part: str, data: bytes) -> Sealed:
    return replace(sealed, ciphertext=data) if part == "ciphertext" else replace(sealed, wrapped_key=data)


KEPT_CIPHERTEXT = "dT3nx3J9ARYOYw/Nbx+TCjp8g+a39u3v5OTnVG3TGq5fAK48"
KEPT_KEY = "fjW32gpBpEZ6nGLbz40uPsdPJkz8v6yh0hyqtgNxoBZZHFS+JylDlu+g8KV4QkAxaFcSbkNDLrxA/nd1"


class TestOptionalVault:
    ON, OFF = OptionalVault(VAULT, sealing=True), OptionalVault(VAULT, sealing=False)

    def test_switched_on_it_seals(self) -> None:
        sealed = self.ON.seal(b"photograph", CONTEXT)
        assert sealed.key_id == "new"
        assert VAULT.open(sealed, CONTEXT) == b"photograph"

    def test_switched_off_it_leaves_things_as_they_are(self) -> None:
        assert self.OFF.seal(b"photograph", CONTEXT) == Sealed(b"photograph", b"", "")

    @pytest.mark.parametrize("vault", [ON, OFF])
    def test_it_opens_both(self, vault: OptionalVault) -> None:
        assert vault.open(self.ON.seal(b"photograph", CONTEXT), CONTEXT) == b"photograph"
        assert vault.open(self.OFF.seal(b"photograph", CONTEXT), CONTEXT) == b"photograph"

    def test_what_has_a_key_is_never_taken_as_it_is(self) -> None:
        sealed = self.ON.seal(b"photograph", CONTEXT)
        with pytest.raises(BlobDamaged):
            self.OFF.open(replace(sealed, ciphertext=b"photograph"), CONTEXT)

    def test_a_vault_that_cannot_be_switched_off_opens_nothing_without_a_key(self) -> None:
        with pytest.raises(BlobDamaged):
            VAULT.open(self.OFF.seal(b"photograph", CONTEXT), CONTEXT)
