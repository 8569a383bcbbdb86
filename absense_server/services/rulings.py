"""What is made of appeals, written down and told to the students."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from absense_server.domain import audit
from absense_server.domain.appeals import GRANTED_BY, Appeal, AppealState, Ruling, ruled
from absense_server.domain.audit import Action
from absense_server.domain.decisions import Word, last_decider
from absense_server.domain.mails import MailKind
from absense_server.domain.people import Caller
from absense_server.domain.records import AttendanceRecord
from absense_server.ports.data import Transaction
from absense_server.services.mails import Mails

_WHAT_FOLLOWS = {
    AppealState.ACCEPTED: (Action.APPEAL_ACCEPTED, MailKind.APPEAL_ACCEPTED),
    AppealState.DECLINED: (Action.APPEAL_DECLINED, MailKind.APPEAL_DECLINED),
}


class Rulings:
    """Writes them, in the transaction of the decision on the record."""

    def __init__(self, mails: Mails) -> None:
        self._mails = mails

    def write(self, tx: Transaction, caller: Caller, decided: Sequence[Appeal], now: datetime) -> None:
        """Keep what was made of some appeals now, of all the same.

        Raises Race when one of them does not wait any more.
        """
        if not decided:
            return
        action, mail = _WHAT_FOLLOWS[decided[0].state]
        tx.appeals.decide(*decided)
        tx.audit.add(
            *(audit.event(action, caller, now, appeal.id, session=str(appeal.session_id)) for appeal in decided)
        )
        self._mails.queue_all(tx, mail, [(appeal.student.id, _note(appeal)) for appeal in decided])

    def grantable(
        self, tx: Transaction, caller: Caller, records: Collection[AttendanceRecord], word: Word
    ) -> list[Appeal]:
        """The appeals about `records` that a decision on these grants: what waits, and is the caller's to decide.

        `records`: as they were before it, and held since: who files an appeal meanwhile waits, and finds them decided.
        """
        outcome = GRANTED_BY.get(word.status)
        if outcome is None or not records:
            return []
        ruling = Ruling(outcome, word.by, word.at, word.reason)
        deciders = {record.id: last_decider(record) for record in records}
        waiting = [
            replace(appeal, last_decider=None if appeal.record_id is None else deciders[appeal.record_id])
            for appeal in tx.appeals.waiting(records)
        ]
        return [ruled(appeal, ruling) for appeal in waiting if appeal.is_decidable_by(caller.id)]


def _note(appeal: Appeal) -> str:
    opened = appeal.session_opened_at
    return f"{appeal.course_code}, {opened.day} {opened:%B %Y}\n{appeal.reason}"
