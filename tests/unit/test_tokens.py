"""Access tokens."""

import base64
import hmac
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from hypothesis import example, given
from hypothesis import strategies as st

from absense_server.adapters.keys import KeyRing
from absense_server.adapters.signing_keys import (
    PURPOSE,
    SigningKeyUnusable,
    TokenKeys,
    ed25519_keys,
    jwk_of,
    secret_keys,
    thumbprint,
)
from absense_server.adapters.tokens import JwtAccessTokens
from absense_server.domain.errors.accounts import TokenExpired, TokenInvalid
from absense_server.domain.ids import SignInId, UserId
from absense_server.domain.people import Role
from absense_server.ports.outside import AccessClaims

# Long ago, so that a look at the system clock would show.
NOW = datetime(2001, 2, 3, 4, 5, 6, 789012, tzinfo=UTC)
RING = KeyRing("a secret of thirty-two characters", ["an older secret of some characters"])
OLD_RING = KeyRing("an older secret of some characters")
STRANGE_RING = KeyRing("a secret of somebody else entirely")
CLAIMS = AccessClaims(
    UserId(UUID(int=1)),
    SignInId(UUID(int=2)),
    Role.LECTURER,
    signed_in_at=NOW - timedelta(hours=1),
    issued_at=NOW,
    expires_at=NOW + timedelta(minutes=15),
)
LIFE = timedelta(minutes=15)
ED25519_ORDER = 2**252 + 27742317777372353535851937790883648493
Change = Callable[[dict[str, Any]], object]


def ed25519(*private: Ed25519PrivateKey) -> TokenKeys:
    """The first signs, all verify."""
    public = [key.public_key() for key in private]
    return TokenKeys("EdDSA", thumbprint(public[0]), private[0], {thumbprint(key): key for key in public})


def tokens_of(keys: TokenKeys) -> JwtAccessTokens:
    return JwtAccessTokens(keys, issuer="absense", audience="absense", life=LIFE)


@dataclass(frozen=True)
class Kind:
    """One way to sign tokens, with keys in use, older ones, and those of somebody else."""

    keys: TokenKeys
    older: TokenKeys
    strange: TokenKeys

    @property
    def tokens(self) -> JwtAccessTokens:
        return tokens_of(self.keys)

    @property
    def good(self) -> str:
        return self.tokens.write(CLAIMS)

    def read(self, token: str, now: datetime = NOW) -> AccessClaims:
        return self.tokens.read(token, now)

    def forged(
        self, change_header: Change = dict.copy, change_payload: Change = dict.copy, keys: TokenKeys | None = None
    ) -> str:
        """The good token with changes, signed anew with our own key (or others)."""
        header, payload = parts_of(self.good)
        change_header(header)
        change_payload(payload)
        return self.signed(header, payload, keys)

    def signed(self, header: object, payload: object, keys: TokenKeys | None = None) -> str:
        signing = (keys or self.keys).signing
        message = f"{encoded(header)}.{encoded(payload)}"
        if isinstance(signing, Ed25519PrivateKey):
            return f"{message}.{base64url(signing.sign(message.encode()))}"
        algorithm = header.get("alg") if isinstance(header, dict) else None
        digest = {"HS384": "sha384", "HS512": "sha512"}.get(str(algorithm), "sha256")
        return f"{message}.{base64url(hmac.digest(signing, message.encode(), digest))}"


def parts_of(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    header, payload, _ = token.split(".")
    return (
        json.loads(base64.urlsafe_b64decode(header + "==")),
        json.loads(base64.urlsafe_b64decode(payload + "==")),
    )


def encoded(value: object) -> str:
    return base64url(value if isinstance(value, bytes) else json.dumps(value).encode())


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


OURS, OLD, STRANGE = (Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32) for number in range(3))
HS256 = Kind(secret_keys(RING), secret_keys(OLD_RING), secret_keys(STRANGE_RING))
EDDSA = Kind(ed25519(OURS, OLD), ed25519(OLD), ed25519(STRANGE))
JWK = json.loads(jwk_of(STRANGE.public_key()))
both = pytest.mark.parametrize("kind", [HS256, EDDSA], ids=["HS256", "EdDSA"])
instants = st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@both
class TestWhatIsWritten:
    @given(user=st.uuids(), sign_in=st.uuids(), role=st.sampled_from(Role), signed_in_at=instants, issued_at=instants)
    def test_is_read_to_the_microsecond(
        self, kind: Kind, user: UUID, sign_in: UUID, role: Role, signed_in_at: datetime, issued_at: datetime
    ) -> None:
        claims = AccessClaims(
            UserId(user), SignInId(sign_in), role, signed_in_at, issued_at, issued_at + timedelta(minutes=15)
        )
        assert kind.read(kind.tokens.write(claims), issued_at) == claims

    def test_is_a_token_of_rfc_9068(self, kind: Kind) -> None:
        header, payload = parts_of(kind.good)
        assert header == {"alg": kind.keys.algorithm, "typ": "at+jwt", "kid": kind.keys.key_id}
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

    def test_is_read_by_others(self, kind: Kind) -> None:
        key: Any = kind.keys.verifying[kind.keys.key_id]
        options: Any = {"verify_exp": False}
        found = jwt.decode(kind.good, key, [kind.keys.algorithm], audience="absense", issuer="absense", options=options)
        assert found["sub"] == str(CLAIMS.user_id)

    def test_whole_seconds_are_written_as_integers(self, kind: Kind) -> None:
        at = NOW.replace(microsecond=0)
        claims = replace(CLAIMS, signed_in_at=at, issued_at=at, expires_at=at + timedelta(hours=1))
        _, payload = parts_of(kind.tokens.write(claims))
        assert [type(payload[name]) for name in ("auth_time", "iat", "exp")] == [int, int, int]

    def test_stays_well_within_the_bounds_that_are_read(self, kind: Kind) -> None:
        header, payload, _ = kind.good.split(".")
        assert (len(header) < 150, len(payload) < 450) == (True, True)
        wordy = JwtAccessTokens(kind.keys, issuer="Ọ" * 200, audience="ọ" * 200, life=LIFE)
        assert wordy.read(wordy.write(CLAIMS), NOW) == CLAIMS


@both
class TestTime:
    @pytest.mark.parametrize("late", [timedelta(minutes=15), timedelta(minutes=15, seconds=9.9)])
    def test_is_good_until_its_end_and_the_leeway(self, kind: Kind, late: timedelta) -> None:
        assert kind.read(kind.good, NOW + late) == CLAIMS

    @pytest.mark.parametrize("late", [timedelta(minutes=15, seconds=10), timedelta(days=10_000)])
    def test_expired(self, kind: Kind, late: timedelta) -> None:
        with pytest.raises(TokenExpired):
            kind.read(kind.good, NOW + late)

    def test_from_the_future_within_the_leeway(self, kind: Kind) -> None:
        assert kind.read(kind.good, NOW - timedelta(seconds=10)) == CLAIMS

    def test_from_the_future(self, kind: Kind) -> None:
        with pytest.raises(TokenInvalid):
            kind.read(kind.good, NOW - timedelta(seconds=10.000001))

    def test_leeway_can_be_none(self, kind: Kind) -> None:
        strict = JwtAccessTokens(kind.keys, issuer="absense", audience="absense", life=LIFE, leeway=timedelta(0))
        with pytest.raises(TokenExpired):
            strict.read(kind.good, CLAIMS.expires_at)

    def test_made_when_tokens_lived_longer(self, kind: Kind) -> None:
        """What ended its sign-in may be forgotten by now."""
        shorter = JwtAccessTokens(kind.keys, issuer="absense", audience="absense", life=timedelta(minutes=5))
        assert shorter.read(kind.good, NOW + timedelta(minutes=5, seconds=9)) == CLAIMS
        with pytest.raises(TokenExpired):
            shorter.read(kind.good, NOW + timedelta(minutes=5, seconds=10))


@both
class TestKeys:
    def test_an_older_key_still_reads(self, kind: Kind) -> None:
        assert kind.read(tokens_of(kind.older).write(CLAIMS)) == CLAIMS

    def test_an_unknown_key(self, kind: Kind) -> None:
        with pytest.raises(TokenInvalid):
            kind.read(tokens_of(kind.strange).write(CLAIMS))

    @pytest.mark.parametrize("whose", ["older", "strange"])
    def test_another_key_under_our_key_id(self, kind: Kind, whose: str) -> None:
        with pytest.raises(TokenInvalid):
            kind.read(kind.forged(keys=getattr(kind, whose)))

    def test_our_key_under_an_older_key_id(self, kind: Kind) -> None:
        with pytest.raises(TokenInvalid):
            kind.read(kind.forged(lambda header: header.update(kid=kind.older.key_id)))

    def test_another_issuer_and_audience(self, kind: Kind) -> None:
        for issuer, audience in (("absense", "others"), ("others", "absense")):
            with pytest.raises(TokenInvalid):
                kind.read(JwtAccessTokens(kind.keys, issuer=issuer, audience=audience, life=LIFE).write(CLAIMS))

    def test_nothing_of_a_key_is_shown(self, kind: Kind) -> None:
        assert set(re.findall(r"\w+=", repr(kind.keys))) == {"algorithm=", "key_id="}


def test_the_key_of_another_purpose() -> None:
    key = RING.derive("absense/page-token/v1")
    with pytest.raises(TokenInvalid):
        HS256.read(HS256.forged(keys=replace(HS256.keys, signing=key)))
    assert HS256.keys.signing == RING.derive(PURPOSE)


@both
def test_forged_without_a_change_would_be_good(kind: Kind) -> None:
    assert kind.read(kind.forged()) == CLAIMS


OTHER_HEADERS: dict[str, Change] = {
    "a refresh token's type": lambda h: h.update(typ="rt+jwt"),
    "a plain JWT": lambda h: h.update(typ="JWT"),
    "the type in full": lambda h: h.update(typ="application/at+jwt"),
    "types": lambda h: h.update(typ=["at+jwt"]),
    "no type": lambda h: h.pop("typ"),
    "an unknown key": lambda h: h.update(kid="0" * 12),
    "an empty key id": lambda h: h.update(kid=""),
    "key ids": lambda h: h.update(kid=[h["kid"]]),
    "no key id": lambda h: h.pop("kid"),
    "a path as key id": lambda h: h.update(kid="../../dev/null"),
    "SHA-384": lambda h: h.update(alg="HS384"),
    "SHA-512": lambda h: h.update(alg="HS512"),
    "in lower case": lambda h: h.update(alg=h["alg"].lower()),
    "RFC 9864's name": lambda h: h.update(alg="Ed25519"),
    "no algorithm": lambda h: h.pop("alg"),
    "critical b64": lambda h: h.update(crit=["b64"], b64=False),
    "critical nothing": lambda h: h.update(crit=[]),
    "critical exp": lambda h: h.update(crit=["exp"], exp=1),
    "a key of its own": lambda h: h.update(jwk=JWK),
    "where its keys are": lambda h: h.update(jku="https://example.org/keys.json"),
    "where its certificate is": lambda h: h.update(x5u="https://example.org/certificate.pem"),
    "certificates": lambda h: h.update(x5c=["MIIB"]),
    "a token inside": lambda h: h.update(cty="JWT"),
    "compressed": lambda h: h.update(zip="DEF"),
    "anything more": lambda h: h.update(more=1),
}


@both
@pytest.mark.parametrize("change", OTHER_HEADERS.values(), ids=OTHER_HEADERS)
def test_other_headers(kind: Kind, change: Change) -> None:
    with pytest.raises(TokenInvalid):
        kind.read(kind.forged(change_header=change))


@both
@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "", "RS256", "ES256", None, 1, ["HS256"]])
@pytest.mark.parametrize("signature", ["", "same"])
def test_other_algorithms(kind: Kind, algorithm: object, signature: str) -> None:
    header, payload = parts_of(kind.good)
    header["alg"] = algorithm
    signature = kind.good.split(".")[2] if signature else ""
    with pytest.raises(TokenInvalid):
        kind.read(f"{encoded(header)}.{encoded(payload)}.{signature}")


class TestTheOtherAlgorithm:
    """Each server reads its own alone, even where the signature is good for the other."""

    def test_with_the_public_key_as_secret(self) -> None:
        public = OURS.public_key()
        secrets = [
            public.public_bytes(Encoding.Raw, PublicFormat.Raw),
            public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
            public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
            jwk_of(public).encode(),
            thumbprint(public).encode(),
            b"",
        ]
        for secret in secrets:
            for algorithm in ("HS256", "EdDSA"):
                token = HS256.signed(
                    {"alg": algorithm, "typ": "at+jwt", "kid": EDDSA.keys.key_id},
                    parts_of(EDDSA.good)[1],
                    replace(HS256.keys, signing=secret),
                )
                # as long as a signature of Ed25519, too
                for text in (token, token + "A" * 43):
                    with pytest.raises(TokenInvalid):
                        EDDSA.read(text)

    def test_signed_with_a_key_that_it_brings(self) -> None:
        for kind in (HS256, EDDSA):
            for key_id in (kind.keys.key_id, JWK["kid"]):
                header = {"alg": "EdDSA", "typ": "at+jwt", "kid": key_id, "jwk": JWK}
                with pytest.raises(TokenInvalid):
                    kind.read(EDDSA.signed(header, parts_of(kind.good)[1], EDDSA.strange))

    def test_good_tokens_of_the_other_kind(self) -> None:
        for kind, other in ((HS256, EDDSA), (EDDSA, HS256)):
            with pytest.raises(TokenInvalid):
                kind.read(other.good)
            with pytest.raises(TokenInvalid):
                kind.read(other.forged(lambda h, kind=kind: h.update(kid=kind.keys.key_id)))  # type: ignore[misc]


def test_a_signature_of_ed25519_is_written_in_one_way() -> None:
    head, _, signature = EDDSA.good.rpartition(".")
    raw = base64.urlsafe_b64decode(signature + "==")
    scalar = int.from_bytes(raw[32:], "little") + ED25519_ORDER
    with pytest.raises(TokenInvalid):
        EDDSA.read(f"{head}.{base64url(raw[:32] + scalar.to_bytes(32, 'little'))}")


@both
@pytest.mark.parametrize("name", ["iss", "aud", "sub", "sid", "role", "auth_time", "iat", "exp"])
def test_every_claim_is_demanded(kind: Kind, name: str) -> None:
    with pytest.raises(TokenInvalid):
        kind.read(kind.forged(change_payload=lambda payload: payload.pop(name)))


@both
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("iss", "others"),
        ("iss", ["absense"]),
        ("aud", "others"),
        ("aud", ["absense"]),
        ("aud", ["absense", "others"]),
        ("aud", None),
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
        ("exp", "4102444800"),
        ("iat", None),
        ("iat", {}),
    ],
)
def test_other_values(kind: Kind, name: str, value: object) -> None:
    header, payload = parts_of(kind.good)
    payload[name] = value
    with pytest.raises(TokenInvalid):
        kind.read(kind.signed(header, payload))


@both
@pytest.mark.parametrize("part", ["header", "payload"])
def test_what_stands_there_twice(kind: Kind, part: str) -> None:
    """Of two values readers would take different ones; even with our own signature."""
    texts = dict(zip(("header", "payload"), (json.dumps(one) for one in parts_of(kind.good)), strict=True))
    more = '"alg": "none", ' if part == "header" else '"role": "ADMIN", '
    texts[part] = "{" + more + texts[part][1:]
    token = kind.signed(texts["header"].encode(), texts["payload"].encode())
    for text in (token, f"{token.rpartition('.')[0]}.{kind.good.rpartition('.')[2]}"):
        with pytest.raises(TokenInvalid):
            kind.read(text)


@both
def test_a_token_in_a_token(kind: Kind) -> None:
    header, _ = parts_of(kind.good)
    for payload in (kind.good.encode(), json.dumps(kind.good).encode(), b"{}", b"", b"[]"):
        with pytest.raises(TokenInvalid):
            kind.read(kind.signed(header, payload))


@both
def test_padded_and_spaced(kind: Kind) -> None:
    header, payload, signature = kind.good.split(".")
    for text in (
        f"{header}=.{payload}.{signature}",
        f"{header}.{payload}=.{signature}",
        f"{header}.{payload}.{signature}=",
        f"{header}.{payload}.{signature}==",
        f"{header}.{payload}.{signature}\n",
        f" {kind.good}",
        f"{header}..{signature}",
        f"{kind.good}.{signature}",
        f".{kind.good}",
        kind.good.replace("-", "+").replace("_", "/") + "=",
    ):
        with pytest.raises(TokenInvalid):
            kind.read(text)


@both
@given(st.text() | st.from_regex(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{43}", fullmatch=True))
@example("")
@example("..")
@example("\ud800")
@example("٣" * 100)
def test_any_text(kind: Kind, text: str) -> None:
    with pytest.raises(TokenInvalid):
        kind.read(text)


@both
@pytest.mark.parametrize("character", "A.\0")
def test_huge_text(kind: Kind, character: str) -> None:
    for text in (character * 10_000_000, kind.good + character * 10_000_000):
        with pytest.raises(TokenInvalid):
            kind.read(text)


@both
@given(position=st.integers(0, 1000), character=st.characters(max_codepoint=0x17F))
def test_one_changed_character(kind: Kind, position: int, character: str) -> None:
    good = kind.good
    position %= len(good)
    changed = good[:position] + character + good[position + 1 :]
    if changed != good:
        with pytest.raises(TokenInvalid):
            kind.read(changed)


@both
@pytest.mark.parametrize("last", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
def test_a_token_is_written_in_one_way(kind: Kind, last: str) -> None:
    # the last character holds bits that nothing covers; each other spelling must be refused
    if last != kind.good[-1]:
        with pytest.raises(TokenInvalid):
            kind.read(kind.good[:-1] + last)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@both
@given(json_values, json_values)
def test_any_json_that_we_signed(kind: Kind, header: object, payload: object) -> None:
    good_header, _ = parts_of(kind.good)
    for token in (kind.signed(header, payload), kind.signed(good_header, payload)):
        with pytest.raises(TokenInvalid):
            kind.read(token)


@both
@pytest.mark.parametrize("bracket", ["[", '{"a":'])
def test_deep_json(kind: Kind, bracket: str) -> None:
    header, payload = parts_of(kind.good)
    for depth in (150, 2000, 100_000):
        deep = (bracket * depth).encode()
        for token in (kind.signed(deep, payload), kind.signed(header, deep)):
            with pytest.raises(TokenInvalid):
                kind.read(token)


# Keys from files


def pem(key: Any, *, phrase: bytes | None = None) -> bytes:
    how = NoEncryption() if phrase is None else BestAvailableEncryption(phrase)
    made: bytes = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, how)
    return made


def public_pem(key: Any) -> bytes:
    made: bytes = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return made


def test_keys_from_files(tmp_path: Path) -> None:
    ours, old, following = (tmp_path / name for name in ("ours.pem", "old.pem", "following.pem"))
    ours.write_bytes(pem(OURS))
    old.write_bytes(pem(OLD))
    following.write_bytes(public_pem(STRANGE))
    keys = ed25519_keys(ours, [old, following, ours])
    assert list(keys.verifying) == [thumbprint(key.public_key()) for key in (OURS, OLD, STRANGE)]
    assert [(key.key_id, key.algorithm, key.current) for key in keys.public] == [
        (thumbprint(OURS.public_key()), "EdDSA", True),
        (thumbprint(OLD.public_key()), "EdDSA", False),
        (thumbprint(STRANGE.public_key()), "EdDSA", False),
    ]
    assert tokens_of(keys).read(EDDSA.good, NOW) == CLAIMS
    assert secret_keys(RING).public == []


def test_a_thumbprint_is_that_of_rfc_8037() -> None:
    key = Ed25519PrivateKey.from_private_bytes(
        base64.urlsafe_b64decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=")
    ).public_key()
    assert thumbprint(key) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
    said = json.loads(jwk_of(key))
    assert said["x"] == "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
    needed = json.dumps({name: said[name] for name in ("crv", "kty", "x")}, separators=(",", ":"))
    assert said["kid"] == base64url(sha256(needed.encode()).digest())


@pytest.mark.parametrize("setting", ["SIGNING_KEY_FILE", "VERIFYING_KEY_FILES"])
def test_files_that_are_no_such_keys(tmp_path: Path, setting: str) -> None:
    good = tmp_path / "good.pem"
    good.write_bytes(pem(OURS))
    p256 = ec.generate_private_key(ec.SECP256R1())
    files = {
        "nothing.pem": (None, "cannot be read: No such file or directory"),
        "empty.pem": (b"", "is no"),
        "text.pem": (b"-----BEGIN PRIVATE KEY-----\nnone\n-----END PRIVATE KEY-----\n", "is no private key in PEM"),
        "p256.pem": (pem(p256), "is a key of another kind than Ed25519"),
        "phrase.pem": (pem(OURS, phrase=b"a phrase"), "is under a pass phrase"),
        "public.pem": (public_pem(p256), "is"),
    }
    for name, (content, problem) in files.items():
        path = tmp_path / name
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(SigningKeyUnusable) as error:
            ed25519_keys(*((path, []) if setting == "SIGNING_KEY_FILE" else (good, [path])))
        assert str(error.value).startswith(f"{setting}: {path} {problem}")
        assert str(error.value).endswith(". Make one with: openssl genpkey -algorithm ed25519 -out signing-key.pem")
