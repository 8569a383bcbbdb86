"""A wire that can be cut: what stands between a client and a server."""

import socket
import threading
from contextlib import suppress
from typing import Self


class Relay:
    """Passes on what comes in on any number of connections, and breaks the first one off when its answer is due.

    Once its client has sent more than `after_bytes`, nothing that the server says reaches it any more; what it sends
    still reaches the server. `cut` then closes the connection.
    """

    def __init__(self, port: int, *, after_bytes: int) -> None:
        """`port`: the server's, on this machine."""
        self._target = ("127.0.0.1", port)
        self._after_bytes = after_bytes
        self._mute = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    @property
    def address(self) -> str:
        """Where clients connect to."""
        return f"127.0.0.1:{self.port}"

    @property
    def connections(self) -> int:
        """How many there were."""
        return len(self._pairs)

    def cut(self) -> None:
        """End the first connection, on both sides."""
        for end in self._pairs[0]:
            _close(end)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        _close(self._listener)
        for pair in self._pairs:
            for end in pair:
                _close(end)
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return  # closed
            server = socket.create_connection(self._target)
            is_first = not self._pairs
            self._pairs.append((client, server))
            for source, target, up in ((client, server, True), (server, client, False)):
                thread = threading.Thread(target=self._pass_on, args=(source, target, up, is_first), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _pass_on(self, source: socket.socket, target: socket.socket, up: bool, is_first: bool) -> None:
        passed = 0
        with suppress(OSError):  # closed meanwhile
            while data := source.recv(65_536):
                passed += len(data)
                if is_first and up and passed > self._after_bytes:
                    self._mute.set()
                if not (is_first and not up and self._mute.is_set()):
                    target.sendall(data)
        _close(target)


def _close(end: socket.socket) -> None:
    with suppress(OSError):  # it was closed before
        end.shutdown(socket.SHUT_RDWR)
    end.close()
