"""Calls, counted and timed under the names by which gRPC servers in other languages do it (go-grpc-prometheus)."""

from collections.abc import Mapping
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram

_DURATION: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_LABELS: Final = ("grpc_type", "grpc_service", "grpc_method", "grpc_code")
_UNKNOWN: Final = "unknown"


class CallMetrics:
    """rpc.interceptors.access_log.Metrics.

    A label's values are those of the methods known from the start: whatever else is called is "unknown", so that no
    caller makes series at will.
    """

    def __init__(self, registry: CollectorRegistry, kinds: Mapping[str, str]) -> None:
        """`kinds`: the kind of RPC (unary, client_stream, ...) of each method path."""
        self._kinds = kinds
        self._handled = Counter("grpc_server_handled", "Calls that have ended, by code.", _LABELS, registry=registry)
        self._seconds = Histogram(
            "grpc_server_handling_seconds",
            "How long calls took; a stream takes as long as it is open.",
            _LABELS,
            registry=registry,
            buckets=_DURATION,
        )
        self._series: dict[tuple[str, str], tuple[Counter, Histogram]] = {}

    def observed(self, method: str, code: str, seconds: float) -> None:
        """Count a call that has ended."""
        # kept: looking labels up costs more than counting
        series = self._series.get((method, code))
        if series is None:
            labels = self._labels(method, code)
            series = self._handled.labels(*labels), self._seconds.labels(*labels)
            if method in self._kinds:
                self._series[method, code] = series
        handled, took = series
        handled.inc()
        took.observe(seconds)

    def _labels(self, method: str, code: str) -> tuple[str, str, str, str]:
        kind = self._kinds.get(method)
        if kind is None:
            return _UNKNOWN, _UNKNOWN, _UNKNOWN, code
        service, _, name = method.removeprefix("/").rpartition("/")
        return kind, service, name, code
