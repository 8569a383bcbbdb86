"""A user's sign-ins: looked over, ended."""

from collections.abc import Callable
from datetime import datetime

from absense_server.domain import audit
from absense_server.domain.audit import Action
from absense_server.domain.errors.accounts import SignInEnded, SignInNotFound
from absense_server.domain.ids import SignInId
from absense_server.domain.pages import Page, PageRequest, PageTokens
from absense_server.domain.people import Caller
from absense_server.ports.data import UnitOfWork
from absense_server.ports.findings import SignIn
from absense_server.ports.outside import Clock
from absense_server.services.sign_in_tokens import SignInTokens


class OwnSignIns:
    """Use cases of the caller's own sign-ins."""

    def __init__(self, uow: UnitOfWork, tokens: SignInTokens, clock: Clock, pages: PageTokens) -> None:
        self._uow = uow
        self._tokens = tokens
        self._clock = clock
        self._pages = pages

    def list(self, caller: Caller, page: PageRequest) -> Page[SignIn]:
        """Those that go on, newest first.

        Raises PageTokenInvalid.
        """
        filters = ("sign-ins", caller.id)
        after = self._pages.read(page.token, *filters)
        with self._uow(read_only=True) as tx:
            rows = tx.sign_ins.list(caller.id, self._clock.now(), after=after, limit=page.size + 1)
        return self._pages.page(rows, page.size, lambda sign_in: sign_in.id, *filters)

    def end_of(self, sign_in: SignIn) -> datetime:
        """When it ends by itself, however much it is used."""
        return self._tokens.end_of(sign_in.started_at)

    def logout(self, caller: Caller) -> None:
        """End the one that the call is made with.

        Raises SignInEnded.
        """
        self._end(caller, caller.sign_in, SignInEnded)

    def revoke(self, caller: Caller, sign_in_id: SignInId) -> None:
        """End one of them.

        Raises SignInNotFound, also when it has ended.
        """
        self._end(caller, sign_in_id, SignInNotFound)

    def _end(self, caller: Caller, sign_in_id: SignInId, missing: Callable[[], Exception]) -> None:
        with self._uow() as tx:
            tx.users.hold(caller.id)
            # not before: who had to wait would write what the polls have passed by
            now = self._clock.now()
            found = tx.sign_ins.find(caller.id, sign_in_id)
            if found is None or found.expires_at <= now:
                raise missing()
            tx.sign_ins.end(caller.id, sign_in_id, now)
            tx.audit.add(audit.event(Action.SIGN_IN_ENDED, caller, now, caller.id, sign_in=str(sign_in_id)))
            tx.commit()
