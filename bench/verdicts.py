"""Verdicts per second of a server that has nothing else to do, against bare loops over the same pipeline.

Claims are sent first, more than the workers can keep up with; then the server ends. In each round the bare loops run,
and then a server that finds the queue full: its rate is read from the verification log. The best round of each counts:
whatever else the machine does only makes a round slower.
"""

import asyncio
import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from statistics import linear_regression, mean
from typing import Any

from bench import cpu
from bench.bare_loop import BareLoops
from bench.hall import Hall
from bench.report import Measurement
from demo.server import ServerError, ServerProcess

WORKERS = 2
_LEAST_RATIO = 0.85
_ROUNDS = 4
_WARM_UP = 40
"""Verdicts that do not count: at first not all workers are there."""
_COUNTED = 120
_WANTED = _ROUNDS * (_WARM_UP + _COUNTED + 50)
"""In the queue before the first round: it is never empty."""
_MOST_SESSIONS = 6
_ROUND_SECONDS = 40.0
_POLL_SECONDS = 0.25


async def fill_queue(hall: Hall, database: Path) -> None:
    """Send claims, sessions full of them, until the queue is long enough."""
    for _ in range(_MOST_SESSIONS):
        _, claims = await hall.open_session()
        # all at once: soon the wait for a verdict is so long that the answer does not wait for it
        await asyncio.gather(*(seat.submit(claim) for seat, claim in claims))
        if _waiting(database) >= _WANTED:
            return
    raise ServerError("The queue of selfies did not get long enough: the server looks at them as fast as they come.")


def measure(server: ServerProcess, database: Path, loops: BareLoops) -> list[Measurement]:
    """The measurements; `server` is stopped, before and after, and its queue is full."""
    bare, ours, costs = [], [], []
    for _ in range(_ROUNDS):
        bare.append(loops.rate(_COUNTED // WORKERS))
        rate, cost = _serve(server, database)
        ours.append(rate)
        costs.append(cost)
    return [
        Measurement(
            f"face verdicts on {WORKERS} workers",
            max(ours),
            "/s",
            bare=max(bare),
            least_ratio=_LEAST_RATIO,
            rounds=list(zip(bare, ours, strict=True)),
        ),
        Measurement("the server's own CPU for each", mean(costs), "ms"),
    ]


def _serve(server: ServerProcess, database: Path) -> tuple[float, float]:
    """Verdicts a second of a server that works off its queue, and its own CPU for each verdict, in milliseconds."""
    before = _verdicts(database)
    server.start()
    seen = [(0, 0.0)]
    deadline = time.monotonic() + _ROUND_SECONDS
    while seen[-1][0] <= _WARM_UP + _COUNTED and time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)
        seen.append((_verdicts(database) - before, cpu.of_process(server.pid)))
    server.stop()
    rows = _rows(database, "SELECT at, outcome FROM verification_log WHERE kind = 'CLAIM' ORDER BY at")[before:]
    if len(rows) <= _WARM_UP + _COUNTED or not _waiting(database):
        raise ServerError(f"{len(rows)} verdicts, {_waiting(database)} in the queue: nothing to go by.")
    if unlike := {outcome for _, outcome in rows} - {"PASSED"}:
        raise ServerError(f"Every face is its student's, but some are {unlike}.")
    times = [datetime.fromisoformat(at).timestamp() for at, _ in rows[_WARM_UP : _WARM_UP + _COUNTED]]
    # they come in batches: a line through all is steadier than the first and the last
    rate = linear_regression(times, range(_COUNTED)).slope
    warm, end = next(one for one in seen if one[0] >= _WARM_UP), seen[-1]
    return rate, 1000 * (end[1] - warm[1]) / (end[0] - warm[0])


def _verdicts(database: Path) -> int:
    return int(_rows(database, "SELECT count(*) FROM verification_log WHERE kind = 'CLAIM'")[0][0])


def _waiting(database: Path) -> int:
    return int(_rows(database, "SELECT count(*) FROM verifications")[0][0])


def _rows(database: Path, query: str) -> Sequence[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        return connection.execute(query).fetchall()
