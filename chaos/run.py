"""One run: everything started, claims flowing, blow after blow, and the account."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from absense_server.app.outside import Outside
from chaos import cluster as clusters
from chaos import crowd, faults, logbook, verdict
from chaos.cluster import PROCESSES, Cluster, to_end
from chaos.faults import Blow, Fault
from chaos.report import Outcome
from chaos.stream import Stream, seated
from chaos.verdict import Account
from demo.camera import Photograph

_LONGEST_QUEUE_SECONDS = 120.0
"""For the last selfies: more than a lease of half a minute."""


@dataclass(frozen=True)
class Plan:
    """How much of it."""

    students: int
    per_second: float
    """Claims."""
    calm: int
    """Claims acknowledged between blows."""
    faults: Sequence[Fault]
    longest_seconds: float


LONG = Plan(
    students=30,
    per_second=6,
    calm=30,
    faults=(
        faults.PROCESS,
        faults.REPLICA,
        faults.WORKER,
        faults.POSTGRESQL,
        faults.STORAGE,
        faults.REDIS,
        faults.RESTART,
    ),
    longest_seconds=420,
)
SHORT = Plan(
    students=12,
    per_second=4,
    calm=4,
    faults=(faults.WORKER, faults.PROCESS, faults.REPLICA, faults.POSTGRESQL),
    longest_seconds=240,
)


async def run(plan: Plan, folder: Path, models: Path, selfies: Sequence[Path], say: Callable[[str], None]) -> Outcome:
    """Play a plan on a cluster of its own, which writes into `folder`.

    Raises PostgresMissing, RedisMissing; RuntimeError, ServerError when something does not start; TimeoutError when
    something does not come back; AioRpcError when nobody can sign in.
    """
    async with asyncio.timeout(plan.longest_seconds):
        say("Starting PostgreSQL, SeaweedFS, Redis, three replicas, two workers and Envoy ...")
        async with clusters.running(folder, models) as cluster:
            say(f"{plan.students} students enroll their faces ...")
            photographs = [Photograph.load(file) for file in selfies]
            async with seated(cluster, plan.students, photographs) as stream:
                began_at = time.monotonic()
                blows = await _play(plan, cluster, stream, say)
            say("Waiting for the last verdicts ...")
            account = await _settle(cluster, stream)
            say("Stopping ...")
            endings = await cluster.stop()
            return Outcome(
                began_at=began_at,
                sent=len(stream.sent),
                log=stream.log,
                account=account,
                blows=blows,
                answered=_answered(cluster),
                complaints=_complaints(cluster),
                tracebacks=_tracebacks(cluster),
                endings=endings,
            )


async def _play(plan: Plan, cluster: Cluster, stream: Stream, say: Callable[[str], None]) -> list[Blow]:
    enough = asyncio.Event()

    async def strike() -> list[Blow]:
        blows = await faults.inflict(plan.faults, cluster, stream.log, plan.calm, say)
        enough.set()
        return blows

    flowing = asyncio.create_task(stream.flow(enough, plan.per_second))
    striking = asyncio.create_task(strike())
    try:
        _, blows = await asyncio.gather(flowing, striking)
    finally:
        flowing.cancel()
        striking.cancel()
        await asyncio.wait([flowing, striking])
    return blows


async def _settle(cluster: Cluster, stream: Stream) -> Account:
    outside = Outside(crowd.settings_of(cluster.environment), clock=None, blobs=None)
    try:
        await verdict.until_all_are_in(outside.engine, _LONGEST_QUEUE_SECONDS)
        records = {claim_id: answer.record.id for claim_id, answer in stream.log.acknowledged.items()}
        return await to_end(verdict.settle, outside, stream.sent, records)
    finally:
        outside.close()


def _answered(cluster: Cluster) -> dict[str, int]:
    answered = {}
    for replica in cluster.replicas:
        counts = logbook.claims_answered(logbook.read(replica.log_file))
        for number in range(PROCESSES):
            answered[f"{replica.folder.name}, process {number}"] = counts[number]
    return answered


def _complaints(cluster: Cluster) -> Counter[str]:
    counts: Counter[str] = Counter()
    for one in [*cluster.replicas, *cluster.workers]:
        counts += logbook.complaints(logbook.read(one.log_file))
    return counts


def _tracebacks(cluster: Cluster) -> int:
    logs = [one.log_file.read_text(encoding="utf-8") for one in [*cluster.replicas, *cluster.workers]]
    return sum(log.count("Traceback") for log in logs)
