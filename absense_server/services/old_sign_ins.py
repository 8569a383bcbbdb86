"""What is over of sign-ins, and of no use to anybody any more."""

from collections.abc import Callable
from datetime import timedelta

from absense_server.ports.data import Transaction, UnitOfWork
from absense_server.ports.outside import Clock

_A_WHILE = timedelta(days=1)
_AT_ONCE = 1000


class OldSignIns:
    """Deletes them. Every process may do it, all at once too."""

    def __init__(self, uow: UnitOfWork, clock: Clock, access_token_life: timedelta) -> None:
        self._uow = uow
        self._clock = clock
        # whoever ends a user's sign-ins finds those whose last access token is still good, and what ended them is
        # there for as long as a process may ask for it
        self._kept_for = access_token_life + _A_WHILE

    def remove(self) -> int:
        """Delete sign-ins that ended by themselves, used refresh tokens that expired, ends that all processes know.

        Returns how many. Raises BackendUnavailable.
        """
        now = self._clock.now()
        return (
            self._remove(lambda tx: tx.sign_ins.remove_ended(now - self._kept_for, _AT_ONCE))
            + self._remove(lambda tx: tx.sign_ins.remove_tokens(now, _AT_ONCE))
            + self._remove(lambda tx: tx.sign_ins.remove_revocations(now - self._kept_for, _AT_ONCE))
        )

    def _remove(self, some: Callable[[Transaction], int]) -> int:
        removed = 0
        while True:
            with self._uow() as tx:
                number = some(tx)
                tx.commit()
            removed += number
            if number < _AT_ONCE:
                return removed
