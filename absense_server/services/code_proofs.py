"""From what a student shows to what it proves: which code was seen, and when."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from absense_server.domain import codes
from absense_server.domain.codes import CodeKeys, Generation, ScannedCode, Step
from absense_server.domain.errors.codes import (
    QrCodeExpired,
    QrCodeWrong,
    TypedCodeOff,
    TypedCodeTriesUsed,
    TypedCodeWrong,
)
from absense_server.domain.ids import SessionId, UserId
from absense_server.domain.proofs import Proof, ScannedProof, TicketProof, TypedProof
from absense_server.domain.records import ProofKind, Sighting
from absense_server.domain.sessions import AttendanceSession
from absense_server.domain.tickets import TicketOffice
from absense_server.ports.data import UnitOfWork

MAX_TYPED_TRIES = 10
_LOOK_BACK_STEPS = 64
_LOOK_BACK_GENERATIONS = 8
"""How far back a code that is not good is looked for, to tell an old one from a wrong one."""


@dataclass(frozen=True, slots=True)
class SessionReference:
    """How a proof names its session."""

    session_id: SessionId | None = None
    session_code: str | None = None


class CodeProofs:
    """Holds proofs against the codes that were good (DESIGN.md, Codes)."""

    def __init__(self, uow: UnitOfWork, keys: CodeKeys, tickets: TicketOffice) -> None:
        self._uow = uow
        self._keys = keys
        self._tickets = tickets

    def reference(self, proof: Proof, student_id: UserId, now: datetime) -> SessionReference:
        """Which session the proof is about.

        Raises QrCodeMalformed, ScanTicketInvalid, ScanTicketExpired.
        """
        match proof:
            case TicketProof():
                return SessionReference(self._tickets.read(proof.text, student_id, now).session_id)
            case ScannedProof():
                return SessionReference(codes.parse_text(proof.text).session_id)
            case TypedProof():
                return SessionReference(proof.session_id, proof.session_code)

    def sighting(self, session: AttendanceSession, proof: Proof, student_id: UserId, now: datetime) -> Sighting:
        """Which code of `session` was seen, and when. `now` is the instant at which the proof arrived.

        Raises SessionNotOpen, SessionClosed, SessionCancelled for the instant at which it was seen; QrCodeWrong,
        QrCodeExpired; ScanTicketInvalid, ScanTicketExpired; TypedCodeOff, TypedCodeWrong, TypedCodeTriesUsed.
        """
        if isinstance(proof, TicketProof):
            ticket = self._tickets.read(proof.text, student_id, now)
            session.require_open(ticket.scanned_at)
            return Sighting(ProofKind.TICKET, ticket.generation, ticket.step, ticket.scanned_at)
        session.require_open(now)
        if isinstance(proof, ScannedProof):
            step = self._scanned_step(session, codes.parse_text(proof.text), now)
            return Sighting(ProofKind.SCANNED, step.generation, step.number, now)
        step = self._typed_step(session, proof, student_id, now)
        return Sighting(ProofKind.TYPED, step.generation, step.number, now)

    def _scanned_step(self, session: AttendanceSession, scanned: ScannedCode, now: datetime) -> Step:
        for step in session.good_steps(now):
            if self._keys.matches(scanned, step):
                return step
        with self._uow(read_only=True) as tx:
            generations = tx.sessions.generations(session.id)
        for step in _steps_until(session, generations, now):
            if self._keys.matches(scanned, step):
                if _in_force(generations, now).number == step.generation and step.is_good_at(now):
                    return step  # rotated by hand between the proof's arrival and our reading
                raise QrCodeExpired
        raise QrCodeWrong

    def _typed_step(self, session: AttendanceSession, proof: TypedProof, student_id: UserId, now: datetime) -> Step:
        if not session.typed_code_allowed:
            raise TypedCodeOff
        # the try is counted before the digits are looked at: tries made at the same time cannot share one
        with self._uow() as tx:
            tries = tx.sessions.count_typed_try(session.id, student_id)
            tx.commit()
        if tries > MAX_TYPED_TRIES:
            raise TypedCodeTriesUsed
        for step in session.good_steps(now):
            if self._keys.matches_typed(proof.digits, step):
                return step
        raise TypedCodeWrong(MAX_TYPED_TRIES - tries)


def _in_force(generations: Sequence[Generation], instant: datetime) -> Generation:
    started = [generation for generation in generations if generation.started_at <= instant]
    return started[-1] if started else generations[0]


def _steps_until(session: AttendanceSession, generations: Sequence[Generation], now: datetime) -> Iterator[Step]:
    """The steps that have appeared lately, newest generation first, each generation up to where the next began."""
    recent = generations[-_LOOK_BACK_GENERATIONS:]
    ends = [later.started_at for _, later in pairwise(recent)] + [now]
    for generation, end in zip(reversed(recent), reversed(ends), strict=True):
        newest = codes.step_at(session.id, generation, session.code_times, end).number
        for number in range(newest, max(-1, newest - _LOOK_BACK_STEPS), -1):
            yield codes.step(session.id, generation, session.code_times, number)
