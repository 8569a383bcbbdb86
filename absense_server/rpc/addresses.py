"""Where a call comes from: the address of the peer, or the one that a listed proxy says it had the call from."""

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final
from urllib.parse import unquote

from absense_server.rpc.calls import Metadata

FORWARDED_FOR: Final = "x-forwarded-for"
UNIX: Final = "unix"
"""The address of whoever connects by a Unix socket."""
_LAST_PORT: Final = 65_535

_Address = IPv4Address | IPv6Address


class TrustedProxies:
    """The proxies that may say whose call they pass on; everybody else speaks for no one but himself."""

    def __init__(self, listed: Iterable[str] = ()) -> None:
        """`listed`: addresses, networks such as 10.0.0.0/8, "unix".

        Raises ValueError for what is none of them.
        """
        listed = set(listed)
        self._unix = UNIX in listed
        self._networks = [ip_network(text) for text in listed - {UNIX}]

    def address_of(self, peer: str, metadata: Metadata) -> str:
        """The caller's address, without a port: "192.0.2.7", "2001:db8::1", "unix".

        `peer`: what `context.peer()` says. Each proxy writes down whom it had the call from, behind what the call
        brought along: so the list is read from its end, over proxies that are listed, to the first address that is
        not. What stands before that is whatever the caller wrote. Where it cannot be read, the call is that of the
        last proxy that could.
        """
        told = peer_address(peer)
        if not self._lists(told):
            return told
        for entry in _backwards(metadata):
            address = _address(entry)
            if address is None:
                break
            told = str(address)
            if not self._lists(told):
                break
        return told

    def _lists(self, told: str) -> bool:
        if told == UNIX:
            return self._unix
        address = _ip(told)
        return address is not None and any(address in network for network in self._networks)


def peer_address(peer: str) -> str:
    """The address in what `context.peer()` says, without the port: "192.0.2.7", "2001:db8::1", "unix"."""
    family, _, rest = unquote(peer).partition(":")
    if family == "ipv4":
        return rest.rpartition(":")[0] or rest
    if family == "ipv6":
        host = rest[1:].partition("]")[0] if rest.startswith("[") else rest
        address = _ip(host)
        return host if address is None else str(address)
    return family or "unknown"


def _backwards(metadata: Metadata) -> Iterator[str]:
    """The entries of all `x-forwarded-for` headers, the last one first; empty ones say nothing (RFC 9110, 5.6.1)."""
    values = [value for name, value in metadata if name == FORWARDED_FOR and isinstance(value, str)]
    for value in reversed(values):
        yield from filter(None, (entry.strip() for entry in reversed(value.split(","))))


def _address(entry: str) -> _Address | None:
    """The address in "192.0.2.7", "192.0.2.7:567", "2001:db8::1", "[2001:db8::1]", "[2001:db8::1]:567"."""
    if entry.startswith("["):
        host, bracket, port = entry[1:].partition("]")
        if not bracket or ":" not in host or (port and not port.startswith(":")):
            return None
        return _ip(host) if not port or _is_port(port[1:]) else None
    if entry.count(":") == 1:
        host, _, port = entry.partition(":")
        return _ip(host) if _is_port(port) else None
    return _ip(entry)


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= len(str(_LAST_PORT)) and int(text) <= _LAST_PORT


def _ip(text: str) -> _Address | None:
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    # A socket for both families shows IPv4 callers like this; they are the same callers.
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address
