"""Access tokens."""

import base64
import hmac
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from absense_server.adapters.keys import KeyRing
from absense_server.adapters.tokens import PURPOSE, JwtAccessTokens
from absense_server.domain.errors.accounts import TokenExpired, TokenInvalid
from absense_server.domain.ids import SignInId, UserId
from absense_server.domain.people import Role
from absense_server.ports.outside import AccessClaims

# Long ago, so that a look at the system clock would show.
NOW = datetime(2001, 2, 3, 4, 5, 6, 789012, tzinfo=UTC)
RING = KeyRing("a secret of thirty-two characters")
OLD_RING = KeyRing("an older secret of some characters")
TOKENS = JwtAccessTokens(RING)
CLAIMS = AccessClaims(
    UserId(UUID(int=1)),
    SignInId(UUID(int=2)),
    Role.LECTURER,
    signed_in_at=NOW - timedelta(hours=1),
    issued_at=NOW,
    expires_at=NOW + timedelta(minutes=15),
)
GOOD = TOKENS.write(CLAIMS)
Change = Callable[[dict[str, Any]], object]


def parts_of(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    header, payload, _ = token.split(".")
    return (
        json.loads(base64.urlsafe_b64decode(header + "==")),
        json.loads(base64.urlsafe_b64decode(payload + "==")),
    )


def forged(change_header: Change = dict.copy, change_payload: Change = dict.copy, key: bytes | None = None) -> str:
    """The good token with changes, signed anew with our own key (or `key`)."""
    header, payload = parts_of(GOOD)
    change_header(header)
    change_payload(payload)
    return signed(header, payload, key)


def signed(header: object, payload: object, key: bytes | None = None) -> str:
    algorithm = header.get("alg") if isinstance(header, dict) else None
    digest = {"HS384": "sha384", "HS512": "sha512"}.get(str(algorithm), "sha256")
    message = f"{encoded(header)}.{encoded(payload)}"
    signature = hmac.digest(key or RING.derive(PURPOSE), message.encode(), digest)
    return f"{message}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def encoded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


instants = st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


class TestWhatIsWritten:
    @given(user=st.uuids(), sign_in=st.uuids(), role=st.sampled_from(Role), signed_in_at=instants, issued_at=instants)
    def test_is_read_to_the_microsecond(
        self, user: UUID, sign_in: UUID, role: Role, signed_in_at: datetime, issued_at: datetime
    ) -> None:
        claims = AccessClaims(
            UserId(user), SignInId(sign_in), role, signed_in_at, issued_at, issued_at + timedelta(minutes=15)
        )
        assert TOKENS.read(TOKENS.write(claims), issued_at) == claims

    def test_is_a_token_of_rfc_9068(self) -> None:
        header, payload = parts_of(GOOD)
        assert header == {"alg": "HS256", "typ": "at+jwt", "kid": RING.key_id}
        assert payload == {
            "iss": "absense",
            "aud": "absense",
            "sub": str(CLAIMS.user_id),
            "sid": str(CLAIMS.sign_in_id),
            "role": "LECTURER",
            "auth_time": NOW.timestamp() - 3600,
            "iat": NOW.timestamp(),
            "exp": NOW.timestamp() + 900,
        }

    def test_whole_seconds_are_written_as_integers(self) -> None:
        at = NOW.replace(microsecond=0)
        claims = replace(CLAIMS, signed_in_at=at, issued_at=at, expires_at=at + timedelta(hours=1))
        _, payload = parts_of(TOKENS.write(claims))
        assert [type(payload[name]) for name in ("auth_time", "iat", "exp")] == [int, int, int]


class TestTime:
    @pytest.mark.parametrize("late", [timedelta(minutes=15), timedelta(minutes=15, seconds=9.9)])
    def test_is_good_until_its_end_and_the_leeway(self, late: timedelta) -> None:
        assert TOKENS.read(GOOD, NOW + late) == CLAIMS

    @pytest.mark.parametrize("late", [timedelta(minutes=15, seconds=10), timedelta(days=10_000)])
    def test_expired(self, late: timedelta) -> None:
        with pytest.raises(TokenExpired):
            TOKENS.read(GOOD, NOW + late)

    def test_from_the_future_within_the_leeway(self) -> None:
        assert TOKENS.read(GOOD, NOW - timedelta(seconds=10)) == CLAIMS

    def test_from_the_future(self) -> None:
        with pytest.raises(TokenInvalid):
            TOKENS.read(GOOD, NOW - timedelta(seconds=10.000001))

    def test_leeway_is_a_setting(self) -> None:
        with pytest.raises(TokenExpired):
            JwtAccessTokens(RING, timedelta(0)).read(GOOD, CLAIMS.expires_at)


class TestKeys:
    def test_an_older_key_still_reads(self) -> None:
        written_before = JwtAccessTokens(OLD_RING).write(CLAIMS)
        ring = KeyRing("a secret of thirty-two characters", ["an older secret of some characters"])
        assert JwtAccessTokens(ring).read(written_before, NOW) == CLAIMS

    def test_new_ones_are_written_with_the_current_key(self) -> None:
        ring = KeyRing("a secret of thirty-two characters", ["an older secret of some characters"])
        assert JwtAccessTokens(ring).write(CLAIMS) == GOOD

    def test_an_unknown_key(self) -> None:
        with pytest.raises(TokenInvalid):
            TOKENS.read(JwtAccessTokens(OLD_RING).write(CLAIMS), NOW)

    def test_another_key_under_our_key_id(self) -> None:
        with pytest.raises(TokenInvalid):
            TOKENS.read(forged(key=OLD_RING.derive(PURPOSE)), NOW)

    def test_the_key_of_another_purpose(self) -> None:
        with pytest.raises(TokenInvalid):
            TOKENS.read(forged(key=RING.derive("absense/refresh-token/v1")), NOW)


def test_forged_without_a_change_would_be_good() -> None:
    assert TOKENS.read(forged(), NOW) == CLAIMS


@pytest.mark.parametrize(
    "change",
    [
        lambda h: h.update(typ="rt+jwt"),
        lambda h: h.update(typ="JWT"),
        lambda h: h.update(typ=["at+jwt"]),
        lambda h: h.update(kid="0" * 12),
        lambda h: h.update(kid=""),
        lambda h: h.pop("kid"),
        lambda h: h.update(alg="HS384"),
        lambda h: h.update(alg="HS512"),
        lambda h: h.update(crit=["b64"], b64=False),
    ],
)
def test_other_headers(change: Change) -> None:
    with pytest.raises(TokenInvalid):
        TOKENS.read(forged(change_header=change), NOW)


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "", "RS256", "EdDSA", None, 1, ["HS256"]])
@pytest.mark.parametrize("signature", ["", "same"])
def test_other_algorithms(algorithm: object, signature: str) -> None:
    header, payload = parts_of(GOOD)
    header["alg"] = algorithm
    signature = GOOD.split(".")[2] if signature else ""
    with pytest.raises(TokenInvalid):
        TOKENS.read(f"{encoded(header)}.{encoded(payload)}.{signature}", NOW)


@pytest.mark.parametrize("name", ["iss", "aud", "sub", "sid", "role", "auth_time", "iat", "exp"])
def test_every_claim_is_demanded(name: str) -> None:
    with pytest.raises(TokenInvalid):
        TOKENS.read(forged(change_payload=lambda payload: payload.pop(name)), NOW)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("iss", "others"),
        ("iss", ["absense"]),
        ("aud", "others"),
        ("aud", ["absense"]),
        ("sub", "nobody"),
        ("sub", 1),
        ("sid", None),
        ("sid", 2),
        ("role", "lecturer"),
        ("role", []),
        ("auth_time", "2026"),
        ("auth_time", True),
        ("exp", float("nan")),
        ("exp", float("inf")),
        ("exp", 10**30),
        ("exp", -(10**30)),
        ("iat", None),
        ("iat", {}),
    ],
)
def test_other_values(name: str, value: object) -> None:
    header, payload = parts_of(GOOD)
    payload[name] = value
    with pytest.raises(TokenInvalid):
        TOKENS.read(signed(header, payload), NOW)


@given(st.text() | st.from_regex(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{43}", fullmatch=True))
@example("")
@example("..")
@example(GOOD + "\n")
@example(GOOD + "=")
@example(" " + GOOD)
@example("\ud800")
@example("٣" * 100)
def test_any_text(text: str) -> None:
    with pytest.raises(TokenInvalid):
        TOKENS.read(text, NOW)


@pytest.mark.parametrize("character", "A.\0")
def test_huge_text(character: str) -> None:
    for text in (character * 10_000_000, GOOD + character * 10_000_000):
        with pytest.raises(TokenInvalid):
            TOKENS.read(text, NOW)


@given(position=st.integers(0, len(GOOD) - 1), character=st.characters(max_codepoint=0x17F))
def test_one_changed_character(position: int, character: str) -> None:
    changed = GOOD[:position] + character + GOOD[position + 1 :]
    if changed != GOOD:
        with pytest.raises(TokenInvalid):
            TOKENS.read(changed, NOW)


@pytest.mark.parametrize("last", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
def test_a_token_is_written_in_one_way(last: str) -> None:
    # the last character holds two bits that nothing covers; each other spelling must be refused
    if last != GOOD[-1]:
        with pytest.raises(TokenInvalid):
            TOKENS.read(GOOD[:-1] + last, NOW)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(json_values, json_values)
def test_any_json_in_header_and_payload(header: object, payload: object) -> None:
    signature = GOOD.split(".")[2]
    with pytest.raises(TokenInvalid):
        TOKENS.read(f"{encoded(header)}.{encoded(payload)}.{signature}", NOW)


@given(json_values)
def test_any_json_that_we_signed(payload: object) -> None:
    header, _ = parts_of(GOOD)
    with pytest.raises(TokenInvalid):
        TOKENS.read(signed(header, payload), NOW)


@pytest.mark.parametrize("bracket", ["[", '{"a":'])
def test_deep_json(bracket: str) -> None:
    deep = base64.urlsafe_b64encode((bracket * 150).encode()).decode().rstrip("=")
    deeper = base64.urlsafe_b64encode((bracket * 100_000).encode()).decode().rstrip("=")
    _, payload, signature = GOOD.split(".")
    for header in (deep, deeper):
        with pytest.raises(TokenInvalid):
            TOKENS.read(f"{header}.{payload}.{signature}", NOW)


def test_a_token_stays_well_within_the_bounds_that_are_read() -> None:
    header, payload, _ = GOOD.split(".")
    assert re.fullmatch(r"[\w-]+", payload)
    assert (len(header) < 150, len(payload) < 450) == (True, True)
