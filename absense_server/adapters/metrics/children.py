"""The figures of several processes together, for the parent that starts them."""

import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry, Metric, multiprocess
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.registry import Collector

from absense_server.adapters.metrics.server import MetricsServer

_COUNTS: Final = ("counter", "histogram")
"""What goes on after the process that counted it."""


@contextmanager
def counting_together() -> Iterator["ChildMetrics"]:
    """A folder for the counts of child processes, which is gone in the end. The children end before that."""
    with tempfile.TemporaryDirectory(prefix="absense-metrics-") as folder:
        yield ChildMetrics(Path(folder))


class ChildMetrics(Collector):
    """The metrics of all child processes of this one.

    Give each child `environment` beside its own, from its start on; tell `child_ended` of each that has ended; `serve`
    the sum. From any thread.
    """

    def __init__(self, folder: Path) -> None:
        """`folder`: empty."""
        self._folder = folder
        self._lock = threading.Lock()

    @property
    def environment(self) -> Mapping[str, str]:
        """What a child counts by: for us, and serving nothing itself."""
        return {"PROMETHEUS_MULTIPROC_DIR": str(self._folder), "METRICS_ADDRESS": ""}

    def child_ended(self, pid: int) -> None:
        """What it had open is gone; what it counted stays, in one place for all that have ended."""
        with self._lock:
            multiprocess.mark_process_dead(pid, str(self._folder))
            for kind in _COUNTS:
                left = self._folder / f"{kind}_{pid}.db"
                if left.exists():
                    if left.stat().st_size:  # killed before it wrote anything
                        _add(left, self._folder / f"{kind}_ended.db")
                    left.unlink()

    def collect(self) -> Iterable[Metric]:
        """The sum of all, those included that have ended."""
        # not while counts move from one file to the other: they would be seen twice, or not at all
        with self._lock:
            return list(multiprocess.MultiProcessCollector(None, str(self._folder)).collect())

    def serve(self, address: str) -> MetricsServer:
        """Serve the sum at `address` (host:port). Raises MetricsAddressInUse."""
        registry = CollectorRegistry()
        registry.register(self)
        return MetricsServer(registry, address)


def _add(counts: Path, total: Path) -> None:
    sums = MmapedDict(str(total))
    try:
        for key, value, _, _ in MmapedDict.read_all_values_from_file(str(counts)):
            sums.write_value(key, sums.read_value(key)[0] + value, 0.0)
    finally:
        sums.close()
