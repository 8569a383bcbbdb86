"""Programmes of study: listed, made, deleted."""

from absense_server.domain import audit
from absense_server.domain.audit import Action
from absense_server.domain.courses import Programme
from absense_server.domain.errors.courses import ProgrammeCodeTaken, ProgrammeInUse, ProgrammeNotFound
from absense_server.domain.ids import ProgrammeId
from absense_server.domain.pages import Page, PageRequest, PageTokens
from absense_server.domain.people import Caller
from absense_server.ports.data import UnitOfWork
from absense_server.ports.outside import Clock, Ids
from absense_server.services.administrators import require_admin
from absense_server.services.settle import settle


class Programmes:
    """Use cases of programmes."""

    def __init__(self, uow: UnitOfWork, clock: Clock, ids: Ids, pages: PageTokens) -> None:
        self._uow = uow
        self._clock = clock
        self._ids = ids
        self._pages = pages

    def list(self, page: PageRequest) -> Page[Programme]:
        """Programmes, oldest first.

        Raises PageTokenInvalid.
        """
        after = self._pages.read(page.token, "programmes")
        with self._uow(read_only=True) as tx:
            rows = tx.programmes.list(after=after, limit=page.size + 1)
        return self._pages.page(rows, page.size, lambda programme: programme.id, "programmes")

    def create(self, caller: Caller, code: str, name: str) -> Programme:
        """Make a programme; one of this code and name is returned as it is.

        Raises ProgrammeCodeTaken, SignInEnded.
        """

        def attempt() -> Programme:
            with self._uow() as tx:
                require_admin(tx, caller)
                known = tx.courses.programme_by_code(code)
                if known is not None:
                    if (known.code, known.name) != (code, name):
                        raise ProgrammeCodeTaken
                    return known
                programme = Programme(ProgrammeId(self._ids.new()), code, name)
                tx.courses.add_programme(programme)
                tx.audit.add(audit.event(Action.PROGRAMME_CREATED, caller, self._clock.now(), programme.id))
                tx.commit()
            return programme

        return settle(attempt)

    def delete(self, caller: Caller, programme_id: ProgrammeId) -> None:
        """Delete a programme that nothing names.

        Raises ProgrammeNotFound, ProgrammeInUse, SignInEnded.
        """

        def attempt() -> None:
            with self._uow() as tx:
                require_admin(tx, caller)
                programme = tx.programmes.hold(programme_id)
                if programme is None:
                    raise ProgrammeNotFound
                if tx.programmes.is_used(programme_id):
                    raise ProgrammeInUse
                tx.programmes.remove(programme_id)
                event = audit.event(
                    Action.PROGRAMME_DELETED, caller, self._clock.now(), programme_id, code=programme.code
                )
                tx.audit.add(event)
                tx.commit()

        settle(attempt)
