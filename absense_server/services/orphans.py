"""Photographs in the storage that no row names: what a crash, or a commit that failed, left there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from absense_server.ports.data import UnitOfWork
from absense_server.ports.outside import BlobStore, Clock
from absense_server.services.photographs import image_of

OLD = timedelta(days=1)
"""Between a blob and the commit of its row lie minutes, so that a row which is not there by now never comes.

It is far more than any call lasts, and goes by the storage's clock alone: whose clock is wrong does not matter.
"""
_CHORE = "sweep orphaned blobs"
_EVERY = timedelta(days=1)
_FEW = 100
_SHARE = 10
"""More than a few, and more than one in ten, come from no crash: the database is not the one of this storage."""


@dataclass(frozen=True, slots=True)
class Orphans:
    """What was found in the storage, of an age."""

    names: Sequence[str]
    kept: int
    """Photographs that are accounted for."""

    @property
    def suspicious(self) -> bool:
        """Whether they are so many, or so alone, that the storage must be another database's."""
        if not self.kept:
            return bool(self.names)  # a new database, put beside storage that has been in use
        return len(self.names) > max(_FEW, self.kept // _SHARE)


class OrphanSweep:
    """Finds and deletes them. Of several processes one does it, once a day; the next day does what it left."""

    def __init__(self, uow: UnitOfWork, blobs: BlobStore, clock: Clock) -> None:
        self._uow = uow
        self._blobs = blobs
        self._clock = clock
        self._stopping = False

    def daily(self) -> Orphans | None:
        """Sweep, unless it was done within a day: then None. Those that are suspicious are left where they are.

        Raises BackendUnavailable.
        """
        with self._uow() as tx:
            due = tx.chores.begin(_CHORE, self._clock.now(), _EVERY)
            tx.commit()
        if not due:
            return None
        self._blobs.clear_unfinished(OLD)
        orphans = self.find()
        if not orphans.suspicious:
            self.delete(orphans)
        return orphans

    def find(self) -> Orphans:
        """Look through the whole storage; what has not the name of a photograph is not ours, and passed over.

        Raises BackendUnavailable.
        """
        names: list[str] = []
        kept = 0
        for page in self._blobs.older_than(OLD):
            if self._stopping:
                break
            photographs = {image_id: name for name in page if (image_id := image_of(name)) is not None}
            if not photographs:
                continue
            with self._uow(read_only=True) as tx:
                known = tx.images.known(photographs)
            kept += len(known)
            names += [name for name in photographs.values() if name not in known]
        return Orphans(names, kept)

    def delete(self, orphans: Orphans) -> None:
        """Delete them.

        Raises BackendUnavailable.
        """
        for name in orphans.names:
            if self._stopping:
                break
            self._blobs.delete(name)

    def stop(self) -> None:
        """What runs ends soon; what it leaves is done another day."""
        self._stopping = True
