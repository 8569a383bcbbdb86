"""Keys derived from SECRET_KEY."""

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from absense_server.adapters.keys import KeyRing
from absense_server.domain.codes import hkdf

NOW, BEFORE, LONG_AGO = "now-" * 8, "before-" * 5, "long-ago-" * 4
PURPOSE = "absense/test/v1"


@given(st.binary(min_size=1, max_size=100), st.binary(max_size=100))
def test_the_domain_derives_as_cryptography_does(key: bytes, info: bytes) -> None:
    assert hkdf(key, info) == HKDF(SHA256(), 32, salt=None, info=info).derive(key)


def test_a_key_is_plain_hkdf_of_the_secret_for_its_purpose() -> None:
    assert KeyRing(NOW).derive(PURPOSE) == hkdf(NOW.encode(), PURPOSE.encode())


def test_each_purpose_and_each_secret_has_its_own_key() -> None:
    keys = {KeyRing(secret).derive(purpose) for secret in (NOW, BEFORE) for purpose in (PURPOSE, PURPOSE + "1", "")}
    assert len(keys) == 6
    assert {len(key) for key in keys} == {32}


def test_the_same_secret_gives_the_same_keys_and_id_everywhere() -> None:
    one, other = KeyRing(NOW), KeyRing(NOW, [BEFORE])
    assert (one.key_id, one.derive(PURPOSE)) == (other.key_id, other.derive(PURPOSE))


def test_every_key_by_id_the_current_first() -> None:
    ring = KeyRing(NOW, [BEFORE, LONG_AGO])
    keys = ring.derive_all(PURPOSE)
    assert list(keys) == [KeyRing(secret).key_id for secret in (NOW, BEFORE, LONG_AGO)]
    assert list(keys.values()) == [KeyRing(secret).derive(PURPOSE) for secret in (NOW, BEFORE, LONG_AGO)]
    assert next(iter(keys)) == ring.key_id


def test_a_secret_listed_twice_counts_once() -> None:
    assert list(KeyRing(NOW, [BEFORE, NOW, BEFORE]).derive_all(PURPOSE)) == [
        KeyRing(NOW).key_id,
        KeyRing(BEFORE).key_id,
    ]


def test_a_key_id_is_short_and_no_part_of_a_key() -> None:
    ring = KeyRing(NOW)
    assert len(ring.key_id) == 12
    assert bytes.fromhex(ring.key_id) not in ring.derive("absense/key-id/v2")


def test_repr_shows_no_secret() -> None:
    ring = KeyRing(NOW, [BEFORE])
    for shown in (repr(ring), str(ring)):
        assert "now-" not in shown
        assert "before-" not in shown
        assert shown == f"KeyRing({ring.key_id}, {KeyRing(BEFORE).key_id})"


@pytest.mark.parametrize("secrets", [("", []), (NOW, [""])])
def test_an_empty_secret_is_refused(secrets: tuple[str, list[str]]) -> None:
    with pytest.raises(ValueError, match="empty"):
        KeyRing(*secrets)
