"""The two tokens of a sign-in, and how long each is good."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from absense_server.domain.ids import SignInId
from absense_server.domain.people import User
from absense_server.ports.findings import RefreshToken, SignIn
from absense_server.ports.outside import AccessClaims, AccessTokens, RefreshTokens


@dataclass(frozen=True, slots=True)
class Lives:
    """How long each lasts."""

    access_token: timedelta
    refresh_token: timedelta
    """Also how long a sign-in lasts that is not used."""
    sign_in: timedelta
    """However much it is used."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A token just made."""

    text: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A sign-in begun, or gone on with."""

    user: User
    sign_in: SignIn
    access: Issued
    refresh: Issued


class SignInTokens:
    """Makes both kinds; none outlives its sign-in."""

    def __init__(self, access: AccessTokens, refresh: RefreshTokens, lives: Lives) -> None:
        self._access = access
        self._refresh = refresh
        self._lives = lives

    def end_of(self, started_at: datetime) -> datetime:
        """When a sign-in ends by itself, however much it is used."""
        return started_at + self._lives.sign_in

    def access(self, user: User, sign_in: SignIn, now: datetime) -> Issued:
        """An access token."""
        expires_at = min(now + self._lives.access_token, sign_in.expires_at)
        claims = AccessClaims(user.id, sign_in.id, user.role, sign_in.password_at, now, expires_at)
        return Issued(self._access.write(claims), expires_at)

    def refresh(self, sign_in_id: SignInId, now: datetime, *, started_at: datetime) -> tuple[Issued, RefreshToken]:
        """A refresh token of a sign-in begun at `started_at`, and what is kept of it."""
        expires_at = min(now + self._lives.refresh_token, self.end_of(started_at))
        new = self._refresh.new()
        return Issued(new.text, expires_at), RefreshToken(new.hash, sign_in_id, now, expires_at)
