"""Build the images of the Dockerfile with buildah, and run each as it is meant to run: as who it says, read-only.

No container engine is needed, but root: the file system of an image is mounted read-only and entered by chroot, without
capabilities, in its own space of mounts and processes and in this machine's network. What it talks to is real:
PostgreSQL, SeaweedFS, Redis.
"""

import argparse
import http.client
import json
import os
import re
import secrets
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import grpc

from absense.v1 import auth_service_pb2, auth_service_pb2_grpc
from backing import postgres, redis, seaweedfs
from backing.ports import free_ports
from backing.process_tree import descendants, kill_tree

ROOT = Path(__file__).resolve().parent.parent
TARGETS = ("proxy", "server", "server-faces")
BASE = "localhost/python:3.11-slim"
"""What stands in for the base image of the Dockerfile where it cannot be pulled."""
_DEBIAN = "bookworm"
_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
_PATIENCE = 60.0
# gRPC makes its own threads, with which a fork is unsafe: what we start we start without it
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "false")


class ImageFault(Exception):
    """An image is not what it should be."""


def buildah(*words: str) -> str:
    """Run buildah, and return what it prints."""
    environment = os.environ | {"BUILDAH_ISOLATION": "chroot"}
    done = subprocess.run(["buildah", *words], stdout=subprocess.PIPE, text=True, check=True, env=environment, cwd=ROOT)
    return done.stdout.strip()


def make_base() -> None:
    """A base image out of Debian's own packages, unless there is one."""
    if buildah("images", "--quiet", "--filter", f"reference={BASE}"):
        return
    print(f"Making {BASE} out of Debian {_DEBIAN} ...", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        include = "--include=python3,python3-venv,ca-certificates"
        subprocess.run(
            ["debootstrap", "--variant=minbase", include, _DEBIAN, folder], check=True, stdout=subprocess.DEVNULL
        )
        Path(folder, "usr/bin/python").symlink_to("python3")
        for left_over in ("var/cache/apt", "var/lib/apt/lists"):
            shutil.rmtree(Path(folder, left_over))
        container = buildah("from", "scratch")
        buildah("add", "--quiet", container, folder)
        buildah("config", "--env", "PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", container)
        buildah("commit", "--quiet", "--rm", container, BASE)


def build(target: str) -> str:
    """Build a target, and return the image's name."""
    name = f"localhost/absense-{target}"
    with tempfile.TemporaryDirectory() as folder:
        # what this machine's pip and npm are told about their indexes; the images keep none of it
        told = _lines(sys.executable, "-m", "pip", "config", "list")
        options = _of(told, r"(?:global|:env:)\.", "index-url|proxy|timeout")
        pip = _written(Path(folder, "pip.conf"), ["[global]", *options, *cert("cert")])
        told = _lines(str(Path(sys.executable).parent / "npm"), "config", "list")
        npm = _written(Path(folder, "npmrc"), [*_of(told, "", "registry|proxy|https-proxy"), *cert("cafile")])
        mounted = ["--volume", f"{_CERTIFICATES}:{_CERTIFICATES}:ro"] if _CERTIFICATES.exists() else []
        buildah(
            # Docker's format, which knows health checks
            *("build", "--quiet", "--layers", "--format", "docker", "--target", target, "--tag", name),
            *("--secret", f"id=pip,src={pip}", "--secret", f"id=npm,src={npm}", *mounted),
            *("--build-arg", f"PYTHON_IMAGE={BASE}", "."),
        )
    return name


def cert(option: str) -> list[str]:
    """That whom this machine trusts is trusted."""
    return [f"{option}={_CERTIFICATES}"] if _CERTIFICATES.exists() else []


def _lines(*command: str) -> str:
    # as the shell has it: pip reads some of it from the environment
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    environment = {**os.environ, "PATH": path}
    return subprocess.check_output(command, text=True, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)


def _of(told: str, before: str, options: str) -> list[str]:
    """Assignments to these options, without quotation marks."""
    found = re.findall(rf"""^{before}({options}) ?= ?["']?(.*?)["']?$""", told, re.MULTILINE)
    return [f"{name}={value}" for name, value in dict(found).items()]


def _written(file: Path, lines: Sequence[str]) -> Path:
    file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return file


@dataclass(frozen=True)
class Container:
    """An image's file system, and what the image says about how it is run."""

    root: Path
    user: str
    environment: Mapping[str, str]
    folder: str
    entrypoint: Sequence[str]
    command: Sequence[str]
    health_check: Sequence[str]

    def start(
        self, words: Sequence[str], settings: Mapping[str, str], volumes: Mapping[Path, str] | None = None
    ) -> "subprocess.Popen[str]":
        """Start a program in it. `volumes`: folders of this machine, and where the program finds them."""
        uid, gid = self.user.split(":")
        environment = {**self.environment, **settings}
        mounts = [f"mount -t tmpfs -o mode=1777 tmpfs {self.root / 'tmp'}", f"mount --rbind /dev {self.root}/dev"]
        for source, target in (volumes or {}).items():
            mounts += [f"mkdir -p {self.root}{target}", f"mount --bind {source} {self.root}{target}"]
        assignments = [f"{name}={value}" for name, value in environment.items()]
        enter = [
            *("setpriv", "--no-new-privs", "--bounding-set=-all,+sys_chroot,+setuid,+setgid"),
            *("chroot", f"--userspec={uid}:{gid}", f"--groups={gid}", str(self.root)),
            *("env", "--ignore-environment", f"--chdir={self.folder}", *assignments, *words),
        ]
        lines = [
            "set -eu",
            f"mount --bind {self.root} {self.root}",
            *mounts,
            f"mount -t proc proc {self.root}/proc",
            f"mount -o remount,bind,ro {self.root}",
            f"exec {shlex.join(enter)}",
        ]
        return subprocess.Popen(
            ["unshare", "--mount", "--pid", "--ipc", "--uts", "--fork", "sh", "-c", "\n".join(lines)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(
        self, words: Sequence[str], settings: Mapping[str, str], volumes: Mapping[Path, str] | None = None
    ) -> tuple[int, str]:
        """Run a program in it to its end: its exit code and what it says."""
        process = self.start(words, settings, volumes)
        try:
            said, _ = process.communicate(timeout=_PATIENCE)
        finally:
            end(process)
        return process.returncode, said

    def do(self, *words: str, settings: Mapping[str, str], volumes: Mapping[Path, str] | None = None) -> None:
        """Run the image's own program to its end. Raises ImageFault when it fails."""
        code, said = self.run([*self.entrypoint, *words], settings, volumes)
        expect(code == 0, f"{shlex.join(words)} failed: {said}")

    @contextmanager
    def running(
        self, *words: str, settings: Mapping[str, str], volumes: Mapping[Path, str] | None = None, says: str = ""
    ) -> Iterator[None]:
        """Run the image's own program, from when it `says` so, and stop it: it has to end by itself, and well."""
        process = self.start([*self.entrypoint, *(words or self.command)], settings, volumes)
        said: list[str] = []
        try:
            while says and not (said and says in said[-1]):
                line = process.stdout.readline() if process.stdout else ""
                expect(bool(line), f"It ended with {process.poll()}:\n{''.join(said)}")
                said.append(line)
            yield
            (first, *_) = descendants(process.pid)
            os.kill(first, signal.SIGTERM)
            rest, _ = process.communicate(timeout=_PATIENCE)
            expect(process.returncode == 0, f"Told to stop, it ended with {process.returncode}:\n{rest}")
        finally:
            end(process)


@contextmanager
def container_of(image: str) -> Iterator[Container]:
    """A throwaway container of an image."""
    with ExitStack() as stack:
        name = buildah("from", "--pull-never", image)
        stack.callback(buildah, "rm", name)
        config = json.loads(buildah("inspect", "--type", "image", image))["Docker"]["config"]
        yield Container(
            Path(buildah("mount", name)),
            config["User"],
            dict(line.split("=", 1) for line in config["Env"]),
            config["WorkingDir"],
            config["Entrypoint"],
            config["Cmd"] or [],
            config["Healthcheck"]["Test"][1:],
        )


def end(process: "subprocess.Popen[str]") -> None:
    """End a program of a container, unless it has ended: unshare's own --kill-child is lost where the user changes."""
    if process.poll() is None:
        kill_tree(process.pid)
        process.wait()


def expect(held: bool, fault: str) -> None:
    """Raise ImageFault unless it held."""
    if not held:
        raise ImageFault(fault)


def until(held: Callable[[], bool], fault: str) -> None:
    """Ask again and again. Raises ImageFault when it does not hold in time."""
    give_up = time.monotonic() + _PATIENCE
    while not held():
        expect(time.monotonic() < give_up, fault)


def try_confinement(container: Container) -> None:
    """It runs as nobody special, may become nobody else, and finds only /tmp to write to."""
    expect(container.user == "10001:10001", f"It would run as {container.user}.")
    script = (
        "import os; status = open('/proc/self/status').read(); print(os.getuid(), os.getgid());"
        "print([l for l in status.splitlines() if l.split(':')[0] in ('CapEff', 'CapBnd', 'NoNewPrivs')]);"
        "open('/tmp/x', 'w').close()\n"
        "for name in ('/x', '/opt/absense/x', '/srv/absense/var/x'):\n"
        "    try: open(name, 'w')\n"
        "    except OSError as error: print(name, error.strerror)"
    )
    code, said = container.run(["python", "-c", script], {})
    expect(code == 0 and said.startswith("10001 10001\n"), said)
    expect("NoNewPrivs:\\t1" in said and "CapEff:\\t0000000000000000" in said, said)
    expect("/srv/absense/var/x Read-only file system" in said, said)
    code, said = container.run(["sh", "-c", "command -v pip pip3 gcc curl"], {})
    expect(code != 0 and not said, f"It has what only a build needs: {said}")


def try_server(container: Container, *, with_faces: bool) -> None:
    """Migrate, serve, be asked for its health and for information, stop; with secrets as files."""
    with ExitStack() as stack:
        cluster = stack.enter_context(postgres.running())
        storage = stack.enter_context(seaweedfs.running())
        counts = stack.enter_context(redis.running())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        database = cluster.url(cluster.create_database())
        socket_folder = Path(database.rpartition("=")[2])
        socket_folder.chmod(0o711)  # whoever comes from a container is nobody's kin
        port, metrics = free_ports(2)
        settings = {
            "LISTEN_ADDRESS": f"127.0.0.1:{port}",
            "METRICS_ADDRESS": f"127.0.0.1:{metrics}",
            "WORKERS": "1",
            "STORAGE_BACKEND": "s3",
            "S3_BUCKET": storage.bucket,
            "S3_REGION": storage.region,
            "S3_ENDPOINT_URL": storage.endpoint_url,
            "SMTP_HOST": "mail.example.edu",
            **({"FACE_VERIFICATION_ENABLED": "true", "FACE_WORKERS": "1"} if with_faces else {}),
        }
        code, said = container.run([*container.entrypoint, *container.command], settings)
        expect(code == 1 and "SECRET_KEY: is not set" in said, f"Without secrets it says: {said}")
        for name, value in {
            "secret_key": secrets.token_urlsafe(48),
            "database_url": database.replace(str(socket_folder), "/run/postgresql"),
            "redis_url": counts.url,
            "s3_access_key": storage.access_key,
            "s3_secret_key": storage.secret_key,
        }.items():
            (folder / name).write_text(value, encoding="utf-8")
        folder.chmod(0o755)
        volumes = {folder: "/run/secrets", socket_folder: "/run/postgresql"}
        container.do("migrate", settings=settings, volumes=volumes)
        container.do("seed", settings=settings, volumes=volumes)

        def asked(*words: str) -> bool:
            return container.run([*container.health_check, *words], settings, volumes)[0] == 0

        expect(not asked(), "It is healthy before it serves.")
        with container.running(settings=settings, volumes=volumes, says='"event": "serving"'):
            expect(asked(), "It serves and is not healthy.")
            expect(asked("--service", "absense.Process"), "It is alive and does not say so.")
            if with_faces:
                until(lambda: asked("--service", "absense.FaceEngine"), "It cannot look at faces.")
            with grpc.insecure_channel(f"127.0.0.1:{port}", [("grpc.enable_http_proxy", 0)]) as channel:
                stub: auth_service_pb2_grpc.AuthServiceStub = auth_service_pb2_grpc.AuthServiceStub(channel)
                answer = stub.GetServerInfo(auth_service_pb2.GetServerInfoRequest(), timeout=_PATIENCE)
                print(f"  serves version {answer.version}, stops when it is told to")
        if with_faces:
            with container.running("worker", settings=settings, volumes=volumes, says='"event": "working"'):
                print("  works as a worker, stops when it is told to")


def try_proxy(container: Container) -> None:
    """It serves the page, says that no server is there, and stops."""
    port, admin, nobody = free_ports(3)
    settings = {
        "PROXY_LISTEN_ADDRESS": f"127.0.0.1:{port}",
        "PROXY_ADMIN_ADDRESS": f"127.0.0.1:{admin}",
        "PROXY_UPSTREAMS": f"127.0.0.1:{nobody}",
    }
    # in a network of its own, as a container has, the port of the health check is always free
    health_check = [word.replace("9901", str(admin)) for word in container.health_check]
    with container.running(settings=settings):
        until(lambda: container.run(health_check, settings)[0] == 0, "It does not become healthy.")
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE)
        connection.request("GET", "/")
        answer = connection.getresponse()
        expect("<title>Absense</title>" in answer.read().decode(), "It does not serve the page.")
        expect("frame-ancestors 'none'" in (answer.getheader("content-security-policy") or ""), "It has no policy.")
        with grpc.insecure_channel(f"127.0.0.1:{port}", [("grpc.enable_http_proxy", 0)]) as channel:
            stub: auth_service_pb2_grpc.AuthServiceStub = auth_service_pb2_grpc.AuthServiceStub(channel)
            try:
                stub.GetServerInfo(auth_service_pb2.GetServerInfoRequest(), timeout=_PATIENCE)
            except grpc.RpcError as error:
                code = error.code()
                expect(code is grpc.StatusCode.UNAVAILABLE, f"Without a server it says {code}.")
    print("  serves the page, says when no server is there, stops when it is told to")


def size_of(image: str) -> str:
    """What it takes unpacked, base included."""
    (found,) = json.loads(buildah("images", "--json", image))
    return str(found["size"])


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {', '.join(TARGETS)}; all unless said")
    targets = parser.parse_args().targets or TARGETS
    if strangers := set(targets) - set(TARGETS):
        parser.error(f"there is no {', '.join(strangers)}")
    if os.geteuid() != 0:
        print("This mounts file systems: run it as root.", file=sys.stderr)
        return 1
    make_base()
    for target in targets:
        begin = time.monotonic()
        print(f"{target}: building ...", flush=True)
        image = build(target)
        built = time.monotonic()
        with container_of(image) as container:
            try:
                try_confinement(container)
                if target == "proxy":
                    try_proxy(container)
                else:
                    try_server(container, with_faces=target == "server-faces")
            except ImageFault as fault:
                print(f"{target}: {fault}", file=sys.stderr)
                return 1
        print(f"  {size_of(image)}; built in {built - begin:.0f} s, tried in {time.monotonic() - built:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
