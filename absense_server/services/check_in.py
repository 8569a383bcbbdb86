"""The main job: a claim comes in, is decided layer by layer, and is kept."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

from absense_server.domain.claims import ClaimHeader
from absense_server.domain.errors.base import DomainError, RetryLater
from absense_server.domain.errors.calls import BackendUnavailable, Overloaded
from absense_server.domain.ids import RecordId
from absense_server.domain.people import Caller
from absense_server.domain.policy import Requirement
from absense_server.domain.records import AttendanceRecord
from absense_server.domain.sessions import AttendanceSession
from absense_server.ports.data import UnitOfWork
from absense_server.ports.outside import Clock, EventBus, Subscription, Threads
from absense_server.services.claim_admission import ClaimAdmission
from absense_server.services.claim_keeping import ClaimKeeping
from absense_server.services.earlier_claims import Arrival, EarlierClaims, Submission
from absense_server.services.uploads import Uploads
from absense_server.services.verification import FaceVerification

MAX_UPLOAD = timedelta(minutes=3)
"""From a claim's header to its last byte; as long as a scan ticket lives."""
MAX_WAIT = timedelta(seconds=3)
"""How long an answer is held back for the verdict on a face."""
_TIME_TO_ANSWER = timedelta(seconds=0.5)


class CheckIn:
    """Takes claims (DESIGN.md, Claims, records, verdicts)."""

    def __init__(
        self,
        *,
        uow: UnitOfWork,
        threads: Threads,
        admission: ClaimAdmission,
        uploads: Uploads,
        keeping: ClaimKeeping,
        earlier: EarlierClaims,
        verification: FaceVerification,
        events: EventBus,
        clock: Clock,
    ) -> None:
        self._uow = uow
        self._threads = threads
        self._admission = admission
        self._uploads = uploads
        self._keeping = keeping
        self._earlier = earlier
        self._verification = verification
        self._events = events
        self._clock = clock

    async def submit(
        self,
        caller: Caller,
        header: ClaimHeader,
        chunks: AsyncIterator[bytes],
        received_at: datetime,
        deadline: datetime | None = None,
    ) -> Submission:
        """Decide a claim and keep it; returns only after it is committed. `received_at`: when its header arrived.

        Where a face that is required is awaited, waits a little for its verdict: not past the `deadline`, and not
        behind a queue that is longer.

        What fails up to the code raises what ClaimAdmission.admit raises, before `chunks` is touched, and leaves an
        audit event. A bad upload raises what Uploads.take raises and leaves nothing. Everything else is kept.
        """
        admitted = await self._admission.admit(Arrival(caller, header, received_at))
        if isinstance(admitted, Submission):
            return admitted
        try:
            selfie = await self._uploads.take(
                header.selfie,
                chunks,
                caller.id,
                received_at + MAX_UPLOAD,
                keep=self._verification.has_use_for_selfie(admitted.view.face, admitted.session.policy),
            )
        except DomainError as refusal:
            await self._admission.refused(caller, admitted.session.id, refusal)
            raise
        with self._events.subscribe(header.claim_id) as verdict:
            try:
                submission = await self._keeping.keep(admitted, selfie)
            except BackendUnavailable:
                # the commit may have happened all the same: better a blob without a claim than a claim without its blob
                raise
            except DomainError as refusal:
                await self._uploads.discard(selfie.image)
                if not isinstance(refusal, RetryLater):
                    await self._admission.refused(caller, admitted.session.id, refusal)
                raise
            if submission.already_recorded:
                await self._uploads.discard(selfie.image)
                return submission
            if submission.record.claims[-1].image_id is None:
                await self._uploads.discard(selfie.image)
            return await self._with_verdict(caller, submission, admitted.session, verdict, deadline)

    async def _with_verdict(
        self,
        caller: Caller,
        submission: Submission,
        session: AttendanceSession,
        verdict: Subscription,
        deadline: datetime | None,
    ) -> Submission:
        """The submission with the verdict on its face, if that is worth waiting for."""
        record = submission.record
        if not record.claims[-1].awaits_face:
            return submission
        self._verification.announce()
        if record.policy.face is not Requirement.REQUIRED:
            return submission
        now = self._clock.now()
        until = now + MAX_WAIT
        if deadline is not None:
            until = min(until, deadline - _TIME_TO_ANSWER)
        if now + self._verification.expected_wait() > until:
            return submission
        claim = record.claims[-1]
        while claim.awaits_face and self._clock.now() < until:
            await verdict.wait(until)
            try:
                record = await self._threads.run(self._read, caller, record.id)
            except (BackendUnavailable, Overloaded):
                break  # what is kept is no failure: it can be watched
            claim = record.claims[claim.number - 1]
        return self._earlier.submission(record, session, already_recorded=False)

    def _read(self, caller: Caller, record_id: RecordId) -> AttendanceRecord:
        with self._uow(read_only=True) as tx:
            return tx.records.for_student(caller.id, record_id=record_id)
