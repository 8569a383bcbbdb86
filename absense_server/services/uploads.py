"""Photographs on their way in: read in order, checked, cleaned, encrypted, stored."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from weakref import WeakValueDictionary

from absense_server.domain import images
from absense_server.domain.claims import Announcement
from absense_server.domain.errors.base import DomainError
from absense_server.domain.errors.calls import DeadlinePassed, Overloaded
from absense_server.domain.errors.claims import (
    ImageNotSupported,
    ImageTooManyPixels,
    UploadHashMismatch,
    UploadOutOfOrder,
    UploadSizeMismatch,
    UploadTooLarge,
)
from absense_server.domain.faces import SelfieState
from absense_server.domain.ids import ImageId, UserId
from absense_server.domain.images import MediaType, NotAPhotograph, Photograph, TooManyPixels
from absense_server.ports.findings import StoredImage
from absense_server.ports.outside import OPAQUE, BlobStore, Clock, Ids, Threads, Vault
from absense_server.services.photographs import blob_name

MAX_FACE_UPLOAD = timedelta(minutes=1)
"""From the header of a photograph of a face to its last byte."""
_AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class UploadLimits:
    """What photographs are taken."""

    max_bytes: int
    types: frozenset[MediaType]
    max_pixels: int
    stall: timedelta
    """How long the next chunk may take."""
    memory: int
    """Bytes of all photographs that are on their way in at once."""


@dataclass(frozen=True, slots=True)
class Selfie:
    """What came of an upload: a stored photograph, or a damaged one of which nothing was kept."""

    image: StoredImage | None
    damaged: bool = False

    @property
    def state(self) -> SelfieState:
        """What the FACE check goes by."""
        if self.image is not None:
            return SelfieState.KEPT
        return SelfieState.DAMAGED if self.damaged else SelfieState.MISSING


class Uploads:
    """Takes photographs in."""

    def __init__(
        self, *, limits: UploadLimits, threads: Threads, vault: Vault, blobs: BlobStore, clock: Clock, ids: Ids
    ) -> None:
        self._limits = limits
        self._threads = threads
        self._vault = vault
        self._blobs = blobs
        self._clock = clock
        self._ids = ids
        self._announced = 0
        self._turns: WeakValueDictionary[UserId, asyncio.Semaphore] = WeakValueDictionary()

    def require_acceptable(self, announced: Announcement | None) -> None:
        """Raise UploadTooLarge for a photograph that would be too large, before a byte of it is read."""
        if announced is not None and announced.size > self._limits.max_bytes:
            raise UploadTooLarge(self._limits.max_bytes)

    @asynccontextmanager
    async def receive(
        self, announced: Announcement | None, chunks: AsyncIterator[bytes], owner: UserId, until: datetime
    ) -> AsyncIterator[Photograph | None]:
        """The photograph announced, read to the end of `chunks`, before `until`; None when none was announced.

        Its memory is accounted for until the block ends. One owner's photographs are read two at a time: who sends many
        waits for oneself.

        Raises UploadOutOfOrder, UploadSizeMismatch, UploadHashMismatch, ImageNotSupported, ImageTooManyPixels,
        DeadlinePassed when the chunks stop coming or come too slowly, Overloaded when too many photographs are coming
        in.
        """
        async with self._received(announced, chunks, owner, until) as data:
            yield None if announced is None else await self._threads.run(self._inspect, announced, data)

    async def take(
        self,
        announced: Announcement | None,
        chunks: AsyncIterator[bytes],
        owner: UserId,
        until: datetime,
        *,
        keep: bool,
    ) -> Selfie:
        """Receive a photograph and store it, unless it is damaged or not to be kept.

        Raises what `receive` raises, and BackendUnavailable when the storage does not answer.
        """
        async with self._received(announced, chunks, owner, until) as data:
            if announced is None:
                return Selfie(None)
            return await self._threads.run(self._take, announced, data, owner, keep)

    async def store(self, photograph: Photograph, sha256: bytes, owner: UserId) -> StoredImage:
        """Encrypt a photograph and store it; `sha256`: of the bytes as received.

        Raises BackendUnavailable, Overloaded.
        """
        return await self._threads.run(self._store, photograph, sha256, owner)

    async def discard(self, image: StoredImage | None) -> None:
        """Take back a photograph that nothing came to hold. Storage that does not answer keeps an orphan: harmless."""
        if image is None:
            return
        try:
            await self._threads.run(self._blobs.delete, image.blob_name)
        except DomainError:
            return

    @asynccontextmanager
    async def _received(
        self, announced: Announcement | None, chunks: AsyncIterator[bytes], owner: UserId, until: datetime
    ) -> AsyncIterator[bytes]:
        size = 0 if announced is None else announced.size
        turns = self._turns.setdefault(owner, asyncio.Semaphore(_AT_ONCE))
        async with turns:
            if self._announced + size > self._limits.memory:
                raise Overloaded(timedelta(seconds=2))
            self._announced += size
            try:
                yield await self._read(announced, chunks, until)
            finally:
                self._announced -= size

    async def _read(self, announced: Announcement | None, chunks: AsyncIterator[bytes], until: datetime) -> bytes:
        size = 0 if announced is None else announced.size
        received, read = [], 0
        while (chunk := await self._next(chunks, until)) is not None:
            if announced is None:
                problem = "a chunk came, but the header announces no selfie"
                raise UploadOutOfOrder(problem)
            read += len(chunk)
            if read > size:
                raise UploadSizeMismatch(size, read)
            received.append(chunk)
        if read != size:
            raise UploadSizeMismatch(size, read)
        return b"".join(received)

    async def _next(self, chunks: AsyncIterator[bytes], until: datetime) -> bytes | None:
        left = min(self._limits.stall, until - self._clock.now())
        try:
            async with asyncio.timeout(left.total_seconds()):
                chunk = await anext(chunks, None)
        except TimeoutError as error:
            raise DeadlinePassed from error
        if self._clock.now() >= until:
            raise DeadlinePassed
        return chunk

    def _store(self, photograph: Photograph, sha256: bytes, owner: UserId) -> StoredImage:
        image_id = ImageId(self._ids.new())
        sealed = self._vault.seal(photograph.content, image_id.bytes)
        image = StoredImage(
            id=image_id,
            owner_id=owner,
            blob_name=blob_name(image_id),
            wrapped_key=sealed.wrapped_key,
            key_id=sealed.key_id,
            media_type=photograph.media_type,
            size=len(photograph.content),
            width=photograph.width,
            height=photograph.height,
            sha256=sha256,
            stored_at=self._clock.now(),
        )
        self._blobs.put(image.blob_name, sealed.ciphertext, OPAQUE if sealed.key_id else image.media_type.value)
        return image

    def _take(self, announced: Announcement, data: bytes, owner: UserId, keep: bool) -> Selfie:
        photograph = self._inspect(announced, data)
        if not photograph.whole:
            return Selfie(None, damaged=True)
        return Selfie(self._store(photograph, announced.sha256, owner) if keep else None)

    def _inspect(self, announced: Announcement, data: bytes) -> Photograph:
        if hashlib.sha256(data).digest() != announced.sha256:
            raise UploadHashMismatch
        accepted = ", ".join(sorted(media_type.value for media_type in self._limits.types))
        try:
            photograph = images.inspect(data, max_pixels=self._limits.max_pixels)
        except NotAPhotograph as error:
            raise ImageNotSupported(accepted) from error
        except TooManyPixels as error:
            raise ImageTooManyPixels(self._limits.max_pixels) from error
        if photograph.media_type not in self._limits.types:
            raise ImageNotSupported(accepted)
        return photograph
