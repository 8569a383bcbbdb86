"""The FACE check of claims: queued with the record, looked at beside it, decided once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from absense_server.domain import audit
from absense_server.domain.audit import Action
from absense_server.domain.errors.calls import BackendUnavailable, Overloaded
from absense_server.domain.faces import FaceEvidence, FaceModel, FaceTemplate, SelfieState, compare, judge_face
from absense_server.domain.ids import RecordId, VerificationId
from absense_server.domain.policy import Policy, Requirement
from absense_server.domain.records import AttendanceRecord, Claim, with_face
from absense_server.domain.verdicts import Check, Outcome, Reason, Verdict, inconclusive
from absense_server.ports.data import Transaction, UnitOfWork
from absense_server.ports.faces import EngineFailed, EngineUnavailable, FaceEngine
from absense_server.ports.findings import Backlog, MatchEntry, MatchKind, NewVerification, Verification
from absense_server.ports.metrics import Metrics
from absense_server.ports.outside import BlobDamaged, Clock, EventBus, Ids, Threads
from absense_server.services.face_vectors import FaceVectors
from absense_server.services.photographs import Photographs
from absense_server.services.settle import settle

QUEUE = UUID("0fa3e000-0000-7000-8000-000000000001")
"""The topic of those who work off the queue."""
MAX_FAILURES = 3
"""Looks at one selfie that may fail."""
MAX_LEASES = 10
"""Processes that may die with one selfie in hand."""
LONGEST = timedelta(minutes=15)
"""How long storage or engine may be away before a selfie is given up."""
_LEASE = timedelta(seconds=30)
_PAUSE = timedelta(seconds=5)
_WITHOUT_ENGINE = timedelta(minutes=5)
"""How long a process without an engine leaves selfies to those that have one."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Look:
    """What came of one verification."""

    of: Verification
    verdict: Verdict
    took: timedelta | None = None
    """In the engine; None: it was not asked."""


class FaceVerification:
    """Decides FACE (DESIGN.md, Face)."""

    def __init__(
        self,
        *,
        uow: UnitOfWork,
        threads: Threads,
        blob_threads: Threads,
        engine: FaceEngine | None,
        without_engine: Reason,
        vectors: FaceVectors,
        photographs: Photographs,
        events: EventBus,
        metrics: Metrics,
        clock: Clock,
        ids: Ids,
        shared_by: int = 1,
    ) -> None:
        """`without_engine`: why there is none. `shared_by`: how many server processes like this one work off the queue.

        0: others do that.
        """
        self._uow = uow
        self._threads = threads
        self._blob_threads = blob_threads
        self._engine = engine
        self._without_engine = without_engine
        self._vectors = vectors
        self._photographs = photographs
        self._events = events
        self._metrics = metrics
        self._clock = clock
        self._ids = ids
        self._shared_by = shared_by
        self._queued = 0
        self._overdue = timedelta()
        self._left_lying = False
        self._at_work = 0

    @property
    def model(self) -> FaceModel | None:
        """What faces are compared with; None without an engine."""
        return None if self._engine is None else self._engine.model

    @property
    def workers(self) -> int:
        """How many selfies are looked at side by side."""
        return 1 if self._engine is None else self._engine.workers

    def evidence(self, template: FaceTemplate | None, selfie: SelfieState) -> FaceEvidence:
        """What FACE goes by before anybody looks at the selfie."""
        return FaceEvidence(selfie, None if template is None else template.model, self.model, self._without_engine)

    def can_compare(self, template: FaceTemplate | None) -> bool:
        """Whether a selfie could be held against this enrolled face."""
        return judge_face(self.evidence(template, SelfieState.KEPT)) is None

    def has_use_for_selfie(self, template: FaceTemplate | None, policy: Policy) -> bool:
        """Whether a selfie is kept: where it can be compared, and where there is no engine and only people look."""
        return policy.face is not Requirement.OFF and (self._engine is None or self.can_compare(template))

    def queue(
        self, tx: Transaction, awaited: Sequence[tuple[AttendanceRecord, Claim]], at: datetime | None = None
    ) -> None:
        """Queue the selfies of claims, in the transaction that keeps them; `at`: not when they came, but then."""
        tx.verifications.add(
            *(
                NewVerification(
                    VerificationId(self._ids.new()), record.id, claim.number, record.student.id, at or claim.received_at
                )
                for record, claim in awaited
            )
        )

    def announce(self) -> None:
        """Tell those who work off the queue that it has grown by one: after the commit."""
        self._queued += 1
        self._events.publish(QUEUE)

    def expected_wait(self) -> timedelta:
        """How long a selfie queued now would wait for its verdict, about.

        Where others work off the queue, that is for how long nobody has taken up the next one in it.
        """
        if self._engine is None:
            return timedelta()
        if not self._shared_by:
            return self._overdue
        return self._engine.expected_wait(ahead=max(0, self._queued - self._at_work) // self._shared_by)

    async def poll(self) -> None:
        """Learn how long the queue is, whoever works it off, and tell those who watch.

        Raises BackendUnavailable, Overloaded.
        """
        backlog = await self._threads.run(self._backlog)
        self._queued = backlog.waiting
        now = self._clock.now()
        self._overdue = timedelta() if backlog.due is None else max(timedelta(), now - backlog.due)
        oldest = timedelta() if backlog.oldest is None else now - backlog.oldest
        self._metrics.verifications_waiting(backlog.waiting, oldest)
        if (left_lying := oldest > LONGEST) and not self._left_lying:
            log.warning("selfies are not looked at: is a worker running?", waiting=backlog.waiting)
        self._left_lying = left_lying

    def _backlog(self) -> Backlog:
        with self._uow(read_only=True) as tx:
            return tx.verifications.backlog()

    async def take(self, limit: int, less: Collection[VerificationId] = ()) -> Sequence[Verification]:
        """The longest waiting ones, at most `limit`, under a lease: who dies with them only delays them.

        `less`: not these, at which the caller is still.

        Raises BackendUnavailable, Overloaded.
        """
        taken, self._queued = await self._threads.run(self._take, limit, less)
        return taken

    def _take(self, limit: int, less: Collection[VerificationId]) -> tuple[Sequence[Verification], int]:
        waiting = self._backlog().waiting
        if not waiting:
            return [], 0
        with self._uow() as tx:
            now = self._clock.now()
            due = now if self._engine is not None else now - _WITHOUT_ENGINE
            taken = tx.verifications.take(due, now + _LEASE, limit, less)
            tx.commit()
        return taken, waiting

    async def look(self, taken: Verification) -> Look | None:
        """Look at one selfie; None: not now, it was given back to the queue.

        Raises BackendUnavailable, Overloaded when not even that could be done: the lease gives it back.
        """
        selfie = SelfieState.MISSING if taken.image is None else SelfieState.KEPT
        verdict = judge_face(self.evidence(None if taken.face is None else taken.face.template, selfie))
        if verdict is None and taken.leases > MAX_LEASES:
            verdict = inconclusive(Check.FACE, Reason.ENGINE_FAILED)
        if verdict is not None or self._engine is None or taken.image is None or taken.face is None:
            return Look(taken, verdict or inconclusive(Check.FACE, self._without_engine))
        try:
            views = self._vectors.open(taken.face)
        except BlobDamaged as error:
            log.warning("a template cannot be read", template=str(taken.face.template.id), error=str(error))
            return Look(taken, inconclusive(Check.FACE, Reason.MODEL_CHANGED))
        self._at_work += 1
        try:
            photograph = await self._blob_threads.run(self._photographs.read, taken.image)
            finding = await self._engine.examine(photograph)
        except BlobDamaged as error:
            log.warning("a selfie cannot be read", image=str(taken.image.id), error=str(error))
            return Look(taken, inconclusive(Check.FACE, Reason.IMAGE_DAMAGED))
        except EngineFailed:
            return await self._given_back(taken, timedelta(seconds=2 ** (taken.failures + 1)), failed=True)
        except (BackendUnavailable, Overloaded, EngineUnavailable):
            return await self._given_back(taken, _PAUSE, failed=False)
        finally:
            self._at_work -= 1
        template = taken.face.template
        return Look(taken, compare(finding, views, self._engine.model, template.trust), finding.took)

    async def _given_back(self, taken: Verification, pause: timedelta, *, failed: bool) -> Look | None:
        """Back to the queue for a while, unless it has failed too often or has been waiting for too long."""
        now = self._clock.now()
        if (failed and taken.failures + 1 >= MAX_FAILURES) or now - taken.queued_at > LONGEST:
            return Look(taken, inconclusive(Check.FACE, Reason.ENGINE_FAILED))
        await self._threads.run(self._postpone, taken, now + pause, failed)
        return None

    def _postpone(self, taken: Verification, until: datetime, failed: bool) -> None:
        with self._uow() as tx:
            tx.verifications.postpone([taken.id], until, failed=failed)
            tx.commit()

    async def give_back(self, ids: Collection[VerificationId]) -> None:
        """Put back what was taken and not looked at, as if it had not been.

        Raises BackendUnavailable, Overloaded.
        """
        if ids:
            await self._threads.run(self._give_back, ids)

    def _give_back(self, ids: Collection[VerificationId]) -> None:
        with self._uow() as tx:
            tx.verifications.postpone(ids, self._clock.now(), failed=False)
            tx.commit()

    async def finish(self, looks: Sequence[Look]) -> None:
        """Write the verdicts, all in one transaction, and tell those who wait for them.

        One that is no longer in the queue (somebody else was faster, or consent was withdrawn) changes nothing.
        Raises BackendUnavailable, Overloaded.
        """
        topics = await self._threads.run(settle, lambda: self._finish(looks))
        self._queued = max(0, self._queued - len(looks))
        self._events.publish(*topics)

    def _finish(self, looks: Sequence[Look]) -> list[UUID]:
        now = self._clock.now()
        with self._uow() as tx:
            still_queued = tx.verifications.end([look.of.id for look in looks])
            # each once: a lease that ran out while this process was at it brings the same one twice
            looks = list({look.of.id: look for look in reversed(looks) if look.of.id in still_queued}.values())
            before = {record.id: record for record in tx.records.with_ids({look.of.record_id for look in looks})}
            after = dict(before)
            for look in looks:
                record = after[look.of.record_id] = with_face(
                    after[look.of.record_id], look.of.number, look.verdict, now
                )
                facts = {"claim": str(look.of.claim_id), "status": record.status.value}
                tx.audit.add(audit.machine_event(Action.RECORD_VERIFIED, now, record.id, **facts))
            for record_id, record in before.items():
                tx.records.save(record, after[record_id])
            # sent while the consent was withdrawn
            orphans = [look.of.image.id for look in looks if look.verdict.reason is Reason.NO_CONSENT and look.of.image]
            if orphans:
                tx.images.remove(orphans, now)
                tx.audit.add(*(audit.machine_event(Action.SELFIE_ERASED, now, image_id) for image_id in orphans))
            tx.verifications.log([self._entry(look) for look in looks if look.took is not None])
            passed = {
                look.of.face.template.id for look in looks if look.verdict.outcome is Outcome.PASSED and look.of.face
            }
            if passed:
                tx.faces.touch(passed, now)
            tx.commit()
        for look in looks:
            self._metrics.verdict_given(look.verdict)
        return [topic for look in looks for topic in (look.of.record_id, look.of.session_id, look.of.claim_id)]

    def _entry(self, look: Look) -> MatchEntry:
        if self._engine is None or look.took is None:
            raise ValueError("nobody looked")
        return MatchEntry(
            id=self._ids.new(),
            kind=MatchKind.CLAIM,
            student_id=look.of.student_id,
            at=self._clock.now(),
            verdict=look.verdict,
            model=self._engine.model,
            took=look.took,
            record_id=RecordId(look.of.record_id),
            number=look.of.number,
        )
