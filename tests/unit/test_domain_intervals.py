"""Local days, what is summed up of them, and arrivals."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from absense_server.domain.errors.reports import ReportRangeInvalid
from absense_server.domain.figures import Count, Tally, tally
from absense_server.domain.intervals import Bounds, DayTally, Interval, cut, local_day, midnight, whole_days
from absense_server.domain.policy import RecordStatus

ONE = Tally(present=1)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("zone", "day", "begins", "lasts"),
    [
        ("America/New_York", date(2026, 11, 1), "2026-11-01T04:00", 25),
        ("America/New_York", date(2026, 3, 8), "2026-03-08T05:00", 23),
        # its midnight is skipped
        ("Africa/Cairo", date(2026, 4, 24), "2026-04-23T22:00", 23),
        # its midnight comes twice
        ("America/Havana", date(2026, 11, 1), "2026-11-01T04:00", 25),
        ("Asia/Kathmandu", date(2026, 11, 1), "2026-10-31T18:15", 24),
    ],
)
def test_a_day_is_as_long_as_the_clocks_make_it(zone: str, day: date, begins: str, lasts: int) -> None:
    there = ZoneInfo(zone)
    start, end = midnight(day, there), midnight(day + DAY, there)
    assert (start, end - start) == (datetime.fromisoformat(begins).replace(tzinfo=UTC), timedelta(hours=lasts))
    for instant in (start, start + timedelta(hours=1), end - timedelta.resolution):
        assert local_day(instant, there) == day
    assert local_day(start - timedelta.resolution, there) == day - DAY
    assert local_day(end, there) == day + DAY
    assert whole_days(Bounds(start, end), there) == (day, day)


@pytest.mark.parametrize(
    ("interval", "starts", "ends"),
    [
        (Interval.DAY, [date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 2)], date(2026, 11, 3)),
        (Interval.WEEK, [date(2026, 10, 26), date(2026, 11, 2)], date(2026, 11, 9)),
        (Interval.MONTH, [date(2026, 10, 1), date(2026, 11, 1)], date(2026, 12, 1)),
    ],
)
def test_intervals_begin_at_local_midnight_and_are_cut_by_the_bounds(
    interval: Interval, starts: list[date], ends: date
) -> None:
    there = ZoneInfo("America/New_York")
    days = [DayTally(date(2026, 11, 2) - number * DAY, 1, ONE) for number in range(3)]
    whole = cut([*days, DayTally(date(2026, 9, 1), 0, Tally())], interval, there, Bounds())
    assert [one.start_at for one in whole] == [midnight(day, there) for day in starts]
    assert whole[-1].end_at == midnight(ends, there)
    assert sum(one.tally.present for one in whole) == sum(one.sessions for one in whole) == 3
    first, last = datetime(2026, 10, 31, 12, tzinfo=UTC), datetime(2026, 11, 2, 12, tzinfo=UTC)
    short = cut(days, interval, there, Bounds(first, last))
    assert (short[0].start_at, short[-1].end_at) == (first, last)


def test_a_report_has_at_most_a_thousand_intervals_the_right_way_round() -> None:
    days = [DayTally(date(2020, 1, 1) + number * DAY, 1, ONE) for number in range(1001)]
    assert len(cut(days[1:], Interval.DAY, UTC, Bounds())) == 1000
    with pytest.raises(ReportRangeInvalid):
        cut(days, Interval.DAY, UTC, Bounds())
    now = datetime(2026, 11, 2, tzinfo=UTC)
    Bounds(now, now).require_sound()
    with pytest.raises(ReportRangeInvalid):
        Bounds(now, now - DAY).require_sound()


def test_what_statuses_come_to() -> None:
    counts = [Count(status, late, 1) for status in (None, *RecordStatus) for late in (False, True)]
    found = tally(counts)
    assert found == Tally(present=2, late=1, excused=2, undecided=4, absent=4)
    assert (found.held, found.rate) == (12, 2 / 6)
    assert found.at_risk(0.5)
    assert not found.at_risk(2 / 6)
    assert not Tally(excused=3, undecided=1).at_risk(1)
