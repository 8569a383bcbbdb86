"""Dockerfile, docker-compose.yml, their secrets and their locks: well-formed, confined, and of one mind."""

import json
import re
import subprocess
import sysconfig
from pathlib import Path

import pytest

from absense_server.settings import Settings
from tests.support import compose
from tests.support.compose import ROOT
from tools import lock

PROGRAMS = Path(sysconfig.get_path("scripts"))
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
SERVICES = compose.load()["services"]
WITH_CHECK_OF_IMAGE = {"server", "proxy"}
ONE_OFF = {"bucket", "migrate"}
PINNED = re.compile(r"^([a-z0-9-]+)==(\S+)(?: ; (.*?))? \\$", re.MULTILINE)


@pytest.mark.parametrize(
    "command",
    [
        ["hadolint", "Dockerfile"],
        ["check-jsonschema", "--builtin-schema", "vendor.compose-spec", "docker-compose.yml"],
    ],
    ids=lambda command: command[0],
)
def test_the_files_are_well_formed(command: list[str]) -> None:
    done = subprocess.run([PROGRAMS / command[0], *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_images_are_of_this_version() -> None:
    version = lock.config()["metadata"]["version"]
    assert re.findall(r"^ARG VERSION=(.*)$", DOCKERFILE, re.MULTILINE) == [version]
    ours = [service["image"] for service in SERVICES.values() if "build" in service]
    assert {image.rpartition(":")[2] for image in ours} == {version}


def test_no_image_runs_as_root_or_knows_a_secret() -> None:
    stages = DOCKERFILE.split("\nFROM ")[1:]
    last = next(stage for stage in stages if " AS runtime\n" in stage)
    assert re.findall(r"^USER (.*)$", last, re.MULTILINE) == ["10001:10001"]
    assert re.findall(r"^USER (.*)$", DOCKERFILE, re.MULTILINE) == ["10001:10001"]
    assert all("--require-hashes" in line or "--no-index" in line for line in installs())
    known = "|".join(name.upper() for name in Settings.model_fields if "secret" in name or "url" in name)
    assert re.findall(rf"^(?:ENV|ARG).*\b({known})=", DOCKERFILE, re.MULTILINE) == []


def installs() -> list[str]:
    found = re.findall(r"^.*bin/pip (?:install|wheel) .*$", DOCKERFILE, re.MULTILINE)
    assert found
    return found


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_confined_limited_and_looked_after(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service
    assert service["deploy"]["resources"]["limits"].keys() == {"cpus", "memory", "pids"}
    assert "user" in service or "build" in service, "the image's user is root"
    if name in ONE_OFF:
        assert service["restart"] == "on-failure"
    else:
        assert name in WITH_CHECK_OF_IMAGE or "test" in service["healthcheck"]
    assert service.get("ports", []) == [] or name == "proxy", "only the proxy is reached from outside"


def test_the_proxy_reaches_the_servers_and_nothing_behind_them() -> None:
    file = compose.load()
    behind = {"postgres", "redis", "storage"}
    for name in behind:
        assert SERVICES[name]["networks"] == ["data"]
    # one network in common, else the servers' name has addresses in which the proxy is not believed
    assert set(SERVICES["proxy"]["networks"]) & set(SERVICES["server"]["networks"]) == {"calls"}
    assert {name for name, service in SERVICES.items() if "calls" in service["networks"]} == {"proxy", "server"}
    assert all(file["networks"][name]["internal"] for name in ("calls", "data"))
    (calls,) = file["networks"]["calls"]["ipam"]["config"]
    assert SERVICES["server"]["environment"]["TRUSTED_PROXIES"] == calls["subnet"]


def test_what_compose_sets_are_settings() -> None:
    known = {name.upper() for name in Settings.model_fields}
    for name in ("server", "worker", "migrate"):
        assert SERVICES[name]["environment"].keys() <= known
        assert {secret.upper() for secret in SERVICES[name]["secrets"]} <= known


def test_servers_start_after_the_migration_and_the_proxy_after_them() -> None:
    for name in ("server", "worker"):
        needed = SERVICES[name]["depends_on"]
        assert needed["migrate"]["condition"] == needed["bucket"]["condition"] == "service_completed_successfully"
    assert SERVICES["migrate"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    assert SERVICES["proxy"]["depends_on"] == {"server": {"condition": "service_healthy"}}
    assert SERVICES["server"]["deploy"]["replicas"] == 2


def test_the_script_makes_every_secret_once_and_those_of_two_sides_alike(tmp_path: Path) -> None:
    made = compose.make_secrets(tmp_path)
    named = {name: Path(secret["file"]) for name, secret in compose.load()["secrets"].items()}
    assert {name: file.name for name, file in named.items()} == {name: name for name in made}
    assert {file.parent for file in named.values()} == {Path("secrets")}
    used = {secret for service in SERVICES.values() for secret in service.get("secrets", [])}
    assert used == set(made)
    assert len(made["secret_key"]) >= 64
    assert made["database_url"] == f"postgresql://absense:{made['postgres_password']}@postgres/absense"
    assert made["redis.conf"].split() == ["requirepass", made["redis_url"].split(":")[2].split("@")[0]]
    (identity,) = json.loads(made["s3.json"])["identities"]
    assert identity["credentials"] == [{"accessKey": made["s3_access_key"], "secretKey": made["s3_secret_key"]}]
    # nobody else of the machine gets at them, and the users of the containers can read them
    assert tmp_path.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o644}
    assert compose.make_secrets(tmp_path) == made
    assert compose.make_secrets(tmp_path / "others")["secret_key"] != made["secret_key"]


@pytest.mark.parametrize("image", ["proxy", "page", *lock.IMAGES])
def test_an_image_installs_what_setup_cfg_asks_for_in_the_versions_of_the_constraints(image: str) -> None:
    constraints = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    text = (ROOT / "requirements" / f"{image}.txt").read_text(encoding="utf-8")
    pinned = [(name, f"{name}=={version}") for name, version, _ in PINNED.findall(text)]
    assert pinned
    assert {exact for _, exact in pinned} <= {line.partition(" ;")[0] for line in constraints}
    asked = lock.requirements(lock.IMAGES[image]) if image in lock.IMAGES else lock.asked_by(image)
    wanted = {re.split(r"[~=<>;\s\[]", line.strip())[0] for line in asked if not line.strip().startswith("#")}
    assert wanted <= {name for name, _ in pinned}
    blocks = re.split(r"\n(?=\S)", text)
    assert [block for block in blocks if not block.startswith("#") and "--hash=sha256:" not in block] == []
