"""The event bus across processes: what one publishes the others hear, and what was missed is read again."""

import asyncio
import os
import resource
import select
import signal
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from uuid import UUID, uuid4

import psycopg2
import pytest
import uvloop

from absense_server.adapters.events import outbox
from absense_server.adapters.events.outbox import MOST_WAITING
from absense_server.adapters.events.postgres import CHANNEL, PostgresEventBus
from backing.postgres import Postgres
from tests.unit.test_events import (  # noqa: F401 - the same for this bus
    HALL,
    LAB,
    HandClock,
    TestAlarms,
    TestCancelling,
    TestEvents,
    TestNobodyListens,
    returns,
    turns,
)

SOON = timedelta(seconds=30)
"""A net, for machines that are busy."""
STUDIO = UUID(int=3)


class Bus(PostgresEventBus):
    """With a clock turned by hand; `turn` also ticks."""

    def __init__(self, url: str, **options: timedelta) -> None:
        self.clock = HandClock()
        super().__init__(self.clock, url, **options)

    def turn(self, by: timedelta) -> None:
        self.clock.time += by
        self.tick(self.clock.time)


@pytest.fixture(scope="module")
def url(postgres: Postgres) -> str:
    """A database that no other test's bus is at."""
    return postgres.url(postgres.create_database())


@pytest.fixture
def started(url: str) -> Iterator[Callable[..., Bus]]:
    """Makes buses that events cross to, each as if in a process of its own."""
    with ExitStack() as stack:

        def start(at: str = url, **options: timedelta) -> Bus:
            bus = Bus(at, **options)
            stack.callback(bus.stop)
            bus.start()
            assert bus.wait_listening(SOON)
            return bus

        yield start


@pytest.fixture
def bus(started: Callable[..., Bus]) -> Bus:
    return started()


@contextmanager
def administrator(url: str) -> Iterator["psycopg2.extensions.cursor"]:
    connection = psycopg2.connect(url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        yield cursor
    connection.close()


class Wire:
    """Reads along what crosses."""

    def __init__(self, cursor: "psycopg2.extensions.cursor") -> None:
        self._connection = cursor.connection
        cursor.execute(f"LISTEN {CHANNEL}")

    def next(self) -> str:
        """The next payload."""
        while not self._connection.notifies:
            assert select.select([self._connection], [], [], SOON.total_seconds())[0], "nothing comes"
            self._connection.poll()
        payload: str = self._connection.notifies.pop(0).payload
        return payload


def backends(url: str) -> list[int]:
    """The processes of the database that serve buses."""
    with administrator(url) as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = %s",
            ("absense events",),
        )
        return [pid for (pid,) in cursor.fetchall()]


async def soon(hears: Awaitable[None]) -> None:
    """It comes."""
    await asyncio.wait_for(hears, SOON.total_seconds())


async def crosses(sender: Bus, receiver: Bus) -> None:
    """An event goes from one to the other; so what was sent before it has come, too."""
    topic = uuid4()
    with receiver.subscribe(topic) as subscription:
        await turns()
        sender.publish(topic)
        await soon(subscription.wait())


class HeldBus(Bus):
    """One whose thread begins when it is told to go."""

    def __init__(self, url: str) -> None:
        self.go = threading.Event()
        super().__init__(url)

    def _run(self) -> None:
        assert self.go.wait(SOON.total_seconds())
        super()._run()


class TestCrossing:
    async def test_what_one_publishes_the_other_hears(self, started: Callable[..., Bus]) -> None:
        here, there = started(), started()
        with here.subscribe(HALL) as hall, there.subscribe(HALL) as other_hall, there.subscribe(LAB) as lab:
            here.publish(HALL)
            await soon(hall.wait())
            await soon(other_hall.wait())
            there.publish(HALL, LAB)
            await soon(hall.wait())
            await soon(lab.wait())
            assert await returns(other_hall)
            assert not await returns(lab)

    async def test_only_those_of_the_topic_hear(self, started: Callable[..., Bus]) -> None:
        here, there = started(), started()
        with there.subscribe(HALL) as hall, there.subscribe(LAB) as lab:
            here.publish(LAB)
            await soon(lab.wait())
            await crosses(here, there)
            assert not await returns(hall)

    async def test_nobody_hears_their_own_events_twice(self, started: Callable[..., Bus]) -> None:
        here, there = started(), started()
        with here.subscribe(HALL) as hall, there.subscribe(HALL) as other_hall:
            here.publish(HALL)
            await hall.wait()
            await soon(other_hall.wait())
            await crosses(there, here)  # after the database has handed `here` its own event
            assert not await returns(hall)

    async def test_several_publishers_and_several_subscribers(self, started: Callable[..., Bus]) -> None:
        """Each bus publishes topics of its own from threads; everybody hears every one."""
        buses = [started() for _ in range(3)]
        topics = {bus: [uuid4() for _ in range(200)] for bus in buses}
        with ExitStack() as stack:
            heard = [
                soon(stack.enter_context(bus.subscribe(topic)).wait())
                for bus in buses
                for own in topics.values()
                for topic in own
            ]
            threads = [
                threading.Thread(target=lambda bus=bus, own=own: [bus.publish(topic) for topic in own])
                for bus, own in topics.items()
            ]
            for thread in threads:
                thread.start()
            await asyncio.gather(*heard)
            for thread in threads:
                thread.join()

    async def test_from_one_event_loop_to_another(self, started: Callable[..., Bus]) -> None:
        here, there = started(), started()
        listens, heard = threading.Event(), threading.Event()

        async def listen() -> None:
            with there.subscribe(HALL) as hall:
                await turns()
                listens.set()
                await soon(hall.wait())
            heard.set()

        thread = threading.Thread(target=lambda: asyncio.run(listen()))
        thread.start()
        assert await asyncio.to_thread(listens.wait, SOON.total_seconds())
        here.publish(HALL)
        assert await asyncio.to_thread(heard.wait, SOON.total_seconds())
        thread.join()

    def test_on_uvloop(self, started: Callable[..., Bus]) -> None:
        here, there = started(), started()

        async def listen() -> None:
            await crosses(here, there)
            await crosses(there, here)

        uvloop.run(listen())

    async def test_a_server_with_many_connections(self, started: Callable[..., Bus]) -> None:
        """Sockets past the 1,024th, which select() does not know."""
        allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        with ExitStack() as stack:
            resource.setrlimit(resource.RLIMIT_NOFILE, (max(allowed, 2048), most))
            stack.callback(resource.setrlimit, resource.RLIMIT_NOFILE, (allowed, most))
            while (number := os.dup(0)) < 1100:
                stack.callback(os.close, number)
            stack.callback(os.close, number)
            here, there = started(), started()
            await crosses(here, there)

    async def test_databases_do_not_hear_of_each_other(self, postgres: Postgres, started: Callable[..., Bus]) -> None:
        here, there = started(), started()
        elsewhere = started(postgres.url(postgres.create_database()))
        with elsewhere.subscribe(HALL) as hall:
            here.publish(HALL)
            await crosses(here, there)
            assert not await returns(hall)


class TestSending:
    """What is on the wire. The bus is held until everything is published: nothing here depends on how fast it is."""

    @pytest.fixture
    def bus(self, url: str) -> Iterator["HeldBus"]:
        bus = HeldBus(url)
        bus.start()
        yield bus
        bus.go.set()
        bus.stop()

    def test_events_of_a_moment_are_sent_together_and_once(self, bus: HeldBus, url: str) -> None:
        with administrator(url) as cursor:
            wire = Wire(cursor)
            for _ in range(1000):
                bus.publish(HALL, LAB)
            bus.go.set()
            topics = outbox.read(wire.next())
            assert topics is not None
            assert sorted(topics) == [HALL, LAB]
            bus.publish(STUDIO)
            assert outbox.read(wire.next()) == (STUDIO,)

    def test_many_topics_take_several_payloads(self, bus: HeldBus, url: str) -> None:
        with administrator(url) as cursor:
            wire = Wire(cursor)
            topics = {uuid4() for _ in range(1000)}
            bus.publish(*topics)
            bus.go.set()
            found = [outbox.read(wire.next()) for _ in range(3)]
            assert {topic for some in found if some is not None for topic in some} == topics
            bus.publish(STUDIO)
            assert outbox.read(wire.next()) == (STUDIO,)

    async def test_more_than_is_worth_keeping_wakes_everybody(self, bus: HeldBus, started: Callable[..., Bus]) -> None:
        there = started()
        with there.subscribe(HALL) as hall:
            bus.publish(*(uuid4() for _ in range(MOST_WAITING + 1)))
            bus.go.set()
            await soon(hall.wait())

    async def test_what_nobody_can_read_wakes_everybody(self, url: str, started: Callable[..., Bus]) -> None:
        there = started()
        with there.subscribe(HALL) as hall, administrator(url) as cursor:
            for payload in ("from a later version", ""):
                cursor.execute("SELECT pg_notify(%s, %s)", (CHANNEL, payload))
                await soon(hall.wait())


class TestReconnecting:
    @pytest.fixture
    def url(self, postgres: Postgres) -> str:
        """A database of one's own: nobody else's connections are there."""
        return postgres.url(postgres.create_database())

    async def test_a_connection_that_is_cut(self, url: str, started: Callable[..., Bus]) -> None:
        here, there = started(), started()
        with here.subscribe(HALL) as hall, there.subscribe(HALL) as other_hall:
            before = backends(url)
            with administrator(url) as cursor:
                cursor.execute("SELECT pg_terminate_backend(pid) FROM unnest(%s) AS pid", (before,))
            # nothing was published: they are woken to read what they may have missed
            await soon(hall.wait())
            await soon(other_hall.wait())
            assert not set(backends(url)) & set(before)
            await crosses(here, there)
            await crosses(there, here)

    async def test_a_database_that_is_started_again(self, own_postgres: Postgres, started: Callable[..., Bus]) -> None:
        here, there = started(own_postgres.url("postgres")), started(own_postgres.url("postgres"))
        with here.subscribe(HALL) as hall, there.subscribe(LAB) as lab:
            own_postgres.stop()
            here.publish(LAB)
            there.publish(HALL)
            own_postgres.start()
            await soon(hall.wait())
            await soon(lab.wait())
            await crosses(here, there)
            await crosses(there, here)

    async def test_what_is_published_without_a_database_is_sent_when_it_is_back(
        self, own_postgres: Postgres, started: Callable[..., Bus]
    ) -> None:
        here = started(own_postgres.url("postgres"))
        own_postgres.stop()
        with here.subscribe(HALL) as hall:
            here.publish(HALL, LAB)
            await hall.wait()  # within the process as ever
        own_postgres.start()
        topics: set[UUID] = set()
        with administrator(own_postgres.url("postgres")) as cursor:
            wire = Wire(cursor)
            # the old event may have gone out before anybody read along: then only the new one is seen
            here.publish(STUDIO)
            while STUDIO not in topics:
                topics |= set(outbox.read(wire.next()) or ())
        assert topics in ({HALL, LAB, STUDIO}, {STUDIO})

    async def test_a_database_that_is_away_at_first(self, own_postgres: Postgres) -> None:
        own_postgres.stop()
        here, there = (Bus(own_postgres.url("postgres")) for _ in range(2))
        here.start()
        there.start()
        with there.subscribe(HALL) as hall:
            assert not here.listening
            here.publish(HALL)
            own_postgres.start()
            await soon(hall.wait())
            assert here.wait_listening(SOON)
            assert there.wait_listening(SOON)
            await crosses(here, there)
        here.stop()
        there.stop()

    async def test_a_connection_that_has_died_in_silence(self, url: str, started: Callable[..., Bus]) -> None:
        at_once = timedelta(milliseconds=50)
        here = started(ask_after=at_once, give_up_after=at_once)
        [pid] = backends(url)
        with here.subscribe(HALL) as hall, stopped(pid):
            await soon(hall.wait())
            assert here.wait_listening(SOON)
            assert len(backends(url)) == 2  # the dead one does not know yet
            await crosses(here, started())

    async def test_a_silence_is_not_a_death(self, url: str, started: Callable[..., Bus]) -> None:
        here, there = started(ask_after=timedelta(milliseconds=1)), started()
        before = backends(url)
        with here.subscribe(HALL) as hall:
            for _ in range(20):
                await crosses(there, here)
            assert not await returns(hall)
        assert backends(url) == before


class TestStopping:
    @pytest.fixture
    def url(self, postgres: Postgres) -> str:
        """A database of one's own: nobody else's connections are there."""
        return postgres.url(postgres.create_database())

    async def test_what_is_published_last_is_sent(self, started: Callable[..., Bus]) -> None:
        here, there = started(), started()
        with there.subscribe(HALL) as hall, there.subscribe(LAB) as lab:
            here.publish(HALL)
            here.publish(LAB)
            here.stop()
            await soon(hall.wait())
            await soon(lab.wait())

    def test_nothing_is_left_running(self, url: str, started: Callable[..., Bus]) -> None:
        bus = started()
        bus.stop()
        bus.stop()
        assert not bus.listening
        bus.publish(HALL)
        assert not [thread for thread in threading.enumerate() if thread.name == "events"]
        with administrator(url) as cursor:
            # the server's process goes a moment after its client
            while backends(url):
                cursor.execute("SELECT pg_sleep(0.01)")

    async def test_one_that_was_never_started_is_a_memory_bus(self, url: str) -> None:
        bus = Bus(url)
        with bus.subscribe(HALL) as hall:
            bus.publish(HALL)
            await hall.wait()
        bus.stop()
        assert not bus._outbox
        assert not backends(url)

    def test_while_the_database_is_away(self, own_postgres: Postgres) -> None:
        own_postgres.stop()
        bus = Bus(own_postgres.url("postgres"))
        bus.start()
        bus.publish(HALL)
        bus.stop()

    def test_while_the_database_does_not_answer(self, url: str, started: Callable[..., Bus]) -> None:
        bus = started()
        [pid] = backends(url)
        with stopped(pid):
            bus.publish(HALL)
            bus.stop()
        assert not [thread for thread in threading.enumerate() if thread.name == "events"]


@contextmanager
def stopped(pid: int) -> Iterator[None]:
    """A process that is there and does nothing: what a machine looks like that has been cut off."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)
