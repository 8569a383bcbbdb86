"""Addresses that the parent keeps for its children."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager


class AddressTaken(Exception):
    """An address cannot be listened on: probably somebody else does."""

    def __init__(self, address: str, error: OSError) -> None:
        super().__init__(
            f"{address} cannot be listened on; it is probably already in use ({error.strerror}). Set "
            "LISTEN_ADDRESS, or PROCESS_PORTS_FROM for the ports that each process has to itself."
        )


@contextmanager
def reserved(addresses: list[str]) -> Iterator[list[str]]:
    """The addresses with their ports, where they asked for port 0; nobody but who shares ports can take them.

    The children listen on them with SO_REUSEPORT, which lets any process of this user join: so the parent looks first
    whether anybody listens there, and keeps the address while it lives, without listening.

    Raises AddressTaken.
    """
    with ExitStack() as stack:
        yield [_reserve(stack, address) for address in addresses]


def _reserve(stack: ExitStack, address: str) -> str:
    host, _, port = address.rpartition(":")
    try:
        family, _, _, _, where = socket.getaddrinfo(
            host.strip("[]"), int(port), type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        if int(port):
            with socket.socket(family, socket.SOCK_STREAM) as alone:
                alone.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                alone.bind(where)
        kept = stack.enter_context(socket.socket(family, socket.SOCK_STREAM))
        kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        kept.bind(where)
    except OSError as error:
        raise AddressTaken(address, error) from error
    return f"{host}:{kept.getsockname()[1]}"
