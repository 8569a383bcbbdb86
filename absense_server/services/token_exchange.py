"""Refresh tokens exchanged: each is good once, and whoever uses one again ends its sign-in."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from absense_server.domain import audit
from absense_server.domain.audit import Action
from absense_server.domain.errors.accounts import RefreshTokenInvalid, RefreshTokenReused
from absense_server.domain.ids import UserId
from absense_server.domain.mails import MailKind
from absense_server.domain.people import Caller, User, UserState
from absense_server.ports.data import Transaction, UnitOfWork
from absense_server.ports.findings import Race, RefreshToken, SignIn
from absense_server.ports.outside import Clock, RefreshTokens
from absense_server.services.mails import Mails
from absense_server.services.settle import settle
from absense_server.services.sign_in_tokens import Issued, SignedIn, SignInTokens

RETRIED_WITHIN: Final = timedelta(minutes=2)
"""So long an exchange whose answer was lost can be sent again."""


@dataclass(frozen=True, slots=True)
class _Wish:
    """What is asked for, and when."""

    token: str = field(repr=False)
    request_id: UUID
    now: datetime


class TokenExchange:
    """Goes on with sign-ins, one exchange after the other for each user."""

    def __init__(
        self, uow: UnitOfWork, refresh_tokens: RefreshTokens, tokens: SignInTokens, mails: Mails, clock: Clock
    ) -> None:
        self._uow = uow
        self._refresh_tokens = refresh_tokens
        self._tokens = tokens
        self._mails = mails
        self._clock = clock

    def exchange(self, caller: Caller, text: str, request_id: UUID) -> SignedIn:
        """New tokens for a refresh token; for a retry the same refresh token as before.

        Raises RefreshTokenInvalid; RefreshTokenReused, and then the sign-in has ended.
        """
        token_hash = self._refresh_tokens.hash(text)
        owner = None if token_hash is None else self._owner(token_hash)
        if token_hash is None or owner is None:
            raise RefreshTokenInvalid

        def attempt() -> SignedIn | None:
            with self._uow() as tx:
                user, sign_in, token = self._held(tx, owner, token_hash)
                wish = _Wish(text, request_id, self._clock.now())
                self._require_current(sign_in, token, wish.now)
                exchanged = self._exchange(tx, wish, sign_in, token)
                if exchanged is None:
                    self._end_reused(tx, caller, sign_in, wish.now)
                tx.commit()
            if exchanged is None:
                return None
            sign_in, refresh = exchanged
            return SignedIn(user, sign_in, self._tokens.access(user, sign_in, wish.now), refresh)

        signed_in = settle(attempt)
        if signed_in is None:
            raise RefreshTokenReused
        return signed_in

    def _owner(self, token_hash: bytes) -> UserId | None:
        # apart, so that whoever sends nonsense keeps nobody from writing
        with self._uow(read_only=True) as tx:
            found = tx.sign_ins.with_token(token_hash)
        return None if found is None else found[0].user_id

    def _held(self, tx: Transaction, owner: UserId, token_hash: bytes) -> tuple[User, SignIn, RefreshToken]:
        """The token with its sign-in and user, who stay as they are meanwhile. Raises RefreshTokenInvalid."""
        tx.users.hold(owner)
        found = tx.sign_ins.with_token(token_hash)
        if found is None:
            raise RefreshTokenInvalid
        sign_in, token = found
        user = tx.users.get(owner)
        if user is None or user.state is not UserState.ACTIVE:
            raise RefreshTokenInvalid
        return user, sign_in, token

    def _require_current(self, sign_in: SignIn, token: RefreshToken, now: datetime) -> None:
        """Raise RefreshTokenInvalid if either has ended by itself, also by settings that came later."""
        if min(sign_in.expires_at, token.expires_at, self._tokens.end_of(sign_in.started_at)) <= now:
            raise RefreshTokenInvalid

    def _exchange(
        self, tx: Transaction, wish: _Wish, sign_in: SignIn, token: RefreshToken
    ) -> tuple[SignIn, Issued] | None:
        """The sign-in as it goes on, and its next refresh token; None where the token was used by somebody else."""
        if token.used_at is None:
            return self._rotate(tx, wish, sign_in, token)
        if token.request_id == wish.request_id and wish.now - token.used_at <= RETRIED_WITHIN:
            return self._again(tx, wish, token)
        return None

    def _rotate(self, tx: Transaction, wish: _Wish, sign_in: SignIn, token: RefreshToken) -> tuple[SignIn, Issued]:
        refresh, successor = self._tokens.refresh(sign_in.id, wish.now, started_at=sign_in.started_at)
        sealed = self._refresh_tokens.seal(refresh.text, under=wish.token)
        used = replace(token, used_at=wish.now, request_id=wish.request_id, successor=sealed)
        if not tx.sign_ins.exchange(used, successor):
            raise Race
        sign_in = sign_in.used(wish.now, successor.expires_at)
        tx.sign_ins.save(sign_in)
        return sign_in, refresh

    def _again(self, tx: Transaction, wish: _Wish, token: RefreshToken) -> tuple[SignIn, Issued] | None:
        """What the first answer said; None where somebody has that, and used it."""
        successor = None if token.successor is None else self._refresh_tokens.open(token.successor, under=wish.token)
        token_hash = None if successor is None else self._refresh_tokens.hash(successor)
        found = None if token_hash is None else tx.sign_ins.with_token(token_hash)
        if successor is None or found is None or found[1].used_at is not None:
            return None
        sign_in, kept = found
        return sign_in, Issued(successor, kept.expires_at)

    def _end_reused(self, tx: Transaction, caller: Caller, sign_in: SignIn, now: datetime) -> None:
        tx.sign_ins.end(sign_in.user_id, sign_in.id, now)
        self._mails.queue(tx, MailKind.SIGN_IN_REUSED, sign_in.user_id, note=sign_in.device_name)
        facts = {"sign_in": str(sign_in.id)}
        tx.audit.add(audit.event(Action.REFRESH_TOKEN_REUSED, caller, now, sign_in.user_id, **facts))
