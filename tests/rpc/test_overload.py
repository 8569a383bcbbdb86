"""More work than can be done in time: shed with a time to come again, and what nobody waits for is not begun."""

import asyncio
from datetime import timedelta

import grpc
import grpc.aio
import pytest

from absense.v1 import lecturer_service_pb2
from chaos.crowd import retry_delay
from tests.support.busy import every_thread_busy, none_waiting, waiting
from tests.support.hall import Hall, Status, reason_of


async def test_a_call_whose_deadline_passes_while_it_waits_is_not_begun(hall: Hall) -> None:
    request = lecturer_service_pb2.LecturerServiceCreateCourseRequest(code="MA101", title="Mathematics")
    teacher = hall.teacher
    async with every_thread_busy(hall.app.outside.db_threads):
        with pytest.raises(grpc.aio.AioRpcError) as late:
            await teacher.stub.CreateCourse(request, metadata=teacher.metadata, timeout=0.2)
        await none_waiting(hall.app.outside.db_threads)  # the client's clock may be the first to say so
    assert late.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    # the threads work in order: whatever was still waiting would be done by the time this is
    courses = await teacher.stub.ListCourses(
        lecturer_service_pb2.LecturerServiceListCoursesRequest(), metadata=teacher.metadata
    )
    assert "MA101" not in {course.code for course in courses.courses}


async def test_a_claim_that_would_wait_too_long_is_put_off_and_loses_nothing(hall: Hall) -> None:
    session = await hall.open_session()
    ama, kofi = await hall.student(), await hall.student()
    first, header = await ama.header(session), await kofi.header(session)
    threads = hall.app.outside.claim_threads
    async with every_thread_busy(threads):
        going = asyncio.create_task(ama.send(first))
        await waiting(threads, 1)
        for batches in threads._batches:
            batches._mean = 100.0  # as slow as a database in trouble
        with pytest.raises(grpc.aio.AioRpcError) as refusal:
            await kofi.send(header)
    assert refusal.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert reason_of(refusal.value) == "OVERLOADED"
    assert retry_delay(refusal.value) == timedelta(seconds=100).total_seconds()
    assert (await going).record.status == Status.RECORD_STATUS_CONFIRMED
    assert [record.student.user_id for record in await session.records()] == [ama.id]
    assert (await kofi.send(header)).record.status == Status.RECORD_STATUS_CONFIRMED
