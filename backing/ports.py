"""Ports for throwaway servers."""

import random
import socket
from contextlib import ExitStack

_BELOW_THE_SYSTEMS = range(20_000, 32_000)
"""Linux gives none of these to outgoing connections."""


def free_ports(count: int) -> list[int]:
    """Ports of 127.0.0.1 that nobody listens on, all different."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def ports_in_rows(rows: int, length: int) -> range:
    """The first port of each of so many rows of neighbours, none of which anybody listens on.

    Whoever stops listening finds them free again: no outgoing connection takes them.
    """
    while True:
        first = random.choice(_BELOW_THE_SYSTEMS)  # noqa: S311 - no secret
        ports = range(first, first + rows * length)
        with ExitStack() as stack:
            try:
                for port in ports:
                    stack.enter_context(socket.socket()).bind(("127.0.0.1", port))
            except OSError:
                continue
        return ports[::length]
