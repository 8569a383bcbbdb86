"""A student's face, enrolled with consent: the first photograph, more views, a new start."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from absense_server.domain import audit
from absense_server.domain.audit import Action
from absense_server.domain.claims import Announcement
from absense_server.domain.errors.base import DomainError
from absense_server.domain.errors.calls import BackendUnavailable, Overloaded
from absense_server.domain.errors.faces import UNFIT, ConsentOutdated, ConsentWithdrawn, FaceDiffers, FaceViewsFull
from absense_server.domain.faces import (
    FOR_ENROLLMENT,
    MAX_VIEWS,
    UNIT,
    Consent,
    ConsentEnd,
    FaceFinding,
    FaceModel,
    FaceTemplate,
    Quality,
    TemplateTrust,
    nearest,
    problem_with,
)
from absense_server.domain.ids import ConsentId, FaceTemplateId, FaceViewId
from absense_server.domain.people import Caller
from absense_server.domain.verdicts import Check, Outcome, Reason, Verdict, failed, passed
from absense_server.ports.data import Transaction, UnitOfWork
from absense_server.ports.findings import MatchEntry, MatchKind, Race, StoredFace, StoredImage, StoredView
from absense_server.ports.outside import BlobDamaged, Clock, Ids, Threads
from absense_server.services.callers import hold_caller
from absense_server.services.examiner import Examiner
from absense_server.services.face_vectors import FaceVectors
from absense_server.services.photographs import Photographs
from absense_server.services.uploads import MAX_FACE_UPLOAD, Uploads

_ATTEMPTS = 5
_BREAKS_TRUST = frozenset({ConsentEnd.WITHDRAWN, ConsentEnd.CLEARED})


@dataclass(frozen=True, slots=True)
class EnrollmentWish:
    """A face to be enrolled, as a student asks for it."""

    consent_version: str
    replace: bool = False
    """Instead of the photographs enrolled before, not beside them."""


@dataclass(frozen=True, slots=True)
class EnrolledFace:
    """What came of an enrollment."""

    template: FaceTemplate
    quality: Quality | None
    """Of the photograph; None where it was enrolled before and not looked at again."""


@dataclass(frozen=True, slots=True)
class _New:
    """A photograph that is good enough."""

    wish: EnrollmentWish
    model: FaceModel
    finding: FaceFinding
    image: StoredImage
    received_at: datetime


@dataclass(frozen=True, slots=True)
class _Match:
    """How near it is to the face enrolled before."""

    face: StoredFace
    verdict: Verdict


class FaceEnrollment:
    """Enrolls faces (DESIGN.md, Face)."""

    def __init__(
        self,
        *,
        uow: UnitOfWork,
        threads: Threads,
        blob_threads: Threads,
        uploads: Uploads,
        examiner: Examiner,
        vectors: FaceVectors,
        photographs: Photographs,
        consent_version: str,
        first_is_trusted: bool,
        clock: Clock,
        ids: Ids,
    ) -> None:
        """`consent_version`: in force. `first_is_trusted`: on first use, or only once a person has compared it."""
        self._uow = uow
        self._threads = threads
        self._blob_threads = blob_threads
        self._uploads = uploads
        self._examiner = examiner
        self._vectors = vectors
        self._photographs = photographs
        self._consent_version = consent_version
        self._first_is_trusted = first_is_trusted
        self._clock = clock
        self._ids = ids

    async def enroll(
        self,
        caller: Caller,
        wish: EnrollmentWish,
        announced: Announcement,
        chunks: AsyncIterator[bytes],
        received_at: datetime,
    ) -> EnrolledFace:
        """Enroll a photograph: the first one, another view, or instead of those before. Kept when it returns.

        The same photograph again changes nothing. The new one has to match the first one enrolled before.
        Raises FaceCheckOff, ConsentOutdated, UploadTooLarge and what Uploads.receive raises; the errors in UNFIT;
        ConsentWithdrawn, FaceDiffers, FaceViewsFull, FaceEngineUnavailable, BackendUnavailable, Overloaded,
        SignInEnded.
        """
        model = self._examiner.require()
        if wish.consent_version != self._consent_version:
            raise ConsentOutdated(self._consent_version)
        self._uploads.require_acceptable(announced)
        async with self._uploads.receive(announced, chunks, caller.id, received_at + MAX_FACE_UPLOAD) as photograph:
            known = await self._known(caller, wish, announced.sha256)
            if known is not None and model.is_comparable(known.model):
                return EnrolledFace(known, None)
            finding = await self._examiner.examine(photograph)
            problem = problem_with(finding, FOR_ENROLLMENT)
            if problem is not None or photograph is None:
                raise UNFIT[problem or Reason.IMAGE_DAMAGED]
            image = await self._uploads.store(photograph, announced.sha256, caller.id)
        try:
            template = await self._keep(caller, _New(wish, model, finding, image, received_at))
        except BackendUnavailable:
            raise  # it may have been committed: better a blob without a template than a template without its blob
        except DomainError:
            await self._uploads.discard(image)
            raise
        return EnrolledFace(template, finding.quality)

    async def _known(self, caller: Caller, wish: EnrollmentWish, sha256: bytes) -> FaceTemplate | None:
        """The template that this very photograph has made already."""
        face = await self._threads.run(self._find, caller)
        if face is None or (wish.replace and len(face.views) > 1):
            return None
        return face.template if any(view.sha256 == sha256 for view in face.views) else None

    def _find(self, caller: Caller) -> StoredFace | None:
        with self._uow(read_only=True) as tx:
            return tx.faces.find(caller.id)

    async def _keep(self, caller: Caller, new: _New) -> FaceTemplate:
        for _ in range(_ATTEMPTS):
            face = await self._threads.run(self._find, caller)
            match = None if face is None else await self._match(face, new)
            try:
                return await self._threads.run(self._write, caller, new, match)
            except Race:
                continue
        raise Overloaded

    async def _match(self, face: StoredFace, new: _New) -> _Match:
        """Held against the first photograph: by nearest ones, somebody could get from one face to another in steps."""
        found, threshold = nearest(new.finding.vector, await self._first(face, new)), new.model.threshold
        if found <= threshold:
            return _Match(face, passed(Check.FACE, Reason.FACE_MATCHES, found, threshold, UNIT))
        return _Match(face, failed(Check.FACE, Reason.FACE_MISMATCH, found, threshold, UNIT))

    async def _first(self, face: StoredFace, new: _New) -> Sequence[bytes]:
        """The vector of the photograph enrolled first; that of another model is made anew, where a face is found."""
        try:
            if new.model.is_comparable(face.template.model):
                return self._vectors.open(face)[:1]
            content = await self._blob_threads.run(self._reference, face.views[0])
        except BlobDamaged as error:
            # nothing is left that shows whose face it was: an administrator has to clear it
            raise FaceDiffers from error
        vector = (await self._examiner.look(content)).vector
        return [vector] if vector else []

    def _reference(self, view: StoredView) -> bytes:
        with self._uow(read_only=True) as tx:
            image = tx.images.get(view.image_id)
        return self._photographs.read(image)

    def _write(self, caller: Caller, new: _New, match: _Match | None) -> FaceTemplate:
        """Keep the photograph, if the face enrolled before is still the one that was compared.

        Raises Race when it is not; ConsentWithdrawn, FaceDiffers, FaceViewsFull, SignInEnded.
        """
        with self._uow() as tx:
            hold_caller(tx, caller)
            if tx.faces.has_ended(caller.id, _BREAKS_TRUST, since=new.received_at):
                raise ConsentWithdrawn
            face = tx.faces.find(caller.id)
            if face != (None if match is None else match.face):
                raise Race
            if match is not None:
                self._log(tx, caller, new, match.verdict)
                if match.verdict.outcome is not Outcome.PASSED:
                    tx.commit()
                    raise FaceDiffers
            if face is None or new.wish.replace or not new.model.is_comparable(face.template.model):
                template = self._begin(tx, caller, new, face)
            else:
                template = self._add_view(tx, caller, new, face)
            tx.commit()
        return template

    def _add_view(self, tx: Transaction, caller: Caller, new: _New, face: StoredFace) -> FaceTemplate:
        if len(face.views) >= MAX_VIEWS:
            raise FaceViewsFull(MAX_VIEWS)
        now = self._clock.now()
        template = face.template
        tx.images.add(new.image)
        tx.faces.add_view(template, self._view(new, now))
        if template.trust is TemplateTrust.VERIFIED:
            template = replace(template, trust=TemplateTrust.UNVERIFIED)
            tx.faces.set_trust(template.id, template.trust)
        if template.consent.version != self._consent_version:
            renewed = self._consent(caller, now)
            tx.faces.renew_consent(template, renewed)
            template = replace(template, consent=renewed)
        tx.audit.add(audit.event(Action.FACE_VIEW_ADDED, caller, now, template.id, image=str(new.image.id)))
        return replace(template, views=len(face.views) + 1)

    def _begin(self, tx: Transaction, caller: Caller, new: _New, before: StoredFace | None) -> FaceTemplate:
        now = self._clock.now()
        if before is not None:
            tx.faces.remove(before.template, now, ConsentEnd.RENEWED)
            tx.images.remove([view.image_id for view in before.views], now)
        template = FaceTemplate(
            id=FaceTemplateId(self._ids.new()),
            student_id=caller.id,
            trust=self._trust(tx, caller, before),
            model=new.model,
            consent=self._consent(caller, now),
            enrolled_at=now,
            used_at=now,
            views=1,
        )
        tx.images.add(new.image)
        tx.faces.add(StoredFace(template, (self._view(new, now),)))
        action = Action.FACE_ENROLLED if before is None else Action.FACE_REPLACED
        facts = {"consent": template.consent.version, "image": str(new.image.id), "trust": template.trust.value}
        tx.audit.add(audit.event(action, caller, now, template.id, **facts))
        return template

    def _trust(self, tx: Transaction, caller: Caller, before: StoredFace | None) -> TemplateTrust:
        """As the face before, which the new one matches; without one, by what happened before that.

        What a person has compared were other photographs.
        """
        if before is not None:
            trust = before.template.trust
            return TemplateTrust.UNVERIFIED if trust is TemplateTrust.VERIFIED else trust
        if not self._first_is_trusted or tx.faces.has_ended(caller.id, _BREAKS_TRUST):
            return TemplateTrust.UNVERIFIED
        return TemplateTrust.TRUSTED

    def _consent(self, caller: Caller, now: datetime) -> Consent:
        return Consent(ConsentId(self._ids.new()), caller.id, self._consent_version, now)

    def _view(self, new: _New, now: datetime) -> StoredView:
        view_id = FaceViewId(self._ids.new())
        sealed = self._vectors.seal(new.finding.vector, view_id)
        return StoredView(view_id, new.image.id, new.image.sha256, sealed, now)

    def _log(self, tx: Transaction, caller: Caller, new: _New, verdict: Verdict) -> None:
        now = self._clock.now()
        entry = MatchEntry(self._ids.new(), MatchKind.ENROLLMENT, caller.id, now, verdict, new.model, new.finding.took)
        tx.verifications.log([entry])
