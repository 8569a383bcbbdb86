"""Refresh tokens as texts, and the one that is kept under the one before it."""

import hashlib
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from absense_server.adapters.refresh_tokens import RandomRefreshTokens

TOKENS = RandomRefreshTokens()
FIRST, SECOND = TOKENS.new(), TOKENS.new()


def test_each_is_new_and_known_by_its_hash_alone() -> None:
    assert re.fullmatch(r"absr_[A-Za-z0-9_-]{43}", FIRST.text)
    assert FIRST != SECOND
    assert TOKENS.hash(FIRST.text) == FIRST.hash
    assert FIRST.hash == hashlib.sha256(FIRST.text.encode()).digest()
    assert FIRST.text not in repr(FIRST)


@given(st.text() | st.from_regex(r"absr_[A-Za-z0-9_-]{40,46}", fullmatch=True))
@example("")
@example("\ud800")
@example("absr_" + "A" * 42 + "B")
def test_other_texts_have_none(text: str) -> None:
    hashed = TOKENS.hash(text)
    assert hashed is None or (len(text) == 48 and text[-1] in "AEIMQUYcgkosw048")


def test_a_successor_is_opened_by_the_token_before_it_alone() -> None:
    sealed = TOKENS.seal(SECOND.text, under=FIRST.text)
    assert SECOND.text.encode() not in sealed
    assert sealed != TOKENS.seal(SECOND.text, under=FIRST.text)
    assert TOKENS.open(sealed, under=FIRST.text) == SECOND.text
    for other in (SECOND.text, FIRST.hash.hex(), ""):
        assert TOKENS.open(sealed, under=other) is None


@pytest.mark.parametrize("length", [0, 5, 12, 20])
def test_what_was_altered_or_cut_is_not_opened(length: int) -> None:
    sealed = TOKENS.seal(SECOND.text, under=FIRST.text)
    assert TOKENS.open(sealed[:length], under=FIRST.text) is None
    altered = bytearray(sealed)
    altered[length] ^= 1
    assert TOKENS.open(bytes(altered), under=FIRST.text) is None
