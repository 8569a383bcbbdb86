"""Figures of each local day: made from records again and again, and what administrators read of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from absense_server.domain.figures import Tally, tally, total
from absense_server.domain.intervals import (
    Bounds,
    DayTally,
    Interval,
    IntervalTally,
    cut,
    local_day,
    midnight,
    whole_days,
)
from absense_server.ports.data import Transaction, UnitOfWork
from absense_server.ports.figures import DayFigures, VerdictCount
from absense_server.ports.outside import Clock

_DAY = timedelta(days=1)
_RECENT_DAYS = 3
_RECENT, _RECENT_EVERY = "figures of the last days", timedelta(minutes=10)
_TERMS, _TERMS_EVERY = "figures of the days of terms", _DAY
_ALL, _ALL_EVERY = "figures of all days", timedelta(days=30)
_LONG_AFTER = timedelta(days=30)
"""What changes in a term that ended longer ago shows after _ALL_EVERY."""


@dataclass(frozen=True, slots=True)
class Analytics:
    """What attendance came to everywhere."""

    sessions: int
    tally: Tally
    intervals: Sequence[IntervalTally]
    verdicts: Sequence[VerdictCount]
    made_at: datetime | None
    """The oldest of the figures; None where there are none."""


class DailyFigures:
    """Makes the figures of days, and sums them up. Every process may make them, all at once too."""

    def __init__(self, uow: UnitOfWork, clock: Clock, zone: ZoneInfo) -> None:
        """`zone`: the institution's."""
        self._uow = uow
        self._clock = clock
        self._zone = zone
        self._stopping = False

    def refresh(self) -> int:
        """Make what is due: the last days every ten minutes, those of terms once a day, all of them once in a while.

        All, too, after the time zone has changed. Returns how many days were made. Raises BackendUnavailable.
        """
        with self._uow() as tx:
            now = self._clock.now()
            if not tx.chores.begin(_RECENT, now, _RECENT_EVERY):
                return 0
            of_terms = tx.chores.begin(_TERMS, now, _TERMS_EVERY)
            tx.commit()
        with self._uow() as tx:
            # not begun but looked at: it is done when it has come to its end
            of_all = tx.days.have_other_zone(self._zone.key) or tx.chores.begin(_ALL, now, _ALL_EVERY)
        made = 0
        for day in self._days(now, of_terms=of_terms, of_all=of_all):
            if self._stopping:
                return made
            self.make(day)
            made += 1
        if of_all:
            with self._uow() as tx:
                tx.chores.begin(_ALL, now, _ALL_EVERY)
                tx.commit()
        return made

    def make(self, day: date) -> None:
        """Make the figures of one day. A day without sessions has none."""
        with self._uow(read_only=True) as tx:
            now = self._clock.now()
            counted = tx.days.count(midnight(day, self._zone), midnight(day + _DAY, self._zone), now)
        figures = DayFigures(day, now, counted.sessions, tally(counted.counts), counted.verdicts)
        with self._uow() as tx:
            tx.days.save(figures, self._zone.key)
            tx.commit()

    def stop(self) -> None:
        """What runs ends soon; what it leaves is done another time."""
        self._stopping = True

    def analytics(self, bounds: Bounds, interval: Interval) -> Analytics:
        """What the days that `bounds` touch come to.

        Raises ReportRangeInvalid.
        """
        bounds.require_sound()
        first, last = whole_days(bounds, self._zone)
        with self._uow(read_only=True) as tx:
            days = tx.days.read(first, last, self._zone.key)
            verdicts = tx.days.verdicts(first, last, self._zone.key)
        touched = Bounds(
            None if first is None else midnight(first, self._zone),
            None if last is None else midnight(last + _DAY, self._zone),
        )
        tallies = [DayTally(one.day, one.sessions, one.tally) for one in days]
        return Analytics(
            sessions=sum(one.sessions for one in days),
            tally=total(one.tally for one in days),
            intervals=cut(tallies, interval, self._zone, touched),
            verdicts=verdicts,
            made_at=min((one.made_at for one in days), default=None),
        )

    def _days(self, now: datetime, *, of_terms: bool, of_all: bool) -> Iterator[date]:
        """The days to be made, the newest first."""
        last = today = local_day(now, self._zone)
        first = today - (_RECENT_DAYS - 1) * _DAY
        if of_terms or of_all:
            with self._uow(read_only=True) as tx:
                began = _beginning(tx, now, of_all=of_all)
            if began is not None:
                first = min(first, local_day(began, self._zone))
        if of_all:
            # in another time zone the first and the last day may have been others
            first, last = first - _DAY, today + _DAY
        for back in range((last - first).days + 1):
            yield last - back * _DAY


def _beginning(tx: Transaction, now: datetime, *, of_all: bool) -> datetime | None:
    return tx.days.first_session() if of_all else tx.days.first_of_terms(now - _LONG_AFTER)
