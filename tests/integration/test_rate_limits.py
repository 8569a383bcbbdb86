"""How calls are counted: in one process and in a real Redis, which is killed, frozen and brought back."""

import asyncio
import secrets
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from absense_server.adapters.extras import ExtraMissing
from absense_server.adapters.rate_limits.fallback import FallbackRateLimits
from absense_server.adapters.rate_limits.memory import MemoryRateLimits
from absense_server.adapters.rate_limits.redis import RedisRateLimits, host_of
from absense_server.domain.errors.calls import BackendUnavailable
from absense_server.ports.rate_limits import Limit, RateLimits
from backing.ports import free_ports
from backing.redis import RedisServer
from tests.support.clock import HandClock
from tests.support.rate_limits import count_by_hand

TWO_A_MINUTE = Limit(2, timedelta(minutes=1))
TEN_A_MINUTE = Limit(10, timedelta(minutes=1))
MINUTE = timedelta(minutes=1)
A_LITTLE = timedelta(milliseconds=2)
"""More than Redis needs waiting for: its times are rounded."""


class WatchedRateLimits(RedisRateLimits):
    """Knows how often it was asked."""

    asked = 0

    async def hit(self, key: str, limit: Limit) -> timedelta | None:
        self.asked += 1
        return await super().hit(key, limit)


@asynccontextmanager
async def counting(url: str, key: bytes | None = None) -> AsyncIterator[WatchedRateLimits]:
    """In Redis, apart from whoever counts there under another key."""
    counts = WatchedRateLimits(url, key or secrets.token_bytes(32))
    try:
        yield counts
    finally:
        await counts.close()


@asynccontextmanager
async def falling_back(clock: HandClock, url: str, key: bytes = b"key") -> AsyncIterator[FallbackRateLimits]:
    counts = FallbackRateLimits(RedisRateLimits(url, key), clock)
    try:
        yield counts
    finally:
        await counts.close()


@pytest.fixture(params=["memory", "redis"])
async def counts(
    request: pytest.FixtureRequest, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[RateLimits]:
    if request.param == "memory":
        yield MemoryRateLimits(clock)
        return
    count_by_hand(monkeypatch, clock)
    async with counting(request.getfixturevalue("redis_server").url) as shared:
        yield shared


async def test_beyond_the_limit_one_has_to_wait(counts: RateLimits) -> None:
    assert await counts.hit("ama", TWO_A_MINUTE) is None
    assert await counts.hit("ama", TWO_A_MINUTE) is None
    assert about(await counts.hit("ama", TWO_A_MINUTE), MINUTE)


async def test_keys_are_counted_apart(counts: RateLimits) -> None:
    for key in ("ama", "kofi", "ama", "kofi"):
        assert await counts.hit(key, TWO_A_MINUTE) is None
    assert await counts.hit("ama", TWO_A_MINUTE) is not None
    assert await counts.hit("ama ", TWO_A_MINUTE) is None


async def test_the_window_moves(counts: RateLimits, clock: HandClock) -> None:
    await counts.hit("ama", TWO_A_MINUTE)
    clock.turn(30)
    await counts.hit("ama", TWO_A_MINUTE)
    clock.turn(29)
    assert about(await counts.hit("ama", TWO_A_MINUTE), timedelta(seconds=1))
    clock.turn(1.002)
    assert await counts.hit("ama", TWO_A_MINUTE) is None
    assert about(await counts.hit("ama", TWO_A_MINUTE), timedelta(seconds=29.998))


async def test_waiting_as_long_as_said_is_enough(counts: RateLimits, clock: HandClock) -> None:
    clock.turn(0.123456)
    for _ in range(5):
        while (wait := await counts.hit("ama", TWO_A_MINUTE)) is None:
            clock.turn(0.1)
        assert timedelta(0) < wait <= MINUTE + A_LITTLE
        clock.turn(wait.total_seconds())


async def test_who_asks_how_long_to_wait_is_not_counted(counts: RateLimits, clock: HandClock) -> None:
    for _ in range(2):
        assert [await counts.wait("ama", TWO_A_MINUTE) for _ in range(3)] == [None] * 3
        assert await counts.hit("ama", TWO_A_MINUTE) is None
        clock.turn(10)
    for _ in range(3):
        assert about(await counts.wait("ama", TWO_A_MINUTE), timedelta(seconds=40))
    clock.turn(40.002)
    assert await counts.wait("ama", TWO_A_MINUTE) is None
    assert await counts.wait("kofi", TWO_A_MINUTE) is None


async def test_nobody_is_told_to_wait_longer_than_the_window(counts: RateLimits, clock: HandClock) -> None:
    """Though the clock be put back."""
    for _ in range(2):
        assert await counts.hit("ama", TWO_A_MINUTE) is None
    clock.turn(-24 * 3600)
    assert about(await counts.hit("ama", TWO_A_MINUTE), MINUTE)


async def test_what_was_refused_is_not_counted(counts: RateLimits, clock: HandClock) -> None:
    for _ in range(10):
        await counts.hit("ama", TWO_A_MINUTE)
    clock.turn(30)
    for _ in range(10):
        assert await counts.hit("ama", TWO_A_MINUTE) is not None
    clock.turn(30.002)
    assert await counts.hit("ama", TWO_A_MINUTE) is None


async def test_limits_of_any_size_are_exact(counts: RateLimits) -> None:
    for count in (1, 30, 600):
        limit = Limit(count, timedelta(hours=1))
        assert [await counts.hit(str(count), limit) for _ in range(count)] == [None] * count
        assert about(await counts.hit(str(count), limit), timedelta(hours=1))


async def test_at_once_no_more_pass_than_may(counts: RateLimits) -> None:
    waits = await asyncio.gather(*(counts.hit("ama", TEN_A_MINUTE) for _ in range(50)))
    assert sum(wait is None for wait in waits) == 10


async def test_any_text_is_a_key(counts: RateLimits) -> None:
    for key in ("", "Äma", "\ud800", "a b\n\0", "x" * 100_000):
        assert await counts.hit(key, Limit(1, MINUTE)) is None
        assert await counts.hit(key, Limit(1, MINUTE)) is not None


class TestRedis:
    async def test_processes_count_together(self, redis_server: RedisServer) -> None:
        key = secrets.token_bytes(32)
        async with counting(redis_server.url, key) as here, counting(redis_server.url, key) as there:
            hits = [counts.hit("ama", TEN_A_MINUTE) for _ in range(25) for counts in (here, there)]
            waits = await asyncio.gather(*hits)
            assert sum(wait is None for wait in waits) == 10
            assert await here.hit("ama", TEN_A_MINUTE) is not None
            assert await there.hit("ama", TEN_A_MINUTE) is not None

    async def test_what_is_kept_there_names_nobody_and_expires(self, redis_server: RedisServer) -> None:
        names = ["ama@example.edu", "192.0.2.7", "0192f000-0000-7000-8000-0123456789ab"]
        with redis_server.client() as inside:
            inside.flushdb()
            async with counting(redis_server.url) as counts:
                for name in names:
                    await counts.hit(f"/absense.v1.AuthService/Login#0:{name}", Limit(10, timedelta(hours=1)))
            keys = [key.decode() for key in inside.scan_iter()]
            assert len(keys) == 3
            for key in keys:
                assert key.startswith("absense:calls/")
                assert not any(name in key for name in [*names, "Login"])
                assert 0 < inside.ttl(key) <= 3600
                (value,) = inside.lrange(key, 0, -1)
                assert float(value) > 0

    async def test_who_knows_the_name_still_needs_the_key(self, redis_server: RedisServer) -> None:
        with redis_server.client() as inside:
            inside.flushdb()
            async with counting(redis_server.url, b"one") as one, counting(redis_server.url, b"other") as other:
                await one.hit("ama", TWO_A_MINUTE)
                await other.hit("ama", TWO_A_MINUTE)
            assert inside.dbsize() == 2

    async def test_calls_that_are_cut_off_leave_nothing_for_others(self, redis_server: RedisServer) -> None:
        """Neither their answers, which others would take for their own, nor connections that nobody gets back."""
        once = Limit(1, MINUTE)
        async with counting(redis_server.url) as counts:
            await counts.hit("used up", once)
            redis_server.freeze()
            try:
                # more than there are connections, of which some are made only now
                cut = [asyncio.create_task(counts.hit("used up", once)) for _ in range(40)]
                for _ in range(200):
                    await asyncio.sleep(0)  # into all stages of a call
                for task in cut:
                    task.cancel()
                await asyncio.wait(cut)
            finally:
                redis_server.thaw()
            waits = await asyncio.gather(*(counts.hit(f"new {number}", once) for number in range(40)))
            assert waits == [None] * 40
            again = await asyncio.gather(*(counts.hit(f"new {number}", once) for number in range(40)))
            assert None not in again

    async def test_who_gets_no_answer_is_told_so(self, redis_server: RedisServer) -> None:
        async with counting(redis_server.url) as counts:
            assert await counts.hit("ama", TWO_A_MINUTE) is None
            redis_server.freeze()
            try:
                ends = await asyncio.gather(
                    *(counts.hit(f"{number}", TWO_A_MINUTE) for number in range(20)), return_exceptions=True
                )
            finally:
                redis_server.thaw()
            assert {type(end) for end in ends} == {BackendUnavailable}
            assert await counts.hit("ama", TWO_A_MINUTE) is None
            assert await counts.hit("ama", TWO_A_MINUTE) is not None

    async def test_what_does_not_count_is_told(self, redis_server: RedisServer) -> None:
        (nobody,) = free_ports(1)
        urls = {
            "ConnectionError": [f"redis://127.0.0.1:{nobody}", "unix:///nowhere/redis.sock"],
            "AuthenticationError": [
                f"redis://127.0.0.1:{redis_server.port}",
                f"redis://:wrong@127.0.0.1:{redis_server.port}",
            ],
            "ResponseError": [f"{redis_server.url.removesuffix('/0')}/99"],
        }
        for cause, those in urls.items():
            for url in those:
                async with counting(url) as counts:
                    with pytest.raises(BackendUnavailable) as error:
                        await counts.hit("ama", TWO_A_MINUTE)
                    assert type(error.value.__cause__).__name__ == cause, url

    @pytest.mark.parametrize("package", ["limits", "redis.asyncio"])
    def test_a_missing_package_says_what_to_install(self, monkeypatch: pytest.MonkeyPatch, package: str) -> None:
        monkeypatch.setitem(sys.modules, package, None)
        with pytest.raises(ExtraMissing, match=r"pip install '\.\[redis\]' in the folder of Absense"):
            RedisRateLimits("redis://127.0.0.1", b"key")

    @pytest.mark.parametrize(
        ("url", "host"),
        [
            ("redis://ama:hunter2@redis.example.edu:7000/1", "redis.example.edu:7000"),
            ("rediss://:hunter2@[2001:db8::1]", "2001:db8::1:6379"),
            ("unix://:hunter2@/run/redis.sock?db=1", "/run/redis.sock"),
        ],
    )
    def test_where_it_is_can_be_said_without_credentials(self, url: str, host: str) -> None:
        assert host_of(url) == host


class TestFallback:
    @pytest.fixture(autouse=True)
    def _by_hand(self, monkeypatch: pytest.MonkeyPatch, clock: HandClock) -> None:
        count_by_hand(monkeypatch, clock)

    async def test_killed_and_brought_back(self, own_redis: RedisServer, clock: HandClock) -> None:
        with capture_logs() as logs:
            async with falling_back(clock, own_redis.url) as here, falling_back(clock, own_redis.url) as there:
                assert await passed(20, here, there) == 10
                assert await passed(20, here, there) == 0
                own_redis.kill()
                # nobody is locked out; now each counts alone, from the beginning
                assert await passed(30, here) == 10
                assert await passed(30, there) == 10
                clock.turn(1)
                assert await passed(30, here, there) == 0
                await tried(here)
                await tried(there)
                assert len(logs) == 2, "one line for each process, however many calls"
                own_redis.start()
                await back(here, clock)
                await back(there, clock)
                # together again; what Redis had counted is lost with it
                assert await passed(30, here, there) == 10
        gone, again = "calls are counted by each process alone: Redis is away", "calls are counted in Redis again"
        assert [entry["event"] for entry in logs] == [gone, gone, again, again]
        assert {entry["host"] for entry in logs} == {f"127.0.0.1:{own_redis.port}"}
        assert own_redis.password not in str(logs)

    async def test_while_it_is_away_calls_do_not_ask_it(self, own_redis: RedisServer, clock: HandClock) -> None:
        async with counting(own_redis.url) as shared:
            counts = FallbackRateLimits(shared, clock)
            own_redis.freeze()
            with capture_logs() as logs:
                assert await passed(30, counts) == 10  # they wait together, each for its own answer
                assert shared.asked == 30
                assert await passed(30, counts) == 0
                assert shared.asked == 30
                for asked in (31, 32):
                    clock.turn(1)
                    assert await passed(30, counts) == 0
                    await tried(counts)
                    assert await passed(30, counts) == 0
                    assert shared.asked == asked, "one trial, beside the calls"
                assert len(logs) == 1
                own_redis.thaw()
                await back(counts, clock)
            assert len(logs) == 2

    async def test_each_outage_is_told(self, own_redis: RedisServer, clock: HandClock) -> None:
        with capture_logs() as logs:
            async with falling_back(clock, own_redis.url) as counts:
                for _ in range(2):
                    own_redis.kill()
                    assert await counts.hit("kofi", TEN_A_MINUTE) is None
                    own_redis.start()
                    await back(counts, clock)
        assert [entry["log_level"] for entry in logs] == ["warning", "info"] * 2

    async def test_a_redis_that_answers_and_does_not_count_is_away(
        self, own_redis: RedisServer, clock: HandClock
    ) -> None:
        with capture_logs() as logs, own_redis.client() as inside:
            inside.config_set("maxmemory", "1")
            async with falling_back(clock, own_redis.url) as counts:
                assert await passed(30, counts) == 10
                clock.turn(1)
                assert await passed(30, counts) == 0
                await tried(counts)
                assert [entry["cause"] for entry in logs] == ["OutOfMemoryError"]
                inside.config_set("maxmemory", "0")
                await back(counts, clock)

    async def test_a_clock_put_back_does_not_keep_it_away(self, own_redis: RedisServer, clock: HandClock) -> None:
        async with falling_back(clock, own_redis.url) as counts:
            own_redis.kill()
            assert await counts.hit("ama", TEN_A_MINUTE) is None
            own_redis.start()
            clock.turn(-3600)
            await back(counts, clock)

    async def test_it_may_be_closed_while_it_tries(self, own_redis: RedisServer, clock: HandClock) -> None:
        async with falling_back(clock, own_redis.url) as counts:
            own_redis.freeze()
            await counts.hit("ama", TEN_A_MINUTE)
            clock.turn(1)
            await counts.hit("ama", TEN_A_MINUTE)
            assert counts._trial is not None


def about(wait: timedelta | None, expected: timedelta) -> bool:
    return wait is not None and timedelta(0) <= wait - expected < A_LITTLE


async def passed(times: int, *counters: RateLimits) -> int:
    """How many of so many hits at once, by turns, are within ten a minute."""
    hits = [counters[number % len(counters)].hit("ama", TEN_A_MINUTE) for number in range(times)]
    return (await asyncio.gather(*hits)).count(None)


async def tried(counts: FallbackRateLimits) -> None:
    """No trial is under way any more."""
    if counts._trial is not None:
        await asyncio.wait([counts._trial])


async def back(counts: FallbackRateLimits, clock: HandClock) -> None:
    """It has noticed that Redis is back."""
    clock.turn(1)
    await counts.hit("somebody", TEN_A_MINUTE)
    await tried(counts)
    assert counts._away_since is None
