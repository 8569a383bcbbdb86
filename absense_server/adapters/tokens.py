"""Access tokens as JWTs (RFC 7519) in the profile of RFC 9068."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import jwt

from absense_server.adapters.signing_keys import TokenKeys
from absense_server.domain.errors.accounts import TokenExpired, TokenInvalid
from absense_server.domain.ids import SignInId, UserId
from absense_server.domain.people import Role
from absense_server.ports.outside import AccessClaims

TYPE: Final = "at+jwt"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Three parts in base64url. The last character of a signature carries 4 bits of an HMAC-SHA256 of 32 bytes, 2 of an
# Ed25519 signature of 64: its others must be 0, or one token could be written in several ways. The bounds keep the
# JSON too short to nest deeply.
_SHAPES = {
    "HS256": re.compile(r"[A-Za-z0-9_-]{1,200}\.[A-Za-z0-9_-]{1,4000}\.[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]"),
    "EdDSA": re.compile(r"[A-Za-z0-9_-]{1,200}\.[A-Za-z0-9_-]{1,4000}\.[A-Za-z0-9_-]{85}[AQgw]"),
}


class JwtAccessTokens:
    """Writes tokens under one key; reads those of any of its keys, as the header's `kid` says.

    Only its own algorithm is read, whatever a header says, and no header that we would not write. `leeway` allows for
    the clocks of other replicas, which may have written the token. One that was to live longer than `life` does not:
    how long it is known that its sign-in has ended goes by that.
    """

    def __init__(
        self,
        keys: TokenKeys,
        *,
        issuer: str,
        audience: str,
        life: timedelta,
        leeway: timedelta = timedelta(seconds=10),
    ) -> None:
        self._keys = keys
        self._issuer = issuer
        self._audience = audience
        self._life = life
        self._leeway = leeway
        self._shape = _SHAPES[keys.algorithm]
        self._jws = jwt.PyJWS(algorithms=[keys.algorithm])

    def write(self, claims: AccessClaims) -> str:
        """The token that says `claims`."""
        payload = {
            "iss": self._issuer,
            "aud": self._audience,
            "sub": str(claims.user_id),
            "sid": str(claims.sign_in_id),
            "role": claims.role.value,
            "auth_time": _number(claims.signed_in_at),
            "iat": _number(claims.issued_at),
            "exp": _number(claims.expires_at),
        }
        headers = {"kid": self._keys.key_id, "typ": TYPE}
        return self._jws.encode(_json(payload), self._keys.signing, self._keys.algorithm, headers)

    def read(self, token: str, now: datetime) -> AccessClaims:
        """What `token` says, if it is ours and good at `now`.

        Raises TokenInvalid, TokenExpired.
        """
        if self._shape.fullmatch(token) is None:
            raise TokenInvalid
        try:
            claims = self._claims(self._payload(token))
        except (jwt.PyJWTError, LookupError, TypeError, ValueError, OverflowError, RecursionError) as error:
            raise TokenInvalid from error
        if claims.issued_at > now + self._leeway:
            raise TokenInvalid
        if min(claims.expires_at, claims.issued_at + self._life) <= now - self._leeway:
            raise TokenExpired
        return claims

    def _payload(self, token: str) -> dict[str, Any]:
        header = _object(jwt.utils.base64url_decode(token.partition(".")[0]))
        key_id = header["kid"]
        if header != {"alg": self._keys.algorithm, "kid": key_id, "typ": TYPE}:
            raise ValueError("not a header of ours")
        return _object(self._jws.decode(token, self._keys.verifying[key_id], [self._keys.algorithm]))

    def _claims(self, payload: dict[str, Any]) -> AccessClaims:
        if (payload["iss"], payload["aud"]) != (self._issuer, self._audience):
            raise ValueError("not by us, or not for us")
        return AccessClaims(
            UserId(UUID(_text(payload["sub"]))),
            SignInId(UUID(_text(payload["sid"]))),
            Role(payload["role"]),
            _instant(payload["auth_time"]),
            _instant(payload["iat"]),
            _instant(payload["exp"]),
        )


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _object(data: bytes) -> dict[str, Any]:
    value = json.loads(data, object_pairs_hook=_once)
    if not isinstance(value, dict):
        raise TypeError("not an object")
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object that says everything once: of two values readers would take different ones."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name that stands there twice")
    return found


def _number(instant: datetime) -> float:
    """A NumericDate with its microseconds."""
    seconds = (instant - _EPOCH) / timedelta(seconds=1)
    return int(seconds) if seconds.is_integer() else seconds


def _instant(number: object) -> datetime:
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise TypeError("not a NumericDate")
    return _EPOCH + timedelta(seconds=number)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value
