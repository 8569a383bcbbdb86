"""What docker-compose.yml starts, started from the same settings without containers: only addresses differ."""

from __future__ import annotations  # the stubs' async types exist for type checkers only

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import grpc.aio
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from absense.v1 import (
    admin_service_pb2,
    admin_service_pb2_grpc,
    attendance_record_pb2,
    auth_service_pb2,
    auth_service_pb2_grpc,
    lecturer_service_pb2,
    role_pb2,
    verdict_pb2,
)
from backing import envoy, redis, seaweedfs
from backing.ports import free_ports
from backing.postgres import Postgres, PostgresMissing
from backing.redis import RedisMissing
from chaos.cluster import kill
from demo.camera import Photograph
from demo.lecture import GREAT_HALL
from demo.phone import Student, scanned
from demo.photographs import PhotographsError
from demo.projector import Lecturer
from demo.server import ServerProcess
from demo.wire import CALL_SECONDS, bearer, channel_to, sign_in
from tests.support import compose, faces
from tests.support.mails import read_mail
from tests.support.metrics import scrape_now

ADMIN, PASSWORD = "admin@university.example", "a long pass phrase"
SOON = 60
"""A net, for machines that are busy."""
FROM_THE_MACHINE = ("HOME", "LANG", "PATH", "TMPDIR")


@dataclass
class Topology:
    """The services of the file as processes of this machine."""

    folder: Path
    file: Mapping[str, Any]
    stack: ExitStack
    addresses: dict[str, str] = field(default_factory=dict)
    """Of what containers reach by name, on this machine."""
    servers: list[ServerProcess] = field(default_factory=list)

    def __post_init__(self) -> None:
        made = compose.make_secrets(self.folder / "secrets")
        self.secrets = {name: made[name] for name in self.file["services"]["server"]["secrets"]}

    def start_backing(self, cluster: Postgres) -> None:
        """PostgreSQL, Redis and the storage with its bucket, and the secrets that say where they are."""
        weed = self.stack.enter_context(seaweedfs.restartable())
        counts = self.stack.enter_context(redis.running())
        database = cluster.create_database()
        self.stack.callback(cluster.drop_database, database)
        self.addresses["storage:8333"] = urlsplit(weed.server.endpoint_url).netloc
        self.addresses["storage:9333"], self.addresses["storage:8888"] = weed.master, weed.filer
        self.secrets |= {
            "database_url": cluster.url(database),
            "redis_url": counts.url,
            "s3_access_key": weed.server.access_key,
            "s3_secret_key": weed.server.secret_key,
        }
        (script,) = self.file["services"]["bucket"]["command"]
        for _ in ("at first", "and whenever it is started again"):
            subprocess.run(
                [*self.file["services"]["bucket"]["entrypoint"], self.here(script)], check=True, env=self.machine()
            )

    def machine(self) -> dict[str, str]:
        """What any program finds here: nothing of the settings of whoever runs the tests."""
        found = {name: os.environ[name] for name in FROM_THE_MACHINE if name in os.environ}
        return {**found, "PATH": os.pathsep.join([str(Path(sys.executable).parent), found["PATH"]])}

    def here(self, text: str) -> str:
        for there, address in self.addresses.items():
            text = text.replace(there, address)
        return text

    def process(self, service: str, name: str) -> ServerProcess:
        """A process of a service, with its secrets as files, not started yet."""
        own = self.folder / name
        (own / "secrets").mkdir(parents=True)
        for secret in self.file["services"][service]["secrets"]:
            (own / "secrets" / secret).write_text(self.secrets[secret], encoding="utf-8")
        one = ServerProcess(own)
        port, metrics = free_ports(2)
        one.environment = {
            **self.machine(),
            "PYTHONUNBUFFERED": "1",
            **{name: self.here(value) for name, value in self.file["services"][service]["environment"].items()},
            # those of the image
            "LISTEN_ADDRESS": f"127.0.0.1:{port}",
            "LOG_FORMAT": "json",
            "FACE_MODELS_FOLDER": str(faces.MODELS),
            # its addresses and places on this machine
            "SECRETS_FOLDER": str(own / "secrets"),
            "METRICS_ADDRESS": f"127.0.0.1:{metrics}",
            "MAIL_OUTBOX_FOLDER": str(self.folder / "outbox"),
            "TRUSTED_PROXIES": "127.0.0.1",
        }
        self.servers.append(one)
        self.stack.callback(kill, one)
        return one

    def run(self, service: str, *command: str, text: str = "") -> str:
        """Run a one-off to its end."""
        name = f"{service} {command[0]}"
        done = self.process(service, name).run(*command, text=text)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self, service: str) -> list[ServerProcess]:
        """The replicas of a service, at work."""
        described = self.file["services"][service]
        (command,) = described.get("command", ["serve"])
        replicas = [
            self.process(service, f"{service} {number}") for number in range(described["deploy"].get("replicas", 1))
        ]
        with ThreadPoolExecutor() as threads:
            list(threads.map(lambda one: one.start(command), replicas))
        return replicas

    def is_healthy(self, service: str, one: ServerProcess) -> bool:
        """What the health check of the file says of a process."""
        _, *command = self.file["services"][service]["healthcheck"]["test"]
        here = [word.replace("9464", str(metrics_port(one))) for word in command]
        return subprocess.run(here, env=self.machine(), check=False).returncode == 0

    def mailed_to(self, address: str) -> str | None:
        """What the newest mail to somebody is good for."""
        mails = [read_mail(path.read_bytes()) for path in sorted((self.folder / "outbox").glob("*.eml"))]
        return next((mail.token for mail in reversed(mails) if address in mail.to), None)


@pytest.fixture
def topology(postgres: Postgres, tmp_path: Path) -> Iterator[Topology]:
    try:
        redis.find_binary()
        faces.fetch_photographs()
    except (PostgresMissing, RedisMissing, PhotographsError) as missing:
        pytest.skip(str(missing))
    faces.fetch_models()
    with ExitStack() as stack:
        yield Topology(tmp_path, compose.load(), stack)


@pytest.mark.timeout(300)  # above what it takes on a busy machine: it starts nine programs
async def test_a_lecture_goes_through_what_the_file_describes(topology: Topology, postgres: Postgres) -> None:
    topology.start_backing(postgres)
    assert "The database went from nothing to" in topology.run("migrate", "migrate")
    topology.run("server", "seed")
    topology.run("server", "create-admin", "--email", ADMIN, "--name", "Efua Admin", text=PASSWORD)
    replicas, workers = await asyncio.gather(
        *(asyncio.to_thread(topology.start, service) for service in ("server", "worker"))
    )
    assert len(replicas) == 2
    addresses = [one.address for one in replicas]
    for one in workers:
        assert topology.is_healthy("worker", one)
    page = compose.ROOT / "absense_proxy" / "page"
    environment = topology.file["services"]["proxy"]["environment"]
    with envoy.running(addresses, environment=environment, page=page) as proxy:
        async with channel_to(proxy.address) as channel:
            await hold_lecture(topology, channel)
            await until_each_answers(channel, replicas)
    with ThreadPoolExecutor() as threads:
        assert set(threads.map(ServerProcess.stop, [*replicas, *workers])) == {0}
    for one in [*replicas, *workers]:
        assert [line for line in one.lines if "Traceback" in str(line)] == []


async def until_each_answers(channel: grpc.aio.Channel, replicas: Sequence[ServerProcess]) -> None:
    """Over the one connection that a client has, calls reach every replica."""
    auth: auth_service_pb2_grpc.AuthServiceAsyncStub = auth_service_pb2_grpc.AuthServiceStub(channel)
    async with asyncio.timeout(SOON):
        while not all([await asyncio.to_thread(answered, one) for one in replicas]):
            await auth.GetServerInfo(auth_service_pb2.GetServerInfoRequest(), timeout=CALL_SECONDS)


def metrics_port(one: ServerProcess) -> int:
    return int(one.environment["METRICS_ADDRESS"].rpartition(":")[2])


def answered(one: ServerProcess) -> bool:
    return scrape_now(metrics_port(one)).sum("grpc_server_handled_total", grpc_method="GetServerInfo") > 0


async def hold_lecture(topology: Topology, channel: grpc.aio.Channel) -> None:
    """As a university's first: an administrator invites the others; a student claims with a selfie."""
    admin = bearer((await sign_in(channel, ADMIN, PASSWORD)).access_token)
    lecturer = Lecturer(channel, await invited(topology, channel, admin, "kofi", role_pb2.ROLE_LECTURER))
    login = await invited(topology, channel, admin, "ama", role_pb2.ROLE_STUDENT)
    request = lecturer_service_pb2.LecturerServiceCreateCourseRequest(code="IT101", title="Networks")
    course = (await lecturer.stub.CreateCourse(request, metadata=lecturer.metadata, timeout=CALL_SECONDS)).course
    session = await lecturer.open_session(course, GREAT_HALL)

    auth: auth_service_pb2_grpc.AuthServiceAsyncStub = auth_service_pb2_grpc.AuthServiceStub(channel)
    info = await auth.GetServerInfo(auth_service_pb2.GetServerInfoRequest(), timeout=CALL_SECONDS)
    assert info.features.face_verification
    student = Student(channel, login, info)
    await student.enroll("IT101")
    await student.bind()
    pictures = faces.fetch_photographs()
    await student.enroll_face(Photograph(pictures["obama"], "image/jpeg"))
    code = scanned((await lecturer.code(session.id)).text)
    selfie = Photograph(pictures["obama2"], "image/jpeg")
    record = (await student.submit(student.prepare(code, session.id, selfie, place=GREAT_HALL))).record
    assert record.status == attendance_record_pb2.RECORD_STATUS_CONFIRMED
    verdicts = {verdict.check: verdict.outcome for verdict in record.claims[-1].verdicts}
    assert verdicts[verdict_pb2.CHECK_FACE] == verdict_pb2.OUTCOME_PASSED
    assert [one.student.user_id for one in await lecturer.records(session.id)] == [student.id]


async def invited(
    topology: Topology, channel: grpc.aio.Channel, admin: Any, name: str, role: role_pb2.Role
) -> auth_service_pb2.LoginResponse:
    """Somebody with a new account, who set a password with the code of the mail."""
    address = f"{name}@university.example"
    office: admin_service_pb2_grpc.AdminServiceAsyncStub = admin_service_pb2_grpc.AdminServiceStub(channel)
    auth: auth_service_pb2_grpc.AuthServiceAsyncStub = auth_service_pb2_grpc.AuthServiceStub(channel)
    health: Any = health_pb2_grpc.HealthStub(channel)
    wish = admin_service_pb2.CreateUserRequest(email=address, full_name=name.title(), role=role)
    await office.CreateUser(wish, metadata=admin, timeout=CALL_SECONDS)
    async with asyncio.timeout(SOON):
        while (token := topology.mailed_to(address)) is None:
            # whichever replica sends it; meanwhile each is asked
            await health.Check(health_pb2.HealthCheckRequest(), timeout=CALL_SECONDS)
    await auth.ResetPassword(
        auth_service_pb2.ResetPasswordRequest(token=token, new_password=PASSWORD), timeout=CALL_SECONDS
    )
    return await sign_in(channel, address, PASSWORD)
