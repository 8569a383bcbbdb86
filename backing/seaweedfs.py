"""A real S3 server on a throwaway folder: SeaweedFS."""

import json
import os
import shutil
import subprocess
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from backing.ports import free_ports

_REGION = "us-east-1"
_START_SECONDS = 60


@dataclass(frozen=True, slots=True)
class S3Server:
    """Where it listens, who may use it, and a bucket that is there."""

    endpoint_url: str
    region: str
    access_key: str
    secret_key: str
    bucket: str


@contextmanager
def running() -> Iterator[S3Server]:
    """Start a server with an empty bucket, and kill it in the end."""
    folder = Path(tempfile.mkdtemp(prefix="absense-s3-"))
    master, master_grpc, volume, volume_grpc, filer, filer_grpc, s3, s3_grpc = free_ports(8)
    server = S3Server(f"http://127.0.0.1:{s3}", _REGION, "absense", "the-secret-of-nobody", "blobs")
    (folder / "s3.json").write_text(json.dumps(_identities(server)), encoding="utf-8")
    (folder / "data").mkdir()
    arguments = f"""
        -dir=data -ip=127.0.0.1 -ip.bind=127.0.0.1 -master.telemetry=false
        -master.port={master} -master.port.grpc={master_grpc} -master.volumeSizeLimitMB=64
        -volume.port={volume} -volume.port.grpc={volume_grpc} -volume.preStopSeconds=0 -volume.max=20
        -filer.port={filer} -filer.port.grpc={filer_grpc} -filer.localSocket=filer.sock
        -s3 -s3.port={s3} -s3.port.grpc={s3_grpc} -s3.port.iceberg=0 -s3.port.lance=0 -s3.localSocket=s3.sock
        -s3.config=s3.json -s3.autoCreateBucket=false
    """.split()
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen([_weed(), "server", *arguments], cwd=folder, stdout=output, stderr=subprocess.STDOUT)
    try:
        _wait_until_it_stores(server, process, log)
        yield server
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


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
