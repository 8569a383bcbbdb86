"""docs/OPERATIONS.md: its commands do what it says, as they stand there, to servers that are in use."""

from __future__ import annotations  # the stubs' async types exist for type checkers only

import asyncio
import os
import re
import shutil
import subprocess
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import grpc.aio
import pytest

from absense.v1 import (
    admin_service_pb2,
    admin_service_pb2_grpc,
    attendance_record_pb2,
    audit_pb2,
    auth_service_pb2,
    auth_service_pb2_grpc,
    student_service_pb2_grpc,
)
from absense_server.adapters.db.engine import create_engine
from absense_server.adapters.db.unit_of_work import SqlUnitOfWork
from backing import postgres as postgresql
from backing.postgres import Postgres
from chaos import crowd
from chaos.crowd import Log
from demo.camera import Photograph
from demo.lecture import GREAT_HALL
from demo.phone import Claim, Student, scanned
from demo.projector import Lecturer
from demo.server import ServerProcess
from demo.wire import bearer, channel_to, reason_of, sign_in

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = (ROOT / "docs" / "OPERATIONS.md").read_text(encoding="utf-8")
COMMANDS = dict(re.findall(r"<!-- tried: ([\w-]+) -->\n+```sh\n(.*?)```", DOCUMENT, re.DOTALL))
CONFIRMED = attendance_record_pb2.RECORD_STATUS_CONFIRMED
ANOTHER_LOG = {audit_pb2.AUDIT_BREAK_KIND_CUT_OFF, audit_pb2.AUDIT_BREAK_KIND_REWRITTEN}
PASSWORD = "correct horse battery"
NET_S = 60
# whoever sends again a while later, sends what is still good
SETTINGS = {"WORKERS": "1", "PROCESS_PORTS_FROM": "0", "CODE_LIFE_SECONDS": "300"}


@dataclass(frozen=True)
class Place:
    """A folder with a server's data, and where its database is."""

    folder: Path
    database_url: str

    @property
    def blobs(self) -> Path:
        return self.folder / "blobs"

    def server(self, **settings: str) -> ServerProcess:
        return ServerProcess(self.folder, DATABASE_URL=self.database_url, **{**SETTINGS, **settings})

    def follow(self, name: str, backup: Path) -> str:
        """Type what the document says; returns what came of it."""
        environment = {
            "PATH": os.pathsep.join([str(postgresql.find_binaries()), os.environ["PATH"]]),
            "DATABASE_URL": self.database_url,
            "DATABASE_FILE": self.database_url.removeprefix("sqlite:///"),
            "STORAGE_FOLDER": str(self.blobs),
            "BACKUP": str(backup),
        }
        done = subprocess.run(
            ["bash", "-eu", "-c", COMMANDS[name]],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(params=["sqlite", "postgresql"])
def make_place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], Place]]:
    """New places, empty."""
    databases = []

    def make(name: str) -> Place:
        folder = tmp_path / name
        folder.mkdir()
        if request.param == "sqlite":
            return Place(folder, f"sqlite:///{folder / 'absense.db'}")
        databases.append(postgres.create_database())
        return Place(folder, postgres.url(databases[-1]))

    postgres: Postgres = request.getfixturevalue("postgres")
    yield make
    for database in databases:
        postgres.drop_database(database)


class Admin:
    """Somebody who has the demo's administrator's password."""

    def __init__(self, channel: grpc.aio.Channel, login: auth_service_pb2.LoginResponse) -> None:
        self.stub: admin_service_pb2_grpc.AdminServiceAsyncStub = admin_service_pb2_grpc.AdminServiceStub(channel)
        self.metadata = bearer(login.access_token)

    async def verify(
        self, known: admin_service_pb2.VerifyAuditLogResponse | None = None
    ) -> admin_service_pb2.VerifyAuditLogResponse:
        """The audit log; `known`: what was found before."""
        request = admin_service_pb2.VerifyAuditLogRequest()
        if known is not None:
            request = admin_service_pb2.VerifyAuditLogRequest(
                known_number=known.last_number, known_seal=known.last_seal
            )
        return await self.stub.VerifyAuditLog(request, metadata=self.metadata)


def wait_until_sealed(place: Place) -> None:
    """Return when the server has sealed what is in the audit log."""
    engine = create_engine(place.database_url, pool_size=1)
    deadline = time.monotonic() + NET_S
    try:
        while has_unsealed(SqlUnitOfWork(engine)):
            assert time.monotonic() < deadline
            time.sleep(0.05)
    finally:
        engine.dispose()


def has_unsealed(uow: SqlUnitOfWork) -> bool:
    with uow(read_only=True) as tx:
        return tx.audit_log.has_unsealed()


async def hall_of(
    server: ServerProcess, channel: grpc.aio.Channel, students: int
) -> tuple[Lecturer, str, list[tuple[Student, Claim]]]:
    """A lecturer, an open session, and students with claims ready to be sent; selfies are whatever PNG is at hand."""
    auth: auth_service_pb2_grpc.AuthServiceAsyncStub = auth_service_pb2_grpc.AuthServiceStub(channel)
    info = await auth.GetServerInfo(auth_service_pb2.GetServerInfoRequest(), timeout=10)
    lecturer = await Lecturer.sign_in(channel)
    session = await lecturer.open_session(await lecturer.course(), GREAT_HALL)
    code = await lecturer.code(session.id)
    selfie = Photograph(code.png, "image/png")
    people = crowd.enroll(server.environment, students, info, lambda _: channel)
    return (
        lecturer,
        session.id,
        [(one, one.prepare(scanned(code.text), session.id, selfie, place=GREAT_HALL)) for one in people],
    )


def through(channel: grpc.aio.Channel, claims: list[tuple[Student, Claim]]) -> list[tuple[Student, Claim]]:
    """The same students, who talk to another server from now on."""
    for student, _ in claims:
        student.stub = student_service_pb2_grpc.StudentServiceStub(channel)
    return claims


async def send(claims: list[tuple[Student, Claim]], log: Log, pause: float = 0.0) -> None:
    async with asyncio.TaskGroup() as group:
        for student, claim in claims:
            group.create_task(crowd.submit(student, claim, log))
            await asyncio.sleep(pause)


async def refresh(channel: grpc.aio.Channel, token: str) -> auth_service_pb2.RefreshTokenResponse:
    auth: auth_service_pb2_grpc.AuthServiceAsyncStub = auth_service_pb2_grpc.AuthServiceStub(channel)
    return await auth.RefreshToken(
        auth_service_pb2.RefreshTokenRequest(refresh_token=token, request_id=str(uuid.uuid4()))
    )


async def why_not(call: Awaitable[object]) -> str:
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await call
    return reason_of(error.value)


async def test_a_backup_made_while_claims_come_in_brings_a_server_back(
    make_place: Callable[[str], Place], tmp_path: Path
) -> None:
    place, backup = make_place("first"), tmp_path / "backup"
    database = "sqlite" if place.database_url.startswith("sqlite") else "postgresql"
    log = Log()
    with place.server() as server:
        server.prepare()
        server.start()
        async with channel_to(server.address) as channel:
            lecturer, session_id, claims = await hall_of(server, channel, students=30)
            admin = Admin(channel, await sign_in(channel, "admin@absense.com", "admin123"))
            kofi = await Student.register(channel, "Kofi Erased", "kofi@example.edu", PASSWORD)
            ama = await Student.register(channel, "Ama Student", "ama@example.edu", PASSWORD)
            login = await sign_in(channel, "ama@example.edu", PASSWORD)
            await asyncio.to_thread(wait_until_sealed, place)
            known = await admin.verify()
            sending = asyncio.create_task(send(claims, log, pause=0.01))
            await log.until_acknowledged(10)
            before = set(log.acknowledged)
            begun = (await asyncio.to_thread(place.follow, f"back-up-{database}", backup)).split()[-1]
            await sending
            # what nobody will know of that has only the backup
            renewed = await refresh(channel, login.refresh_token)
            auth: auth_service_pb2_grpc.AuthServiceAsyncStub = auth_service_pb2_grpc.AuthServiceStub(channel)
            await auth.DeleteAccount(auth_service_pb2.DeleteAccountRequest(password=PASSWORD), metadata=kofi.metadata)
            await asyncio.to_thread(wait_until_sealed, place)
            lost = await admin.verify()
        server.kill()
    assert (log.failed, len(log.acknowledged)) == ({}, 30)
    assert known.last_number > 0
    assert not lost.HasField("broken")

    again = make_place("second")
    again.follow(f"restore-{database}", backup)
    if database == "postgresql":
        looked = dict(line.split("|") for line in again.follow("look-at-retention", backup).splitlines())
        assert set(looked.values()) == {"0"}
        assert len(looked) == 5
    with again.server() as server:
        told = (place.folder / "server.log").read_text(encoding="utf-8")
        done = server.run("erase-again", "--since", begun, text=2 * told)
        assert done.stdout == "The log tells of 2 erasures since then; 1 had to be done again.\n"
        server.start()
        async with channel_to(server.address) as channel:
            lecturer = Lecturer(channel, lecturer.login)
            records = await lecturer.records(session_id)
            kept = {claim.claim_id: claim.image_id for record in records for claim in record.claims}
            assert before <= kept.keys() <= log.acknowledged.keys()
            selfies = {claim.header.claim_id: claim.selfie for _, claim in claims}
            for claim_id, image_id in kept.items():
                assert (await lecturer.image(image_id))[1] == selfies[claim_id]
            # what was lost can be sent again, while the code is good
            second = Log()
            await send(through(channel, claims), second)
            assert (second.failed, len(second.acknowledged)) == ({}, 30)
            assert len(await lecturer.records(session_id)) == 30
            # who went on with a sign-in since then signs in anew; who was erased is
            assert await why_not(refresh(channel, renewed.refresh_token)) == "REFRESH_TOKEN_INVALID"
            assert (await sign_in(channel, "ama@example.edu", PASSWORD)).user.id == ama.id
            assert await why_not(sign_in(channel, "kofi@example.edu", PASSWORD)) == "BAD_CREDENTIALS"
            admin = Admin(channel, await sign_in(channel, "admin@absense.com", "admin123"))
            assert not (await admin.verify(known)).HasField("broken")
            assert (await admin.verify(lost)).broken.kind in ANOTHER_LOG
        assert server.stop() == 0


NEXT = """
import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "{ours}"
branch_labels = None
depends_on = None
oldest_program = "{ours}"


def upgrade() -> None:
    op.add_column("attendance_records", sa.Column("mood", sa.Text(), nullable=True))
"""


def next_version(folder: Path) -> dict[str, str]:
    """The environment of a version of the program that has one more migration, and is as ours otherwise."""
    shutil.copytree(ROOT / "migrations", folder / "absense_migrations")
    versions = folder / "absense_migrations" / "versions"
    ours = max(file.name.partition("_")[0] for file in versions.glob("[0-9]*.py"))
    (versions / "9999_next.py").write_text(NEXT.format(ours=ours))
    return {"PYTHONPATH": str(folder)}


async def test_two_versions_of_the_server_work_on_one_database(postgres: Postgres, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    database = postgres.create_database()
    place = Place(tmp_path / "data", postgres.url(database))
    ours, theirs, log = place.server(), place.server(**next_version(tmp_path / "next")), Log()
    with ours, theirs:
        ours.prepare()
        ours.start()
        async with channel_to(ours.address) as channel:
            lecturer, session_id, claims = await hall_of(ours, channel, students=40)
            here, there, later = claims[:20], claims[20:30], claims[30:]
            sending = asyncio.create_task(send(here, log, pause=0.05))
            assert (await asyncio.to_thread(theirs.run, "migrate")).stdout.endswith(" to 9999.\n")
            await asyncio.to_thread(theirs.start)
            async with channel_to(theirs.address) as beside:
                await send(through(beside, there), log)
            await sending
        # one of the version before is started once more, as when its machine is
        assert ours.stop() == 0
        ours.start()
        async with channel_to(ours.address) as channel:
            await send(through(channel, later), log)
            assert len(await Lecturer(channel, lecturer.login).records(session_id)) == 40
        assert (log.failed, len(log.acknowledged)) == ({}, 40)
        assert (ours.stop(), theirs.stop()) == (0, 0)
    postgres.drop_database(database)
