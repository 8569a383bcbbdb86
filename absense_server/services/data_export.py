"""Everything that is held on a person, handed to that person as a zip archive that is made while it is sent."""

import json
import zipfile
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import IO, Any, Final, cast

from absense_server.domain import audit
from absense_server.domain.audit import Action
from absense_server.domain.errors.accounts import SignInEnded
from absense_server.domain.errors.calls import Overloaded
from absense_server.domain.errors.claims import ImageNotFound
from absense_server.domain.exports import Part, archive_name, readme
from absense_server.domain.ids import ImageId
from absense_server.domain.people import Caller, UserState
from absense_server.ports.data import UnitOfWork
from absense_server.ports.findings import StoredImage
from absense_server.ports.outside import BlobDamaged, Clock, Threads
from absense_server.services.callers import hold_caller
from absense_server.services.chunks import Chunks
from absense_server.services.photographs import Photographs

MOST_AT_ONCE: Final = 20
"""Archives on their way out in one process: each may have a photograph in memory, for as long as its reader likes."""
_COME_AGAIN: Final = timedelta(minutes=1)
_PAGE: Final = 200


@dataclass(frozen=True, slots=True)
class ArchiveName:
    """What to call the archive: comes before its bytes."""

    text: str


class DataExport:
    """Makes archives. A step at a time: a reader who stops reading holds neither a thread nor a transaction."""

    def __init__(
        self, *, uow: UnitOfWork, threads: Threads, blob_threads: Threads, photographs: Photographs, clock: Clock
    ) -> None:
        self._uow = uow
        self._threads = threads
        self._blob_threads = blob_threads
        self._photographs = photographs
        self._clock = clock
        self.under_way = 0
        """Archives that are being made."""

    async def stream(self, caller: Caller) -> AsyncGenerator[ArchiveName | bytes, None]:
        """The name of the archive, then its bytes; it is whole only when this ends without an error.

        A photograph that is damaged is named as such, and left out. Raises SignInEnded, also when the account is
        erased meanwhile; Overloaded, BackendUnavailable.
        """
        if self.under_way >= MOST_AT_ONCE:
            raise Overloaded(_COME_AGAIN)
        self.under_way += 1
        try:
            now = await self._threads.run(self._begin, caller)
            yield ArchiveName(archive_name(now))
            chunks = Chunks()
            with closing(_Archive(now)) as archive:
                async for made in self._make(archive, caller, now):
                    for chunk in chunks.of(made):
                        yield chunk
            if chunks.rest:
                yield chunks.rest
        finally:
            self.under_way -= 1

    def _begin(self, caller: Caller) -> datetime:
        with self._uow() as tx:
            hold_caller(tx, caller)
            now = self._clock.now()
            tx.audit.add(audit.event(Action.DATA_EXPORTED, caller, now, caller.id))
            tx.commit()
        return now

    async def _make(self, archive: "_Archive", caller: Caller, now: datetime) -> AsyncIterator[bytes]:
        """What each step makes of the archive."""
        yield archive.add("README.txt", readme(now).encode())
        for part in Part:
            if part is not Part.IMAGES:
                async for made in self._rows(archive, caller, part, {}):
                    yield made
        problems: dict[str, str] = {}
        async for made in self._images(archive, caller, problems):
            yield made
        async for made in self._rows(archive, caller, Part.IMAGES, problems):
            yield made
        await self._threads.run(self._require_there, caller)
        yield archive.end()

    async def _rows(
        self, archive: "_Archive", caller: Caller, part: Part, problems: dict[str, str]
    ) -> AsyncIterator[bytes]:
        yield archive.begin(part.file_name)
        after: tuple[Any, ...] | None = None
        more = True
        while more:
            made, after, more = await self._threads.run(self._page, archive, caller, part, after, problems)
            yield made

    def _page(
        self,
        archive: "_Archive",
        caller: Caller,
        part: Part,
        after: tuple[Any, ...] | None,
        problems: dict[str, str],
    ) -> tuple[bytes, tuple[Any, ...] | None, bool]:
        """One page into the archive: what that makes, the last key, and whether there may be more."""
        with self._uow(read_only=True) as tx:
            rows = tx.exports.page(part, caller.id, after=after, limit=_PAGE)
        texts = []
        for row in rows:
            content = dict(row.content)
            if part is Part.IMAGES:
                problem = problems.get(str(content["id"]))
                content |= {"file": _image_file(content)} if problem is None else {"problem": problem}
            texts.append(json.dumps(content, ensure_ascii=False, indent=1))
        more = len(rows) == _PAGE
        text = ("[\n" if after is None else ",\n" if rows else "") + ",\n".join(texts) + ("" if more else "\n]\n")
        return archive.write(text.encode(), last=not more), rows[-1].key if rows else after, more

    async def _images(self, archive: "_Archive", caller: Caller, problems: dict[str, str]) -> AsyncIterator[bytes]:
        after: tuple[Any, ...] | None = None
        more = True
        while more:
            images, after, more = await self._threads.run(self._image_page, caller, after)
            for image_id, file_name in images:
                photograph = await self._photograph(image_id)
                if isinstance(photograph, bytes):
                    yield await self._threads.run(archive.add, file_name, photograph)
                else:
                    problems[str(image_id)] = photograph

    def _image_page(
        self, caller: Caller, after: tuple[Any, ...] | None
    ) -> tuple[list[tuple[ImageId, str]], tuple[Any, ...] | None, bool]:
        with self._uow(read_only=True) as tx:
            rows = tx.exports.page(Part.IMAGES, caller.id, after=after, limit=_PAGE)
        images = [(ImageId(row.key[0]), _image_file(row.content)) for row in rows]
        return images, rows[-1].key if rows else after, len(rows) == _PAGE

    async def _photograph(self, image_id: ImageId) -> bytes | str:
        """A photograph, or what is wrong with it. Raises BackendUnavailable: then all of it has to come again."""
        try:
            image = await self._threads.run(self._image, image_id)
            return await self._blob_threads.run(self._photographs.read, image)
        except ImageNotFound:
            return "it was erased while this archive was made"
        except BlobDamaged:
            return "the storage has lost or altered it"

    def _image(self, image_id: ImageId) -> StoredImage:
        with self._uow(read_only=True) as tx:
            return tx.images.get(image_id)

    def _require_there(self, caller: Caller) -> None:
        with self._uow(read_only=True) as tx:
            user = tx.users.get(caller.id)
        if user is None or user.state is not UserState.ACTIVE:
            raise SignInEnded


def _image_file(content: Any) -> str:
    kind = str(content["media_type"]).removeprefix("image/")
    return f"images/{content['id']}.{kind}"


class _Archive:
    """A zip archive, written to nowhere: each method returns the bytes that it has made."""

    def __init__(self, now: datetime) -> None:
        self._made = _Made()
        self._zip = zipfile.ZipFile(cast("IO[bytes]", self._made), "w")
        self._now = now
        self._entry: IO[bytes] | None = None
        self._lock = Lock()

    def begin(self, name: str) -> bytes:
        """A file, of which so much is to come."""
        about = zipfile.ZipInfo(name, self._now.timetuple()[:6])
        # always: a reader that does not wait for the end cannot tell where a file ends that is only stored
        about.compress_type = zipfile.ZIP_DEFLATED
        about.external_attr = 0o600 << 16
        self._entry = self._zip.open(about, "w")
        return self._made.taken()

    def write(self, data: bytes, *, last: bool) -> bytes:
        """More of it."""
        if self._entry is None:
            raise RuntimeError("no file of the archive was begun")
        with self._lock:
            self._entry.write(data)
            if last:
                self._entry.close()
            return self._made.taken()

    def add(self, name: str, data: bytes) -> bytes:
        """A whole file."""
        return self.begin(name) + self.write(data, last=True)

    def end(self) -> bytes:
        """What every archive ends with."""
        self._zip.close()
        return self._made.taken()

    def close(self) -> None:
        """End it where it is, also while a thread whose caller has gone is still at it.

        One that is left with a file open is reported on standard error when it is collected.
        """
        with self._lock:
            if self._entry is not None:
                self._entry.close()
            self._zip.close()


class _Made:
    """Takes what is written, once, from beginning to end."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """There is nothing behind it."""

    def taken(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)
