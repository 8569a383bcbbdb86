"""Pages by key: a list goes on after the last key that was seen."""

import base64
import binascii
import hmac
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Generic, TypeVar
from uuid import UUID

from absense_server.domain.errors.calls import PageTokenInvalid

T = TypeVar("T")

DEFAULT_SIZE = 50
_TAG_BYTES = 16


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page: `size` rows after the one that `token` names."""

    size: int = DEFAULT_SIZE
    token: str = ""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Rows, and the token of the page after them; empty when there is none."""

    items: Sequence[T]
    next_token: str = ""


class PageTokens:
    """Writes and reads page tokens: the last key, authenticated together with the list and its filter.

    HMAC-SHA256 under `key` (32 bytes), cut to 128 bits.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def write(self, after: UUID, *filters: object) -> str:
        """The token of the page after the row with key `after`."""
        return base64.urlsafe_b64encode(after.bytes + self._tag(after, filters)).decode()

    def read(self, token: str, *filters: object) -> UUID | None:
        """The key to go on after; None for the first page.

        Raises PageTokenInvalid when the token is not ours or was made for other filters.
        """
        if not token:
            return None
        try:
            data = base64.b64decode(token.encode("ascii"), altchars=b"-_", validate=True)
            after = UUID(bytes=data[:16])
        except (binascii.Error, ValueError) as error:
            raise PageTokenInvalid from error
        # the text as it was written: base64 has several for the same bytes
        if not hmac.compare_digest(self.write(after, *filters), token):
            raise PageTokenInvalid
        return after

    def page(self, rows: Sequence[T], size: int, key: Callable[[T], UUID], *filters: object) -> Page[T]:
        """The page out of at most `size + 1` rows read; the row too many only shows that another page follows."""
        if len(rows) <= size:
            return Page(rows)
        return Page(rows[:size], self.write(key(rows[size - 1]), *filters))

    def _tag(self, after: UUID, filters: tuple[object, ...]) -> bytes:
        message = json.dumps([str(after), *map(str, filters)]).encode()
        return hmac.digest(self._key, message, sha256)[:_TAG_BYTES]
