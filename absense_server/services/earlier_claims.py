"""What a claim meets that came before it: itself, sent before, or a record that takes no other."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from absense_server.domain.appeals import Appeal
from absense_server.domain.claims import ClaimHeader
from absense_server.domain.errors.claims import ClaimIdReused, TooManyUnenrolledClaims
from absense_server.domain.people import Caller
from absense_server.domain.records import MAX_UNENROLLED_PER_DAY, AttendanceRecord
from absense_server.domain.sessions import AttendanceSession, SessionState
from absense_server.ports.data import Transaction, UnitOfWork
from absense_server.ports.findings import ClaimView
from absense_server.ports.outside import Clock, IdentifierKeys
from absense_server.services.outlook import Outlook, outlook_on


@dataclass(frozen=True, slots=True)
class Arrival:
    """A claim that has come, without its selfie."""

    caller: Caller
    header: ClaimHeader
    at: datetime
    """When its header arrived."""


@dataclass(frozen=True, slots=True)
class Submission:
    """What became of a claim."""

    outlook: Outlook
    already_recorded: bool

    @property
    def record(self) -> AttendanceRecord:
        """The record as it is now."""
        return self.outlook.record


class EarlierClaims:
    """Answers claims that need not be judged any more."""

    def __init__(self, uow: UnitOfWork, fingerprints: IdentifierKeys, clock: Clock) -> None:
        self._uow = uow
        self._fingerprints = fingerprints
        self._clock = clock

    def fingerprint(self, header: ClaimHeader) -> bytes:
        """What a claim is known by when it is sent again."""
        return self._fingerprints.macs(header.fingerprint.hex())[0]

    def same(self, arrival: Arrival, view: ClaimView) -> Submission | None:
        """The answer to a retry: the record as it is now.

        Raises ClaimIdReused.
        """
        if view.known is None:
            return None
        if view.known.fingerprint not in self._fingerprints.macs(arrival.header.fingerprint.hex()):
            raise ClaimIdReused
        with self._uow(read_only=True) as tx:
            record = tx.records.for_student(arrival.caller.id, record_id=view.known.record_id)
            session = tx.sessions.find(record.session_id)
            appeal = tx.appeals.find(record.session_id, arrival.caller.id)
        return self.submission(record, session, already_recorded=True, appeal=appeal)

    def settled(self, arrival: Arrival, view: ClaimView) -> Submission | None:
        """The record that takes no other claim: it is settled, or the session was over when this one arrived."""
        if view.record is None:
            return None
        still_open = view.session is not None and view.session.state(arrival.at) is SessionState.OPEN
        if still_open and view.record.takes_another_claim():
            return None
        with self._uow(read_only=True) as tx:
            appeal = tx.appeals.find(view.record.session_id, arrival.caller.id)
        return self.submission(view.record, view.session, already_recorded=True, appeal=appeal)

    def submission(
        self,
        record: AttendanceRecord,
        session: AttendanceSession | None,
        *,
        already_recorded: bool,
        appeal: Appeal | None = None,
    ) -> Submission:
        """What a student hears of a record."""
        return Submission(outlook_on(record, session, self._clock.now(), appeal), already_recorded)

    def require_few_unenrolled(self, tx: Transaction, arrival: Arrival) -> None:
        """Raise TooManyUnenrolledClaims when the student has had as many in a day as are kept."""
        if tx.records.count_unenrolled(arrival.caller.id, arrival.at - timedelta(days=1)) >= MAX_UNENROLLED_PER_DAY:
            raise TooManyUnenrolledClaims
