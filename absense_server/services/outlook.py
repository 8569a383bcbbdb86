"""What a student can still do about a record."""

from dataclasses import dataclass
from datetime import datetime

from absense_server.domain.advice import Advice, advice_on
from absense_server.domain.appeals import Appeal
from absense_server.domain.records import AttendanceRecord
from absense_server.domain.sessions import AttendanceSession, SessionState


@dataclass(frozen=True, slots=True)
class Outlook:
    """A record with what may come of it."""

    record: AttendanceRecord
    tries_left: int
    advice: tuple[Advice, ...]
    session: AttendanceSession | None = None
    appeal: Appeal | None = None


def outlook_on(
    record: AttendanceRecord, session: AttendanceSession | None, now: datetime, appeal: Appeal | None = None
) -> Outlook:
    """The outlook at `now`: another try is taken only while the session is open."""
    still_open = session is not None and session.state(now) is SessionState.OPEN
    return Outlook(record, record.tries_left() if still_open else 0, advice_on(record), session, appeal)
