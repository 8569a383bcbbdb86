"""What is done to the cluster while claims come in: each kind of blow, and how it is made good."""

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, func, select

from absense_server.adapters.db.engine import create_engine
from absense_server.adapters.db.tables import verifications
from chaos.cluster import PROCESSES, Cluster, kill, to_end
from chaos.crowd import Log
from chaos.logbook import claims_answered, pids
from demo.server import ServerProcess

_LEASE = timedelta(seconds=30)
_LOOK_SECONDS = 0.05
_LONGEST_SECONDS = 60.0
_WHILE_AWAY = 10
"""Claims that are acknowledged, or put off, before what was ended is started again."""
_SOON_SECONDS = 2.0
"""By then a worker that works has finished another selfie."""
_TRIES = 20
_GLANCE_SECONDS = 0.01
"""A selfie is in a worker's hands for a tenth of a second."""


@dataclass(frozen=True)
class Fault:
    """One kind of blow."""

    what: str
    inflict: Callable[[Cluster, Log], Awaitable[str]]
    """Strikes, and returns when what was hit does its work again; what is worth telling, or nothing."""


@dataclass(frozen=True)
class Blow:
    """One that was struck; instants of a clock that only goes on."""

    what: str
    struck_at: float
    back_at: float
    told: str


async def inflict(
    faults: Sequence[Fault], cluster: Cluster, log: Log, calm: int, say: Callable[[str], None]
) -> list[Blow]:
    """One after the other, with so many acknowledged claims before each of them and after the last.

    Raises TimeoutError when something does not come back.
    """
    blows = []
    for fault in faults:
        await log.until_acknowledged(calm)
        say(f"{fault.what} ...")
        struck_at = time.monotonic()
        told = await fault.inflict(cluster, log)
        blows.append(Blow(fault.what, struck_at, time.monotonic(), told))
    await log.until_acknowledged(calm)
    return blows


async def _kill_process(cluster: Cluster, _: Log) -> str:
    """Its supervisor starts another."""
    replica, number = cluster.replicas[0], 0
    lost = pids(replica.lines)[number]
    os.kill(lost, signal.SIGKILL)
    await _until(lambda: pids(replica.lines)[number] != lost, "the process that was killed is not replaced")
    await _until_they_answer(replica, [number])
    return ""


async def _kill_replica(cluster: Cluster, log: Log) -> str:
    """The supervisor and all its processes at one instant, as when a machine loses its power."""
    replica = cluster.replicas[1]
    await to_end(kill, replica)
    await log.until_acknowledged(_WHILE_AWAY)
    await to_end(replica.start)
    await _until_they_answer(replica, range(PROCESSES))
    return ""


async def _kill_worker(cluster: Cluster, _: Log) -> str:
    """With selfies in its hands, which another has to look at."""
    worker = cluster.workers[0]
    engine = create_engine(cluster.environment["DATABASE_URL"], pool_size=1)
    try:
        held = await _freeze_with_selfies(worker, engine)
    finally:
        engine.dispose()
    await to_end(kill, worker)
    await to_end(worker.start, "worker")
    return f"{held} selfies in its hands"


async def _freeze_with_selfies(worker: ServerProcess, engine: Engine) -> int:
    """Stop a worker while it has selfies; how many, or 0 when it never had any."""
    for _ in range(_TRIES):
        if not await _something_is_taken(engine):
            break
        frozen_at = datetime.now(UTC)
        os.kill(worker.pid, signal.SIGSTOP)
        held = 0
        try:
            held = await _left_over(frozen_at, engine)
        finally:
            if not held:
                os.kill(worker.pid, signal.SIGCONT)
        if held:
            return held
    return 0


async def _something_is_taken(engine: Engine) -> bool:
    """Wait until some worker has a selfie in its hands, which it has not for long; whether one had."""
    until = time.monotonic() + _LONGEST_SECONDS
    while not await asyncio.to_thread(_taken_before, datetime.now(UTC), engine):
        if time.monotonic() > until:
            return False
        await asyncio.sleep(_GLANCE_SECONDS)
    return True


async def _left_over(frozen_at: datetime, engine: Engine) -> int:
    """How many of the selfies taken before an instant nobody finishes."""
    left = await asyncio.to_thread(_taken_before, frozen_at, engine)
    while left:
        await asyncio.sleep(_SOON_SECONDS)
        before, left = left, await asyncio.to_thread(_taken_before, frozen_at, engine)
        if left == before:
            break
    return left


def _taken_before(instant: datetime, engine: Engine) -> int:
    """How many selfies somebody took before that, and has not given back nor finished."""
    taken = select(func.count()).where(verifications.c.leases > 0, verifications.c.due_at <= instant + _LEASE)
    with engine.connect() as connection:
        return connection.execute(taken).scalar_one()


async def _kill_postgresql(cluster: Cluster, log: Log) -> str:
    """The server and all its backends."""
    before = log.put_off.total()
    await to_end(cluster.postgres.kill)
    await log.until(lambda: log.put_off.total() >= before + _WHILE_AWAY)
    began = time.monotonic()
    await to_end(cluster.postgres.start)
    return f"recovered in {time.monotonic() - began:.1f} s"


async def _kill_storage(cluster: Cluster, log: Log) -> str:
    """SeaweedFS: no claim is taken without it."""
    before = log.put_off.total()
    await to_end(cluster.storage.kill)
    await log.until(lambda: log.put_off.total() >= before + _WHILE_AWAY)
    await to_end(cluster.storage.start)
    return ""


async def _kill_redis(cluster: Cluster, log: Log) -> str:
    """Without it each process counts calls by itself."""
    await to_end(cluster.redis.kill)
    await log.until_acknowledged(_WHILE_AWAY)
    await to_end(cluster.redis.start)
    return ""


async def _restart_replica(cluster: Cluster, _: Log) -> str:
    """SIGHUP: its processes are replaced one at a time."""
    replica = cluster.replicas[2]
    before, seen = set(pids(replica.lines).values()), len(replica.lines)
    os.kill(replica.pid, signal.SIGHUP)

    def all_replaced() -> bool:
        stopped = [line for line in replica.lines[seen:] if line.get("event") == "stopped"]
        return len(stopped) == PROCESSES and not before & set(pids(replica.lines).values())

    await _until(all_replaced, "the replica is not restarted")
    await _until_they_answer(replica, range(PROCESSES))
    return ""


PROCESS = Fault("SIGKILL of a process", _kill_process)
REPLICA = Fault("SIGKILL of a replica, started again", _kill_replica)
WORKER = Fault("SIGKILL of a worker, another started", _kill_worker)
POSTGRESQL = Fault("SIGKILL of PostgreSQL, started again", _kill_postgresql)
STORAGE = Fault("SIGKILL of SeaweedFS, started again", _kill_storage)
REDIS = Fault("SIGKILL of Redis, started again", _kill_redis)
RESTART = Fault("SIGHUP: a replica restarts in turns", _restart_replica)


async def _until_they_answer(replica: ServerProcess, numbers: Iterable[int]) -> None:
    """Wait until each of these processes has answered a claim from now on."""
    seen = len(replica.lines)

    def all_answered() -> bool:
        return set(numbers) <= claims_answered(replica.lines[seen:]).keys()

    await _until(all_answered, f"not each process of {replica.folder.name} gets claims again")


async def _until(wanted: Callable[[], bool], otherwise: str) -> None:
    give_up = time.monotonic() + _LONGEST_SECONDS
    while not wanted():
        if time.monotonic() > give_up:
            raise TimeoutError(otherwise)
        await asyncio.sleep(_LOOK_SECONDS)
