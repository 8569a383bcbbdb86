"""What the texts of settings have to look like."""

from email.headerregistry import Address
from email.utils import getaddresses
from ipaddress import IPv6Network, ip_network
from typing import Final
from urllib.parse import parse_qsl, urlsplit

LAST_PORT: Final = 65_535
_REDIS_OPTIONS: Final = {
    "redis": frozenset[str](),
    "rediss": frozenset({"ssl_ca_certs", "ssl_certfile", "ssl_keyfile"}),
    "unix": frozenset[str](),
}
"""What a URL of each kind may say behind its question mark."""


def is_host_and_port(text: str) -> bool:
    """Whether it is one to listen at, such as 127.0.0.1:50051 or [::]:50051."""
    host, _, port = text.rpartition(":")
    return bool(host) and port.isdecimal() and int(port) <= LAST_PORT


def is_http_url(text: str) -> bool:
    """Whether it is a URL of the web."""
    parts = urlsplit(text)
    return parts.scheme in {"http", "https"} and bool(parts.netloc)


def is_base_url(text: str) -> bool:
    """Whether a page can be added to it."""
    return is_http_url(text) and text.isascii() and text.isprintable() and " " not in text and not set(text) & set("?#")


def is_origin(text: str) -> bool:
    """Whether a browser could name it as where a page is from; "*" is all of them."""
    return text == "*" or (is_http_url(text) and not urlsplit(text).path)


def address(text: str) -> Address:
    """An address, with or without a name. Raises HeaderParseError, IndexError, ValueError for what is none."""
    [(name, bare)] = getaddresses([text])
    if not text.isprintable() or not bare.isascii() or "@" not in bare:
        raise ValueError("no address")
    return Address(name, addr_spec=bare)


def require_proxy(text: str) -> None:
    """Raise ValueError, with what to write instead, for what names no proxy."""
    if text == "unix":
        return
    try:
        network = ip_network(text)
    except ValueError:
        msg = f"{text} is no address, no network such as 10.0.0.0/8 (its other bits 0), and not unix"
        raise ValueError(msg) from None
    if network.prefixlen == 0:
        msg = f"{text} is everybody: any caller could pass for any other; list the proxies alone"
        raise ValueError(msg)
    if isinstance(network, IPv6Network) and network.network_address.ipv4_mapped is not None:
        msg = f"{text} is a network of IPv4: write it as one"
        raise ValueError(msg)


def is_redis(url: str) -> bool:
    """Whether Redis' client takes it. An option that it does not know would fail at the first call only."""
    try:
        parts = urlsplit(url)
        options = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
        if parts.scheme == "unix":
            number, right_place = options.pop("db", "0"), bool(parts.path)
        else:
            number, right_place = parts.path.strip("/") or "0", bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    allowed = _REDIS_OPTIONS.get(parts.scheme)
    return allowed is not None and right_place and number.isdecimal() and options.keys() <= allowed
