"""A student's enrolled face: looked up, tried out, withdrawn."""

from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

import structlog

from absense_server.domain import audit
from absense_server.domain.audit import Action
from absense_server.domain.claims import Announcement
from absense_server.domain.erasure import LOGGED, ErasedThing
from absense_server.domain.errors.base import DomainError
from absense_server.domain.errors.faces import FaceNotEnrolled
from absense_server.domain.faces import (
    ConsentEnd,
    FaceEvidence,
    FaceTemplate,
    Quality,
    SelfieState,
    compare,
    judge_face,
)
from absense_server.domain.people import Caller
from absense_server.domain.verdicts import Check, Outcome, Reason, Verdict, inconclusive
from absense_server.ports.data import UnitOfWork
from absense_server.ports.findings import MatchEntry, MatchKind, StoredFace
from absense_server.ports.outside import BlobDamaged, Clock, EventBus, Ids, Threads
from absense_server.services.erasure import Erased, Erasure
from absense_server.services.examiner import Examiner
from absense_server.services.face_vectors import FaceVectors
from absense_server.services.settle import settle
from absense_server.services.uploads import MAX_FACE_UPLOAD, Uploads

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of holding a photograph against one's own enrolled face."""

    verdict: Verdict
    template: FaceTemplate
    quality: Quality | None = None


class FaceTemplates:
    """Use cases of a student's own enrolled face (DESIGN.md, Face)."""

    def __init__(
        self,
        *,
        uow: UnitOfWork,
        threads: Threads,
        blob_threads: Threads,
        uploads: Uploads,
        examiner: Examiner,
        erasure: Erasure,
        vectors: FaceVectors,
        events: EventBus,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._uow = uow
        self._threads = threads
        self._blob_threads = blob_threads
        self._uploads = uploads
        self._examiner = examiner
        self._erasure = erasure
        self._vectors = vectors
        self._events = events
        self._clock = clock
        self._ids = ids

    def find(self, caller: Caller) -> StoredFace | None:
        """The caller's enrolled face."""
        with self._uow(read_only=True) as tx:
            return tx.faces.find(caller.id)

    async def try_out(
        self, caller: Caller, announced: Announcement, chunks: AsyncIterator[bytes], received_at: datetime
    ) -> Trial:
        """Hold a photograph against the caller's enrolled face, as a claim would be. The photograph is not kept.

        Raises FaceCheckOff, FaceNotEnrolled, UploadTooLarge and what Uploads.receive raises; ImageDamaged,
        FaceEngineUnavailable, Overloaded.
        """
        model = self._examiner.require()
        face = await self._threads.run(self.find, caller)
        if face is None:
            raise FaceNotEnrolled
        template = face.template
        verdict = judge_face(FaceEvidence(SelfieState.KEPT, template.model, model))
        if verdict is not None:
            return Trial(verdict, template)
        self._uploads.require_acceptable(announced)
        async with self._uploads.receive(announced, chunks, caller.id, received_at + MAX_FACE_UPLOAD) as photograph:
            finding = await self._examiner.examine(photograph)
        try:
            verdict = compare(finding, self._vectors.open(face), model, template.trust)
        except BlobDamaged:  # enrolled under a key that is gone
            return Trial(inconclusive(Check.FACE, Reason.MODEL_CHANGED), template, finding.quality)
        now = self._clock.now()
        entry = MatchEntry(self._ids.new(), MatchKind.TRIAL, caller.id, now, verdict, model, finding.took)
        await self._threads.run(self._log, entry, template)
        return Trial(verdict, template, finding.quality)

    def _log(self, entry: MatchEntry, template: FaceTemplate) -> None:
        with self._uow() as tx:
            tx.verifications.log([entry])
            if entry.verdict.outcome is Outcome.PASSED:
                tx.faces.touch([template.id], entry.at)
            tx.commit()

    async def withdraw(self, caller: Caller) -> Erased:
        """End the consent: template and all photographs of the caller are erased, waiting checks are cancelled.

        Raises FaceNotEnrolled when there is nothing to erase, BackendUnavailable, Overloaded.
        """

        def attempt() -> Erased:
            with self._uow() as tx:
                erased = self._erasure.face(tx, caller.id, ConsentEnd.WITHDRAWN, selfies=True)
                if not erased.template and not erased.blobs:
                    raise FaceNotEnrolled
                facts = {"photographs": str(len(erased.blobs)), "checks": str(erased.checks)}
                now = self._clock.now()
                tx.audit.add(audit.event(Action.FACE_CONSENT_WITHDRAWN, caller, now, caller.id, **facts))
                tx.commit()
            return erased

        erased = await self._threads.run(lambda: settle(attempt))
        log.info(LOGGED, what=ErasedThing.FACE_AND_SELFIES.value, user_id=str(caller.id))
        self._events.publish(*erased.changed)
        with suppress(DomainError):  # the rows are gone, which voids the blobs: they are swept later
            await self._blob_threads.run(self._erasure.delete, erased.blobs)
        return erased
