"""Whatever is sent as a request, by whomever: an answer that means something, and a server that goes on."""

from __future__ import annotations  # the stubs' async types exist for type checkers only

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

import grpc
import grpc.aio
import pytest
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message_factory import GetMessageClass
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from absense.v1 import auth_service_pb2, lecturer_service_pb2
from absense_server.app import SERVICES, App
from absense_server.domain.people import Role
from absense_server.ports.rate_limits import Limit
from absense_server.settings import Settings
from tests.rpc.walls.calls import RPCS, Rpc, call
from tests.support.clock import HandClock
from tests.support.hall import CONSENT, Hall, Person, Session
from tests.support.messages import CannotMake, fields_of, minimal
from tests.support.strategies import Known, requests

NEVER = {
    grpc.StatusCode.INTERNAL,
    grpc.StatusCode.UNKNOWN,
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.DATA_LOSS,
    grpc.StatusCode.DEADLINE_EXCEEDED,
}
EXAMPLES = 8
"""For each RPC; half as many on SQLite, which minds less."""
NUL = "12345678\0"
MARKS = "e" + "\u0323\u0307" * 500_000


class Uncounted:
    """No call is one too many."""

    async def hit(self, key: str, limit: Limit) -> None:
        """See RateLimits."""

    async def wait(self, key: str, limit: Limit) -> None:
        """See RateLimits."""

    async def close(self) -> None:
        """See RateLimits."""


@pytest.fixture
async def hall(make_settings: Callable[..., Settings], clock: HandClock) -> AsyncIterator[Hall]:
    """One that refuses nothing for being too much."""
    app = App(make_settings(), clock=clock)
    app.outside.rate_limits = Uncounted()
    port = await app.start(with_jobs=False)
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        hall = Hall(app, clock, channel, port)
        await hall.furnish()
        yield hall
    await app.stop(grace=0)


@dataclass
class Crowd:
    """Who calls, and what they know."""

    hall: Hall
    people: dict[Role, Person] = field(default_factory=dict)
    known: Known = field(default_factory=dict)

    async def enter(self) -> None:
        """People with courses, sessions, records, phones."""
        hall = self.hall
        student = await hall.student()
        session = await hall.open_session()
        await student.submit(session, selfie=(await session.code()).png, media_type="image/png")
        self.people = {Role.STUDENT: student, Role.LECTURER: hall.teacher, Role.ADMIN: await hall.admin()}
        self.known = await self.what_is_known(session)

    async def what_is_known(self, session: Session) -> Known:
        hall, student = self.hall, self.people[Role.STUDENT]
        code, [record] = await session.code(), await session.records()
        await hall.teacher.course()
        request = lecturer_service_pb2.LecturerServiceListCoursesRequest(page_size=1)
        others = [await hall.student(), await hall.lecturer(), await hall.admin()]
        page = await hall.teacher.stub.ListCourses(request, metadata=hall.teacher.metadata)
        return {
            "course_id": [hall.course.id],
            "session_id": [session.id],
            "record_id": [record.id],
            "image_id": [record.claims[0].image_id],
            # others', which administrators may change
            "user_id": [other.id for other in others],
            "login": [other.email for other in others],
            "email": [student.email, student.email.upper()],
            "scanned_text": [code.text, code.text.lower()],
            "session_code": [session.message.session_code],
            "consent_version": [CONSENT.version],
            "media_type": ["image/png"],
            "page_token": [page.next_page_token],
            "query": ["CS", "%", "ama", "student-"],
        }

    async def sign_in_again(self) -> None:
        """Some calls end sign-ins, or change who signs in with what."""
        make: dict[Role, Callable[[], Awaitable[Person]]] = {
            Role.STUDENT: self.hall.student,
            Role.LECTURER: self.hall.lecturer,
            Role.ADMIN: self.hall.admin,
        }
        for role, person in self.people.items():
            try:
                person.token = (await self.hall.login(person.email)).access_token
            except grpc.aio.AioRpcError:
                self.people[role] = await make[role]()

    async def try_one(self, rpc: Rpc, role: Role | None, data: bytes) -> None:
        """Call, and ask whether the server still answers."""
        answer = await call(self.hall.channel, rpc, data, () if role is None else self.people[role].metadata)
        assert answer.code not in NEVER, (answer.code, answer.message)
        assert (answer.code is grpc.StatusCode.OK) != bool(answer.message)
        await self.hall.auth.GetServerInfo(auth_service_pb2.GetServerInfoRequest())


@pytest.mark.parametrize("service", SERVICES)
async def test_any_request_gets_an_answer_and_the_server_goes_on(
    hall: Hall, service: str, caplog: pytest.LogCaptureFixture
) -> None:
    crowd = Crowd(hall)
    await crowd.enter()
    loop = asyncio.get_running_loop()

    def fuzz(rpc: Rpc) -> None:
        # those who may call come further than the door
        roles = st.sampled_from([*[*(rpc.rule.roles or [None])] * 5, None, *Role])

        @settings(
            max_examples=EXAMPLES // (1 + hall.app.settings.uses_sqlite),
            suppress_health_check=list(HealthCheck),
            phases=[Phase.explicit, Phase.reuse, Phase.generate],
        )
        @given(role=roles, data=requests(rpc.request, crowd.known))
        def try_them(role: Role | None, data: bytes) -> None:
            asyncio.run_coroutine_threadsafe(crowd.try_one(rpc, role, data), loop).result()

        try_them()

    with capture_logs() as lines, caplog.at_level(logging.ERROR):
        for rpc in RPCS:
            if rpc.method.containing_service.full_name == service:
                await crowd.sign_in_again()
                await asyncio.to_thread(fuzz, rpc)
                assert [line for line in lines if line["log_level"] in {"error", "critical"}] == [], rpc.name
                assert [one for one in caplog.records if one.levelno >= logging.ERROR] == [], rpc.name


async def test_a_nul_in_any_text_gets_an_answer(hall: Hall) -> None:
    """Where the rules let one through: PostgreSQL keeps none."""
    crowd = Crowd(hall)
    await crowd.enter()
    let_through = 0
    for rpc in RPCS:
        for path in fields_of(rpc.request):
            if path[-1].type != FieldDescriptor.TYPE_STRING:
                continue
            try:
                request = minimal(rpc.request, path, NUL)
            except CannotMake:
                continue
            let_through += 1
            for role in rpc.rule.roles or [None]:
                await crowd.try_one(rpc, role, request.SerializeToString())
    assert let_through


async def test_what_is_far_too_long_holds_nobody_up(hall: Hall) -> None:
    """Lists of a hundred thousand, and texts whose normal form takes time with the square of their length."""
    crowd = Crowd(hall)
    await crowd.enter()
    for rpc in RPCS:
        for one in rpc.request.fields:
            if one.is_repeated or one.type == FieldDescriptor.TYPE_STRING:
                request = GetMessageClass(rpc.request)()
                if not one.is_repeated:
                    setattr(request, one.name, MARKS)
                elif one.type == FieldDescriptor.TYPE_STRING:
                    getattr(request, one.name).extend(["x"] * 100_000)
                elif one.message_type is not None:
                    getattr(request, one.name).extend([GetMessageClass(one.message_type)()] * 100_000)
                else:
                    getattr(request, one.name).extend([0] * 100_000)
                for role in rpc.rule.roles or [None]:
                    await crowd.try_one(rpc, role, request.SerializeToString())
