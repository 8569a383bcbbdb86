"""Everything that is decided about a claim before its selfie is read."""

from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from absense_server.domain import audit
from absense_server.domain.audit import Action
from absense_server.domain.devices import DeviceEvidence
from absense_server.domain.errors.accounts import SignInEnded
from absense_server.domain.errors.base import DomainError, RetryLater
from absense_server.domain.errors.calls import BackendUnavailable
from absense_server.domain.errors.claims import StatementMalformed
from absense_server.domain.errors.codes import OutOfScope
from absense_server.domain.errors.sessions import SessionNotFound
from absense_server.domain.ids import SessionId
from absense_server.domain.people import Caller
from absense_server.domain.proofs import TypedProof
from absense_server.domain.records import Sighting
from absense_server.domain.sessions import AttendanceSession
from absense_server.ports.data import UnitOfWork
from absense_server.ports.findings import ClaimKey, ClaimView
from absense_server.ports.outside import Clock, Threads, Together
from absense_server.services.claim_phones import ClaimPhones
from absense_server.services.code_proofs import CodeProofs, SessionReference
from absense_server.services.earlier_claims import Arrival, EarlierClaims, Submission
from absense_server.services.uploads import Uploads

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Admission:
    """A claim past its code: from here on it is kept."""

    arrival: Arrival
    view: ClaimView
    session: AttendanceSession
    sighting: Sighting
    device: DeviceEvidence


@dataclass(frozen=True, slots=True)
class _Case:
    """A claim with the session that its proof names, or what is wrong with that."""

    arrival: Arrival
    reference: SessionReference
    problem: DomainError | None

    @property
    def key(self) -> ClaimKey:
        return ClaimKey(self.arrival.caller.id, self.arrival.header.claim_id, self.reference.session_id)


class ClaimAdmission:
    """Lets claims in, or not (DESIGN.md, Claims, records, verdicts).

    Those that arrive while others are looked at are looked up together, in one SELECT; where that fails, each alone: no
    claim harms another. A typed code goes alone in any case: its try is counted in a transaction of its own.
    """

    def __init__(
        self,
        *,
        uow: UnitOfWork,
        threads: Threads,
        batch_threads: Threads,
        proofs: CodeProofs,
        uploads: Uploads,
        phones: ClaimPhones,
        earlier: EarlierClaims,
        clock: Clock,
    ) -> None:
        self._uow = uow
        self._threads = threads
        self._decide_together: Together[_Case, Submission | Admission] = batch_threads.together(self._decide_all)
        self._proofs = proofs
        self._uploads = uploads
        self._phones = phones
        self._earlier = earlier
        self._clock = clock

    async def admit(self, arrival: Arrival) -> Submission | Admission:
        """Let a claim in, or say what the earlier one came to; a refusal leaves an audit event.

        Raises SessionNotFound, SessionNotOpen, SessionClosed, SessionCancelled, the errors of codes, tickets and typed
        codes, OutOfScope, TooManyUnenrolledClaims, ClaimIdReused, UploadTooLarge, StatementMalformed.
        """
        case = self._case(arrival)
        try:
            if isinstance(arrival.header.proof, TypedProof):
                return await self._threads.run(self._decide_alone, case)
            return await self._decide_together(case)
        except RetryLater:
            raise  # nothing was decided
        except DomainError as refusal:
            await self.refused(arrival.caller, case.reference.session_id, refusal)
            raise

    async def refused(self, caller: Caller, session_id: SessionId | None, refusal: DomainError) -> None:
        """Leave an audit event of a claim that is not kept."""
        await self._threads.run(self._audit_refusal, caller, session_id, refusal)

    def _case(self, arrival: Arrival) -> _Case:
        try:
            reference = self._proofs.reference(arrival.header.proof, arrival.caller.id, arrival.at)
        except DomainError as problem:
            return _Case(arrival, SessionReference(), problem)
        return _Case(arrival, reference, None)

    def _decide_alone(self, case: _Case) -> Submission | Admission:
        with self._uow(read_only=True) as tx:
            view = tx.records.view(
                case.arrival.caller.id,
                case.arrival.header.claim_id,
                session_id=case.reference.session_id,
                session_code=case.reference.session_code,
            )
        return self._decide(case, view)

    def _decide_all(self, cases: Sequence[_Case]) -> Sequence[Submission | Admission | Exception]:
        try:
            with self._uow(read_only=True) as tx:
                views = tx.records.views([case.key for case in cases])
        except BackendUnavailable:
            raise
        except Exception as error:
            if len(cases) == 1:
                raise
            # one of them has something in the database that cannot be read: a newer version may have written it
            log.info("claims are looked up one by one", claims=len(cases), error=type(error).__name__)
            return [self._decided_alone(case) for case in cases]
        return [self._decided(case, view) for case, view in zip(cases, views, strict=True)]

    def _decided_alone(self, case: _Case) -> Submission | Admission | Exception:
        try:
            return self._decide_all([case])[0]
        except Exception as error:  # noqa: BLE001 - raised where the claim came from
            return error

    def _decided(self, case: _Case, view: ClaimView | None) -> Submission | Admission | Exception:
        """What becomes of one of them, whatever that is: it is nothing to the others."""
        if view is None:
            return SignInEnded()
        try:
            return self._decide(case, view)
        except Exception as error:  # noqa: BLE001 - raised where the claim came from
            return error

    def _decide(self, case: _Case, view: ClaimView) -> Submission | Admission:
        arrival = case.arrival
        header, student_id = arrival.header, arrival.caller.id
        known = self._earlier.same(arrival, view)
        if known is not None:
            return known
        self._uploads.require_acceptable(header.selfie)
        if header.signed is not None and header.signed.statement is None:
            raise StatementMalformed
        if case.problem is not None:
            raise case.problem
        if view.session is None:
            raise SessionNotFound
        session = view.session
        sighting = self._proofs.sighting(session, header.proof, student_id, arrival.at)
        settled = self._earlier.settled(arrival, view)
        if settled is not None:
            return settled
        if view.coverage is None:
            with self._uow(read_only=True) as tx:
                self._earlier.require_few_unenrolled(tx, arrival)
        elif not session.admits(view.coverage.programme_id):
            raise OutOfScope
        return Admission(
            arrival, view, session, sighting, self._phones.evidence(arrival.caller, header, session, view.device)
        )

    def _audit_refusal(self, caller: Caller, session_id: SessionId | None, refusal: DomainError) -> None:
        with self._uow() as tx:
            now = self._clock.now()
            tx.audit.add(audit.event(Action.CLAIM_REFUSED, caller, now, session_id, reason=refusal.reason))
            tx.commit()
