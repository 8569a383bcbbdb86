"""The records of a session, judged again because its place, policy or lateness has changed."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from absense_server.domain import audit
from absense_server.domain.audit import Action
from absense_server.domain.faces import SelfieState
from absense_server.domain.judging_again import came_to_await_face, judged_under, needs_no_look
from absense_server.domain.people import Caller
from absense_server.domain.records import AttendanceRecord
from absense_server.domain.sessions import AttendanceSession
from absense_server.ports.data import Transaction
from absense_server.services.verification import FaceVerification

_AT_ONCE = 500


class JudgingAgain:
    """Judges records again from what their claims left (DESIGN.md, Claims)."""

    def __init__(self, verification: FaceVerification) -> None:
        self._verification = verification

    def judge(
        self, tx: Transaction, caller: Caller, before: AttendanceSession, after: AttendanceSession, now: datetime
    ) -> Sequence[UUID]:
        """Judge the records of a session that is held, where the change concerns them; returns those that changed."""
        if (before.policy, before.geofence, before.late_after_at) == (
            after.policy,
            after.geofence,
            after.late_after_at,
        ):
            return ()
        other_lateness = before.late_after_at != after.late_after_at
        changed: list[UUID] = []
        last: UUID | None = None
        while records := tx.records.list_of_session(after.id, frozenset(), after=last, limit=_AT_ONCE):
            last = records[-1].id
            changed += self._judge(tx, caller, after, records, now, other_lateness=other_lateness)
        return changed

    def _judge(
        self,
        tx: Transaction,
        caller: Caller,
        session: AttendanceSession,
        records: Sequence[AttendanceRecord],
        now: datetime,
        *,
        other_lateness: bool,
    ) -> list[UUID]:
        templates = tx.faces.templates([record.student.id for record in records])
        judged = [
            (
                record,
                judged_under(
                    record,
                    session,
                    self._verification.evidence(templates.get(record.student.id), SelfieState.MISSING),
                    now,
                    other_lateness=other_lateness,
                ),
            )
            for record in records
        ]
        judged = [(record, again) for record, again in judged if again is not record]
        if not judged:
            return []
        # before the records: in this order those who look at selfies lock them too
        if idle := [record.id for record, again in judged if needs_no_look(record, again)]:
            tx.verifications.cancel(idle)
        tx.records.save_all(judged)
        if awaited := [(again, claim) for record, again in judged for claim in came_to_await_face(record, again)]:
            self._verification.queue(tx, awaited, at=now)
        tx.audit.add(
            *(
                audit.event(Action.RECORD_JUDGED_AGAIN, caller, now, again.id, status=again.status.value)
                for _, again in judged
            )
        )
        return [again.id for _, again in judged]
