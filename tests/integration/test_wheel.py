"""What `make wheel` puts into dist/: the package as it is installed elsewhere, and the contract for grpcurl."""

import asyncio
import json
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest
from google.protobuf import descriptor_pb2

from tests.support.hall import Hall

ROOT = Path(__file__).resolve().parents[2]
BUF = ROOT / "tools" / "node_modules" / ".bin" / "buf"
GRPCURL = Path(sysconfig.get_path("scripts")) / "grpcurl"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What is in a wheel of the sources, built in a copy: setuptools takes along what it finds of earlier builds."""
    folder = tmp_path_factory.mktemp("sources")
    for name in ("setup.cfg", "pyproject.toml", "LICENSE", "envoy.yaml"):
        shutil.copy(ROOT / name, folder)
    for name in ("absense_cli", "absense_proxy", "absense_server", "generated", "migrations", "tests"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-index", "--no-build-isolation", "."]
    subprocess.run(command, cwd=folder, check=True)
    (built,) = folder.glob("absense-*.whl")
    with zipfile.ZipFile(built) as archive:
        return archive.namelist()


@pytest.fixture(scope="module")
def protoset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("contract") / "absense.binpb"
    subprocess.run([BUF, "build", ROOT, "--output", file], check=True)
    return file


def test_the_wheel_has_all_that_runs_and_no_tests(wheel: list[str]) -> None:
    files = {name for name in wheel if ".dist-info/" not in name}
    assert {name.split("/")[0] for name in files} == {
        *("absense", "absense_cli", "absense_migrations", "absense_proxy", "absense_server", "buf"),
    }
    revisions = {path.name for path in (ROOT / "migrations" / "versions").glob("*.py")}
    assert {f"absense_migrations/versions/{name}" for name in revisions} <= files
    assert {"absense_migrations/env.py", "absense_migrations/script.py.mako"} <= files
    assert {"absense/v1/auth_service_pb2.py", "absense/v1/auth_service_pb2.pyi", "absense/py.typed"} <= files
    page = [path for path in (ROOT / "absense_proxy" / "page").glob("*") if path.is_file()]
    assert {f"absense_proxy/page/{path.name}" for path in page} | {"absense_proxy/envoy.yaml"} <= files


def test_the_descriptor_set_has_every_import_and_comment(protoset: Path) -> None:
    files = descriptor_pb2.FileDescriptorSet.FromString(protoset.read_bytes()).file
    names = {file.name for file in files}
    assert {one for file in files for one in file.dependency} <= names
    services = next(file for file in files if file.name == "absense/v1/auth_service.proto")
    assert any("password" in place.leading_comments for place in services.source_code_info.location)


@pytest.mark.skipif(not GRPCURL.exists(), reason="no grpcurl here (make grpcurl, on Linux)")
async def test_grpcurl_needs_no_reflection(hall: Hall, protoset: Path) -> None:
    listed = await grpcurl(protoset, "list")
    assert "absense.v1.StudentService" in listed.split()
    assert "rpc ScanQr ( .absense.v1.ScanQrRequest )" in await grpcurl(
        protoset, "describe", "absense.v1.StudentService"
    )
    answer = await grpcurl(
        protoset,
        "-plaintext",
        "-use-reflection=false",
        f"127.0.0.1:{hall.port}",
        "absense.v1.AuthService/GetServerInfo",
    )
    assert json.loads(answer)["version"]


async def grpcurl(protoset: Path, *words: str) -> str:
    process = await asyncio.create_subprocess_exec(GRPCURL, "-protoset", protoset, *words, stdout=subprocess.PIPE)
    said, _ = await process.communicate()
    assert process.returncode == 0
    return said.decode()
