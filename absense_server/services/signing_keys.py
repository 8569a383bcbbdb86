"""The public keys that partner systems verify access tokens with."""

from collections.abc import Sequence
from hashlib import sha256
from uuid import UUID

from absense_server.domain.errors.calls import PageTokenInvalid
from absense_server.domain.pages import Page, PageRequest, PageTokens
from absense_server.ports.outside import SigningKey


class SigningKeys:
    """Lists them; where tokens are signed with a secret there are none."""

    def __init__(self, keys: Sequence[SigningKey], pages: PageTokens) -> None:
        self._keys = {_page_key(key): key for key in keys}
        self._pages = pages

    def list(self, page: PageRequest) -> Page[SigningKey]:
        """The one that is signed with first.

        Raises PageTokenInvalid, also when the key that a page ended with is no longer listed.
        """
        after = self._pages.read(page.token, "signing-keys")
        order = list(self._keys)
        if after is not None and after not in self._keys:
            raise PageTokenInvalid
        start = 0 if after is None else order.index(after) + 1
        rows = [self._keys[key] for key in order[start : start + page.size + 1]]
        return self._pages.page(rows, page.size, _page_key, "signing-keys")


def _page_key(key: SigningKey) -> UUID:
    return UUID(bytes=sha256(key.key_id.encode()).digest()[:16])
