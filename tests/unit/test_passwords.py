"""Password hashes."""

import hashlib
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from absense_server.adapters.passwords import Pbkdf2Passwords

ROUNDS = 7
PASSWORDS = Pbkdf2Passwords(ROUNDS)


@settings(max_examples=50)
@given(st.text(), st.text())
@example("", "\0")
@example("secret", "secret\0")
def test_a_password_verifies_its_own_hash_alone(password: str, other: str) -> None:
    hashed = PASSWORDS.hash(password)
    assert PASSWORDS.verify(password, hashed)
    assert PASSWORDS.verify(other, hashed) == (other == password) or normalized(other) == normalized(password)


def normalized(password: str) -> str:
    import unicodedata  # noqa: PLC0415

    return unicodedata.normalize("NFKC", password)


def test_by_default_600_000_rounds_of_pbkdf2_sha256() -> None:
    assert re.fullmatch(r"\$pbkdf2-sha256\$600000\$[./\w]{22}\$[./\w]{43}", Pbkdf2Passwords().hash("a"))


def test_a_password_hashes_differently_each_time() -> None:
    assert PASSWORDS.hash("correct horse") != PASSWORDS.hash("correct horse")


@pytest.mark.parametrize(
    ("typed", "chosen"),
    [
        ("pass\u00e9", "passe\u0301"),  # é, composed and not
        ("\uff50\uff41\uff53\uff53", "pass"),  # full-width letters
        ("\ufb01ne", "fine"),  # a ligature
        ("5\u00b2", "52"),
    ],
)
def test_the_same_characters_are_the_same_password(typed: str, chosen: str) -> None:
    assert PASSWORDS.verify(typed, PASSWORDS.hash(chosen))


@pytest.mark.parametrize(("typed", "chosen"), [("Password", "password"), (" password", "password"), ("", " ")])
def test_case_and_space_count(typed: str, chosen: str) -> None:
    assert not PASSWORDS.verify(typed, PASSWORDS.hash(chosen))


@pytest.mark.parametrize("length", [1, 63, 64, 65, 66, 4096])
def test_long_passwords_are_hashed_as_pbkdf2_says(length: int) -> None:
    password = "x" * length
    _, _, rounds, salt, checksum = PASSWORDS.hash(password).split("$")
    expected = hashlib.pbkdf2_hmac("sha256", password.encode(), from_ab64(salt), int(rounds))
    assert from_ab64(checksum) == expected


def from_ab64(text: str) -> bytes:
    import base64  # noqa: PLC0415

    return base64.b64decode(text.replace(".", "+") + "=" * (-len(text) % 4))


def test_every_character_of_a_long_password_counts() -> None:
    assert not PASSWORDS.verify("x" * 4095 + "y", PASSWORDS.hash("x" * 4096))


def test_a_password_that_grows_in_normalization_is_no_trouble() -> None:
    password = "\ufdfa" * 1365  # 4,095 bytes, 18 characters each in NFKC
    assert PASSWORDS.verify(password, PASSWORDS.hash(password))


def test_nobodys_password_is_never_right() -> None:
    for password in ("", "password", "\0"):
        assert PASSWORDS.verify(password, None) is False
        assert PASSWORDS.verify(password, "") is False


@pytest.mark.parametrize("hashed", [None, "somebody's"])
def test_nobodys_password_costs_what_somebodys_does(hashed: str | None) -> None:
    passwords = Pbkdf2Passwords(ROUNDS)
    if hashed:
        hashed = PASSWORDS.hash(hashed)
    with counted_hashes() as rounds:
        passwords.verify("guess", hashed)
    assert rounds == [ROUNDS]


@contextmanager
def counted_hashes() -> Iterator[list[int]]:
    """The rounds of every PBKDF2 that passlib asks the standard library for."""
    from passlib.handlers import pbkdf2  # noqa: PLC0415

    rounds: list[int] = []

    def counted(digest: str, secret: bytes, salt: bytes, count: int, keylen: int | None = None) -> bytes:
        rounds.append(count)
        return hashlib.pbkdf2_hmac(digest, secret, salt, count, keylen)

    with patch.object(pbkdf2, "pbkdf2_hmac", counted):
        yield rounds


def test_a_hash_of_other_rounds_is_still_read() -> None:
    assert Pbkdf2Passwords(ROUNDS + 1).verify("old", PASSWORDS.hash("old"))


@pytest.mark.parametrize("password", ["123456", "password", "PASSWORD", "PassWord", "qwertyuiop", "\uff50assword"])
def test_common_passwords(password: str) -> None:
    assert PASSWORDS.is_common(password)


@pytest.mark.parametrize("password", ["", "mauve-otter-sextant-71", "passwordpasswordpassword"])
def test_uncommon_passwords(password: str) -> None:
    assert not PASSWORDS.is_common(password)


def test_it_imports_without_a_warning_and_without_the_list() -> None:
    code = "import sys, absense_server.adapters.passwords; sys.exit('zxcvbn.frequency_lists' in sys.modules)"
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)
