"""When students arrived: first claims over the time of a session."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from absense_server.domain.sessions import AttendanceSession

MIN_STEP = timedelta(seconds=10)
_STEPS = 30


@dataclass(frozen=True, slots=True)
class ArrivalStep:
    """So many first claims in [start_at, end_at); in the last step also those made later."""

    start_at: datetime
    end_at: datetime
    count: int
    total: int
    """First claims until its end."""


def default_step(session: AttendanceSession) -> timedelta:
    """A thirtieth of the session in whole seconds, at least MIN_STEP."""
    seconds = (session.end - session.opens_at).total_seconds() / _STEPS
    return max(MIN_STEP, timedelta(seconds=math.ceil(seconds)))


def arrivals(
    session: AttendanceSession, claimed: Iterable[datetime], step: timedelta, now: datetime
) -> list[ArrivalStep]:
    """Steps from the opening to the session's end or `now`; none before it opens. `claimed`: each first claim."""
    if now < session.opens_at:
        return []
    until = min(session.end, now)
    number = max(1, -((session.opens_at - until) // step))
    counts = [0] * number
    for instant in claimed:
        counts[min(max((instant - session.opens_at) // step, 0), number - 1)] += 1
    steps = []
    total = 0
    for index, count in enumerate(counts):
        total += count
        start = session.opens_at + index * step
        steps.append(ArrivalStep(start, max(min(start + step, until), start), count, total))
    return steps
