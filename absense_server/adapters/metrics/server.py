"""Serves metrics over HTTP, on a port of their own."""

import socket
import socketserver
import sys
import threading
from http.server import ThreadingHTTPServer
from typing import Final
from urllib.parse import urlsplit

import structlog
from prometheus_client import CollectorRegistry, MetricsHandler

_SLOWEST_S: Final = 10
_POLL_S: Final = 0.1

log = structlog.get_logger()


class MetricsAddressInUse(Exception):
    """The address cannot be listened on."""

    def __init__(self, address: str) -> None:
        super().__init__(
            f"{address} cannot be listened on for metrics; it is probably already in use. "
            "Set METRICS_ADDRESS, to another for each server on this machine, or to nothing."
        )


class MetricsServer:
    """Answers GET /metrics, on threads of its own that keep no process alive, until it is closed."""

    def __init__(self, metrics: CollectorRegistry, address: str) -> None:
        """Serve at `address` (host:port; port 0: any). Raises MetricsAddressInUse."""
        host, _, port = address.rpartition(":")
        handler = type("Handler", (_Handler,), {"registry": metrics})
        try:
            self._server = _Server(host.strip("[]"), int(port), handler)
        except OSError as error:
            raise MetricsAddressInUse(address) from error
        self._thread = threading.Thread(target=self._server.serve_forever, args=[_POLL_S], name="metrics", daemon=True)
        self._thread.start()
        log.info("metrics served", address=address, port=self.port)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.server_address[1])

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Handler(MetricsHandler):
    # who connects and says nothing shall not hold a thread for ever
    timeout = _SLOWEST_S

    def do_GET(self) -> None:  # noqa: N802 - so http.server calls it
        if urlsplit(self.path).path == "/metrics":
            super().do_GET()
        else:
            self.send_error(404)


class _Server(ThreadingHTTPServer):
    def __init__(self, host: str, port: int, handler: type[_Handler]) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, port), handler)

    def server_bind(self) -> None:
        # http.server's own asks the name service who we are, which may take long and is of no use here
        socketserver.TCPServer.server_bind(self)

    def handle_error(self, *_which: object) -> None:
        """Log what is a fault of ours, and not that of a client that left or fell silent."""
        error = sys.exception()
        if not isinstance(error, OSError):
            log.error("metrics not served", exc_info=error)
