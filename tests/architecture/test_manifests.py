"""What deploy/ gives Kubernetes: of the right form, confined, in agreement with itself and with docker-compose.yml."""

import os
import subprocess
from pathlib import Path

import pytest

from absense_server.settings import Settings
from tests.support import compose, kustomize
from tests.support.kustomize import Manifest

OURS = ("server", "worker", "migrate", "proxy")
# what a place decides, or where things are
PLACES = {"TRUSTED_PROXIES", "TIME_ZONE", "WEB_URL", "MAIL_FROM", "S3_ENDPOINT_URL", "S3_REGION", "SECRETS_FOLDER"}
PLACES |= {name.upper() for name in Settings.model_fields if name.startswith(("smtp_", "student_", "lecturer_"))}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return kustomize.copy_with_secrets(tmp_path_factory.mktemp("cluster"), "university")


@pytest.fixture(scope="module")
def text(place: Path) -> str:
    return kustomize.build(place)


@pytest.fixture(scope="module")
def manifests(text: str) -> dict[tuple[str, str], Manifest]:
    return kustomize.parsed(text)


def pod(manifests: dict[tuple[str, str], Manifest], name: str) -> Manifest:
    found: Manifest = manifests["Job" if name == "migrate" else "Deployment", name]["spec"]["template"]["spec"]
    return found


def settings_in(manifests: dict[tuple[str, str], Manifest]) -> dict[str, str]:
    found: dict[str, str] = manifests["ConfigMap", "settings"]["data"]
    return found


def test_kubernetes_knows_every_field(text: str, tmp_path: Path) -> None:
    file = tmp_path / "all.yaml"
    file.write_text(text, encoding="utf-8")
    done = subprocess.run(
        [kustomize.PROGRAMS / "kubernetes-validate", "--strict", file], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_pod_is_confined(manifests: dict[tuple[str, str], Manifest]) -> None:
    """As the restricted profile of Pod Security Standards wants it, and with a root file system that is read-only."""
    assert manifests["Namespace", "absense"]["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    for name in OURS:
        spec = pod(manifests, name)
        assert spec["securityContext"]["runAsNonRoot"]
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert not spec["automountServiceAccountToken"]
        assert {kind for volume in spec["volumes"] for kind in volume if kind != "name"} <= {"secret", "emptyDir"}
        for container in spec["containers"]:
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }
            assert set(container["resources"]["requests"]) == {"cpu", "memory"}
            assert "memory" in container["resources"]["limits"]
            assert "@sha256:" in container["image"], "an image is named by its digest"


def test_a_pod_has_time_to_drain(manifests: dict[tuple[str, str], Manifest]) -> None:
    told = settings_in(manifests)
    for name in ("server", "worker"):
        needed = float(told["SHUTDOWN_NOTICE_SECONDS"]) + float(told["SHUTDOWN_GRACE_SECONDS"])
        assert pod(manifests, name)["terminationGracePeriodSeconds"] >= needed + 10
    described = compose.load()["services"]["server"]
    told = described["environment"]
    needed = float(told["SHUTDOWN_NOTICE_SECONDS"]) + float(told["SHUTDOWN_GRACE_SECONDS"])
    assert float(described["stop_grace_period"].removesuffix("s")) >= needed + 5


def test_only_a_process_that_does_not_answer_is_killed(manifests: dict[tuple[str, str], Manifest]) -> None:
    (server,) = pod(manifests, "server")["containers"]
    assert server["livenessProbe"]["grpc"]["service"] == "absense.Process"
    assert "service" not in server["readinessProbe"]["grpc"], "ready is who can serve: the server as a whole"


def test_what_is_referred_to_is_there(manifests: dict[tuple[str, str], Manifest]) -> None:
    names = {one["metadata"]["name"] for one in manifests.values()}
    for name in OURS:
        spec = pod(manifests, name)
        mounted = {volume["secret"]["secretName"] for volume in spec["volumes"] if "secret" in volume}
        read = {one["configMapRef"]["name"] for one in spec["containers"][0].get("envFrom", [])}
        assert mounted | read <= names
    for kind in ("HorizontalPodAutoscaler", "PodDisruptionBudget"):
        assert {name for found, name in manifests if found == kind} <= {"server", "worker", "proxy"}
    labels = {name: pod_labels(manifests, name) for name in OURS}
    for (kind, name), one in manifests.items():
        if kind in {"Service", "PodDisruptionBudget"}:
            selector = one["spec"]["selector"]
            wanted = selector.get("matchLabels", selector)
            assert [ours for ours in OURS if wanted.items() <= labels[ours].items()] == [name]


def pod_labels(manifests: dict[tuple[str, str], Manifest], name: str) -> dict[str, str]:
    found: dict[str, str] = manifests["Job" if name == "migrate" else "Deployment", name]["spec"]["template"][
        "metadata"
    ]["labels"]
    return found


def test_the_proxy_sees_every_pod_and_alone_reaches_them(manifests: dict[tuple[str, str], Manifest]) -> None:
    assert manifests["Service", "server"]["spec"]["clusterIP"] == "None"
    (proxy,) = pod(manifests, "proxy")["containers"]
    assert {"name": "PROXY_UPSTREAMS", "value": "server:50051"} in proxy["env"]
    assert manifests["NetworkPolicy", "nothing"]["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    (rule,) = manifests["NetworkPolicy", "server"]["spec"]["ingress"]
    assert rule["from"] == [{"podSelector": {"matchLabels": {"app.kubernetes.io/component": "proxy"}}}]
    (rule,) = manifests["NetworkPolicy", "proxy"]["spec"]["egress"]
    assert rule["to"] == [{"podSelector": {"matchLabels": {"app.kubernetes.io/component": "server"}}}]


def test_secrets_and_settings_are_settings_that_the_server_can_have(
    manifests: dict[tuple[str, str], Manifest],
) -> None:
    told = settings_in(manifests)
    known = {name.upper() for name in Settings.model_fields}
    secrets = {name.upper() for name in manifests["Secret", "secrets"]["data"]}
    assert told.keys() <= known
    assert secrets <= known
    assert not secrets & told.keys(), "the environment would go before the file"


def test_compose_tells_a_server_the_same(manifests: dict[tuple[str, str], Manifest]) -> None:
    file = compose.load()
    there = file["services"]["server"]["environment"]
    here = settings_in(manifests)
    image = {"LISTEN_ADDRESS": "0.0.0.0:50051"}
    # longer in a cluster, where more stands between a pod and those who call it
    different = {"SHUTDOWN_GRACE_SECONDS"}
    assert {name: value for name, value in {**image, **there}.items() if name not in PLACES | different} == {
        name: value for name, value in here.items() if name not in PLACES | different
    }
    secrets = manifests["Secret", "secrets"]["data"].keys()
    assert set(file["services"]["server"]["secrets"]) == set(secrets)


def test_the_schema_comes_before_the_servers(place: Path, text: str, tmp_path: Path) -> None:
    """What the script asks of kubectl, in order. There is no cluster here: what would change one is written down."""
    first = {key for key, one in kustomize.parsed(text).items() if "absense/phase" in one["metadata"]["labels"]}
    before = {"ConfigMap", "Job", "Namespace", "NetworkPolicy", "Secret", "ServiceAccount"}
    assert {kind for kind, _ in first} == before
    assert {key for key in kustomize.parsed(text) if key[0] in before} == first, "what they need comes before servers"
    for outcome, ended, last in (("complete", 0, "rollout status"), ("failed", 1, "logs job/migrate")):
        asked = ask(place, tmp_path, outcome)
        assert asked.returncode == ended
        calls = (tmp_path / "calls").read_text(encoding="utf-8").splitlines()
        assert calls[:3] == ["delete job", "apply --filename", "wait job/migrate"]
        assert calls[-1] == last
        assert calls.count("apply --filename") == (2 if outcome == "complete" else 1)
    assert "The database was not migrated" in asked.stderr
    asked = ask(place, tmp_path, "away")
    assert asked.returncode == 1, "it waits for no cluster that does not answer"


def ask(place: Path, folder: Path, outcome: str) -> "subprocess.CompletedProcess[str]":
    """Run deploy/apply.sh where the migration ends so."""
    (folder / "calls").unlink(missing_ok=True)
    stand_in = folder / "kubectl"
    stand_in.write_text(
        "#!/bin/sh\n"
        f'[ "$1" != kustomize ] || exec {kustomize.PROGRAMS / "kubectl"} "$@"\n'
        f'echo "$1 $2" >> {folder / "calls"}\n'
        f'case "$*" in *condition={outcome}*) exit 0;; *condition=*|"get job"*) exit 1;; esac\n',
        encoding="utf-8",
    )
    stand_in.chmod(0o755)
    environment = {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
    script = place.parents[1] / "apply.sh"
    return subprocess.run([script, place], env=environment, capture_output=True, text=True, check=False)


def test_without_secrets_nothing_is_changed_and_the_missing_one_is_named(place: Path, tmp_path: Path) -> None:
    secret = place / "secrets" / "database_url"
    kept = secret.read_bytes()
    secret.unlink()
    try:
        asked = ask(place, tmp_path, "complete")
    finally:
        secret.write_bytes(kept)
    assert asked.returncode != 0
    assert "database_url" in asked.stderr
    assert not (tmp_path / "calls").exists()
