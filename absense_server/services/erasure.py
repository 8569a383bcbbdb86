"""Erasing biometrics: when consent ends, and when their time is over (DESIGN.md, Face; docs/PRIVACY.md)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from absense_server.domain import audit
from absense_server.domain.audit import Action
from absense_server.domain.errors.calls import BackendUnavailable
from absense_server.domain.faces import ConsentEnd
from absense_server.domain.ids import UserId
from absense_server.domain.institution import InstitutionSettings
from absense_server.domain.records import with_face
from absense_server.domain.verdicts import Check, Reason, skipped
from absense_server.ports.data import Transaction, UnitOfWork
from absense_server.ports.findings import Race
from absense_server.ports.outside import BlobStore, Clock
from absense_server.services.settle import settle

_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Retention:
    """How long biometrics are kept."""

    selfies: timedelta
    """After they were taken in."""
    templates: timedelta
    """After they were used last."""

    def under(self, settings: InstitutionSettings) -> "Retention":
        """As the institution has it: shorter, never longer than what the consent promises."""
        return Retention(
            _at_most(self.selfies, settings.selfie_retention_days),
            _at_most(self.templates, settings.face_retention_days),
        )


def _at_most(promised: timedelta, days: int | None) -> timedelta:
    return promised if days is None else min(promised, timedelta(days=days))


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased."""

    template: bool
    checks: int
    """Verifications that were waiting, and will not be made."""
    blobs: tuple[str, ...]
    """One for each photograph: still to be deleted."""
    changed: tuple[UUID, ...] = ()
    """Topics of the records that this changed."""


class Erasure:
    """Erases. Rows go in the transaction, which voids the blobs; the blobs themselves follow in `sweep`."""

    def __init__(self, uow: UnitOfWork, blobs: BlobStore, retention: Retention, clock: Clock) -> None:
        self._uow = uow
        self._blobs = blobs
        self._retention = retention
        self._clock = clock
        self._stopping = False

    def face(self, tx: Transaction, student_id: UserId, how: ConsentEnd, *, selfies: bool) -> Erased:
        """Erase a student's template with its photographs, and all selfies too if asked; nothing waits for them."""
        now = self._clock.now()
        tx.users.hold(student_id)
        face = tx.faces.find(student_id)
        references = [] if face is None else [view.image_id for view in face.views]
        images = list(tx.images.of_owner(student_id)) if selfies else references
        if face is not None:
            tx.faces.remove(face.template, now, how)
        gone = tx.images.remove(images, now)
        checks, changed = self._cancel(tx, student_id, now)
        return Erased(face is not None, checks, tuple(gone.values()), changed)

    def _cancel(self, tx: Transaction, student_id: UserId, now: datetime) -> tuple[int, tuple[UUID, ...]]:
        waiting = tx.verifications.of_student(student_id)
        ended = tx.verifications.end([one.id for one in waiting])
        before = {record.id: record for record in tx.records.with_ids({one.record_id for one in waiting})}
        after = dict(before)
        for one in waiting:
            if one.id in ended:
                no_consent = skipped(Check.FACE, Reason.NO_CONSENT)
                after[one.record_id] = with_face(after[one.record_id], one.number, no_consent, now)
        topics: list[UUID] = []
        for record_id, record in before.items():
            if after[record_id] is not record:
                tx.records.save(record, after[record_id])
                topics += [record.id, record.session_id, *(claim.claim_id for claim in record.claims)]
        return len(ended), tuple(topics)

    def erase_old(self) -> Sequence[UUID]:
        """Erase selfies and templates whose time is over; returns topics of records that this changed.

        Raises BackendUnavailable.
        """
        while settle(self._erase_old_selfies) == _AT_ONCE and not self._stopping:
            pass
        changed: list[UUID] = []
        while not self._stopping and (erased := self._erase_unused_faces()) is not None:
            changed += erased
        return changed

    def _erase_old_selfies(self) -> int:
        now = self._clock.now()
        with self._uow() as tx:
            retention = self._retention.under(tx.institution.get())
            old = tx.images.selfies_before(now - retention.selfies, _AT_ONCE)
            if old:
                gone = tx.images.remove(old, now)
                if gone:  # else another replica was faster with all of them
                    tx.audit.add(*(audit.machine_event(Action.SELFIE_ERASED, now, image_id) for image_id in gone))
                tx.commit()
        return len(old)

    def _erase_unused_faces(self) -> Sequence[UUID] | None:
        """Some of them; None when no more could be."""
        changed: list[UUID] = []
        number = 0
        now = self._clock.now()
        with self._uow(read_only=True) as tx:
            limit = now - self._retention.under(tx.institution.get()).templates
            unused = tx.faces.unused_since(limit, _AT_ONCE)
        for template in unused:
            try:
                with self._uow() as tx:
                    tx.users.hold(template.student_id)
                    face = tx.faces.find(template.student_id)
                    if face is None or face.template.id != template.id or face.template.used_at >= limit:
                        continue
                    erased = self.face(tx, template.student_id, ConsentEnd.EXPIRED, selfies=False)
                    tx.audit.add(audit.machine_event(Action.FACE_EXPIRED, now, template.id))
                    tx.commit()
            except Race:  # a verdict or a person was faster with one of the records: next time
                continue
            changed += erased.changed
            number += 1
        return changed if number else None

    def sweep(self) -> int:
        """Delete blobs whose rows are gone; returns how many.

        Raises BackendUnavailable when the storage does not take some of them: they come last, the next time.
        """
        swept = 0
        while not self._stopping:
            with self._uow(read_only=True) as tx:
                names = tx.images.doomed(_AT_ONCE)
            swept += self.delete(names)
            if len(names) < _AT_ONCE:
                break
        return swept

    def delete(self, names: Sequence[str]) -> int:
        """Delete blobs whose rows are gone, by their names; returns how many.

        Raises BackendUnavailable when the storage does not take some of them: they come last, the next time.
        """
        deleted, left = [], []
        for name in names:
            if self._stopping:
                break
            try:
                self._blobs.delete(name)
            except BackendUnavailable:
                left.append(name)
            else:
                deleted.append(name)
        if deleted or left:
            settle(lambda: self._note(deleted, left))
        if left:
            raise BackendUnavailable
        return len(deleted)

    def _note(self, deleted: Sequence[str], left: Sequence[str]) -> None:
        with self._uow() as tx:
            tx.images.forget_doomed(deleted)
            tx.images.defer_doomed(left, self._clock.now())
            tx.commit()

    def stop(self) -> None:
        """What runs ends soon; what it leaves is done the next time."""
        self._stopping = True
