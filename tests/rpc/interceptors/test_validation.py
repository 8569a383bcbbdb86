from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest
from structlog.typing import EventDict

from absense.v1 import (
    auth_service_pb2,
    lecturer_service_pb2,
    student_service_pb2,
)
from absense.v1.auth_service_pb2 import LoginRequest, LoginResponse
from absense_server.domain.errors.calls import InvalidRequest
from absense_server.rpc.interceptors.validation import Validation, warm_up
from absense_server.rpc.policy import PolicyError
from tests.rpc.interceptors.rig import STREAM_STREAM, STREAM_UNARY, Rig, request, response


async def test_an_invalid_first_message_is_refused(rig: Rig, kind: str, logs: list[EventDict]) -> None:
    seen: list[str] = []

    async def look(requests: AsyncIterator[LoginRequest], context: Any) -> AsyncIterator[LoginResponse]:
        async for message in requests:
            seen.append(message.login)
            yield response(message.login)

    rig.body = look
    got = await rig.call(kind, request("", device_name="x" * 101))
    assert (got.code, got.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST")
    assert got.violations == {
        "login": "must be at least 1 characters",
        "device_name": "must be at most 100 characters",
    }
    assert seen == []
    await rig.metrics.next()
    assert [line["event"] for line in logs] == ["rpc"]


@pytest.mark.parametrize("kind", [STREAM_UNARY, STREAM_STREAM])
async def test_an_invalid_message_later_on_is_refused(rig: Rig, kind: str) -> None:
    got = await rig.call(kind, request("ama"), request("kofi"), request(""), request("yaa"))
    assert got.reason == "INVALID_REQUEST"
    assert got.responses == (["ama", "kofi"] if kind == STREAM_STREAM else [])


async def violations_of(message: Any) -> dict[str, str]:
    # Of the call, validation needs nothing.
    nothing: Any = None
    with pytest.raises(InvalidRequest) as error:
        await Validation().on_message(nothing, message)
    return {violation.field: violation.description for violation in error.value.violations}


async def test_a_field_is_named_by_its_path() -> None:
    claim = student_service_pb2.SubmitAttendanceRequest()
    claim.header.claim_id = "01890a5d-ac96-774b-bcce-b302099a8057"
    claim.header.proof.scan_ticket = "x"
    claim.header.fix.position.latitude = 200
    claim.header.fix.fix_time.seconds = 1_800_000_000
    assert list(await violations_of(claim)) == ["header.fix.position"]


async def test_a_regular_expression_is_not_shown() -> None:
    assert await violations_of(request("a\nb")) == {"login": "has characters or a form that is not allowed"}


async def test_an_item_of_a_list_is_named_by_its_place() -> None:
    course = lecturer_service_pb2.LecturerServiceCreateCourseRequest(programme_ids=["not a uuid"])
    assert "programme_ids[0]" in await violations_of(course)


async def test_an_answer_stays_small() -> None:
    course = lecturer_service_pb2.LecturerServiceCreateCourseRequest(
        programme_ids=[f"no uuid {number}" for number in range(10_000)]
    )
    assert len(await violations_of(course)) <= 10


def test_every_request_of_the_contract_compiles() -> None:
    services = [
        service.full_name
        for module in (auth_service_pb2, lecturer_service_pb2, student_service_pb2)
        for service in module.DESCRIPTOR.services_by_name.values()
    ]
    assert len(services) == 3
    warm_up(services)


def test_warming_up_for_an_unknown_service_fails() -> None:
    with pytest.raises(PolicyError, match="no service absense"):
        warm_up(["absense.v1.Nothing"])


async def test_what_is_larger_than_it_can_have_use_for_is_not_looked_at(rig: Rig, kind: str) -> None:
    got = await rig.call(kind, request("a" * 70_000))
    assert (got.code, got.violations) == (
        grpc.StatusCode.INVALID_ARGUMENT,
        {"request": "is larger than this call can have use for"},
    )


async def test_of_what_is_large_the_first_fault_is_told(rig: Rig, kind: str) -> None:
    got = await rig.call(kind, request("a" * 300 + "\n" * 3000, device_name="\n"))
    assert list(got.violations) == ["login"]
