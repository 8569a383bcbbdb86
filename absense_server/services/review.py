"""Records as lecturers see them: listed, looked at, decided."""

from functools import partial

from absense_server.domain import audit, records
from absense_server.domain.audit import Action
from absense_server.domain.ids import DecisionId, ImageId, RecordId, SessionId
from absense_server.domain.pages import Page, PageRequest, PageTokens
from absense_server.domain.people import Caller, Person
from absense_server.domain.policy import RecordStatus
from absense_server.domain.records import AttendanceRecord, Decision
from absense_server.ports.data import UnitOfWork
from absense_server.ports.findings import FlaggedFilter, StoredImage
from absense_server.ports.outside import Clock, EventBus, Ids, Threads
from absense_server.services.photographs import Photographs, Shown
from absense_server.services.settle import settle


class Review:
    """Use cases of those who look at records."""

    def __init__(
        self,
        *,
        uow: UnitOfWork,
        threads: Threads,
        blob_threads: Threads,
        photographs: Photographs,
        events: EventBus,
        clock: Clock,
        ids: Ids,
        pages: PageTokens,
    ) -> None:
        self._uow = uow
        self._threads = threads
        self._blob_threads = blob_threads
        self._photographs = photographs
        self._events = events
        self._clock = clock
        self._ids = ids
        self._pages = pages

    def list(
        self, caller: Caller, session_id: SessionId, statuses: frozenset[RecordStatus], page: PageRequest
    ) -> Page[AttendanceRecord]:
        """The records of a session, in the order in which the students came.

        Raises SessionNotFound, PageTokenInvalid.
        """
        filters = ("records", session_id, sorted(status.value for status in statuses))
        after = self._pages.read(page.token, *filters)
        with self._uow(read_only=True) as tx:
            tx.sessions.for_lecturer(caller.id, session_id)
            rows = tx.records.list_of_session(session_id, statuses, after=after, limit=page.size + 1)
        return self._pages.page(rows, page.size, lambda record: record.id, *filters)

    def list_flagged(self, caller: Caller, which: FlaggedFilter, page: PageRequest) -> Page[AttendanceRecord]:
        """The records that wait for a person's look, oldest first.

        Raises SessionNotFound, CourseNotFound, PageTokenInvalid.
        """
        filters = ("flagged", caller.id, which.session_id, which.course_id, which.attention)
        after = self._pages.read(page.token, *filters)
        with self._uow(read_only=True) as tx:
            if which.session_id is not None:
                tx.sessions.for_lecturer(caller.id, which.session_id)
            if which.course_id is not None:
                tx.courses.for_lecturer(caller.id, which.course_id)
            rows = tx.records.list_flagged(caller.id, which, after=after, limit=page.size + 1)
        return self._pages.page(rows, page.size, lambda record: record.id, *filters)

    def get(self, caller: Caller, record_id: RecordId) -> AttendanceRecord:
        """One record with all its tries.

        Raises RecordNotFound.
        """
        with self._uow(read_only=True) as tx:
            return tx.records.for_lecturer(caller.id, record_id)

    def confirm(self, caller: Caller, record_id: RecordId, expected_revision: int, reason: str) -> AttendanceRecord:
        """Record that a person found the student present. The caller's own decision made again is returned as it is.

        Raises RecordNotFound, RevisionMismatch, DecisionNotAllowed, TermClosed.
        """

        def attempt() -> AttendanceRecord:
            with self._uow() as tx:
                before = tx.records.for_lecturer(caller.id, record_id)
                if _decided_already(before, caller, expected_revision):
                    return before
                tx.courses.get(before.course_id).term.require_open()
                now = self._clock.now()
                decision = Decision(
                    id=DecisionId(self._ids.new()),
                    decided_by=Person(caller.id, ""),
                    decided_at=now,
                    reason=reason,
                    from_status=before.status,
                    to_status=RecordStatus.CONFIRMED,
                )
                tx.records.save(before, records.confirmed(before, decision, expected_revision))
                tx.audit.add(audit.event(Action.RECORD_CONFIRMED, caller, now, record_id, decision=str(decision.id)))
                after = tx.records.for_lecturer(caller.id, record_id)
                tx.commit()
            return after

        record = settle(attempt)
        self._events.publish(record.id, record.session_id)
        return record

    async def image(self, caller: Caller, image_id: ImageId, *, accept_link: bool = False) -> Shown:
        """A photograph of a claim in the caller's courses, as it was taken; the look is audited before it is given.

        Raises ImageNotFound, BackendUnavailable; BlobDamaged when the storage lost or altered it.
        """
        image = await self._threads.run(self._audited, caller, image_id)
        return await self._blob_threads.run(partial(self._photographs.show, image, accept_link=accept_link))

    def _audited(self, caller: Caller, image_id: ImageId) -> StoredImage:
        with self._uow() as tx:
            image = tx.images.for_lecturer(caller.id, image_id)
            now = self._clock.now()
            tx.audit.add(audit.event(Action.IMAGE_SEEN, caller, now, image_id, owner=str(image.owner_id)))
            tx.commit()
        return image


def _decided_already(record: AttendanceRecord, caller: Caller, expected_revision: int) -> bool:
    if record.revision != expected_revision + 1 or not record.decisions:
        return False
    last = record.decisions[-1]
    return last.decided_by.id == caller.id and last.to_status is record.status is RecordStatus.CONFIRMED
