"""A real S3 server on a throwaway folder: SeaweedFS."""

import json
import os
import shutil
import subprocess
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from backing.ports import free_ports

_REGION = "us-east-1"
_START_SECONDS = 60
_MASTER_KEY = "5e" * 32
"""Of what clients ask it to encrypt: nobody's, like its data."""


@dataclass(frozen=True, slots=True)
class S3Server:
    """Where it listens, who may use it, and a bucket that is there."""

    endpoint_url: str
    region: str
    access_key: str
    secret_key: str
    bucket: str


class SeaweedFS:
    """A server with a folder and ports of its own, which can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        master, master_grpc, volume, volume_grpc, filer, filer_grpc, s3, s3_grpc = free_ports(8)
        self.server = S3Server(f"http://127.0.0.1:{s3}", _REGION, "absense", "the-secret-of-nobody", "blobs")
        self.master, self.filer = f"127.0.0.1:{master}.{master_grpc}", f"127.0.0.1:{filer}.{filer_grpc}"
        """Where its own shell reaches it."""
        self._folder = folder
        # it makes them in /tmp, whatever it is told
        ports = master_grpc, volume_grpc, filer_grpc, s3_grpc
        self._sockets = [f"seaweedfs-*-grpc-{port}.sock" for port in ports]
        self._arguments = f"""
            -dir=data -ip=127.0.0.1 -ip.bind=127.0.0.1 -master.telemetry=false
            -master.port={master} -master.port.grpc={master_grpc} -master.volumeSizeLimitMB=64
            -master.electionTimeout=1s -master.heartbeatInterval=100ms
            -volume.port={volume} -volume.port.grpc={volume_grpc} -volume.preStopSeconds=0 -volume.max=20
            -filer.port={filer} -filer.port.grpc={filer_grpc} -filer.localSocket=filer.sock
            -s3 -s3.port={s3} -s3.port.grpc={s3_grpc} -s3.port.iceberg=0 -s3.port.lance=0 -s3.localSocket=s3.sock
            -s3.config=s3.json -s3.autoCreateBucket=false
        """.split()
        self._process: subprocess.Popen[bytes] | None = None
        (folder / "s3.json").write_text(json.dumps(_identities(self.server)), encoding="utf-8")
        (folder / "data").mkdir()

    def start(self) -> None:
        """Start it, and return once the bucket is there and stores."""
        log = self._folder / "log"
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [_weed(), f"-logdir={self._folder}", "server", *self._arguments],
                cwd=self._folder,
                env=os.environ | {"WEED_S3_SSE_KEK": _MASTER_KEY},
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is for us
            )
        _wait_until_it_stores(self.server, self._process, log)

    def kill(self) -> None:
        """End it at once, as a power cut would; what it has stored stays for the next start."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            for pattern in self._sockets:
                for left_behind in Path("/tmp").glob(pattern):  # noqa: S108 - where it puts them
                    left_behind.unlink()


@contextmanager
def restartable() -> Iterator[SeaweedFS]:
    """Start a server with an empty bucket, and kill it in the end."""
    folder = Path(tempfile.mkdtemp(prefix="absense-s3-"))
    weed = SeaweedFS(folder)
    try:
        weed.start()
        yield weed
    finally:
        weed.kill()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running() -> Iterator[S3Server]:
    """Start a server with an empty bucket, and kill it in the end."""
    with restartable() as weed:
        yield weed.server


def _weed() -> str:
    beside_python = Path(sysconfig.get_path("scripts")) / ("weed.exe" if os.name == "nt" else "weed")
    return str(beside_python)


def _identities(server: S3Server) -> object:
    credentials = {"accessKey": server.access_key, "secretKey": server.secret_key}
    actions = ["Admin", "Read", "Write", "List"]
    return {"identities": [{"name": "tests", "credentials": [credentials], "actions": actions}]}


def _wait_until_it_stores(server: S3Server, process: subprocess.Popen[bytes], log: Path) -> None:
    client = boto3.client(
        "s3",
        region_name=server.region,
        endpoint_url=server.endpoint_url,
        aws_access_key_id=server.access_key,
        aws_secret_access_key=server.secret_key,
        config=Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 1}),
    )
    give_up = time.monotonic() + _START_SECONDS
    while True:
        try:
            with suppress(client.exceptions.BucketAlreadyExists, client.exceptions.BucketAlreadyOwnedByYou):
                client.create_bucket(Bucket=server.bucket)
            # A bucket comes before the volumes that its objects need.
            client.put_object(Bucket=server.bucket, Key="ready", Body=b"ready")
        except (BotoCoreError, ClientError) as error:
            if process.poll() is not None or time.monotonic() > give_up:
                raise RuntimeError(log.read_text(errors="replace")[-4000:]) from error
            # It has no way to say that it is ready; nothing that a test judges depends on this pause.
            time.sleep(0.1)
        else:
            return
        finally:
            client.close()
