"""Everything that runs: database, storage, three replicas of two processes, workers, and the proxy before them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import ParamSpec, TypeVar

from backing import envoy, redis, seaweedfs
from backing import postgres as postgresql
from backing.envoy import Envoy
from backing.ports import ports_in_rows
from backing.postgres import Postgres
from backing.process_tree import kill_tree
from backing.redis import RedisServer
from backing.seaweedfs import SeaweedFS
from chaos.logbook import own_addresses
from demo.server import ServerProcess

REPLICAS = 3
PROCESSES = 2
WORKERS = 2
_CODE_LIFE_SECONDS = 300
"""As long as can be: who claims late, because the database was away, claims with the code that was on the screen."""
_NOTICE_SECONDS = 1.5
"""Longer than the proxy takes to ask for a process's health."""
_POSTGRESQL = (
    # what a throwaway one does without, and one whose commits count does not
    "fsync=on",
    "synchronous_commit=on",
    "full_page_writes=on",
    # one that is killed leaves nothing in /dev/shm
    "dynamic_shared_memory_type=mmap",
)

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Cluster:
    """What runs, and what may be hit."""

    postgres: Postgres
    storage: SeaweedFS
    redis: RedisServer
    replicas: Sequence[ServerProcess]
    workers: Sequence[ServerProcess]
    envoy: Envoy

    @property
    def environment(self) -> Mapping[str, str]:
        """The settings of a server in it."""
        return self.replicas[0].environment

    async def stop(self) -> dict[str, int]:
        """Ask servers and workers to stop; how each ended, by its name: 0 when it was well."""
        everyone = [*self.replicas, *self.workers]
        codes = await each_to_end(one.stop for one in everyone)
        return {one.folder.name: code for one, code in zip(everyone, codes, strict=True)}


@asynccontextmanager
async def running(folder: Path, models: Path) -> AsyncIterator[Cluster]:
    """Start everything, with what it writes in `folder`, and end it; `models`: the face models' folder.

    Raises PostgresMissing, RedisMissing; RuntimeError, ServerError when something does not start.
    """
    with ExitStack() as stack:
        postgres = await to_end(stack.enter_context, postgresql.running(*_POSTGRESQL))
        storage = await to_end(stack.enter_context, seaweedfs.restartable())
        s3 = storage.server
        counts = await to_end(stack.enter_context, redis.running())
        settings = {
            "DATABASE_URL": postgres.url(postgres.create_database()),
            "STORAGE_BACKEND": "s3",
            "S3_BUCKET": s3.bucket,
            "S3_REGION": s3.region,
            "S3_ACCESS_KEY": s3.access_key,
            "S3_SECRET_KEY": s3.secret_key,
            "S3_ENDPOINT_URL": s3.endpoint_url,
            "REDIS_URL": counts.url,
            "FACE_VERIFICATION_ENABLED": "true",
            "FACE_MODELS_FOLDER": str(models),
            "FACE_WORKERS": "1",
            "FACE_QUEUE_IN_SERVER": "false",
            "CODE_LIFE_SECONDS": str(_CODE_LIFE_SECONDS),
            "SHUTDOWN_NOTICE_SECONDS": str(_NOTICE_SECONDS),
            "WORKERS": str(PROCESSES),
        }
        workers = [_made(folder, f"worker {number}", settings) for number in range(WORKERS)]
        replicas = [
            # each process's own port comes after the one that they share
            _made(folder, f"replica {number}", {**settings, "LISTEN_ADDRESS": f"127.0.0.1:{port}"})
            for number, port in enumerate(ports_in_rows(REPLICAS, 1 + PROCESSES))
        ]
        for one in [*replicas, *workers]:
            stack.callback(kill, one)
        await to_end(replicas[0].prepare)
        commands = ["serve"] * REPLICAS + ["worker"] * WORKERS
        await each_to_end(map(partial, (one.start for one in [*replicas, *workers]), commands))
        addresses = [address for replica in replicas for address in own_addresses(replica.lines)]
        proxy = await to_end(stack.enter_context, envoy.running(addresses))
        yield Cluster(postgres, storage, counts, replicas, workers, proxy)


def _made(folder: Path, name: str, settings: Mapping[str, str]) -> ServerProcess:
    own = folder / name
    own.mkdir()
    return ServerProcess(own, **settings)


def kill(server: ServerProcess) -> None:
    """End a server or worker, with all that it has started, at one instant."""
    if server.process is not None and server.process.poll() is None:
        kill_tree(server.pid)
    server.kill()  # it is gone: hears what it said last


async def to_end(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """`function` on a thread. Whoever is cancelled meanwhile waits for its end all the same: it may start something."""
    done = asyncio.ensure_future(asyncio.to_thread(function, *args, **kwargs))
    try:
        return await asyncio.shield(done)
    except asyncio.CancelledError:
        await asyncio.gather(done, return_exceptions=True)
        raise


async def each_to_end(functions: Iterable[Callable[[], T]]) -> list[T]:
    """What functions return, each on a thread; raises what one of them raised, once all are done."""
    ends = await asyncio.gather(*map(to_end, functions), return_exceptions=True)
    returned = []
    for end in ends:
        if isinstance(end, BaseException):
            raise end
        returned.append(end)
    return returned
