"""A connection that listens and notifies, and is never waited for inside it."""

import os
import select
import socket
from collections.abc import Iterator
from contextlib import closing

import psycopg2
import pytest

from absense_server.adapters.db.notifications import ConnectionLost, NotificationConnection
from backing.postgres import Postgres

NET_S = 30


@pytest.fixture
def connection(postgres_url: str) -> Iterator[NotificationConnection]:
    with closing(NotificationConnection(postgres_url, "hall")) as connection:
        assert finish(connection) == []
        connection.listen()
        assert finish(connection) == []
        yield connection


@pytest.fixture
def other(postgres_url: str) -> Iterator["psycopg2.extensions.cursor"]:
    connection = psycopg2.connect(postgres_url)
    connection.autocommit = True
    yield connection.cursor()
    connection.close()


def step(connection: NotificationConnection) -> list[str]:
    """Wait for the socket, and go on."""
    write = [connection] if connection.wants_to_write else []
    read = [] if write else [connection]
    assert any(select.select(read, write, [], NET_S)), "nothing comes"
    return connection.advance()


def finish(connection: NotificationConnection) -> list[str]:
    """What has been heard by the time that it is no longer busy."""
    heard = []
    while connection.busy:
        heard += step(connection)
    return heard


def hear(connection: NotificationConnection) -> list[str]:
    """The next news."""
    while not (heard := step(connection)):
        pass
    return heard


def test_it_hears_others(connection: NotificationConnection, other: "psycopg2.extensions.cursor") -> None:
    other.execute("NOTIFY lab, 'not for us'; NOTIFY hall, 'one'; NOTIFY hall, 'two'; NOTIFY hall")
    heard: list[str] = []
    while len(heard) < 3:
        heard += hear(connection)
    assert heard == ["one", "two", ""]


def test_it_does_not_hear_itself(connection: NotificationConnection, other: "psycopg2.extensions.cursor") -> None:
    connection.notify(["mine"])
    assert finish(connection) == []
    other.execute("NOTIFY hall, 'theirs'")
    assert hear(connection) == ["theirs"]


def test_others_hear_it(connection: NotificationConnection, other: "psycopg2.extensions.cursor") -> None:
    other.execute("LISTEN hall")
    connection.notify(["one", "it's \\ two", "x" * 7999])
    finish(connection)
    found: list[str] = []
    while len(found) < 3:
        other.connection.poll()
        found += [notice.payload for notice in other.connection.notifies]
        other.connection.notifies.clear()
    assert found == ["one", "it's \\ two", "x" * 7999]


def test_news_behind_an_answer_is_heard_with_it(
    connection: NotificationConnection, other: "psycopg2.extensions.cursor"
) -> None:
    """Else it would lie in the driver's buffer until the socket has something else."""
    other.execute("SELECT pg_advisory_lock(1)")
    connection._begin("SELECT pg_advisory_lock(1)")
    while connection.wants_to_write:
        step(connection)
    other.execute("SELECT pg_advisory_unlock(1)")
    with closing(socket.socket(fileno=os.dup(connection.fileno()))) as its_socket:
        assert select.select([its_socket], [], [], NET_S)[0], "no answer"
        other.execute("NOTIFY hall, 'news'")
        while b"news" not in its_socket.recv(10_000, socket.MSG_PEEK):
            pass
    assert finish(connection) == ["news"]


def test_it_says_who_it_is(connection: NotificationConnection, other: "psycopg2.extensions.cursor") -> None:
    pid = connection._connection.info.backend_pid
    other.execute("SELECT application_name FROM pg_stat_activity WHERE pid = %s", (pid,))
    assert other.fetchall() == [("absense events",)]


def test_a_connection_that_is_cut(connection: NotificationConnection, other: "psycopg2.extensions.cursor") -> None:
    other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'absense events'")
    with pytest.raises(ConnectionLost):
        hear(connection)
    for attempt in (connection.ask, connection.listen, lambda: connection.notify(["too late"])):
        with pytest.raises(ConnectionLost):
            attempt()


def test_a_statement_that_fails_spoils_the_connection(connection: NotificationConnection) -> None:
    connection.notify(["x" * 8000])
    with pytest.raises(ConnectionLost, match="payload string too long"):
        finish(connection)


@pytest.mark.parametrize(
    "url", ["postgresql://nobody@127.0.0.1:1/x", "postgresql://nobody@/x?host=/nowhere", "postgresql+psycopg2://@:1/x"]
)
def test_a_server_that_is_not_there(url: str) -> None:
    with pytest.raises(ConnectionLost), closing(NotificationConnection(url, "hall")) as connection:
        finish(connection)


def test_a_database_that_is_not_there(postgres: Postgres) -> None:
    connection = NotificationConnection(postgres.url("nowhere"), "hall")
    with closing(connection), pytest.raises(ConnectionLost, match=r'database "nowhere" does not exist$'):
        finish(connection)
