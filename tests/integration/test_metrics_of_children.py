"""Several processes that count, and their parent that shows the sum."""

import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from absense_server.adapters.metrics.children import ChildMetrics, counting_together
from absense_server.adapters.metrics.server import MetricsAddressInUse, MetricsServer
from tests.support import counting_child
from tests.support.metrics import Figures, scrape_now

HANDLED = "grpc_server_handled_total"
VERDICTS = {"name": "absense_verdicts_total", "check": "FACE", "outcome": "PASSED"}


@pytest.fixture
def together() -> Iterator[ChildMetrics]:
    with counting_together() as metrics:
        yield metrics


@pytest.fixture
def server(together: ChildMetrics) -> Iterator[MetricsServer]:
    server = together.serve("127.0.0.1:0")
    yield server
    server.close()


@contextmanager
def child(together: ChildMetrics, *, calls: int, streams: int = 0, queue: int = 0) -> Iterator["subprocess.Popen[str]"]:
    """A process that has counted; killed in the end, as the worst that may happen to it."""
    command = [sys.executable, counting_child.__file__, str(calls), str(streams), str(queue)]
    environment = {**os.environ, "METRICS_ADDRESS": "127.0.0.1:9464", **together.environment}
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "counted, serves metrics at ''\n"
            yield process
        finally:
            process.kill()


def seen(server: MetricsServer) -> Figures:
    return scrape_now(server.port)


def test_processes_are_added_up_and_what_one_counted_outlives_it(together: ChildMetrics, server: MetricsServer) -> None:
    assert seen(server).samples == ()
    with child(together, calls=3, streams=2, queue=5) as first:
        with child(together, calls=4, streams=7, queue=6) as second:
            both = seen(server)
            assert both.value(HANDLED, grpc_method="C", grpc_code="OK") == 7
            assert both.value("grpc_server_handling_seconds_count") == 7
            assert both.value("grpc_server_handling_seconds_bucket", le="0.01") == 0
            assert both.value("grpc_server_handling_seconds_bucket", le="0.025") == 7
            assert both.value("grpc_server_handling_seconds_sum") == pytest.approx(7 * 0.02)
            assert both.value(**VERDICTS) == 7
            assert both.value("absense_streams_open") == 9
            # both read the same queue: the later word counts
            assert both.value("absense_verification_queue") == both.value("absense_verification_queue_age_seconds") == 6
            assert both.value("absense_build_info", version="1") == 1
        together.child_ended(second.pid)
        one = seen(server)
        assert one.value(HANDLED, grpc_method="C", grpc_code="OK") == 7
        assert one.value("grpc_server_handling_seconds_bucket", le="0.025") == 7
        assert one.value(**VERDICTS) == 7
        assert one.value("absense_streams_open") == 2
        assert one.value("absense_verification_queue") == 5
    together.child_ended(first.pid)
    none = seen(server)
    assert none.value(HANDLED, grpc_method="C", grpc_code="OK") == 7
    assert none.value(**VERDICTS) == 7
    assert list(none.find("absense_streams_open")) == list(none.find("absense_verification_queue")) == []


def test_what_ends_again_and_again_leaves_no_more_files(together: ChildMetrics, server: MetricsServer) -> None:
    folder = Path(together.environment["PROMETHEUS_MULTIPROC_DIR"])
    left = set()
    for number in range(1, 4):
        with child(together, calls=1) as process:
            pass
        together.child_ended(process.pid)
        left.add(len(list(folder.iterdir())))
        assert seen(server).value(HANDLED, grpc_method="C", grpc_code="OK") == number
    assert left == {2}
    together.child_ended(process.pid)  # it is told twice, or a process that never counted
    assert seen(server).value(HANDLED, grpc_method="C", grpc_code="OK") == 3


def test_nobody_sees_counts_fall_while_a_child_ends(together: ChildMetrics) -> None:
    """A count that falls and rises again would look like a rush to Prometheus."""
    folder = Path(together.environment["PROMETHEUS_MULTIPROC_DIR"])
    with child(together, calls=1) as process:
        pass
    pids = range(10_000_000, 10_000_100)  # as many that have counted as much
    for pid in pids:
        shutil.copy(folder / f"counter_{process.pid}.db", folder / f"counter_{pid}.db")
    values = set()
    ended = threading.Event()

    def watch() -> None:
        while not ended.is_set():
            (handled,) = (metric for metric in together.collect() if metric.name == "grpc_server_handled")
            values.add(handled.samples[0].value)

    watcher = threading.Thread(target=watch)
    watcher.start()
    for pid in pids:
        together.child_ended(pid)
    ended.set()
    watcher.join()
    assert values == {101}


def test_a_child_killed_before_it_wrote_anything_is_no_trouble(together: ChildMetrics, server: MetricsServer) -> None:
    folder = Path(together.environment["PROMETHEUS_MULTIPROC_DIR"])
    (folder / "counter_77.db").touch()
    together.child_ended(77)
    assert seen(server).samples == ()


def test_the_folder_is_gone_in_the_end() -> None:
    with counting_together() as together:
        folder = Path(together.environment["PROMETHEUS_MULTIPROC_DIR"])
        assert folder.is_relative_to(tempfile.gettempdir())
        with child(together, calls=1):
            assert list(folder.iterdir())
    assert not folder.exists()


def test_an_address_taken_is_said(together: ChildMetrics, server: MetricsServer) -> None:
    with pytest.raises(MetricsAddressInUse, match="METRICS_ADDRESS"):
        together.serve(f"127.0.0.1:{server.port}")
