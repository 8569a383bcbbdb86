"""Threads that are held up, so that what comes meanwhile waits for them."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from absense_server.adapters.threads import ThreadPool

PATIENCE_SECONDS = 30


@asynccontextmanager
async def every_thread_busy(pool: ThreadPool) -> AsyncIterator[None]:
    """The pool's threads are all at something, until the block ends; one that has work to do comes after that."""
    end, begun, loop = threading.Event(), asyncio.Semaphore(0), asyncio.get_running_loop()

    def be_busy() -> None:
        loop.call_soon_threadsafe(begun.release)
        assert end.wait(PATIENCE_SECONDS)

    tasks = [asyncio.create_task(pool.run(be_busy)) for _ in range(pool.size)]
    try:
        for _ in tasks:
            await begun.acquire()
        yield
    finally:
        end.set()
        await asyncio.gather(*tasks)


async def waiting(pool: ThreadPool, number: int) -> None:
    """Return when so many wait for a thread."""
    for _ in range(3000):
        if pool.waiting >= number:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"{pool.waiting} wait, not {number}")


async def none_waiting(pool: ThreadPool) -> None:
    """Return when nothing waits for a thread any more."""
    for _ in range(3000):
        if not pool.waiting:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"{pool.waiting} wait still")
