"""Which sign-ins have ended, known without a read per request (DESIGN.md, Walls)."""

from datetime import datetime, timedelta

from absense_server.domain.errors.calls import BackendUnavailable
from absense_server.domain.ids import SignInId
from absense_server.ports.data import UnitOfWork
from absense_server.ports.outside import AccessClaims, Clock

_OVERLAP = timedelta(seconds=30)
"""Each poll reads this much again: a revocation may commit late."""
_TRUSTED_FOR = timedelta(seconds=10)


class Revocations:
    """What this process knows of ended sign-ins; polled every second."""

    def __init__(self, uow: UnitOfWork, clock: Clock, access_token_life: timedelta) -> None:
        self._uow = uow
        self._clock = clock
        self._kept_for = access_token_life + _OVERLAP
        self._polled_at: datetime | None = None
        self._ended: dict[SignInId, datetime] = {}

    def poll(self) -> None:
        """Read what was revoked since the last poll, and forget what no live token can meet.

        Raises BackendUnavailable.
        """
        now = self._clock.now()
        # as at first where our clock was ahead: it made us forget too much
        last = None if self._polled_at is None or now < self._polled_at else self._polled_at
        since = now - self._kept_for if last is None else last - _OVERLAP
        with self._uow(read_only=True) as tx:
            revoked = tx.sign_ins.revocations_since(since)
        ended = self._ended | {revocation.sign_in_id: revocation.at for revocation in revoked}
        # what this poll was the first to read stays until the next: streams outlive tokens, and polls may have failed
        oldest = min(since, now - self._kept_for)
        # replaced whole: requests on other threads see the old or the new, never half
        self._ended = {key: at for key, at in ended.items() if at >= oldest}
        self._polled_at = now

    def are_current(self, now: datetime) -> bool:
        """Whether the last good poll is new enough to tell who is signed in."""
        return self._polled_at is not None and abs(now - self._polled_at) <= _TRUSTED_FOR

    def is_revoked(self, claims: AccessClaims, now: datetime) -> bool:
        """Whether the sign-in behind `claims` has ended.

        Raises BackendUnavailable when the last good poll is more than 10 s old.
        """
        if not self.are_current(now):
            raise BackendUnavailable
        return claims.sign_in_id in self._ended
