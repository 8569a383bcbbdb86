"""Records that an enrollment comes to cover, judged again."""

from collections.abc import Sequence
from datetime import datetime

from absense_server.domain import audit
from absense_server.domain.audit import Action
from absense_server.domain.ids import RecordId, SessionId
from absense_server.domain.people import Caller
from absense_server.domain.records import AttendanceRecord, with_enrollment
from absense_server.ports.data import Transaction


def judge_with_enrollment(
    tx: Transaction, caller: Caller, unenrolled: Sequence[AttendanceRecord], now: datetime
) -> tuple[RecordId | SessionId, ...]:
    """Judge records again that were made without the enrollment; returns whose watchers want to hear of it.

    Raises Race.
    """
    changed: list[RecordId | SessionId] = []
    events = []
    for record in unenrolled:
        again = with_enrollment(record, now)
        tx.records.save(record, again)
        events.append(audit.event(Action.RECORD_JUDGED_AGAIN, caller, now, record.id, status=again.status.value))
        changed += [record.id, record.session_id]
    if events:
        tx.audit.add(*events)
    return tuple(changed)
