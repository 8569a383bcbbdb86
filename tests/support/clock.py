"""A clock that is turned by hand."""

from datetime import UTC, datetime, timedelta

MONDAY_MORNING = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


class HandClock:
    """Stands still until it is turned."""

    def __init__(self, start: datetime = MONDAY_MORNING) -> None:
        self._now = start

    def now(self) -> datetime:
        return self._now

    def turn(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)
