"""Files to be imported, on their way in: read in order, checked, handed on whole."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from absense_server.domain.claims import Announcement
from absense_server.domain.errors.calls import DeadlinePassed, Overloaded
from absense_server.domain.errors.claims import UploadHashMismatch, UploadSizeMismatch
from absense_server.domain.errors.imports import ImportTooLarge
from absense_server.ports.outside import Clock

_AT_ONCE = 2
"""Files of the largest size that may be held in memory, on their way in or being worked at."""
_LONGEST = timedelta(minutes=10)
"""From the header to the last byte."""


@dataclass(frozen=True, slots=True)
class ImportLimits:
    """What files are taken."""

    max_bytes: int
    stall: timedelta
    """How long the next chunk may take."""


class ImportUploads:
    """Takes files in."""

    def __init__(self, limits: ImportLimits, clock: Clock) -> None:
        self._limits = limits
        self._clock = clock
        self._held = 0

    @asynccontextmanager
    async def receive(self, announced: Announcement, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """The file announced, read to the end of `chunks`; its memory is accounted for until the block ends.

        Raises ImportTooLarge, UploadOutOfOrder, UploadSizeMismatch, UploadHashMismatch, DeadlinePassed when the chunks
        stop coming or come too slowly, Overloaded when too many files are worked at.
        """
        if announced.size > self._limits.max_bytes:
            raise ImportTooLarge(self._limits.max_bytes)
        if self._held + announced.size > _AT_ONCE * self._limits.max_bytes:
            raise Overloaded(timedelta(seconds=10))
        self._held += announced.size
        try:
            yield await self._read(announced, chunks)
        finally:
            self._held -= announced.size

    async def _read(self, announced: Announcement, chunks: AsyncIterator[bytes]) -> bytes:
        until = self._clock.now() + _LONGEST
        data, digest = bytearray(), sha256()
        while (chunk := await self._next(chunks)) is not None:
            if len(data) + len(chunk) > announced.size:
                raise UploadSizeMismatch(announced.size, len(data) + len(chunk))
            data += chunk
            digest.update(chunk)
            if self._clock.now() >= until:
                raise DeadlinePassed
        if len(data) != announced.size:
            raise UploadSizeMismatch(announced.size, len(data))
        if digest.digest() != announced.sha256:
            raise UploadHashMismatch
        return bytes(data)

    async def _next(self, chunks: AsyncIterator[bytes]) -> bytes | None:
        try:
            async with asyncio.timeout(self._limits.stall.total_seconds()):
                return await anext(chunks, None)
        except TimeoutError as error:
            raise DeadlinePassed from error
