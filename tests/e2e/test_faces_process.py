"""The face engine as those who run the server meet it: what is missing is said, and no process is left behind."""

import os
import select
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from absense.v1 import auth_service_pb2, auth_service_pb2_grpc
from absense_server.rpc.health import FACE_ENGINE
from demo.server import ServerProcess
from demo.wire import channel_to
from tests.support import faces

MakeServer = Callable[..., ServerProcess]
Health = health_pb2.HealthCheckResponse


@pytest.fixture(scope="session")
def models() -> Path:
    return faces.fetch_models()


@pytest.fixture
def make_server(tmp_path: Path, seeded_file: Path) -> Iterator[MakeServer]:
    shutil.copy(seeded_file, tmp_path / "absense.db")
    made: list[ServerProcess] = []

    def make(**settings: str) -> ServerProcess:
        given = {"FACE_VERIFICATION_ENABLED": "true", "FACE_MODELS_FOLDER": str(tmp_path / "models"), **settings}
        server = ServerProcess(tmp_path, **given)
        made.append(server)
        return server

    yield make
    for server in made:
        server.__exit__()


async def health_of(server: ServerProcess, service: str) -> Any:
    async with channel_to(server.address) as channel:
        stub: Any = health_pb2_grpc.HealthStub(channel)
        return (await stub.Check(health_pb2.HealthCheckRequest(service=service))).status


async def checks_faces(server: ServerProcess) -> bool:
    async with channel_to(server.address) as channel:
        stub: Any = auth_service_pb2_grpc.AuthServiceStub(channel)
        info = await stub.GetServerInfo(auth_service_pb2.GetServerInfoRequest())
        assert info.HasField("face_rules") == info.features.face_verification
        return bool(info.features.face_verification)


async def test_without_weights_the_server_serves_and_says_what_is_missing(make_server: MakeServer) -> None:
    server = make_server()
    server.start()
    told = [line for line in server.lines if line.get("event") == "faces are not checked"]
    assert [line["level"] for line in told] == ["warning", "warning"]
    assert "face_recognition_sface_2021dec.onnx, which is not there" in told[0]["problem"]
    assert await health_of(server, "") == Health.SERVING
    assert await health_of(server, FACE_ENGINE) == Health.NOT_SERVING
    assert not await checks_faces(server)
    doctor = server.run("doctor")
    assert doctor.returncode == 0
    assert "new sessions do not require FACE; `absense-server models fetch` gets SFace and yunet" in doctor.stdout
    assert server.run("models", "check").returncode == 1


async def test_with_weights_it_checks_faces(make_server: MakeServer, models: Path) -> None:
    server = make_server(FACE_MODELS_FOLDER=str(models), FACE_WORKERS="1")
    server.start()
    assert await health_of(server, FACE_ENGINE) == Health.SERVING
    assert await checks_faces(server)
    doctor = server.run("doctor")
    assert "ok      faces: SFace with yunet, threshold 0.593 (DeepFace 0.0.103), 1 processes" in doctor.stdout
    assert server.run("models", "check").returncode == 0


@pytest.mark.parametrize("end", [ServerProcess.stop, ServerProcess.kill])
def test_no_worker_outlives_the_server_or_knows_its_secrets(
    make_server: MakeServer, models: Path, end: Callable[[ServerProcess], object]
) -> None:
    secret = "a-key-of-the-server-that-no-worker-needs-to-know"
    server = make_server(FACE_MODELS_FOLDER=str(models), FACE_WORKERS="1", SECRET_KEY=secret)
    server.start()
    started = server.wait_for_line(lambda line: line.get("event") == "face worker started")
    environment = Path(f"/proc/{started['pid']}/environ").read_bytes()
    assert b"DEEPFACE_HOME" in environment
    assert secret.encode() not in environment
    assert b"DATABASE_URL" not in environment
    worker = os.pidfd_open(started["pid"])
    try:
        end(server)
        ended, _, _ = select.select([worker], [], [], 30)  # a net; it ends at once
        assert ended == [worker]
    finally:
        os.close(worker)
