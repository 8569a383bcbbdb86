"""The table that `make bench` prints, and what it calls kept."""

import json
import subprocess
import sys

import pytest

from bench import cpu
from bench.claims import Round, measurements
from bench.report import Measurement, table


@pytest.mark.parametrize(
    ("measurement", "promise", "kept"),
    [
        (Measurement("rate", 9, "/s", bare=10, least_ratio=0.9), "ratio >= 0.90", True),
        (Measurement("rate", 8.9, "/s", bare=10, least_ratio=0.9), "ratio >= 0.90", False),
        (Measurement("rate", 9, "/s", least_ratio=0.9), "ratio >= 0.90", False),
        (Measurement("cost", 13.5, "ms", bare=10, most_ratio=1.35), "ratio <= 1.35", True),
        (Measurement("cost", 13.6, "ms", bare=10, most_ratio=1.35), "ratio <= 1.35", False),
        (Measurement("cost", 1, "ms", most_ratio=1.35), "ratio <= 1.35", False),
        (Measurement("time", 60, "s", most=60), "<= 60 s", True),
        (Measurement("time", 60.1, "s", most=60), "<= 60 s", False),
        (Measurement("records", 500, "records", exactly=500), "500 records", True),
        (Measurement("records", 499, "records", exactly=500), "500 records", False),
        (Measurement("cost", 13.6, "ms", bare=10), "", True),
    ],
)
def test_what_is_promised_and_kept(measurement: Measurement, promise: str, *, kept: bool) -> None:
    assert (measurement.promise, measurement.kept) == (promise, kept)


def test_table() -> None:
    cost = Measurement("a claim's CPU", 3.2, "ms", bare=2, most_ratio=1.35)
    assert table([cost, Measurement("plain", 3, "s")]).splitlines() == [
        "               bare  ours     ratio  promise        kept",
        "--------------------------------------------------------",
        "a claim's CPU  2 ms  3.20 ms  1.60   ratio <= 1.35  NO",
        "plain                3 s",
    ]


def test_values_are_for_json() -> None:
    cost = Measurement("cost", 3, "ms", bare=2, most_ratio=1.6, rounds=[(2, 3), (4, 5)])
    values = json.loads(json.dumps(cost.values()))
    assert (values["ratio"], values["kept"], values["rounds"]) == (1.5, True, [[2, 3], [4, 5]])


def test_the_cheapest_round_of_each_counts() -> None:
    bare = [Round(100, 1, 2, server=3, database=1), Round(90, 4, 5, server=2, database=1)]
    ours = [Round(80, 6, 7, server=4, database=1.5), Round(70, 8, 9, server=4, database=0.2)]
    found = measurements(bare, ours)
    assert [(one.bare, one.ours) for one in found] == [(90, 70), (4, 8), (5, 9), (2, 4), (1, 0.2), (3, 4.2)]
    assert found[-1].rounds == [(4, 5.5), (3, 4.2)]


BUSY = """
import time
while time.process_time() < 0.3: pass
print(flush=True)
"""
PARENT = f"""
import subprocess, sys
subprocess.run([sys.executable, "-c", {BUSY!r}], stdout=subprocess.DEVNULL)
alive = subprocess.Popen([sys.executable, "-c", {BUSY!r} + "input()"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
alive.stdout.readline()
print(flush=True)
input()
alive.communicate()
"""


def test_a_tree_of_processes_counts_children_that_run_and_that_have_ended() -> None:
    """One process counts itself alone."""
    process = subprocess.Popen([sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    alone, together = cpu.of_process(process.pid), cpu.of_tree(process.pid)
    process.communicate(b"\n")
    assert together - alone > 0.55
    with pytest.raises((FileNotFoundError, ProcessLookupError)):
        cpu.of_tree(process.pid)
