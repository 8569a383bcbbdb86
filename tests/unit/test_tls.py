"""The server's certificates and key: what cannot be served with is said, and shows nothing of the key."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from absense_server.adapters import tls
from absense_server.adapters.tls import TlsUnusable
from tests.support.certificates import LIFE, Files, Issued, files_in, issue

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
BEGAN = NOW - timedelta(days=1)
ROOT = issue("root", begins=BEGAN - LIFE, life=3 * LIFE)
BETWEEN = issue("between", ROOT, begins=BEGAN, life=LIFE)
SERVER = issue("server", BETWEEN, begins=BEGAN)


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return files_in(tmp_path)


def test_a_chain_and_its_key_are_taken_as_they_are(files: Files) -> None:
    keys = tls.read(*_paths(files.write(SERVER, BETWEEN)), NOW)
    assert (keys.chain, keys.private_key) == (SERVER.pem + BETWEEN.pem, SERVER.key_pem())
    assert keys.expires_at == BEGAN + LIFE
    assert not keys.readable_by_anyone
    assert "PRIVATE KEY" not in repr(keys)


@pytest.mark.parametrize(
    ("left", "soon"), [(timedelta(days=31), False), (timedelta(days=29), True), (timedelta(seconds=1), True)]
)
def test_a_certificate_that_expires_within_a_month_does_so_soon(files: Files, left: timedelta, soon: bool) -> None:
    now = BEGAN + LIFE - left
    assert tls.read(*_paths(files.write(SERVER, BETWEEN)), now).expires_soon(now) is soon


def test_a_key_that_every_user_of_the_machine_can_read_is_noticed(files: Files) -> None:
    files.write(SERVER).key.chmod(0o644)
    assert tls.read(*_paths(files), NOW).readable_by_anyone
    files.key.chmod(0o640)
    assert not tls.read(*_paths(files), NOW).readable_by_anyone


@pytest.mark.parametrize("key", [ec.generate_private_key(ec.SECP384R1()), rsa.generate_private_key(65_537, 2048)])
def test_the_usual_kinds_of_keys_will_do(files: Files, key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> None:
    files.write(issue("server", ROOT, key=key, begins=BEGAN))
    assert tls.read(*_paths(files), NOW).chain


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda files: files.chain.unlink(), "TLS_CERTIFICATE_FILE: .* cannot be read: No such file or directory"),
        (lambda files: files.key.unlink(), "TLS_KEY_FILE: .* cannot be read: No such file or directory"),
        (lambda files: files.chain.write_bytes(b"no PEM"), "TLS_CERTIFICATE_FILE: has no certificates"),
        (lambda files: files.chain.write_bytes(b""), "TLS_CERTIFICATE_FILE: has no certificates"),
        (lambda files: files.key.write_bytes(b"no PEM"), "TLS_KEY_FILE: has no private key"),
        (lambda files: files.key.write_bytes(SERVER.pem), "TLS_KEY_FILE: has no private key"),
        (lambda files: files.key.write_bytes(SERVER.key_pem(b"hunter2")), "TLS_KEY_FILE: the key is encrypted"),
        (lambda files: files.key.write_bytes(ROOT.key_pem()), "the key is not that of the certificate"),
        (lambda files: files.write(BETWEEN, SERVER, key=SERVER.key_pem()), "has to come first"),
        (
            lambda files: files.write(issue("server", ROOT, begins=NOW - LIFE)),
            "TLS_CERTIFICATE_FILE: CN=server expired on 2026-05-04",
        ),
        (
            lambda files: files.write(SERVER, issue("between", ROOT, begins=NOW - LIFE)),
            "TLS_CERTIFICATE_FILE: CN=between expired on 2026-05-04",
        ),
        (
            lambda files: files.write(issue("server", ROOT, begins=NOW + timedelta(hours=1))),
            "CN=server is not good before 2026-05-04 10:00 UTC",
        ),
        (
            lambda files: files.key.write_bytes(issue("server", key=ec.generate_private_key(ec.SECP521R1())).key_pem()),
            "not every client can use such a key",
        ),
        (
            lambda files: files.write(SERVER, key=_pem(ed25519.Ed25519PrivateKey.generate())),
            "not every client can use such a key",
        ),
        (
            lambda files: files.write(SERVER, key=_pem(rsa.generate_private_key(65_537, 1024))),  # noqa: S505 - refused
            "not every client can use such a key",
        ),
    ],
)
def test_what_cannot_be_served_with_is_said(files: Files, spoil: Callable[[Files], object], said: str) -> None:
    spoil(files.write(SERVER, BETWEEN))
    with pytest.raises(TlsUnusable, match=said) as unusable:
        tls.read(*_paths(files), NOW)
    assert "PRIVATE KEY" not in str(unusable.value)
    assert unusable.value.__cause__ is None


def _paths(files: Files) -> tuple[Path, Path]:
    return files.chain, files.key


def _pem(key: ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey) -> bytes:
    return Issued(SERVER.certificate, key).key_pem()
