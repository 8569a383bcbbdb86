"""Two servers that count calls in one Redis, through the contract."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from datetime import timedelta

import grpc
import grpc.aio
import pytest
from google.rpc import error_details_pb2

from absense_server import checkup
from absense_server.adapters.rate_limits.fallback import FallbackRateLimits
from absense_server.app import App
from absense_server.checkup import Finding
from absense_server.domain.people import Caller, NewUser, Role
from absense_server.settings import Settings
from backing.postgres import Postgres
from backing.redis import RedisServer
from tests.support.clock import HandClock
from tests.support.hall import PASSWORD, Hall, Student, detail, reason_of
from tests.support.rate_limits import count_by_hand

MINUTE = timedelta(minutes=1)
A_LITTLE = timedelta(milliseconds=2)
STUDENTS = 500


@pytest.fixture
async def halls(
    make_settings: Callable[..., Settings],
    clock: HandClock,
    monkeypatch: pytest.MonkeyPatch,
    postgres: Postgres,
    migrated_database: str,
    redis_server: RedisServer,
) -> AsyncIterator[tuple[Hall, Hall]]:
    """One lecture hall, served by two servers with one database and one Redis."""
    count_by_hand(monkeypatch, clock)
    name = postgres.create_database(template=migrated_database)
    # of its own: what others have counted in this Redis is not found again
    secret_key = secrets.token_hex(32)
    config = make_settings(database_url=postgres.url(name), redis_url=redis_server.url, secret_key=secret_key)
    async with AsyncExitStack() as stack:
        halls = []
        for _ in range(2):
            app = App(config, clock=clock)
            port = await app.start(with_jobs=False)
            stack.push_async_callback(app.stop, grace=0)
            channel = await stack.enter_async_context(grpc.aio.insecure_channel(f"127.0.0.1:{port}"))
            halls.append(Hall(app, clock, channel, port))
        await halls[0].furnish()
        yield halls[0], halls[1]
    postgres.drop_database(name)


async def refused(hall: Hall, email: str, password: str = PASSWORD) -> grpc.aio.AioRpcError:
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await hall.login(email, password)
    return error.value


async def test_guessing_at_one_account_is_limited_on_every_server(halls: tuple[Hall, Hall], clock: HandClock) -> None:
    ama, kofi = [(await halls[0].student(enrolled=False, phone=False)).email for _ in range(2)]
    clock.turn(3600)  # their own sign-ins are over
    errors = await asyncio.gather(*(refused(halls[number % 2], ama, f"guess {number}") for number in range(30)))
    reasons = [reason_of(error) for error in errors]
    assert sorted(reasons) == ["BAD_CREDENTIALS"] * 10 + ["RATE_LIMITED"] * 20
    for hall in halls:
        error = await refused(hall, ama)  # the right one, now
        assert (error.code(), reason_of(error)) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "RATE_LIMITED")
        wait = detail(error, error_details_pb2.RetryInfo).retry_delay.ToTimedelta()
        assert MINUTE <= wait < MINUTE + A_LITTLE
        assert (await hall.login(kofi)).user.email == kofi
    # each further try waits longer; what was refused uses up nothing
    for minutes in (1, 1, 2, 4, 8, 16, 28):
        for number in range(4):
            error = await refused(halls[number % 2], ama, "guess")
            wait = detail(error, error_details_pb2.RetryInfo).retry_delay.ToTimedelta()
            assert abs(wait - minutes * MINUTE) < timedelta(seconds=1), reason_of(error)
        clock.turn(wait.total_seconds())
        assert reason_of(await refused(halls[0], ama, "guess")) == "BAD_CREDENTIALS"
    clock.turn(3600)
    assert (await halls[1].login(ama)).user.email == ama


async def test_five_hundred_students_behind_one_address_submit_within_a_minute(halls: tuple[Hall, Hall]) -> None:
    session = await halls[0].open_session()
    code = (await session.code()).text
    students = await asyncio.gather(*(newcomer(halls[number % 2], number) for number in range(STUDENTS)))

    async def come(student: Student) -> bool:
        await student.enroll(halls[0].course)
        answer = await student.send(await student.header(session, proof=code))
        return answer.already_recorded

    assert await asyncio.gather(*map(come, students)) == [False] * STUDENTS
    counts = (await session.reload()).counts
    assert counts.flagged == STUDENTS  # no phone is bound, which is another story


async def test_calls_go_on_without_redis_and_are_counted(
    make_settings: Callable[..., Settings], clock: HandClock, monkeypatch: pytest.MonkeyPatch, own_redis: RedisServer
) -> None:
    count_by_hand(monkeypatch, clock)
    app = App(make_settings(redis_url=own_redis.url), clock=clock)
    port = await app.start(with_jobs=False)
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        hall = Hall(app, clock, channel, port)
        await hall.furnish()
        ama, kofi = [(await hall.student()).email for _ in range(2)]
        for end in (own_redis.kill, own_redis.freeze):
            clock.turn(3600)
            end()
            reasons = [reason_of(await refused(hall, ama, "guess")) for _ in range(12)]
            assert reasons == ["BAD_CREDENTIALS"] * 10 + ["RATE_LIMITED"] * 2
            assert (await hall.login(kofi)).user.email == kofi
            own_redis.kill()
            own_redis.start()
            await noticed(app, hall, kofi)
    await app.stop(grace=0)


async def noticed(app: App, hall: Hall, email: str) -> None:
    """The server counts in Redis again."""
    counts = app.outside.rate_limits
    assert isinstance(counts, FallbackRateLimits)
    assert counts._away_since is not None
    while counts._away_since is not None:
        hall.clock.turn(1)
        await hall.login(email)


class TestDoctor:
    def told(self, settings: Settings) -> list[Finding]:
        return [finding for finding in checkup.examine(settings) if finding.text.startswith("rate limits: ")]

    def test_calls_are_counted_by_each_process(
        self, make_settings: Callable[..., Settings], postgres: Postgres, migrated_database: str
    ) -> None:
        one, two = make_settings(), make_settings(database_url=postgres.url(migrated_database), workers=2)
        assert self.told(one) == [Finding(ok=True, text="rate limits: calls are counted in this one process")]
        text = "rate limits: each of 2 processes counts calls alone; set REDIS_URL to share them"
        assert self.told(two) == [Finding(ok=False, text=text)]

    def test_calls_are_counted_in_redis(
        self, make_settings: Callable[..., Settings], redis_server: RedisServer
    ) -> None:
        text = f"rate limits: calls are counted in Redis at 127.0.0.1:{redis_server.port}"
        assert self.told(make_settings(redis_url=redis_server.url)) == [Finding(ok=True, text=text)]

    def test_redis_does_not_let_us_in(self, make_settings: Callable[..., Settings], redis_server: RedisServer) -> None:
        (found,) = self.told(make_settings(redis_url=f"redis://:hunter2@127.0.0.1:{redis_server.port}"))
        where = f"127.0.0.1:{redis_server.port}"
        assert found.text.startswith(f"rate limits: Redis at {where} does not count (AuthenticationError): ")
        assert (found.ok, found.fatal) == (False, False)


async def newcomer(hall: Hall, number: int) -> Student:
    """A student who has just signed in; not by RPC, where the limits of a whole minute would count."""
    nobody = Caller(request_id="tests", address="127.0.0.1")
    user = await hall.app.accounts.create(
        nobody, NewUser(f"student{number}@example.edu", PASSWORD, "Ama", Role.STUDENT)
    )
    signed_in = await hall.app.use_cases.sign_ins.login(nobody, user.email, PASSWORD, "")
    return Student(hall, str(user.id), user.email, signed_in.access.text)
