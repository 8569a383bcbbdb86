"""`absense-server` as those who run it meet it: a process, its exit codes, what it prints and what it keeps."""

from __future__ import annotations  # the stubs' async types exist for type checkers only

import asyncio
import os
import shutil
import signal
import sqlite3
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeAlias

import grpc
import grpc.aio
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from absense.v1 import (
    attendance_record_pb2,
    attendance_session_pb2,
    auth_service_pb2,
    auth_service_pb2_grpc,
    lecturer_service_pb2,
    role_pb2,
    student_service_pb2,
    student_service_pb2_grpc,
)
from demo.camera import Photograph
from demo.lecture import GREAT_HALL
from demo.phone import Claim, Student, scanned
from demo.projector import DEMO_COURSE, DEMO_LECTURER, DEMO_PASSWORD, Lecturer
from demo.server import LogLine, ServerProcess
from demo.wire import channel_to, reason_of, sign_in
from tests.support.certificates import LIFE, files_in, issue
from tests.support.metrics import scrape_now

CONFIRMED = attendance_record_pb2.RECORD_STATUS_CONFIRMED
SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING
PASSWORD = "correct horse battery"
NO_SECRET_KEY = {"DEMO_MODE": "false", "PASSWORD_ROUNDS": "600000"}
SECRET_KEY = "3f1c-a-key-that-is-long-enough-for-production-and-nobodys"

MakeServer = Callable[..., ServerProcess]
SubmitCall: TypeAlias = (
    "grpc.aio.StreamUnaryCall["
    "student_service_pb2.SubmitAttendanceRequest, student_service_pb2.SubmitAttendanceResponse]"
)


@pytest.fixture
def make_server(tmp_path: Path) -> Iterator[MakeServer]:
    """Servers in a folder that is empty at first; all they ever wrote is looked at in the end."""
    made: list[ServerProcess] = []

    def make(**settings: str) -> ServerProcess:
        made.append(ServerProcess(tmp_path, **settings))
        return made[-1]

    yield make
    for server in made:
        server.__exit__()
        assert [line for line in server.lines if line.get("level") == "error" or "Traceback" in str(line)] == []


@pytest.fixture
def server(make_server: MakeServer, seeded_file: Path, tmp_path: Path) -> ServerProcess:
    """A server with the demo's people; not started yet."""
    shutil.copy(seeded_file, tmp_path / "absense.db")
    return make_server()


@dataclass
class Hall:
    """A session that is open, its lecturer, and a student."""

    channel: grpc.aio.Channel
    lecturer: Lecturer
    session: attendance_session_pb2.AttendanceSession
    ama: Student

    @property
    def auth(self) -> auth_service_pb2_grpc.AuthServiceAsyncStub:
        return auth_service_pb2_grpc.AuthServiceStub(self.channel)

    @property
    def health(self) -> Any:
        return health_pb2_grpc.HealthStub(self.channel)

    async def claim(self) -> Claim:
        """A claim of Ama's with the code on the screen; its photograph is whatever PNG is at hand."""
        code = await self.lecturer.code(self.session.id)
        selfie = Photograph(code.png, "image/png")
        return self.ama.prepare(scanned(code.text), self.session.id, selfie, place=GREAT_HALL)

    async def record(self) -> attendance_record_pb2.AttendanceRecord:
        return await self.lecturer.record_of(self.session.id, self.ama.id)

    @asynccontextmanager
    async def again(self, server: ServerProcess) -> AsyncIterator[Hall]:
        """The same people, with the same access tokens, at a server that was started again."""
        async with channel_to(server.address) as channel:
            hall = Hall(channel, Lecturer(channel, self.lecturer.login), self.session, self.ama)
            self.ama.stub = student_service_pb2_grpc.StudentServiceStub(channel)
            yield hall


@asynccontextmanager
async def hall_of(server: ServerProcess) -> AsyncIterator[Hall]:
    async with channel_to(server.address) as channel:
        lecturer = await Lecturer.sign_in(channel)
        session = await lecturer.open_session(await lecturer.course(), GREAT_HALL)
        ama = await Student.register(channel, "Ama Student", f"ama-{uuid.uuid4().hex}@example.edu", PASSWORD)
        await ama.enroll(DEMO_COURSE)
        await ama.bind()
        yield Hall(channel, lecturer, session, ama)


class WatchedCodes:
    """A WatchQrCodes stream that has shown its first code."""

    def __init__(self, hall: Hall) -> None:
        request = lecturer_service_pb2.WatchQrCodesRequest(session_id=hall.session.id)
        self._stream = hall.lecturer.stub.WatchQrCodes(request, metadata=hall.lecturer.metadata)

    async def begin(self) -> WatchedCodes:
        response = await self._stream.read()
        assert isinstance(response, lecturer_service_pb2.WatchQrCodesResponse)
        assert response.code.text
        return self

    async def end(self) -> tuple[grpc.StatusCode, str]:
        """How it ended."""
        with pytest.raises(grpc.aio.AioRpcError) as error:
            await self._stream.read()  # the next code is most of a minute away
        return error.value.code(), reason_of(error.value)


SHUTTING_DOWN = (grpc.StatusCode.UNAVAILABLE, "SHUTTING_DOWN")


async def half_sent(hall: Hall, claim: Claim) -> SubmitCall:
    """A claim whose header and first bytes the server has."""
    call = hall.ama.stub.SubmitAttendance(metadata=hall.ama.metadata, timeout=60)
    await call.write(student_service_pb2.SubmitAttendanceRequest(header=claim.header))
    await call.write(student_service_pb2.SubmitAttendanceRequest(chunk=claim.selfie[:100]))
    # what is sent later on the same connection is answered: so those have come
    await hall.auth.GetServerInfo(auth_service_pb2.GetServerInfoRequest())
    return call


async def finish(call: SubmitCall, claim: Claim) -> student_service_pb2.SubmitAttendanceResponse:
    await call.write(student_service_pb2.SubmitAttendanceRequest(chunk=claim.selfie[100:]))
    await call.done_writing()
    return await call


class TestSettingUp:
    def test_an_empty_folder_becomes_an_installation(self, make_server: MakeServer) -> None:
        server = make_server()
        before = server.run("doctor")
        assert before.returncode == 1
        assert "PROBLEM database:" in before.stdout
        assert "run `absense-server migrate`" in before.stdout

        assert server.run("migrate").stdout.startswith("The database went from nothing to ")
        again = server.run("migrate")
        assert (again.returncode, again.stdout.startswith("The database is at ")) == (0, True)
        for _ in range(2):
            seeded = server.run("seed")
            assert seeded.returncode == 0
            assert f"lecturer  {DEMO_LECTURER} / {DEMO_PASSWORD}" in seeded.stdout

        after = server.run("doctor")
        assert after.returncode == 0
        assert "PROBLEM" not in after.stdout
        assert "schema up to date" in after.stdout
        for done in (before, again, seeded, after):
            assert done.stderr == ""

    def test_outside_demo_mode_only_a_term_is_seeded(self, make_server: MakeServer) -> None:
        server = make_server(DEMO_MODE="false", SECRET_KEY=SECRET_KEY, PASSWORD_ROUNDS="600000")
        assert server.run("migrate").returncode == 0
        seeded = server.run("seed")
        assert seeded.returncode == 0
        assert seeded.stdout.startswith("The current term is ")
        assert "@" not in seeded.stdout

    def test_the_doctor_tells_what_is_wrong_and_no_secret(self, make_server: MakeServer) -> None:
        done = make_server(**NO_SECRET_KEY, SECRET_KEY="too-short-to-be-one").run("doctor")
        assert done.returncode == 1
        assert "SECRET_KEY: has fewer than 32 characters" in done.stdout
        assert "too-short-to-be-one" not in done.stdout + done.stderr

    def test_the_doctor_points_at_what_is_misspelt(self, server: ServerProcess) -> None:
        (server.folder / ".env").write_text("CODE_LIFE=30\n")
        assert "note    .env: CODE_LIFE is no setting of ours; misspelt?" in server.run("doctor").stdout

    def test_the_doctor_shows_no_key_and_no_database_password(self, make_server: MakeServer) -> None:
        server = make_server(
            **NO_SECRET_KEY, SECRET_KEY=SECRET_KEY, DATABASE_URL="postgresql://absense:hunter22@127.0.0.1:1/absense"
        )
        done = server.run("doctor")
        assert done.returncode == 1
        assert "PROBLEM database: PostgreSQL at 127.0.0.1 does not answer; check DATABASE_URL (" in done.stdout
        assert "Connection refused" in done.stdout
        refused = server.run("migrate")
        assert refused.returncode == 1
        assert "Connection refused" in refused.stderr
        assert "hunter22" not in refused.stderr
        assert SECRET_KEY not in done.stdout + done.stderr
        assert "hunter22" not in done.stdout + done.stderr


class TestRefusingToServe:
    def refused(self, server: ServerProcess, command: str = "serve") -> str:
        done = server.run(command)
        assert done.returncode == 1
        assert done.stdout == ""
        assert "Traceback" not in done.stderr
        return done.stderr

    def test_without_migration(self, make_server: MakeServer) -> None:
        assert self.refused(make_server()) == ("The database is not up to date. Run `absense-server migrate` first.\n")

    @pytest.mark.parametrize("command", ["serve", "migrate", "seed"])
    def test_with_the_demo_key_outside_demo_mode(self, make_server: MakeServer, command: str) -> None:
        told = self.refused(make_server(**NO_SECRET_KEY), command)
        assert told.startswith("Settings that are wrong:\n  SECRET_KEY: is not set; make one with: python3 -c ")
        assert "DEMO_MODE=true" in told

    def test_with_demo_accounts_outside_demo_mode(self, server: ServerProcess) -> None:
        server.environment |= {"DEMO_MODE": "false", "SECRET_KEY": SECRET_KEY, "PASSWORD_ROUNDS": "600000"}
        assert self.refused(server).startswith("This database has demo accounts, whose passwords everybody knows.")
        done = server.run("doctor")
        assert done.returncode == 1
        assert "PROBLEM database: everybody knows the password of admin@absense.com; use another" in done.stdout

    def test_with_a_certificate_that_is_of_no_use(self, server: ServerProcess) -> None:
        files = files_in(server.folder).write(issue("server", begins=datetime.now(UTC) - 2 * LIFE))
        server.environment |= {"TLS_CERTIFICATE_FILE": str(files.chain), "TLS_KEY_FILE": str(files.key)}
        told = self.refused(server)
        assert "TLS_CERTIFICATE_FILE: CN=server expired on " in told
        done = server.run("doctor")
        assert done.returncode == 1
        assert "PROBLEM TLS_CERTIFICATE_FILE: CN=server expired on " in done.stdout

    def test_with_a_short_key(self, make_server: MakeServer) -> None:
        told = self.refused(make_server(**NO_SECRET_KEY, SECRET_KEY="too-short-to-be-one"))
        assert "SECRET_KEY: has fewer than 32 characters; make one with:" in told
        assert "too-short-to-be-one" not in told

    def test_with_wrong_settings_each_by_its_name(self, make_server: MakeServer) -> None:
        told = self.refused(
            make_server(
                LISTEN_ADDRESS="everywhere", CODE_LIFE_SECONDS="4", DATABASE_URL="mysql://root:hunter22@db/absense"
            )
        )
        lines = told.splitlines()
        assert lines[0] == "Settings that are wrong:"
        assert {line.split(":")[0].strip() for line in lines[1:]} == {
            "LISTEN_ADDRESS",
            "CODE_LIFE_SECONDS",
            "DATABASE_URL",
        }
        assert "hunter22" not in told

    def test_with_a_database_that_does_not_answer(self, make_server: MakeServer) -> None:
        told = self.refused(make_server(DATABASE_URL="postgresql://absense:hunter22@127.0.0.1:1/absense"))
        assert "hunter22" not in told
        assert "database" in told.lower()

    def test_with_a_folder_that_cannot_be_made(self, server: ServerProcess) -> None:
        server.environment["STORAGE_FOLDER"] = str(server.folder / "absense.db" / "blobs")
        assert "blobs" in self.refused(server)

    def test_on_a_port_that_is_taken(self, server: ServerProcess, make_server: MakeServer) -> None:
        server.start()
        second = make_server(LISTEN_ADDRESS=server.address)
        told = self.refused(second)
        assert server.address in told
        assert "already in use" in told

    def test_on_a_metrics_port_that_is_taken(self, server: ServerProcess, make_server: MakeServer) -> None:
        server.environment["METRICS_ADDRESS"] = "127.0.0.1:0"
        server.start()
        served = next(line for line in server.lines if line.get("event") == "metrics served")
        assert scrape_now(served["port"]).value("absense_build_info") == 1
        told = self.refused(make_server(METRICS_ADDRESS=f"127.0.0.1:{served['port']}"))
        assert f"127.0.0.1:{served['port']} cannot be listened on for metrics" in told
        assert server.stop() == 0

    @pytest.mark.parametrize(
        ("extra", "package", "settings"),
        [
            ("redis", "limits", {"REDIS_URL": "redis://127.0.0.1:1"}),
            (
                "s3",
                "boto3",
                {
                    "STORAGE_BACKEND": "s3",
                    "S3_BUCKET": "blobs",
                    "S3_REGION": "us-east-1",
                    "S3_ACCESS_KEY": "a",
                    "S3_SECRET_KEY": "b",
                },
            ),
        ],
    )
    def test_without_the_packages_of_an_extra(
        self, server: ServerProcess, extra: str, package: str, settings: dict[str, str]
    ) -> None:
        (server.folder / f"{package}.py").write_text("raise ImportError\n")
        server.environment |= {"PYTHONPATH": str(server.folder), **settings}
        told = self.refused(server)
        assert told.endswith(f"pip install '.[{extra}]' in the folder of Absense\n")
        assert len(told.splitlines()) == 1
        done = server.run("doctor")
        assert done.returncode == 1
        assert f"pip install '.[{extra}]'" in done.stdout
        assert done.stderr == ""


class TestWithoutRedis:
    """It is configured and does not answer."""

    async def test_the_server_serves_all_the_same(self, server: ServerProcess) -> None:
        server.environment["REDIS_URL"] = "redis://:hunter22@127.0.0.1:1"
        assert server.run("seed").returncode == 0
        done = server.run("doctor")
        assert (done.returncode, done.stderr) == (0, "")
        away = "Redis at 127.0.0.1:1 does not count (ConnectionError): each process does, alone; check REDIS_URL"
        assert f"note    rate limits: {away}\n" in done.stdout
        assert "hunter22" not in done.stdout
        server.start()
        async with channel_to(server.address) as channel:
            for _ in range(3):
                await sign_in(channel, DEMO_LECTURER, DEMO_PASSWORD)
        server.stop()
        warnings = [line for line in server.lines if line.get("level") == "warning" and "Redis" in line["event"]]
        assert [(line["host"], line["cause"]) for line in warnings] == [("127.0.0.1:1", "ConnectionError")]
        assert "hunter22" not in str(server.lines)


class TestStopping:
    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
    async def test_health_turns_before_the_streams_end(self, server: ServerProcess, number: signal.Signals) -> None:
        server.start()
        happened: list[object] = []
        async with hall_of(server) as hall:
            health = hall.health.Watch(health_pb2.HealthCheckRequest())
            first = await health.read()
            assert first.status == SERVING
            codes = await WatchedCodes(hall).begin()

            async def follow_codes() -> None:
                happened.append(await codes.end())

            async def follow_health() -> None:
                happened.append((await health.read()).status)

            assert server.process is not None
            server.process.send_signal(number)
            await asyncio.gather(follow_codes(), follow_health())
            assert happened == [NOT_SERVING, SHUTTING_DOWN]
            with pytest.raises(grpc.aio.AioRpcError) as end:
                await health.read()
            assert reason_of(end.value) == "SHUTTING_DOWN"
            assert await asyncio.to_thread(server.wait) == 0
        said_last = [line["event"] for line in server.lines if line.get("event", "rpc") != "rpc"][-2:]
        assert said_last == ["stopping", "stopped"]

    async def test_told_twice_it_ends_at_once(self, make_server: MakeServer, server: ServerProcess) -> None:
        patient = make_server(SHUTDOWN_NOTICE_SECONDS="600")
        patient.start()
        patient.terminate()
        await asyncio.to_thread(patient.wait_for_line, lambda line: line.get("event") == "stopping")
        patient.terminate()
        assert await asyncio.to_thread(patient.wait) == -signal.SIGTERM

    async def test_a_claim_in_flight_finishes_and_nothing_new_begins(self, server: ServerProcess) -> None:
        server.start()
        async with hall_of(server) as hall:
            codes = await WatchedCodes(hall).begin()
            claim = await hall.claim()
            call = await half_sent(hall, claim)
            server.terminate()
            assert await codes.end() == SHUTTING_DOWN
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                async with channel_to(server.address) as late:
                    await auth_service_pb2_grpc.AuthServiceStub(late).GetServerInfo(
                        auth_service_pb2.GetServerInfoRequest()
                    )
            assert refused.value.code() is grpc.StatusCode.UNAVAILABLE
            answer = await finish(call, claim)
            assert answer.record.status == CONFIRMED
            assert await asyncio.to_thread(server.wait) == 0
        server.start()
        async with hall.again(server) as hall_again:
            record = await hall_again.record()
            assert record.status == CONFIRMED
            header, _ = await hall_again.lecturer.image(record.claims[0].image_id)
            assert header.media_type == "image/png"

    async def test_a_claim_that_outlasts_the_grace_leaves_nothing(self, server: ServerProcess) -> None:
        server.environment["SHUTDOWN_GRACE_SECONDS"] = "0.2"
        server.start()
        async with hall_of(server) as hall:
            claim = await hall.claim()
            call = await half_sent(hall, claim)
            assert await asyncio.to_thread(server.stop) == 0
            with pytest.raises(grpc.aio.AioRpcError) as cut:
                await call
            assert cut.value.code() in {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED}
        server.start()
        async with hall.again(server) as hall_again:
            assert await hall_again.lecturer.records(hall.session.id) == []
            answer = await hall_again.ama.send(claim)
            assert (answer.record.status, answer.already_recorded) == (CONFIRMED, False)
        assert len(list((server.folder / "blobs").rglob("*"))) > 0

    async def test_what_was_acknowledged_survives_a_kill(self, server: ServerProcess) -> None:
        server.start()
        async with hall_of(server) as hall:
            claim = await hall.claim()
            code = await hall.lecturer.code(hall.session.id)
            answer = await hall.ama.send(claim)
            server.kill()
        assert answer.record.status == CONFIRMED
        server.start()
        async with hall.again(server) as hall_again:
            record = await hall_again.record()
            assert (record.id, record.status) == (answer.record.id, CONFIRMED)
            retry = await hall_again.ama.send(claim)
            assert (retry.already_recorded, retry.record.id) == (True, record.id)
            assert len(await hall_again.lecturer.records(hall.session.id)) == 1
            header, content = await hall_again.lecturer.image(record.claims[0].image_id)
            assert (len(content), content[:4]) == (header.size, b"\x89PNG")
            # a restart changes nothing about the codes, either
            codes = {code.text, (await hall_again.lecturer.rotate(hall.session.id)).text}
            assert len(codes) == 2
            assert (await hall_again.ama.scan(code.text)).code_good is False

    async def test_a_kill_between_blob_and_commit_leaves_only_an_orphan(self, server: ServerProcess) -> None:
        def blobs() -> list[Path]:
            return [path for path in (server.folder / "blobs").rglob("*") if path.is_file() and path.name[0] != "."]

        server.start()
        async with hall_of(server) as hall:
            claim = await hall.claim()
            with closing(sqlite3.connect(server.folder / "absense.db", isolation_level=None)) as database:
                database.execute("BEGIN IMMEDIATE")  # keeps the claim from being committed
                call = asyncio.ensure_future(hall.ama.send(claim))
                while not blobs():  # noqa: ASYNC110 - another process writes it
                    await asyncio.sleep(0.01)
                server.kill()
            with pytest.raises(grpc.aio.AioRpcError) as cut:
                await call
            assert cut.value.code() is grpc.StatusCode.UNAVAILABLE
        (orphan,) = blobs()
        then = orphan.stat().st_mtime - timedelta(days=1).total_seconds()
        os.utime(orphan, (then, then))
        assert server.run("orphans").stdout == "0 photographs are accounted for, 1 are not.\n"
        assert blobs() == [orphan]
        server.start()
        async with hall.again(server) as hall_again:
            assert await hall_again.lecturer.records(hall.session.id) == []
            answer = await hall_again.ama.send(claim)
            assert (answer.record.status, answer.already_recorded) == (CONFIRMED, False)
        done = server.run("orphans", "--delete")
        assert done.stdout == "0 photographs are accounted for, 1 are not.\nThose are deleted.\n"
        (kept,) = blobs()
        assert kept != orphan


class TestCreateAdmin:
    def create(self, server: ServerProcess, password: str, email: str = "Root@Example.edu") -> tuple[int, str, str]:
        done = server.run("create-admin", "--email", email, "--name", "Abena Admin", text=f"{password}\n")
        assert "Traceback" not in done.stderr
        assert not password or password not in done.stdout + done.stderr
        return done.returncode, done.stdout, done.stderr

    def test_nothing_is_asked_that_could_not_be_done(self, make_server: MakeServer) -> None:
        done = make_server(**NO_SECRET_KEY).run("create-admin")
        assert (done.returncode, done.stdout) == (1, "")
        assert "SECRET_KEY: is not set" in done.stderr

    async def test_an_administrator_signs_in(self, server: ServerProcess) -> None:
        assert self.create(server, PASSWORD) == (0, "root@example.edu is an administrator.\n", "")
        server.start()
        async with channel_to(server.address) as channel:
            login = await sign_in(channel, "root@example.edu", PASSWORD)
            assert login.user.role == role_pb2.ROLE_ADMIN

    def test_weak_passwords_are_refused_and_leave_nothing(self, server: ServerProcess) -> None:
        code, out, told = self.create(server, "password123")
        assert (code, out) == (1, "")
        assert "common" in told
        assert self.create(server, PASSWORD)[0] == 0

    def test_a_taken_address_is_refused(self, server: ServerProcess) -> None:
        code, out, told = self.create(server, PASSWORD, DEMO_LECTURER)
        assert (code, out) == (1, "")
        assert len(told.splitlines()) == 1

    def test_what_is_no_address_is_refused(self, server: ServerProcess) -> None:
        code, out, _ = self.create(server, PASSWORD, "a b@example.edu")
        assert (code, out) == (1, "")

    def test_a_database_without_tables_is_told(self, make_server: MakeServer) -> None:
        code, out, told = self.create(make_server(), PASSWORD)
        assert (code, out) == (1, "")
        assert "migrate" in told


class TestLog:
    @pytest.mark.parametrize("level", ["INFO", "DEBUG"])
    async def test_it_has_one_line_for_each_call_and_nobodys_secret(self, server: ServerProcess, level: str) -> None:
        server.environment["LOG_LEVEL"] = level
        server.start()
        calls: dict[str, tuple[str, str, str]] = {}
        async with hall_of(server) as hall:
            ama, lecturer = hall.ama, hall.lecturer

            def named(method: str, who: str, code: str) -> tuple[tuple[str, str], ...]:
                """Metadata that gives a call an id of ours."""
                request_id = f"e2e-{uuid.uuid4()}"
                calls[request_id] = (f"/absense.v1.{method}", who, code)
                return (("x-request-id", request_id),)

            claim = await hall.claim()
            await ama.stub.SubmitAttendance(
                claim.parts(1000), metadata=(*ama.metadata, *named("StudentService/SubmitAttendance", ama.id, "OK"))
            )
            await ama.stub.GetDevice(
                student_service_pb2.GetDeviceRequest(),
                metadata=(*ama.metadata, *named("StudentService/GetDevice", ama.id, "OK")),
            )
            await hall.auth.GetServerInfo(
                auth_service_pb2.GetServerInfoRequest(), metadata=named("AuthService/GetServerInfo", "-", "OK")
            )
            refusals: list[Awaitable[object]] = [
                hall.auth.Login(
                    auth_service_pb2.LoginRequest(login="mallory@example.edu", password="guess-who-i-am"),
                    metadata=named("AuthService/Login", "-", "UNAUTHENTICATED"),
                ),
                hall.auth.Register(
                    auth_service_pb2.RegisterRequest(
                        email=DEMO_LECTURER,
                        password="another secret of hers",
                        full_name="Eve",
                        role=role_pb2.ROLE_STUDENT,
                    ),
                    metadata=named("AuthService/Register", "-", "ALREADY_EXISTS"),
                ),
                hall.auth.Register(
                    auth_service_pb2.RegisterRequest(email="no-address-of-mine", password="yet another secret"),
                    metadata=named("AuthService/Register", "-", "INVALID_ARGUMENT"),
                ),
                ama.stub.GetDevice(
                    student_service_pb2.GetDeviceRequest(),
                    metadata=(
                        ("authorization", "Bearer eyJhbGciOiJub25lIn0.e30."),
                        *named("StudentService/GetDevice", "-", "UNAUTHENTICATED"),
                    ),
                ),
                lecturer.stub.GetSession(
                    lecturer_service_pb2.LecturerServiceGetSessionRequest(session_id=str(uuid.uuid4())),
                    metadata=(*lecturer.metadata, *named("LecturerService/GetSession", lecturer.id, "NOT_FOUND")),
                ),
                lecturer.stub.ListCourses(
                    lecturer_service_pb2.LecturerServiceListCoursesRequest(),
                    metadata=(*ama.metadata, *named("LecturerService/ListCourses", ama.id, "PERMISSION_DENIED")),
                ),
            ]
            for refusal in refusals:
                with pytest.raises(grpc.aio.AioRpcError):
                    await refusal
            code = await lecturer.code(hall.session.id)
        assert await asyncio.to_thread(server.stop) == 0

        lines = {request_id: rpc_lines(server.lines, request_id) for request_id in calls}
        assert {request_id: [said(line) for line in found] for request_id, found in lines.items()} == {
            request_id: [call] for request_id, call in calls.items()
        }
        assert all(0 < line["ms"] < 60_000 for found in lines.values() for line in found)
        text = (server.folder / "server.log").read_text(encoding="utf-8")
        # the advice to who has just started a demo server names its lecturer
        text = "\n".join(line for line in text.splitlines() if line.startswith("{"))
        secrets = {
            "password": PASSWORD,
            "guessed password": "guess-who-i-am",
            "refused passwords": "another secret",
            "the lecturer's password": DEMO_PASSWORD,
            "e-mail addresses": "@",
            "no e-mail address": "no-address-of-mine",
            "Ama's token": dict(ama.metadata)["authorization"].removeprefix("Bearer "),
            "the lecturer's token": dict(lecturer.metadata)["authorization"].removeprefix("Bearer "),
            "a token's beginning": "eyJ",
            "the phone": ama.phone.identifier,
            "a name": "Ama Student",
            "the code": code.text,
            "the digits": code.typed_code,
            "where Ama was": str(GREAT_HALL.longitude),
        }
        assert [name for name, secret in secrets.items() if secret in text] == []


def rpc_lines(lines: list[LogLine], request_id: str) -> list[LogLine]:
    return [line for line in lines if line.get("event") == "rpc" and line.get("request_id") == request_id]


def said(line: LogLine) -> tuple[str, str, str]:
    return line["method"], line["caller"], line["status"]
