"""Access tokens as JWTs (RFC 7519) in the profile of RFC 9068."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import jwt
from jwt.types import Options

from absense_server.adapters.keys import KeyRing
from absense_server.domain.errors.accounts import TokenExpired, TokenInvalid
from absense_server.domain.ids import SignInId, UserId
from absense_server.domain.people import Role
from absense_server.ports.outside import AccessClaims

ALGORITHM: Final = "HS256"
"""The only one that is written, and the only one that is read, whatever a token's header says."""

PURPOSE: Final = "absense/access-token/v1"
ISSUER: Final = "absense"
AUDIENCE: Final = "absense"
TYPE: Final = "at+jwt"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Three parts in base64url. An HMAC-SHA256 of 32 bytes takes 43 characters, and the last of them carries 4
# bits: its other 2 must be 0, or one token could be written in four ways. The bounds keep the JSON too short
# to nest deeply.
_SHAPE = re.compile(r"[A-Za-z0-9_-]{1,200}\.[A-Za-z0-9_-]{1,600}\.[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]")
_OPTIONS: Final[Options] = {
    "require": ["iss", "aud", "sub", "sid", "role", "auth_time", "iat", "exp"],
    "strict_aud": True,
    # PyJWT would ask the system clock; `read` asks `now`.
    "verify_exp": False,
    "verify_iat": False,
    "verify_nbf": False,
}


class JwtAccessTokens:
    """Writes tokens under the ring's current key; reads those of any of its keys, as the header's `kid` says.

    `leeway` allows for the clocks of other replicas, which may have written the token.
    """

    def __init__(self, ring: KeyRing, leeway: timedelta = timedelta(seconds=10)) -> None:
        self._keys = ring.derive_all(PURPOSE)
        self._key_id = ring.key_id
        self._headers = {self._signed({}, key_id).partition(".")[0]: key for key_id, key in self._keys.items()}
        self._leeway = leeway

    def write(self, claims: AccessClaims) -> str:
        """The token that says `claims`."""
        payload = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": str(claims.user_id),
            "sid": str(claims.sign_in_id),
            "role": claims.role.value,
            "auth_time": _number(claims.signed_in_at),
            "iat": _number(claims.issued_at),
            "exp": _number(claims.expires_at),
        }
        return self._signed(payload, self._key_id)

    def read(self, token: str, now: datetime) -> AccessClaims:
        """What `token` says, if it is ours and good at `now`.

        Raises TokenInvalid, TokenExpired.
        """
        if _SHAPE.fullmatch(token) is None:
            raise TokenInvalid
        try:
            claims = _claims(self._payload(token))
        except (jwt.PyJWTError, ValueError, OverflowError, RecursionError) as error:
            raise TokenInvalid from error
        if claims.issued_at > now + self._leeway:
            raise TokenInvalid
        if claims.expires_at <= now - self._leeway:
            raise TokenExpired
        return claims

    def _signed(self, payload: dict[str, Any], key_id: str) -> str:
        return jwt.encode(payload, self._keys[key_id], ALGORITHM, {"kid": key_id, "typ": TYPE})

    def _payload(self, token: str) -> dict[str, Any]:
        return jwt.decode(
            token,
            self._key_of(token),
            algorithms=[ALGORITHM],
            issuer=ISSUER,
            audience=AUDIENCE,
            options=_OPTIONS,
        )

    def _key_of(self, token: str) -> bytes:
        # read twice, here and by PyJWT, only where it is not to the letter as we write it
        key = self._headers.get(token.partition(".")[0])
        if key is not None:
            return key
        header = jwt.get_unverified_header(token)
        key = self._keys.get(header.get("kid", ""))
        if key is None or header.get("typ") != TYPE:
            raise ValueError("not a kind of token, or not a key, that is used here")
        return key


def _claims(payload: dict[str, Any]) -> AccessClaims:
    return AccessClaims(
        UserId(UUID(_text(payload["sub"]))),
        SignInId(UUID(_text(payload["sid"]))),
        Role(payload["role"]),
        _instant(payload["auth_time"]),
        _instant(payload["iat"]),
        _instant(payload["exp"]),
    )


def _number(instant: datetime) -> float:
    """A NumericDate with its microseconds: sign-ins are compared with revocations just before and after."""
    seconds = (instant - _EPOCH) / timedelta(seconds=1)
    return int(seconds) if seconds.is_integer() else seconds


def _instant(number: object) -> datetime:
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise ValueError("not a NumericDate")  # noqa: TRY004 - `read` turns every ValueError into TokenInvalid
    return _EPOCH + timedelta(seconds=number)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("not a text")  # noqa: TRY004 - `read` turns every ValueError into TokenInvalid
    return value
