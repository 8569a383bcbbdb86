"""Looking at a code: whose session it is, whether a claim with it would be taken, and a ticket that keeps the scan."""

from dataclasses import dataclass
from datetime import datetime

from absense_server.domain import audit
from absense_server.domain.audit import Action
from absense_server.domain.errors.base import DomainError
from absense_server.domain.errors.codes import OutOfScope
from absense_server.domain.errors.sessions import SessionNotFound
from absense_server.domain.ids import RecordId, SessionId
from absense_server.domain.people import Caller
from absense_server.domain.policy import RecordStatus, Requirement
from absense_server.domain.proofs import ScannedProof, TypedProof
from absense_server.domain.sessions import AttendanceSession
from absense_server.domain.tickets import ScanTicket, TicketOffice
from absense_server.ports.data import UnitOfWork
from absense_server.ports.findings import ClaimView
from absense_server.ports.outside import Clock
from absense_server.services.code_proofs import CodeProofs
from absense_server.services.verification import FaceVerification


@dataclass(frozen=True, slots=True)
class Scan:
    """What a code is good for. `problem` is what a claim would be refused for; a ticket comes only without one."""

    session: AttendanceSession
    now: datetime
    enrolled: bool
    problem: DomainError | None = None
    notice: str = ""
    ticket: str = ""
    ticket_expires_at: datetime | None = None
    record_id: RecordId | None = None
    record_status: RecordStatus | None = None
    selfie_wanted: bool = False
    """A selfie could be held against an enrolled face."""


class Scans:
    """Looks at codes."""

    def __init__(
        self,
        uow: UnitOfWork,
        proofs: CodeProofs,
        tickets: TicketOffice,
        verification: FaceVerification,
        clock: Clock,
    ) -> None:
        self._uow = uow
        self._proofs = proofs
        self._tickets = tickets
        self._verification = verification
        self._clock = clock

    def look_up(self, caller: Caller, session_code: str) -> Scan:
        """The session that a session code finds; the code proves nothing.

        Raises SessionNotFound.
        """
        session, view = self._find(caller, None, session_code)
        return self._scan(session, view, self._clock.now())

    def scan(self, caller: Caller, proof: ScannedProof | TypedProof, received_at: datetime) -> Scan:
        """What the code is good for at `received_at`.

        Raises QrCodeMalformed, SessionNotFound. Every other problem is an answer, not an error.
        """
        reference = self._proofs.reference(proof, caller.id, received_at)
        session, view = self._find(caller, reference.session_id, reference.session_code)
        try:
            sighting = self._proofs.sighting(session, proof, caller.id, received_at)
            if view.coverage is not None and not session.admits(view.coverage.programme_id):
                raise OutOfScope
        except DomainError as problem:
            self._audit_problem(caller, session.id, problem)
            return self._scan(session, view, received_at, problem)
        ticket = ScanTicket(caller.id, session.id, sighting.generation, sighting.step, received_at)
        return self._scan(session, view, received_at, None, ticket)

    def _find(
        self, caller: Caller, session_id: SessionId | None, session_code: str | None
    ) -> tuple[AttendanceSession, ClaimView]:
        with self._uow(read_only=True) as tx:
            view = tx.records.view(caller.id, None, session_id=session_id, session_code=session_code)
            if view.session is None:
                raise SessionNotFound
            # once more, because a view comes without the lecturers' names
            session = tx.sessions.find(view.session.id)
        if session is None:
            raise SessionNotFound
        return session, view

    def _scan(
        self,
        session: AttendanceSession,
        view: ClaimView,
        now: datetime,
        problem: DomainError | None = None,
        ticket: ScanTicket | None = None,
    ) -> Scan:
        enrolled = view.coverage is not None
        record = view.record
        return Scan(
            session=session,
            now=now,
            enrolled=enrolled,
            problem=problem,
            notice="" if enrolled else _not_on_the_list(session),
            ticket="" if ticket is None else self._tickets.write(ticket),
            ticket_expires_at=None if ticket is None else ticket.expires_at,
            record_id=None if record is None else record.id,
            record_status=None if record is None else record.status,
            selfie_wanted=(
                session.policy.face is not Requirement.OFF
                and self._verification.can_compare(view.face)
                and (record is None or record.takes_another_claim())
            ),
        )

    def _audit_problem(self, caller: Caller, session_id: SessionId, problem: DomainError) -> None:
        with self._uow() as tx:
            now = self._clock.now()
            tx.audit.add(audit.event(Action.SCAN_REFUSED, caller, now, session_id, reason=problem.reason))
            tx.commit()


def _not_on_the_list(session: AttendanceSession) -> str:
    room = f" in {session.room}" if session.room else ""
    return (
        f"This is {session.course.code} ({session.course.title}){room}, and you are not on its list. "
        "If this is the wrong room, go to yours; else send the claim: a person will look at it."
    )
