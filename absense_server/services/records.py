"""Records as their students see them."""

from collections.abc import AsyncIterator

from absense_server.domain.errors.calls import BackendUnavailable, Overloaded
from absense_server.domain.ids import RecordId, SessionId
from absense_server.domain.people import Caller
from absense_server.ports.data import UnitOfWork
from absense_server.ports.outside import AGAIN_AFTER, REREAD_AFTER, Clock, EventBus, Threads
from absense_server.services.outlook import Outlook, outlook_on


class Records:
    """Reads and watches a student's own records."""

    def __init__(self, uow: UnitOfWork, threads: Threads, events: EventBus, clock: Clock) -> None:
        self._uow = uow
        self._threads = threads
        self._events = events
        self._clock = clock

    def get(self, caller: Caller, record_id: RecordId | None = None, session_id: SessionId | None = None) -> Outlook:
        """The caller's own record, by its id or by its session.

        Raises RecordNotFound.
        """
        with self._uow(read_only=True) as tx:
            record = tx.records.for_student(caller.id, record_id=record_id, session_id=session_id)
            session = tx.sessions.find(record.session_id)
            appeal = tx.appeals.find(record.session_id, caller.id)
            return outlook_on(record, session, self._clock.now(), appeal)

    async def watch(self, caller: Caller, record_id: RecordId) -> AsyncIterator[Outlook]:
        """The caller's own record now and after each change, until it is final; once begun, it outlasts outages.

        Raises RecordNotFound, BackendUnavailable, Overloaded.
        """
        seen = 0
        with self._events.subscribe(record_id) as changes:
            while True:
                read_again = REREAD_AFTER
                try:
                    outlook = await self._threads.run(self._read, caller, record_id)
                except (BackendUnavailable, Overloaded):
                    if not seen:
                        raise
                    read_again = AGAIN_AFTER
                else:
                    if outlook.record.revision > seen:
                        seen = outlook.record.revision
                        yield outlook
                    if outlook.record.status.is_final:
                        return
                await changes.wait(until=self._clock.now() + read_again)

    def _read(self, caller: Caller, record_id: RecordId) -> Outlook:
        return self.get(caller, record_id=record_id)
