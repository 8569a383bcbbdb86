"""Erasing once more, after an older copy of the database was put back: those who were erased since are in it."""

from absense_server.domain import audit
from absense_server.domain.audit import Action
from absense_server.domain.erasure import ErasedThing
from absense_server.domain.errors.accounts import UserNotFound
from absense_server.domain.faces import ConsentEnd
from absense_server.domain.ids import UserId
from absense_server.domain.people import Caller
from absense_server.ports.data import UnitOfWork
from absense_server.ports.outside import Clock
from absense_server.services.account_erasure import AccountErasure
from absense_server.services.erasure import Erasure
from absense_server.services.settle import settle

_OPERATOR = Caller(request_id="erase-again", address="local")
_REASON = "Erased again after a restore"


class ErasingAgain:
    """Does what the log says was done. To do it twice harms nothing."""

    def __init__(self, uow: UnitOfWork, accounts: AccountErasure, erasure: Erasure, clock: Clock) -> None:
        self._uow = uow
        self._accounts = accounts
        self._erasure = erasure
        self._clock = clock

    async def erase(self, what: ErasedThing, user_id: UserId) -> bool:
        """Erase it; returns whether it was there. Photographs are void at once, and deleted within a minute.

        Raises LastAdministrator, BackendUnavailable, Overloaded.
        """
        if what is ErasedThing.ACCOUNT:
            try:
                return await self._accounts.erase_again(_OPERATOR, user_id, _REASON)
            except UserNotFound:  # registered after the copy was made
                return False
        return settle(lambda: self._erase_face(user_id, selfies=what is ErasedThing.FACE_AND_SELFIES))

    def _erase_face(self, user_id: UserId, *, selfies: bool) -> bool:
        how, action = (
            (ConsentEnd.WITHDRAWN, Action.FACE_CONSENT_WITHDRAWN)
            if selfies
            else (ConsentEnd.CLEARED, Action.FACE_CLEARED)
        )
        with self._uow() as tx:
            erased = self._erasure.face(tx, user_id, how, selfies=selfies)
            if not erased.template and not erased.blobs:
                return False
            tx.audit.add(audit.event(action, _OPERATOR, self._clock.now(), user_id).with_note(_REASON))
            tx.commit()
        return True
