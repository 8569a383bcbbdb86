"""What administrators do about enrolled faces: look, vouch, clear."""

from contextlib import suppress
from dataclasses import dataclass
from functools import partial

import structlog

from absense_server.domain import audit
from absense_server.domain.audit import Action
from absense_server.domain.erasure import LOGGED, ErasedThing
from absense_server.domain.errors.base import DomainError
from absense_server.domain.errors.calls import RevisionMismatch
from absense_server.domain.errors.faces import FaceNotEnrolled
from absense_server.domain.faces import ConsentEnd, TemplateTrust
from absense_server.domain.ids import FaceTemplateId, ImageId, UserId
from absense_server.domain.people import Caller, Person
from absense_server.ports.data import Transaction, UnitOfWork
from absense_server.ports.findings import StoredFace, StoredImage
from absense_server.ports.outside import Clock, EventBus, Threads
from absense_server.services.administrators import require_admin
from absense_server.services.erasure import Erased, Erasure
from absense_server.services.photographs import Photographs, Shown
from absense_server.services.settle import settle

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class FaceOf:
    """An enrolled face and whose it is."""

    student: Person
    face: StoredFace


class FaceOffice:
    """Use cases of administrators (DESIGN.md, Face)."""

    def __init__(
        self,
        *,
        uow: UnitOfWork,
        threads: Threads,
        blob_threads: Threads,
        photographs: Photographs,
        erasure: Erasure,
        events: EventBus,
        clock: Clock,
    ) -> None:
        self._uow = uow
        self._threads = threads
        self._blob_threads = blob_threads
        self._photographs = photographs
        self._erasure = erasure
        self._events = events
        self._clock = clock

    def get(self, user_id: UserId) -> FaceOf:
        """A student's enrolled face.

        Raises FaceNotEnrolled.
        """
        with self._uow(read_only=True) as tx:
            face, user = tx.faces.find(user_id), tx.users.get(user_id)
        if face is None or user is None:
            raise FaceNotEnrolled
        return FaceOf(user.person, face)

    def vouch(
        self, caller: Caller, user_id: UserId, template_id: FaceTemplateId, compared: frozenset[ImageId]
    ) -> FaceOf:
        """Record that a person has compared the photographs of this template with the student.

        Raises FaceNotEnrolled, SignInEnded; RevisionMismatch when others are enrolled now.
        """
        with self._uow() as tx:
            require_admin(tx, caller)
            tx.users.hold(user_id)
            face = _the_face(tx, user_id, template_id)
            if {view.image_id for view in face.views} != compared:
                raise RevisionMismatch
            if face.template.trust is not TemplateTrust.VERIFIED:
                tx.faces.set_trust(template_id, TemplateTrust.VERIFIED)
                tx.audit.add(audit.event(Action.FACE_VERIFIED, caller, self._clock.now(), template_id))
                tx.commit()
        return self.get(user_id)

    async def clear(self, caller: Caller, user_id: UserId, template_id: FaceTemplateId, reason: str) -> Erased:
        """Erase a student's template with its photographs; selfies of claims stay. The next one is UNVERIFIED.

        Raises FaceNotEnrolled, SignInEnded; RevisionMismatch when another one is enrolled now.
        """

        def attempt() -> Erased:
            with self._uow() as tx:
                require_admin(tx, caller)
                tx.users.hold(user_id)
                _the_face(tx, user_id, template_id)
                erased = self._erasure.face(tx, user_id, ConsentEnd.CLEARED, selfies=False)
                now = self._clock.now()
                tx.audit.add(audit.event(Action.FACE_CLEARED, caller, now, user_id).with_note(reason))
                tx.commit()
            return erased

        erased = await self._threads.run(lambda: settle(attempt))
        log.info(LOGGED, what=ErasedThing.FACE.value, user_id=str(user_id))
        self._events.publish(*erased.changed)
        with suppress(DomainError):  # the rows are gone, which voids the blobs: they are swept later
            await self._blob_threads.run(self._erasure.delete, erased.blobs)
        return erased

    async def image(self, caller: Caller, image_id: ImageId, *, accept_link: bool = False) -> Shown:
        """Any photograph; the look is audited before it is given.

        Raises ImageNotFound, BackendUnavailable; BlobDamaged when the storage lost or altered it.
        """
        image = await self._threads.run(self._audited, caller, image_id)
        return await self._blob_threads.run(partial(self._photographs.show, image, accept_link=accept_link))

    def _audited(self, caller: Caller, image_id: ImageId) -> StoredImage:
        with self._uow() as tx:
            image = tx.images.get(image_id)
            now = self._clock.now()
            tx.audit.add(audit.event(Action.IMAGE_SEEN, caller, now, image_id, owner=str(image.owner_id)))
            tx.commit()
        return image


def _the_face(tx: Transaction, user_id: UserId, template_id: FaceTemplateId) -> StoredFace:
    face = tx.faces.find(user_id)
    if face is None:
        raise FaceNotEnrolled
    if face.template.id != template_id:
        raise RevisionMismatch
    return face
