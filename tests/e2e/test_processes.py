"""Several server processes on one PostgreSQL: kept alive, replaced, drained; and what clients see of it."""

from __future__ import annotations  # the stubs' async types exist for type checkers only

import asyncio
import os
import signal
import ssl
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import grpc.aio
import pytest
from sqlalchemy import text

from absense.v1 import attendance_record_pb2, auth_service_pb2, auth_service_pb2_grpc, lecturer_service_pb2
from absense_server.adapters.db.engine import create_engine
from backing import postgres as postgresql
from backing.postgres import Postgres
from chaos import crowd, logbook
from chaos.crowd import Log
from demo.lecture import GREAT_HALL
from demo.phone import Claim, Student, scanned
from demo.projector import Lecturer
from demo.server import ServerProcess
from demo.wire import bearer, channel_to, reason_of
from tests.support.certificates import files_in, issue
from tests.support.metrics import scrape_now

CONFIRMED = attendance_record_pb2.RECORD_STATUS_CONFIRMED
PROCESSES = 2

MakeServer = Callable[..., ServerProcess]


@pytest.fixture(scope="session")
def seeded(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a database with the demo's people, to be copied."""
    name = postgres.create_database()
    ServerProcess(tmp_path_factory.mktemp("seeded"), DATABASE_URL=postgres.url(name)).prepare()
    return name


@pytest.fixture
def database_url(postgres: Postgres, seeded: str) -> Iterator[str]:
    name = postgres.create_database(template=seeded)
    yield postgres.url(name)
    postgres.drop_database(name)


@pytest.fixture
def make_server(tmp_path: Path) -> Iterator[MakeServer]:
    made: list[ServerProcess] = []

    def make(database_url: str, **settings: str) -> ServerProcess:
        own = {"DATABASE_URL": database_url, "WORKERS": str(PROCESSES), "PROCESS_PORTS_FROM": "0", **settings}
        made.append(ServerProcess(tmp_path, **own))
        return made[-1]

    yield make
    for server in made:
        server.__exit__()
        assert [line for line in server.lines if "Traceback" in str(line)] == []


def pids_of(server: ServerProcess) -> dict[int, int]:
    """The newest process of each number."""
    return logbook.pids(server.lines)


def own_addresses(server: ServerProcess) -> list[str]:
    return logbook.own_addresses(server.lines)


def counting_folders(server: ServerProcess) -> list[Path]:
    return list(server.folder.glob("absense-metrics-*"))


async def answers(address: str) -> bool:
    async with channel_to(address) as channel:
        stub: auth_service_pb2_grpc.AuthServiceAsyncStub = auth_service_pb2_grpc.AuthServiceStub(channel)
        await stub.GetServerInfo(auth_service_pb2.GetServerInfoRequest(), timeout=10)
    return True


@dataclass
class Rush:
    """Students with a claim each, ready to be sent."""

    server: ServerProcess
    lecturer: Lecturer
    session_id: str
    claims: list[tuple[Student, Claim]]

    async def send(self, log: Log, pause: float = 0.0) -> None:
        """All claims: at once, or one after `pause` seconds each."""
        async with asyncio.TaskGroup() as group:
            for student, claim in self.claims:
                group.create_task(crowd.submit(student, claim, log))
                await asyncio.sleep(pause)

    def kept(self) -> list[str]:
        """The claim_ids in the database."""
        engine = create_engine(self.server.environment["DATABASE_URL"])
        try:
            with engine.connect() as connection:
                return [str(row[0]) for row in connection.execute(text("SELECT claim_id FROM claims"))]
        finally:
            engine.dispose()


@asynccontextmanager
async def rush(server: ServerProcess, students: int, connections: int) -> AsyncIterator[Rush]:
    # without the option, channels of one process to one address share a connection
    options = [("grpc.enable_http_proxy", 0), ("grpc.use_local_subchannel_pool", 1)]
    channels = [grpc.aio.insecure_channel(server.address, options=options) for _ in range(connections)]
    try:
        await asyncio.gather(*(one.channel_ready() for one in channels))
        async with channel_to(server.address) as channel:
            auth: auth_service_pb2_grpc.AuthServiceAsyncStub = auth_service_pb2_grpc.AuthServiceStub(channel)
            info = await auth.GetServerInfo(auth_service_pb2.GetServerInfoRequest(), timeout=10)
            lecturer = await Lecturer.sign_in(channel)
            session = await lecturer.open_session(await lecturer.course(), GREAT_HALL)
            people = crowd.enroll(server.environment, students, info, crowd.over(channels))
            code = scanned((await lecturer.code(session.id)).text)
            claims = [(one, one.prepare(code, session.id, None, place=GREAT_HALL)) for one in people]
            yield Rush(server, lecturer, session.id, claims)
    finally:
        await asyncio.gather(*(one.close() for one in channels))


async def test_every_process_is_reached_alone_and_one_that_dies_is_replaced(
    make_server: MakeServer, database_url: str
) -> None:
    server = make_server(database_url)
    server.start()
    assert len(set(own_addresses(server))) == PROCESSES
    before = pids_of(server)
    os.kill(before[0], signal.SIGKILL)
    server.wait_for_line(lambda line: line.get("event") == "server process started" and pids_of(server) != before)
    after = pids_of(server)
    assert after[0] != before[0]
    assert after[1] == before[1]
    for address in [server.address, *own_addresses(server)]:
        assert await answers(address)
    assert server.stop() == 0
    assert server.lines[-1]["event"] == "stopped"


async def test_a_sign_in_that_ends_at_one_process_ends_at_the_other_within_three_seconds(
    make_server: MakeServer, database_url: str
) -> None:
    server = make_server(database_url)
    server.start()
    here, there = own_addresses(server)
    async with channel_to(here) as channel, channel_to(there) as other:
        auth: auth_service_pb2_grpc.AuthServiceAsyncStub = auth_service_pb2_grpc.AuthServiceStub(channel)
        elsewhere: auth_service_pb2_grpc.AuthServiceAsyncStub = auth_service_pb2_grpc.AuthServiceStub(other)
        lecturer = await Lecturer.sign_in(channel)
        session = await lecturer.open_session(await lecturer.course(), GREAT_HALL)
        # the sign-in goes on at the other process, and a screen under it is open there
        exchange = auth_service_pb2.RefreshTokenRequest(
            refresh_token=lecturer.login.refresh_token, request_id=str(uuid.uuid4())
        )
        metadata = bearer((await elsewhere.RefreshToken(exchange)).access_token)
        watch = lecturer_service_pb2.WatchQrCodesRequest(session_id=session.id)
        screen = Lecturer(other, lecturer.login).stub.WatchQrCodes(watch, metadata=metadata)
        assert await screen.read() is not grpc.aio.EOF
        await auth.Logout(auth_service_pb2.LogoutRequest(), metadata=lecturer.metadata)
        async with asyncio.timeout(3):
            assert await reason_at_last(screen.read) == "SIGN_IN_ENDED"
            for stub, token in ((elsewhere, metadata), (auth, lecturer.metadata)):
                whoever = auth_service_pb2.GetCurrentUserRequest()
                assert await reason_at_last(partial(stub.GetCurrentUser, whoever, metadata=token)) == "SIGN_IN_ENDED"


async def reason_at_last(call: Callable[[], Awaitable[object]]) -> str:
    """Why a call, made again and again, fails at last."""
    while True:
        try:
            await call()
        except grpc.aio.AioRpcError as error:
            return reason_of(error)


async def test_metrics_are_those_of_all_processes_together(make_server: MakeServer, database_url: str) -> None:
    server = make_server(database_url, METRICS_ADDRESS="127.0.0.1:0", DATABASE_THREADS="3")
    server.environment["TMPDIR"] = str(server.folder)
    server.start()
    assert len(counting_folders(server)) == 1
    port = next(line for line in server.lines if line.get("event") == "metrics served")["port"]

    def seen() -> tuple[float, float]:
        figures = scrape_now(port)
        calls = figures.value("grpc_server_handled_total", grpc_method="GetServerInfo", grpc_code="OK")
        return calls, figures.value("absense_thread_pool_size", pool="db")

    for address in own_addresses(server):
        assert await answers(address)
    assert seen() == (2, 6)
    before = pids_of(server)
    os.kill(before[1], signal.SIGKILL)
    server.wait_for_line(lambda line: line.get("event") == "server process started" and pids_of(server) != before)
    assert seen() == (2, 6)
    for address in own_addresses(server):
        assert await answers(address)
    assert seen() == (4, 6)
    assert server.stop() == 0
    assert counting_folders(server) == []


async def test_a_rolling_restart_fails_no_claim(make_server: MakeServer, database_url: str) -> None:
    server = make_server(database_url)
    server.start()
    before = pids_of(server)
    log = Log()
    async with rush(server, students=150, connections=20) as all_claims:
        sending = asyncio.create_task(all_claims.send(log, pause=0.03))
        assert server.process is not None
        server.process.send_signal(signal.SIGHUP)
        await sending
        await asyncio.to_thread(
            server.wait_for_line, lambda line: not set(pids_of(server).values()) & set(before.values())
        )
        counts = (await all_claims.lecturer.session(all_claims.session_id)).counts
    assert (log.failed, dict(log.without_retry_info)) == ({}, {})
    assert len(log.acknowledged) == counts.confirmed == 150


async def test_told_to_restart_while_it_starts_it_does_so_once_it_serves(
    make_server: MakeServer, database_url: str
) -> None:
    server = make_server(database_url)
    starting = asyncio.create_task(asyncio.to_thread(server.start))
    await asyncio.to_thread(server.wait_for_line, lambda line: line.get("event") == "server process started")
    first = {line["pid"] for line in server.lines if line.get("event") == "server process started"}
    for _ in range(3):
        os.kill(server.pid, signal.SIGHUP)
    await starting
    await asyncio.to_thread(server.wait_for_line, lambda line: not set(pids_of(server).values()) & first)
    assert server.stop() == 0


def test_told_to_restart_they_show_the_certificate_that_is_there_by_then(
    make_server: MakeServer, database_url: str, tmp_path: Path
) -> None:
    root = issue("root")
    first, renewed = (issue("server", root) for _ in range(2))
    files = files_in(tmp_path).write(first)
    files.key.chmod(0o644)
    server = make_server(database_url, TLS_CERTIFICATE_FILE=str(files.chain), TLS_KEY_FILE=str(files.key))
    server.start()

    def shown() -> set[str]:
        addresses = [server.address, *own_addresses(server)]
        return {ssl.get_server_certificate((host, int(port))) for host, port in (at.split(":") for at in addresses)}

    assert shown() == {first.pem.decode()}
    notes = [line["note"] for line in server.lines if line.get("event") == "who connects"]
    assert notes == [f"TLS_KEY_FILE: every user of this machine can read or write {files.key}"]
    files.write(renewed, key=first.key_pem())  # as when the restart comes between the two files
    os.kill(server.pid, signal.SIGHUP)
    server.wait_for_line(lambda line: line.get("event") == "the new process does not serve: the old ones go on")
    assert "the key is not that of the certificate" in str(server.lines)
    assert shown() == {first.pem.decode()}
    files.write(renewed)
    os.kill(server.pid, signal.SIGHUP)
    server.wait_for_line(lambda _: [line.get("event") for line in server.lines].count("stopped") == PROCESSES)
    assert shown() == {renewed.pem.decode()}
    assert "PRIVATE KEY" not in str(server.lines)


async def test_five_hundred_claims_at_one_instant_on_a_thousand_connections(
    make_server: MakeServer, database_url: str
) -> None:
    server = make_server(database_url)
    server.start()
    log = Log()
    async with rush(server, students=500, connections=1000) as all_claims:
        await all_claims.send(log)
        counts = (await all_claims.lecturer.session(all_claims.session_id)).counts
    assert (log.failed, dict(log.put_off)) == ({}, {})
    assert counts.confirmed == 500


async def test_a_restart_of_postgresql_loses_nothing_and_needs_none_of_ours(
    make_server: MakeServer, tmp_path: Path
) -> None:
    with postgresql.running("synchronous_commit=on") as cluster:
        server = make_server(cluster.url(cluster.create_database()))
        server.prepare()
        server.start()
        before = pids_of(server)
        log = Log()
        async with rush(server, students=200, connections=20) as all_claims:
            sending = asyncio.create_task(all_claims.send(log, pause=0.02))
            await log.until(lambda: len(log.acknowledged) >= 50)
            await asyncio.to_thread(cluster.stop)
            await log.until(lambda: bool(log.put_off))
            await asyncio.to_thread(cluster.start)
            await sending
            kept = all_claims.kept()
        assert pids_of(server) == before
        server.stop()
    crossing = [line["process"] for line in server.lines if str(line.get("event")).startswith("events cross")]
    assert sorted(crossing) == list(range(PROCESSES))
    warned = [line["process"] for line in server.lines if line.get("event") == "revocations not read"]
    assert sorted(warned) == sorted(set(warned))
    assert (log.failed, dict(log.without_retry_info)) == ({}, {})
    assert set(log.put_off) <= {"BACKEND_UNAVAILABLE", "OVERLOADED"}
    assert {answer.record.status for answer in log.acknowledged.values()} == {CONFIRMED}
    assert sorted(kept) == sorted(log.acknowledged)


async def test_processes_end_when_their_parent_is_killed(make_server: MakeServer, database_url: str) -> None:
    server = make_server(database_url)
    server.start()
    pids = pids_of(server).values()
    server.kill()  # returns when nobody holds its standard output any longer: the children have ended, too
    assert [line["event"] for line in server.lines if line.get("process") is not None][-2:] == ["stopped"] * 2
    assert len(set(pids)) == PROCESSES


def test_what_keeps_it_from_serving_is_said_once(
    make_server: MakeServer, postgres: Postgres, seeded: str, database_url: str
) -> None:
    empty = postgres.url(postgres.create_database())
    refused = make_server(empty).run("serve")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.count("Run `absense-server migrate` first.") == 1
    first = make_server(database_url)
    first.start()
    second = make_server(database_url, LISTEN_ADDRESS=first.address).run("serve")
    assert second.returncode == 1
    assert "probably already in use" in second.stderr


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["serve", "--workers", "2"], "WORKERS: SQLite is for one server process"),
        (["worker"], "A worker needs PostgreSQL (DATABASE_URL)"),
    ],
)
def test_sqlite_is_for_one_process(tmp_path: Path, command: list[str], said: str) -> None:
    refused = ServerProcess(tmp_path).run(*command)
    assert refused.returncode == 1
    assert said in refused.stderr


def test_a_worker_without_faces_says_what_to_set(make_server: MakeServer, database_url: str) -> None:
    refused = make_server(database_url).run("worker")
    assert refused.returncode == 1
    assert "FACE_VERIFICATION_ENABLED is not true" in refused.stderr
