"""The refresh token of a page in a browser: a cookie that no script can read (docs/SECURITY.md, Pages in a browser)."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from absense_server.rpc.calls import Metadata, value_of

NAME: Final = "__Secure-absense-refresh"
PATH: Final = "/absense.v1.AuthService/"
COOKIE_KEY: Final = "cookie"
SET_COOKIE_KEY: Final = "set-cookie"
GRPC_WEB_KEY: Final = "x-grpc-web"


def is_by_page(metadata: Metadata) -> bool:
    """Whether the call says that it is made by grpc-web, which a page of another origin needs leave for."""
    return value_of(metadata, GRPC_WEB_KEY) is not None


def refresh_token(metadata: Metadata) -> str | None:
    """What the cookie holds, whatever that is; None in a call by no page, without one, and of several unlike ones.

    Other hosts of the same domain can set a cookie of this name too, and nothing says which of two is the user's.
    """
    found = set(_values(metadata)) if is_by_page(metadata) else set()
    return found.pop() if len(found) == 1 else None


def is_carried(metadata: Metadata) -> bool:
    """Whether the call brings such a cookie, good or not."""
    return any(True for _ in _values(metadata))


def keep(token: str, life: timedelta) -> tuple[str, str]:
    """The metadata that makes a browser keep the token for so long, and send it to AuthService only."""
    seconds = max(0, int(life.total_seconds()))
    return SET_COOKIE_KEY, f"{NAME}={token}; Path={PATH}; Max-Age={seconds}; HttpOnly; Secure; SameSite=Strict"


def delete() -> tuple[str, str]:
    """The metadata that makes a browser forget it."""
    return keep("", timedelta(0))


def _values(metadata: Metadata) -> Iterator[str]:
    # http.cookies reads none at all where it does not like one of them, and other pages of the host set what they like
    for key, header in metadata:
        if key == COOKIE_KEY and isinstance(header, str):
            for cookie in header.split(";"):
                name, _, value = cookie.partition("=")
                value = value.strip()
                if len(value) > 1 and value[0] == value[-1] == '"':
                    value = value[1:-1]
                if name.strip() == NAME and value:
                    yield value
