"""More work than can be done in time: shed with a time to come again, and what nobody waits for is not begun."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import grpc
import grpc.aio
import pytest

from absense.v1 import lecturer_service_pb2
from chaos.crowd import retry_delay
from tests.support.hall import Hall, Status, reason_of

PATIENCE_SECONDS = 30


@asynccontextmanager
async def every_thread_busy(hall: Hall) -> AsyncIterator[None]:
    """The database threads are all at something, until the block ends."""
    threads, end = hall.app.outside.db_threads, threading.Event()
    size = hall.app.settings.database_threads
    begun = asyncio.Semaphore(0)
    loop = asyncio.get_running_loop()

    def be_busy() -> None:
        loop.call_soon_threadsafe(begun.release)
        assert end.wait(PATIENCE_SECONDS)

    tasks = [asyncio.create_task(threads.run(be_busy)) for _ in range(size)]
    for _ in tasks:
        await begun.acquire()
    try:
        yield
    finally:
        end.set()
        await asyncio.gather(*tasks)


async def test_a_call_whose_deadline_passes_while_it_waits_is_not_begun(hall: Hall) -> None:
    request = lecturer_service_pb2.LecturerServiceCreateCourseRequest(code="MA101", title="Mathematics")
    teacher = hall.teacher
    async with every_thread_busy(hall):
        with pytest.raises(grpc.aio.AioRpcError) as late:
            await teacher.stub.CreateCourse(request, metadata=teacher.metadata, timeout=0.2)
    assert late.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    # the threads work in order: whatever was still waiting would be done by the time this is
    courses = await teacher.stub.ListCourses(
        lecturer_service_pb2.LecturerServiceListCoursesRequest(), metadata=teacher.metadata
    )
    assert "MA101" not in {course.code for course in courses.courses}


async def test_a_claim_that_would_wait_too_long_is_put_off_and_loses_nothing(hall: Hall) -> None:
    session = await hall.open_session()
    ama = await hall.student()
    header = await ama.header(session)
    threads = hall.app.outside.db_threads
    async with every_thread_busy(hall):
        threads._mean = 100.0 * hall.app.settings.database_threads  # as slow as a database in trouble
        waiting = asyncio.create_task(threads.run(str))
        await asyncio.sleep(0)
        assert threads.waiting == 1
        with pytest.raises(grpc.aio.AioRpcError) as refusal:
            await ama.send(header)
    assert refusal.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert reason_of(refusal.value) == "OVERLOADED"
    assert retry_delay(refusal.value) == timedelta(seconds=100).total_seconds()
    await waiting
    assert await session.records() == []
    assert (await ama.send(header)).record.status == Status.RECORD_STATUS_CONFIRMED
