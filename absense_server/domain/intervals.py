"""Reports over time: local days, and what is summed up of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import Enum

from absense_server.domain.errors.base import FieldViolation
from absense_server.domain.errors.reports import ReportRangeInvalid
from absense_server.domain.figures import Tally

MAX_INTERVALS = 1000
_DAY = timedelta(days=1)


class Interval(Enum):
    """How finely a report is cut."""

    DAY = "DAY"
    WEEK = "WEEK"
    """From Monday on."""
    MONTH = "MONTH"


@dataclass(frozen=True, slots=True)
class Bounds:
    """Of a report: sessions that open in [from_at, until_at); None: without bound."""

    from_at: datetime | None = None
    until_at: datetime | None = None

    def require_sound(self) -> None:
        """Raise ReportRangeInvalid when they are the wrong way round."""
        if self.from_at is not None and self.until_at is not None and self.until_at < self.from_at:
            raise ReportRangeInvalid(FieldViolation("until_time", "has to come after from_time"))


@dataclass(frozen=True, slots=True)
class DayTally:
    """What attendance came to on one local day: in the sessions that opened on it and are over."""

    day: date
    sessions: int
    tally: Tally


@dataclass(frozen=True, slots=True)
class IntervalTally:
    """What attendance came to in [start_at, end_at)."""

    start_at: datetime
    end_at: datetime
    sessions: int
    tally: Tally


def local_day(instant: datetime, zone: tzinfo) -> date:
    """The day that `instant` belongs to in `zone`."""
    return instant.astimezone(zone).date()


def midnight(day: date, zone: tzinfo) -> datetime:
    """When a local day begins; where the clocks skip its midnight, the instant at which they do."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def whole_days(bounds: Bounds, zone: tzinfo) -> tuple[date | None, date | None]:
    """The first and the last local day that `bounds` touch."""
    first = None if bounds.from_at is None else local_day(bounds.from_at, zone)
    last = None if bounds.until_at is None else local_day(bounds.until_at - timedelta.resolution, zone)
    return first, last


def cut(days: Iterable[DayTally], interval: Interval, zone: tzinfo, bounds: Bounds) -> list[IntervalTally]:
    """What `days` come to by interval, oldest first; those without a session are left out.

    The first and the last are cut short by `bounds`. Raises ReportRangeInvalid for more than MAX_INTERVALS.
    """
    sums: dict[date, tuple[int, Tally]] = {}
    for day in days:
        if day.sessions:
            first = first_day(day.day, interval)
            sessions, tally = sums.get(first, (0, Tally()))
            sums[first] = sessions + day.sessions, tally + day.tally
    if len(sums) > MAX_INTERVALS:
        raise ReportRangeInvalid(
            FieldViolation("interval", f"{len(sums)} intervals: ask for longer ones or a shorter time")
        )
    intervals = []
    for first in sorted(sums):
        start, end = midnight(first, zone), midnight(_next(first, interval), zone)
        if bounds.from_at is not None:
            start = max(start, bounds.from_at)
        if bounds.until_at is not None:
            end = min(end, bounds.until_at)
        intervals.append(IntervalTally(start, end, *sums[first]))
    return intervals


def first_day(day: date, interval: Interval) -> date:
    """The first day of the interval that `day` belongs to."""
    match interval:
        case Interval.DAY:
            return day
        case Interval.WEEK:
            return day - day.weekday() * _DAY
        case Interval.MONTH:
            return day.replace(day=1)


def _next(first: date, interval: Interval) -> date:
    match interval:
        case Interval.DAY:
            return first + _DAY
        case Interval.WEEK:
            return first + 7 * _DAY
        case Interval.MONTH:
            return (first + 31 * _DAY).replace(day=1)
