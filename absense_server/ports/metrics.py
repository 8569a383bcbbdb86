"""What is told to those who watch the server. It is counted and never read back: nothing is decided by it."""

from collections.abc import Iterable
from datetime import timedelta
from enum import Enum
from typing import Protocol

from absense_server.domain.policy import RecordStatus
from absense_server.domain.verdicts import Verdict


class MailOutcome(Enum):
    """What became of trying to send a mail."""

    SENT = "sent"
    POSTPONED = "postponed"
    REFUSED = "refused"
    GIVEN_UP = "given_up"


class Metrics(Protocol):
    """Figures of one process. Every method costs microseconds, raises nothing, and may be called from any thread."""

    def claim_kept(self, status: RecordStatus, verdicts: Iterable[Verdict]) -> None:
        """A claim is committed: its verdicts so far, and the status of its record."""
        ...

    def verdict_given(self, verdict: Verdict) -> None:
        """A verdict that a kept claim still awaited is committed."""
        ...

    def verifications_waiting(self, number: int, oldest: timedelta) -> None:
        """How many selfies wait for their verdict, in the queue of all processes, and for how long the oldest has."""
        ...

    def code_shown(self, late: timedelta) -> None:
        """A code was handed to a screen that had shown another, so long after its time had come."""
        ...

    def photograph_examined(self, took: timedelta, *, failed: bool) -> None:
        """The face engine is done with a photograph."""
        ...

    def mail_handled(self, outcome: MailOutcome) -> None:
        """A mail was tried to be sent."""
        ...

    def loop_was_late(self, late: timedelta) -> None:
        """The event loop took up something so long after it was due."""
        ...

    def component_ready(self, component: str, *, ready: bool) -> None:
        """Whether a component lets the server serve."""
        ...

    def clock_compared(self, offset: timedelta) -> None:
        """Our clock was held against the database's, and is so far ahead of it."""
        ...

    def sample(self) -> None:
        """Read what is a level and not a count: pools, open streams."""
        ...
