"""The figures of one process."""

import itertools
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from functools import partial
from typing import Final, Literal, Protocol

import prometheus_client
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from absense_server.adapters.metrics.calls import CallMetrics
from absense_server.domain.policy import RecordStatus
from absense_server.domain.verdicts import Check, Outcome, Verdict
from absense_server.ports.metrics import MailOutcome

_LATENESS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_EXAMINATION: Final = (0.025, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10)

# How one level is made of several processes'. Each mode is one of those that end with their process ("live"): what a
# dead one had open or ready is gone.
_Mode = Literal["livesum", "livemin", "livemax", "livemostrecent"]
_SUM: Final = "livesum"
_WORST: Final = "livemin"
_BEST: Final = "livemax"
_LAST_READ: Final = "livemostrecent"
"""For what every process reads of the same thing."""


class ThreadPoolLevels(Protocol):
    """What is read of a thread pool."""

    @property
    def size(self) -> int: ...
    @property
    def waiting(self) -> int: ...
    @property
    def running(self) -> int: ...


class ConnectionPoolLevels(Protocol):
    """What is read of a database's connection pool."""

    def size(self) -> int: ...
    def checkedout(self) -> int: ...


class FaceEngineLevels(Protocol):
    """What is read of a face engine."""

    @property
    def workers(self) -> int: ...
    @property
    def ready(self) -> int: ...
    @property
    def waiting(self) -> int: ...


class ProcessMetrics:
    """ports.metrics.Metrics for Prometheus, with a registry of its own.

    Levels are read when `sample` is called, and not when somebody asks: only so can a parent add up those of several
    processes.
    """

    def __init__(self, version: str) -> None:
        # when a count began says nothing that its own fall to zero does not
        prometheus_client.disable_created_metrics()
        self.registry = CollectorRegistry()
        prometheus_client.ProcessCollector(registry=self.registry)
        prometheus_client.PlatformCollector(registry=self.registry)
        prometheus_client.GCCollector(registry=self.registry)
        self._levels: list[tuple[Gauge, Callable[[], float]]] = []

        self._gauge("build_info", "The version that serves; always 1.", _BEST, "version").labels(version).set(1)
        claims = self._counter("claims", "Claims kept, by the status of their record then.", "status")
        self._claims = {status: claims.labels(status.value) for status in RecordStatus}
        verdicts = self._counter(
            "verdicts", "Verdicts of the machine on claims, by check and outcome.", "check", "outcome"
        )
        self._verdicts = {
            pair: verdicts.labels(pair[0].value, pair[1].value) for pair in itertools.product(Check, Outcome)
        }
        self._queue = self._gauge(
            "verification_queue", "Selfies that wait for their verdict, of all processes.", _LAST_READ
        )
        self._queue_age = self._gauge(
            "verification_queue_age_seconds", "For how long the oldest of them has waited.", _LAST_READ
        )
        self._code_lateness = self._histogram(
            "qr_step_lateness_seconds", "How long after its time a code was handed to a screen.", _LATENESS
        )
        self._loop_lateness = self._histogram(
            "event_loop_lateness_seconds", "How long after its time the event loop took something up.", _LATENESS
        )
        self._ready = self._gauge("ready", "1 while the component lets the server serve.", _WORST, "component")
        self._clock_offset = self._gauge("clock_offset_seconds", "Our clock less the database's.", _LAST_READ)
        examinations = self._histogram(
            "face_examination_seconds", "Time in a face worker, for each photograph.", _EXAMINATION, "result"
        )
        self._examinations = {failed: examinations.labels("failed" if failed else "done") for failed in (False, True)}
        mails = self._counter("mails", "Tries to send a mail, by what became of them.", "outcome")
        self._mails = {outcome: mails.labels(outcome.value) for outcome in MailOutcome}

    def calls(self, kinds: Mapping[str, str]) -> CallMetrics:
        """Counts calls of the methods in `kinds` (path → kind of RPC); once for each ProcessMetrics."""
        return CallMetrics(self.registry, kinds)

    def claim_kept(self, status: RecordStatus, verdicts: Iterable[Verdict]) -> None:
        self._claims[status].inc()
        for verdict in verdicts:
            self._verdicts[verdict.check, verdict.outcome].inc()

    def verdict_given(self, verdict: Verdict) -> None:
        self._verdicts[verdict.check, verdict.outcome].inc()

    def verifications_waiting(self, number: int, oldest: timedelta) -> None:
        self._queue.set(number)
        self._queue_age.set(oldest.total_seconds())

    def code_shown(self, late: timedelta) -> None:
        self._code_lateness.observe(late.total_seconds())

    def photograph_examined(self, took: timedelta, *, failed: bool) -> None:
        self._examinations[failed].observe(took.total_seconds())

    def mail_handled(self, outcome: MailOutcome) -> None:
        self._mails[outcome].inc()

    def loop_was_late(self, late: timedelta) -> None:
        self._loop_lateness.observe(late.total_seconds())

    def component_ready(self, component: str, *, ready: bool) -> None:
        self._ready.labels(component).set(ready)

    def clock_compared(self, offset: timedelta) -> None:
        self._clock_offset.set(offset.total_seconds())

    def sample(self) -> None:
        for gauge, read in self._levels:
            gauge.set(read())

    def watch_streams(self, read: Callable[[], int]) -> None:
        """Open response streams."""
        self._watch(self._gauge("streams_open", "Open response streams.", _SUM), read)

    def watch_threads(self, pools: Mapping[str, ThreadPoolLevels]) -> None:
        """Thread pools by name: work waiting and running."""
        size = self._gauge("thread_pool_size", "Calls that a thread pool runs at a time.", _SUM, "pool")
        running = self._gauge("thread_pool_running", "Calls that a thread is at.", _SUM, "pool")
        waiting = self._gauge("thread_pool_waiting", "Calls that wait for a thread.", _SUM, "pool")
        for name, pool in pools.items():
            for gauge, level in ((size, "size"), (running, "running"), (waiting, "waiting")):
                self._watch(gauge.labels(name), partial(getattr, pool, level))

    def watch_connections(self, pool: ConnectionPoolLevels) -> None:
        """The database's connection pool."""
        self._watch(self._gauge("database_pool_size", "Connections to the database at most.", _SUM), pool.size)
        self._watch(self._gauge("database_pool_in_use", "Connections in a transaction.", _SUM), pool.checkedout)

    def watch_engine(self, engine: FaceEngineLevels) -> None:
        """The face engine's processes, and what waits for them."""
        self._watch(self._gauge("face_workers", "Processes that look at faces, as set.", _SUM), lambda: engine.workers)
        self._watch(self._gauge("face_workers_ready", "Those that can look now.", _SUM), lambda: engine.ready)
        self._watch(
            self._gauge("face_photographs_waiting", "Photographs that wait for one.", _SUM), lambda: engine.waiting
        )

    def _watch(self, gauge: Gauge, read: Callable[[], float]) -> None:
        gauge.set(read())
        self._levels.append((gauge, read))

    def _counter(self, name: str, meaning: str, *labels: str) -> Counter:
        return Counter(f"absense_{name}", meaning, labels, registry=self.registry)

    def _gauge(self, name: str, meaning: str, mode: _Mode, *labels: str) -> Gauge:
        return Gauge(f"absense_{name}", meaning, labels, registry=self.registry, multiprocess_mode=mode)

    def _histogram(self, name: str, meaning: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
        return Histogram(f"absense_{name}", meaning, labels, registry=self.registry, buckets=buckets)
