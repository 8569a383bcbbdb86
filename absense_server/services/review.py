"""Records as reviewers see them: listed and looked at."""

from collections.abc import Sequence
from functools import partial

from absense_server.domain import audit
from absense_server.domain.audit import Action
from absense_server.domain.errors.courses import TermNotFound
from absense_server.domain.ids import ImageId, RecordId, SessionId
from absense_server.domain.pages import Page, PageRequest, PageTokens
from absense_server.domain.people import Caller, Role
from absense_server.domain.policy import RecordStatus
from absense_server.domain.records import AttendanceRecord
from absense_server.ports.data import Transaction, UnitOfWork
from absense_server.ports.findings import FlaggedFilter, ReviewedRecord, StoredImage
from absense_server.ports.outside import Clock, Threads
from absense_server.services.photographs import Photographs, Shown
from absense_server.services.reviewers import record_for, require_course_for, session_for


class Review:
    """Use cases of lecturers and administrators who look at records."""

    def __init__(
        self,
        *,
        uow: UnitOfWork,
        threads: Threads,
        blob_threads: Threads,
        photographs: Photographs,
        clock: Clock,
        pages: PageTokens,
    ) -> None:
        self._uow = uow
        self._threads = threads
        self._blob_threads = blob_threads
        self._photographs = photographs
        self._clock = clock
        self._pages = pages

    def list(
        self, caller: Caller, session_id: SessionId, statuses: frozenset[RecordStatus], page: PageRequest
    ) -> Page[ReviewedRecord]:
        """The records of a session, in the order in which the students came.

        Raises SessionNotFound, PageTokenInvalid.
        """
        filters = ("records", session_id, sorted(status.value for status in statuses))
        after = self._pages.read(page.token, *filters)
        with self._uow(read_only=True) as tx:
            session_for(tx, caller, session_id)
            rows = tx.records.list_of_session(session_id, statuses, after=after, limit=page.size + 1)
            return self._page(tx, rows, page, *filters)

    def list_flagged(self, caller: Caller, which: FlaggedFilter, page: PageRequest) -> Page[ReviewedRecord]:
        """The records that wait for a person's look, oldest first: a lecturer's, or all for an administrator.

        Raises SessionNotFound, CourseNotFound, TermNotFound, PageTokenInvalid.
        """
        filters = (
            "flagged", caller.id, which.session_id, which.course_id, which.term_id, which.attention,
            which.include_pending,
        )  # fmt: skip
        after = self._pages.read(page.token, *filters)
        with self._uow(read_only=True) as tx:
            if which.session_id is not None:
                session_for(tx, caller, which.session_id)
            if which.course_id is not None:
                require_course_for(tx, caller, which.course_id)
            if which.term_id is not None and tx.courses.term(which.term_id) is None:
                raise TermNotFound
            lecturer_id = None if caller.role is Role.ADMIN else caller.id
            rows = tx.records.list_flagged(lecturer_id, which, after=after, limit=page.size + 1)
            return self._page(tx, rows, page, *filters)

    def get(self, caller: Caller, record_id: RecordId) -> ReviewedRecord:
        """One record with all its tries.

        Raises RecordNotFound.
        """
        with self._uow(read_only=True) as tx:
            return tx.records.reviewed([record_for(tx, caller, record_id)])[0]

    async def image(self, caller: Caller, image_id: ImageId, *, accept_link: bool = False) -> Shown:
        """A photograph of a claim in the caller's courses, as it was taken; the look is audited before it is given.

        Or one of the student's enrolled face, while a record there or its appeal waits for a person.
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

    def _page(
        self, tx: Transaction, rows: Sequence[AttendanceRecord], page: PageRequest, *filters: object
    ) -> Page[ReviewedRecord]:
        shown = self._pages.page(rows, page.size, lambda record: record.id, *filters)
        return Page(tx.records.reviewed(shown.items), shown.next_token)
