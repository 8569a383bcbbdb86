"""Wakes those who wait for an instant. APScheduler says when; our Clock says what time it is."""

from datetime import datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from absense_server.ports.outside import Clock, EventBus


class Alarms:
    """The alarms of one process: without them who waits for an instant hears of events only."""

    def __init__(self, events: EventBus, clock: Clock) -> None:
        self._events = events
        self._clock = clock
        self._scheduler = AsyncIOScheduler(timezone="UTC", job_defaults={"coalesce": True, "misfire_grace_time": None})

    def start(self) -> None:
        """Begin, within the running event loop."""
        self._scheduler.start()
        self._events.on_alarm = self.arm
        if self._events.next_alarm is not None:
            self.arm(self._events.next_alarm)

    def stop(self) -> None:
        """End: from now on nobody is woken by the clock."""
        self._events.on_alarm = None
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def arm(self, instant: datetime) -> None:
        """Wake those who wait for `instant`, when it comes."""
        # two: the run that arms the next is not over when that one is due at once, and APScheduler would drop it
        self._scheduler.add_job(self._wake, "date", run_date=instant, id="wake", replace_existing=True, max_instances=2)

    def tick(self) -> None:
        """Wake those whose instant has come."""
        self._events.tick(self._clock.now())

    async def _wake(self) -> None:
        self.tick()
        if self._events.next_alarm is not None:
            self.arm(self._events.next_alarm)
