"""A whole hall claims at one instant: how long until everybody has an answer, and a verdict."""

from __future__ import annotations  # the stubs' async types exist for type checkers only

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import quantiles
from time import perf_counter

import grpc.aio

from absense.v1 import attendance_record_pb2
from bench.hall import PATIENCE_SECONDS, Hall, Seat
from bench.report import Measurement
from demo.phone import Claim
from demo.table import status_name
from demo.wire import reason_of

PENDING = attendance_record_pb2.RECORD_STATUS_PENDING_VERIFICATION
CONFIRMED = attendance_record_pb2.RECORD_STATUS_CONFIRMED


@dataclass(frozen=True)
class Outcome:
    """What one student saw; seconds from when everybody sent."""

    status: str
    answered: float
    decided: float
    waited_for_it: bool
    """The verdict came after the answer."""


async def measure(hall: Hall) -> tuple[list[Measurement], str]:
    """The measurements, and what became of the claims in words."""
    session_id, claims = await hall.open_session()
    began = perf_counter()
    outcomes = await asyncio.gather(*(_claim(seat, claim, began) for seat, claim in claims))
    counts = (await hall.lecturer.session(session_id)).counts
    seen = Counter(outcome.status for outcome in outcomes)
    ahead = sum(not outcome.waited_for_it for outcome in outcomes)
    said = ", ".join(f"{number} {status}" for status, number in seen.most_common())
    words = f"{said}; {ahead} answers came with their verdict"
    size = len(claims)
    return [
        *_spread(f"{size} claims at once: answer", [outcome.answered for outcome in outcomes]),
        *_spread(f"{size} claims at once: verdict", [outcome.decided for outcome in outcomes]),
        Measurement(
            f"{size} claims at once: last verdict",
            max(outcome.decided for outcome in outcomes),
            "s",
            most=PATIENCE_SECONDS,
        ),
        Measurement(f"{size} claims at once: confirmed", counts.confirmed, "records", exactly=size),
    ], words


async def _claim(seat: Seat, claim: Claim, began: float) -> Outcome:
    """Send it; where the answer leaves the verdict open, watch the record."""
    answered = None
    try:
        record = await seat.submit(claim)
        answered = perf_counter() - began
        waited = record.status == PENDING
        if waited:
            async for now in seat.watch(record.id):
                record = now
        status = status_name(record.status)
    except grpc.aio.AioRpcError as error:
        status, waited = reason_of(error), True
    decided = perf_counter() - began
    return Outcome(status, answered or decided, decided, waited)


def _spread(what: str, seconds: Sequence[float]) -> list[Measurement]:
    cuts = quantiles(seconds, n=100)
    return [Measurement(f"{what}, p{percent}", cuts[percent - 1], "s") for percent in (50, 99)]
